"""WARC and ARC, what crawlers keep: each page that a server gave, with the address and the day, is an article.

Everything else that is in them (requests, pictures, redirects, pages that were not found) is passed over; documents of
other kinds are told. What is damaged is one rejection, and the next record is looked for.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.ingest.readers.looks import Head, web_page
from app.ingest.readers.opened import Opened
from app.ingest.readers.record import FileUnusable, Note, Record, Refused, Unusable, hashed
from app.ingest.readers.sniff import Nature
from app.ingest.readers.web_page import MAX_PAGE, page_fields
from app.text import printable

# Pages are packed, or carry headers: a little more than the longest page.
_MOST_KEPT = MAX_PAGE + 1_000_000
_LONGEST_LINE = 100_000
_MOST_HEADERS = 1_000
_ARC_LINE = re.compile(rb"(\S.*) (\S+) (\d{8,14}) (\S+) (\d{1,15})\s*$")
_PAGES = frozenset(("text/html", "application/xhtml+xml"))
# Servers that say nothing of a page, and crawlers that did not keep it.
_UNTOLD = frozenset(("", "application/octet-stream", "unk", "no-type"))
# Parts of pages, and what has no text.
_PARTS = re.compile(
    r"(?:image|audio|video|font)/|.*(?:css|javascript|ecmascript|font|woff)|application/(?:json|wasm)|text/x-?js"
)
_MOST_TOLD = 3
_CHARSET_PARAMETER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_CHUNK_SIZE = re.compile(rb"\s*([0-9a-fA-F]{1,8})[^\r\n]{0,200}\r?\n")
_NEXT_RECORD = re.compile(rb"\nWARC/[01]\.")
# Bytes in which a page begins.
_HEAD = 2_000
_HEAD_END = re.compile(rb"\r?\n\r?\n")


class _RecordDamaged(Exception):
    """What stands here is no record; says why."""


@dataclass(frozen=True, slots=True)
class _Capture:
    """What was fetched from an address. `kept` is less than all of it where `is_cut`."""

    offset: int
    kind: str
    address: str
    fetched: str
    content_type: str
    kept: bytes
    is_cut: bool


class _Captures:
    """The records of a file, one after another."""

    def __init__(self, stream: Opened) -> None:
        self._stream = stream
        self._buffer = bytearray()
        self._failed: FileUnusable | None = None
        self.offset = 0

    def next(self) -> _Capture | None:
        """Return the next one, None at the end. Raises `_RecordDamaged`; what follows is looked at afterwards."""
        line = b"\n"
        while line and not line.strip():
            start = self.offset
            line = self._line()
        if not line:
            if self._failed:
                raise self._failed
            return None
        if line.startswith(b"WARC/"):
            return self._warc_record(start)
        if found := _ARC_LINE.match(line):
            address, _, day, content_type, size = (part.decode("utf-8", "replace") for part in found.groups())
            fetched = f"{day[:4]}-{day[4:6]}-{day[6:8]}"
            kind = "warcinfo" if address.startswith("filedesc:") else "response"
            return self._capture(start, int(size), kind, address, fetched, content_type)
        self._find_next()
        raise _RecordDamaged("is no record of a web archive")

    def _warc_record(self, start: int) -> _Capture:
        headers: dict[str, str] = {}
        while (line := self._line()).strip():
            name, colon, value = line.decode("utf-8", "replace").partition(":")
            if not colon or len(headers) > _MOST_HEADERS:
                self._find_next()
                raise _RecordDamaged("has a header that is damaged")
            headers[name.strip().lower()] = value.strip()
        size = headers.get("content-length", "")
        if not size.isascii() or not size.isdigit() or len(size) > 15:
            self._find_next()
            raise _RecordDamaged("does not say how long it is")
        return self._capture(
            start,
            int(size),
            headers.get("warc-type", "").lower(),
            headers.get("warc-target-uri", "").strip("<>"),
            headers.get("warc-date", ""),
            headers.get("content-type", ""),
        )

    def _capture(self, start: int, size: int, *told: str) -> _Capture:
        kept = self._take(min(size, _MOST_KEPT))
        left = size - len(kept)
        while left and (passed := len(self._take(min(left, _MOST_KEPT)))):
            left -= passed
        if left:
            raise self._failed or FileUnusable("ends in the middle of a record: get it again")
        kind, address, fetched, content_type = told
        return _Capture(start, kind, address, fetched, content_type, kept, size > len(kept))

    def _find_next(self) -> None:
        """Go to the next line that a record may begin with."""
        while self._fill(_LONGEST_LINE):
            if found := _NEXT_RECORD.search(self._buffer):
                self._take(found.start() + 1)
                return
            self._take(max(len(self._buffer) - len(b"\nWARC/1."), 1))

    def _line(self) -> bytes:
        self._fill(_LONGEST_LINE)
        end = self._buffer.find(b"\n", 0, _LONGEST_LINE) + 1
        return self._take(end or min(len(self._buffer), _LONGEST_LINE))

    def _take(self, size: int) -> bytes:
        self._fill(size)
        taken = bytes(self._buffer[:size])
        # The front of a `bytearray` is cut off without moving the rest.
        del self._buffer[:size]
        self.offset += len(taken)
        return taken

    def _fill(self, size: int) -> bool:
        """Have so many bytes at hand, or all that can be read. Return whether there are any."""
        try:
            while len(self._buffer) < size and not self._failed and (chunk := self._stream.read()):
                self._buffer += chunk
        except FileUnusable as error:
            self._failed = error
        return bool(self._buffer)


def read_warc(stream: Opened, nature: Nature) -> Iterator[Record | Unusable | Note]:  # noqa: ARG001  # pages say theirs
    captures = _Captures(stream)
    others: Counter[str] = Counter()
    number = 0
    while True:
        start = captures.offset
        try:
            capture = captures.next()
        except _RecordDamaged as error:
            number += 1
            yield Unusable(number, f"{error}: get the file again", start)
            continue
        if capture is None:
            break
        if (page := _page_in(capture)) is not None:
            number += 1
            yield _page_record(number, capture, *page)
        elif kind := _other_document(capture):
            others[kind] += 1
    if not number:
        raise FileUnusable(f"holds no web page that a server gave{f', but {_told_kinds(others)}' if others else ''}")
    if others:
        yield Note(f"holds more than pages, which was passed over: {_told_kinds(others)}.")


def _told_kinds(others: Counter[str]) -> str:
    told = [f"{count:,} of {printable(kind[:60])}" for kind, count in others.most_common(_MOST_TOLD)]
    return ", ".join(told) + (" and others" if len(others) > _MOST_TOLD else "")


def _other_document(capture: _Capture) -> str | None:
    """Return the type of a document that came whole and may be an article, and is no page; None for all else."""
    if capture.kind in ("resource", "conversion"):
        kind = capture.content_type
    elif (found := _answer_in(capture)) is not None:
        kind = found[0].get("content-type", "")
    else:
        return None
    kind = kind.partition(";")[0].strip().lower()
    return None if kind in _UNTOLD or _PARTS.match(kind) else kind


def _page_in(capture: _Capture) -> tuple[Mapping[str, str], bytes] | None:
    """Return the headers and the body of a page, None for what is none."""
    if capture.kind == "resource":
        return ({"content-type": capture.content_type}, capture.kept) if _may_be_page(capture.content_type) else None
    found = _answer_in(capture)
    return found if found and _may_be_page(found[0].get("content-type", ""), found[1]) else None


def _answer_in(capture: _Capture) -> tuple[Mapping[str, str], bytes] | None:
    """Return the headers and the body of what a server gave, None where it gave nothing."""
    if capture.kind != "response" or not capture.kept.startswith(b"HTTP/"):
        return None
    end = _HEAD_END.search(capture.kept)
    status, *lines = capture.kept[: end.start() if end else 0].decode("utf-8", "replace").splitlines() or [""]
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if end is None or status.split()[1:2] not in (["200"], ["203"]):
        return None
    return headers, capture.kept[end.end() :]


def _may_be_page(content_type: str, body: bytes = b"") -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind in _PAGES or (kind in _UNTOLD and web_page(Head(b"", "", body[:_HEAD].decode("latin-1"))))


def _page_record(number: int, capture: _Capture, headers: Mapping[str, str], body: bytes) -> Record | Unusable:
    charset = _CHARSET_PARAMETER.search(headers.get("content-type", ""))
    try:
        if capture.is_cut:
            raise Refused(f"is a page of over {_MOST_KEPT:,} bytes: save its text alone")
        if "chunked" in headers.get("transfer-encoding", "").lower():
            body = _joined_chunks(body)
        fields = page_fields(
            _unpacked_body(body, headers.get("content-encoding", "").strip().lower()),
            address=capture.address,
            fetched=capture.fetched,
            charset=charset[1] if charset else None,
        )
    except Refused as error:
        return Unusable(number, f"{error} ({capture.address[:200]})", capture.offset, hashed(capture.kept))
    return Record(number, fields, capture.offset, hashed(capture.kept))


def _joined_chunks(body: bytes) -> bytes:
    """Return the body without the lengths between its pieces; as it is where a crawler took them out already."""
    pieces, at = [], 0
    while found := _CHUNK_SIZE.match(body, at):
        size = int(found[1], 16)
        pieces.append(body[found.end() : found.end() + size])
        at = found.end() + size
        if not size:
            return b"".join(pieces)
        at += len(body[at : at + 2]) - len(body[at : at + 2].lstrip(b"\r\n"))
    return b"".join(pieces) if pieces and at >= len(body) else body


def _unpacked_body(body: bytes, packing: str) -> bytes:
    if packing in ("", "identity"):
        return body
    if packing not in ("gzip", "x-gzip", "deflate"):
        raise Refused(f"is packed in a way that is not read ({packing[:20]}): save the page alone")
    # 15 + 32: gzip or zlib; some servers call the bare thing deflate as well.
    for window in (15 + 32, -15):
        unpacking = zlib.decompressobj(window)
        try:
            unpacked = unpacking.decompress(body, MAX_PAGE + 1)
        except zlib.error:
            continue
        if unpacked:
            return unpacked
    return body
