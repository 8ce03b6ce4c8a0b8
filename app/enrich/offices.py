"""Offices that every country has: `Foreign Ministry`, `Central Bank`. Alone, a name does not say whose it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.enrich import gazetteer
from app.enrich.gazetteer import Place
from app.text import slug

_OFFICES_TABLE = """
central-bank parliament national-assembly supreme-court constitutional-court high-court cabinet army navy air-force
statistics-office central-statistical-office politburo communist-party
"""
_OFFICES = frozenset(_OFFICES_TABLE.split())
_MINISTRY = re.compile(r"[a-z]+-ministry|ministry-of-(?:finance|defence|defense|trade|agriculture|health|justice)")
# Of these, and of no ministry, a bare name may be the American one.
_AMERICAN = frozenset(("supreme-court", "navy", "army", "air-force"))
_BEFORE = re.compile(r"(?:([A-Z][\w.-]*) )?([A-Z][\w.-]*?)(?:['’]s| ['’]s)?\s$")
_LONGEST_NATION = 3
# A cheap question first: most organisations are companies.
_WORDS = re.compile(
    r"ministry|bank|parliament|assembly|court|cabinet|army|navy|force|office|politburo|party", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Office:
    """`nation` is None where neither the name nor the words before it tell."""

    title: str
    slug: str
    nation: Place | None

    def may_be_of(self, home: Place | None) -> bool:
        return home is not None and (home.country != "US" or self.slug in _AMERICAN)


def find(name: str, body: str, start: int) -> Office | None:
    """The office that `name` is, which stands at `body[start]`: `West German Finance Ministry`, `Finance Ministry`."""
    if _WORDS.search(name) is None:
        return None
    words = name.removeprefix("The ").removeprefix("the ").split(" ")
    for count in range(min(_LONGEST_NATION, len(words) - 1), 0, -1):
        nation = _nation(" ".join(words[:count]))
        title = " ".join(words[count:])
        if nation is not None and _is_office(slug(title)):
            return Office(title, slug(title), nation)
    title = " ".join(words)
    return Office(title, slug(title), _nation_before(body, start)) if _is_office(slug(title)) else None


def _is_office(title: str) -> bool:
    return title in _OFFICES or _MINISTRY.fullmatch(title) is not None


def _nation_before(body: str, start: int) -> Place | None:
    before = _BEFORE.search(body, max(0, start - 40), start)
    if before is None:
        return None
    return (_nation(f"{before[1]} {before[2]}") if before[1] else None) or _nation(before[2])


def _nation(words: str) -> Place | None:
    """`Japanese`, `Japan's`; `Japans` where a text has lost its apostrophes."""
    words = words.removesuffix("'s").removesuffix("’s")
    for name in (words, words.removesuffix("s")):
        place = gazetteer.demonym(name) or (gazetteer.find(name) if gazetteer.is_certain(name) else None)
        if place is not None and place.kind in ("country", "region"):
            return place
    return None
