"""Lines of a stream, one at a time, with their place in it. A line over the record limit is dropped as it is read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from app.ingest.readers.opened import Opened
from app.ingest.readers.record import MAX_RECORD, hashed


@dataclass(frozen=True, slots=True)
class Line:
    """`raw` with its line end; None where the line is over the limit. `offset` counts bytes of the stream."""

    raw: bytes | None
    offset: int
    sha256: str


def lines(stream: Opened, newline: bytes, offset: int) -> Iterator[Line]:
    """`newline` is one code unit of the encoding: two bytes in UTF-16, found at even places alone."""
    buffer = b""
    searched = 0
    while chunk := stream.read():
        buffer += chunk
        start = 0
        while (end := _line_end(buffer, newline, start, max(searched, start))) > 0:
            yield _line(buffer[start:end], offset + start)
            start = end
        buffer = buffer[start:]
        offset += start
        searched = max(0, len(buffer) - len(newline)) // len(newline) * len(newline)
        if len(buffer) > MAX_RECORD:
            dropped, buffer = _drop(stream, newline, buffer)
            yield Line(None, offset, dropped.sha256)
            offset += dropped.size
            searched = 0
    if buffer:
        yield _line(buffer, offset)


def _line(raw: bytes, offset: int) -> Line:
    if len(raw) > MAX_RECORD:
        return Line(None, offset, hashed(raw))
    return Line(raw, offset, hashed(raw))


def _line_end(buffer: bytes, newline: bytes, start: int, searched: int) -> int:
    """Return where the line that begins at `start` ends, its newline included; 0 where it does not end here."""
    at = buffer.find(newline, searched)
    while at >= 0 and (at - start) % len(newline):
        at = buffer.find(newline, at + 1)
    return at + len(newline) if at >= 0 else 0


@dataclass(frozen=True, slots=True)
class _Dropped:
    size: int
    sha256: str


def _drop(stream: Opened, newline: bytes, buffer: bytes) -> tuple[_Dropped, bytes]:
    """Read on to the end of the line; what follows it comes back."""
    digest = hashlib.sha256()
    size = 0
    while True:
        end = _line_end(buffer, newline, 0, 0)
        piece = buffer[:end] if end else buffer[: len(buffer) // len(newline) * len(newline)]
        digest.update(piece)
        size += len(piece)
        buffer = buffer[len(piece) :]
        if end:
            return _Dropped(size, digest.hexdigest()), buffer
        chunk = stream.read()
        if not chunk:
            return _Dropped(size, digest.hexdigest()), b""
        buffer += chunk
