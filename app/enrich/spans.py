"""The mentions of one article in the making."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import KeysView
from itertools import count

from app.enrich.cleaning import Span

# Characters to a stretch of the text: few names begin in one, and few reach over several.
_STRETCH = 64


class Spans:
    """The spans of one article; none overlaps another.

    `_taken` has a byte for each character, `_near` the spans that touch each stretch of the text, and some that are
    there no more. So no question, and no change, costs more in a long article than in a short one.
    """

    def __init__(self, length: int) -> None:
        self._taken = bytearray(length)
        self._turns: dict[Span, int] = {}
        self._near: defaultdict[int, list[Span]] = defaultdict(list)
        self._next_turn = count()

    @property
    def all(self) -> KeysView[Span]:
        """Return all spans in the order in which they came."""
        return self._turns.keys()

    def add(self, span: Span) -> bool:
        if span.start >= span.end or not self.is_free(span.start, span.end):
            return False
        self._turns[span] = next(self._next_turn)
        self._take(span, span.start, span.end)
        return True

    def replace(self, *spans: Span) -> None:
        """Put `spans` in the place of those that they overlap."""
        for span in spans:
            for other in self.overlapping(span.start, span.end):
                del self._turns[other]
                self._taken[other.start : other.end] = bytes(other.end - other.start)
        for span in spans:
            self.add(span)

    def drop(self, span: Span) -> None:
        """No name, and nothing else is one there."""
        self._turns.pop(span, None)

    def cut(self, span: Span, end: int) -> None:
        self._taken[end : span.end] = bytes(span.end - end)
        span.end = end

    def widen(self, span: Span, start: int, end: int) -> None:
        """Widen a span to what is free beside it."""
        self._take(span, start, end)
        span.start, span.end = start, end

    def overlapping(self, start: int, end: int) -> list[Span]:
        """Return those that overlap it in the order in which they came."""
        if self.is_free(start, end):
            return []
        found: list[Span] = []
        for stretch in _stretches(start, end):
            for span in self._near.get(stretch, ()):
                if span.start < end and start < span.end and span in self._turns and span not in found:
                    found.append(span)
        return sorted(found, key=self._turns.__getitem__) if len(found) > 1 else found

    def starting(self, at: int) -> Span | None:
        return next((span for span in self.overlapping(at, at + 1) if span.start == at), None)

    def ending(self, at: int) -> Span | None:
        return next((span for span in self.overlapping(at - 1, at) if span.end == at), None)

    def encloses(self, start: int, end: int) -> bool:
        """Return whether what overlaps it lies inside it, so that it can be put in its place."""
        others = self.overlapping(start, end)
        return bool(others or self.is_free(start, end)) and all(
            start <= other.start and other.end <= end for other in others
        )

    def last_words(self, text: str) -> frozenset[str]:
        """Surnames of the people whose full name the article has."""
        names = (text[span.start : span.end].split(" ") for span in self.all if span.type == "person")
        return frozenset(words[-1] for words in names if len(words) > 1 and len(words[-1]) > 2)

    def block(self, start: int, end: int) -> None:
        self._taken[start:end] = b"\1" * (end - start)

    def is_free(self, start: int, end: int) -> bool:
        return self._taken.find(1, start, end) < 0

    def _take(self, span: Span, start: int, end: int) -> None:
        self.block(start, end)
        for stretch in _stretches(start, end):
            self._near[stretch].append(span)


def _stretches(start: int, end: int) -> range:
    return range(start // _STRETCH, (end - 1) // _STRETCH + 1)
