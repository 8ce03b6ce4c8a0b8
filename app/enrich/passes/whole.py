"""What an article says of a name elsewhere: a type by vote, somebody's surname, a name that it has whole."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from app.enrich import gazetteer, grounds, organizations
from app.enrich.context import Context, Span
from app.enrich.grounds import SpanType
from app.enrich.passes.people import reads_like_person
from app.enrich.surnames import statesman
from app.text import fold

_INITIAL = re.compile(r"[A-Z]\. (?=[A-Z])")
# What says before a plural that several people are meant.
_SEVERAL = re.compile(
    r"\b(?i:the|both|these|those|all|other|two|three|four|many)"
    r"(?: (?:two|three|four|other|elder|younger|older|senior|junior|entire|whole|many|various|wealthy|powerful))? $"
)
_PLURAL = re.compile(r"\w{2}[^\Ws]s$")
_HISSES = ("s", "x", "z", "sh", "ch")
# `the Sanders campaign`, `the Rogers and Hart songs`: whose it is follows, not what they did.
_GOES_ON_WITH_NOUN = re.compile(
    r"(?:'s)? (?!(?:of|and|or|nor|but|to|in|into|at|on|from|for|with|without|by|as|than|that|who|whom|whose|which|when"
    r"|while|because|if|after|before|since|during|over|about|against|are|were|have|had|do|did|will|would|can|could|may"
    r"|might|should|must|said|say|left|went|came|made|took|gave|got|knew|won|lost|sold|bought|met|ran|told|saw|held"
    r"|kept|paid|fled|found|felt|began|became|brought|built|chose|drew|drove|fell|fought|grew|led|put|rose|set|spoke"
    r"|spent|stood|thought|wrote|also|both|all|themselves|not|never|now|then|once|again|alone|\w+ed|\w+ly)\b)\w"
)
_SITE = re.compile(
    r"(?:(?:Elementary|High|Middle|Primary|Grammar|Public) School|School|Hospital|Airport|Prison|Mall)\b"
)
_AT_SITE = re.compile(r"\b(?:[Aa]t|[Ii]n|[Aa]fter|[Ss]ince|[Ff]rom|near) $")
_OF_SITE = re.compile(
    r" (?:shootings?|massacre|victims?|parents|famil(?:y|ies)|survivors?|tragedy|killings?|attacks?|students|killer)\b"
)
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
    plurals = (span for span in article.people() if span.name.endswith("s"))
    singles = surnames | {span.name for span in plurals if not _is_several(article, span)}
    firms = {span.name.partition(" ")[0] for span in article.spans if span.rule in ("legal-form", "apposition")}
    titled = {span.name for span in article.people() if span.rule == "title" and " " not in span.name} - firms
    for span in article.spans:
        if span.rule not in ("model", "vote"):
            continue
        if _is_family(article, span, surnames) or (span.name not in singles and _reads_like_family(article, span)):
            article.drop(span, grounds.SURNAME)
        elif span.type in ("organization", "place") and (
            span.name in surnames
            or (span.name in titled and span.type == "organization")
            or _ends_with_person(span.name, people)
            or _is_statesman(span.name, firms)
        ):
            article.retype(span, "person", grounds.SURNAME)


def possessives_of_people(article: Context) -> None:
    """`Christie's record`, where the article has a Chris Christie: the auctioneer is not meant."""
    surnames = article.surnames()
    for span in article.guesses("organization"):
        base = span.name.removesuffix("'s")
        if base != span.name and base in surnames and organizations.is_possessive(base):
            article.cut(span, span.start, span.start + len(base), "person", grounds.SURNAME)


def _is_statesman(name: str, firms: set[str]) -> bool:
    """`Trump associates`, of whom the article has no fuller name; but no firm of his name either."""
    known = statesman(name) is not None and " " not in name and name not in firms
    return known and gazetteer.find(name) is None and not organizations.is_possessive(f"{name}'s")


def _is_family(article: Context, span: Span, surnames: frozenset[str]) -> bool:
    """`the Downers`, `both Downers`, `Bushes`: several people, none of whom the name says."""
    if not span.name.endswith("s") or span.name in surnames:
        return False
    hissed = span.name.removesuffix("es")
    if hissed in surnames and hissed.endswith(_HISSES):
        return True
    return not surnames.isdisjoint({span.name[:-1], hissed}) and _is_several(article, span)


def _reads_like_family(article: Context, span: Span) -> bool:
    """`the Clintons said`, in an article that has no Clinton; but `the Sanders campaign` is one person's."""
    is_plural = span.type == "person" and " " not in span.name and _PLURAL.search(span.name) is not None
    return (
        is_plural
        and statesman(span.name) is None
        and _is_several(article, span)
        and article.after(span, _GOES_ON_WITH_NOUN) is None
    )


def _is_several(article: Context, span: Span) -> bool:
    return article.before(span.start, _SEVERAL) is not None


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


def namesake_sites(article: Context) -> None:
    """`at Sandy Hook`, `the Sandy Hook families`, beside a `Sandy Hook Elementary School`: a place, unless
    something is said of a person."""
    sites = {span.name for span in article.spans if span.type in ("organization", "place") and span.name.count(" ") > 1}
    if not sites:
        return
    named: defaultdict[str, list[Span]] = defaultdict(list)
    for span in article.people():
        if span.rule in ("model", "repeat", "vote") and " " in span.name:
            named[span.name].append(span)
    for name, spans in named.items():
        behind = (site.removeprefix(f"{name} ") for site in sites if site.startswith(f"{name} "))
        if any(map(_SITE.match, behind)) and any(_stands_for_site(article, span) for span in spans):
            for span in spans:
                article.retype(span, "place", grounds.WHOLE_NAME)


def _stands_for_site(article: Context, span: Span) -> bool:
    return article.before(span.start, _AT_SITE) is not None or article.after(span, _OF_SITE) is not None


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
