"""Documents to arrays: a batch is inverted with a few sorts over flat arrays, segments are merged block by block.

Analysis is paid once per distinct raw token: `Vocabulary` maps each to a number, and what that number expands to
(terms, relative positions, width) stands in flat arrays. The loop over a text is then a C-speed `map` over a dict,
and everything after it is arithmetic on whole arrays. The arrays made here are described in `segment.py`.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import msgspec
import numpy as np
import numpy.typing as npt

from app.search import analysis
from app.search.engine import Document
from app.search.whoosh.segment import FIELDS, GAP, KEY_VIEWS, Array, Arrays, Segment, packed_counts
from app.text import fold

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

MAX_ADDRESS = 2**32 - 1


class Card(msgspec.Struct, array_like=True, frozen=True):
    """What a hit shows, kept in the segment so that a page of hits needs no other store."""

    headline: str
    headline_derived: bool
    date: str | None
    dateline: str | None
    source: str | None
    language: str
    url: str | None
    external_id: str | None
    word_count: int
    revision: int


_encode_card = msgspec.msgpack.Encoder().encode


def day_number(day: str | None) -> int:
    """``"2025-05-05"`` -> days since 0001-01-01; a year or a month counts as its first day, no date as 0."""
    if not day:
        return 0
    year, month, dom = (*map(int, day.split("-")), 1, 1)[:3]
    return date(year, month, dom).toordinal()


def place_key(place: str) -> str:
    """How a dateline's place is filtered and counted: as newspapers print it, whatever the source's own case."""
    return fold(place).upper()


class Vocabulary(dict[str, int]):
    """Raw token -> number. Grows as texts come; shared by all batches of one writer."""

    def __init__(self) -> None:
        super().__init__()
        self.offsets, self.widths = array("q", [0]), array("i")
        self.terms, self.positions = array("i"), array("i")
        self.exact: dict[str, int] = {}
        self.stems: dict[str, int] = {}
        self.stem_of = array("i")

    def __missing__(self, raw: str) -> int:
        number = self[raw] = len(self)
        expansion = analysis.expand(raw) if raw else analysis.Expansion((), None)
        for form in expansion.forms:
            self.terms.append(self._term(form.term))
            self.positions.append(form.position)
        self.offsets.append(len(self.terms))
        self.widths.append(expansion.width)
        return number

    def _term(self, term: str) -> int:
        number = self.exact.get(term)
        if number is None:
            number = self.exact[term] = len(self.exact)
            self.stem_of.append(self.stems.setdefault(analysis.stem(term), len(self.stems)))
        return number


class Batch:
    """Documents on their way into one segment."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._raw, self._counts = array("i"), array("q")
        self._ids, self._dates, self._revised, self._derived = array("Q"), array("i"), array("q"), array("B")
        self._cards: list[bytes] = []
        self._keys: dict[str, list[tuple[str, ...]]] = {view: [] for view in KEY_VIEWS}

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def words(self) -> int:
        return len(self._raw)

    def add(self, document: Document) -> None:
        number = self._vocabulary.__getitem__
        for text in (document.headline, document.dateline or "", document.body):
            raw = analysis.raw_tokens(text)
            self._raw.extend(map(number, raw))
            self._counts.append(len(raw))
        self._ids.append(int(document.id, 16))
        self._dates.append(day_number(document.date))
        self._revised.append(document.revised)
        self._derived.append(document.headline_derived)
        self._cards.append(_encode_card(_card(document)))
        for view, values in _keys(document).items():
            self._keys[view].append(values)

    def arrays(self) -> Arrays:
        out: Arrays = {
            "id": np.array(self._ids, np.uint64),
            "date": np.array(self._dates, np.int32),
            "revised": np.array(self._revised, np.int64),
            "derived": np.array(self._derived, np.uint8),
            "cards": np.frombuffer(b"".join(self._cards), np.uint8),
            "cards.offsets": _offsets([len(card) for card in self._cards]),
        }
        lines = self._lines(out)
        self._invert_words(lines, out)
        for view in KEY_VIEWS:
            _invert_keys(view, self._keys[view], out)
        return out

    def _lines(self, out: Arrays) -> Ints:
        """Put every word on the line of addresses; returns each raw token's address."""
        documents = len(self)
        raw = np.frombuffer(self._raw, np.int32) if self._raw else np.empty(0, np.int32)
        counts = np.frombuffer(self._counts, np.int64) if self._counts else np.empty(0, np.int64)
        reached = _offsets(np.frombuffer(self._vocabulary.widths, np.int32)[raw] if len(raw) else raw)
        ends = np.cumsum(counts)
        lengths = (reached[ends] - reached[ends - counts]).reshape(documents, len(FIELDS))
        bases = _offsets((lengths + GAP).ravel())
        if bases[-1] > MAX_ADDRESS:
            raise ValueError("a batch of more than 4 billion words")
        out["start"] = bases[:-1].reshape(documents, len(FIELDS))[:, 0].astype(np.uint32)
        for i, field in enumerate(FIELDS):
            out[f"length.{field}"] = lengths[:, i].astype(np.uint32)
        shift = bases[:-1] - reached[ends - counts]
        addresses: Ints = reached[:-1] + np.repeat(shift, counts)
        return addresses

    def _invert_words(self, lines: Ints, out: Arrays) -> None:
        vocabulary = self._vocabulary
        raw = np.frombuffer(self._raw, np.int32) if self._raw else np.empty(0, np.int32)
        offsets = np.frombuffer(vocabulary.offsets, np.int64)
        counts = offsets[raw + 1] - offsets[raw]
        entry = ragged(offsets[raw], counts)
        terms = np.frombuffer(vocabulary.terms, np.int32)[entry] if len(entry) else np.empty(0, np.int32)
        relative = np.frombuffer(vocabulary.positions, np.int32)[entry] if len(entry) else terms
        addresses = np.repeat(lines, counts) + relative
        used, ranked = _ranked(terms, list(vocabulary.exact), "exact", out)
        key = (ranked.astype(np.uint64) << np.uint64(32)) | addresses.astype(np.uint64)
        key.sort()
        rank, address = (key >> np.uint64(32)).astype(np.int64), (key & np.uint64(MAX_ADDRESS)).astype(np.int64)
        del key
        document, field = _owners(address, out)
        out["exact.positions"] = address.astype(np.uint32)
        out["exact.position_offsets"] = _bounds(rank, len(used))
        stems = np.frombuffer(vocabulary.stem_of, np.int32) if vocabulary.stem_of else np.empty(0, np.int32)
        _invert_stems(stems[used][rank], document, field, list(vocabulary.stems), out)


