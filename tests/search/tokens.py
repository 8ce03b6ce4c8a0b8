"""The terms of a text with their places, as documents are indexed and queries read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.search.analysis import expand, raw_matches


@dataclass(frozen=True, slots=True)
class Token:
    """A term at a position of a text; `start` and `end` are code points."""

    term: str
    position: int
    start: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    position = 0
    for match in raw_matches(text):
        expansion = expand(match[0])
        for form in expansion.forms:
            yield Token(form.term, position + form.position, match.start() + form.start, match.start() + form.end)
        position += expansion.width
