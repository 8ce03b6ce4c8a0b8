"""A file as a stream of its bytes, unpacked where it is packed, with a bound on files that unpack without end."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import zlib
from collections.abc import Callable
from pathlib import Path
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import IO, Protocol

from app.ingest.readers.record import FileUnusable

CHUNK = 256 * 1024

# News text packs about 3:1, tables of zeros 1000:1. The first megabyte is free: a small repetitive file is no danger.
_MAX_RATIO = 100
_FREE = 1_000_000
# What must be there as a whole to be read is hold_all on disk beyond this, and not at all beyond that.
_IN_MEMORY = 8_000_000
_MOST_HELD = 2_000_000_000
# The dictionary of `xz -9` is 64 MB.
_XZ_MEMORY = 256_000_000


class Allowance:
    """Counts what comes out of something packed, at whatever depth."""

    def __init__(self, size: int, unusable: Callable[[str], Exception] = FileUnusable) -> None:
        """`size` is that of what is packed."""
        self._left = max(_FREE, _MAX_RATIO * size)
        self._unusable = unusable
        self.members = 0
        """Files inside that were met so far."""

    def count(self, size: int) -> None:
        """Raise what `unusable` makes of the reason when it becomes too much."""
        self._left -= size
        if self._left < 0:
            raise self._unusable(f"unpacks to more than {_MAX_RATIO} times its size")


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Unpacking(Protocol):
    def read1(self, size: int, /) -> bytes:
        """Return at most so many bytes, as many as come of one step: none of them is lost where the next step fails."""
        ...


class _Joined:
    """One packed file or several that were joined. As `lzma.LZMAFile`, which lets a file ask for four gigabytes of
    memory, and `bz2.BZ2File`, which passes over what else follows the end."""

    def __init__(self, raw: IO[bytes], new: Callable[[], bz2.BZ2Decompressor | lzma.LZMADecompressor]) -> None:
        self._raw = raw
        self._new = new
        self._decoder = new()

    def read1(self, size: int, /) -> bytes:
        while not self._decoder.eof or self._begin_next():
            packed = self._raw.read(CHUNK) if self._decoder.needs_input else b""
            if self._decoder.needs_input and not packed:
                raise EOFError("ended before its end mark was reached")
            if given := self._decoder.decompress(packed, size):
                return given
        return b""

    def _begin_next(self) -> bool:
        """There may be zeros between them."""
        rest = self._decoder.unused_data.lstrip(b"\0")
        while not rest and (chunk := self._raw.read(CHUNK)):
            rest = chunk.lstrip(b"\0")
        if rest:
            self._decoder = self._new()
            self._raw.seek(-len(rest), os.SEEK_CUR)
        return bool(rest)


_PACKINGS: tuple[tuple[bytes, str, Callable[[IO[bytes]], _Unpacking]], ...] = (
    (b"\x1f\x8b", "gzip", lambda raw: gzip.GzipFile(fileobj=raw, mode="rb")),
    (b"BZh", "bzip2", lambda raw: _Joined(raw, bz2.BZ2Decompressor)),
    (b"\xfd7zXZ\0", "xz", lambda raw: _Joined(raw, lambda: lzma.LZMADecompressor(memlimit=_XZ_MEMORY))),
)


class Opened:
    """`read` and `peek` raise `FileUnusable` for damaged packed data; offsets count unpacked bytes.

    `depth` is how many files it is packed inside of, `allowance` the one that they have in common."""

    def __init__(self, source: Path | IO[bytes], within: Opened | None = None) -> None:
        self._raw: IO[bytes] = source.open("rb") if isinstance(source, Path) else source
        self.allowance: Allowance = within.allowance if within else Allowance(self._raw.seek(0, os.SEEK_END))
        self.depth: int = within.depth + 1 if within else 0
        self._raw.seek(0)
        magic = self._raw.read(6)
        self._packing = next(((name, new) for begins, name, new in _PACKINGS if magic.startswith(begins)), None)
        self._counted = 0
        self._file: IO[bytes] | None = None
        self.rewind()

    def rewind(self) -> None:
        """Begin again, as just opened."""
        self._raw.seek(0)
        self._ahead = b""
        self._produced = 0
        self._failed: FileUnusable | None = None
        self._unpacking = self._packing[1](self._raw) if self._packing else None

    @property
    def consumed(self) -> int:
        """Bytes of the file itself that were read, for progress; what was only peeked at does not count."""
        if self._produced == 0:
            return self._raw.tell()
        return self._raw.tell() * (self._produced - len(self._ahead)) // self._produced

    def peek(self, size: int) -> bytes:
        """The next `size` bytes, or all that can be read; they are read again."""
        while len(self._ahead) < size and not self._failed and (more := self._read(size - len(self._ahead))):
            self._ahead += more
        return self._ahead[:size]

    def read(self, size: int = CHUNK) -> bytes:
        if self._ahead:
            given, self._ahead = self._ahead[:size], self._ahead[size:]
            return given
        return self._read(size)

    def whole(self, limit: int) -> bytes:
        """Return all there is, for formats that cannot be read piece by piece. Raises `FileUnusable` over the limit."""
        pieces, size = [], 0
        while chunk := self.read():
            pieces.append(chunk)
            size += len(chunk)
            if size > limit:
                raise FileUnusable(f"is over {limit:,} bytes, which is too much to be read at once: divide it")
        return b"".join(pieces)

    def file(self) -> IO[bytes]:
        """The file from its beginning, for who must go back and forth in it; where it is packed, what it unpacks to.
        The stream itself is not read any more after that."""
        self.rewind()
        if not self._packing:
            return self._raw
        if self._file is None:
            self._file = hold_all(self, FileUnusable)
        return self._file

    def _read(self, size: int) -> bytes:
        if self._failed:
            raise self._failed
        try:
            given = self._unpacked(size) if self._unpacking else self._raw.read(size)
        except OSError as error:
            raise FileUnusable(f"cannot be read: {error.strerror}") from None
        self._produced += len(given)
        if self._unpacking and self._produced > self._counted:
            self.allowance.count(self._produced - self._counted)
            self._counted = self._produced
        return given

    def _unpacked(self, size: int) -> bytes:
        """Give what comes before the damage first, then raise."""
        given = b""
        try:
            while len(given) < size and (more := self._step(size - len(given))):
                given += more
        except FileUnusable as error:
            if not given:
                raise
            self._failed = error
        return given

    def _step(self, size: int) -> bytes:
        assert self._unpacking is not None
        try:
            return self._unpacking.read1(size)
        except (gzip.BadGzipFile, EOFError, zlib.error, lzma.LZMAError) as error:
            raise self._damaged(error) from None
        except OSError as error:
            # What is no bzip2 is an error without a number.
            if error.errno:
                raise
            raise self._damaged(error) from None

    def _damaged(self, error: Exception) -> FileUnusable:
        name = self._packing[0] if self._packing else "packed"
        return FileUnusable(f"damaged {name} data: {str(error).lower()}")

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._raw.close()

    def __enter__(self) -> Opened:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def hold_all(source: _Readable, unusable: Callable[[str], Exception], *allowances: Allowance) -> IO[bytes]:
    """All that `source` gives, as a file without a name that can be read back and forth. Raises what `unusable` makes
    of the reason where that is too much."""
    copy: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  # whoever asked closes it
    try:
        size = 0
        while chunk := source.read(CHUNK):
            size += len(chunk)
            for allowance in allowances:
                allowance.count(len(chunk))
            if size > _MOST_HELD:
                raise unusable(f"unpacks to more than {_MOST_HELD:,} bytes")
            copy.write(chunk)
    except BaseException:
        copy.close()
        raise
    copy.seek(0)
    return copy
