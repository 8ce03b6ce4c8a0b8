"""Rows of sports results, which no recogniser can read: standings, scores, rankings, innings.

Only in an article that speaks of sport, and only rows of known shapes: elsewhere a row of figures is a balance sheet.
Offsets are those of the body.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from app.enrich import gazetteer, lexicon, organizations, team_sport
from app.enrich.grounds import SpanType

# Read as substrings: one pattern of all of them takes ten times as long.
_SPORT = tuple(row.shown for row in lexicon.list_rows("sport-phrases"))
# An article says early that it is about sport.
_HEAD = 1500
# Prose is longer.
_LONGEST_ROW = 160
_WORD = r"[A-ZÀ-Þ][\w'’.&/-]*"
_NAME = rf"{_WORD}(?: (?:(?:de|da|del|van|von|der|den|ter|la|le|al|bin) )*{_WORD}){{0,4}}"
_TEAM = rf"{_WORD}(?: {_WORD}){{0,3}}"
_RANK = r"(?:\(?(?:No\. ?)?\d{1,2}[.)]? )?"
_POINTS = r"\d{1,3}"
_DASH = r" ?[-–:] ?"
_PLAIN_TEAM = r"[A-ZÀ-Þ][\w'’.]*(?: [A-ZÀ-Þ][\w'’.]*){0,3}"
_BRACKET = r"(?: \([^()]*\))?"
# `Brann 2, Rosenborg 1`; `Watford 2-1 Burnley`; `Brann - Viking 4:0`; `SEATTLE AT BOSTON`.
_CONTESTS = tuple(
    re.compile(_RANK + shape)
    for shape in (
        rf"({_TEAM}) {_POINTS},? {_RANK}({_TEAM}) {_POINTS}\b",
        rf"({_TEAM}) {_POINTS}{_DASH}{_POINTS},? ({_TEAM})(?! \d)",
        rf"({_PLAIN_TEAM}) ?[-–] ?({_PLAIN_TEAM}):? {_POINTS}{_DASH}{_POINTS}\b",
        rf"({_TEAM}){_BRACKET} (?:AT|at|[Vv]s?\.?|VS\.?) {_RANK}({_TEAM}){_BRACKET}(?= ?$|[,;:]| {_POINTS}{_DASH}| \()",
    )
)
# Players beat one another as well: `Springfield def. Rochester 25-18`.
_DEFEAT = re.compile(rf"{_RANK}({_TEAM}) (?:def\.?|bt|beat|over) {_RANK}({_TEAM}),? {_POINTS}{_DASH}{_POINTS}\b")
# Several of them, and what is said before the first and behind the last.
_LABEL = re.compile(r"[A-Z][\w' -]{2,30}: ")
_NEXT = re.compile(r" ?[,;.] ")
_REMARK = re.compile(r"(?: ?[,(:]| in | after | \d).*$")
# `(Sale 10-5)`, who pitches.
_PITCHER = re.compile(rf"\(({_NAME}) \d{{1,2}}-\d{{1,2}}\)")
# `BALTIMORE 70 63 .526 4`
_STANDING = re.compile(rf"(?:\d{{1,2}}\. )?({_TEAM})(?:[ \t|]+(?:\.?\d[\d.,/-]*|[-+]\d*|[-–—])){{3,}}$")
# `At Canterbury: Kent 214 (C. Hooper 56) and 77-2, Durham 310-6 declared`
_GROUND = re.compile(rf"(?:At|In) ({_NAME}) ?: ")
_INNINGS = re.compile(rf"({_TEAM}) (?:{_POINTS}\b|won by\b)")
# `Brazil - 1-Taffarel; 2-Jorginho, 3-Aldair (15-Cafu 46th minute)`
_SIDE_OF_LINEUP = re.compile(rf"({_TEAM}) ?(?:[:–]|- ) ?")
_PIECE = re.compile(r"[^,;()]+")
_PLAYER = re.compile(rf" ?(?:and )?(?:\d{{1,2}} ?- ?)?({_NAME})(?: \(?\d.*|,.*| ?[.*])?\s*$")
_FEWEST_PLAYERS = 6
_LONGEST_LINEUP = 1000
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
_IN_HEADLINES = frozenset(lexicon.shown_by_name("beats")) | lexicon.terms("plays") | {"to", "in", "as", "after", "past"}


@dataclass(frozen=True, slots=True)
class Entry:
    start: int
    end: int
    type: SpanType


@dataclass(frozen=True, slots=True)
class Scores:
    """`rows` are lines read as a whole: nothing else in them is a name."""

    of_sport: bool = False
    of_teams: bool = False
    entries: tuple[Entry, ...] = ()
    rows: tuple[tuple[int, int], ...] = ()
    types: Mapping[str, SpanType] = field(default_factory=dict)


def read_results(body: str) -> Scores:
    of_teams = team_sport.is_about_teams(body)
    head = body[:_HEAD].lower()
    if not of_teams and not any(cue in head for cue in _SPORT):
        return Scores()
    entries: list[Entry] = []
    rows: list[tuple[int, int]] = []
    for start, end in _lines(body):
        row = (of_teams and _lineup(body, start, end)) or (
            list(_row(body, start, end, of_teams=of_teams)) if end - start < _LONGEST_ROW else []
        )
        if row:
            rows.append((start, end))
        if row or end - start < _LONGEST_ROW:
            entries += row or _with_countries(body, start, end)
    # A town in a table is its club, elsewhere it may be the town.
    types = {body[e.start : e.end]: e.type for e in entries if gazetteer.find(body[e.start : e.end]) is None}
    return Scores(True, of_teams, tuple(entries), tuple(rows), types)


def _lines(body: str) -> Iterator[tuple[int, int]]:
    position = 0
    for line in body.split("\n"):
        if 3 < len(line) < _LONGEST_LINEUP:
            yield position + len(line) - len(line.lstrip()), position + len(line.rstrip(" ."))
        position += len(line) + 1


def _row(body: str, start: int, end: int, *, of_teams: bool) -> Iterator[Entry]:
    """Yield the names of a row that has one of the known shapes."""
    if contests := _contests(body, start, end, of_teams=of_teams):
        yield from contests
    elif (match := _STANDING.match(body, start, end)) and (team := _team(match[1], *match.span(1))):
        yield team
    elif of_teams and (sides := _innings(body, start, end)):
        yield from sides
    elif match := _BATSMAN.match(body, start, end):
        yield Entry(*match.span(1), "person")
        yield from (Entry(*other.span(1), "person") for other in _DISMISSAL.finditer(body, match.end(1), end))
    elif bowlers := list(_BOWLER.finditer(body, start, end)):
        yield from (Entry(*bowler.span(1), "person") for bowler in bowlers)
    elif match := _SCORERS.match(body, start, end):
        yield from _scorers(body, match, end)


def _contests(body: str, start: int, end: int, *, of_teams: bool) -> list[Entry]:
    """Return the sides of a row that is nothing but contests, with who pitches."""
    label = _LABEL.match(body, start, end)
    at = label.end() if label else start
    found: list[Entry] = []
    shapes = (*_CONTESTS, _DEFEAT) if of_teams else _CONTESTS
    while match := next(filter(None, (shape.match(body, at, end) for shape in shapes)), None):
        sides = [_team(match[group], *match.span(group)) for group in (1, 2)]
        found += filter(None, sides)
        pitchers = [Entry(*pitcher.span(1), "person") for pitcher in _PITCHER.finditer(body, at, match.end())]
        if None in sides:
            return []
        found += pitchers
        goes_on = _NEXT.match(body, match.end(), end)
        at = goes_on.end() if goes_on else match.end()
        if not goes_on:
            break
    complete = at >= end or _REMARK.match(body, at, end) or (found and body[at - 2 : at] == ", ")
    return sorted(found, key=attrgetter("start")) if complete else []


def _innings(body: str, start: int, end: int) -> list[Entry]:
    """Return where a match of cricket is, its sides, and in brackets who scored."""
    ground = _GROUND.match(body, start, end)
    sides = list(_INNINGS.finditer(body, ground.end(), end)) if ground else []
    if ground is None or len(sides) < 2:
        return []
    found = [Entry(*ground.span(1), "place")]
    for side in sides:
        in_brackets = body.rfind("(", ground.end(), side.start()) > body.rfind(")", ground.end(), side.start())
        found.append(Entry(*side.span(1), "person" if in_brackets else "organization"))
    return found


def _lineup(body: str, start: int, end: int) -> list[Entry]:
    """Return a side and who plays for it."""
    side = _SIDE_OF_LINEUP.match(body, start, end)
    team = _team(side[1], *side.span(1)) if side else None
    if side is None or team is None:
        return []
    pieces = [piece for piece in _PIECE.finditer(body, side.end(), end) if piece[0].strip()]
    players = [_PLAYER.match(body, *piece.span()) for piece in pieces]
    if len(players) < _FEWEST_PLAYERS or None in players:
        return []
    return [team, *(Entry(*player.span(1), "person") for player in players if player)]


def _team(name: str, start: int, end: int) -> Entry | None:
    words = name.lower().split(" ")
    # `COLTS BEAT CHIEFS 20-13` is a headline.
    if words[0] in _NOT_TEAMS or len(name) < 3 or not _IN_HEADLINES.isdisjoint(words):
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
