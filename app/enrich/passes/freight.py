"""Freight: ships by their tonnage, and the ports between which a cargo goes, which are no people or firms."""

from __future__ import annotations

import re

from app.enrich import gazetteer, given, grounds, organizations
from app.enrich.context import Context, Span

_ABOUT_FREIGHT = re.compile(
    r"\b(?:dwt|freight|fixtures?|(?:time|voyage )?charter(?:ed|ers?|ing)?|laycan|voyage|redelivery|cargo(?:es)?"
    r"|vessels?|shipments?|bulk carriers?|tonners?|Panamax|Capesize|Handysize)\b",
    re.IGNORECASE,
)
_ENOUGH = 4
# A cheap question first: one of these at least is in every such report.
_WORDS_OF_FREIGHT = ("dwt", "freight", "Freight", "fixture", "charter", "laycan", "cargo", "Cargo")
# `Saffron (268,038 dwt)`, `Iron Kestrel - 120,000 tonnes coal`
_TONNAGE_AFTER = re.compile(
    r"(?: ?\(|, | - )(?:built [\d/]+, )?[\d.,/]+(?: ?tonnes)? ?(?:dwt|grt|gt|teu)\b| - [\d.,/]+ ?(?:tonnes|tons|mt)\b"
)
_AT_PORT_BEFORE = re.compile(
    r"\b(?:from|to|at|via|off|ex|of|[Dd]elivery|[Rr]edelivery|[Ll]oading|[Dd]ischarging|port of|ports?) $"
)
_TO_PORT = re.compile(r" ?(?:to|-|/) ?(?=[A-Z])")
_FROM_PORT_BEFORE = re.compile(r"\b(?:from|ex|between) $|[A-Z][a-z]+ ?(?:to|-|/) ?$")


def ships_by_tonnage(article: Context) -> None:
    """`Saffron (268,038 dwt)` is no entity, nor where it is named again."""
    ships = {span.name for span in article.guesses() if article.after(span, _TONNAGE_AFTER)}
    for span in article.guesses() if ships else ():
        if span.name in ships:
            article.drop(span, grounds.APPOSITION)


def ports(article: Context) -> None:
    """`from Foynes to Jeddah`, taken for people and firms in a report on freight."""
    text = article.text
    if not any(word in text for word in _WORDS_OF_FREIGHT) or len(_ABOUT_FREIGHT.findall(text)) < _ENOUGH:
        return
    surnames = article.surnames()
    for span in article.guesses("person", "organization"):
        if span.name not in surnames and _may_be_port(span) and _is_called_at(article, span):
            article.retype(span, "place", grounds.PREPOSITION)


def _may_be_port(span: Span) -> bool:
    words = span.name.replace("-", " ").split(" ")
    are_words = len(words) < 4 and all(word.isalpha() and word.istitle() for word in words)
    return are_words and not (
        given.is_given(words[0]) or organizations.is_generic(words[-1]) or organizations.canonical(span.name)
    )


def _is_called_at(article: Context, span: Span) -> bool:
    """Return whether a cargo goes there: of what may be a firm, to or from another name as well."""
    if gazetteer.find(span.name) is None and span.type == "organization":
        there = article.after(span, _TO_PORT)
        goes_on = there is not None and article.starting(there.end()) is not None
        return goes_on or article.before(span.start, _FROM_PORT_BEFORE) is not None
    return article.before(span.start, _AT_PORT_BEFORE) is not None
