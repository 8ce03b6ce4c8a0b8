"""Clubs in the prose of sport: a town that plays is its team there, `Boston's Mo Vaughn`, `Atlanta lost to Pittsburgh`;
a country that plays stays a country. Rows of results are read in `scores`."""

from __future__ import annotations

import re
from collections.abc import Collection

from app.enrich import gazetteer, given, lexicon, organizations
from app.enrich.cleaning import Span
from app.enrich.spans import Spans

# Where sides meet; in tennis, golf and boxing a bare name is a person's.
_TEAM_SPORT = (
    *("soccer", "football", "cricket", "baseball", "basketball", "hockey", "rugby"),
    *("premier league", "major league", "nba ", "nfl ", "nhl ", "mlb ", "rebounds", "touchdown", "innings", "playoff"),
)
_HEAD = 1500
_PLAYER_AFTER = re.compile(
    r"(?: ?'s?)? (?:(?:[a-z-]+ )?(?:striker|midfielder|defender|goalkeeper|keeper|winger|forward|captain|skipper|coach"
    r"|manager|batsman|bowler|all-rounder|wicketkeeper|opener|pitcher|catcher|quarterback|centre|center|guard|sweeper"
    r"|fullback|fly-half|scrum-half|hooker|playmaker) )?(?=[A-Z])"
)
_PLAYS_AFTER = re.compile(
    r"(?: ?, which)? (?:beat|beats|defeated|edged|crushed|downed|thrashed|routed|blanked|outscored|swept|lost|lose|won"
    r"|drew|draw|held|trail|trailed|leads?|led|hosts?|hosted|visit|rallied|clinched|face|meet|scored|past)\b"
    # What it has won and lost: `Creighton (25-7)`.
    r"| \(\d+ ?- ?\d+"
)
_PLAYED_BEFORE = re.compile(
    r"\b(?:beat|beats|beating|defeated|defeating|edged|crushed|downed|thrashed|routed|blanked|swept|past|against|held"
    r"|hosts?|leads?|trails?|(?:lost|lose|losing|defeat|home) (?:to|by|of|against)"
    r"|(?:defeat|win|victory|triumph|lead|shutout) (?:of|over|against)|(?:draw|drew|tied) (?:with|at))(?: visiting)? $"
)
_TEAM_BEFORE = re.compile(r"\b(?:[Tt]he|NBA|NFL|NHL|champions?) $")
_AS_PLACE_BEFORE = re.compile(r"\b(?:in|In|at|At|near|Near|from|From|outside|around) $")
_OUTER_AFTER = re.compile(r" ?, ([A-Z][\w.]+)")
_NEAR = 30
# Where clubs put their town last, and towns are not surnames like Jackson, Hamilton or Cordoba.
_CLUB_COUNTRIES = frozenset("NL BE DE NO SE DK FI PL CZ SK HU RO BG RS HR RU UA BY GR TR AT CH".split())
# Names that are a club's wherever sides meet, but towns, heroes or gods elsewhere.
_CLUBS = lexicon.terms("clubs")
# They play as nations do.
_NATIONS = frozenset(("England", "Scotland", "Wales", "Northern Ireland", "Hong Kong"))


def weigh(text: str, spans: Spans) -> None:
    """`Ajax Amsterdam`, `Viking Stavanger`: in sport no person, but a club and its town."""
    for span in spans.all:
        first, _, town = text[span.start : span.end].partition(" ")
        if span.type == "person" and span.rule == "model" and len(first) > 2 and not given.is_given(first):
            place = gazetteer.find(town) if town else None
            if place is not None and place.country in _CLUB_COUNTRIES and place.population > 80_000:
                span.type, span.rule, span.confidence = "organization", "head-noun", 0.8


def sides(text: str, spans: Spans) -> None:
    """Towns, and names taken for people, that play; `the Charlotte Bobcats`, where nobody is called Charlotte."""
    for span in spans.all:
        named = span.type == "person" and _TEAM_BEFORE.search(text, max(0, span.start - _NEAR), span.start)
        if named and organizations.is_team(text[span.start : span.end]):
            span.type, span.rule, span.confidence = "organization", "head-noun", 0.8
    head = text[:_HEAD].lower()
    if not any(cue in head for cue in _TEAM_SPORT):
        return
    people = {span.start: text[span.start : span.end] for span in spans.all if span.type == "person"}
    words = {word for name in people.values() if " " in name for word in name.split(" ")}
    may_play = [span for span in spans.all if _may_be_side(text, span, words) and not _is_placed(text, span)]
    playing = {text[span.start : span.end] for span in may_play if _plays(text, span, people.keys())} | _CLUBS
    for span in may_play:
        if text[span.start : span.end] in playing:
            span.type, span.rule, span.confidence = "organization", "side", 0.75


def _may_be_side(text: str, span: Span, words: set[str]) -> bool:
    name = text[span.start : span.end]
    if span.rule in ("dateline", "demonym") or name in words or name.startswith("U."):
        return False
    if span.type == "person":
        return " " not in name and not given.is_given(name)
    place = gazetteer.find(name)
    nation = place is not None and (place.kind in ("country", "wide") or place.name in _NATIONS)
    return span.type == "place" and not nation


def _plays(text: str, span: Span, people: Collection[int]) -> bool:
    player = _PLAYER_AFTER.match(text, span.end)
    # `Boston's Mo Vaughn`, `Surrey wicketkeeper Alec Stewart`.
    if player and player.end() in people and len(player[0]) > 1:
        return True
    return bool(
        _PLAYS_AFTER.match(text, span.end) or _PLAYED_BEFORE.search(text, max(0, span.start - _NEAR), span.start)
    )


def _is_placed(text: str, span: Span) -> bool:
    """Return whether it says where, as `in Boston`, `Boston, Massachusetts`."""
    if _AS_PLACE_BEFORE.search(text, max(0, span.start - _NEAR), span.start):
        return True
    outer = _OUTER_AFTER.match(text, span.end)
    return outer is not None and gazetteer.outer_place(outer[1]) is not None
