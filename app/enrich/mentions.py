"""Names in a text: where they stand and what they are.

The recogniser proposes, `cleaning` corrects each proposal by itself, `passes` by the rest of the article. Subheads
are searched for names known from the text alone: the recogniser takes every capitalised headline word for a name.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from app.enrich import events, gazetteer, grounds, inverted, organizations, passes, scores
from app.enrich.cleaning import clean, trim
from app.enrich.context import Context, Span
from app.enrich.glued import glued_stretches, names_again
from app.enrich.grounds import Ground, Rule
from app.enrich.layout import FoundDateline, TextBlock, block_at
from app.enrich.prepared import Found, Prepared
from app.ids import EntityType

# Labels of names that are no entity of ours; a nationality inside them is none either (`American Pie`).
_OTHER_NAMES = frozenset(("WORK_OF_ART", "LAW", "PRODUCT", "LANGUAGE"))


_OUTER = re.compile(r"[,/] ?([A-Z][\w.]*(?: [A-Z][\w.]*)*)")


@dataclass(frozen=True, slots=True)
class Mention:
    """`text` is `body[start:end]`, offsets in Unicode code points. `rule` names what found or changed it;
    `confidence` is 0 to 1: a rank of the rules by how often they were right, not a probability."""

    start: int
    end: int
    text: str
    type: EntityType
    rule: Rule
    confidence: float

    @property
    def ground(self) -> Ground:
        return Ground(self.rule, self.confidence)


def recognise(
    body: str, prepared: Prepared, found: Sequence[Found], dateline: FoundDateline | None = None
) -> tuple[Mention, ...]:
    """The mentions of one article, in order, none overlapping another."""
    text = prepared.text
    results = scores.read_results(body)
    article = Context(text, prepared.blocks, results)
    if dateline is not None and dateline.end > 0:
        _add_dateline(prepared, dateline, article)
    glued = [*glued_stretches(text), *names_again(text, prepared.joints)]
    for start, end in glued:
        article.block(start, end)
    for name in found:
        block = block_at(prepared.blocks, name.start)
        if block is None or (block.kind == "subhead" and not _is_byline(text, block, name)):
            continue
        end = min(name.end, block.end, *(start for start, _ in glued if name.start < start))
        for left, right in _in_columns(body, prepared, name.start, end):
            _add_found(article, left, right, name.label)
    passes.correct(article)
    mentions = [Mention(e.start, e.end, body[e.start : e.end], e.type, *grounds.SCORE) for e in results.entries]
    found_there = [(*prepared.span(span.start, span.end), span) for span in article.spans]
    in_results = [*results.rows, *((entry.start, entry.end) for entry in results.entries)]
    read = _Taken(in_results)
    people = _Taken((start, end) for start, end, span in found_there if span.type == "person")
    listed = [item for item in inverted.listed_people(body, people.overlaps) if not read.overlaps(*item)]
    mentions += [Mention(start, end, body[start:end], "person", *grounds.SURNAME_FIRST) for start, end in listed]
    taken = _Taken([*in_results, *listed])
    for start, end, span in found_there:
        if not taken.overlaps(start, end):
            mentions.append(Mention(start, end, body[start:end], span.type, span.rule, span.confidence))
    return tuple(sorted(mentions, key=lambda mention: mention.start))


class _Taken:
    """Stretches of a body, which may lie one in another."""

    def __init__(self, stretches: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(stretches)
        self._starts = [start for start, _ in ordered]
        # Up to each of them, how far any has reached.
        self._reached = list(accumulate((end for _, end in ordered), max))

    def overlaps(self, start: int, end: int) -> bool:
        before = bisect_left(self._starts, end)
        return before > 0 and self._reached[before - 1] > start


def _in_columns(body: str, prepared: Prepared, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the name up to a company's ticker; of one that reaches over columns of a table the parts that are known."""
    parts, at = [start - 1], prepared.text.find(" ", start + 1, end - 1)
    while at > 0:
        gap = body[prepared.at(at - 1) + 1 : prepared.at(at + 1)]
        if "<" in gap:
            end = at
            break
        if (len(gap) > 2 or "\t" in gap) and "\n" not in gap:
            parts.append(at)
        at = prepared.text.find(" ", at + 1, end - 1)
    for left, right in pairwise((*parts, end)):
        part = prepared.text[left + 1 : right]
        if len(parts) == 1 or gazetteer.find(part) or organizations.has_one_meaning(part):
            yield left + 1, right


def _is_byline(text: str, block: TextBlock, name: Found) -> bool:
    """A line that is nothing but two or three words of a person's name."""
    line = text[block.start : block.end].removeprefix("By ")
    return name.label == "PERSON" and line == text[name.start : name.end] and 2 <= len(line.split()) <= 3


def _add_dateline(prepared: Prepared, dateline: FoundDateline, article: Context) -> None:
    start = next((block.start for block in prepared.blocks if prepared.at(block.start) >= dateline.start), 0)
    length = len(dateline.place)
    if prepared.text[start : start + length].casefold() == dateline.place.casefold():
        article.add(Span(start, start + length, "place", *grounds.DATELINE))
        for outer in _OUTER.findall(dateline.text, length):
            at = prepared.text.find(outer, start + length, start + len(dateline.text) + 3)
            if at > 0 and gazetteer.outer_place(outer):
                article.add(Span(at, at + len(outer), "place", *grounds.DATELINE))


def _add_found(article: Context, start: int, end: int, label: str) -> None:
    text = article.text
    if label == "LAW" and events.is_treaty(text[start:end]):
        label = "EVENT"
    if label in _OTHER_NAMES:
        if " " in text[start:end] or label == "LANGUAGE":
            article.block(start, end)
    elif label == "NORP":
        _add_nationality(article, start, end)
    for span in clean(text, start, end, label):
        article.add(span)


def _add_nationality(article: Context, start: int, end: int) -> None:
    start, end = trim(article.text, start, end)
    if gazetteer.demonym(article.text[start:end]):
        article.add(Span(start, end, "place", *grounds.AGREED_NATIONALITY))
