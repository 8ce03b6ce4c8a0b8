"""Documents to arrays: a batch is inverted with a few sorts over flat arrays, segments are merged run by run of terms.

Analysis is paid once per distinct raw token: `Vocabulary` maps each to a number, and what that number expands to
(terms, relative positions, width) stands in flat arrays. The loop over a text is then a C-speed `map` over a dict,
and everything after it is arithmetic on whole arrays. The arrays made here are described in `segment.py`.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count, filterfalse, repeat

import msgspec
import numpy as np
import numpy.typing as npt

from app.search import analysis
from app.search.attributes import VIEWS
from app.search.engine import Card, Document
from app.search.numbers import day_number, group_number, precision, time_number
from app.search.whoosh.near import near_arrays
from app.search.whoosh.packed import (
    Array,
    Ints,
    Mask,
    concatenated_ranges,
    first_of_each,
    joined,
    list_runs,
    offsets_of,
    pack,
)
from app.search.whoosh.segment import (
    COUNTED,
    FIELDS,
    GAP,
    KEY_VIEWS,
    QUOTE_WIDTH,
    Named,
    Segment,
    count_arrays,
    heads_of,
    id_arrays,
    narrow,
    packed_counts,
    term_arrays,
)

Words = npt.NDArray[np.uint32]
Moving = Callable[[Words], tuple[Mask | None, Words]]

MAX_ADDRESS = 2**32 - 1


_encode_card = msgspec.msgpack.Encoder().encode


_PER_DOCUMENT: dict[str, tuple[Callable[[Document], int], type[np.generic] | None]] = {
    "date": (lambda document: day_number(document.date), np.int32),
    "time": (lambda document: time_number(document.published_at), None),
    "precision": (lambda document: precision(document.date), np.uint8),
    "derived": (lambda document: document.headline_derived, np.uint8),
    "revised": (lambda document: document.revised, None),
    "added": (lambda document: document.added, None),
    "copy_group": (lambda document: group_number(document.copy_group), np.int64),
    "story": (lambda document: group_number(document.story or document.id), np.int64),
}
"""A number for each document, by the name of its array, with the type of that; None: the narrowest that holds them."""


class Vocabulary(dict[str, int]):
    """Raw token -> number. Grows as texts come; shared by all batches of one writer. Names are UTF-8."""

    def __init__(self) -> None:
        super().__init__()
        self.offsets, self.widths = array("q", [0]), array("i")
        self.terms, self.positions = array("i"), array("i")
        self.names: list[bytes] = []
        self.stem_names: list[bytes] = []
        self.stem_of = array("i")
        self._exact: dict[str, int] = {}
        self._stems: dict[str, int] = {}
        self.heads, self.stem_heads = np.empty(0, np.uint64), np.empty(0, np.uint64)
        self._unlearned: list[str] = []

    def __missing__(self, raw: str) -> int:
        number = self[raw] = len(self)
        self._unlearned.append(raw)
        return number

    def learn(self) -> None:
        """Analyse the tokens that were met since the last time: together they take half of what each takes alone."""
        new, self._unlearned = self._unlearned, []
        plain = [*map(analysis.plain_term, new)]
        self._name([term for term in plain if term is not None], analysis.plain_stems)
        begin = 0
        for end, next_plain in enumerate((*plain, None)):
            if next_plain is None:
                self._place([term for term in plain[begin:end] if term is not None])
                if end < len(new):
                    self.widths.append(self._expanded(new[end]))
                    self.offsets.append(len(self.terms))
                begin = end + 1
        self.heads = np.concatenate((self.heads, heads_of(self.names[len(self.heads) :])))
        self.stem_heads = np.concatenate((self.stem_heads, heads_of(self.stem_names[len(self.stem_heads) :])))

    def _place(self, plain: Sequence[str]) -> None:
        """Note a run of tokens that have one term each, which is known."""
        first = len(self.terms) + 1
        self.terms.extend(map(self._exact.__getitem__, plain))
        self.positions.extend(repeat(0, len(plain)))
        self.widths.extend(repeat(1, len(plain)))
        self.offsets.extend(range(first, first + len(plain)))

    def _expanded(self, raw: str) -> int:
        expansion = analysis.expand(raw) if raw else analysis.Expansion((), None)
        for form in expansion.forms:
            self._name([form.term], lambda terms: [*map(analysis.stem, terms)])
            self.terms.append(self._exact[form.term])
            self.positions.append(form.position)
        return expansion.width

    def _name(self, terms: Sequence[str], stems_of: Callable[[Sequence[str]], list[str]]) -> None:
        """Number the terms that have no number yet."""
        if fresh := _number_tokens(terms, self._exact, self.names):
            stems = stems_of(fresh)
            _number_tokens(stems, self._stems, self.stem_names)
            self.stem_of.extend(map(self._stems.__getitem__, stems))


def _number_tokens(texts: Sequence[str], known: dict[str, int], names: list[bytes]) -> list[str]:
    """Number those of some texts that are new, and return them."""
    fresh = [*filterfalse(known.__contains__, dict.fromkeys(texts))]
    known.update(zip(fresh, count(len(names)), strict=False))
    names += map(_encoded, fresh)
    return fresh


def _encoded(term: str) -> bytes:
    return term.encode("utf-8", "surrogatepass")


class SegmentBatch:
    """Documents on their way into one segment."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._raw, self._counts = array("i"), array("q")
        self._furniture = array("q")
        """Numbers of raw tokens: of each stretch of furniture the first, and the one behind it."""
        self._quotes, self._quote_counts = array("q"), array("q")
        """Of each quote where it begins in its body, the number of its first raw token, and of the one behind it."""
        self._ids = array("Q")
        self._numbers = {name: array("q") for name in _PER_DOCUMENT}
        self._cards: list[bytes] = []
        self._keys: dict[str, list[tuple[str, ...]]] = {view: [] for view in KEY_VIEWS}

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def words(self) -> int:
        return len(self._raw)

    def add(self, document: Document) -> None:
        number = self._vocabulary.__getitem__
        for text in (document.headline, document.dateline or ""):
            raw = analysis.raw_tokens(text)
            self._raw.extend(map(number, raw))
            self._counts.append(len(raw))
        before = len(self._raw)
        pieces = list[str]()
        for text, is_furniture in analysis.parted(document.body, document.furniture or ()):
            first = len(self._raw)
            self._raw.extend(map(number, analysis.raw_tokens(text)))
            if is_furniture:
                self._furniture.extend((first, len(self._raw)))
            pieces.append(text)
        self._counts.append(len(self._raw) - before)
        self._quote_counts.append(len(document.quotes))
        if document.quotes:
            self._add_quotes(document.quotes, _starts_in(pieces), before)
        self._ids.append(int(document.id, 16))
        for name, (of, _) in _PER_DOCUMENT.items():
            self._numbers[name].append(of(document))
        self._cards.append(_encode_card(Card.of(document)))
        for view in VIEWS:
            self._keys[view.name].append(view.values(document))

    def _add_quotes(self, quotes: Sequence[Sequence[int]], starts: Sequence[int], first: int) -> None:
        """`starts`: where the raw tokens of the body begin, of which the first has the number `first`."""
        for start, end in quotes:
            self._quotes.extend((start, first + bisect_left(starts, start), first + bisect_left(starts, end)))

    def arrays(self) -> Named:
        """The segment's arrays. What the batch holds goes as they come: it cannot be asked twice."""
        documents = len(self)
        yield from id_arrays(np.array(self._ids, np.uint64))
        yield from _number_arrays({name: np.array(numbers, np.int64) for name, numbers in self._numbers.items()})
        self._vocabulary.learn()
        addresses, lengths = self._lines()
        yield from _line_arrays(lengths)
        yield "cards", np.frombuffer(b"".join(self._cards), np.uint8)
        yield "cards.offsets", offsets_of(list(map(len, self._cards))).astype(np.uint32)
        self._cards.clear()
        yield from self._quote_arrays(addresses, lengths)
        yield from self._words(addresses, lengths, self._furniture_addresses(addresses))
        for view in KEY_VIEWS:
            yield from _key_arrays(view, self._keys.pop(view), documents)

    def _lines(self) -> tuple[Words, Ints]:
        """Put every word on the line of addresses. Returns (each raw token's address, words of each field)."""
        raw, counts = np.array(self._raw, np.int32), np.array(self._counts, np.int64)
        reached = offsets_of(np.array(self._vocabulary.widths, np.int32)[raw])
        ends = np.cumsum(counts)
        lengths = reached[ends] - reached[ends - counts]
        bases = offsets_of(lengths + GAP)
        if bases[-1] > MAX_ADDRESS:
            raise ValueError("a batch of more than 4 billion words")
        shift = bases[:-1] - reached[ends - counts]
        addresses = (reached[:-1] + np.repeat(shift, counts)).astype(np.uint32)
        return addresses, lengths.reshape(len(self), len(FIELDS))

    def _furniture_addresses(self, lines: Words) -> Ints:
        bounds = np.array(self._furniture, np.int64).reshape(-1, 2)
        tokens = concatenated_ranges(bounds[:, 0], bounds[:, 1] - bounds[:, 0])
        widths = np.array(self._vocabulary.widths, np.int64)[np.array(self._raw, np.int32)[tokens]]
        return concatenated_ranges(lines[tokens].astype(np.int64), widths)

    def _quote_arrays(self, lines: Words, lengths: Ints) -> Named:
        counts = np.array(self._quote_counts, np.int64)
        begun, first, end = np.array(self._quotes, np.int64).reshape(-1, QUOTE_WIDTH).T
        start = np.repeat(_row_starts(lengths), counts)
        widths = np.array(self._vocabulary.widths, np.int64)[np.array(self._raw, np.int32)]
        behind = lines + widths
        has_words = end > first
        at = np.where(has_words, lines.take(first, mode="clip").astype(np.int64) - start, 0)
        until = np.where(has_words, behind.take(end - 1, mode="clip") - start, 0)
        yield "quotes", narrow(np.stack((begun, at, until), axis=1).ravel())
        yield "quotes.offsets", offsets_of(counts * QUOTE_WIDTH).astype(np.uint32)

    def _words(self, lines: Words, lengths: Ints, furniture: Ints) -> Named:
        vocabulary = self._vocabulary
        raw = np.array(self._raw, np.int32)
        self._raw = array("i")
        offsets = np.array(vocabulary.offsets, np.int64)
        counts = offsets[raw + 1] - offsets[raw]
        entry = concatenated_ranges(offsets[raw], counts)
        addresses = np.repeat(lines, counts) + np.array(vocabulary.positions, np.uint32)[entry]
        used, terms, ranked = _ranked(np.array(vocabulary.terms, np.int32)[entry], vocabulary.names, vocabulary.heads)
        del raw, counts, entry
        yield from term_arrays("exact", terms)
        yield from near_arrays(terms)
        key = (ranked.astype(np.uint64) << np.uint64(32)) | addresses
        del ranked, addresses
        key.sort()
        address, rank = key.astype(np.uint32), (key >> np.uint64(32)).astype(np.int32)
        del key
        yield from pack(address, np.bincount(rank, minlength=len(used))).arrays("exact.positions")
        stems = np.array(vocabulary.stem_of, np.int32)[used][rank]
        # A field's number is that of its document times four and its own; furniture comes behind the body.
        fields = np.arange(len(lengths), dtype=np.int32)[:, None] * len(COUNTED) + np.arange(
            len(FIELDS), dtype=np.int32
        )
        line = np.repeat(fields.ravel(), lengths.ravel() + GAP)
        line[furniture] += 1
        fields = line[address]
        del address, rank, line
        yield from _stem_arrays(stems, fields, vocabulary, len(lengths))


