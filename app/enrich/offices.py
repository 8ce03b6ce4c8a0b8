"""Offices that every country has: `Foreign Ministry`, `Central Bank`. Alone, a name does not say whose it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.enrich import gazetteer, lexicon
from app.enrich.gazetteer import Place
from app.text import slug

_OFFICES = lexicon.terms("national-offices")
_MINISTRY = re.compile(r"[a-z]+(?:-and-[a-z]+|-affairs)?-ministry")
# `Ministry of Defence`, `Dept. of the Interior`: the same as the ministry or department named for it.
_TURNED = re.compile(r"(.*?)\b(Ministry|Department) (?:of|for) (?:the )?([A-Z].*)")
_DEPT = re.compile(r"\bDept\b\.?")
_AFFAIRS = re.compile(r"\b(foreign|home)-affairs(?=-ministry)")
_SPELLINGS = (("defence", "defense"), ("labour", "labor"))
# The American ones, and those of a few other countries that speak of departments.
_DEPARTMENTS = {slug(row.shown): row.shown for row in lexicon.list_rows("departments")}
_BARE_DEPARTMENTS = {name: row.shown for row in lexicon.list_rows("departments") for name in row.others}
_TREASURIES = frozenset(("AU", "GB", "NZ"))
_WITH_DEPARTMENTS = frozenset(("AU", "CA", "IE", "PH", "ZA"))
# Of these, and of no ministry, a bare name may be the American one.
_AMERICAN = frozenset(("supreme-court", "cabinet", "navy", "army", "air-force"))
_BEFORE = re.compile(r"(?:([A-Z][\w.-]*) )?([A-Z][\w.-]*?)(?:['’]s| ['’]s)?\s$")
_OF_PART_BEFORE = re.compile(r"\b(?:state|county|city|provincial|regional)(?:['’]s)? $")
_LONGEST_NATION = 3
# A cheap question first: most organisations are companies.
_WORDS = re.compile(
    r"ministry|bank|parliament|assembly|court|cabinet|army|navy|force|office|politburo|party|department|dept|treasury",
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
    name = name.replace(" & ", " and ")
    if (of := _BARE_DEPARTMENTS.get(_without_us(name).replace(".", ""))) is not None:
        return _department(of, gazetteer.country("US"))
    if _WORDS.search(name) is None:
        return None
    words = name.removeprefix("The ").removeprefix("the ").split(" ")
    for count in range(min(_LONGEST_NATION, len(words) - 1), 0, -1):
        nation = _nation_called(" ".join(words[:count]))
        title = " ".join(words[count:])
        if nation is not None and is_office(title):
            return _office_of(title, nation)
    title = " ".join(words)
    if _is_of_state(body, start):
        return None
    if not is_office(title):
        title, _, country = title.rpartition(" of ")
        nation = _nation_called(country.removeprefix("the ")) if is_office(title) else None
        return _office_of(title, nation) if nation is not None else None
    return _office_of(title, _nation_before(body, start))


def in_full(name: str) -> str:
    """Return `State Department` for `State Dept.`"""
    return _DEPT.sub("Department", name) if "Dept" in name else name


def usual_order(name: str) -> str:
    """Return `Motor Vehicles Department` for `Dept. of Motor Vehicles`; a name that is not turned as it is."""
    name = in_full(name)
    turned = _TURNED.fullmatch(name)
    if turned is None or " of " in turned[3] or "," in turned[3]:
        return name
    head = "Ministry" if turned[2] == "Ministry" else "Department"
    return f"{turned[1]}{turned[3]} {head}"


def _office_of(title: str, nation: Place | None) -> Office:
    department = _department_of(title)
    return _department(department, nation) if department else Office(title, _office_slug(title), nation)


def _office_slug(title: str) -> str:
    plain = slug(usual_order(title))
    for british, american in _SPELLINGS:
        plain = plain.replace(british, american)
    return _AFFAIRS.sub(r"\1", plain)


def _department(of: str, nation: Place | None) -> Office:
    """`Department of Agriculture` and `Agriculture Department` are one, as are `Treasury Department` and `Treasury`."""
    if of == "Treasury":
        return Office("Treasury", "treasury", nation)
    return Office(f"{of} Department", f"{slug(of)}-department", nation)


def _department_of(title: str) -> str | None:
    if "ep" not in title:
        return None
    of, _, head = usual_order(title).rpartition(" ")
    return _DEPARTMENTS.get(slug(of)) if head == "Department" and of else None


def is_office(name: str) -> bool:
    title = _office_slug(name)
    return title in _OFFICES or _MINISTRY.fullmatch(title) is not None or _department_of(name) is not None


def _without_us(name: str) -> str:
    return name.removeprefix("U.S. ").removeprefix("US ").removeprefix("United States ")


def _nation_before(body: str, start: int) -> Place | None:
    before = _BEFORE.search(body, max(0, start - 40), start)
    if before is None:
        return None
    return (_nation_called(f"{before[1]} {before[2]}") if before[1] else None) or _nation_called(before[2])


def _is_of_state(body: str, start: int) -> bool:
    """`the state Supreme Court`, `Ohio's Department of Education`: what a state has is no office of the country."""
    before = _BEFORE.search(body, max(0, start - 40), start)
    name = f"{before[1]} {before[2]}" if before and before[1] else ""
    states = (gazetteer.outer_place(part) for part in (name, before[2]) if part) if before else ()
    return any(place is not None and place.kind == "state" for place in states) or (
        _OF_PART_BEFORE.search(body, max(0, start - 20), start) is not None
    )


def _nation_called(words: str) -> Place | None:
    """`Japanese`, `Japan's`; `Japans` where a text has lost its apostrophes."""
    words = words.removesuffix("'s").removesuffix("’s")
    for name in (words, words.removesuffix("s")):
        place = gazetteer.demonym(name) or (gazetteer.find(name) if gazetteer.is_certain(name) else None)
        if place is not None and place.kind in ("country", "region"):
            return place
    return None
