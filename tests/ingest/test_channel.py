"""What feeds say of themselves, and what pages say of their feeds."""

from __future__ import annotations

import gzip
from time import thread_time

import pytest

from app.ingest.channel import Channel, linked_feeds, read_channel
from tests.growth import is_bounded

RSS = "<rss version='2.0'><channel>{}<item><title>An entry</title><description>x</description></item></channel></rss>"


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("<title>Harbour Wire</title>", "Harbour Wire"),
        ("<title>\n Harbour\n  Wire </title>", "Harbour Wire"),
        ("<title><![CDATA[Harbour & <b>Wire</b>]]></title>", "Harbour & Wire"),
        ("<title>Harbour &amp; Wire &#8211; News</title>", "Harbour & Wire \u2013 News"),
        ("<image><title>A picture</title></image><title>Harbour Wire</title>", "Harbour Wire"),
        ("<image><title>A picture</title></image>", None),
        ("<title/>", None),
        ("<title>  </title>", None),
        ("<title>" + "x" * 500 + "</title>", "x" * 200),
        ("", None),
    ],
)
def test_the_title_is_that_of_the_feed_and_not_of_an_entry(said: str, title: str | None) -> None:
    found = read_channel(RSS.format(said).encode())
    assert found is not None
    assert found.title == title


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_a_title_is_read_in_whatever_encoding(encoding: str) -> None:
    text = f"<?xml version='1.0' encoding='{encoding}'?>" + RSS.format("<title>Café de la Gare</title>")
    assert read_channel(text.encode(encoding)) == Channel("Café de la Gare")
    assert read_channel(gzip.compress(text.encode(encoding))) == Channel("Café de la Gare")


SY = "<sy:updatePeriod>{}</sy:updatePeriod><sy:updateFrequency>{}</sy:updateFrequency>"


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("<ttl>60</ttl>", 3600),
        ("<ttl> 5 </ttl>", 300),
        ("<ttl>soon</ttl>", 0),
        (SY.format("hourly", "1"), 3600),
        (SY.format("daily", "4"), 21_600),
        (SY.format("daily", "0"), 86_400),
        (SY.format("fortnightly", "1"), 0),
        ("<ttl>60</ttl>" + SY.format("daily", "1"), 86_400),
        ("", 0),
    ],
)
def test_how_often_it_is_to_be_asked_for(said: str, seconds: float) -> None:
    found = read_channel(RSS.format(said).encode())
    assert found is not None
    assert found.advised == seconds


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"News of the harbour.",
        b"<html><body><rss></rss></body></html>",
        b"<?xml version='1.0'?><opml><body/></opml>",
        b'{"version": "https://example.org/version/1", "items": []}',
        b'[{"title": "https://jsonfeed.org/version/1"}]',
        b'{"version": "https://jsonfeed.org/version/1"',
        b"\x1f\x8bno gzip",
        b"\0\1\2\3" * 100,
    ],
)
def test_what_is_no_feed_has_no_channel(body: bytes) -> None:
    assert read_channel(body) is None


def test_a_json_feed_says_its_title_wherever_it_stands() -> None:
    body = b'{"items": [], "title": "Coast", "version": "https://jsonfeed.org/version/1.1"}'
    assert read_channel(body) == Channel("Coast")
    assert read_channel(body.replace(b'"Coast"', b"7")) == Channel(None)


def link(href: str, kind: str = "application/rss+xml", rel: str = "alternate", title: str = "News") -> str:
    return f'<link rel="{rel}" type="{kind}" title="{title}" href="{href}">'


@pytest.mark.parametrize(
    ("links", "found"),
    [
        ([link("/feed")], ["https://a.example/feed"]),
        ([link("feed")], ["https://a.example/news/feed"]),
        ([link("//b.example/feed", "application/atom+xml")], ["https://b.example/feed"]),
        ([link("/f", "application/feed+json", "ALTERNATE home")], ["https://a.example/f"]),
        ([link("/f"), link("/f")], ["https://a.example/f"]),
        ([link("/f"), link("/comments/feed")], ["https://a.example/f"]),
        ([link("/f"), link("/g", title="Site » Comments Feed")], ["https://a.example/f"]),
        ([link("/comments/feed")], ["https://a.example/comments/feed"]),
        ([link("/f"), link("/g", "application/atom+xml")], ["https://a.example/f", "https://a.example/g"]),
        ([link("/api", "application/json"), link("/print", "text/html"), link("/x", rel="stylesheet")], []),
        ([link("")], []),
        (["<base href='https://c.example/'>", link("feed")], ["https://c.example/feed"]),
        (["<base href='http://['>", link("/feed")], ["/feed"]),
    ],
)
def test_the_feeds_of_a_page_are_those_it_links(links: list[str], found: list[str]) -> None:
    page = f"<!doctype html><html><head>{''.join(links)}</head><body><p>News</p></body></html>"
    assert linked_feeds(page.encode(), "https://a.example/news/") == found


def test_a_page_that_is_nothing_links_nothing() -> None:
    for body in (b"", b"   ", b"<!-- -->", b"\0\0\0"):
        assert linked_feeds(body, "https://a.example/") == []


@pytest.mark.parametrize("piece", ["<image>", "<title>", "<ttl>", "<a:updatePeriod>x", "<item"])
def test_a_hostile_head_takes_no_more_than_its_length(piece: str) -> None:
    def seconds(count: int) -> float:
        started = thread_time()
        read_channel(f"<rss><channel>{piece * count}".encode())
        return thread_time() - started

    seconds(1)
    assert is_bounded(seconds, 50_000, 100_000, times=4, spare=0.5)
