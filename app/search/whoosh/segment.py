"""A segment: one file of named, flat, little-endian arrays, mapped into memory and never changed.

File   magic (8 bytes) | where the directory begins, its length, its crc32 (uint64 each) | arrays, each at a multiple of
       64 bytes | directory (JSON)
       directory: {"arrays": {name: [dtype, offset, count, crc32]}, "documents": n}

Documents are numbered 0 to n-1. The words of a document stand on one line of *addresses*: its headline, its dateline
and its body, each followed by a gap wider than any phrase may stretch, so that no phrase crosses into the next. All
addresses of a segment fit in 32 bits. Numbers marked * take the narrowest unsigned type that holds the largest of them;
lists are packed as `packed.py` says, in arrays named V.docs.bounds, V.docs.data and so on.

Per document                    id uint64, id_order uint32 (document numbers by id), date int32 (day number from
                                0001-01-01, a month or a year by its first; 0 = undated), time * (milliseconds since a
                                day before that, plus 1; 0 = no time), precision uint8 (parts of the date: 1 a year, 2 a
                                month, 3 a day), revised *, added *, copy_group
                                int64 (the same for copies, 0 = none), story int64 (the id of the earliest article
                                of its story), derived uint8 (1 where the
                                headline was made of the body's own words), start uint32 (address of its first word),
                                length.headline / .dateline / .body * (words), cards uint8 (what a hit shows, one
                                encoded value each), cards.offsets uint32[n+1], quotes * (three numbers for each: where
                                it begins in the body, and from which word of the document to which it goes),
                                quotes.offsets uint32[n+1]
Terms of a view V               V.terms uint8 (sorted, concatenated UTF-8), V.term_offsets uint32[t+1], V.heads uint64
                                (the first 8 bytes of every 64th term, as a number: where to begin to look)
  exact                         exact.positions, a list of addresses for each term: which documents have a term, how
                                often and in which field follows from these; and what `near.py` says
  stem                          stem.docs, a list of documents for each term; how often each field has it, and
                                whether the furniture of the body does:
                                stem.more uint8 (a bit for each posting, 0 where the word stands once in the body and
                                nowhere else), stem.more_bounds uint32[t+1] (where each term's others begin),
                                stem.tf uint16 (the others' counts, packed as `_PACKED` says; they stop at what their
                                bits hold); and of the most frequent ones what `marked.py` says
  the views of attributes.py    V.docs, and per document V.forward * (term numbers), V.forward_offsets uint32[n+1]
"""

from __future__ import annotations

import mmap
import os
import struct
import threading
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, NamedTuple
from weakref import WeakValueDictionary

import msgspec
import numpy as np
import numpy.typing as npt

from app.disk import fsync_path
from app.errors import IndexUnavailable
from app.search import attributes
from app.search.whoosh.array_cache import ArrayCache
from app.search.whoosh.marked import MarkedStem, MarkedStems, mark_arrays
from app.search.whoosh.packed import (
    PARTS,
    Array,
    Ints,
    Mask,
    Packed,
    concatenated_ranges,
    first_of_each,
    offsets_of,
    places_of,
)

Named = Iterator[tuple[str, Array]]
"""Arrays with the names they have in a file, one at a time so that not all of them are in memory."""
Documents = npt.NDArray[np.int32]

EXTENSION = ".seg"
VERSION = 12
GAP = 32
"""Addresses left free after each field; wider than `query.MAX_SLOP` + 1."""

FIELDS = ("headline", "dateline", "body")
KEY_VIEWS = tuple(view.name for view in attributes.VIEWS)
VIEWS = ("exact", "stem", *KEY_VIEWS)

COUNTED = (*FIELDS, "furniture")
"""What a stem is counted in: each field, and apart from the body its page furniture, which is furniture or not."""
_PACKED = {"body": (0, 511), "furniture": (9, 1), "headline": (10, 15), "dateline": (14, 3)}
"""First bit and largest count of each of them in `stem.tf`."""
_ONCE = 1
"""What `_PACKED` makes of a word that stands once in the body: so do four of five."""

