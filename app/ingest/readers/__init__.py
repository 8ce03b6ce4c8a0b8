"""The formats: one reader each, a generator of raw records. `read` finds the right one in `kinds.KINDS`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from app.ingest.formats import Format
from app.ingest.readers.kinds import KINDS
from app.ingest.readers.opened import Opened
from app.ingest.readers.record import FileUnusable, Record, Unusable
from app.ingest.readers.sniff import HEAD, Nature, sniff

__all__ = ["FileUnusable", "Opened", "Record", "Unusable", "plain_name", "read", "reader_of"]

Reader = Callable[[Opened, Nature], Iterator[Record | Unusable]]


def plain_name(path: Path) -> Path:
    """The name without `.gz`: packing a file does not make it another one."""
    return Path(path.name).with_suffix("") if path.suffix == ".gz" else Path(path.name)


def reader_of(format: Format) -> Reader:
    module = next(kind.reader for kind in KINDS if kind.format == format)
    reader: Reader = import_module(f"{__name__}.{module}").read
    return reader


def read(stream: Opened, path: Path, forced: Format | None = None) -> Iterator[tuple[Format | None, Record | Unusable]]:
    """The records of an opened file with their format. Never raises for what is in it: a file that cannot be read to
    its end yields one last `Unusable` without a number."""
    format: Format | None = None
    try:
        nature = sniff(stream.peek(HEAD), plain_name(path).suffix.lower(), forced)
        format = nature.format
        for record in reader_of(format)(stream, nature):
            yield format, record
    except FileUnusable as error:
        yield format, Unusable(None, str(error))
