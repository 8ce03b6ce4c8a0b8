"""Offices that every country has: `Foreign Ministry`, `Central Bank`. Alone, a name does not say whose it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.enrich import gazetteer, lexicon
from app.enrich.gazetteer import Place
from app.text import slug

_OFFICES = lexicon.terms("national-offices")
_MINISTRY = re.compile(r"[a-z]+-ministry|ministry-of-(?:finance|defence|defense|trade|agriculture|health|justice)")
# The American ones, and those of a few other countries that speak of departments.
_DEPARTMENT = re.compile(
    r"(?:department-of-(?:the-)?)?(agriculture|commerce|defense|education|energy|interior|justice|labor|transportation|treasury)"
    r"(?:-department)?"
)
_TREASURIES = frozenset(("AU", "GB", "NZ"))
_WITH_DEPARTMENTS = frozenset(("AU", "CA", "IE", "PH", "ZA"))
_SHORT = {"USDA": "agriculture"}
# Of these, and of no ministry, a bare name may be the American one.
_AMERICAN = frozenset(("supreme-court", "navy", "army", "air-force"))
_BEFORE = re.compile(r"(?:([A-Z][\w.-]*) )?([A-Z][\w.-]*?)(?:['’]s| ['’]s)?\s$")
_LONGEST_NATION = 3
# A cheap question first: most organisations are companies.
_WORDS = re.compile(
    r"ministry|bank|parliament|assembly|court|cabinet|army|navy|force|office|politburo|party|department|treasury|USDA",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Office:
    """`nation` is None where neither the name nor the words before it tell."""

    title: str
    slug: str
    nation: Place | None

    def nation_at(self, home: Place | None) -> Place | None:
        """Whose a bare name is, in an article datelined in `home`."""
        if self.slug == "treasury":
            return home if home and home.country in _TREASURIES else gazetteer.country("US")
        if self.slug.endswith("-department"):
            return home if home and home.country in _WITH_DEPARTMENTS else gazetteer.country("US")
        return home if home and (home.country != "US" or self.slug in _AMERICAN) else None


def office_named(name: str, body: str, start: int) -> Office | None:
    """The office that `name` is, which stands at `body[start]`: `West German Finance Ministry`, `Finance Ministry`."""
    if _WORDS.search(name) is None:
        return None
    if name in _SHORT:
        return _department(_SHORT[name], gazetteer.country("US"))
    words = name.removeprefix("The ").removeprefix("the ").split(" ")
    for count in range(min(_LONGEST_NATION, len(words) - 1), 0, -1):
        nation = _nation_called(" ".join(words[:count]))
        title = " ".join(words[count:])
        if nation is not None and is_office(title):
            return _office_of(title, nation)
    title = " ".join(words)
    if not is_office(title):
        title, _, country = title.rpartition(" of ")
        nation = _nation_called(country.removeprefix("the ")) if is_office(title) else None
        return _office_of(title, nation) if nation is not None else None
    return _office_of(title, _nation_before(body, start))


def _office_of(title: str, nation: Place | None) -> Office:
    department = _department_of(title)
    return _department(department, nation) if department else Office(title, slug(title), nation)


def _department(of: str, nation: Place | None) -> Office:
    """`Department of Agriculture` and `Agriculture Department` are one, as are `Treasury Department` and `Treasury`."""
    if of == "treasury":
        return Office("Treasury", "treasury", nation)
    return Office(f"{of.title()} Department", f"{of}-department", nation)


def _department_of(title: str) -> str | None:
    match = _DEPARTMENT.fullmatch(slug(title)) if "epartment" in title else None
    return match[1] if match else None


def is_office(name: str) -> bool:
    title = slug(name)
    return title in _OFFICES or _MINISTRY.fullmatch(title) is not None or _department_of(name) is not None


def _nation_before(body: str, start: int) -> Place | None:
    before = _BEFORE.search(body, max(0, start - 40), start)
    if before is None:
        return None
    return (_nation_called(f"{before[1]} {before[2]}") if before[1] else None) or _nation_called(before[2])


def _nation_called(words: str) -> Place | None:
    """`Japanese`, `Japan's`; `Japans` where a text has lost its apostrophes."""
    words = words.removesuffix("'s").removesuffix("’s")
    for name in (words, words.removesuffix("s")):
        place = gazetteer.demonym(name) or (gazetteer.find(name) if gazetteer.is_certain(name) else None)
        if place is not None and place.kind in ("country", "region"):
            return place
    return None
