"""Lists of people with the surname first: `Downer, John; Ortega, Maria`, or one on a line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.enrich import gazetteer, given, titles
from app.enrich.cleaning import is_ordinary
from app.enrich.surnames import PARTICLE

_WORD = r"[^\W\d_a-z][^\W\d_]+(?:['’‐‑-][^\W\d_]+)*"
_SUFFIXED = r"(?:, (?:Jr|Sr|II|III|IV)\b\.?)"
_GIVEN = rf"{_WORD}(?: (?:[A-Z]\.|{_WORD}(?:(?![\w,])|(?={_SUFFIXED}))))?(?: [A-Z]\.)?{_SUFFIXED}?"
_PAIR = re.compile(rf"(?<![\w'’.&-])(?:[OD]['’])?{_WORD}, (?P<given>{_GIVEN})(?![\w-])")
# What else may belong to the surname; a second word only where the whole is seen to begin.
_BEFORE = re.compile(rf"(?:(?:(?<=[;:\n])|(?<=[;:] )|^)[^\W\d_a-z][^\W\d_]* |(?<![^\s(])(?:{PARTICLE} ){{1,3}})$")
_LONGEST_BEFORE = 30
# Smaller towns have the names of people.
_LARGE = 200_000
_BETWEEN = re.compile(
    r"\.?(?: ?\([^()\n]{1,30}\))?"
    r"(?:;?\s*\n\s*(?:[-*•·]\s*|\d{1,3}[.)]\s*)?|(?:,[^;\n]{1,60})?\s?;\s(?:and )?|,? and |, )"
)
_WIDEST = 100
_SURELY_BETWEEN = re.compile(r"[;\n]")
_SHORTEST, _SHORTEST_OF_COMMAS = 2, 3
_SUFFIX = re.compile(r"(?:Jr|Sr|II|III|IV|Inc|Ltd|Corp|Co|PhD|MD|MP)\.?(?!\w)")


@dataclass(frozen=True, slots=True)
class _Item:
    start: int
    comma: int
    end: int
    surname: str
    given: str


def listed_people(body: str, is_person: Callable[[int, int], bool]) -> list[tuple[int, int]]:
    """Return where the people of such lists stand, surname and given name together. `is_person` says whether the
    recogniser takes a stretch of the body for a person.

    Half of the given names must be known for such, or all surnames stand in capitals, and nothing in the list may be a
    place: `Paris, Texas; Geneva, Switzerland`. Where commas alone part the names, all must be known.
    """
    lists = (items for items in _candidates(body) if _are_people(body, items, is_person))
    return [(item.start, item.end) for items in lists for item in items]


def _candidates(body: str) -> Iterator[list[_Item]]:
    items: list[_Item] = []
    for pair in _PAIR.finditer(body):
        item = _item(body, pair)
        if items and not _is_next(body, items[-1], item):
            if len(items) >= _SHORTEST:
                yield items
            items = []
        items.append(item)
    if len(items) >= _SHORTEST:
        yield items


def _is_next(body: str, last: _Item, item: _Item) -> bool:
    return item.start - last.end < _WIDEST and _BETWEEN.fullmatch(body, last.end, item.start) is not None


def _item(body: str, pair: re.Match[str]) -> _Item:
    start, comma = pair.start(), pair.start("given") - 2
    before = _BEFORE.search(body[max(0, start - _LONGEST_BEFORE) : start])
    start -= len(before[0]) if before else 0
    return _Item(start, comma, pair.end(), body[start:comma], pair["given"])


def _are_people(body: str, items: list[_Item], is_person: Callable[[int, int], bool]) -> bool:
    if any(_is_no_surname(item.surname) or _is_no_given_name(item.given) for item in items):
        return False
    if not _SURELY_BETWEEN.search(body, items[0].end, items[-1].start):
        known = all(_begins_given(item.given) and not _begins_given(item.surname) for item in items)
        return known and len(items) >= _SHORTEST_OF_COMMAS
    known_some = sum(
        _begins_given(item.given) or (is_person(item.start, item.comma) and is_person(item.comma + 2, item.end))
        for item in items
    )
    in_capitals = all(item.surname.isupper() and not item.given.isupper() for item in items)
    return 2 * known_some >= len(items) or in_capitals


def _begins_given(name: str) -> bool:
    return given.is_given_or_short(name.partition(" ")[0])


def _is_no_surname(name: str) -> bool:
    """`Tom Price`, whose given name comes first; a place, an office."""
    return (" " in name and _begins_given(name)) or gazetteer.is_certain(name) or titles.proves_person(name)


def _is_no_given_name(name: str) -> bool:
    """`Texas`, `Lyon`, `Director`, `Inc`."""
    if _begins_given(name):
        return False
    first = name.partition(" ")[0]
    place = gazetteer.find(name)
    is_large = place is not None and (place.kind != "city" or place.population > _LARGE)
    return (
        is_large
        or gazetteer.state_abbreviation(name) is not None
        or titles.is_title(first)
        or is_ordinary(first)
        or _SUFFIX.match(name) is not None
    )