def _starts_in(pieces: Sequence[str]) -> list[int]:
    """Return where the raw tokens begin of a text that was cut into pieces."""
    starts, at = list[int](), 0
    for text in pieces:
        starts += [at + start for start in analysis.raw_starts(text)]
        at += len(text)
    return starts


def _row_starts(lengths: Ints) -> Ints:
    """Return the address of the first word of each document."""
    return offsets_of((lengths + GAP).sum(axis=1))[:-1]


def _line_arrays(lengths: Ints) -> Named:
    """`lengths`: words, a row a document and a column a field."""
    yield "start", _row_starts(lengths).astype(np.uint32)
    for field, column in zip(FIELDS, lengths.T, strict=True):
        yield f"length.{field}", narrow(column)


def _stem_arrays(stems: Array, fields: Array, vocabulary: Vocabulary, size: int) -> Named:
    """The stemmed view: one posting for a stem and a document, with its count in each of `COUNTED`;
    `size`: of all documents."""
    used, terms, rank = _ranked(stems, vocabulary.stem_names, vocabulary.stem_heads)
    yield from term_arrays("stem", terms)
    # Sorted on both at once, the fields of one posting lie together.
    key = (rank.astype(np.uint64) << np.uint64(32)) | fields.astype(np.uint64)
    del rank
    key.sort()
    rank, fields = (key >> np.uint64(32)).astype(np.int32), key.astype(np.uint32)
    del key
    documents, field = np.divmod(fields, np.uint32(len(COUNTED)))
    del fields
    fresh = (np.diff(rank, prepend=-1) != 0) | (np.diff(documents, prepend=documents[:1]) != 0)
    first, posting = np.flatnonzero(fresh), np.cumsum(fresh, dtype=np.int32) - 1
    counts = {name: np.bincount(posting[field == i], minlength=len(first)) for i, name in enumerate(COUNTED)}
    lists = pack(documents[first], np.bincount(rank[first], minlength=len(used)))
    yield from lists.arrays("stem.docs")
    yield from count_arrays(packed_counts(counts), lists, size)


