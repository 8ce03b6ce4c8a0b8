"""A file as a stream of its bytes, unpacked where it is gzip, with a guard against files that unpack without end."""

from __future__ import annotations

import gzip
import zlib
from io import BufferedReader
from pathlib import Path
from types import TracebackType

from app.ingest.readers.record import FileUnusable

CHUNK = 256 * 1024

# News text packs about 3:1, tables of zeros 1000:1. The first megabyte is free: a small repetitive file is no danger.
_MAX_RATIO = 100
_RATIO_FROM = 1_000_000


class Opened:
    """`read` and `peek` raise `FileUnusable` for damaged gzip data; offsets count unpacked bytes."""

    def __init__(self, path: Path) -> None:
        self._raw = path.open("rb")
        self._packed = self._raw.read(2) == b"\x1f\x8b"
        self.rewind()

    def rewind(self) -> None:
        """Begin again, as just opened."""
        self._raw.seek(0)
        self._ahead = b""
        self._produced = 0
        self._source: gzip.GzipFile | BufferedReader = gzip.GzipFile(fileobj=self._raw) if self._packed else self._raw

    @property
    def consumed(self) -> int:
        """Bytes of the file itself that were read, for progress; what was only peeked at does not count."""
        return self._raw.tell() * (self._produced - len(self._ahead)) // max(self._produced, 1)

    def peek(self, size: int) -> bytes:
        """The next `size` bytes, or all there are; they are read again."""
        while len(self._ahead) < size and (more := self._read(size - len(self._ahead))):
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

    def _read(self, size: int) -> bytes:
        try:
            given = self._source.read(size)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise FileUnusable(f"damaged gzip data: {str(error).lower()}") from None
        except OSError as error:
            raise FileUnusable(f"cannot be read: {error.strerror}") from None
        self._produced += len(given)
        if self._packed and self._produced > _RATIO_FROM and self._produced > _MAX_RATIO * self._raw.tell():
            raise FileUnusable(f"unpacks to more than {_MAX_RATIO} times its size")
        return given

    def close(self) -> None:
        self._source.close()
        self._raw.close()

    def __enter__(self) -> Opened:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
