"""The vectors of an archive: one row of eight-bit numbers for each article, in a folder beside the index.

    keys        a header of 128 bytes, then 20 for each row: the id of the article, of which text the row was made, and
                a checksum of the row; all zero where the article lost its vector
    rows-N      the rows themselves, end to end; N is the series in the header
    lock        held by whoever writes, for as long as a write takes

They are made from the articles and can be made again, so there is no log. A row counts from the moment the header
counts it, which is written last; whatever lies beyond it is overwritten. An article that is to lose its vector loses
the numbers before the key, so whoever was stopped in between finds the key and does it again. Rows are never used a
second time: a reader that looks a moment late finds zeros, and no other article's numbers. When a quarter of them are
empty both files are written anew, and the new keys replace the old ones in one step.

The header says up to which change of the archive its articles were looked at, and its edition moves with every write.
"""

from __future__ import annotations

import fcntl
import os
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from app.disk import fsync_path

Rows = npt.NDArray[np.int8]
Ids = npt.NDArray[np.uint64]
Keys = npt.NDArray[np.void]

_HEADER = struct.Struct("<8sIIQQQ32s")
_MAGIC = b"dateline"
_HEADER_BYTES = 128
_KEY = np.dtype([("id", "<u8"), ("text", "<u8"), ("crc", "<u4")])
_FEWEST_EMPTY = 1_000
"""Empty rows for which files are not written anew, however few others there are."""
_STALE_SECONDS = 0.25
_LOOKING_SHARE = 20
"""While vectors come all the time, keys are read anew for no more than this part of the time."""


@dataclass(frozen=True, slots=True)
class Header:
    """`model` is the fingerprint of the one that made the vectors; `reached` the last change that was looked at."""

    dimension: int
    series: int
    edition: int
    reached: int
    rows: int
    model: bytes

    def packed(self) -> bytes:
        body = _HEADER.pack(
            _MAGIC, self.dimension, self.series, self.edition, self.reached, self.rows, self.model
        )  # fmt: skip
        return (body + zlib.crc32(body).to_bytes(4, "little")).ljust(_HEADER_BYTES, b"\0")

    @classmethod
    def read(cls, packed: bytes) -> Header | None:
        """Return None for what is no header, or was half written."""
        body, crc = packed[: _HEADER.size], packed[_HEADER.size : _HEADER.size + 4]
        if len(packed) < _HEADER_BYTES or zlib.crc32(body).to_bytes(4, "little") != crc:
            return None
        magic, *values = _HEADER.unpack(body)
        return cls(*values) if magic == _MAGIC else None


_NOTHING = Header(0, 0, 0, 0, 0, b"")


class Vectors:
    """The vectors as they were at one moment. Of an article that lost its own since, zeros are left."""

    def __init__(self, header: Header, keys: Keys, rows: Rows) -> None:
        self.header = header
        self._rows = rows
        held = np.flatnonzero(keys["id"])
        order = np.argsort(keys["id"][held], kind="stable")
        self._ids: Ids = keys["id"][held][order]
        self._texts: Ids = keys["text"][held][order]
        self._places = held[order]

    @classmethod
    def none(cls) -> Vectors:
        return cls(_NOTHING, np.empty(0, _KEY), np.empty((0, 0), np.int8))

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def ids(self) -> Ids:
        """Ascending."""
        return self._ids

    def texts(self, ids: Ids) -> Ids:
        """Return of which text each article's vector was made; 0 where it has none."""
        at, held = self._find(ids)
        return np.where(held, self._texts[at], 0) if len(self) else np.zeros(len(ids), np.uint64)

    def gather(self, ids: Ids) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
        """Return one row of length one for each article, and whether it has a vector."""
        if not len(self):
            return np.zeros((len(ids), self.header.dimension), np.float32), np.zeros(len(ids), bool)
        at, held = self._find(ids)
        found = self._rows[self._places[at]].astype(np.float32)
        length = np.sqrt(np.einsum("ij,ij->i", found, found))
        held &= length > 0
        return found * (held / np.maximum(length, 1))[:, None].astype(np.float32), held

    def _find(self, ids: Ids) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        at = np.searchsorted(self._ids, ids)
        at[at == len(self._ids)] = 0
        return at, self._ids[at] == ids if len(self) else np.zeros(len(ids), bool)


