"""TAR: the files in it, in their order, without going back. Packed ones are unpacked as they are read."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from functools import partial
from typing import IO, cast

from app.ingest.readers.members import Listed, Member, MemberUnusable, listed_members
from app.ingest.readers.opened import CHUNK, Opened, hold_all
from app.ingest.readers.record import FileUnusable

# What stands before a file, its long name say, is read at once.
_LONGEST_HEADER = 1_000_000
_BROKEN = (tarfile.TarError, ValueError, OverflowError, RecursionError)


class _Damaged(tarfile.ReadError):
    """A header that is none, which the standard library takes for the end."""


class _TarHeader(tarfile.TarInfo):
    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _TarHeader:
        if not buf:
            raise _Damaged("it has no end mark, so the end may be missing")
        try:
            return super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if any(buf):
                raise _Damaged(str(error)) from None
            raise


class _Forward:
    """The stream as a file in which one may only go on."""

    def __init__(self, stream: Opened) -> None:
        self._stream = stream
        self._at = 0
        self._ended = False

    def tell(self) -> int:
        return self._at

    def seek(self, to: int) -> None:
        if to < self._at:
            raise tarfile.ReadError("it leads back")
        while self._at < to and self.read(min(to - self._at, CHUNK)):
            pass

    def read(self, size: int) -> bytes:
        if not 0 <= size <= _LONGEST_HEADER:
            raise tarfile.ReadError("it has a header that is too long")
        read = b""
        while len(read) < size and (chunk := self._stream.read(size - len(read))):
            read += chunk
        self._at += len(read)
        # A header may ask for more without an end.
        if not read and size and self._ended:
            raise tarfile.ReadError("it ends too early")
        self._ended = not read
        return read


def read_tar(stream: Opened) -> Iterator[Member]:
    return listed_members(stream, _tar_entries(stream))


def _tar_entries(stream: Opened) -> Iterator[Listed]:
    stream.rewind()
    source = _Forward(stream)
    try:
        archive = tarfile.TarFile(
            fileobj=cast("IO[bytes]", source), mode="r", tarinfo=_TarHeader, errors="surrogateescape"
        )
        while (info := archive.next()) is not None:
            # The library keeps what it has met.
            archive.members.clear()  # type: ignore[attr-defined]  # it is documented by use alone
            if not info.isdir():
                yield Listed(info.name, partial(_untarred, archive, info, stream), _tar_refusal(info))
    except _BROKEN as error:
        raise FileUnusable(f"is a damaged TAR file ({error}): get it again") from None
    if any(any(chunk) for chunk in iter(stream.read, b"")):
        raise FileUnusable("has something after its end, another TAR file perhaps: unpack it and give the folder")


def _tar_refusal(info: tarfile.TarInfo) -> str | None:
    if info.issym() or info.islnk():
        return "is a link: pack what it leads to"
    return None if info.isreg() else "is not a regular file"


def _untarred(archive: tarfile.TarFile, info: tarfile.TarInfo, stream: Opened) -> IO[bytes]:
    source = archive.extractfile(info)
    assert source is not None
    # What is written of a file with holes is less than what comes out.
    allowances = [stream.allowance] if info.issparse() else []
    try:
        with source:
            return hold_all(source, MemberUnusable, *allowances)
    except tarfile.ReadError as error:
        raise FileUnusable(f"is a damaged TAR file ({error}): get it again") from None
