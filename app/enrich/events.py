"""Names of events: what can be one, and the few that have several names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.enrich import lexicon
from app.text import fold

# The last word of an event's name, or the one before `of`, `in`, `on`.
_HEADS = lexicon.terms("event-heads")
_JOINT = re.compile(r" (?:of|in|on|at|for|over|against) ")
# `1998 World Cup`, `Rio 2016`, `10th Panchen Olympiad`; any other figure is a date, a price or a result.
_FIGURE = re.compile(r"(?:1[0-9]|20)\d\d|\d{1,3}(?:st|nd|rd|th)")
# Heads that make the capitalised words before them a name. Sought first: they are rarer than capitals.
_SURE_HEAD = re.compile(
    r"(?<= )(?:Agreement|Treaty|Accords?|Pact|Summit|Olympics|Olympic Games|Cup|Championships?|Grand Prix|War|Uprising"
    r"|Revolution|Marathon|Masters|Festival)\b(?! (?:of )?[A-Z])"
)
_BEFORE_HEAD = re.compile(r"(?<![\w.'-])(?!The |A |An |In |At |Annual |First )(?:[A-Z][a-z]+(?:-[A-Z][a-z]+)? ){1,3}$")
_LONGEST_BEFORE_HEAD = 50
_TREATIES = frozenset(("Agreement", "Treaty", "Accord", "Accords", "Pact", "Convention", "Protocol"))
_STORMS = ("Hurricane ", "Typhoon ", "Cyclone ", "Superstorm ", "Tropical Storm ")
_STARTS = (*_STORMS, "Operation ", "Battle ", "Super Bowl", "Expo ")
_NAMES = lexicon.shown_by_name("events")
_SAME = {fold(name): shown for name, shown in _NAMES.items()}
_FIRST_WORDS = frozenset(name.split(" ")[0] for name in _NAMES)


def begins_event(word: str) -> bool:
    return word in _FIRST_WORDS


def is_well_known(name: str) -> bool:
    """Return whether it is of several words, or a holiday; written as names are."""
    return fold(name) in _SAME


def event_name(name: str) -> str:
    """`Second World War` -> `World War II`; any other name without its article."""
    bare = name.removeprefix("the ").removeprefix("The ")
    return _SAME.get(fold(bare), bare)


def headed_names(text: str) -> Iterator[tuple[int, int]]:
    """Capitalised words before a noun that makes them the name of a treaty, a match, a war: `Berne Agreement`."""
    for head in _SURE_HEAD.finditer(text):
        before = _BEFORE_HEAD.search(text, max(0, head.start() - _LONGEST_BEFORE_HEAD), head.start())
        if before:
            yield before.start(), head.end()


def is_treaty(name: str) -> bool:
    """`Berne Agreement`: the recogniser takes treaties for laws."""
    return name.count(" ") > name.startswith("U.S. ") and name.rsplit(" ", 1)[-1] in _TREATIES


def is_storm(name: str) -> bool:
    """`Superstorm Sandy`, whatever the recogniser takes it for; `Hurricane Katrina Relief Fund` goes on."""
    return name.startswith(_STORMS) and name.removeprefix("Tropical ").count(" ") == 1


def is_event(name: str) -> bool:
    """The recogniser also takes dates, prices, newspapers and stock exchanges for events."""
    if fold(name.removeprefix("the ").removeprefix("The ")) in _SAME or name.startswith(_STARTS):
        return True
    words = name.split()
    if len(words) == 2 and words[0] in ("U.S.", "U.K.") and words[1] not in ("Open", "Masters", "Championships"):
        # Any bombing: newswire of the eighties wrote a capital after `U.S.`
        return False
    if name.endswith(("Eastern Conference", "Western Conference")):
        # Half of a league.
        return False
    if any(any(c.isdigit() for c in word) and not _FIGURE.fullmatch(word) for word in words):
        return False
    head = _JOINT.split(name, maxsplit=1)[0].split()
    while len(head) > 1 and head[-1][0].isdigit():
        head.pop()
    return bool(head) and head[-1].lower() in _HEADS