def _key_arrays(view: str, values: list[tuple[str, ...]], documents: int) -> Named:
    places: dict[str, int] = {}
    numbers = np.array([places.setdefault(v, len(places)) for row in values for v in row], np.int64)
    names = [*map(_encoded, places)]
    counts = np.array(list(map(len, values)), np.int64)
    used, terms, rank = _ranked(numbers, names, heads_of(names))
    yield from term_arrays(view, terms)
    order = np.argsort(rank, kind="stable")
    owners = np.repeat(np.arange(documents, dtype=np.uint32), counts)
    yield from pack(owners[order], np.bincount(rank, minlength=len(used))).arrays(f"{view}.docs")
    yield f"{view}.forward", narrow(rank)
    yield f"{view}.forward_offsets", offsets_of(counts).astype(np.uint32)


def _number_arrays(numbers: dict[str, Array]) -> Named:
    for name, (_, type) in _PER_DOCUMENT.items():
        yield name, narrow(numbers[name]) if type is None else numbers[name].astype(type)


def _ranked(numbers: Array, names: Sequence[bytes], heads: Array) -> tuple[Ints, list[bytes], Array]:
    """Return the numbers that occur, in the order of their names; these names; and `numbers` as places among them."""
    present = np.flatnonzero(np.bincount(numbers, minlength=1)) if len(numbers) else np.empty(0, np.int64)
    heads = heads[present]
    order = np.argsort(heads)
    used, heads = present[order], heads[order]
    is_tied = ~first_of_each(heads)
    is_tied[:-1] |= is_tied[1:]
    used[is_tied] = sorted(used[is_tied].tolist(), key=names.__getitem__)
    rank = np.zeros(len(names) + 1, np.int32)
    rank[used] = np.arange(len(used))
    return used, [*map(names.__getitem__, used.tolist())], rank[numbers]


