"""From paths to drafts and refusals, in order, a record at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from operator import attrgetter
from pathlib import Path

from app.errors import FetchFailed
from app.ingest import draft as drafts
from app.ingest import readers
from app.ingest.dates import DateOrder
from app.ingest.draft import Draft, Origin
from app.ingest.fetching import Addresses
from app.ingest.fields import unknown
from app.ingest.formats import Format
from app.ingest.mapping import FieldMap
from app.ingest.readers.record import MAX_RECORD, Refused, hashed
from app.ingest.report import Tally
from app.ingest.shapes import shape_of
from app.ingest.survey import Survey, is_worth, survey_records
from app.ingest.walk import Found
from app.store.rejections import Refusal
from app.text import printable

# A file that is still being written is read until it stands still, but not for ever.
_TRIES = 3
# Names of fields may be anything, even data; remembering them must not fill the memory.
_MOST_IGNORED = 200
_MOST_NOTES = 50
_LONGEST_NAME = 300


@dataclass(frozen=True, slots=True)
class FileEnd:
    """The file at `path` was read to its end, or there is none any more. `changed`: while it was read, so that it is
    read from its beginning again, and what came of it so far does not count. `inside`: with all files that it holds."""

    path: str
    changed: bool = False
    inside: bool = False


Incoming = Draft | Refusal | FileEnd


@dataclass(slots=True)
class Reading:
    """Iterate over it once. `done` grows from 0 to `total` bytes."""

    files: list[Found]
    source: str | None
    format: Format | None
    tally: Tally
    label: Callable[[Found], str] = attrgetter("label")
    """What a file is called in the keys of its records."""
    map: FieldMap = field(default_factory=FieldMap)
    fetcher: Addresses | None = None
    """For files that are addresses of the web."""
    total: int = 0
    done: int = 0
    _before: int = field(default=0, init=False)
    _on_disk: readers.Opened | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.total = sum(found.size for found in self.files)

    def __iter__(self) -> Iterator[Incoming]:
        for found in self.files:
            if found.settled:
                yield FileEnd(found.place)
                continue
            self.tally.files += 1
            yield from self._file(found)
            self._before += found.size
            self.done = self._before

    def _file(self, found: Found) -> Iterator[Incoming]:
        if found.refusal is not None:
            yield self._refusal(found, found.refusal)
            return
        if found.url is not None:
            yield from self._address(found, found.url)
            return
        whole = False
        try:
            before = found.path.stat()
            for left in reversed(range(_TRIES)):
                whole = yield from self._records(found)
                after = found.path.stat()
                if _unmoved(before, after):
                    break
                before = after
                self.tally.notes.append(
                    f"{found.name} changed while it was read" + (" and was read again." if left else ".")
                )
                if left:
                    yield FileEnd(found.place, changed=True)
        except OSError as error:
            yield self._refusal(found, f"cannot be read: {error.strerror}")
            return
        if whole:
            yield FileEnd(found.place, inside=True)

    def _address(self, found: Found, url: str) -> Iterator[Incoming]:
        assert self.fetcher is not None
        try:
            stream, name, page = self.fetcher.open(url)
        except FetchFailed as error:
            yield self._refusal(found, error.reason)
            return
        except Refused as error:
            yield self._refusal(found, str(error))
            return
        origin = Origin(url, found.path, *self._read_as(found), lambda: found.called or url, named=name.name)
        with stream:
            if page is None:
                whole = yield from self._of_opened(stream, origin)
            else:
                raw = stream.whole(MAX_RECORD)
                whole = yield from self._of_records([("page", readers.Record(1, page, 0, hashed(raw)))], origin, {})
        if whole:
            yield FileEnd(found.place, inside=True)

    def _refusal(self, found: Found, reason: str) -> Refusal:
        source, format = self._read_as(found)
        return Refusal(found.name, found.place, None, reason, source=source, format=format)

    def _read_as(self, found: Found) -> tuple[str | None, Format | None]:
        """Return source and format: what is given now goes before what was given when something of the file was
        refused."""
        return self.source or found.source, self.format or found.format

    def _records(self, found: Found) -> Generator[Incoming, None, bool]:
        """Returns whether the file could be read to its end."""
        origin = Origin(found.name, found.path, *self._read_as(found), partial(self.label, found))
        with readers.Opened(found.path) as self._on_disk:
            return (yield from self._of_opened(self._on_disk, origin))

    def _of_opened(self, stream: readers.Opened, origin: Origin) -> Generator[Incoming, None, bool]:
        members = readers.open_members(stream, origin.path, origin.format)
        if members is None:
            return (yield from self._of_file(stream, origin))
        whole = True
        for member in members:
            self._note_progress()
            if isinstance(member, readers.Unusable):
                whole = False
                yield refusal(origin, member.number, member.reason)
            else:
                yield from self._member(member, origin.member(member.name))
        return whole

    def _member(self, member: readers.Member, origin: Origin) -> Iterator[Incoming]:
        self.tally.files += 1
        if member.stream is None:
            yield refusal(origin, None, member.refusal or "")
        elif (yield from self._of_opened(member.stream, origin)):
            yield FileEnd(str(origin.path), inside=True)

    def _of_file(self, stream: readers.Opened, origin: Origin) -> Generator[Incoming, None, bool]:
        seen = self._surveyed(stream, origin)
        if seen.refusal is not None:
            yield refusal(origin, None, seen.refusal)
            return False
        orders = self.map.date_order or seen.orders
        read = readers.read(stream, Path(origin.name), origin.format)
        return (yield from self._of_records(read, origin, orders))

    def _of_records(
        self,
        read: Iterable[tuple[Format | None, readers.Record | readers.Unusable | readers.Note]],
        origin: Origin,
        orders: DateOrder | Mapping[int, DateOrder],
    ) -> Generator[Incoming, None, bool]:
        whole, is_empty = True, True
        for format, record in read:
            self._note_progress()
            is_empty = False
            if isinstance(record, readers.Note):
                self._tell(f"{origin.file} {record.text}")
                continue
            if isinstance(record, readers.Unusable):
                whole = whole and record.number is not None
                yield refusal(origin, record.number, record.reason, record.sha256, record.offset)
                continue
            complete = self._with_page(self._by_our_names(record))
            if complete is None:
                continue
            record = complete
            if len(self.tally.ignored) < _MOST_IGNORED:
                self.tally.ignored |= unknown(record.fields)
            assert format is not None
            try:
                yield drafts.draft(record, format, origin, orders)
            except Refused as error:
                yield refusal(origin, record.number, _told(error, record, origin), record.sha256, record.offset)
        if is_empty:
            self._tell(f"{origin.file} holds no records.")
        return whole

    def _by_our_names(self, record: readers.Record) -> readers.Record:
        """Rename fields: what is given with the run goes before what is known of a service."""
        shape = None if self.map.paths else shape_of(record.fields)
        given = shape or self.map
        return replace(record, fields=given.apply(record.fields)) if shape or self.map.paths else record

    def _with_page(self, record: readers.Record) -> readers.Record | None:
        """Add the text of the page that a feed's entry points to, where that is wanted and can be had. Returns None for
        an entry of which there is nothing new."""
        if self.fetcher is None or not self.fetcher.pages or not isinstance(record.fields.get("url"), str):
            return record
        try:
            return self.fetcher.with_page(record)
        except (FetchFailed, Refused) as error:
            self._tell(
                f"{record.fields['url']}: the page was not read ({error}); the entry was taken as the feed has it."
            )
            return record

    def _surveyed(self, stream: readers.Opened, origin: Origin) -> Survey:
        """Look at what the file holds, and go back to its beginning."""
        try:
            head = stream.peek(readers.HEAD)
        except readers.FileUnusable:
            # What is wrong is said by who reads it.
            head = b""
        found = Survey()
        if is_worth(head):
            found = survey_records(head, readers.read(stream, origin.path, origin.format), self.map)
        stream.rewind()
        for note in found.notes if found.refusal is None else ():
            self._tell(f"{origin.file} {note}")
        return found

    def _tell(self, note: str) -> None:
        """Note it once: a file may be read again, and a thousand of one kind need not be told."""
        if note not in self.tally.notes and len(self.tally.notes) < _MOST_NOTES:
            self.tally.notes.append(note)

    def _note_progress(self) -> None:
        if self._on_disk is not None:
            self.done = max(self.done, self._before + self._on_disk.consumed)


def _told(error: Refused, record: readers.Record, origin: Origin) -> str:
    """Return why a record is refused. What is fetched has other entries tomorrow: there its number says nothing."""
    entry = record.fields.get("url") or record.fields.get("id")
    is_named = origin.named is not None and isinstance(entry, str) and entry != origin.file
    return f"{error} (entry {printable(str(entry))[:_LONGEST_NAME]})" if is_named else str(error)


def refusal(
    origin: Origin, number: int | None, reason: str, sha256: str | None = None, offset: int | None = None
) -> Refusal:
    container = origin.on_disk if origin.container else None
    return Refusal(
        origin.file, str(origin.path), number, reason, sha256, offset, origin.source, origin.format, container
    )


def _unmoved(before: os.stat_result, after: os.stat_result) -> bool:
    return _state(before) == _state(after)


def _state(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
