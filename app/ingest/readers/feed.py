"""Feeds as XML: RSS, RDF and Atom in all their versions, also such as are not well-formed. JSON Feed is JSON.

What reads feeds is given bytes and nothing else: it would fetch an address, and open a file by its name. Of what a
document type declares it is given single characters and short texts alone.
"""

from __future__ import annotations

import codecs
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from app.ingest.dates import parse_published
from app.ingest.readers import tree
from app.ingest.readers.looks import find_root
from app.ingest.readers.opened import Opened
from app.ingest.readers.record import FileUnusable, Note, Record, Refused, Unusable, hashed
from app.ingest.readers.sniff import Nature

# Bytes; what is made of them takes ten times as much memory.
MAX_FEED = 20_000_000
_MOST_ENTITIES = 100
_DEEPEST = 500
"""Elements that are open at once. Feeds nest ten; what reads them takes ever longer where none is ever closed."""
_ENCODING = re.compile(rb"""\A\s*<\?xml\b[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_ENTITY = re.compile(
    r"""<!ENTITY\s{1,20}([\w.-]{1,40})\s{1,20}(?:"(&#\w{1,8};|[^&"]{1,100})"|'(&#\w{1,8};|[^&']{1,100})')\s{0,20}>"""
)
_ENTRY = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry)[\s/>]", re.IGNORECASE)
_TAG = re.compile(r"<(/?)(?!(?:br|hr|img|input)\b)[A-Za-z_][^<>]*>", re.IGNORECASE)
_ENTRY_END = re.compile(r"</(?:[\w.-]{1,40}:)?(?:item|entry)\s{0,20}>", re.IGNORECASE)
_TEXT = re.compile(r"<((?:[\w.-]{1,40}:)?(?:description|summary|content|encoded))\b[^<>]*(?<!/)>", re.IGNORECASE)
_TEXT_END = re.compile(r"</((?:[\w.-]{1,40}:)?(?:description|summary|content|encoded))\s{0,20}>", re.IGNORECASE)
_END = re.compile(r"</(?:[\w.-]{1,40}:)?(?:rss|rdf|feed|channel)\s{0,20}>\s*\Z", re.IGNORECASE)
_WITH_MAIL = re.compile(r"\S+@\S+\s+\((?P<after>[^()]+)\)|(?P<before>[^<>]+?)\s*<\S+@[^<>]+>")
NO_ENTRIES = "is a feed without entries"
# What has no content of its own carries the text of its entries here.
_PLAIN = "text/plain"


def read_feed(stream: Opened, nature: Nature) -> Iterator[Record | Unusable | Note]:
    text = feed_text(stream.whole(MAX_FEED), nature)
    parsed, fault = _feed_of(text)
    entries = parsed.entries
    ended = len(_ENTRY_END.findall(text)) if fault else len(entries)
    for number, entry in enumerate(entries, 1):
        sha256 = hashed(repr(sorted(entry.items(), key=str)).encode("utf-8", "replace"))
        if number > ended:
            yield Unusable(number, "is cut off: the feed ends in the midst of it; fetch the feed again", 0, sha256)
            continue
        try:
            yield Record(number, _entry_fields(entry, parsed.feed, parsed.version), 0, sha256)
        except Refused as error:
            yield Unusable(number, str(error), 0, sha256)
    begun = len(_ENTRY.findall(text))
    if not entries:
        raise FileUnusable(f"{NO_ENTRIES}, and {fault}" if fault else NO_ENTRIES)
    if fault and not (begun == ended == len(entries) and _is_balanced(text)):
        raise FileUnusable(
            f"{fault}: of {_entry_count(begun)} {min(ended, len(entries)):,} could be read, and their texts may be "
            "cut; fetch the feed again"
        )
    if fault:
        yield Note(f"{fault}; {_entry_count(begun)} could be read, and none is missing.")


def _entry_count(count: int) -> str:
    return f"{count:,} entr{'y' if count == 1 else 'ies'}"


def feed_text(raw: bytes, nature: Nature) -> str:
    """Decode by the mark, else by what the feed says, where that can be; else by what it looks like."""
    said = _ENCODING.match(raw)
    if said and not nature.mark:
        try:
            return raw.decode(codecs.lookup(said[1].decode("ascii")).name)
        except (LookupError, UnicodeDecodeError):
            pass
    return raw[nature.mark :].decode(nature.encoding, "replace")


def _feed_of(text: str) -> tuple[Any, str]:
    """Return what is read of a feed, and what is wrong with its XML: "" where it is well-formed."""
    import feedparser

    if _is_nested_too_deep(text):
        raise FileUnusable(f"is a feed in which more than {_DEEPEST} elements are open at once: it is not read")
    head, root = find_root(text)
    start = root.start() if root else 0
    before = f'<?xml version="1.0" encoding="utf-8"?>\n{_document_type(head, text[start:])}'
    raw = (before + text[start:]).encode("utf-8", "replace")
    try:
        parsed = feedparser.parse(BytesIO(raw), sanitize_html=False, resolve_relative_uris=False)
    except (AssertionError, ValueError, LookupError, AttributeError, TypeError, RecursionError) as error:
        # It was written for what feeds are, and not for all that a file may be.
        raise FileUnusable(f"is a feed that cannot be read: {str(error)[:100]}") from None
    return parsed, _fault(parsed.get("bozo_exception"), text.count("\n", 0, start) - before.count("\n"))


