"""The one validated shape that every reader's records take, and the rules by which they do.

Validated by msgspec, which reads the JSON as well: it checks types without turning one into another (a pydantic model
in lax mode takes 0 for a date), and a record costs microseconds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as civil_date
from pathlib import Path

import msgspec

from app.errors import DatelineError
from app.ingest.readers import Format, Record, plain_name
from app.text import fingerprint, normalise

# Our name for a field, and what others call it, in the order in which they are looked for.
_NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id",),
    "headline": ("headline", "title"),
    "body": ("body", "text", "content"),
    "date": ("date", "published", "published_at"),
    "dateline": ("dateline",),
    "source": ("source",),
    "url": ("url",),
    "authors": ("authors", "author"),
    "language": ("language",),
}
_KNOWN = frozenset(name for names in _NAMES.values() for name in names)

# Ids of our own kind in a file name: 000_4733ca42cb406978.txt.
_OWN_ID = re.compile(r"(?:^|[^0-9a-zA-Z])([0-9a-f]{16})$")
# A time is not kept, but one that cannot be says that the date is none either: 99:99, or a sentence after it.
_HOUR = r"(?:[01]?\d|2[0-4])"
_ZONE = rf"(?:[+-]{_HOUR}(?::?[0-5]\d)?|[A-Za-z]{{1,5}})"
_TIME = rf"{_HOUR}:?[0-5]\d(?::?(?:[0-5]\d|60)(?:[.,]\d+)?)?(?:\s*[AaPp][Mm])?(?:\s*{_ZONE})?(?:\s*[(\[][\w /]+[)\]])?"
_DATE = re.compile(rf"(\d{{4}})(?:[-/.](\d{{1,2}})(?:[-/.](\d{{1,2}})(?:[Tt ]\s*{_TIME})?)?)?", re.ASCII)
_MAIL_DATE = re.compile(
    rf"(?:[A-Za-z]{{3,9}},\s*)?(\d{{1,2}})\s+([A-Za-z]{{3}})[a-z]*\s+(\d{{4}})(?:\s+{_TIME})?", re.ASCII
)
_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
# What `normalise` removes; line ends of other systems are rewritten, not removed.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


class Refused(DatelineError):
    """The record is not an article; says why."""


class _Given(msgspec.Struct, forbid_unknown_fields=True):
    """Types as they may stand in a record. Everything may be missing; what must be there is checked in `draft`."""

    id: str | int | None = None
    headline: str | None = None
    body: str | None = None
    date: str | int | None = None
    dateline: str | None = None
    source: str | None = None
    url: str | None = None
    authors: str | list[str] | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where records come from. `file` is the name to show, `path` the place itself; `source` is for those that name
    none, `format` the one that was forced."""

    file: str
    path: Path
    source: str | None = None
    format: Format | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """An article as it came in, cleaned. `key` says which article it is: see `_key`.

    `content_sha256` is of headline, body and date: the date belongs to it, for newswires print the same line of two
    days (`Bundesbank leaves credit policies unchanged`). `record_sha256` is of all fields.
    """

    id: str
    key: str
    external_id: str | None
    headline: str | None
    body: str
    date: str | None
    dateline: str | None
    source: str | None
    url: str | None
    authors: tuple[str, ...]
    language: str
    content_sha256: str
    record_sha256: str
    origin: Origin
    record: Record
    cleaned: bool
    """Control characters were removed."""

    @property
    def size(self) -> int:
        return len(self.body) + len(self.headline or "")