@dataclass(frozen=True, slots=True)
class NewVector:
    """`text` is a hash of the text that it was made of."""

    id: int
    text: int
    row: Rows


class VectorFolder:
    """The files of one archive's vectors. Any number of processes read, and one writes at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._keys = folder / "keys"
        self._looking = threading.Lock()
        self._seen: Vectors | None = None
        self._place: tuple[int, int] = (0, 0)
        self._looked_at = self._pause = 0.0

    def now(self) -> Vectors:
        """Return the vectors as they are, a quarter of a second late at most, or somewhat more where many are read."""
        if self._seen is None or time.monotonic() - self._looked_at > max(_STALE_SECONDS, self._pause):
            self.look()
        assert self._seen is not None
        return self._seen

    def look(self) -> Vectors:
        """Return the vectors as they are on disk at this moment."""
        with self._looking:
            self._look()
            assert self._seen is not None
            return self._seen

    def begin(self, model: bytes, dimension: int) -> None:
        """Make sure that the folder holds vectors of this model, none at first."""
        if self.look().header.model == model:
            return
        self._folder.mkdir(mode=0o700, exist_ok=True)
        fsync_path(self._folder.parent)
        with self._writing():
            before = self.look().header
            if before.model != model:
                edition = max(time.time_ns(), before.edition + 1)
                made = Header(dimension, before.series + 1, edition, 0, 0, model)
                self._replace(made, np.empty(0, _KEY), np.empty((0, dimension), np.int8))

    def put(self, vectors: Sequence[NewVector], model: bytes, reached: int) -> bool:
        """Add vectors, in the place of those that these articles have, and note the change that was reached. Return
        False where the folder holds those of another model by now."""
        with self._writing():
            seen, keys = self.look(), self._read_keys()
            header = seen.header
            if header.model != model:
                return False
            self._clear(header, np.flatnonzero(np.isin(keys["id"], np.array([each.id for each in vectors], np.uint64))))
            rows = np.array([each.row for each in vectors], np.int8).reshape(len(vectors), header.dimension)
            added = np.array([(each.id, each.text, zlib.crc32(each.row.tobytes())) for each in vectors], _KEY)
            _write(self._rows_path(header), header.rows * header.dimension, rows.tobytes())
            _write(self._keys, _HEADER_BYTES + header.rows * _KEY.itemsize, added.tobytes())
            made = replace(header, edition=header.edition + 1, reached=reached, rows=header.rows + len(vectors))
            _write(self._keys, 0, made.packed())
            self._compact(made)
            self.look()
        return True

    def drop(self, ids: Iterable[str]) -> int:
        """Take the vectors of some articles out, numbers and all. Return how many there were."""
        wanted = as_ids(ids)
        return self._drop_where(lambda held: np.isin(held, wanted)) if len(wanted) and self._keys.exists() else 0

    def keep_only(self, ids: Iterable[str], *, anew: bool = False) -> int:
        """Take out the vectors of all articles but these. Return how many there were. `anew`: also write the files anew
        where any row is empty, and leave out what a write that was stopped left behind the last row."""
        if not self._keys.exists():
            return 0
        kept = as_ids(ids)
        return self._drop_where(lambda held: ~np.isin(held, kept), anew)

    def restart(self) -> None:
        """Have all articles looked at again; the vectors that fit their texts stay."""
        with self._writing():
            header = self.look().header
            if header.rows or header.reached:
                _write(self._keys, 0, replace(header, edition=header.edition + 1, reached=0).packed())
                self.look()

    def clear(self) -> None:
        """Take all vectors away."""
        with self._writing():
            header = self.look().header
            self._replace(
                replace(header, series=header.series + 1, edition=header.edition + 1, reached=0, rows=0),
                np.empty(0, _KEY),
                np.empty((0, header.dimension), np.int8),
            )
            self.look()

    def damaged(self) -> Iterator[str]:
        """Yield the ids of articles whose numbers are not those that were written."""
        seen = self.look()
        with suppress(FileNotFoundError):
            keys, rows = self._read_keys(), self._map(seen.header)
            for place in np.flatnonzero(keys["id"]).tolist():
                if zlib.crc32(rows[place].tobytes()) != keys["crc"][place]:
                    yield f"{int(keys['id'][place]):016x}"

    def _drop_where(self, is_dropped: Callable[[Ids], npt.NDArray[np.bool_]], anew: bool = False) -> int:
        with self._writing():
            header, keys = self.look().header, self._read_keys()
            places = np.flatnonzero((keys["id"] != 0) & is_dropped(keys["id"]))
            if len(places):
                self._clear(header, places)
                header = replace(header, edition=header.edition + 1)
                _write(self._keys, 0, header.packed())
            self._compact(header, anew)
            self.look()
        return len(places)

    def _clear(self, header: Header, places: npt.NDArray[np.int64]) -> None:
        """First the numbers, then the keys: see the head of this file."""
        for place in places.tolist():
            _write(self._rows_path(header), place * header.dimension, bytes(header.dimension), sync=False)
        if len(places):
            fsync_path(self._rows_path(header))
        for place in places.tolist():
            _write(self._keys, _HEADER_BYTES + place * _KEY.itemsize, bytes(_KEY.itemsize), sync=False)

    def _compact(self, header: Header, anew: bool = False) -> None:
        """Write the files anew where many rows are empty, or with `anew` where anything is left that no key has."""
        keys = self._read_keys()
        held = np.flatnonzero(keys["id"])
        empty = len(keys) - len(held)
        left = self._rows_path(header).stat().st_size > len(held) * header.dimension
        if empty > max(_FEWEST_EMPTY, len(held) // 3) or (anew and left):
            made = replace(header, series=header.series + 1, edition=header.edition + 1, rows=len(held))
            self._replace(made, keys[held], self._map(header)[held])

    def _replace(self, header: Header, keys: Keys, rows: Rows) -> None:
        _write(self._rows_path(header), 0, rows.tobytes())
        beside = self._folder / "keys.new"
        beside.unlink(missing_ok=True)
        _write(beside, 0, header.packed() + keys.tobytes())
        fsync_path(self._folder)
        beside.replace(self._keys)
        fsync_path(self._folder)
        for path in self._folder.glob("rows-*"):
            if path != self._rows_path(header):
                path.unlink()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        descriptor = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _look(self) -> None:
        began = time.monotonic()
        try:
            with self._keys.open("rb") as file:
                header = Header.read(file.read(_HEADER_BYTES)) or _NOTHING
                place = os.fstat(file.fileno()).st_ino, header.edition
                if self._seen is None or place != self._place:
                    keys = _unpacked_keys(file.read(header.rows * _KEY.itemsize))
                    self._seen, self._place = Vectors(header, keys, self._map(header)), place
        except FileNotFoundError:
            # There are none yet; or they were written anew at this very moment, and the next look finds them.
            if self._seen is None or not self._keys.exists():
                self._seen, self._place = Vectors.none(), (0, 0)
        self._looked_at = time.monotonic()
        self._pause = _LOOKING_SHARE * (self._looked_at - began)

    def _read_keys(self) -> Keys:
        with self._keys.open("rb") as file:
            header = Header.read(file.read(_HEADER_BYTES)) or _NOTHING
            return _unpacked_keys(file.read(header.rows * _KEY.itemsize))

    def _map(self, header: Header) -> Rows:
        if not header.rows:
            return np.empty((0, header.dimension), np.int8)
        return np.memmap(self._rows_path(header), np.int8, "r", shape=(header.rows, header.dimension))

    def _rows_path(self, header: Header) -> Path:
        return self._folder / f"rows-{header.series}"


def as_ids(ids: Iterable[str]) -> Ids:
    """Return article ids as the numbers that they are."""
    return np.array([int(id, 16) for id in ids], np.uint64)


def _unpacked_keys(packed: bytes) -> Keys:
    return np.frombuffer(packed[: len(packed) // _KEY.itemsize * _KEY.itemsize], _KEY)


def _write(path: Path, at: int, data: bytes, *, sync: bool = True) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        view = memoryview(data)
        while view:
            written = os.pwrite(descriptor, view, at)
            view, at = view[written:], at + written
        if sync:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