def _invert_stems(stems: Array, document: Ints, field: Ints, names: list[str], out: Arrays) -> None:
    """The stemmed view: one posting for a stem and a document, with its count in each field."""
    used, rank = _ranked(stems, names, "stem", out)
    # Sorting on all three at once leaves the fields of one posting together.
    key = (rank.astype(np.int64) << 34) | (document << 2) | field
    key.sort()
    place, field = key >> 2, key & 3
    first = np.flatnonzero(np.diff(place, prepend=-1))
    posting = np.cumsum(np.diff(place, prepend=-1) != 0) - 1
    counts = {name: np.bincount(posting[field == i], minlength=len(first)) for i, name in enumerate(FIELDS)}
    out["stem.tf"] = packed_counts(counts)
    out["stem.docs"] = (place[first] & 0xFFFFFFFF).astype(np.int32)
    out["stem.postings"] = _bounds(place[first] >> 32, len(used))


def _invert_keys(view: str, values: list[tuple[str, ...]], out: Arrays) -> None:
    names: dict[str, int] = {}
    forward = np.array([names.setdefault(v, len(names)) for row in values for v in row], np.int64)
    counts = np.array([len(row) for row in values], np.int64)
    used, ranked = _ranked(forward, list(names), view, out)
    documents = np.repeat(np.arange(len(values)), counts)
    out[f"{view}.forward"], out[f"{view}.forward_offsets"] = ranked.astype(np.int32), _offsets(counts)
    order = np.argsort(ranked, kind="stable")
    out[f"{view}.docs"] = documents[order].astype(np.int32)
    out[f"{view}.postings"] = _bounds(ranked[order], len(used))


def _ranked(numbers: Array, names: list[str], view: str, out: Arrays) -> tuple[Ints, Ints]:
    """Write the terms in use, sorted by their bytes. Returns (their numbers in that order, `numbers` as ranks)."""
    present = np.flatnonzero(np.bincount(numbers, minlength=1)) if len(numbers) else np.empty(0, np.int64)
    # Text sorts by code point, and UTF-8 keeps that order.
    used = np.array(sorted(present.tolist(), key=names.__getitem__), np.int64)
    rank = np.zeros(len(names) + 1, np.int64)
    rank[used] = np.arange(len(used))
    _put_terms(view, [names[i].encode("utf-8", "surrogatepass") for i in used.tolist()], out)
    return used, rank[numbers]


