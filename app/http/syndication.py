"""Feeds as readers of feeds take them: Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1 of the same entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import cast
from xml.etree.ElementTree import Element, SubElement, tostring

import msgspec

from app.read.models import FeedItem, JsonFeed
from app.read.news import Category, NewsEntry
from app.read.params import FeedFormat

_ATOM = "http://www.w3.org/2005/Atom"
_DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed without entries was updated: it must say so."""


@dataclass(frozen=True, slots=True)
class SyndicatedFeed:
    """`root` is the address of this server, `address` that of the feed, `page` that of its search for people."""

    title: str
    root: str
    address: str
    page: str
    entries: Sequence[NewsEntry]

    @property
    def updated(self) -> datetime:
        return max((entry.updated for entry in self.entries), default=_EPOCH)

    def article(self, entry: NewsEntry) -> str:
        return f"{self.root}/articles/{entry.id}"

    def entity(self, category: Category) -> str:
        return f"{self.root}/entities/{category.id}"


def atom(feed: SyndicatedFeed) -> bytes:
    root = Element("feed", {"xmlns": _ATOM, "xmlns:dc": _DUBLIN_CORE})
    _say(root, "id", feed.address)
    _say(root, "title", feed.title)
    _say(root, "updated", feed.updated.isoformat())
    _say(_add(root, "author"), "name", "Dateline")
    _add(root, "link", rel="self", type=FEED_TYPES["atom"], href=feed.address)
    _add(root, "link", rel="alternate", type="text/html", href=feed.page)
    for entry in feed.entries:
        _atom_entry(_add(root, "entry", **{"xml:lang": entry.language}), feed, entry)
    return _xml_bytes(root)


def rss(feed: SyndicatedFeed) -> bytes:
    root = Element("rss", {"version": "2.0", "xmlns:atom": _ATOM, "xmlns:dc": _DUBLIN_CORE})
    channel = _add(root, "channel")
    _say(channel, "title", feed.title)
    _say(channel, "link", feed.page)
    _say(channel, "description", f"What was added last: {feed.title}")
    _say(channel, "lastBuildDate", format_datetime(feed.updated))
    _add(channel, "atom:link", rel="self", type=FEED_TYPES["rss"], href=feed.address)
    for entry in feed.entries:
        _rss_item(_add(channel, "item"), feed, entry)
    return _xml_bytes(root)


def json_feed(feed: SyndicatedFeed) -> bytes:
    found: JsonFeed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": feed.address,
        "items": [_json_item(feed, entry) for entry in feed.entries],
    }
    return msgspec.json.encode(found)


FEED_TYPES: Mapping[FeedFormat, str] = {
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "json": "application/feed+json",
}
FEED_WRITERS: Mapping[FeedFormat, Callable[[SyndicatedFeed], bytes]] = {"atom": atom, "rss": rss, "json": json_feed}


def _atom_entry(element: Element, feed: SyndicatedFeed, entry: NewsEntry) -> None:
    _say(element, "id", entry.urn)
    _say(element, "title", entry.title)
    _say(element, "updated", entry.updated.isoformat())
    if entry.published_at is not None:
        _say(element, "published", entry.published_at.isoformat())
    for author in entry.authors:
        _say(_add(element, "author"), "name", author)
    if entry.source is not None:
        _say(element, "dc:publisher", entry.source)
    _add(element, "link", rel="alternate", type="text/html", href=feed.article(entry))
    if entry.publisher_url is not None:
        _add(element, "link", rel="via", href=entry.publisher_url)
    if entry.summary:
        _say(element, "summary", entry.summary)
    for category in entry.categories:
        _add(element, "category", term=category.id, scheme=f"{feed.root}/entities", label=category.name)


def _rss_item(element: Element, feed: SyndicatedFeed, entry: NewsEntry) -> None:
    _say(element, "guid", entry.urn, isPermaLink="false")
    _say(element, "title", entry.title)
    _say(element, "link", feed.article(entry))
    _say(element, "atom:updated", entry.updated.isoformat())
    if entry.published_at is not None:
        _say(element, "pubDate", format_datetime(entry.published_at))
    for author in entry.authors:
        _say(element, "dc:creator", author)
    if entry.source is not None:
        _say(element, "dc:publisher", entry.source)
    _say(element, "dc:language", entry.language)
    if entry.publisher_url is not None:
        _add(element, "atom:link", rel="via", href=entry.publisher_url)
    if entry.summary:
        _say(element, "description", entry.summary)
    for category in entry.categories:
        _say(element, "category", category.name, domain=f"{feed.root}/entities")


def _json_item(feed: SyndicatedFeed, entry: NewsEntry) -> FeedItem:
    item = _present(
        id=entry.urn,
        url=feed.article(entry),
        external_url=entry.publisher_url,
        title=entry.title,
        content_text=entry.summary or entry.title,
        date_published=entry.published_at and entry.published_at.isoformat(),
        date_modified=entry.updated.isoformat(),
        authors=[{"name": author} for author in entry.authors],
        tags=[category.name for category in entry.categories],
        language=entry.language,
        _dateline=_present(id=entry.id, revision=entry.revision, date=entry.date, source=entry.source),
    )
    return cast(FeedItem, item)


def _present(**values: object) -> dict[str, object]:
    """Return the values without those that are not there."""
    return {name: value for name, value in values.items() if value not in (None, [])}


def _add(parent: Element, name: str, **attributes: str) -> Element:
    return SubElement(parent, name, attributes)


def _say(parent: Element, name: str, text: str, **attributes: str) -> None:
    _add(parent, name, **attributes).text = text


def _xml_bytes(root: Element) -> bytes:
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document