QUOTE_WIDTH = 3
"""Numbers in `quotes` for each."""

_MAGIC = b"DLSEG\x00\x00\x02"
_HEADER = struct.Struct("<8sQQQ")
_ALIGN = 64
_EACH = 3
"""Terms up to which one list after the other is unpacked in less time than all at once."""
_TIMES = 2
"""Times that a word is looked for here and there before it is unpacked as a whole."""
_WORTH = 50
"""Where there are more addresses than so many to a range, most blocks of a word hold none of a few ranges."""
_HEAD = 64
"""Terms from one head to the next: they fill about a page."""
_OF_HEAD = np.array([2**64 - 2 ** (8 * (8 - size)) for size in range(9)], np.uint64)
"""The bits of a head that a term of such a length has; the others are 0."""
_STRETCH = 5
"""Bits of an address: so many addresses, a *stretch*, have one place in the table of fields. A gap is as long, so that
no more than one field begins on a stretch, and words of no more than one stand there."""
_ROW = 7
"""Bits of a stretch: so many make a row, in which one byte counts the fields that have begun. Each document takes three
gaps at least and is counted four times, so that a byte is enough."""
FIELD_BITS = 2
FIELD_MASK = (1 << FIELD_BITS) - 1
"""The last bits of what `fields_at` tells: the number of a field in `FIELDS`. Those before are the document."""
_FEW = 4 * _HEAD
"""Terms that are looked through sooner than halved time and again. Many that begin with the same 8 bytes are more."""


class _Directory(msgspec.Struct, frozen=True):
    """`arrays`: dtype, offset, count and crc32 by name."""

    arrays: dict[str, tuple[str, int, int, int]]
    documents: int


def id_arrays(ids: Array) -> Named:
    yield "id", ids
    yield "id_order", np.argsort(ids, kind="stable").astype(np.uint32)


def packed_counts(counts: Mapping[str, Array]) -> Array:
    """One number for the counts of all fields."""
    packed = sum(np.minimum(counts[field], most) << shift for field, (shift, most) in _PACKED.items())
    return np.asarray(packed, np.uint16)


def count_arrays(counts: Array, lists: Packed, documents: int) -> Named:
    """The arrays of the stems' counts, of all postings of `lists` in order."""
    more = counts != _ONCE
    yield "stem.more", np.packbits(more, bitorder="little")
    yield "stem.more_bounds", offsets_of(more)[lists.bounds].astype(np.uint32)
    yield "stem.tf", counts[more]
    yield from mark_arrays(lists, more, documents)


def term_arrays(view: str, terms: Sequence[bytes]) -> Named:
    yield f"{view}.terms", np.frombuffer(b"".join(terms), np.uint8)
    yield f"{view}.term_offsets", offsets_of(list(map(len, terms))).astype(np.uint32)
    yield f"{view}.heads", np.array([_head(term) for term in terms[::_HEAD]], np.uint64)


def heads_of(terms: Sequence[bytes]) -> npt.NDArray[np.uint64]:
    """Return the heads of many terms: their first 8 bytes as numbers, which order as they do, as far as they go."""
    sizes = np.fromiter(map(len, terms), np.int64, len(terms))
    raw = np.frombuffer(b"".join(terms) + bytes(8), np.uint8)
    every = np.ndarray((len(raw) - 7,), "V8", raw, strides=(1,))
    heads = every[offsets_of(sizes)[:-1]].view(">u8").astype(np.uint64)
    return heads & _OF_HEAD[np.minimum(sizes, 8)]


def narrow(numbers: Array) -> Array:
    """The same numbers, none below zero, in the narrowest unsigned type that holds them all."""
    return numbers.astype(np.min_scalar_type(int(numbers.max(initial=0))))


def write_segment(path: Path, arrays: Iterable[tuple[str, Array]], documents: int) -> None:
    """Write, fsync, rename, fsync the folder: under its final name a segment file is always whole."""
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        write_arrays(file, arrays, documents)
    temporary.replace(path)
    fsync_path(path.parent)


