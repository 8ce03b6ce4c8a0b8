"""Groups of people that are no nation, and what is only called after one: `African-American`, `German shepherd`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from app.enrich import gazetteer, grounds, lexicon
from app.enrich.context import Context, Span

# People come from everywhere to be one of these: an Irish American is no Irishman.
_SETTLED = ("American", "Canadian", "Australian")
_WORD = re.compile(r"[^\W\d_]+")
_ORIGIN = re.compile(r"(?<![\w/-])([A-Z][a-z]+(?: [A-Z][a-z]+)?)[ –-]$")
_LONGEST_ORIGIN = 24
# What is between two nations: `Mexican-American border`, `Japanese-American trade talks`.
_BETWEEN = re.compile(
    r"(?: [a-z][a-z-]*){0,3}?"
    r" (?:[Rr]elations?|[Rr]elationship|ties|[Tt]alks|[Tt]rade|[Ww]ars?|[Bb]orders?|frontier|[Ss]ummits?"
    r"|[Tt]reat(?:y|ies)|[Aa]greements?|[Aa]lliance|[Aa]ccords?|[Pp]acts?|deals?|conflicts?|dialogue|cooperation"
    r"|friendship|diplomacy|rivalry|coalition|negotiations|partnership|tensions?|disputes?|exercises?|drills?"
    r"|ventures?)\b"
)
_JOINT = re.compile(r"\b[Jj]oint $")


def _read_terms(*names: str) -> Mapping[str, re.Pattern[str]]:
    """Return, by the letters that they begin with, what finds the terms of the lists, the longest first."""
    by_head: defaultdict[str, list[str]] = defaultdict(list)
    for term in sorted(frozenset().union(*map(lexicon.terms, names)), key=len, reverse=True):
        by_head[term[:_HEAD]].append(re.escape(term).replace(r"\ ", "[ –-]"))
    return {head: re.compile(rf"(?<![\w-])(?:{'|'.join(terms)})s?\b") for head, terms in by_head.items()}


# Letters that tell cheaply where a term may begin.
_HEAD = 4
_TERMS = _read_terms("peoples", "not-of-nations", "speeches-and-honours")


def peoples(article: Context) -> None:
    """`African-American` is no name; `Irish-American` is an American, but `Mexican-American border` has two nations."""
    for start, end in _groups(article):
        if article.encloses(start, end):
            article.clear(start, end, grounds.NO_NATION)
    for starts in article.words.places(_SETTLED).values():
        for start in starts:
            _clear_stretch(article, start)


def _groups(article: Context) -> Iterator[tuple[int, int]]:
    text = article.text
    for start in article.starts:
        terms = _TERMS.get(text[start : start + _HEAD])
        if terms is not None and (match := terms.match(text, start)):
            yield match.span()


def _clear_stretch(article: Context, start: int) -> None:
    """Leave the nation at `start` alone where it ends the name of a people."""
    word = _WORD.match(article.text, start)
    origin = article.before(start, _ORIGIN, _LONGEST_ORIGIN)
    first = _origin_start(origin) if origin else None
    if word is None or first is None or gazetteer.demonym(word[0]) is None or not article.encloses(first, word.end()):
        return
    if word[0].endswith("s") or _is_of_people(article, first, start, word.end()):
        article.put(Span(start, word.end(), "place", *grounds.NATIONALITY))
        article.clear(first, start, grounds.NO_NATION)


def _origin_start(origin: re.Match[str]) -> int | None:
    """`Puerto Rican` or its last word, where that is a nationality."""
    whole = origin[1]
    last = whole.rpartition(" ")[2]
    known = next((name for name in (whole, last) if gazetteer.demonym(name) or gazetteer.combining_form(name)), None)
    return origin.end(1) - len(known) if known else None


def _is_of_people(article: Context, first: int, start: int, end: int) -> bool:
    nation = gazetteer.demonym(article.text[first : start - 1])
    # `Franco-American` is between nations, and nobody left the Soviet Union but as a Russian.
    if nation is None or nation.country == "SU":
        return False
    return not _BETWEEN.match(article.text, end) and not article.before(first, _JOINT)
