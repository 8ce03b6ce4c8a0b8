"""Terms at most some edits away from a word: an insertion, deletion, change or swap of neighbours each.

An edit changes the length of a term by at most one and the set of its letters by at most two. So the exact terms are
kept by length, each with its letters as bits: a search looks at one run of numbers, and at the text of the few terms
that are left.

exact.by_length      uint32[t]   term numbers by length in characters, then ascending
exact.length_bounds  uint32      where each length begins there, from 0 on, and the end
exact.letters        uint32[t]   the letters of each, in that order
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from app.effort import spend
from app.search.whoosh.packed import Array, Mask, offsets_of, places_of
from app.search.whoosh.segment import Named, Segment

_COMPARING = 50
"""What it takes to compare two words, in the units of `spend`."""
_PARTED = 5
"""Letters from which on an edit, which two letters side by side take part in at most, cannot touch the first two and
the last two."""
_CONTINUES = 0b10
"""First two bits of every byte of a character but its first."""


def _letter(byte: int) -> int:
    """A bit for each letter of a to z; of the others several share one. All bytes of a character have the same."""
    if byte >= 0x80:
        return 1 << 31
    return 1 << (byte - ord("a") if ord("a") <= byte <= ord("z") else 26 + byte % 5)


_LETTERS = np.array([_letter(byte) for byte in range(256)], np.uint32)


def near_arrays(terms: Sequence[bytes]) -> Named:
    """`terms`: the exact ones in order; none is empty."""
    raw = np.frombuffer(b"".join(terms), np.uint8)
    starts = offsets_of(list(map(len, terms)))[:-1]
    # Without terms there is no run to sum up.
    lengths = np.add.reduceat(raw >> 6 != _CONTINUES, starts, dtype=np.uint16) if terms else np.empty(0, np.uint16)
    letters = np.bitwise_or.reduceat(_LETTERS[raw], starts) if terms else np.empty(0, np.uint32)
    order = np.argsort(lengths, kind="stable")
    yield "exact.by_length", order.astype(np.uint32)
    yield "exact.length_bounds", offsets_of(np.bincount(lengths)).astype(np.uint32)
    yield "exact.letters", letters[order]


def near_terms(segment: Segment, term: str, edits: int) -> list[int]:
    """Numbers of the exact terms at most `edits` edits away, ascending."""
    likely = _likely(segment, term, edits)
    spend(len(likely) * _COMPARING)
    table = segment.terms("exact")
    texts = [table[number].decode("utf-8", "surrogatepass") for number in likely]
    found = process.extract(term, texts, scorer=OSA.distance, score_cutoff=edits, limit=None)
    return sorted(likely[place] for _, _, place in found)


def _likely(segment: Segment, term: str, edits: int) -> list[int]:
    """All terms that so many edits could make of `term`, and some that they could not."""
    bounds = segment["exact.length_bounds"]
    shortest, longest = max(len(term) - edits, 0), len(term) + edits
    if shortest >= len(bounds):
        return []
    run = slice(int(bounds[shortest]), int(bounds[min(longest + 1, len(bounds) - 1)]))
    wanted = np.bitwise_or.reduce(_LETTERS[np.frombuffer(term.encode("utf-8", "surrogatepass"), np.uint8)])
    other: Array = np.bitwise_count(segment["exact.letters"][run] ^ wanted)
    likely = segment["exact.by_length"][run][places_of(other <= 2 * edits)]
    if edits == 1 and len(term) >= _PARTED:
        likely = likely[_share_an_end(segment, likely, term.encode("utf-8", "surrogatepass"))]
    found: list[int] = likely.tolist()
    return found


def _share_an_end(segment: Segment, terms: Array, term: bytes) -> Mask:
    """Return which of some terms begin or end with the same two bytes as `term`: an edit leaves either as it is."""
    offsets, raw = segment["exact.term_offsets"], segment["exact.terms"]
    pairs = np.ndarray((len(raw) - 1,), "<u2", raw, strides=(1,))
    first, last = (int.from_bytes(part, "little") for part in (term[:2], term[-2:]))
    shared: Mask = (pairs[offsets[terms]] == first) | (pairs[offsets[terms + 1] - 2] == last)
    return shared
