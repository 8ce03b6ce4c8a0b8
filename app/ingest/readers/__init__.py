"""The formats: one reader each, a generator of raw records. `read` finds the right one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from app.ingest.readers import csv, json_array, jsonl, text
from app.ingest.readers.opened import Opened
from app.ingest.readers.record import FileUnusable, Record, Unusable
from app.ingest.readers.sniff import FORMATS, HEAD, Format, Nature, sniff

__all__ = ["FORMATS", "FileUnusable", "Format", "Opened", "Record", "Unusable", "plain_name", "read"]

Reader = Callable[[Opened, Nature], Iterator[Record | Unusable]]

_READERS: dict[Format, Reader] = {
    "text": text.read,
    "jsonl": jsonl.read,
    "json": json_array.read,
    "csv": csv.read,
}


def plain_name(path: Path) -> Path:
    """The name without `.gz`: packing a file does not make it another one."""
    return Path(path.name).with_suffix("") if path.suffix == ".gz" else Path(path.name)


def read(stream: Opened, path: Path, forced: Format | None = None) -> Iterator[tuple[Format | None, Record | Unusable]]:
    """The records of an opened file with their format. Never raises for what is in it: a file that cannot be read to
    its end yields one last `Unusable` without a number."""
    format: Format | None = None
    try:
        nature = sniff(stream.peek(HEAD), plain_name(path).suffix.lower(), forced)
        format = nature.format
        for record in _READERS[format](stream, nature):
            yield format, record
    except FileUnusable as error:
        yield format, Unusable(None, str(error))