def _is_nested_too_deep(text: str) -> bool:
    first, *rest = text.split("<![CDATA[")
    depth = 0
    for tag in _TAG.finditer("".join([first, *(piece.partition("]]>")[2] for piece in rest)])):
        depth += -1 if tag[1] else not tag[0].endswith("/>")
        if depth > _DEEPEST:
            return True
    return False


def _document_type(head: str, rest: str) -> str:
    """The document type with those entities that stand for a short text without others in it. Raises `FileUnusable`
    where they would make more of the feed than may be read."""
    entities = {name: one or other for name, one, other in _ENTITY.findall(head)[:_MOST_ENTITIES]}
    grown = sum(rest.count(f"&{name};") * len(value) for name, value in entities.items())
    if grown > MAX_FEED:
        raise FileUnusable("declares entities that make it many times as long: it is not read")
    lines = [f'<!ENTITY {name} "{value}">' for name, value in entities.items() if '"' not in value]
    return "<!DOCTYPE feed [\n" + "\n".join(lines) + "\n]>" if lines else ""


def _fault(error: Any, shift: int) -> str:
    """An encoding other than the feed says is no fault here."""
    if error is None or not hasattr(error, "getLineNumber"):
        return ""
    return f"is not well-formed XML (line {error.getLineNumber() + shift}: {error.getMessage()})"


def _is_balanced(text: str) -> bool:
    """Return whether the feed is whole, and each text in it that begins also ends."""
    begun, ended = (Counter(map(str.lower, pattern.findall(text))) for pattern in (_TEXT, _TEXT_END))
    return begun == ended and _END.search(text[-1000:]) is not None


def _entry_fields(entry: Any, feed: Any, version: str) -> dict[str, object]:
    """Return the fields of an entry, named as ours. Raises `Refused`."""
    given, channel = dict(entry.items()), dict(feed.items())
    links = (given.get("feedburner_origlink"), given.get("link"))
    fields = {
        "id": given.get("id"),
        "headline": given.get("title"),
        "body": _entry_body(given),
        "date": _entry_date(given),
        "source": dict(given.get("source") or {}).get("title") or channel.get("title"),
        "url": next((url for url in links if url and url.startswith(("http://", "https://"))), None),
        "authors": _entry_authors(given) or (_entry_authors(channel) if version.startswith("atom") else []),
        "language": _entry_language(given, channel),
        "rights": given.get("rights") or channel.get("rights"),
        "subjects": [_filed(tag) for tag in given.get("tags") or []],
    }
    return {name: value for name, value in fields.items() if value}


def _entry_body(given: Mapping[str, Any]) -> str:
    """The whole text where the feed has it, else the summary."""
    texts = [_plain_body(content) for content in given.get("content") or []]
    return max(texts, key=len, default="") or _plain_body(given.get("summary_detail") or {})


def _plain_body(content: Mapping[str, Any]) -> str:
    value = content.get("value") or ""
    if content.get("type") == _PLAIN or not value.strip():
        return str(value).strip()
    return tree.text_of(tree.parse_html(value))


def _entry_date(given: Mapping[str, Any]) -> str | None:
    """The date as it is written, with its zone; in UTC where only what reads feeds knows the notation."""
    for name in ("published", "updated", "created"):
        if not (said := given.get(name)):
            continue
        try:
            parse_published(said)
        except Refused:
            moment = given.get(f"{name}_parsed")
            return time.strftime("%Y-%m-%dT%H:%M:%SZ", moment) if moment else str(said)
        return str(said)
    return None


def _entry_authors(given: Mapping[str, Any]) -> list[str]:
    listed = given.get("authors") or []
    if len(listed) < 2 and (said := given.get("author")):
        found = _WITH_MAIL.fullmatch(said.strip())
        return [(found["after"] or found["before"]) if found else said]
    return [name for author in listed if (name := author.get("name") or author.get("email"))]


def _filed(tag: Mapping[str, Any]) -> dict[str, object]:
    """Return a category: what it is called, and its code where that is another word."""
    name, label = tag.get("term"), tag.get("label")
    return {"scheme": tag.get("scheme"), "name": label or name, "code": name if label else None}


def _entry_language(given: Mapping[str, Any], channel: Mapping[str, Any]) -> str | None:
    details = [*(given.get("content") or []), given.get("summary_detail") or {}, given.get("title_detail") or {}]
    said = (given.get("language"), *(detail.get("language") for detail in details), channel.get("language"))
    return next(filter(None, said), None)
