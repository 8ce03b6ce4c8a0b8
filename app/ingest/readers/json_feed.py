"""JSON Feed, in its versions 1 and 1.1: what the feed says of all its entries goes to each that does not say it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from app.ingest.fields import is_filled

_VERSION = "https://jsonfeed.org/version/"
_FOR_ALL = (("source", "title"), ("authors", "authors"), ("authors", "author"), ("language", "language"))


def is_json_feed(fields: Mapping[str, object]) -> bool:
    version = fields.get("version")
    return isinstance(version, str) and version.startswith(_VERSION)


def feed_before(head: str) -> Mapping[str, object] | None:
    """Return what a feed says before its entries, by the beginning of a file that is too large to be read whole; None
    where it is no feed."""
    before, found, _ = head.partition('"items"')
    if not found or _VERSION not in before:
        return None
    try:
        said = msgspec.json.decode(f"{before.rstrip().rstrip(',')}}}")
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return said if isinstance(said, Mapping) and is_json_feed(said) else None


def feed_entries(feed: Mapping[str, object]) -> list[object]:
    """Return the entries, as they are where they are no objects."""
    items = feed.get("items")
    given = items if isinstance(items, list) else []
    return [completed_entry(item, feed) if isinstance(item, Mapping) else item for item in given]


def completed_entry(item: Mapping[str, object], feed: Mapping[str, object]) -> dict[str, object]:
    """Return an entry with what the feed says of all of them, where it does not say otherwise itself."""
    completed = dict(item)
    if not is_filled(item.get("date_published")) and is_filled(item.get("date_modified")):
        completed["date_published"] = completed.pop("date_modified")
    said = {name for name in item if is_filled(item[name])} | ({"authors"} if is_filled(item.get("author")) else set())
    for name, of_feed in _FOR_ALL:
        if name not in said and is_filled(feed.get(of_feed)):
            completed[name] = feed[of_feed]
            said.add(name)
    return completed
