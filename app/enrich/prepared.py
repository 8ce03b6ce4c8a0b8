"""The text that the recogniser reads, and the way back from it to the body.

It reads a prepared text: quotes straight, line breaks inside a paragraph gone, capitals lowered, company tickers
(`<BAC>`) and rows of figures left out. `Prepared.at` leads every offset back to the body.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.enrich.layout import Block, is_in_capitals, is_table_row

_GAP = re.compile(r"\s*<[A-Z][A-Z0-9.]{0,9}>(?=\s?)|\s{2,}|[^\S ]")
_PLAIN = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "—": " ", "`": "'", "´": "'"})
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_SMALL_WORDS_TABLE = """
OF THE AND FOR IN ON AT TO BY AS A AN OR BUT IS ARE BE NOT WITH FROM OVER AFTER INTO
"""
_SMALL_WORDS = frozenset(_SMALL_WORDS_TABLE.split())


@dataclass(frozen=True, slots=True)
class Prepared:
    """`blocks` are those of the layout that have text to read, in offsets of `text`.

    From `starts[i]` on, an offset in `text` is `shifts[i]` away from its place in the body.
    """

    text: str
    blocks: tuple[Block, ...]
    starts: tuple[int, ...]
    shifts: tuple[int, ...]

    def at(self, offset: int) -> int:
        return offset + self.shifts[bisect_right(self.starts, offset) - 1]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """In the body; the end is led back from the last character, for a gap may follow it."""
        return self.at(start), self.at(end - 1) + 1


@dataclass(frozen=True, slots=True)
class Found:
    start: int
    end: int
    label: str


def prepare(body: str, blocks: Sequence[Block]) -> Prepared:
    in_capitals = [is_in_capitals(body[block.start : block.end], at_least=4) for block in blocks]
    shouting = all(in_capitals)
    copy = _Copy()
    prepared: list[Block] = []
    for block, capitals in zip(blocks, in_capitals, strict=True):
        begin = copy.length
        for start, end in _readable(body, block):
            text = _plain_text(body[start:end])
            for left, right in _solid(body, start, end):
                if copy.length > begin and body[left] not in ",.;:)":
                    copy.write(" ")
                copy.write(text[left - start : right - start], left)
        if copy.length > begin:
            # A line in capitals among others is read as a headline, however long it is.
            prepared.append(Block("subhead" if capitals and not shouting else block.kind, begin, copy.length))
            copy.write("\n\n")
    return Prepared("".join(copy.parts), tuple(prepared), tuple(copy.starts), tuple(copy.shifts))


class _Copy:
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


def _readable(body: str, block: Block) -> Iterator[tuple[int, int]]:
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


def _solid(body: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Pieces between gaps: runs of white space, tickers."""
    for gap in _GAP.finditer(body, start, end):
        if gap.start() > start:
            yield start, gap.start()
        start = gap.end()
    if start < end:
        yield start, end


def _plain_text(text: str) -> str:
    text = text.translate(_PLAIN)
    return _WORD.sub(_lowered, text) if is_in_capitals(text, at_least=3) else text


def _lowered(match: re.Match[str]) -> str:
    word = match[0]
    if not word.isupper() or len(word) == 1:
        return word
    lowered = word.lower() if word in _SMALL_WORDS else word.capitalize() if len(word) > 3 else word
    return lowered if len(lowered) == len(word) else word
