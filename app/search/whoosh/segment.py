"""A segment: one file of named, flat, little-endian arrays, mapped into memory and never changed.

File   magic (8 bytes) | length of the directory (uint64) | its crc32 (uint64) | directory (JSON) | arrays, each at a
       multiple of 64 bytes
       directory: {"arrays": {name: [dtype, offset, count, crc32]}, "meta": {"documents": n}}

Documents are numbered 0 to n-1. The words of a document stand on one line of *addresses*: its headline, its dateline
and its body, each followed by a gap wider than any phrase may stretch, so that no phrase crosses into the next. All
addresses of a segment fit in 32 bits.

Per document                    id uint64, date int32 (day number from 0001-01-01, 0 = undated), revised int64,
                                derived uint8 (1 where the headline was made of the body's own words),
                                start uint32 (address of its first word), length.headline / .dateline / .body uint32
                                (words), cards uint8 + cards.offsets int64 (what a hit shows, one encoded value each)
Terms of a view V               V.terms uint8 (sorted, concatenated UTF-8), V.term_offsets int64[t+1]
  exact                         exact.position_offsets int64[t+1], exact.positions uint32 (addresses, ascending): which
                                documents have a term, how often and in which field follows from these
  stem                          postings (below) and stem.tf uint16: how often each field has it, packed as `_PACKED`
                                says; counts stop at what their bits hold
  entity source place language  postings, and per document V.forward int32 (term numbers), V.forward_offsets int64[n+1]
Postings of V                   V.postings int64[t+1] (where each term's documents begin), V.docs int32 (ascending)
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import zlib
from bisect import bisect_left
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from app.errors import IndexUnavailable

Array = npt.NDArray[Any]
Arrays = dict[str, Array]
Documents = npt.NDArray[np.int32]

VERSION = 3
GAP = 32
"""Addresses left free after each field; wider than `query.MAX_SLOP` + 1."""

FIELDS = ("headline", "dateline", "body")
KEY_VIEWS = ("entity", "source", "place", "language")
VIEWS = ("exact", "stem", *KEY_VIEWS)

_PACKED = {"body": (0, 1023), "headline": (10, 15), "dateline": (14, 3)}
"""First bit and largest count of each field in `stem.tf`."""

_MAGIC = b"DLSEG\x00\x00\x01"
_HEADER = struct.Struct("<8sQQ")
_ALIGN = 64


def packed_counts(counts: Mapping[str, Array]) -> Array:
    """`stem.tf` of the counts of each field."""
    packed = sum(np.minimum(counts[field], most) << shift for field, (shift, most) in _PACKED.items())
    return np.asarray(packed, np.uint16)


def write_segment(path: Path, arrays: Mapping[str, Array], documents: int) -> None:
    """Write, fsync, rename, fsync the folder: under its final name a segment file is always whole."""
    directory: dict[str, tuple[str, int, int, int]] = {}
    offset = 0
    for name, array in arrays.items():
        offset = -(-offset // _ALIGN) * _ALIGN
        contiguous = np.ascontiguousarray(array)
        directory[name] = (array.dtype.str, offset, len(array), zlib.crc32(contiguous.view(np.uint8).data))
        offset += array.nbytes
    header = json.dumps({"arrays": directory, "meta": {"documents": documents}}).encode()
    base = -(-(_HEADER.size + len(header)) // _ALIGN) * _ALIGN
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        file.write(_HEADER.pack(_MAGIC, len(header), zlib.crc32(header)) + header)
        for name, array in arrays.items():
            file.seek(base + directory[name][1])
            file.write(np.ascontiguousarray(array).view(np.uint8).data)
        file.truncate(max(file.tell(), base))
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    fsync_folder(path.parent)


def fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Segment:
    """A mapped segment file. Safe to share between threads; processes share its pages."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._directory, self._base, self.documents = _open_directory(path)
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._arrays: Arrays = {}

    def __getitem__(self, name: str) -> Array:
        found = self._arrays.get(name)
        if found is None:
            dtype, offset, count, _ = self._directory[name]
            found = np.frombuffer(self._map, dtype=dtype, count=count, offset=self._base + offset)
            self._arrays[name] = found
        return found

    def damaged(self) -> list[str]:
        """Names of the arrays whose bytes are not those that were written."""
        return [
            name
            for name, (_, _, _, checksum) in self._directory.items()
            if zlib.crc32(self[name].view(np.uint8).data) != checksum
        ]

    def terms(self, view: str) -> TermTable:
        return self._term_tables[view]

    @cached_property
    def _term_tables(self) -> dict[str, TermTable]:
        tables = {}
        for view in VIEWS:
            _, offset, count, _ = self._directory[f"{view}.terms"]
            blob = memoryview(self._map)[self._base + offset : self._base + offset + count]
            tables[view] = TermTable(blob, self[f"{view}.term_offsets"])
        return tables

    def documents_with(self, view: str, term: int) -> Documents:
        """The documents that have a term of any view but `exact`, ascending."""
        bounds = self[f"{view}.postings"]
        documents: Documents = self[f"{view}.docs"][int(bounds[term]) : int(bounds[term + 1])]
        return documents

    def frequency(self, view: str, term: bytes) -> int:
        """How many documents have a term of any view but `exact`."""
        number = self.terms(view).find(term)
        if number is None:
            return 0
        bounds = self[f"{view}.postings"]
        return int(bounds[number + 1] - bounds[number])

    def counts(self, field: str, term: int) -> Array:
        """How often a field has a stem, for each of the documents that have it."""
        shift, most = _PACKED[field]
        bounds = self["stem.postings"]
        return (self["stem.tf"][int(bounds[term]) : int(bounds[term + 1])] >> shift) & most

    def occurrences(self, term: int) -> tuple[Array, Array]:
        """The documents that have an exact term, ascending, and how often each does."""
        owner = np.searchsorted(self["start"], self.positions(term), side="right") - 1
        first = np.flatnonzero(np.diff(owner, prepend=-1))
        return owner[first].astype(np.int32), np.diff(np.append(first, len(owner)))

    def positions(self, term: int) -> Array:
        """Addresses of an exact term, ascending."""
        bounds = self["exact.position_offsets"]
        return self["exact.positions"][int(bounds[term]) : int(bounds[term + 1])]

    def card(self, document: int) -> bytes:
        offsets = self["cards.offsets"]
        return self["cards"][int(offsets[document]) : int(offsets[document + 1])].tobytes()


