"""Nationalities before a name, and pairs of nations: `Turkish Foreign Ministry`, `U.S.-Greek`."""

from __future__ import annotations

import re
from collections import Counter

from app.enrich import gazetteer, offices, organizations
from app.enrich.cleaning import Span, SpanType
from app.enrich.spans import Spans

_JOINT = re.compile(r"[-/](?=[A-Z])")
_LEFT = re.compile(r"(?<![\w/-])(?:U\.[SK]\.|[A-Z][a-z]+)$")
_RIGHT = re.compile(r"(?:U\.[SK]\.|[A-Z][a-z]+)(?![\w/-])")
_LONGEST_NATION = 20
# An article about American Express may have `(American) Express` once.
_OFTEN = 3
# `Indian Navy` is what it is called; a foreign ministry is the country's.
_FORCES = frozenset(("Navy", "Army", "Air Force", "Coast Guard", "Marines"))


def part(text: str, spans: Spans) -> None:
    _pairs(text, spans)
    names = Counter(text[span.start : span.end] for span in spans.all if span.type == "organization")
    for span in list(spans.all):
        if span.type not in ("organization", "place") or span.rule != "model":
            continue
        name = text[span.start : span.end]
        end = _nationality_end(name)
        rest = name[end + 1 :]
        known = 0 < names[name] <= _OFTEN * names[rest]
        if end and gazetteer.find(name) is None and _stands_alone(rest, span.type, known):
            spans.replace(*_parted(span, end))
    _forces(text, spans)


def _forces(text: str, spans: Spans) -> None:
    """`Indian` `Navy`, found as two."""
    ends = {span.end: span for span in spans.all}
    for span in list(spans.all):
        nation = ends.get(span.start - 1) if text[span.start : span.end] in _FORCES else None
        if nation and text[nation.end] == " " and gazetteer.demonym(text[nation.start : nation.end]):
            spans.replace(Span(nation.start, span.end, "organization", "head-noun", 0.85))


def _pairs(text: str, spans: Spans) -> None:
    """`U.S.-Greek`, `U.S./Japan`: two, whatever the recogniser makes of it."""
    for joint in _JOINT.finditer(text):
        left = _LEFT.search(text, max(0, joint.start() - _LONGEST_NATION), joint.start())
        right = _RIGHT.match(text, joint.end())
        if left is None or right is None or not spans.encloses(left.start(), right.end()):
            continue
        sides = [side for match in (left, right) if (side := _side(text, *match.span()))]
        if len(sides) == 2:
            spans.replace(*sides)


def _side(text: str, start: int, end: int) -> Span | None:
    name = text[start:end]
    if gazetteer.demonym(name):
        return Span(start, end, "place", "demonym", 0.9)
    return Span(start, end, "place", "gazetteer", 0.9) if gazetteer.is_certain(name) else None


def _nationality_end(name: str) -> int:
    """Return where the nationality ends that `name` begins with; 0 where it begins with none, or is nothing else."""
    words = name.split(" ")
    for count in (2, 1):
        first = " ".join(words[:count])
        if count < len(words) and gazetteer.demonym(first):
            return len(first)
    return 0


def _stands_alone(rest: str, kind: SpanType, known: bool) -> bool:
    """`Foreign Ministry`, `Tadzhikistan`, or a name that the article has without a nationality: `Airbus`."""
    if kind == "place":
        place = gazetteer.find(rest)
        # `Soviet Asia` is no such thing as Asia.
        return place is not None and place.kind != "wide"
    if rest in _FORCES:
        return False
    if offices.is_office(rest):
        return True
    return known and not organizations.is_shared_first(rest.partition(" ")[0])


def _parted(span: Span, end: int) -> tuple[Span, Span]:
    return (
        Span(span.start, span.start + end, "place", "demonym", 0.9),
        Span(span.start + end + 1, span.end, span.type, span.rule, span.confidence),
    )
