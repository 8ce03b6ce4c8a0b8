"""The layout of an article: date header, dateline, subheads, paragraphs, headline. All offsets into `body`.

The body itself is never changed. A block begins where a blank line ends, and in newswire style at every line that is
indented by four spaces or more. Lines that are not wrapped (each ends a sentence, or is longer than a terminal is
wide) are paragraphs of their own.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter
from typing import Literal

from app.enrich import gazetteer, lexicon
from app.text import sentences


@dataclass(frozen=True, slots=True)
class FoundDateline:
    """`text` is what is shown (`SALVADOR, Feb 26`), `place` the place alone (`SALVADOR`).

    `start` and `end` enclose it in the body with its dash or colon; both are 0 for one that came with the record.
    """

    text: str
    place: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TextBlock:
    kind: Literal["paragraph", "subhead"]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Layout:
    headline: str
    headline_derived: bool
    dateline: FoundDateline | None
    blocks: tuple[TextBlock, ...]


_START = attrgetter("start")
_LONGEST_HEADLINE = 120
# Newswire and mail wrap at 60 to 80 columns; a longer line was not wrapped by hand.
_WRAPPED_LINE = 100
_LONGEST_SUBHEAD = 14
_FIRST_LINES = 3

_DATE_HEADER = re.compile(
    r"[\s\ufeff]*date[ \t]+(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:T\d{1,2}:?\d\d\S*)?)(?!\S)\s*", re.IGNORECASE
)
_NEWSWIRE_INDENT = re.compile(r"(?: {4}|\t)")
_SENTENCE_END = re.compile(r"[.!?:;,…][\"'”’)\]]*$")
_LIST_ROW = re.compile(r"(?:[-*•·–]|\(?\d+[.)]|\(?[a-z][.)])\s")
_JOINING_WORD = re.compile(r"\b(?:of|the|a|an|and|or|in|on|at|to|by|for|with|from|as|that|its|said)$")
_COLUMNS = re.compile(r"\S(?: {2,}|\t)\S")
_WORD = re.compile(r"[^\W\d_][\w'’.&-]*")
_LONG_WORD = re.compile(r"[^\W\d_][\w'’.&-]+")

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_DAY = r"(?:Mon|Tues?|Wed(?:nes)?|Thurs?|Fri|Sat(?:ur)?|Sun)(?:day)?\.?"
_DATE = rf"(?:(?:{_DAY},?\s+)?(?:{_MONTH}\s+\d{{1,2}}|\d{{1,2}}\s+{_MONTH})(?:,?\s+\d{{4}})?|\d{{4}}-\d\d-\d\d|{_DAY})"
_NAME_WORD = r"[A-ZÀ-ÖØ-Þ][\w'’.]*(?:-[\w'’.]+)*"
_SMALL_WORD = r"(?:of|the|de|do|da|del|la|le|el|al|on|upon|and|und|am|an|sur|en)"
_NAME = rf"{_NAME_WORD}(?:\s+(?:{_SMALL_WORD}\s+)?{_NAME_WORD}){{0,4}}"
_DATELINE = re.compile(
    rf"""(?P<text>(?P<place>{_NAME})
        (?P<outer>(?:\s?[,/]\s*{_NAME}){{0,2}}?)
        (?:\s?,?\s+(?P<date>{_DATE}))?
        (?:\s*\((?P<agency>[A-Z][\w ./&,-]{{1,40}})\))?
        (?:\s?,?\s+(?P<later>{_DATE}))?)
        \s*(?P<end>:(?=\s)|--+|[—–]|(?<=[\s.)])-(?=\s)|(?=\n)|$)\s*""",
    re.VERBOSE,
)
_AGENCIES = lexicon.terms("agencies")


def split_date_header(text: str) -> tuple[str | None, str]:
    """`" date 2025-05-05 New Delhi: ..."` -> ("2025-05-05", "New Delhi: ..."); the date is None where there is none.

    The date is returned as it stands, also an impossible one (`2025-13-45`): the reader rejects it with its reason.
    """
    match = _DATE_HEADER.match(text)
    return (match[1], text[match.end() :]) if match else (None, text)


def lay_out(body: str, headline: str | None = None, dateline: str | None = None) -> Layout:
    """Lay out `body`. `headline` and `dateline` are those that came with the record, if any."""
    blocks = _blocks(body, has_headline=bool(headline))
    found = _dateline_in(body, blocks) or _dateline_given(dateline)
    given = " ".join(headline.split()) if headline else ""
    return Layout(given or _derived_headline(body, blocks, found), not given, found, blocks)


def block_at(blocks: Sequence[TextBlock], offset: int) -> TextBlock | None:
    number = bisect_right(blocks, offset, key=_START) - 1
    return blocks[number] if number >= 0 and offset < blocks[number].end else None


def is_table_row(line: str) -> bool:
    """Rows of figures: columns set with spaces, or mostly numbers."""
    words = line.split()
    if len(line) > _WRAPPED_LINE:
        return False
    figures = sum(any(c.isdigit() for c in word) for word in words)
    return figures >= 2 and (figures * 2 >= len(words) or len(_COLUMNS.findall(line)) >= 2)


def is_in_capitals(text: str, at_least: int = 2) -> bool:
    words = _LONG_WORD.findall(text)
    return len(words) >= at_least and sum(map(str.isupper, words)) > 0.8 * len(words)


def _blocks(body: str, *, has_headline: bool) -> tuple[TextBlock, ...]:
    spans = list(_block_spans(body))
    kinds = [
        _looks_like_subhead(body[start:end], first=number == 0 and not has_headline)
        for number, (start, end) in enumerate(spans)
    ]
    return tuple(
        # The last one stands over nothing: it is a signature or a stray end.
        TextBlock("subhead" if kind and number + 1 < len(spans) else "paragraph", start, end)
        for number, ((start, end), kind) in enumerate(zip(spans, kinds, strict=True))
    )


def _block_spans(body: str) -> Iterator[tuple[int, int]]:
    """Start and end of every block, without the white space around it."""
    chunk: list[tuple[int, str]] = []
    position = 0
    for line in body.split("\n"):
        if line.strip():
            chunk.append((position, line))
        elif chunk:
            yield from _chunk_spans(chunk)
            chunk = []
        position += len(line) + 1
    if chunk:
        yield from _chunk_spans(chunk)


def _chunk_spans(chunk: list[tuple[int, str]]) -> Iterator[tuple[int, int]]:
    """Blocks of a run of lines without a blank line between them."""
    wrapped = _is_wrapped([line for _, line in chunk])
    start, end = -1, -1
    for position, line in chunk:
        begins = position + len(line) - len(line.lstrip())
        ends = position + len(line.rstrip())
        if start < 0:
            start = begins
        elif not wrapped or _NEWSWIRE_INDENT.match(line):
            yield start, end
            start = begins
        end = ends
    yield start, end


def _is_wrapped(lines: list[str]) -> bool:
    if len(lines) < 2 or any(_NEWSWIRE_INDENT.match(line) for line in lines[1:]):
        return True
    if any(len(line) > _WRAPPED_LINE for line in lines):
        return False
    return any(
        not _SENTENCE_END.search(line.rstrip())
        and (_JOINING_WORD.search(line.rstrip()) or after.lstrip()[:1].islower() or _is_long_cut(line, after))
        for line, after in pairwise(lines)
    )


def _is_long_cut(line: str, after: str) -> bool:
    """A long line that ends in the middle of a sentence; rows of results end in figures, or are numbered."""
    return len(line) > 50 and line.rstrip()[-1:].isalpha() and not _LIST_ROW.match(after.lstrip())


def _looks_like_subhead(text: str, *, first: bool) -> bool:
    if "\n" in text:
        return False
    # Of a long paragraph no more than tells that it is none.
    words = text.split(None, _LONGEST_SUBHEAD + 3)
    if not 1 <= len(words) <= _LONGEST_SUBHEAD + 2 * first or is_table_row(text):
        return False
    if is_in_capitals(text) and not _COLUMNS.search(text):
        return True
    if _SENTENCE_END.search(text) or _LIST_ROW.match(text) or not text[0].isalnum() or text[0].islower():
        return False
    if " vs " in text or sum(any(c.isdigit() for c in word) for word in words) > 2:
        return False
    # A headline over the text is often in sentence case; elsewhere a short line in sentence case is a cut sentence.
    return _is_title_case(text) or (first and len(words) > 2)


def _is_title_case(text: str) -> bool:
    words = _WORD.findall(text)
    long = [word for word in words if len(word) > 3]
    capitalised = sum(word[0].isupper() for word in long)
    return bool(long) and capitalised >= max(1, len(long) - len(long) // 5) and words[0][0].isupper()


def _dateline_in(body: str, blocks: tuple[TextBlock, ...]) -> FoundDateline | None:
    """Find the dateline at the head of the text: below headlines and bylines, never after the first real paragraph."""
    for block in blocks[:4]:
        match = _DATELINE.match(body, block.start, block.end)
        if match and _is_dateline(match):
            return FoundDateline(
                _tidied(match["text"]), _dateline_place(match), block.start, len(body[: match.end()].rstrip())
            )
        if block.kind == "paragraph" and block.end - block.start > 80:
            return None
    return None


def _dateline_given(dateline: str | None) -> FoundDateline | None:
    """Read one that came with the record. What is shown of it reads the same again."""
    shown, text = dateline or "", None
    while shown != text:
        text = shown
        match = _DATELINE.match(text)
        shown = _tidied(match["text"] if match else text)
    if not text:
        return None
    place = _dateline_place(match) if match else re.split(r"[,(]| -", text)[0].strip()
    return FoundDateline(text, place, 0, 0)


def _is_dateline(match: re.Match[str]) -> bool:
    place, agency, end = match["place"], match["agency"] or "", match["end"]
    dated = bool(match["date"] or match["later"])
    parts = [place, *re.split(r"\s?[,/]\s*", match["outer"])[1:]]
    known = any(_is_known_place(part, certain=not dated) for part in parts)
    if end == "":
        return dated and (known or place.isupper())
    if re.split(r"[/,]", agency.lower())[0].strip() in _AGENCIES:
        return True
    if place.isupper() and dated:
        return True
    return known


def _is_known_place(name: str, *, certain: bool) -> bool:
    """`certain`: without a date the towns of Rugby and Reading must not be taken for places."""
    found = gazetteer.find(name.strip()) or gazetteer.state_abbreviation(name.strip())
    return found is not None and (not certain or found.kind != "city" or found.population >= 100_000)


def _tidied(text: str) -> str:
    return " ".join(text.split()).rstrip(" -—–:,")


def _dateline_place(match: re.Match[str]) -> str:
    return " ".join(match["place"].split())


def _derived_headline(body: str, blocks: tuple[TextBlock, ...], dateline: FoundDateline | None) -> str:
    for block in blocks[:_FIRST_LINES]:
        if block.kind == "subhead" and len(body[block.start : block.end].split()) > 2:
            return " ".join(body[block.start : block.end].split())
    after = dateline.end if dateline else 0
    rest = next((block for block in blocks if block.kind == "paragraph" and block.end > after), None)
    if rest is None:
        return _shortened(" ".join(body.split()))
    text = body[max(rest.start, after) : rest.end]
    start, end = next(sentences(text), (0, len(text)))
    return _shortened(" ".join(text[start:end].split()))


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST_HEADLINE:
        return text
    kept = text[: _LONGEST_HEADLINE - 1].rsplit(" ", 1)[0]
    return kept.rstrip(" ,;:-–—(\"'“‘") + "…"
