"""Names in a text: where they stand and what they are.

The recogniser proposes, `cleaning` corrects each proposal by itself, `evidence` by the rest of the article. Subheads
are searched for names known from the text alone: the recogniser takes every capitalised headline word for a name.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from app.enrich import events, evidence, gazetteer, inverted, scores
from app.enrich.cleaning import Rule, Span, SpanType, clean, trim
from app.enrich.layout import Block, Dateline, block_at
from app.enrich.prepared import Found, Prepared
from app.enrich.spans import Spans

EntityType = SpanType

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


def recognise(
    body: str, prepared: Prepared, found: Sequence[Found], dateline: Dateline | None = None
) -> tuple[Mention, ...]:
    """The mentions of one article, in order, none overlapping another."""
    text = prepared.text
    spans = Spans(len(text))
    if dateline is not None and dateline.end > 0:
        _add_dateline(prepared, dateline, spans)
    for name in found:
        block = block_at(prepared.blocks, name.start)
        if block is None or (block.kind == "subhead" and not _is_byline(text, block, name)):
            continue
        _add_found(text, name.start, min(name.end, block.end), name.label, spans)
    results = scores.read(body)
    evidence.weigh(text, prepared.blocks, spans, results)
    mentions = [Mention(e.start, e.end, body[e.start : e.end], e.type, "score", 0.85) for e in results.entries]
    found_there = [(*prepared.span(span.start, span.end), span) for span in spans.all]
    people = _Taken((start, end) for start, end, span in found_there if span.type == "person")
    listed = inverted.read(body, people.overlaps)
    mentions += [Mention(start, end, body[start:end], "person", "list", 0.85) for start, end in listed]
    taken = _Taken([*results.rows, *((entry.start, entry.end) for entry in results.entries), *listed])
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


def _is_byline(text: str, block: Block, name: Found) -> bool:
    """A line that is nothing but two or three words of a person's name."""
    line = text[block.start : block.end].removeprefix("By ")
    return name.label == "PERSON" and line == text[name.start : name.end] and 2 <= len(line.split()) <= 3


def _add_dateline(prepared: Prepared, dateline: Dateline, spans: Spans) -> None:
    start = next((block.start for block in prepared.blocks if prepared.at(block.start) >= dateline.start), 0)
    length = len(dateline.place)
    if prepared.text[start : start + length].casefold() == dateline.place.casefold():
        spans.add(Span(start, start + length, "place", "dateline", 0.95))
        for outer in _OUTER.findall(dateline.text, length):
            at = prepared.text.find(outer, start + length, start + len(dateline.text) + 3)
            if at > 0 and gazetteer.outer_place(outer):
                spans.add(Span(at, at + len(outer), "place", "dateline", 0.95))


def _add_found(text: str, start: int, end: int, label: str, spans: Spans) -> None:
    if label == "LAW" and events.is_treaty(text[start:end]):
        label = "EVENT"
    if label in _OTHER_NAMES:
        if " " in text[start:end] or label == "LANGUAGE":
            spans.block(start, end)
    elif label == "NORP":
        _add_nationality(text, start, end, spans)
    for span in clean(text, start, end, label):
        spans.add(span)


def _add_nationality(text: str, start: int, end: int, spans: Spans) -> None:
    start, end = trim(text, start, end)
    if gazetteer.demonym(text[start:end]):
        spans.add(Span(start, end, "place", "demonym", 0.95))
