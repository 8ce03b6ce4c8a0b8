"""Copies on the page: below their hit, each at an address, and two side by side; without scripts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser

from app.archive import open_archive
from app.ingest.pipeline import IngestOptions, ingest
from app.settings import Settings
from app.web.site import create_app
from tests.api.test_copies import RECORDS
from tests.served import serve
from tests.store.test_copies import MORE


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("editions")
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, RECORDS)), encoding="utf-8")
    settings = Settings(data_dir=folder / "data", recognise=False)
    with open_archive(settings) as archive:
        ingest([folder / "a.jsonl"], archive, IngestOptions(skip_entities=True))
    with serve(create_app(settings)) as client:
        yield client


def results(page: str) -> int:
    return page.count('<li class="result"')


def test_copies_unfold_below_their_hit_and_a_switch_parts_them(editions: httpx.Client) -> None:
    page = editions.get("/", params={"q": "harbour"}).text
    assert (results(page), page.count("<summary>+ 3 copies</summary>")) == (2, 1)
    assert "5 articles" in page, "the number is that of all"
    [switch] = re.findall(r'<a href="([^"]+)" data-keep>Every copy</a>', page)
    parted = editions.get(switch.replace("&amp;", "&")).text
    assert (results(parted), parted.count("copies</summary>")) == (5, 0)
    [back] = re.findall(r'<a href="([^"]+)" data-keep aria-current="true">Every copy</a>', parted)
    assert results(editions.get(back.replace("&amp;", "&")).text) == 2
    assert "Every copy" not in editions.get("/", params={"q": "sugar"}).text


def test_the_call_that_a_page_shows_finds_what_it_shows(editions: httpx.Client) -> None:
    page = editions.get("/", params={"q": "harbour"}).text
    [call] = re.findall(r'href="(/v1/search[^"]+)"', page)
    assert len(editions.get(call.replace("&amp;", "&")).json()["results"]) == results(page)


def test_each_copy_has_an_address_and_its_differences_another(editions: httpx.Client) -> None:
    page = editions.get("/", params={"q": "harbour"}).text
    [unfolded] = re.findall(r'<details class="copies">(.*?)</details>', page, re.DOTALL)
    links = re.findall(r'href="(/articles/[^"]+)"', unfolded)
    assert len(links) == 6
    assert all(editions.get(link).status_code == 200 for link in links)
    article = editions.get(links[0]).text
    assert "Other editions" in article
    assert article.count('class="differ"') == 3


def test_two_editions_stand_side_by_side(editions: httpx.Client) -> None:
    found = {hit["external_id"]: hit["id"] for hit in editions.get("/v1/search?limit=9").json()["results"]}
    page = editions.get(f"/articles/{found['whole']}/diff/{found['more']}").text
    assert f"<ins>{MORE}</ins>" in page
    assert "<del>" not in page
    assert f"/articles/{found['more']}/diff/{found['whole']}" in page
    alike = editions.get(f"/articles/{found['whole']}/diff/{found['again']}").text
    assert ("<ins>" in alike, "<del>" in alike) == (False, False)
    assert ("Word for word the same" in alike, "Word for word the same" in page) == (True, False)
    assert editions.get(f"/articles/{found['whole']}/diff/nothing").status_code == 404


def test_what_unfolds_below_a_hit_stands_below_its_text(editions: httpx.Client, browser: Browser) -> None:
    with browser.new_page(viewport={"width": 1280, "height": 900}, java_script_enabled=False) as page:
        page.goto(f"{editions.base_url}?q=harbour")
        page.get_by_text("+ 3 copies").click()
        [hit] = page.locator(".result", has=page.locator(".copies")).all()
        headline, copies = (hit.locator(part).first.bounding_box() for part in (".headline", ".copies"))
        assert headline is not None
        assert copies is not None
        assert (copies["x"], copies["y"] > headline["y"]) == (headline["x"], True)
