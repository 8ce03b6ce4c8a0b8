"""The body of a request that is larger than memory should hold: on its way into a file that goes with the request."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from fastapi import Request
from starlette.exceptions import HTTPException

from app.errors import BodyUnreadable, StorageFailed
from app.http.envelope import too_large

_IN_MEMORY = 1_000_000
_PIECE = 256 * 1024
_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Spooled:
    """`file` has the body unpacked; `sha256` is of that."""

    media_type: str
    file: BinaryIO
    sha256: str


@asynccontextmanager
async def spooled_body(request: Request, media_types: tuple[str, ...], most: int) -> AsyncIterator[Spooled]:
    """Take in a body of one of these types, of at most so many bytes, packed and unpacked; it goes with the block."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if media_type not in media_types or coding not in ("identity", "gzip"):
        raise HTTPException(415)
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as opened:
        file = cast(BinaryIO, opened)
        sink = _Sink(file, most)
        unpack = _Gunzip(sink) if coding == "gzip" else None
        async for piece in request.stream():
            (unpack or sink).write(piece)
        if unpack is not None:
            unpack.end()
        yield Spooled(media_type, file, sink.digest.hexdigest())


class _Sink:
    def __init__(self, file: BinaryIO, most: int) -> None:
        self._file, self._left = file, most
        self.digest = hashlib.sha256()

    def write(self, piece: bytes) -> None:
        self._left -= len(piece)
        if self._left < 0:
            raise too_large()
        try:
            self._file.write(piece)
        except OSError as error:
            raise StorageFailed(f"What is sent cannot be kept: {error.strerror}.") from error
        self.digest.update(piece)


class _Gunzip:
    """Gzip, perhaps of several members, unpacked as it comes."""

    def __init__(self, sink: _Sink) -> None:
        self._sink = sink
        self._unpacker = zlib.decompressobj(_GZIP)

    def write(self, piece: bytes) -> None:
        try:
            while piece:
                if self._unpacker.eof:
                    self._unpacker = zlib.decompressobj(_GZIP)
                self._sink.write(self._unpacker.decompress(piece, _PIECE))
                piece = self._unpacker.unconsumed_tail or self._unpacker.unused_data
        except zlib.error as error:
            raise BodyUnreadable(f"It is damaged gzip data: {error}.") from None

    def end(self) -> None:
        if not self._unpacker.eof:
            raise BodyUnreadable("It is gzip data that is cut off.")