def draft(record: Record, format: Format, origin: Origin) -> Draft:
    """Raises `Refused`."""
    given = _given(record.fields)
    headline = _line(given.headline)
    body = normalise(given.body or "")
    if not headline and not body.strip():
        raise Refused("has neither a headline nor a body")
    date = parse_date(given.date)
    own_id = _line(str(given.id) if given.id is not None else None)
    source = _line(given.source) or _line(origin.source)
    url = _line(given.url)
    authors = _authors(given.authors)
    dateline = _line((given.dateline or "").rstrip(" -–—\t\n"))
    language = (_line(given.language) or "en").lower()
    content = fingerprint(headline or "", body, date or "")
    key, id = _key(format, origin, source, own_id, url, content)
    fields = (own_id, headline, body, date, dateline, source, url, *authors, language)
    return Draft(
        id=id,
        key=key,
        external_id=own_id,
        headline=headline,
        body=body,
        date=date,
        dateline=dateline,
        source=source,
        url=url,
        authors=authors,
        language=language,
        content_sha256=content,
        record_sha256=fingerprint(*(field or "" for field in fields)),
        origin=origin,
        # The raw fields are not needed any more, and would double what waits for recognition.
        record=Record(record.number, {}, record.offset, record.sha256),
        cleaned=_holds_controls(given),
    )


def unknown_fields(record: Record) -> set[str]:
    """Names of fields that mean nothing to us."""
    return {name for name in record.fields if name not in _KNOWN}


def parse_date(given: str | int | None) -> str | None:
    """A civil date in the precision given, as written there: a timestamp's zone is never applied.

    YYYY, YYYY-MM, YYYY-MM-DD, ISO timestamps and the dates of mail (`Mon, 05 May 2025 10:00:00 GMT`).
    """
    text = str(given).strip() if given is not None else ""
    if not text:
        return None
    match = _DATE.fullmatch(text)
    year, month, day = match.groups() if match else _mail_date(text)
    try:
        civil_date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        raise Refused(f"has a date that cannot be: {text[:60]!r}") from None
    return "-".join([year, *(part.zfill(2) for part in (month, day) if part)])


def _mail_date(text: str) -> tuple[str, str, str]:
    match = _MAIL_DATE.fullmatch(text)
    month = _MONTHS.find(match[2].lower()) if match else -1
    if match is None or month % 3:
        raise Refused(f"has a date that cannot be read: {text[:60]!r}")
    return match[3], str(month // 3 + 1), match[1]


def _given(fields: Mapping[str, object]) -> _Given:
    values: dict[str, object] = {}
    for ours, theirs in _NAMES.items():
        value = next((fields[name] for name in theirs if fields.get(name) not in (None, "", [])), None)
        if value is not None:
            values[ours] = value
    try:
        return msgspec.convert(values, _Given)
    except msgspec.ValidationError as error:
        reason, _, where = str(error).partition(" - at `$.")
        raise Refused(f"has a field of the wrong kind: {where.rstrip('`')}: {_plainly(reason)}") from None


def _plainly(reason: str) -> str:
    """msgspec's words without its type notation."""
    reason = reason[:1].lower() + reason[1:]
    for theirs, ours in (("str", "text"), ("int", "number"), ("array", "list"), (" | null", ""), ("`", "")):
        reason = reason.replace(theirs, ours)
    return reason.replace(" | ", " or ")


def _holds_controls(given: _Given) -> bool:
    values = (getattr(given, name) for name in _Given.__struct_fields__)
    texts = (text for value in values for text in (value if isinstance(value, list) else [value]))
    return any(isinstance(text, str) and _CONTROLS.search(text) for text in texts)


def _line(text: str | None) -> str | None:
    """On one line, single spaces; None where nothing is left."""
    return " ".join(normalise(text).split()) or None if text else None


def _authors(given: str | list[str] | None) -> tuple[str, ...]:
    names = given.split(";") if isinstance(given, str) else given or []
    return tuple(name for name in map(_line, names) if name)


def _key(
    format: Format, origin: Origin, source: str | None, own_id: str | None, url: str | None, content: str
) -> tuple[str, str]:
    """Key and id. An id of our kind in the file's name is both. Else the key is the record's own id under its source
    (or file), else its URL, else what it says; a tab, which no field holds, keeps the parts apart."""
    name = plain_name(origin.path).name
    if format == "text" and (own := _OWN_ID.search(Path(name).stem)):
        return f"name\t{own[1]}", own[1]
    if own_id is not None:
        key = f"id\t{source or name}\t{own_id}"
    else:
        key = f"url\t{url}" if url is not None else f"content\t{content}"
    return key, fingerprint(key)[:16]
