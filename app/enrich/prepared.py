"""The text that the recogniser reads, and the way back from it to the body.

It reads a prepared text: quotes straight, line breaks inside a paragraph gone, capitals lowered, company tickers
(`<BAC>`) and rows of figures left out. `Prepared.at` leads every offset back to the body.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.enrich import given, lexicon
from app.enrich.glued import missing_blanks
from app.enrich.layout import TextBlock, is_in_capitals, is_table_row
from app.enrich.plain import INVISIBLE

_GAP = re.compile(rf"\s*<[A-Z][A-Z0-9.]{{0,9}}>(?=\s?)|\s{{2,}}|[^\S ]|[{INVISIBLE}]+")
_INVISIBLE = re.compile(rf"[{INVISIBLE}]+")
_PLAIN = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "—": " ", "`": "'", "´": "'", "‐": "-", "‑": "-"})
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
# Words that are small in any line in capitals, names of nobody.
_SMALL_WORDS = lexicon.terms("capitals-small-words")
# And those that a text which is in capitals altogether is mostly made of besides.
_PLAIN_WORDS = _SMALL_WORDS | lexicon.terms("capitals-plain-words")
# `EXPLAINED`, but not `AHMED`, `ALFRED` or `UNITED`.
_PAST = re.compile(r"(?!UNITED|ALLIED|SAYED|MILDRED)[A-Z]{3,}(?<!FR)(?<!E)(?<!AM)(?<!HM)ED")
# Of other words so short most are acronyms.
_SHORT_NAMES = lexicon.terms("capitals-short-names")


@dataclass(frozen=True, slots=True)
class Prepared:
    """`blocks` are those of the layout that have text to read, in offsets of `text`.

    From `starts[i]` on, an offset in `text` is `shifts[i]` away from its place in the body. `joints` are the offsets of
    blanks that the body lacks.
    """

    text: str
    blocks: tuple[TextBlock, ...]
    starts: tuple[int, ...]
    shifts: tuple[int, ...]
    joints: frozenset[int] = frozenset()

    def at(self, offset: int) -> int:
        return offset + self.shifts[bisect_right(self.starts, offset) - 1]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the body; the end is led back from the last character, for a gap may follow it."""
        return self.at(start), self.at(end - 1) + 1


@dataclass(frozen=True, slots=True)
class Found:
    start: int
    end: int
    label: str


def prepare(body: str, blocks: Sequence[TextBlock]) -> Prepared:
    in_capitals = [is_in_capitals(body[block.start : block.end], at_least=4) for block in blocks]
    shouting = any(in_capitals) and is_in_capitals(body)
    joints, blanks = missing_blanks(body), set[int]()
    copy = _Script()
    prepared: list[TextBlock] = []
    for block, capitals in zip(blocks, in_capitals, strict=True):
        begin = copy.length
        for start, end in _readable(body, block):
            text = _straightened(body[start:end], shouting=shouting)
            reached = start
            for left, right in _solid(body, start, end, joints):
                if copy.length > begin and body[left] not in ",.;:)" and not _INVISIBLE.fullmatch(body, reached, left):
                    if start < left == reached:
                        blanks.add(copy.length)
                    copy.write(" ")
                copy.write(text[left - start : right - start], left)
                reached = right
        if copy.length > begin:
            # A line in capitals among others is read as a headline, however long it is; where all are, none is.
            kind = block.kind if not capitals else "paragraph" if shouting else "subhead"
            prepared.append(TextBlock(kind, begin, copy.length))
            copy.write("\n\n")
    return Prepared("".join(copy.parts), tuple(prepared), tuple(copy.starts), tuple(copy.shifts), frozenset(blanks))


class _Script:
    """Text written piece by piece, with the place that each piece has in the body."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.starts, self.shifts = [0], [0]
        self.length = 0

    def write(self, text: str, source: int | None = None) -> None:
        if source is not None:
            self.starts.append(self.length)
            self.shifts.append(source - self.length)
        self.parts.append(text)
        self.length += len(text)


def _readable(body: str, block: TextBlock) -> Iterator[tuple[int, int]]:
    """The block without its rows of figures."""
    text = body[block.start : block.end]
    if "\n" not in text:
        if not is_table_row(text):
            yield block.start, block.end
        return
    start = -1
    position = block.start
    for line in text.split("\n"):
        if is_table_row(line):
            if start >= 0:
                yield start, position - 1
            start = -1
        elif start < 0:
            start = position
        position += len(line) + 1
    if start >= 0:
        yield start, block.end


def _solid(body: str, start: int, end: int, joints: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the pieces between gaps: runs of white space, tickers; and on both sides of the joints, in order, where a
    blank is missing."""
    for gap in _GAP.finditer(body, start, end):
        yield from _between_joints(start, gap.start(), joints)
        start = gap.end()
    yield from _between_joints(start, end, joints)


def _between_joints(start: int, end: int, joints: Sequence[int]) -> Iterator[tuple[int, int]]:
    for joint in joints[bisect_right(joints, start) : bisect_left(joints, end)] if joints else ():
        yield start, joint
        start = joint
    if start < end:
        yield start, end


def _straightened(text: str, *, shouting: bool) -> str:
    text = text.translate(_PLAIN)
    if shouting:
        return _WORD.sub(_lowered_in_text, text)
    return _WORD.sub(_lowered, text) if is_in_capitals(text, at_least=3) else text


def _lowered_in_text(match: re.Match[str]) -> str:
    word = match[0]
    if len(word) == 1:
        return word
    if word in _SHORT_NAMES:
        return word.capitalize()
    is_plain = word in _PLAIN_WORDS or (_PAST.fullmatch(word) is not None and not given.is_given(word))
    return word.lower() if is_plain else _lowered(match)


def _lowered(match: re.Match[str]) -> str:
    word = match[0]
    if not word.isupper() or len(word) == 1:
        return word
    is_name = len(word) > 3 or given.is_given(word)
    lowered = word.lower() if word in _SMALL_WORDS else word.capitalize() if is_name else word
    return lowered if len(lowered) == len(word) else word
