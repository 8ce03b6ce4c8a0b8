"""The mentions of one article in the making."""

from __future__ import annotations

from app.enrich.cleaning import Span


class Spans:
    """The spans of one article; none overlaps another."""

    def __init__(self, length: int) -> None:
        self._taken = bytearray(length)
        self.all: list[Span] = []

    def add(self, span: Span) -> bool:
        if span.start >= span.end or not self.is_free(span.start, span.end):
            return False
        self.block(span.start, span.end)
        self.all.append(span)
        return True

    def replace(self, *spans: Span) -> None:
        """Put `spans` in the place of those that they overlap."""
        for span in spans:
            for other in self.overlapping(span.start, span.end):
                self.all.remove(other)
                self._taken[other.start : other.end] = bytes(other.end - other.start)
        for span in spans:
            self.add(span)

    def drop(self, span: Span) -> None:
        """No name, and nothing else is one there."""
        self.all.remove(span)

    def cut(self, span: Span, end: int) -> None:
        self._taken[end : span.end] = bytes(span.end - end)
        span.end = end

    def overlapping(self, start: int, end: int) -> list[Span]:
        if self.is_free(start, end):
            return []
        return [span for span in self.all if span.start < end and start < span.end]

    def encloses(self, start: int, end: int) -> bool:
        """Whether what overlaps it lies inside it, so that it can be put in its place."""
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
        return not any(self._taken[start:end])
