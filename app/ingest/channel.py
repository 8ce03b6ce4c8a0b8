"""What a feed says of itself, and the feeds that a page links: looked for before any of it is read as articles."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO

import msgspec

from app.fetch import joined_address
from app.ingest.readers import FileUnusable, Opened
from app.ingest.readers.feed import MAX_FEED, feed_text
from app.ingest.readers.json_feed import feed_before, is_json_feed
from app.ingest.readers.sniff import HEAD, Nature, sniff
from app.text import printable

_HEAD = 100_000
"""Characters before the first entry, in which a feed speaks of itself."""
_FIRST_ENTRY = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry)[\s/>]", re.IGNORECASE)
_IMAGE = re.compile(r"<(image|textinput)\b.{0,2000}?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(r"<(?:[\w.-]{1,40}:)?title\b[^<>]*>(.{0,2000}?)</", re.IGNORECASE | re.DOTALL)
_TTL = re.compile(r"<ttl\s*>\s*(\d{1,7})\s*<", re.IGNORECASE)
_PERIOD = re.compile(r"<[\w.-]{1,40}:updatePeriod\b[^<>]*>\s*(\w{1,10})\s*<", re.IGNORECASE)
_FREQUENCY = re.compile(r"<[\w.-]{1,40}:updateFrequency\b[^<>]*>\s*(\d{1,5})\s*<", re.IGNORECASE)
_PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_MARKUP = re.compile(r"<!\[CDATA\[|\]\]>|<[^<>]{0,500}>")
_LONGEST_TITLE = 200
_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json")
_MOST_LINKS = 20
_PAGE_HEAD = 1_000_000
"""Bytes of a page in which its links are looked for."""


@dataclass(frozen=True, slots=True)
class Channel:
    """`advised`: the seconds from one look to the next that the feed asks for, 0 where it does not say."""

    title: str | None = None
    advised: float = 0.0


def read_channel(body: bytes) -> Channel | None:
    """Return what a feed says of itself; None where the bytes are no feed."""
    try:
        stream = Opened(BytesIO(body))
        nature = sniff(stream.peek(HEAD), "")
        raw = stream.whole(MAX_FEED)
    except FileUnusable:
        return None
    if nature.format in ("json", "jsonl"):
        return _json_channel(raw, nature)
    return _xml_channel(feed_text(raw, nature)) if nature.format == "feed" else None


def linked_feeds(body: bytes, address: str) -> list[str]:
    """Return the addresses of the feeds that a page says to be its own; those of comments only where there are no
    others."""
    from lxml import html as pages  # only for what is no feed

    try:
        page = pages.document_fromstring(body[:_PAGE_HEAD])
    except (ValueError, pages.etree.ParserError):
        return []
    base = joined_address(address, next((each.get("href", "") for each in page.iter("base")), ""))
    found: dict[str, bool] = {}
    for link in page.iter("link"):
        kinds = link.get("rel", "").lower().split()
        if "alternate" in kinds and link.get("type", "").strip().lower() in _TYPES and link.get("href"):
            about = f"{link.get('title', '')} {link.get('href')}".lower()
            found.setdefault(joined_address(base, link.get("href").strip()), "comments" in about)
    main = [url for url, is_of_comments in found.items() if not is_of_comments]
    return (main or list(found))[:_MOST_LINKS]


def _xml_channel(text: str) -> Channel:
    head = text[:_HEAD]
    first = _FIRST_ENTRY.search(head)
    head = _IMAGE.sub("", head[: first.start()] if first else head)
    title = _TITLE.search(head)
    return Channel(_title(html.unescape(title[1])) if title else None, _advised(head))


def _advised(head: str) -> float:
    ttl, period, frequency = (pattern.search(head) for pattern in (_TTL, _PERIOD, _FREQUENCY))
    every = _PERIODS.get(period[1].lower(), 0) if period else 0
    times = max(1, int(frequency[1])) if frequency else 1
    return max(60.0 * int(ttl[1]) if ttl else 0.0, every / times)


def _json_channel(raw: bytes, nature: Nature) -> Channel | None:
    try:
        said = msgspec.json.decode(raw[nature.mark :].decode(nature.encoding))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        # One that is damaged further on is read as far as it goes.
        said = feed_before(raw[nature.mark : HEAD].decode(nature.encoding, "replace"))
    if not isinstance(said, Mapping) or not is_json_feed(said):
        return None
    title = said.get("title")
    return Channel(_title(title) if isinstance(title, str) else None)


def _title(text: str) -> str | None:
    return printable(" ".join(_MARKUP.sub("", text).split()))[:_LONGEST_TITLE] or None
