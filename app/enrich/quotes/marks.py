"""Quotation marks in pairs: where a quote begins and where it ends.

A mark opens or closes by its shape, and where it has none (`"`) by what stands beside it. Nothing is paired across
paragraphs: what is open at the end of one ends there, and goes on in the next where that begins with a mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_CLOSING = {"“": '”"', '"': '"”', "„": "“”", "«": "»", "``": "''", "‘": "’", "'": "'"}
"""The marks that end what each opens; people and programs mix the round with the straight."""
_SINGLE = ("‘", "'")
_OPENING = re.compile(r"``|[“„«]|(?:(?<=[\s(\[—–\-‘’,:/])|^)(?:\"(?=\S)|[‘'](?=[A-Z\w…]))", re.MULTILINE)
_BEHIND = frozenset(" \t\n.,;:)?!—–-]'’…*")
# What ends inside of single marks: an apostrophe has a letter on its right, or no end of a clause on its left.
_ENDS_CLAUSE = frozenset(",.?!…")
FEWEST_WORDS = 5
"""What has fewer words is no quote but a word that the writer does not want to have said."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """What stands between two marks, `start` to `end`, and with them, `opens` to `closes`; `block` is the number of its
    paragraph. `is_closed`: a mark ends it, and not the paragraph."""

    start: int
    end: int
    opens: int
    closes: int
    block: int
    is_closed: bool


def pair_marks(body: str, paragraphs: Sequence[tuple[int, int]]) -> list[Quotation]:
    """Return all that stands in marks, in order; what is in marks inside of others is part of these."""
    return [each for number, span in enumerate(paragraphs) for each in _paired_in(body, number, *span)]


def _paired_in(body: str, block: int, first: int, last: int) -> Iterator[Quotation]:
    at = first
    while (mark := _OPENING.search(body, at, last)) is not None:
        start = mark.end()
        end, after = _closing_of(body, mark[0], start, last)
        if mark[0] in _SINGLE and after == end:
            at = start
            continue
        if body[start:end].strip():
            yield Quotation(start, end, mark.start(), after, block, after > end)
        at = max(after, start)


def _closing_of(body: str, mark: str, start: int, last: int) -> tuple[int, int]:
    """Return where the mark stands that closes this one, and what comes after; the end of the paragraph twice, where
    there is none."""
    if mark == "``":
        end = body.find("''", start, last)
        return (end, end + 2) if end >= 0 else (last, last)
    for at in range(start, last):
        if body[at] in _CLOSING[mark] and _closes(body, mark, at, last):
            return at, at + 1
        if mark in '“"' and body[at] == mark and at > start:
            return at, at
    return last, last


def _closes(body: str, mark: str, at: int, last: int) -> bool:
    behind = body[at + 1] if at + 1 < last else " "
    if mark in _SINGLE:
        return body[at - 1] in _ENDS_CLAUSE and behind.isspace()
    # A straight one that has the shape of an opening one opens: the mark before it was never closed.
    return body[at] != '"' or behind in _BEHIND or not body[at - 1].isspace()