class TermTable:
    """The sorted terms of one view; a term's number is its place."""

    def __init__(self, blob: memoryview, offsets: Array) -> None:
        self._blob = blob
        self._offsets = offsets

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, number: int) -> bytes:
        return bytes(self._blob[int(self._offsets[number]) : int(self._offsets[number + 1])])

    def at(self, term: bytes) -> int:
        """The number of the first term not below `term`."""
        return bisect_left(self, term)

    def find(self, term: bytes) -> int | None:
        number = self.at(term)
        return number if number < len(self) and self[number] == term else None

    def starting(self, prefix: bytes) -> range:
        """Numbers of the terms that start with `prefix`."""
        return range(self.at(prefix), self.at(prefix + b"\xff"))

    def alike(self, term: str, edits: int) -> list[int]:
        """Numbers of all terms that `edits` edits could make of `term`, and of some that they could not.

        An edit changes the length by at most one and the set of letters by at most two.
        """
        letters, lengths = self._profiles
        near = np.flatnonzero(np.abs(lengths - len(term)) <= edits)
        wanted = np.bitwise_or.reduce(_letter_bits(np.frombuffer(term.encode(), np.uint8)))
        chosen: list[int] = near[np.bitwise_count(letters[near] ^ wanted) <= 2 * edits].tolist()
        return chosen

    @cached_property
    def _profiles(self) -> tuple[Array, Array]:
        """For each term the set of its letters, as bits, and how many characters it has."""
        raw = np.frombuffer(self._blob, np.uint8)
        if not len(raw):
            return np.empty(0, np.uint64), np.empty(0, np.int64)
        # No term is empty, so every term has a run of its own.
        starts = self._offsets[:-1]
        characters = np.add.reduceat(((raw & 0xC0) != 0x80).astype(np.int64), starts)
        return np.bitwise_or.reduceat(_letter_bits(raw), starts), characters


def _letter_bits(raw: Array) -> Array:
    """A bit for each letter of a to z, digits sharing some of them; one bit for all that is not ASCII."""
    return np.left_shift(np.uint64(1), np.where(raw < 0x80, raw & 63, 63).astype(np.uint64))


def _open_directory(path: Path) -> tuple[dict[str, tuple[str, int, int, int]], int, int]:
    try:
        with path.open("rb") as file:
            magic, length, checksum = _HEADER.unpack(file.read(_HEADER.size))
            if magic != _MAGIC or length > path.stat().st_size:
                raise ValueError("not a segment file")
            raw = file.read(length)
            if zlib.crc32(raw) != checksum:
                raise ValueError("its directory is not what was written")
        header = json.loads(raw)
        base = -(-(_HEADER.size + length) // _ALIGN) * _ALIGN
        arrays = {name: (str(d), int(o), int(c), int(crc)) for name, (d, o, c, crc) in header["arrays"].items()}
        needed = max((base + o + c * np.dtype(d).itemsize for d, o, c, _ in arrays.values() if c), default=0)
        if needed > path.stat().st_size:
            raise ValueError("cut short")
    except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
        raise IndexUnavailable(f"The index file {path.name} is damaged ({error}). Run: dateline reindex") from error
    return arrays, base, int(header["meta"]["documents"])