def _put_terms(view: str, terms: Sequence[bytes], out: Arrays) -> None:
    out[f"{view}.terms"] = np.frombuffer(b"".join(terms), np.uint8)
    out[f"{view}.term_offsets"] = _offsets([len(term) for term in terms])


def _owners(address: Ints, out: Arrays) -> tuple[Ints, Ints]:
    """Document and field (0, 1, 2) of each address."""
    start = out["start"].astype(np.int64)
    document = np.searchsorted(start, address, side="right") - 1
    dateline = start + out["length.headline"].astype(np.int64) + GAP
    body = dateline + out["length.dateline"].astype(np.int64) + GAP
    field = (address >= dateline[document]).astype(np.int64) + (address >= body[document])
    return document, field


def _keys(document: Document) -> dict[str, tuple[str, ...]]:
    return {
        "entity": tuple(dict.fromkeys(document.entities)),
        "source": (document.source,) if document.source else (),
        "place": (place_key(document.place),) if document.place else (),
        "language": (document.language,) if document.language else (),
    }


def _card(document: Document) -> Card:
    return Card(
        document.headline,
        document.headline_derived,
        document.date,
        document.dateline,
        document.source,
        document.language,
        document.url,
        document.external_id,
        document.word_count,
        document.revision,
    )


def _offsets(lengths: Sequence[int] | Array) -> Ints:
    sizes = np.asarray(lengths, np.int64)
    out = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=out[1:])
    return out


def _bounds(sorted_numbers: Array, count: int) -> Ints:
    """Where each of the numbers 0 to count-1 begins in an ascending array, and the end."""
    return _offsets(np.bincount(sorted_numbers, minlength=count) if len(sorted_numbers) else np.zeros(count, np.int64))


