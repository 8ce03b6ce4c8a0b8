"""People named together, of whom the last alone has the surname that all share: `John and Maria Downer`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from app.enrich import given, lexicon, titles
from app.enrich.plain import plain
from app.enrich.surnames import PARTICLE, SUFFIXES, last_name, without_suffix
from app.text import fold

if TYPE_CHECKING:
    from app.enrich.mentions import Mention

_AND = re.compile(r"\.?,? (?:and|&) ((?:[A-Z][\w.]* ){0,3})")
_COMMA = re.compile(r"\.?, ")
_FAMILY = re.compile(rf"\b[Tt]he ((?:{PARTICLE} ){{0,3}}[^\W\d_a-z][\w'’-]*s)\b")
_KIN = "|".join(lexicon.terms("kin-plurals"))
_KIN_BEFORE = re.compile(rf"\b(?i:{_KIN})\b[,:]? (?:[a-z]+ )?$")
# A list, of which the last alone may have the surname; and who goes by the first name.
_NO_COUPLE = re.compile(
    r"(?:,|\b(?:[Pp]rince|[Pp]rincess|[Kk]ing|[Qq]ueen|[Pp]ope|[Ss]aints?|St\.?|[Ss]ister|[Bb]rother)) $"
)
_REACH = 30
# A surname of no more letters is none.
_INITIALS = 2


def are_kin(text: str, start: int) -> bool:
    """Return whether those who are named from there on are said to be of one family: `brothers Charles and ...`."""
    return _KIN_BEFORE.search(text, max(0, start - _REACH), start) is not None


def completed_names(body: str, people: Sequence[Mention]) -> Iterator[tuple[int, str]]:
    """Yield, by the start of a first name alone, the full one, with the surname of who is named last.

    It must be a given name, or the text say of all that they are kin, or speak of `the Downers`. Where somebody else of
    the article has it for a surname or is called so with another, or it goes on from a list, it may be anybody's.
    """
    names = [plain(mention.text).split(" ") for mention in people]
    surnames = {fold(words[-1]) for words in names if len(words) > 1}
    called: dict[str, set[str]] | None = None
    families = frozenset(_FAMILY.findall(body)) if people else frozenset()
    for number in range(1, len(people)):
        if not _is_first(names[number - 1]) or _is_first(names[number]) or not _are_joined(body, people, number):
            continue
        called = _called_so(names) if called is None else called
        surname = _shared_surname(names[number])
        first = _first_of_list(body, people, names, number - 1)
        kin = are_kin(body, people[first].start) or not families.isdisjoint((f"{surname}s", f"{surname}es"))
        for each in range(first if kin else number - 1, number):
            name = names[each][0]
            if len(surname) <= _INITIALS or fold(name) in surnames:
                continue
            if kin or (surname in called.get(name, {surname}) and _may_be_couple(body, people, names, each)):
                yield people[each].start, _with_surname(names[each], surname)


def _is_first(words: Sequence[str]) -> bool:
    """Return whether it is a first name alone, with initials or `Jr.` perhaps."""
    return all(len(word.rstrip(".")) == 1 or fold(word).rstrip(".") in SUFFIXES for word in words[1:])


def _are_joined(body: str, people: Sequence[Mention], number: int) -> bool:
    """Return whether an `and` stands before this one, with titles perhaps: `Barack and First Lady Michelle Obama`."""
    between = _AND.fullmatch(body, people[number - 1].end, people[number].start)
    return between is not None and all(map(_is_of_title, between[1].split()))


def _is_of_title(word: str) -> bool:
    return titles.is_title(word) or titles.is_qualifier(word) or word == "First"


def _first_of_list(body: str, people: Sequence[Mention], names: Sequence[Sequence[str]], number: int) -> int:
    """Return which one begins the row of first names that this one ends: `John, Robert and Ted Kennedy`."""
    while number > 0 and _is_first(names[number - 1]):
        if _COMMA.fullmatch(body, people[number - 1].end, people[number].start) is None:
            break
        number -= 1
    return number


def _called_so(names: Sequence[Sequence[str]]) -> dict[str, set[str]]:
    """Return the surnames of those whose full name the article has, by their first names."""
    called: defaultdict[str, set[str]] = defaultdict(set)
    for words in names:
        if not _is_first(words):
            called[words[0]].add(_shared_surname(words))
    return called


def _shared_surname(words: Sequence[str]) -> str:
    return last_name(without_suffix(" ".join(words[1:])))


def _may_be_couple(body: str, people: Sequence[Mention], names: Sequence[Sequence[str]], number: int) -> bool:
    """Return whether it is a given name that goes on from no list, or from one of full names alone."""
    start = people[number].start
    after_full = number > 0 and not _is_first(names[number - 1])
    goes_on = after_full and _COMMA.fullmatch(body, people[number - 1].end, start) is not None
    is_excluded = _NO_COUPLE.search(body, max(0, start - _REACH), start) is not None
    return given.may_be_given(names[number][0]) and (goes_on or not is_excluded)


def _with_surname(words: Sequence[str], surname: str) -> str:
    suffixes = [word for word in words[1:] if fold(word).rstrip(".") in SUFFIXES]
    return " ".join((*(word for word in words if word not in suffixes), surname, *suffixes))
