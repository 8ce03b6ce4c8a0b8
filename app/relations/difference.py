"""Where two texts differ, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Literal, NamedTuple, cast

from rapidfuzz.distance import Levenshtein

Op = Literal["equal", "insert", "delete", "replace"]
Span = tuple[int, int]

_MOST = 100_000_000
"""Words of one text times words of the other: more are compared by lines, which takes a second where this would take
minutes."""
_PIECES = re.compile(r"\w+|\s+|[^\w\s]")
_HAS_WORD = re.compile(r"\w")
_LINES = re.compile(r".*\n|.+")


class DifferentSpan(NamedTuple):
    """A stretch of two texts, as offsets into each: the same in both, or what one has in the place of the other."""

    op: Op
    a: Span
    b: Span


def compare_texts(a: str, b: str) -> list[DifferentSpan]:
    """Return all of two texts in stretches, in order; a text against itself is one that is equal."""
    parts = _text_pieces(a, b)
    bounds = [_bounds(pieces) for pieces in parts]
    spans = [
        DifferentSpan(
            op, (bounds[0][a_start], bounds[0][a_end]), (bounds[1][b_start], bounds[1][b_end])
        )
        for op, a_start, a_end, b_start, b_end in _opcodes(*parts)
    ]  # fmt: skip
    return [_as_one(group) for _, group in groupby(_without_gaps(spans, a), lambda span: span.op == "equal")]


def changed_words(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Yield the words that each of two texts has where they differ, place by place."""
    if len(one) * len(other) > _MOST:
        yield one, other
        return
    one_end = other_end = 0
    for same in Levenshtein.editops(one, other).as_matching_blocks():
        if same.a > one_end or same.b > other_end:
            yield one[one_end : same.a], other[other_end : same.b]
        one_end, other_end = same.a + same.size, same.b + same.size


def _text_pieces(a: str, b: str) -> tuple[list[str], list[str]]:
    by_words = _PIECES.findall(a), _PIECES.findall(b)
    if len(by_words[0]) * len(by_words[1]) <= _MOST:
        return by_words
    by_lines = _LINES.findall(a), _LINES.findall(b)
    return by_lines if len(by_lines[0]) * len(by_lines[1]) <= _MOST else ([a], [b])


def _bounds(pieces: Sequence[str]) -> list[int]:
    bounds = [0]
    for piece in pieces:
        bounds.append(bounds[-1] + len(piece))
    return bounds


def _opcodes(one: Sequence[str], other: Sequence[str]) -> list[tuple[Op, int, int, int, int]]:
    found = Levenshtein.opcodes(one, other)
    return [(cast(Op, each.tag), each.src_start, each.src_end, each.dest_start, each.dest_end) for each in found]


def _without_gaps(spans: Sequence[DifferentSpan], a: str) -> Iterator[DifferentSpan]:
    """Count what stands between two changed words to the change, where it is no word itself."""
    for number, span in enumerate(spans):
        is_between = span.op == "equal" and 0 < number < len(spans) - 1
        yield span._replace(op="replace") if is_between and not _HAS_WORD.search(a, *span.a) else span


def _as_one(group: Iterator[DifferentSpan]) -> DifferentSpan:
    """Join neighbours that differ into one: what is gone and what came in its place."""
    first, *others = group
    last = others[-1] if others else first
    a, b = (first.a[0], last.a[1]), (first.b[0], last.b[1])
    if first.op == "equal":
        return DifferentSpan("equal", a, b)
    op: Op = "insert" if a[0] == a[1] else "delete" if b[0] == b[1] else "replace"
    return DifferentSpan(op, a, b)
