"""Where a query hits in a text, and the snippet that shows it best: from offsets, the same for every engine.

A phrase is marked as one piece from its first word to its last, and only where all of it stands; its words elsewhere
are not marked.
"""

from __future__ import annotations

import html
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from rapidfuzz.distance import OSA

from app.search import analysis
from app.search.query import Clause, Field, Fuzzy, Phrase, Prefix, Word, allowed_edits, wanted

SNIPPET_LENGTH = 240
"""Characters; about two lines and a half of a result list."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Snippet:
    """`text` is `body[start:end]`; `matches` are offsets into the body, not into the snippet."""

    text: str
    start: int
    end: int
    matches: tuple[Span, ...]


def matches(clause: Clause | None, text: str, field: Field = "body") -> list[Span]:
    """Places in `text`, the `field` of an article, that `clause` hits; ascending and disjoint."""
    return Highlighter(clause, field).matches(text)


def snippet(clause: Clause | None, body: str) -> Snippet:
    """As `Highlighter.snippet`, for one body."""
    return Highlighter(clause).snippet(body)


def mark(text: str, spans: list[Span] | tuple[Span, ...], shift: int = 0) -> str:
    """`text` escaped for HTML with `<mark>` around the spans; `shift` is the offset at which `text` begins."""
    pieces, at = [], 0
    for start, end in spans:
        pieces.append(html.escape(text[at : start - shift]))
        pieces.append(f"<mark>{html.escape(text[start - shift : end - shift])}</mark>")
        at = end - shift
    return "".join(pieces) + html.escape(text[at:])


class Highlighter:
    """One clause, ready to be found in many texts: what it remembers of words serves the next text too."""

    def __init__(self, clause: Clause | None, field: Field = "body") -> None:
        wished = [leaf for leaf in wanted(clause) if leaf.field in (None, field)] if clause else []
        self._stems: set[str] = set()
        self._phrases: list[tuple[tuple[str, ...], int]] = []
        self._prefixes: list[str] = []
        self._fuzzy: list[tuple[str, int]] = []
        for leaf in wished:
            self._wish(leaf)
        self._phrase_terms = {term for terms, _ in self._phrases for term in terms}
        words = {*self._stems, *self._phrase_terms, *self._prefixes, *(word for word, _ in self._fuzzy)}
        self._initials = frozenset(letter for word in words for letter in (word[0], word[0].upper()))
        self._forms: dict[str, tuple[tuple[analysis.Form, bool], ...]] = {}

    def matches(self, text: str) -> list[Span]:
        """Places in `text` that the clause hits; ascending and disjoint."""
        if not self._initials:
            return []
        words, starts = analysis.raw_spans(text)
        for word in set(words).difference(self._forms):
            self._forms[word] = self._telling_forms(word)
        spans: list[Span] = []
        of_phrases: dict[str, list[tuple[int, Span]]] = defaultdict(list)
        positions = self._positions(words)
        for at, forms in enumerate(map(self._forms.__getitem__, words)):
            for form, alone in forms:
                span = (starts[at] + form.start, starts[at] + form.end)
                if alone:
                    spans.append(span)
                if positions and form.term in self._phrase_terms:
                    of_phrases[form.term].append((positions[at] + form.position, span))
        for terms, slop in self._phrases:
            spans.extend(_in_order(of_phrases, terms, slop))
        return _united(sorted(spans))

    def snippet(self, body: str) -> Snippet:
        """The stretch of `body` with the most different hits in it, from a word's start to a word's end."""
        found = self.matches(body)
        start, end = _whole_words(body, _densest(found, body) if found else 0)
        inside = tuple((max(a, start), min(b, end)) for a, b in found if a < end and b > start)
        return Snippet(body[start:end], start, end, inside)

    def _wish(self, leaf: Word | Phrase | Prefix | Fuzzy) -> None:
        match leaf:
            case Word(text):
                expansion = analysis.expand(text)
                if expansion.width > 1:
                    self._phrases.append((tuple(form.term for form in expansion.parts), 0))
                if expansion.width == 1 or expansion.joined:
                    self._stems.add(analysis.stem(_single(text)))
            case Phrase(text, slop):
                terms = [f.term for raw in analysis.raw_matches(text) for f in analysis.expand(raw[0]).parts]
                self._phrases.append((tuple(terms), slop))
            case Prefix(text):
                self._prefixes.append(_single(text))
            case Fuzzy(text):
                word = _single(text)
                self._fuzzy.append((word, allowed_edits(word)))

    def _positions(self, words: list[str]) -> list[int]:
        """The position of each raw token's first word, where phrases need it."""
        return [0, *accumulate(analysis.expand(word).width for word in words)] if self._phrases else []

    def _telling_forms(self, raw: str) -> tuple[tuple[analysis.Form, bool], ...]:
        """The forms of a raw token that may be part of a hit, and whether each is one alone."""
        # A form begins as its stem does: a plain word with another first letter need not be analysed.
        if not self._fuzzy and raw[0] not in self._initials and raw.isalnum() and raw.isascii():
            return ()
        forms = [(form, self._alone(form.term)) for form in analysis.expand(raw).forms]
        return tuple((form, alone) for form, alone in forms if alone or form.term in self._phrase_terms)

    def _alone(self, term: str) -> bool:
        return (
            analysis.stem(term) in self._stems
            or any(term.startswith(prefix) for prefix in self._prefixes)
            or any(OSA.distance(term, word) <= edits for word, edits in self._fuzzy)
        )


def _in_order(places: Mapping[str, list[tuple[int, Span]]], terms: Sequence[str], slop: int) -> Iterator[Span]:
    """Where the terms follow each other with at most `slop` words between them in all; `places` hold positions."""
    for position, (start, end) in places.get(terms[0], ()):
        last = position
        for term in terms[1:]:
            row = places.get(term, [])
            at = bisect_right(row, last, key=lambda entry: entry[0])
            if at == len(row):
                break
            last, (_, end) = row[at]
        else:
            if last - position - (len(terms) - 1) <= slop:
                yield start, end


def _single(text: str) -> str:
    expansion = analysis.expand(text)
    return (expansion.joined or expansion.parts[0]).term


def _united(spans: list[Span]) -> list[Span]:
    """Overlapping spans become one."""
    united: list[Span] = []
    for start, end in spans:
        if united and start < united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united


def _densest(found: list[Span], body: str) -> int:
    """Where to begin so that most different hits are shown, and of those the earliest; a little is left before it."""
    starts = [start for start, _ in found]
    words = [body[a:b].casefold() for a, b in found]

    def shown(i: int) -> int:
        return len(set(words[i : bisect_left(starts, starts[i] + SNIPPET_LENGTH * 3 // 4)]))

    best = max(range(min(len(found), 200)), key=lambda i: (shown(i), -i))
    return max(starts[best] - SNIPPET_LENGTH // 5, 0)


def _whole_words(body: str, start: int) -> Span:
    """`start` moved to a word's start and an end at a word's end, without white space on either side."""
    if start:
        space = next((i for i in range(start, min(start + 40, len(body))) if body[i].isspace()), start)
        start = space
    while start < len(body) and body[start].isspace():
        start += 1
    end = min(start + SNIPPET_LENGTH, len(body))
    if end < len(body):
        end = next((i for i in range(end, max(end - 40, start), -1) if body[i].isspace()), end)
    while end > start and body[end - 1].isspace():
        end -= 1
    return start, end