@dataclass(frozen=True, slots=True)
class Part:
    """A segment to merge and which of its documents live on."""

    segment: Segment
    alive: Mask

    @property
    def living(self) -> int:
        return int(np.count_nonzero(self.alive))


def merge_segments(parts: Sequence[Part]) -> Named:
    """The arrays of one segment of several, the dead left out; documents keep their order.

    Takes the memory of the longest array, twice, and of a run of terms.
    """
    yield from id_arrays(np.concatenate([part.segment["id"][part.alive] for part in parts]))
    yield from _number_arrays(
        {name: np.concatenate([part.segment[name][part.alive] for part in parts]) for name in _PER_DOCUMENT}
    )
    lengths = np.concatenate([_living_lengths(part)[part.alive] for part in parts])
    yield from _line_arrays(lengths)
    yield from _merged_rows("cards", "cards.offsets", parts, None)
    yield from _merged_rows("quotes", "quotes.offsets", parts, None)
    starts = offsets_of((lengths + GAP).sum(axis=1))
    reached = offsets_of([part.living for part in parts])
    moves = [_Move(part, at, starts) for part, at in zip(parts, reached.tolist(), strict=False)]
    yield from _merged_lists("exact", "exact.positions", parts, [move.addresses for move in moves])
    for view in ("stem", *KEY_VIEWS):
        for part in parts:
            part.segment.release()
        yield from _merged_lists(view, f"{view}.docs", parts, [move.documents for move in moves])


class _Move:
    """Where the documents and addresses of a part come to stand in the merged segment."""

    def __init__(self, part: Part, first: int, starts: Ints) -> None:
        """`first`: the number of its first living document; `starts`: the address of each merged document."""
        self._segment, self._alive, self._whole = part.segment, part.alive, bool(part.alive.all())
        self._numbers = (np.maximum(np.cumsum(part.alive), 1) - 1 + first).astype(np.uint32)
        self._shift = starts[self._numbers] - part.segment["start"]

    def documents(self, values: Words) -> tuple[Mask | None, Words]:
        """Return which of some documents live, None for all; and the new numbers of those."""
        if self._whole:
            return None, values + self._numbers[:1]
        keep = self._alive[values]
        return keep, self._numbers[values[keep]]

    def addresses(self, values: Words) -> tuple[Mask | None, Words]:
        if self._whole:
            return None, (values + self._shift[:1]).astype(np.uint32)
        owner = np.searchsorted(self._segment["start"], values, side="right") - 1
        keep = self._alive[owner]
        return keep, (values[keep] + self._shift[owner[keep]]).astype(np.uint32)


