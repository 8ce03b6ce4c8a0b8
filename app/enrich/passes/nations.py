"""Nationalities before a name, and pairs of nations: `Turkish Foreign Ministry`, `U.S.-Greek`."""

from __future__ import annotations

import re
from collections import Counter

from app.enrich import gazetteer, given, grounds, offices, organizations
from app.enrich.context import Context, Span
from app.enrich.grounds import SpanType

_JOINT = re.compile(r"[-–/](?=[A-Z])")
_LEFT = re.compile(r"(?<![\w/–-])(?:U\.[SK]\.|[A-Z][a-z]+)$")
_RIGHT = re.compile(r"(?:U\.[SK]\.|[A-Z][a-z]+)(?![\w/–-])")
_LONGEST_NATION = 20
# An article about American Express may have `(American) Express` once.
_OFTEN = 3
# `Indian Navy` is what it is called; a foreign ministry is the country's.
_FORCES = frozenset(("Navy", "Army", "Air Force", "Coast Guard", "Marines"))


def pairs(article: Context) -> None:
    """`U.S.-Greek`, `U.S./Japan`, `Sino-Indian`: two, whatever the recogniser makes of it."""
    for joint in _JOINT.finditer(article.text):
        left = article.before(joint.start(), _LEFT, _LONGEST_NATION)
        right = _RIGHT.match(article.text, joint.end())
        if left is None or right is None or not article.encloses(left.start(), right.end()):
            continue
        sides = (_first_side(left, right) if joint[0] != "/" else None) or _side(left), _side(right)
        if sides[0] and sides[1]:
            article.put(sides[0], sides[1])


def _side(match: re.Match[str]) -> Span | None:
    if gazetteer.demonym(match[0]):
        return Span(*match.span(), "place", *grounds.NATIONALITY)
    return Span(*match.span(), "place", *grounds.PAIRED_NATION) if gazetteer.is_certain(match[0]) else None


def _first_side(left: re.Match[str], right: re.Match[str]) -> Span | None:
    """`Sino`; `Afro` of `Afro-Asian`, but an Afro-Cuban is nobody in Africa, nor an Indo-Caribbean one in India."""
    place = gazetteer.combining_form(left[0])
    other = gazetteer.demonym(right[0]) or gazetteer.find(right[0])
    if place is None or other is None or (place.kind == "wide") != (other.kind == "wide"):
        return None
    return Span(*left.span(), "place", *grounds.NATIONALITY)


def part_nationalities(article: Context) -> None:
    names = Counter(span.name for span in article.spans if span.type == "organization")
    for span in article.guesses("organization", "place"):
        end = _nationality_end(span.name)
        rest = span.name[end + 1 :]
        known = 0 < names[span.name] <= _OFTEN * names[rest]
        if end and gazetteer.find(span.name) is None and _stands_alone(rest, span.type, known):
            article.put(
                Span(span.start, span.start + end, "place", *grounds.NATIONALITY),
                Span(span.start + end + 1, span.end, span.type, span.rule, span.confidence),
            )


def nations_of_people(article: Context) -> None:
    """`Georgian Jimmy Carter`: a nationality before a given name and a surname is no part of the name."""
    for span in article.guesses("person"):
        first, _, rest = span.name.partition(" ")
        is_full = " " in rest and given.may_be_given(rest.partition(" ")[0]) and not given.may_be_given(first)
        if is_full and gazetteer.demonym(first):
            start = span.start + len(first) + 1
            nation = Span(span.start, start - 1, "place", *grounds.NATIONALITY)
            article.put(nation, Span(start, span.end, "person", span.rule, span.confidence))


def forces(article: Context) -> None:
    """`Indian` `Navy`, found as two."""
    ends = {span.end: span for span in article.spans}
    for span in article.spans:
        nation = ends.get(span.start - 1) if span.name in _FORCES else None
        if nation and article.text[nation.end] == " " and gazetteer.demonym(nation.name):
            article.put(Span(nation.start, span.end, "organization", *grounds.FORCES))


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