def write_arrays(file: BinaryIO, arrays: Iterable[tuple[str, Array]], documents: int) -> None:
    """Write and fsync all that is in a segment file."""
    directory: dict[str, tuple[str, int, int, int]] = {}
    end = _HEADER.size
    for name, array in arrays:
        offset = -(-end // _ALIGN) * _ALIGN
        raw = np.ascontiguousarray(array).view(np.uint8).data
        directory[name] = (array.dtype.str, offset, len(array), zlib.crc32(raw))
        file.seek(offset)
        file.write(raw)
        end = offset + array.nbytes
    listed = msgspec.json.encode(_Directory(directory, documents))
    file.seek(end)
    file.write(listed)
    file.seek(0)
    file.write(_HEADER.pack(_MAGIC, end, len(listed), zlib.crc32(listed)))
    file.flush()
    os.fsync(file.fileno())


class Segment:
    """A mapped segment file. Safe to share between threads; processes share its pages."""

    def __init__(self, path: Path) -> None:
        self.path = path
        directory = _open_directory(path)
        self._directory, self.documents = directory.arrays, directory.documents
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.kept = ArrayCache(self.documents)
        self._arrays: dict[str, Array] = {}
        self._packed: dict[str, Packed] = {}
        self._tables: dict[str, TermTable] = {}
        self._sought: dict[int, int] = {}
        """How many times an exact term was looked for in some ranges."""

    def __getitem__(self, name: str) -> Array:
        found = self._arrays.get(name)
        if found is None:
            dtype, offset, count, _ = self._directory[name]
            found = np.frombuffer(self._map, dtype=dtype, count=count, offset=offset)
            self._arrays[name] = found
        return found

    def release(self) -> None:
        """Let go of the pages read so far, which count as this process's memory; they are mapped again when needed."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)

    def damaged(self) -> list[str]:
        """Names of the arrays whose bytes are not those that were written."""
        return [
            name
            for name, (_, _, _, checksum) in self._directory.items()
            if zlib.crc32(self[name].view(np.uint8).data) != checksum
        ]

    def lists(self, name: str) -> Packed:
        """`exact.positions`, or `V.docs` of another view."""
        found = self._packed.get(name)
        if found is None:
            found = self._packed[name] = Packed(*(self[f"{name}.{part}"] for part in PARTS))
        return found

    def terms(self, view: str) -> TermTable:
        found = self._tables.get(view)
        if found is None:
            _, offset, count, _ = self._directory[f"{view}.terms"]
            blob = memoryview(self._map)[offset : offset + count]
            found = self._tables[view] = TermTable(blob, self[f"{view}.term_offsets"], self[f"{view}.heads"])
        return found

    def documents_with(self, view: str, term: int) -> Documents:
        """The documents that have a term of any view but `exact`, ascending."""
        return self.lists(f"{view}.docs").unpack(term).view(np.int32)

    def frequency(self, view: str, term: bytes) -> int:
        """Return how many documents have a term of any view but `exact`."""
        number = self.terms(view).find(term)
        return 0 if number is None else self.lists(f"{view}.docs").count(number)

    @cached_property
    def marked(self) -> MarkedStems:
        return MarkedStems(self["stem.frequent"], self["stem.marks"], self.documents)

    def counts(self, field: str, term: int) -> Array:
        """Return how often a field has a stem, for each of the documents that have it."""
        shift, most = _PACKED[field]
        more, packed = self._more(range(term, term + 1))
        counts = np.full(len(more), (_ONCE >> shift) & most, np.uint16)
        counts[more] = (packed >> shift) & most
        return counts

    def odd_counts(self, term: int, places: Ints | None = None) -> tuple[Ints, dict[str, Array]]:
        """Return, of a stem's documents, those that do not have it just once and in the body: where they stand among
        all, and how often each field has it. Of all of them, or of those at some ascending `places`, as if there were
        no others."""
        run = range(term, term + 1)
        more, packed = self._more(run) if places is None else self._more_at(run, places)
        return places_of(more), {field: (packed >> shift) & most for field, (shift, most) in _PACKED.items()}

    def odd_counts_in(
        self, term: int, marked: MarkedStem, documents: Documents | None = None
    ) -> tuple[Ints, dict[str, Array]]:
        """Return what `odd_counts` does for some ascending documents that have a marked stem. Of all: the documents
        that are odd, and not where they stand."""
        bounds = self["stem.more_bounds"]
        packed = self["stem.tf"][int(bounds[term]) : int(bounds[term + 1])]
        if documents is None:
            places = places_of(marked.odd.mask())
        else:
            places = places_of(marked.odd.holds(documents))
            packed = packed.take(marked.odd.ranks(documents.take(places)))
        return places, {field: (packed >> shift) & most for field, (shift, most) in _PACKED.items()}

    def odd_counts_of(self, terms: Ints, counts: Ints) -> tuple[Ints, dict[str, Array]]:
        """Return what `odd_counts` does for several stems, whose documents, so many each, stand one after the other."""
        at = concatenated_ranges(self.lists("stem.docs").bounds[terms].astype(np.int64), counts)
        others = self["stem.more_bounds"]
        first = others[terms].astype(np.int64)
        packed = self["stem.tf"][concatenated_ranges(first, others[terms + 1] - first)]
        more = (self["stem.more"][at >> 3] >> (at & 7).astype(np.uint8)) & 1
        return places_of(more), {field: (packed >> shift) & most for field, (shift, most) in _PACKED.items()}

    def packed_counts(self, run: range) -> Array:
        """`packed_counts` of all postings of a run of stems."""
        more, packed = self._more(run)
        counts = np.full(len(more), _ONCE, np.uint16)
        counts[more] = packed
        return counts

    def _more(self, run: range) -> tuple[Mask, Array]:
        """Return which postings of a run of stems are not `_ONCE`, and what they are."""
        others = self["stem.more_bounds"]
        packed = self["stem.tf"][int(others[run.start]) : int(others[run.stop])]
        return self._more_bits(run)[2], packed

    def _more_at(self, run: range, places: Ints) -> tuple[Mask, Array]:
        """Return what `_more` does for the postings at some places: bits are counted by bytes, and few looked at."""
        raw, before, bits = self._more_bits(run)
        more = bits[places]
        at = places[more] + before
        byte, bit = at >> 3, (at & 7).astype(np.uint8)
        others = np.cumsum(np.bitwise_count(raw), dtype=np.int32)[byte] - np.bitwise_count(raw[byte] >> bit)
        first = int(self["stem.more_bounds"][run.start]) - (int(raw[0]) & ((1 << before) - 1)).bit_count()
        return more, self["stem.tf"][first + others]

    def _more_bits(self, run: range) -> tuple[Array, int, Mask]:
        """Return the bytes in which the bits of a run of stems' postings lie, how many bits come before, and the bits
        by themselves."""
        bounds = self.lists("stem.docs").bounds
        start, end = int(bounds[run.start]), int(bounds[run.stop])
        raw, before = self["stem.more"][start // 8 : -(-end // 8)], start % 8
        return raw, before, np.unpackbits(raw, bitorder="little").view(np.bool_)[before : before + end - start]

    def occurrences(self, term: int) -> tuple[Array, Array]:
        """The documents that have an exact term, ascending, and how often each does."""
        owner, is_first = self._owners(term)
        first = places_of(is_first)
        return owner[first], np.diff(first, append=len(owner))

    def having_term(self, term: int) -> Documents:
        """The documents that have an exact term, ascending."""
        owner, is_first = self._owners(term)
        return owner[is_first]

    def _owners(self, term: int) -> tuple[Documents, Mask]:
        """Return the document of each address of an exact term, and whether that is its first there."""
        owner = self.owners(self.positions(term))
        return owner, first_of_each(owner)

    def owners(self, addresses: Array) -> Documents:
        """Return the document of the word at each of some addresses, a document nearby where none stands."""
        return self.fields_at(addresses) >> FIELD_BITS

    def fields_at(self, addresses: Array) -> Documents:
        """Return the document and the field of the word at each of some addresses, as one number: see `FIELD_MASK`.
        Where no word stands it is a field nearby."""
        table = self.kept.get("fields", self._field_table)
        found = table.before.take(addresses >> (_STRETCH + _ROW), mode="clip")
        found += table.within.take(addresses >> _STRETCH, mode="clip")
        return found

    def _field_table(self) -> _FieldTable:
        """Return what tells it by stretches: a look-up in all documents takes many times as long."""
        begin, end = self["start"], 0
        if self.documents:
            end = int(begin[-1]) + sum(int(self[f"length.{field}"][-1]) + GAP for field in FIELDS)
        reached = np.zeros(((end >> (_STRETCH + _ROW)) + 1) << _ROW, np.int32)
        # From the last field of a document to the first of the next some numbers are left out.
        steps = (1 << FIELD_BITS) - len(FIELDS) + 1, *(1 for _ in FIELDS[1:])
        for field, step in zip(FIELDS, steps, strict=True):
            reached[begin >> _STRETCH] = step
            begin = begin + self[f"length.{field}"] + np.uint32(GAP)
        rows = reached.cumsum(dtype=np.int32, out=reached).reshape(-1, 1 << _ROW)
        before = rows[:, 0].copy()
        rows -= before[:, None]
        return _FieldTable(before - np.int32(steps[0]), reached.astype(np.uint8))

    def positions(self, term: int) -> Array:
        """Addresses of an exact term, ascending."""
        return self.lists("exact.positions").unpack(term)

    def positions_of(self, terms: Sequence[int]) -> Array:
        """Addresses of any of several exact terms, ascending."""
        lists = self.lists("exact.positions")
        if isinstance(terms, range):
            found = lists.unpack_run(terms)
        elif 0 < len(terms) <= _EACH:
            found = np.concatenate([lists.unpack(term) for term in terms])
        else:
            found = lists.unpack_several(np.array(terms, np.int64))[0]
        if len(terms) > 1:
            # Lists are merged, which takes a half to a seventh of what it takes to sort their values.
            found.sort(kind="stable")
        return found

    def positions_within(self, terms: Sequence[int], starts: Array, ends: Array) -> list[Array]:
        """The addresses of each of some exact terms in some ranges, and perhaps others; all of them once it was asked
        for often enough: a word that comes again and again is worth unpacking."""
        lists = self.lists("exact.positions")
        found: dict[int, Array] = {}
        for term in terms:
            times = self._sought.get(term, 0)
            if times == _TIMES or lists.count(term) < _WORTH * len(starts):
                found[term] = self.kept.get(("positions", term), partial(self.positions, term))
            else:
                self._sought[term] = times + 1
        if sought := [term for term in dict.fromkeys(terms) if term not in found]:
            found.update(zip(sought, lists.within(sought, starts, ends), strict=True))
        return [found[term] for term in terms]

    def standing(self, term: int, addresses: Array) -> Mask:
        """Return whether an exact term stands at each of some ascending addresses; as much of it is unpacked as that
        takes."""
        return self.lists("exact.positions").locate(term, addresses)[1]

    def size(self, term: int) -> int:
        """Return how often an exact term occurs."""
        return self.lists("exact.positions").count(term)

    def sizes(self, run: range) -> Ints:
        """Return how often each of a run of exact terms occurs."""
        return self.lists("exact.positions").counts(run)

    def having_ids(self, ids: Array) -> Ints:
        """The documents that have one of some ids."""
        order, held = self["id_order"], self["id"]
        place = np.minimum(np.searchsorted(held, ids, sorter=order), len(held) - 1)
        found = order[place]
        having: Ints = found[held[found] == ids].astype(np.int64)
        return having

    def card(self, document: int) -> memoryview:
        offsets, cards = self._cards
        return cards[offsets[document] : offsets[document + 1]]

    def cards(self, documents: Iterable[int]) -> list[memoryview]:
        """Return what hits show, encoded."""
        offsets, cards = self._cards
        return [cards[offsets[document] : offsets[document + 1]] for document in documents]

    @cached_property
    def _cards(self) -> tuple[memoryview, memoryview]:
        # One number at a time is read from a view of the memory in a quarter of the time that NumPy takes for it.
        return self["cards.offsets"].data, self["cards"].data


class _FieldTable(NamedTuple):
    """Which field words stand in, as `Segment.fields_at` tells it: `before` where each row of stretches begins,
    `within` for each stretch how far fields have come since."""

    before: Documents
    within: npt.NDArray[np.uint8]

    @property
    def nbytes(self) -> int:
        return self.before.nbytes + self.within.nbytes


_open: WeakValueDictionary[Path, Segment] = WeakValueDictionary()
_opening = threading.Lock()


def open_segment(path: Path) -> Segment:
    """Segment files never change, so one mapping serves every generation that lists the file, and goes with the last
    of them: a mapped file takes up the disk even when it was removed."""
    with _opening:
        segment = _open.get(path)
        if segment is None:
            segment = _open[path] = Segment(path)
        return segment


class TermTable:
    """The sorted terms of one view; a term's number is its place."""

    def __init__(self, blob: memoryview, offsets: Array, heads: Array) -> None:
        # One number at a time is read from a view of the memory in a quarter of the time that NumPy takes for it.
        self._blob = blob
        self._offsets = offsets.data
        self._heads = heads.data
        self._found: tuple[bytes, int | None] = b"", None

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, number: int) -> bytes:
        return bytes(self._blob[self._offsets[number] : self._offsets[number + 1]])

    def all(self) -> list[bytes]:
        raw, offsets = bytes(self._blob), self._offsets.tolist()
        return [raw[start:end] for start, end in pairwise(offsets)]

    def at(self, term: bytes) -> int:
        """The number of the first term not below `term`."""
        return bisect_left(self, term, *self._between(term))

    def find(self, term: bytes) -> int | None:
        sought, number = self._found
        if sought != term:
            number = self._find(term)
            # How frequent a word is is asked first, and then what has it.
            self._found = term, number
        return number

    def _find(self, term: bytes) -> int | None:
        low, high = self._between(term)
        if high - low > _FEW:
            number = bisect_left(self, term, low, high)
            return number if number < len(self) and self[number] == term else None
        # Terms are compared in Python, bytes are looked through at memory speed: where some stand is a term or not.
        offsets, start, length = self._offsets, self._offsets[low], len(term)
        near = bytes(self._blob[start : offsets[high]])
        place = near.find(term)
        while place >= 0:
            number = bisect_left(offsets, start + place, low, high)
            if offsets[number] == start + place and offsets[number + 1] - offsets[number] == length:
                return number
            place = near.find(term, place + 1)
        return None

    def _between(self, term: bytes) -> tuple[int, int]:
        """Return the numbers from which to which a term stands if it does."""
        head, heads = _head(term), self._heads
        low = high = bisect_left(heads, head)
        if low < len(heads) and heads[low] == head:
            high = bisect_right(heads, head, low)
        return max(low - 1, 0) * _HEAD, min(high * _HEAD, len(self))

    def starting(self, prefix: bytes) -> range:
        """Numbers of the terms that start with `prefix`."""
        return range(self.at(prefix), self.at(prefix + b"\xff"))


def _head(term: bytes) -> int:
    """Orders as the terms do, as far as it goes."""
    return int.from_bytes(term[:8].ljust(8, b"\0"), "big")


def _open_directory(path: Path) -> _Directory:
    try:
        with path.open("rb") as file:
            magic, start, length, checksum = _HEADER.unpack(file.read(_HEADER.size))
            if magic != _MAGIC:
                raise ValueError("not a segment file")
            if start + length > path.stat().st_size:
                raise ValueError("cut short")
            file.seek(start)
            raw = file.read(length)
            if zlib.crc32(raw) != checksum:
                raise ValueError("its directory is not what was written")
        return msgspec.json.decode(raw, type=_Directory)
    except (OSError, ValueError, msgspec.MsgspecError, struct.error) as error:
        raise IndexUnavailable(f"The index file {path.name} is damaged ({error}). Run: dateline reindex") from error
