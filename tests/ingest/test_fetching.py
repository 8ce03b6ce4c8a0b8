"""Pages and feeds by their addresses, from a real server on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from app.archive import Archive, open_archive
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.report import Report
from app.settings import Settings
from app.store import rejections
from app.store.tables import Article
from tests.fetch.web import Web, send, serving

PAGE = """<!DOCTYPE html><html lang="en"><head><title>Ferry halted by fog | Harbour Wire</title>
<meta property="og:site_name" content="Harbour Wire">
<meta property="article:published_time" content="2025-05-05T10:00:00+01:00"></head><body>
<nav><a href="/">Home</a> <a href="/sport">Sport</a></nav><article><h1>Ferry halted by fog</h1>
<p>HARBOUR TOWN - The ferry did not sail on Monday, and three hundred people spent the night in the old town hall.</p>
<p>The fog is to lift at noon, and the ferry company has promised two more boats for those who were left behind.</p>
</article></body></html>"""
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Harbour Wire</title>
<item><title>Ferry halted by fog</title><link>{page}</link><guid>1</guid>
<description>The ferry did not sail.</description></item>
<item><title>Lamp lit</title><link>{gone}</link><guid>2</guid><description>The lamp is lit again.</description></item>
</channel></rss>"""


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as made:
        made.put("/ferry", PAGE.encode())
        feed = FEED.format(page=made.url("/ferry"), gone=made.url("/gone"))
        made.put("/feed", feed.encode(), "application/rss+xml", ETag='"1"')
        yield made


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    settings = Settings(data_dir=tmp_path / "data", ingest_workers=1, fetch_hosts="127.0.0.1")
    with open_archive(settings) as made:
        yield made


def take(archive: Archive, *urls: str, pages: bool = False, retry: bool = False) -> Report:
    options = IngestOptions(skip_entities=True, fetch_pages=pages, retry=retry)
    return ingest([], archive, options, addresses=urls)


def articles(archive: Archive) -> dict[str, Article]:
    with archive.database.reading() as session:
        return {article.headline: article for article in session.exec(select(Article))}


def reasons(archive: Archive) -> list[str]:
    with archive.database.reading() as session:
        return [f"{each.file} {each.reason}" for each in rejections.list_rejections(session)]


def test_a_page_is_an_article_with_its_address(web: Web, archive: Archive) -> None:
    assert take(archive, web.url("/ferry")).new == 1
    found = articles(archive)["Ferry halted by fog"]
    assert (found.url, found.source, found.date) == (web.url("/ferry"), "Harbour Wire", "2025-05-05")
    assert "two more boats" in found.body
    assert "Sport" not in found.body
    assert found.file == web.url("/ferry")
    assert take(archive, web.url("/ferry")).unchanged == 1


def test_a_feed_is_an_article_for_each_entry(web: Web, archive: Archive) -> None:
    assert take(archive, web.url("/feed")).new == 2
    assert articles(archive)["Ferry halted by fog"].body == "The ferry did not sail."
    assert take(archive, web.url("/feed")).unchanged == 2


def test_a_feed_with_its_pages_has_the_whole_text_where_it_can_be_had(web: Web, archive: Archive) -> None:
    report = take(archive, web.url("/feed"), pages=True)
    found = articles(archive)
    assert "two more boats" in found["Ferry halted by fog"].body
    assert found["Lamp lit"].body == "The lamp is lit again."
    assert any("answered 404" in note for note in report.notes)


def test_what_cannot_be_fetched_is_a_rejection_and_passes_later(web: Web, archive: Archive) -> None:
    web.pages["/later"] = lambda request: send(request, 503)
    web.put("/empty", b"<html><body><nav><a href='/'>Home</a></nav></body></html>")
    urls = [web.url(path) for path in ("/later", "/empty", "/none")]
    assert take(archive, *urls, "http://169.254.169.254/x").rejected == 4
    told = " | ".join(reasons(archive))
    for words in ("answered 503", "without a main text", "answered 404", "own networks"):
        assert words in told
    web.put("/later", PAGE.encode())
    again = take(archive, retry=True)
    assert (again.new, again.resolved) == (1, 1)
    assert web.url("/later") not in " ".join(reasons(archive))


def test_a_site_that_asks_programs_to_stay_away_is_left_alone(web: Web, archive: Archive) -> None:
    web.put("/robots.txt", b"User-agent: *\nDisallow: /")
    assert take(archive, web.url("/ferry")).rejected == 1
    assert "robots.txt" in reasons(archive)[0]


def test_other_files_are_read_as_such(web: Web, archive: Archive) -> None:
    web.put(
        "/news.jsonl",
        b'{"id": 1, "title": "One", "text": "A."}\n{"id": 2, "title": "Two", "text": "B."}\n',
        "text/plain",
    )
    assert take(archive, web.url("/news.jsonl")).new == 2