def ragged(starts: Array, counts: Array) -> Ints:
    """The indices starts[0] .. starts[0]+counts[0]-1, starts[1] .., as one array."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    indices: Ints = np.arange(total) + np.repeat(starts - (ends - counts), counts)
    return indices


@dataclass(frozen=True, slots=True)
class Part:
    """A segment to merge and which of its documents live on."""

    segment: Segment
    alive: Mask


def merge(parts: Sequence[Part]) -> tuple[Arrays, int]:
    """One segment of several, the dead left out; documents keep their order. Returns (arrays, number of documents).

    Takes the memory of the result and of one part at a time.
    """
    out: Arrays = {}
    for name in ("id", "date", "revised", "derived", *(f"length.{field}" for field in FIELDS)):
        out[name] = np.concatenate([part.segment[name][part.alive] for part in parts])
    spans: Ints = np.sum([out[f"length.{field}"].astype(np.int64) + GAP for field in FIELDS], axis=0)
    out["start"] = _offsets(spans)[:-1].astype(np.uint32)
    _merge_rows("cards", "cards.offsets", parts, out)
    renumbered, documents = [], 0
    for part in parts:
        renumbered.append((np.cumsum(part.alive) - 1 + documents).astype(np.int32))
        documents += int(np.count_nonzero(part.alive))
    _merge_positions(parts, renumbered, out)
    for view in ("stem", *KEY_VIEWS):
        _merge_postings(view, parts, renumbered, out)
    return out, documents


def _merge_rows(values: str, offsets: str, parts: Sequence[Part], out: Arrays) -> None:
    pieces, lengths = [], []
    for part in parts:
        bounds = part.segment[offsets]
        counts = np.diff(bounds)[part.alive]
        pieces.append(part.segment[values][ragged(bounds[:-1][part.alive], counts)])
        lengths.append(counts)
    out[values], out[offsets] = np.concatenate(pieces), _offsets(np.concatenate(lengths))


def _merge_postings(view: str, parts: Sequence[Part], renumbered: Sequence[Array], out: Arrays) -> None:
    kept = [_kept(part.alive[part.segment[f"{view}.docs"]], part.segment[f"{view}.postings"]) for part in parts]
    terms, numbers = _merge_terms(view, parts, [counts for _, counts in kept])
    _put_terms(view, terms, out)
    places, out[f"{view}.postings"] = _places([counts for _, counts in kept], numbers, len(terms))
    columns = [f"{view}.docs", *(("stem.tf",) if view == "stem" else ())]
    for name in columns:
        out[name] = np.empty(int(out[f"{view}.postings"][-1]), parts[0].segment[name].dtype)
    for part, (keep, counts), place, documents in zip(parts, kept, places, renumbered, strict=True):
        target = ragged(place[counts > 0], counts[counts > 0])
        out[f"{view}.docs"][target] = documents[part.segment[f"{view}.docs"][keep]]
        if view == "stem":
            out["stem.tf"][target] = part.segment["stem.tf"][keep]
    if view in KEY_VIEWS:
        _merge_forward(view, parts, numbers, out)


def _merge_positions(parts: Sequence[Part], renumbered: Sequence[Array], out: Arrays) -> None:
    kept = [_kept(p.alive[_documents_at(p.segment)], p.segment["exact.position_offsets"]) for p in parts]
    terms, numbers = _merge_terms("exact", parts, [counts for _, counts in kept])
    _put_terms("exact", terms, out)
    places, out["exact.position_offsets"] = _places([counts for _, counts in kept], numbers, len(terms))
    out["exact.positions"] = np.empty(int(out["exact.position_offsets"][-1]), np.uint32)
    for part, (keep, counts), place, documents in zip(parts, kept, places, renumbered, strict=True):
        shift = np.zeros(len(part.alive), np.int64)
        shift[part.alive] = out["start"][documents[part.alive]].astype(np.int64) - part.segment["start"][part.alive]
        moved = part.segment["exact.positions"][keep] + shift[_documents_at(part.segment)[keep]]
        out["exact.positions"][ragged(place[counts > 0], counts[counts > 0])] = moved.astype(np.uint32)


def _documents_at(segment: Segment) -> Array:
    """The document of each position."""
    found = np.searchsorted(segment["start"], segment["exact.positions"], side="right") - 1
    return found.astype(np.int32)


def _merge_forward(view: str, parts: Sequence[Part], numbers: Sequence[Ints], out: Arrays) -> None:
    _merge_rows(f"{view}.forward", f"{view}.forward_offsets", parts, out)
    at = 0
    for part, renamed in zip(parts, numbers, strict=True):
        size = int(np.diff(part.segment[f"{view}.forward_offsets"])[part.alive].sum())
        forward = out[f"{view}.forward"][at : at + size]
        forward[:] = renamed[forward]
        at += size


def _kept(keep: Mask, bounds: Array) -> tuple[Mask, Ints]:
    """`keep` itself, and how many of each term's rows it keeps."""
    reached = _offsets(keep)
    counts: Ints = np.diff(reached[bounds])
    return keep, counts


def _merge_terms(view: str, parts: Sequence[Part], counts: Sequence[Ints]) -> tuple[list[bytes], list[Ints]]:
    """All terms that still have a row, sorted; and for each part the new number of each of its terms, or -1."""
    used = [np.flatnonzero(row).tolist() for row in counts]
    names = [[part.segment.terms(view)[i] for i in row] for part, row in zip(parts, used, strict=True)]
    merged = sorted(set().union(*names))
    number = {name: i for i, name in enumerate(merged)}
    numbers = []
    for row, inside, of_part in zip(used, names, counts, strict=True):
        renamed = np.full(len(of_part), -1, np.int64)
        renamed[row] = [number[name] for name in inside]
        numbers.append(renamed)
    return merged, numbers


def _places(counts: Sequence[Ints], numbers: Sequence[Ints], terms: int) -> tuple[list[Ints], Ints]:
    """Where the rows of each part's terms begin when all are ordered by term, then part; and the merged bounds.

    Rows are ordered by term inside a part and a merge keeps the order of terms, so each term's rows move as one block
    and nothing has to be sorted.
    """
    totals = np.zeros(terms, np.int64)
    for row, renamed in zip(counts, numbers, strict=True):
        totals[renamed[row > 0]] += row[row > 0]
    bounds = _offsets(totals)
    at, places = bounds[:-1].copy(), []
    for row, renamed in zip(counts, numbers, strict=True):
        place = np.zeros(len(row), np.int64)
        place[row > 0] = at[renamed[row > 0]]
        at[renamed[row > 0]] += row[row > 0]
        places.append(place)
    return places, bounds
