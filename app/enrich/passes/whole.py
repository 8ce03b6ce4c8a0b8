"""What an article says of a name elsewhere: a type by vote, somebody's surname, a name that it has whole."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from app.enrich import gazetteer, grounds, organizations
from app.enrich.context import Context, Span
from app.enrich.grounds import SpanType
from app.enrich.passes.people import reads_like_person
from app.text import fold

_INITIAL = re.compile(r"[A-Z]\. (?=[A-Z])")
_MOST_WORDS = 5
# How much one finding counts in the vote on the type of a name.
_WEIGHTS = {"legal-form": 6, "well-known": 6, "gazetteer": 5, "title": 3, "acronym": 3, "list": 2, "apposition": 2}


def vote(article: Context) -> None:
    votes: defaultdict[str, Counter[SpanType]] = defaultdict(Counter)
    for name, kind in article.results.types.items():
        votes[fold(name)][kind] += 3
    spans = [(span, votes[fold(span.name)]) for span in article.spans]
    for span, counts in spans:
        counts[span.type] += _WEIGHTS.get(span.rule, 1)
    for span, counts in spans:
        winner, count = max(counts.items(), key=lambda pair: (pair[1], pair[0] == span.type))
        if count > counts[span.type]:
            article.retype(span, winner, grounds.VOTE)


def bare_surnames(article: Context) -> None:
    surnames = article.surnames()
    people = {span.name for span in article.people()}
    for span in article.spans:
        if span.rule not in ("model", "vote"):
            continue
        if _is_family(article, span, surnames):
            article.drop(span, grounds.SURNAME)
        elif span.type in ("organization", "place") and (span.name in surnames or _ends_with_person(span.name, people)):
            article.retype(span, "person", grounds.SURNAME)


def _is_family(article: Context, span: Span, surnames: frozenset[str]) -> bool:
    """`the Downers`, `the Joneses`: several people, none of whom the name says."""
    if not span.name.endswith("s") or span.name in surnames:
        return False
    plural_of = {span.name[:-1], span.name.removesuffix("es")}
    return not surnames.isdisjoint(plural_of) and _follows_the(article, span)


def _ends_with_person(name: str, people: set[str]) -> bool:
    """`Costas Karamanlis`, taken for a town, where the article goes on to speak of a person `Karamanlis`."""
    words = name.split(" ")
    return (
        words[-1] in people
        and reads_like_person(words)
        and gazetteer.find(name) is None
        and gazetteer.find(words[0]) is None
        and gazetteer.demonym(words[0]) is None
    )


def whole_names(article: Context) -> None:
    """`Kathina` `Thomas`, found as a town and a surname, in an article that has the person `Kathina Thomas`."""
    whole = sorted({span.name for span in article.people() if " " in span.name})
    places = article.words.places(whole)
    for name in whole:
        for start in places.get(name, ()):
            end = start + len(name)
            parts = article.overlapping(start, end)
            if not parts or not article.encloses(start, end) or article.text[end : end + 1].isalnum():
                continue
            if parts[0].end - parts[0].start < len(name):
                article.put(Span(start, end, "person", *grounds.WHOLE_NAME))
    first_names = {name.split(" ")[0] for name in whole}
    for span in article.guesses("organization", "place"):
        if _is_first_name(span.name, first_names):
            article.retype(span, "person", grounds.FIRST_NAME)


def _is_first_name(name: str, first_names: set[str]) -> bool:
    """`Kathina`, taken for a town; but the `Ford` of an article that has a `Ford Madox` may be the company."""
    return name in first_names and gazetteer.find(name) is None and not organizations.canonical(name)


def wrong_initials(article: Context) -> None:
    """Cut wrong initials off, as in `on the network X. Putin wrote`: one that the only bearer of the surname does
    not have."""
    people = {span.name for span in article.people()}
    bearers = _first_letters(name for name in people if not _INITIAL.match(name))
    for span in list(article.people()):
        initial = _INITIAL.match(span.name)
        letters = bearers.get(span.name[initial.end() :]) if initial else None
        if initial and letters and initial[0][0] not in letters:
            article.cut(span, span.start + initial.end(), span.end, "person", grounds.SURNAME)


def _first_letters(names: Iterable[str]) -> dict[str, set[str]]:
    """Return, by what a name ends with, one word of it or several: what the names begin with that end so."""
    letters: defaultdict[str, set[str]] = defaultdict(set)
    for name in names:
        words = name.split(" ")
        for number in range(max(1, len(words) - _MOST_WORDS), len(words)):
            letters[" ".join(words[number:])].add(name[0])
    return letters


def lost_apostrophes(article: Context) -> None:
    """`Texacos pact`, in a text that has lost its apostrophes and has a `Texaco` elsewhere; `Japans`."""
    types = {span.name: span.type for span in article.spans}
    for span in article.spans:
        name = span.name
        if not name.endswith("s") or span.rule not in ("model", "vote", "surname") or _follows_the(article, span):
            continue
        kind = "place" if gazetteer.is_certain(name[:-1]) else types.get(name[:-1])
        if kind is not None and not _may_be_plural(article, name):
            article.cut(span, span.start, span.end - 1, kind, grounds.LOST_APOSTROPHE)


def _may_be_plural(article: Context, name: str) -> bool:
    """`Budget Committees`, `Sigma Mines`; and `Reuters` beside `Reuter`."""
    last = name.rsplit(" ", 1)[-1][:-1].lower()
    return (
        organizations.canonical(name) is not None
        or gazetteer.find(name) is not None
        or organizations.is_generic(last)
        or article.words.begins_word(last)
    )


def _follows_the(article: Context, span: Span) -> bool:
    return article.text[max(0, span.start - 4) : span.start].lower() == "the "
