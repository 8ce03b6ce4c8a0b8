"""JSON that is no JSON Lines: an array of objects, one object, or one that holds a list of them.

Read object by object: the file is never whole in memory. The bytes are cut at the brackets that belong together,
strings skipped, and each piece is decoded on its own. So a record with a broken value is one rejection, and so is one
over the limit, of which nothing is kept. Where a bracket or a quote does not close, the next line that begins like the
first record began a line is taken for the next record; without such lines the rest of the file is lost.

What was looked at and given back is bounded by what was taken: after more, a record ends where the next one seems to
begin, without a look at what follows.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import msgspec

from app.ingest.fields import is_article
from app.ingest.readers.containers import Unclear, chosen, is_named_for_records, is_of_records, unfold
from app.ingest.readers.json_feed import completed_entry, feed_before, is_json_feed
from app.ingest.readers.jsonl import NotAnObject, decode_object
from app.ingest.readers.opened import Opened
from app.ingest.readers.record import MAX_RECORD, Record, Unusable, hashed, undecodable
from app.ingest.readers.sniff import HEAD, Nature

# A whole string, a string that does not end here, or a bracket.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|"|[\[\]{}]', re.DOTALL)
_IN_STRING = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_AFTER_BARE = re.compile(rb"[\s,\]}]")
# What is left of a chunk is copied for each record in it, so a large one would cost more than it saves.
_CHUNK = 64 * 1024
_BETWEEN = re.compile(rb"[\s,]*")
# A key with its colon, any other string, the beginning of one, or a bracket.
_STEP = re.compile(rb'"([^"\\]*+(?:\\.[^"\\]*+)*+)"(?:(\s*+:)|(\s*+\Z))?|"|[\[\]{}]', re.DOTALL)
_MOST_LISTS = 20
# Bytes that may be looked at in vain: so many, and so many for each that was taken.
_FREE = 1_000_000
_SHARE = 4


@dataclass(frozen=True, slots=True)
class _Piece:
    raw: bytes
    offset: int


@dataclass(frozen=True, slots=True)
class _Lost:
    """Why a value, or the rest of the file, cannot be read."""

    reason: str
    offset: int


def read(stream: Opened, nature: Nature) -> Iterator[Record | Unusable]:
    number = 0
    feed = feed_before(stream.peek(HEAD)[nature.mark :].decode(nature.encoding, "replace"))
    try:
        for piece in _outermost(stream, nature):
            for record in _records(number + 1, piece, feed):
                number = record.number or number
                yield record
    except UnicodeDecodeError as error:
        yield Unusable(number + 1, f"{undecodable(error)}; the rest of the file was not read")


def _records(
    number: int, piece: _Piece | _Lost, feed: Mapping[str, object] | None = None
) -> Iterator[Record | Unusable]:
    """Yield what a piece holds; `feed` is what is said of all pieces."""
    if isinstance(piece, _Lost):
        yield Unusable(number, piece.reason, piece.offset)
        return
    sha256 = hashed(piece.raw)
    try:
        fields = decode_object(piece.raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        yield Unusable(number, undecodable(error), piece.offset, sha256)
    except NotAnObject as error:
        yield Unusable(number, str(error), piece.offset, sha256)
    else:
        if feed is not None and not is_json_feed(fields):
            fields = completed_entry(fields, feed)
        yield from unfold(number, fields, piece.offset, sha256)


def _outermost(stream: Opened, nature: Nature) -> Iterator[_Piece | _Lost]:
    """The pieces of the file; of one object that is too long or damaged, those of the list of records that it holds."""
    is_object = stream.peek(HEAD)[nature.mark :].decode(nature.encoding, "replace").lstrip().startswith("{")
    pieces = _pieces(_utf8(stream, nature), nature.mark)
    if not is_object:
        yield from pieces
        return
    first = next(pieces, None)
    if isinstance(first, _Piece) and _is_valid_value(first.raw):
        yield first
        yield from pieces
        return
    try:
        start = _list_of_records(stream, nature)
    except Unclear as error:
        yield _Lost(str(error), nature.mark)
        return
    stream.rewind()
    yield from _pieces(_utf8(stream, nature), nature.mark, start)


def _list_of_records(stream: Opened, nature: Nature) -> int | None:
    """Return where in the first object of the file a list of records begins, None where there is none."""
    stream.rewind()
    found = dict(islice(_lists_of_objects(_utf8(stream, nature), nature.mark), _MOST_LISTS))
    starts = {path: start for path, start in found.items() if _holds_records(stream, nature, path, start)}
    return starts[chosen(starts)] if starts else None


def _holds_records(stream: Opened, nature: Nature, path: str, start: int) -> bool:
    if not is_of_records(path):
        return False
    stream.rewind()
    first = next(_pieces(_utf8(stream, nature), nature.mark, start), None)
    if not isinstance(first, _Piece):
        return False
    try:
        return is_article(decode_object(first.raw.decode("utf-8", "replace"))) or is_named_for_records(path)
    except NotAnObject:
        return is_named_for_records(path)


def _lists_of_objects(chunks: Iterator[bytes], offset: int) -> Iterator[tuple[str, int]]:
    """The lists of objects in the first value, with where they begin: those to which objects alone lead."""
    levels: list[tuple[str, int | None]] = []
    """The key of each that is open, and where it begins if it is a list."""
    buffer, key, lists, last = b"", "", 0, -1
    while (more := b"".join(islice(chunks, 16))) and len(buffer) < MAX_RECORD:
        buffer += more
        at = 0
        for step in _STEP.finditer(buffer):
            if step[0] == b'"' or step[3] is not None:
                break  # cut off by the end of the chunk
            at = step.end()
            if step[0] in (b"]", b"}"):
                lists -= levels.pop()[1] is not None if levels else 0
                if not levels:
                    return
            elif step[0] in (b"[", b"{"):
                above = levels[-1][1] if levels else None
                if step[0] == b"{" and above is not None and lists == 1 and above != last:
                    last = above
                    yield ".".join(name for name, _ in levels[1:]), above
                levels.append((key, offset + step.start() if step[0] == b"[" else None))
                lists += step[0] == b"["
            elif step[2] is not None:
                key = step[1].decode("utf-8", "replace")
        else:
            at = len(buffer)
        buffer = buffer[at:]
        offset += at


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


class _Ahead:
    """The bytes not taken yet, as far as they were read; `offset` is where they begin."""

    def __init__(self, chunks: Iterator[bytes], offset: int) -> None:
        self._chunks = chunks
        self._start = self.offset = offset
        self.buffer = bytearray()
        self.ended = False
        self.wasted = 0
        """Bytes that were looked at and given back."""

    @property
    def is_wasteful(self) -> bool:
        return self.wasted > _FREE + _SHARE * (self.offset - self._start)

    def more(self) -> None:
        chunk = next(self._chunks, None)
        self.ended = chunk is None
        self.buffer += chunk or b""

    def take(self, size: int) -> bytes:
        taken = bytes(self.buffer[:size])
        # The front of a `bytearray` is cut off without moving the rest.
        del self.buffer[:size]
        self.offset += len(taken)
        return taken

    def skip_to(self, offset: int) -> None:
        while self.offset < offset and not self.ended:
            self.take(min(offset - self.offset, len(self.buffer)))
            if not self.buffer:
                self.more()

    def skip(self) -> bytes:
        """Go to the next value, bracket, or the end. Return the last of what stood before it."""
        skipped = b""
        while True:
            match = _BETWEEN.match(self.buffer)
            skipped = (skipped + self.take(match.end() if match else 0))[-_CHUNK:]
            if self.buffer or self.ended:
                return skipped
            self.more()


@dataclass(slots=True)
class _Scan:
    """Where a value ends, that may lie over many chunks: none of it is looked at twice. `seen` bytes were."""

    bare: bool
    """A number or a word: up to what separates it."""
    seen: int = 0
    depth: int = 0
    in_string: bool = False

    def end(self, buffer: bytes | bytearray, ended: bool) -> int:
        """Return the end of the value; 0 where it is not all there yet."""
        if self.bare:
            match = _AFTER_BARE.search(buffer, self.seen)
            self.seen = match.start() if match else len(buffer)
            return max(self.seen, 1) if match or ended else 0
        while True:
            if self.in_string and not self._leave_string(buffer):
                return 0
            if self.seen and not self.depth:
                return self.seen
            if (end := self._brackets(buffer)) or not self.in_string:
                return end

    def _leave_string(self, buffer: bytes | bytearray) -> bool:
        match = _IN_STRING.match(buffer, self.seen)
        self.seen = match.end() if match else self.seen
        # Not at the end of the string, but before half of an escape or at the end of what is there.
        if buffer[self.seen : self.seen + 1] != b'"':
            return False
        self.seen += 1
        self.in_string = False
        return True

    def _brackets(self, buffer: bytes | bytearray) -> int:
        for token in _TOKEN.finditer(buffer, self.seen):
            self.seen = token.end()
            text = token[0]
            if text == b'"':
                self.in_string = True
                return 0
            if text in (b"{", b"["):
                self.depth += 1
            elif text in (b"}", b"]"):
                self.depth -= 1
            if self.depth == 0:
                return self.seen
        self.seen = len(buffer)
        return 0


def _pieces(chunks: Iterator[bytes], offset: int, start: int | None = None) -> Iterator[_Piece | _Lost]:
    """The values inside the outermost array, or the outermost values where there is none. `start`: where another array
    begins, that is read instead."""
    ahead = _Ahead(chunks, offset)
    ahead.skip_to(start or offset)
    ahead.skip()
    in_array = ahead.buffer.startswith(b"[")
    ahead.take(1 if in_array else 0)
    next_line = b""
    while True:
        before = ahead.skip()
        if in_array and ahead.buffer.startswith(b"]"):
            yield from () if start is not None else _after_array(ahead)
            return
        if not ahead.buffer:
            if in_array:
                yield _Lost("is missing: the array is not closed", ahead.offset)
            return
        next_line = next_line or _next_line(before, bytes(ahead.buffer[:1]))
        near = _up_to_next_line(ahead, next_line) if next_line and ahead.is_wasteful else None
        piece = near or _next(ahead, next_line)
        yield piece
        if isinstance(piece, _Lost) and not ahead.buffer and ahead.ended:
            return


def _next(ahead: _Ahead, next_line: bytes) -> _Piece | _Lost:
    offset = ahead.offset
    scan = _Scan(bare=not ahead.buffer.startswith((b"{", b"[", b'"')))
    while True:
        end = scan.end(ahead.buffer, ahead.ended)
        is_long = (end or len(ahead.buffer)) > MAX_RECORD
        end = _mended_end(ahead.buffer, end, next_line, ahead.ended or is_long)
        if end and end <= MAX_RECORD:
            ahead.wasted += scan.seen - end
            return _Piece(ahead.take(end), offset)
        if is_long:
            return _pass_too_long(ahead, scan, next_line, end)
        if ahead.ended:
            ahead.take(len(ahead.buffer))
            return _Lost("never ends: a bracket or a quote is not closed", offset)
        ahead.more()


def _up_to_next_line(ahead: _Ahead, next_line: bytes) -> _Piece | None:
    """Return what stands before the next line that begins like a record, without a look beyond; None where there is
    none within the limit."""
    searched = 1
    while (end := ahead.buffer.find(next_line, searched)) < 0:
        if ahead.ended or len(ahead.buffer) > MAX_RECORD:
            return None
        searched = max(len(ahead.buffer) - len(next_line) + 1, 1)
        ahead.more()
    offset, raw = ahead.offset, bytes(ahead.buffer[:end])
    whole = _Scan(bare=not raw.startswith((b"{", b"[", b'"'))).end(raw, ended=True)
    return _Piece(ahead.take(whole or end), offset)


def _pass_too_long(ahead: _Ahead, scan: _Scan, next_line: bytes, end: int) -> _Lost:
    """Go past a value over the limit; `end` is 0 as long as it is not all there."""
    offset = ahead.offset
    while not end:
        if ahead.ended:
            ahead.take(len(ahead.buffer))
            return _Lost(f"is over {MAX_RECORD:,} bytes; the rest of the file was not read", offset)
        # The beginning of a line may be cut by the end of a chunk.
        past = max(min(scan.seen, len(ahead.buffer) - len(next_line)), 0)
        ahead.take(past)
        scan.seen -= past
        ahead.more()
        end = scan.end(ahead.buffer, ahead.ended)
        end = (max(ahead.buffer.find(next_line, 0, end or len(ahead.buffer)), 0) if next_line else 0) or end
    ahead.take(end)
    return _Lost(f"is over {MAX_RECORD:,} bytes", offset)


def _after_array(ahead: _Ahead) -> Iterator[_Lost]:
    offset = ahead.offset + 1
    ahead.take(1)
    ahead.skip()
    if ahead.buffer:
        yield _Lost("something follows the end of the array", offset)


def _next_line(before: bytes, first: bytes) -> bytes:
    """Return how a line begins that holds the start of a record, by the white space before the first one."""
    _, newline, indent = before.rpartition(b"\n")
    return newline + indent + first if newline and first == b"{" else b""


def _mended_end(buffer: bytearray, end: int, next_line: bytes, last_try: bool) -> int:
    """Return where a broken value ends, by the line on which the next one seems to begin."""
    if not next_line or (end and _is_valid_value(bytes(buffer[:end]))) or not (end or last_try):
        return end
    return max(buffer.find(next_line, 0, end or len(buffer)), 0) or end


def _is_valid_value(raw: bytes) -> bool:
    """Return whether it needs no second look: nearly always, and then it is not decoded here."""
    if b"\n" not in raw:
        return True
    try:
        msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True
