"""Sources, calendar and how to search: what they count is what the search behind each link finds."""

from __future__ import annotations

import html
import re
from collections import Counter
from pathlib import Path

import httpx
import pytest

from app.settings import Settings
from app.web.address import Address
from app.web.calendar import month_links, month_weeks
from app.web.site import create_app
from tests.served import serve


def total(client: httpx.Client, address: str) -> int:
    found = re.search(r"<h1>([\d,]+) article", client.get(html.unescape(address)).text)
    return int(found[1].replace(",", "")) if found else 0


def test_every_example_of_the_query_language_finds_what_it_says(site: httpx.Client) -> None:
    page = site.get("/how-to-search").text
    rows = re.findall(r'<dt><a href="([^"]+)">.*?<b>([\d,]+)</b>', page, re.DOTALL)
    assert len(rows) >= 8
    for address, count in rows:
        assert total(site, address) == int(count) > 0, address


def test_a_day_of_the_calendar_leads_to_its_articles(site: httpx.Client) -> None:
    page = site.get("/calendar?month=1969-07").text
    assert "July 1969" in page
    days = re.findall(r'<a href="([^"]+)" aria-label="(\d+ July 1969): (\d+) article', page)
    assert days
    for address, _, count in days:
        assert total(site, address) == int(count)
    newest = site.get("/v1/search?limit=1").json()["results"][0]["date"]
    assert f"date={newest[:7]}" in site.get("/calendar").text


def test_on_a_day_of_the_year_every_year_is_told(site: httpx.Client) -> None:
    results = [hit["date"] for hit in site.get("/v1/search?limit=100").json()["results"]]
    [(day, count)] = Counter(date[5:] for date in results if len(date) == 10).most_common(1)
    page = site.get(f"/calendar?day={day}").text
    years = re.findall(rf'<a class="year" href="/\?date=(\d{{4}})-{day}">\d+ <b>(\d+)', page)
    assert sum(int(number) for _, number in years) == count > 0
    assert [year for year, _ in years] == sorted({date[:4] for date in results if date[5:] == day}, reverse=True)


def test_what_somebody_said_leads_to_the_spot_where_it_stands(site: httpx.Client) -> None:
    entity = site.get("/entities/person-nelson-mandela").text
    assert "What Nelson Mandela said" in entity
    page = site.get("/quotes?speaker=person-nelson-mandela").text
    spots = re.findall(r'href="(/articles/\w+)#(q\d+)">“([^<]+)”', page)
    assert len(spots) == site.get("/v1/quotes?speaker=person-nelson-mandela").json()["total"] == 3
    for address, anchor, text in spots:
        assert f'#{anchor}">' in entity
        article = site.get(address).text
        begun = re.search(rf'<span class="said" id="{anchor}">([^<]+)</span>', article)
        assert begun is not None
        assert html.unescape(text).startswith(html.unescape(begun[1]))
        assert f'href="#{anchor}"' in article
    assert 'rel="next"' in site.get("/quotes?limit=2").text
    assert site.get("/quotes?speakers=x").status_code == 422


def test_days_that_are_spoken_of_lead_to_articles_and_weeks_tell_what_was_to_happen(site: httpx.Client) -> None:
    page = site.get("/calendar?of=mentioned&month=1969-07").text
    days = re.findall(r'<a href="(/\?mentions_date=[^"]+)" aria-label="(\d+ July 1969): (\d+) article', page)
    assert len(days) > 2
    for address, _, count in days:
        assert total(site, address) == int(count)
    month = re.search(r'<a href="(/\?mentions_date=1969-07)">(\d+) article', page)
    assert month is not None
    assert total(site, month[1]) == int(month[2])
    assert "speaking of July 1969" in site.get("/?mentions_date=1969-07").text
    week = site.get("/calendar?of=mentioned&week=1969-W32").text
    assert "What was to happen in the week of 4 August 1969" in week
    ahead = re.findall(r'<a class="year" href="([^"]+)">\w+ \d+ <b>(\d+)', week)
    assert ahead
    for address, count in ahead:
        assert total(site, address) == int(count) > 0
    assert "week=1969-W31" in week
    assert "week=1969-W33" in week
    shown = site.get("/calendar?of=mentioned&month=1969-07").text
    assert "What was to happen in the week of 30 June 1969" in shown, "a month is shown with a week of its own"
    assert 'href="/calendar?of=mentioned"' in site.get("/calendar").text


@pytest.mark.parametrize(
    "asked",
    [
        "of=mentioned&week=2025-05",
        "of=mentioned&week=0001-W01",
        "of=mentioned&week=9999-W52",
        "of=x",
        "month=1969-13",
        "month=x",
        "day=02-30",
        "day=5",
        "month=196907",
        "days=01-01",
    ],
)
def test_no_month_and_no_day_of_the_year(site: httpx.Client, asked: str) -> None:
    assert site.get(f"/calendar?{asked}").status_code == 422


def test_a_month_has_its_days_in_weeks_and_the_fullest_is_darkest() -> None:
    weeks = month_weeks("2024-02", Counter({"2024-02-29": 8, "2024-02-01": 1, "2024-02": 5}), "")
    assert [len(week) for week in weeks] == [7] * 5
    cells = [cell for week in weeks for cell in week if cell]
    assert [cell.number for cell in cells] == list(range(1, 30))
    assert (cells[0].shade, cells[1].shade, cells[28].shade) == (1, 0, 4)
    assert weeks[0][:3] == [None] * 3
    links = month_links(Address("/calendar"), ["2020-01", "2024-02", "2025-06"], "2024-02")
    assert [str(way.url) for way in links] == ["/calendar?month=2020-01", "/calendar?month=2025-06"]


def test_sources_are_counted_as_the_search_counts_them(stories: httpx.Client) -> None:
    page = stories.get("/sources").text
    rows = re.findall(r'<th scope="row"><a href="([^"]+)">([^<]+)</a></th><td>(\d+)</td><td>([^<]*)</td>', page)
    assert [(name, count, first) for _, name, count, first in rows] == [("Harbour Wire", "1", "8 May 2025")]
    assert total(stories, rows[0][0]) == 1
    assert "3 articles name none" in page
    assert stories.get("/sources?page=0").status_code == 422


def test_an_empty_archive_has_all_views(tmp_path: Path) -> None:
    with serve(create_app(Settings(data_dir=tmp_path / "data"))) as client:
        for view in ("/sources", "/calendar", "/how-to-search", "/calendar?month=0001-01"):
            assert client.get(view).status_code == 200, view
