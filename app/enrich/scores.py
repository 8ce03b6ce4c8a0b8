"""Rows of sports results, which no recogniser can read: standings, scores, rankings, innings.

Only in an article that speaks of sport, and only rows of known shapes: elsewhere a row of figures is a balance sheet.
Offsets are those of the body.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from app.enrich import gazetteer, lexicon, organizations
from app.enrich.grounds import SpanType

# Read as substrings: one pattern of all of them takes ten times as long.
_SPORT = tuple(row.shown for row in lexicon.list_rows("sport-phrases"))
# An article says early that it is about sport.
_HEAD = 1500
_WORD = r"[A-ZÀ-Þ][\w'’.&/-]*"
_NAME = rf"{_WORD}(?: (?:(?:de|da|del|van|von|der|den|ter|la|le|al|bin) )*{_WORD}){{0,4}}"
_TEAM = rf"{_WORD}(?: {_WORD}){{0,3}}"
# `Brann 2 Rosenborg 1`, with what is said of the halves behind it.
_SCORE = re.compile(rf"({_TEAM}) \d{{1,3}} ({_TEAM}) \d{{1,3}}(?: ?\(.*| in .*| after .*)?$")
# `BALTIMORE 70 63 .526 4`
_STANDING = re.compile(rf"(?:\d{{1,2}}\. )?({_TEAM})(?: (?:\.?\d[\d.,/-]*|[-+]\d*|-)){{3,}}$")
_FIXTURE = re.compile(rf"({_TEAM}) (?:AT|at|v|V) ({_TEAM})$")
# `65 Billy Andrade, Duffy Waldorf`
_SCORERS = re.compile(rf"\d{{2,3}} ({_NAME})(?=$| ?[,(]| \d)")
_NEXT_SCORER = re.compile(rf"(?:,|\)|\d) ?,? ?({_NAME})(?=$| ?[,(]| \d)")
# `A. Stewart b Mushtaq Ahmed 44`
_BATSMAN = re.compile(rf"({_NAME}) (?:not out|run out|retired|lbw|st|c|b|hit wicket)\b.*\d$")
_DISMISSAL = re.compile(rf"\b(?:c|b|st|c and b|c sub) ({_NAME})")
_BOWLER = re.compile(rf"({_NAME}) \d+(?:\.\d)?-\d+-\d+-\d+")
# `1. Gail Devers (U.S.) 12.60`
_WITH_COUNTRY = re.compile(rf"(?<![\w.])({_NAME}) ?\( ?([A-Z][A-Za-z. ]*[A-Za-z.]) ?[,)]")
_NOT_TEAMS = lexicon.terms("not-teams")


@dataclass(frozen=True, slots=True)
class Entry:
    start: int
    end: int
    type: SpanType


@dataclass(frozen=True, slots=True)
class Scores:
    """`rows` are lines read as a whole: nothing else in them is a name."""

    of_sport: bool = False
    entries: tuple[Entry, ...] = ()
    rows: tuple[tuple[int, int], ...] = ()
    types: Mapping[str, SpanType] = field(default_factory=dict)


def read_results(body: str) -> Scores:
    head = body[:_HEAD].lower()
    if not any(cue in head for cue in _SPORT):
        return Scores()
    entries: list[Entry] = []
    rows: list[tuple[int, int]] = []
    for start, end in _short_lines(body):
        row = list(_row(body, start, end))
        if row:
            rows.append((start, end))
        entries += row or _with_countries(body, start, end)
    # A town in a table is its club, elsewhere it may be the town.
    types = {body[e.start : e.end]: e.type for e in entries if gazetteer.find(body[e.start : e.end]) is None}
    return Scores(True, tuple(entries), tuple(rows), types)


def _short_lines(body: str) -> Iterator[tuple[int, int]]:
    position = 0
    for line in body.split("\n"):
        # Prose is longer.
        if 3 < len(line) < 160:
            yield position + len(line) - len(line.lstrip()), position + len(line.rstrip(" ."))
        position += len(line) + 1


def _row(body: str, start: int, end: int) -> Iterator[Entry]:
    """The names of a row that has one of the known shapes."""
    for shape in (_SCORE, _STANDING, _FIXTURE):
        if match := shape.match(body, start, end):
            teams = [_team(match[group], *match.span(group)) for group in range(1, len(match.groups()) + 1)]
            if None not in teams:
                yield from filter(None, teams)
                return
    if match := _BATSMAN.match(body, start, end):
        yield Entry(*match.span(1), "person")
        yield from (Entry(*other.span(1), "person") for other in _DISMISSAL.finditer(body, match.end(1), end))
    elif bowlers := list(_BOWLER.finditer(body, start, end)):
        yield from (Entry(*bowler.span(1), "person") for bowler in bowlers)
    elif match := _SCORERS.match(body, start, end):
        yield from _scorers(body, match, end)


def _team(name: str, start: int, end: int) -> Entry | None:
    if name.split(" ", maxsplit=1)[0].lower() in _NOT_TEAMS or len(name) < 3:
        return None
    place = gazetteer.find(name)
    return Entry(start, end, "place" if place is not None and place.kind == "country" else "organization")


def _scorers(body: str, first: re.Match[str], end: int) -> Iterator[Entry]:
    """Golfers of one score, each with a country or none."""
    names = [first, *_NEXT_SCORER.finditer(body, first.end(1), end)]
    if all(" " in match[1] for match in names):
        for match in names:
            yield Entry(*match.span(1), "person")
        yield from (entry for entry in _with_countries(body, first.start(), end) if entry.type == "place")


def _with_countries(body: str, start: int, end: int) -> Sequence[Entry]:
    """`Wayne Ferreira (South Africa)`, wherever it stands in a line."""
    entries = []
    for match in _WITH_COUNTRY.finditer(body, start, end):
        country = gazetteer.find(match[2])
        if country is not None and (country.kind == "country" or gazetteer.is_certain(match[2])):
            name = match[1]
            town = gazetteer.find(name.split(" ")[0])
            club = organizations.is_club(name) or (town is not None and gazetteer.find(name) is not None)
            entries.append(Entry(*match.span(1), "organization" if club else "person"))
            entries.append(Entry(*match.span(2), "place"))
    return entries
