"""The formats: one reader each, a generator of raw records, or of the files inside a container. `kinds.KINDS` lists
them; `open_members` and `read` find the right one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from app.ingest.formats import Format, unpacked_name
from app.ingest.readers.kinds import KINDS_BY_FORMAT, Kind
from app.ingest.readers.members import MAX_DEPTH, Member
from app.ingest.readers.opened import Opened
from app.ingest.readers.record import FileUnusable, Note, Record, Unusable
from app.ingest.readers.sniff import HEAD, Nature, container, sniff

__all__ = [
    "HEAD", "FileUnusable", "Member", "Note", "Opened", "Record", "Unusable", "holds_files", "open_members", "read",
    "reader_of",
]  # fmt: skip

Reader = Callable[[Opened, Nature], Iterator[Record | Unusable | Note]]
Unpacker = Callable[[Opened], Iterator[Member]]


def reader_of(format: Format) -> Reader:
    """Raises `FileUnusable` for a container: only one that is nested too deep is ever read as a file."""
    kind = KINDS_BY_FORMAT[format]
    if kind.is_container:
        raise FileUnusable(f"is packed inside more than {MAX_DEPTH} others: unpack the outer ones and give the folder")
    reader: Reader = _function(kind)
    return reader


def open_members(stream: Opened, path: Path, forced: Format | None = None) -> Iterator[Member | Unusable] | None:
    """The files inside an opened file; None where it is not one that holds files. Never raises for what is in it: one
    that cannot be read to its end yields one last `Unusable`."""
    if stream.depth >= MAX_DEPTH:
        return None
    try:
        kind = container(stream.peek(HEAD), _ending(path), forced)
    except FileUnusable:
        # What is wrong is said by who reads it as a file.
        stream.rewind()
        return None
    return _until_unusable(_function(kind), stream) if kind else None


def holds_files(path: Path) -> bool:
    """Return whether there is a container at a path, as far as one may look."""
    try:
        with Opened(path) as stream:
            return container(stream.peek(HEAD), _ending(path)) is not None
    except (OSError, FileUnusable):
        return False


def read(
    stream: Opened, path: Path, forced: Format | None = None
) -> Iterator[tuple[Format | None, Record | Unusable | Note]]:
    """The records of an opened file with their format. Never raises for what is in it: a file that cannot be read to
    its end yields one last `Unusable` without a number."""
    format: Format | None = None
    try:
        nature = sniff(stream.peek(HEAD), _ending(path), forced)
        format = nature.format
        for record in reader_of(format)(stream, nature):
            yield format, record
    except FileUnusable as error:
        yield format, Unusable(None, str(error))


def _until_unusable(unpack: Unpacker, stream: Opened) -> Iterator[Member | Unusable]:
    try:
        yield from unpack(stream)
    except FileUnusable as error:
        yield Unusable(None, str(error))


def _function(kind: Kind) -> Any:
    module, _, name = kind.reader.partition(".")
    return getattr(import_module(f"{__name__}.{module}"), name or "read")


def _ending(path: Path) -> str:
    return Path(unpacked_name(path.name)).suffix.lower()
