"""Places by the gazetteer, by the words before them, by the state behind them."""

from __future__ import annotations

import re
from itertools import pairwise

from app.enrich import gazetteer, given, grounds, organizations
from app.enrich.cleaning import trim
from app.enrich.context import Context, Span

_STATE_AFTER = re.compile(
    r" ?, ?((?:[A-Z]\.){2}|[A-Z][A-Za-z]{1,4}\.|[A-Z]{2}\b|W\.Va\.|(?:Mich|Calif|Conn|Penn|Ariz|Tenn)\b)"
)
# A stake, an interest or shares in something do not place it.
_PREPOSITION = re.compile(
    r"(?<!stake )(?<!interest )(?<!shares )(?<!holding )\b(?:in|In|at|At|near|Near|outside|across|around) $"
)
_SITE = re.compile(r"\b(?:crossing|post|base|camp|airport|village|town|city|suburb|hamlet) (?:at|of|in) $")
_NEAR = 20
# `according to The Oregonian`
_THE_IN_SENTENCE = re.compile(r"[\w,;(—–-] ?The $")
_KIND_OF_AIRPORT = re.compile(r" (?:International|Intercontinental|National|Regional|Municipal) Airport\b")
_STATE_SPELT_OUT = re.compile(
    r", ((?:(?:New|North|South|West|Rhode) )?[A-Z][a-z]{3,})"
    r"(?=[,.;:)\n]|$| (?:on|in|where|who|when|to|for|with|after|by|that)\b)"
)


def states(article: Context) -> None:
    """`Rockford, Ill.`: a town and its state."""
    for span in article.spans:
        match = article.after(span, _STATE_AFTER)
        if match is None or gazetteer.state_abbreviation(match[1]) is None:
            continue
        if span.type == "place" or (span.rule == "model" and gazetteer.find(span.name)):
            article.retype(span, "place", grounds.TOWN_OF_STATE)
            article.put(Span(*trim(article.text, *match.span(1)), "place", *grounds.STATE))


def towns_of_states(article: Context) -> None:
    """`Ferguson, Missouri`: a town that the gazetteer does not have, taken for something else; but no acronym, and no
    name that says what it is."""
    for span in article.guesses("organization", "place"):
        state = article.after(span, _STATE_SPELT_OUT)
        if state is None or not span.name.replace(" ", "").isalpha() or not span.name.istitle():
            continue
        outer = gazetteer.find(state[1])
        is_other = organizations.has_one_meaning(span.name) or span.name in article.surnames()
        if outer is not None and outer.kind == "state" and not is_other:
            article.retype(span, "place", grounds.TOWN_OF_STATE)


def newspapers(article: Context) -> None:
    """`according to The Oregonian`: in the midst of a sentence the capital article belongs to the name."""
    for span in article.spans:
        if gazetteer.is_doubtful_demonym(span.name) and article.before(span.start, _THE_IN_SENTENCE):
            article.retype(span, "organization", grounds.HEADED)


def nationalities(article: Context) -> None:
    for span in article.spans:
        if span.rule in ("model", "title") and gazetteer.demonym(span.name):
            article.retype(span, "place", grounds.NATIONALITY)


def join_places(article: Context) -> None:
    """`Nakhon` `Ratchasima`, found as two, where the gazetteer has them as one."""
    for left, right in pairwise(sorted(article.spans, key=lambda span: span.start)):
        adjacent = left.end + 1 == right.start and left.type == right.type == "place"
        if adjacent and gazetteer.find(article.text[left.start : right.end]) is not None:
            article.put(Span(left.start, right.end, "place", *grounds.JOINED_PLACE))


def airports_of_people(article: Context) -> None:
    """`John F. Kennedy` `International Airport`, found as two."""
    for kind in _KIND_OF_AIRPORT.finditer(article.text):
        before = article.ending(kind.start())
        if before is not None and article.encloses(before.start, kind.end()):
            article.put(Span(before.start, kind.end(), "place", *grounds.JOINED_PLACE))


def known_places(article: Context) -> None:
    surnames = article.surnames()
    placed = {span.name for span in article.spans if span.type == "place"}
    for span in article.guesses():
        name = span.name
        may_be_place = name not in surnames
        if may_be_place and (gazetteer.is_certain(name) or (name in placed and gazetteer.is_nation(name))):
            agreed = span.type == "place"
            article.retype(span, "place", grounds.AGREED_PLACE if agreed else grounds.CERTAIN_PLACE)
        elif _is_large_city(span):
            article.retype(span, "place", grounds.LARGE_CITY)
        elif may_be_place and span.type in ("person", "organization") and _says_where(article, span):
            article.retype(span, "place", grounds.PREPOSITION)


def _is_large_city(span: Span) -> bool:
    """`Corpus Christi`, `Baton Rouge`; `Benito Juarez` is a town as well. Of organisations a team may be `Kansas City`,
    but nothing `Rio de Janeiro`."""
    first, _, rest = span.name.partition(" ")
    has_small = any(word.islower() for word in rest.split(" "))
    if span.type != "person" and not (span.type == "organization" and has_small):
        return False
    place = gazetteer.find(span.name) if rest and not given.is_given(first) else None
    return place is not None and place.population > 200_000


def _says_where(article: Context, span: Span) -> bool:
    """Return whether it says where: `in Calcutta`, `at Attari`: one word after a preposition of place that the
    gazetteer knows."""
    name = span.name
    if span.type == "organization" and name.istitle() and article.before(span.start, _SITE, _NEAR):
        return " " not in name
    return (
        (" " not in name or not organizations.is_generic(name.rsplit(" ", 1)[-1]))
        and article.before(span.start, _PREPOSITION, _NEAR) is not None
        and gazetteer.find(name) is not None
    )