def _living_lengths(part: Part) -> Ints:
    return np.stack([part.segment[f"length.{field}"].astype(np.int64) for field in FIELDS], axis=1)


def _merged_rows(values: str, offsets: str, parts: Sequence[Part], numbers: Sequence[Ints] | None) -> Named:
    """Rows of the living documents. `numbers`: what to rename the values of each part to."""
    pieces, lengths = [], []
    for i, part in enumerate(parts):
        bounds = part.segment[offsets].astype(np.int64)
        counts = np.diff(bounds)[part.alive]
        rows = part.segment[values][concatenated_ranges(bounds[:-1][part.alive], counts)]
        pieces.append(rows if numbers is None else numbers[i][rows])
        lengths.append(counts)
    yield values, np.concatenate(pieces) if numbers is None else narrow(np.concatenate(pieces))
    yield offsets, offsets_of(np.concatenate(lengths)).astype(np.uint32)


def _merged_lists(view: str, name: str, parts: Sequence[Part], moves: Sequence[Moving]) -> Named:
    counts = [_living_counts(part, name, move) for part, move in zip(parts, moves, strict=True)]
    terms, numbers = _merged_terms(view, parts, counts)
    yield from term_arrays(view, terms)
    if view == "exact":
        yield from near_arrays(terms)
    totals = np.zeros(len(terms), np.int64)
    for row, renamed in zip(counts, numbers, strict=True):
        totals[renamed[row > 0]] += row[row > 0]
    bounds = offsets_of(totals)
    packed, stem_counts = [], [np.empty(0, np.uint16)]
    for run in list_runs(bounds):
        place = bounds[run.start : run.stop] - bounds[run.start]
        values = np.empty(int(totals[run.start : run.stop].sum()), np.uint32)
        stem_counts.append(np.empty(len(values) if view == "stem" else 0, np.uint16))
        for part, move, row, renamed in zip(parts, moves, counts, numbers, strict=True):
            inside, target = _targets(row, renamed, run, place)
            keep, moved = move(part.segment.lists(name).unpack_run(inside))
            values[target] = moved
            if view == "stem":
                held = part.segment.packed_counts(inside)
                stem_counts[-1][target] = held if keep is None else held[keep]
        packed.append(pack(values, totals[run.start : run.stop]))
    lists = joined(packed)
    yield from lists.arrays(name)
    if view == "stem":
        yield from count_arrays(np.concatenate(stem_counts), lists, sum(part.living for part in parts))
    if view in KEY_VIEWS:
        yield from _merged_rows(f"{view}.forward", f"{view}.forward_offsets", parts, numbers)


def _targets(counts: Ints, numbers: Ints, run: range, place: Ints) -> tuple[range, Ints]:
    """A part's terms that go into a run of merged ones, and where their rows go; `place`, where the next row of each
    merged term goes, moves on.

    Rows are ordered by term inside a part and a merge keeps the order of terms, so each term's rows move as one block
    and nothing has to be sorted.
    """
    used = np.flatnonzero(counts)
    chosen = used[slice(*np.searchsorted(numbers[used], (run.start, run.stop)))]
    if not len(chosen):
        return range(0), np.empty(0, np.int64)
    merged = numbers[chosen] - run.start
    target = concatenated_ranges(place[merged], counts[chosen])
    place[merged] += counts[chosen]
    return range(int(chosen[0]), int(chosen[-1]) + 1), target


def _living_counts(part: Part, name: str, move: Moving) -> Ints:
    """Return how many rows of each term live."""
    lists = part.segment.lists(name)
    counts = lists.counts(range(len(lists)))
    if part.alive.all():
        return counts
    for run, values in lists.chunks():
        keep, _ = move(values)
        if keep is not None:
            counts[run.start : run.stop] = np.diff(offsets_of(keep)[offsets_of(counts[run.start : run.stop])])
    return counts


def _merged_terms(view: str, parts: Sequence[Part], counts: Sequence[Ints]) -> tuple[list[bytes], list[Ints]]:
    """All terms that still have a row, sorted; and for each part the new number of each of its terms, or -1."""
    used = [np.flatnonzero(row) for row in counts]
    names = []
    for part, row in zip(parts, used, strict=True):
        names.append([*map(part.segment.terms(view).all().__getitem__, row.tolist())])
    merged = sorted(set().union(*names))
    number = {name: i for i, name in enumerate(merged)}
    numbers = []
    for row, inside, of_part in zip(used, names, counts, strict=True):
        renamed = np.full(len(of_part), -1, np.int64)
        renamed[row] = [*map(number.__getitem__, inside)]
        numbers.append(renamed)
    return merged, numbers
