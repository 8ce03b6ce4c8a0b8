"""The one validated shape that every reader's records take, and the rules by which they do.

Validated by msgspec, which reads the JSON as well: it checks types without turning one into another (a pydantic model
in lax mode takes 0 for a date), and a record costs microseconds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import msgspec

from app.enrich.layout import Layout, lay_out
from app.ingest import fields
from app.ingest.codes import NO_CODES, Codes, codes_of
from app.ingest.dates import DateOrder, Published, parse_published, time_on
from app.ingest.exported import Exported, exported
from app.ingest.formats import Format, unpacked_name
from app.ingest.markup import plain_text
from app.ingest.readers import Record
from app.ingest.readers.record import Refused
from app.text import fingerprint, normalise, oddities, one_line, printable
from app.urls import url_key, usual_spellings, without_tracking

# Ids of our own kind in a file name: 000_4733ca42cb406978.txt.
_OWN_ID = re.compile(r"(?:^|[^0-9a-zA-Z])([0-9a-f]{16})$")


class _Given(msgspec.Struct, forbid_unknown_fields=True):
    """Types as they may stand in a record. Everything may be missing; what must be there is checked in `draft`."""

    id: str | int | None = None
    headline: str | None = None
    body: str | None = None
    date: str | int | float | None = None
    dateline: str | None = None
    source: str | None = None
    url: str | None = None
    authors: str | list[str] | None = None
    language: str | None = None


@dataclass(frozen=True)
class Origin:
    """Where records come from. `file` is the name to show, `path` the place itself; `source` is for those that name
    none, `format` the one that was forced. `label` tells what the file is called in keys, by default as it is shown.
    `container` is the file that it is packed in, below which `path` is then: nothing on disk."""

    file: str
    path: Path
    source: str | None = None
    format: Format | None = None
    label: Callable[[], str] | None = None
    container: Origin | None = None
    named: str | None = None
    """What the file is called where its path does not tell."""

    def member(self, name: str) -> Origin:
        """Return that of a file inside this one, which is like a folder by its name."""
        return Origin(
            f"{self.file}/{name}", self.path / name, self.source, self.format,
            lambda: f"{self.called}/{unpacked_name(name)}", self,
        )  # fmt: skip

    @cached_property
    def on_disk(self) -> str:
        """The path of the file that is opened."""
        return self.container.on_disk if self.container else str(self.path)

    @cached_property
    def name(self) -> str:
        """Return the name of the file itself, without `.gz`."""
        return unpacked_name(self.named or self.path.name)

    @cached_property
    def place(self) -> str:
        """The whole path. A file and the same one packed are one place."""
        return str(self.path if self.named else self.path.with_name(self.name))

    @cached_property
    def shown(self) -> str:
        """`file`, with its folder where it was given by itself: what is kept of where an article came from."""
        if self.container:
            return self.container.shown + self.file.removeprefix(self.container.file)
        return self.file if "/" in self.file else f"{printable(self.path.parent.name)}/{self.file}"

    @cached_property
    def called(self) -> str:
        return self.label() if self.label is not None else unpacked_name(self.shown)

    @cached_property
    def own_id(self) -> str | None:
        """An id of our kind in the name of the file."""
        found = _OWN_ID.search(Path(self.name).stem)
        return found[1] if found else None


@dataclass(frozen=True)
class Draft:
    """An article as it came in, cleaned. `key` says which article it is: see `_key`.

    `content_sha256` is of headline, body and date: the date belongs to it, for newswires print the same line of two
    days (`Bundesbank leaves credit policies unchanged`). `record_sha256` is of all fields, `untimed_sha256` of all but
    `published_at`: what records had before their times were kept, and what those have that only repeat the date.
    `uncoded_sha256` is of all but that and `codes`: what records had before these were kept.
    """

    id: str
    key: str
    external_id: str | None
    headline: str | None
    body: str
    date: str | None
    published_at: str | None
    dateline: str | None
    source: str | None
    url: str | None
    authors: tuple[str, ...]
    language: str
    codes: Codes
    content_sha256: str
    record_sha256: str
    untimed_sha256: str
    uncoded_sha256: str
    origin: Origin
    record: Record
    cleaned: frozenset[str]
    """The kinds of things in its fields that are no text, and were taken out or replaced."""
    former_keys: tuple[str, ...] = ()
    """The keys that earlier versions gave the record, where those were others."""
    revision: int = 1
    """Which state of the article it is, where another archive counted them."""

    @cached_property
    def layout(self) -> Layout:
        return lay_out(self.body, self.headline, self.dateline)

    def at_address(self, url: str | None) -> Draft:
        """Return the draft of the same record, if it wrote its address so: another spelling is no other record."""
        if url == self.url or not url or not self.url or url_key(url) != url_key(self.url):
            return self
        said = (self.external_id, self.headline, self.body, self.date, self.dateline, self.source, url)
        uncoded = _uncoded_sha256(*said, *self.authors, self.language)
        untimed = _with_codes(uncoded, self.codes)
        return replace(
            self,
            url=url,
            uncoded_sha256=uncoded,
            untimed_sha256=untimed,
            record_sha256=_at_time(untimed, self.published_at),
        )

    def sha256_at(self, published_at: str | None) -> str:
        """Return the hash that the record would have with that time."""
        if published_at == self.published_at:
            return self.record_sha256
        return _at_time(self.untimed_sha256, published_at)

    def sha256s_before(self, published_at: str | None) -> set[str]:
        """Return the hashes of those that say the same but leave out the time, the codes, or both; `published_at` is
        the time of the one that is there."""
        less = {self.untimed_sha256} if self.published_at else set()
        if self.codes == NO_CODES:
            return less
        at = self.published_at or published_at
        return less | {self.uncoded_sha256, _at_time(self.uncoded_sha256, at)}

    @property
    def size(self) -> int:
        return len(self.body) + len(self.headline or "")


def draft(
    record: Record, format: Format, origin: Origin, orders: DateOrder | Mapping[int, DateOrder] | None = None
) -> Draft:
    """Make an article of a record. `orders` says which of day and month comes first in all dates, or in those of a
    column, by the rank of its name. Raises `Refused`."""
    if (known := exported(record.fields)) is not None:
        return _draft_again(known, record, origin)
    found = fields.taken(record.fields)
    ranks = {name: rank for name, (rank, _) in found.items()}
    raw = _given({name: value for name, (_, value) in found.items() if name != "time"})
    given = _in_plain_text(raw)
    headline = _line(given.headline)
    body = normalise(given.body or "")
    if not headline and not body.strip():
        raise Refused("has neither a headline nor a body")
    order = orders if isinstance(orders, str) or orders is None else orders.get(ranks.get("date", 0))
    date, published_at = _published(given.date, record.fields, order)
    own_id = _line(str(given.id) if given.id is not None else None)
    named = _line(given.source)
    source = named if ranks.get("source", 0) < fields.OURS else None
    source = source or _line(origin.source)
    url = _address(given.url)
    authors = _authors(given.authors)
    dateline = _line((given.dateline or "").rstrip(" -–—\t\n"))
    language = (_line(given.language) or "en").lower()
    content = fingerprint(headline or "", body, date or "")
    # An id by any other name is rather the program's than the publisher's.
    by_id = own_id if url is None or ranks.get("id", 0) < fields.OURS else None
    named_id = origin.own_id if format == "text" and record.number == 1 else None
    key, id = _key(named_id, origin, source, by_id, url, content)
    source = source or named
    codes = codes_of(record.fields)
    uncoded = _uncoded_sha256(own_id, headline, body, date, dateline, source, url, *authors, language)
    untimed = _with_codes(uncoded, codes)
    return Draft(
        id=id,
        key=key,
        external_id=own_id,
        headline=headline,
        body=body,
        date=date,
        published_at=published_at,
        dateline=dateline,
        source=source,
        url=url,
        authors=authors,
        language=language,
        codes=codes,
        content_sha256=content,
        record_sha256=_at_time(untimed, published_at),
        untimed_sha256=untimed,
        uncoded_sha256=uncoded,
        origin=origin,
        # The raw fields are not needed any more, and would double what waits for recognition.
        record=Record(record.number, {}, record.offset, record.sha256),
        cleaned=_kinds_cleaned(raw, given),
        former_keys=_former_keys(record.fields, origin, key, url, content),
    )


def _draft_again(known: Exported, record: Record, origin: Origin) -> Draft:
    """Return the draft of which another archive made the article that it exported."""
    given = _given(known.fields)
    headline, body = _line(given.headline), normalise(given.body or "")
    if not headline and not body.strip():
        raise Refused("has neither a headline nor a body")
    date = parse_published(given.date).date
    published_at = time_on(date, record.fields.get("published_at")) if date and len(date) == len("YYYY-MM-DD") else None
    own_id, source, url = _line(str(given.id) if given.id is not None else None), _line(given.source), _line(given.url)
    authors, language = tuple(_authors(given.authors)), _line(given.language) or "en"

    codes = codes_of(record.fields, again=True)

    def hashed(dateline: str | None) -> str:
        return _uncoded_sha256(own_id, headline, body, date, dateline, source, url, *authors, language)

    dateline = _line(given.dateline)
    if not known.is_intact and _at_time(_with_codes(hashed(None), codes), published_at) == known.record_sha256:
        dateline = None  # it was found in the text
    uncoded = hashed(dateline)
    untimed = _with_codes(uncoded, codes)
    record_sha256 = _at_time(untimed, published_at)
    if known.is_intact:
        # The dateline may have stood otherwise in the record than it is shown.
        record_sha256 = known.record_sha256
        untimed = record_sha256 if published_at is None else untimed
        uncoded = untimed if codes == NO_CODES else uncoded
    key = _key_of_page(known.key)
    return Draft(
        id=known.id,
        key=key,
        external_id=own_id,
        headline=headline,
        body=body,
        date=date,
        published_at=published_at,
        dateline=dateline,
        source=source,
        url=url,
        authors=authors,
        language=language,
        codes=codes,
        content_sha256=fingerprint(headline or "", body, date or ""),
        record_sha256=record_sha256,
        untimed_sha256=untimed,
        uncoded_sha256=uncoded,
        origin=origin,
        record=Record(record.number, {}, record.offset, record.sha256),
        cleaned=frozenset(oddities(" ".join(_texts(given)))),
        former_keys=(known.key,) if key != known.key else (),
        revision=known.revision,
    )


def _uncoded_sha256(*parts: str | None) -> str:
    return fingerprint(*(part or "" for part in parts))


def _with_codes(uncoded: str, codes: Codes) -> str:
    return fingerprint(uncoded, "codes", codes.hashed_part()) if codes != NO_CODES else uncoded


def _at_time(untimed: str, published_at: str | None) -> str:
    return fingerprint(untimed, published_at) if published_at else untimed


def _published(
    date: str | float | None, fields_given: Mapping[str, object], order: DateOrder | None = None
) -> Published:
    """Return the date, with the time that another field says where this one says none."""
    published = parse_published(date, order)
    if published.at or published.date is None or len(published.date) < len("YYYY-MM-DD"):
        return published
    said = (time_on(published.date, value) for value in fields.times(fields_given) if value != date)
    return Published(published.date, next(filter(None, said), None))


def _given(values: Mapping[str, object]) -> _Given:
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


def _in_plain_text(given: _Given) -> _Given:
    """Return the fields without the HTML that was left in it."""
    if not any("<" in text or "&" in text for text in _texts(given)):
        return given
    authors = given.authors
    return msgspec.structs.replace(
        given,
        headline=plain_text(given.headline or ""),
        body=plain_text(given.body or ""),
        dateline=plain_text(given.dateline or ""),
        source=plain_text(given.source or ""),
        url=(given.url or "").replace("&amp;", "&"),
        authors=[plain_text(name) for name in authors] if isinstance(authors, list) else plain_text(authors or ""),
    )


def _kinds_cleaned(raw: _Given, given: _Given) -> frozenset[str]:
    texts = _texts(given)
    kinds = oddities(" ".join(texts))
    if given is not raw and texts != _texts(raw):
        kinds.add("markup")
    return frozenset(kinds)


def _texts(given: _Given) -> list[str]:
    """All that is in its fields, without those that are empty."""
    authors = given.authors if isinstance(given.authors, list) else [given.authors]
    values = (given.id, given.headline, given.body, given.dateline, given.source, given.url, given.language, *authors)
    return [value for value in values if value and isinstance(value, str)]


def _line(text: str | None) -> str | None:
    """Return the text on one line with single spaces; None where nothing is left."""
    return one_line(text) or None if text else None


def _authors(given: str | list[str] | None) -> tuple[str, ...]:
    names = given.split(";") if isinstance(given, str) else given or []
    return tuple(name for name in map(_line, names) if name)


def _address(given: str | None) -> str | None:
    """Return the address without what says only by which way somebody came to it."""
    url = _line(given)
    return url and without_tracking(url)


def _key(
    named_id: str | None, origin: Origin, source: str | None, own_id: str | None, url: str | None, content: str
) -> tuple[str, str]:
    """Key and id. `named_id`, of our kind in the file's name, is both. Else the key is the record's own id under its
    source (or file), else its address, however that is spelt, else what it says; a tab, which no field holds, keeps the
    parts apart. The id is made of the address as it stands."""
    if named_id is not None:
        return f"name\t{named_id}", named_id
    if own_id is not None:
        key = f"id\t{source}\t{own_id}" if source else f"file\t{origin.called}\t{own_id}"
    elif url is not None:
        return f"url\t{url_key(url) or url}", fingerprint(f"url\t{url}")[:16]
    else:
        key = f"content\t{content}"
    return key, fingerprint(key)[:16]


def _key_of_page(key: str) -> str:
    """Return the key as it is now, of one in which an address stands as it was spelt."""
    url = key.removeprefix("url\t")
    return f"url\t{url_key(url)}" if url != key and url.lower().startswith(("http://", "https://")) else key


def _former_keys(
    given: Mapping[str, object], origin: Origin, key: str, url: str | None, content: str
) -> tuple[str, ...]:
    """Return the keys as they were: up to schema 0005 of three fields by these names alone, and under the bare name of
    the file; later of the address as it stands, so that of one page there may be any of the usual spellings."""
    spellings = [url, *usual_spellings(url)] if url is not None and key.startswith("url\t") else []
    first = [_first_key(given, origin, content)] if not key.startswith("name\t") else []
    former = [*(f"url\t{each}" for each in spellings), *first]
    return tuple(dict.fromkeys(each for each in former if each != key))


def _first_key(given: Mapping[str, object], origin: Origin, content: str) -> str:
    values = (given.get(name) for name in ("id", "source", "url"))
    own_id, source, url = (None if value in (None, "", []) else _line(str(value)) for value in values)
    if own_id is not None:
        return f"id\t{source or _line(origin.source) or origin.name}\t{own_id}"
    return f"url\t{url}" if url is not None else f"content\t{content}"
