"""The box above the facets, which finds what is in them."""

from __future__ import annotations

import re

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

_VALUE = re.compile(r'<li><a href="([^"]+)" data-keep><span>([^<]+)</span> <b>(\d+)</b>')


def test_a_value_is_found_and_taken(page: Page) -> None:
    page.goto("/?q=moon")
    page.get_by_label("Find in these lists").fill("armst")
    page.get_by_label("Find in these lists").press("Enter")
    value = page.locator(".facet li")
    expect(value).to_have_count(1)
    assert Axe().run(page).response["violations"] == []
    value.get_by_role("link").first.click()
    expect(page.locator(".filters")).to_contain_text("Neil Armstrong")
    assert page.url.endswith("/?q=moon&entity=person-neil-armstrong")


def test_other_names_are_told_and_counts_are_those_of_the_search(site: httpx.Client) -> None:
    text = site.get("/?q=moon&facet_query=nasa").text
    found = {label: int(count) for _, label, count in _VALUE.findall(text)}
    assert any(label.endswith("(NASA)") for label in found)
    for address, _, count in _VALUE.findall(text):
        assert f"{int(count)} article" in site.get(address.replace("&amp;", "&")).text


@pytest.mark.parametrize("typed", ["zzzz", "?", "<b>"])
def test_nothing_found_leaves_the_box(site: httpx.Client, typed: str) -> None:
    text = site.get("/", params={"q": "moon", "facet_query": typed}).text
    assert _VALUE.findall(text) == []
    assert 'name="facet_query"' in text


def test_what_is_looked_for_in_lists_is_no_part_of_the_search(site: httpx.Client) -> None:
    text = site.get("/?q=moon&facet_query=armst").text
    [article, *_] = re.findall(r'href="(/articles/[^"]+)"', text)
    assert "facet_query" not in article
    assert site.get(f"{article.replace('&amp;', '&')}&facet_query=armst").status_code == 200
