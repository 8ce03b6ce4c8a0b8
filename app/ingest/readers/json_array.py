"""A JSON array of objects, or one object, read object by object: the file is never whole in memory.

The bytes are cut at the brackets that belong together, strings skipped, and each piece is decoded on its own. So a
record with a broken value is one rejection. Where a bracket or a quote does not close, the next line that begins like
the first record began a line is taken for the next record; without such lines the rest of the file is lost.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from app.ingest.readers.jsonl import NotAnObject, decode_object
from app.ingest.readers.opened import Opened
from app.ingest.readers.record import MAX_RECORD, Record, Unusable, hashed, undecodable
from app.ingest.readers.sniff import Nature

# A whole string, a string that does not end here, or a bracket.
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|"|[\[\]{}]', re.DOTALL)
# What is left of a chunk is copied for each record in it, so a large one would cost more than it saves.
_CHUNK = 64 * 1024
_BETWEEN = re.compile(rb"[\s,]*")


@dataclass(frozen=True, slots=True)
class _Piece:
    raw: bytes
    offset: int


@dataclass(frozen=True, slots=True)
class _Lost:
    """Why the rest of the file cannot be read."""

    reason: str
    offset: int


def read(stream: Opened, nature: Nature) -> Iterator[Record | Unusable]:
    number = 0
    try:
        for piece in _pieces(_utf8(stream, nature), nature.mark):
            number += 1
            if isinstance(piece, _Lost):
                yield Unusable(number, piece.reason, piece.offset)
            else:
                yield _record(number, piece)
    except UnicodeDecodeError as error:
        yield Unusable(number + 1, f"{undecodable(error)}; the rest of the file was not read")


def _record(number: int, piece: _Piece) -> Record | Unusable:
    sha256 = hashed(piece.raw)
    try:
        fields = decode_object(piece.raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        return Unusable(number, undecodable(error), piece.offset, sha256)
    except NotAnObject as error:
        return Unusable(number, str(error), piece.offset, sha256)
    return Record(number, fields, piece.offset, sha256)


def _utf8(stream: Opened, nature: Nature) -> Iterator[bytes]:
    """The bytes without their mark; other encodings are turned into UTF-8, so offsets count that."""
    stream.read(nature.mark)
    if nature.encoding == "utf-8":
        while chunk := stream.read(_CHUNK):
            yield chunk
        return
    decoder = codecs.getincrementaldecoder(nature.encoding)()
    while chunk := stream.read(_CHUNK):
        yield decoder.decode(chunk).encode("utf-8")
    yield decoder.decode(b"", final=True).encode("utf-8")


def _pieces(chunks: Iterator[bytes], offset: int) -> Iterator[_Piece | _Lost]:
    """The values inside the outermost array, or the outermost values where there is none."""
    buffer = b""
    in_array: bool | None = None
    ended = False
    next_line = b""
    while True:
        start = _skip(buffer)
        if not next_line:
            next_line = _next_line(buffer[:start], buffer[start : start + 1])
        buffer, offset = buffer[start:], offset + start
        if buffer and in_array is None:
            in_array = buffer.startswith(b"[")
            if in_array:
                buffer, offset = buffer[1:], offset + 1
                continue
        if in_array and buffer.startswith(b"]"):
            yield from _after_array(buffer[1:], chunks, offset + 1)
            return
        end = _value_end(buffer, ended)
        last_try = ended or len(buffer) > MAX_RECORD
        end = _mended_end(buffer, end, next_line, last_try)
        if end:
            yield _Piece(buffer[:end], offset)
            buffer, offset = buffer[end:], offset + end
        elif last_try:
            if buffer or in_array:
                yield _lost(buffer, offset)
            return
        else:
            more = next(chunks, None)
            ended = more is None
            buffer += more or b""


def _after_array(rest: bytes, chunks: Iterator[bytes], offset: int) -> Iterator[_Lost]:
    if rest.strip() or any(chunk.strip() for chunk in chunks):
        yield _Lost("something follows the end of the array", offset)


def _lost(buffer: bytes, offset: int) -> _Lost:
    if len(buffer) > MAX_RECORD:
        return _Lost(f"is over {MAX_RECORD:,} bytes; the rest of the file was not read", offset)
    if buffer:
        return _Lost("never ends: a bracket or a quote is not closed", offset)
    return _Lost("is missing: the array is not closed", offset)


def _skip(buffer: bytes) -> int:
    match = _BETWEEN.match(buffer)
    return match.end() if match else 0


def _next_line(before: bytes, first: bytes) -> bytes:
    """How a line begins that holds the start of a record, by the white space before the first one."""
    _, newline, indent = before.rpartition(b"\n")
    return newline + indent + first if newline and first == b"{" else b""


def _mended_end(buffer: bytes, end: int, next_line: bytes, last_try: bool) -> int:
    """Where a broken value ends, by the line on which the next one seems to begin."""
    if not next_line or (end and _is_sound(buffer[:end])) or not (end or last_try):
        return end
    return max(buffer.find(next_line, 0, end or len(buffer)), 0) or end


def _is_sound(raw: bytes) -> bool:
    """Whether it needs no second look: nearly always, and then it is not decoded here."""
    if b"\n" not in raw:
        return True
    try:
        msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _value_end(buffer: bytes, ended: bool) -> int:
    """The end of the value at the start of `buffer`; 0 where it is not all there yet."""
    if buffer[:1] not in (b"{", b"[", b'"'):
        # A number or a word: up to what separates it.
        match = re.search(rb"[\s,\]}]", buffer)
        return max(match.start(), 1) if match else len(buffer) if ended else 0
    depth = 0
    for token in _TOKEN.finditer(buffer):
        text = token[0]
        if text == b'"':
            return 0
        if text in (b"{", b"["):
            depth += 1
        elif text in (b"}", b"]"):
            depth -= 1
        if depth == 0:
            return token.end()
    return 0
