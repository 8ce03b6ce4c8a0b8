"""Clubs in the prose of sport: a town that plays is its team there, `Boston's Mo Vaughn`, `Atlanta lost to Pittsburgh`;
a country that plays stays a country. Rows of results are read in `scores`."""

from __future__ import annotations

import re
from collections.abc import Collection

from app.enrich import gazetteer, given, grounds, lexicon, organizations
from app.enrich.context import Context, Span

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
# Where clubs put their town last, and towns are not surnames like Jackson, Hamilton or Cordoba.
_CLUB_COUNTRIES = frozenset("NL BE DE NO SE DK FI PL CZ SK HU RO BG RS HR RU UA BY GR TR AT CH".split())
# Names that are a club's wherever sides meet, but towns, heroes or gods elsewhere.
_CLUBS = lexicon.terms("clubs")
# They play as nations do.
_NATIONS = frozenset(("England", "Scotland", "Wales", "Northern Ireland", "Hong Kong"))


def clubs(article: Context) -> None:
    """`Ajax Amsterdam`, `Viking Stavanger`: in sport no person, but a club and its town."""
    for span in article.guesses("person") if article.results.of_sport else ():
        first, _, town = span.name.partition(" ")
        if town and len(first) > 2 and not given.is_given(first):
            place = gazetteer.find(town)
            if place is not None and place.country in _CLUB_COUNTRIES and place.population > 80_000:
                article.retype(span, "organization", grounds.CLUB)


def teams(article: Context) -> None:
    """`the Charlotte Bobcats`, where nobody is called Charlotte."""
    for span in list(article.people()):
        if article.before(span.start, _TEAM_BEFORE) and organizations.is_team(span.name):
            article.retype(span, "organization", grounds.CLUB)


def sides(article: Context) -> None:
    """Towns, and names taken for people, that play."""
    head = article.text[:_HEAD].lower()
    cues = sum(cue in head for cue in _TEAM_SPORT)
    if not cues:
        return
    people = {span.start: span.name for span in article.people()}
    words = {word for name in people.values() if " " in name for word in name.split(" ")}
    may_play = [
        span
        for span in article.spans
        if _may_be_side(span, words) and not _says_town(article, span) and (cues > 1 or not _is_us_state(span.name))
    ]
    playing = {span.name for span in may_play if _plays(article, span, people.keys())} | _CLUBS
    for span in may_play:
        if span.name in playing:
            article.retype(span, "organization", grounds.SIDE)


def _may_be_side(span: Span, words: set[str]) -> bool:
    name = span.name
    if span.rule in ("dateline", "demonym") or name in words or name.startswith("U."):
        return False
    if span.type == "person":
        return " " not in name and not given.is_given(name)
    place = gazetteer.find(name)
    nation = place is not None and (place.kind in ("country", "wide") or place.name in _NATIONS)
    return span.type == "place" and not nation


def _is_us_state(name: str) -> bool:
    """`former Virginia Republican Rep. Tom Davis`, in an article that speaks of a football game once: states send
    politicians as well as teams."""
    place = gazetteer.find(name)
    return place is not None and place.kind == "state"


def _plays(article: Context, span: Span, people: Collection[int]) -> bool:
    player = article.after(span, _PLAYER_AFTER)
    # `Boston's Mo Vaughn`, `Surrey wicketkeeper Alec Stewart`.
    if player and player.end() in people and len(player[0]) > 1:
        return True
    return bool(article.after(span, _PLAYS_AFTER) or article.before(span.start, _PLAYED_BEFORE))


def _says_town(article: Context, span: Span) -> bool:
    """Return whether it says where, as `in Boston`, `Boston, Massachusetts`."""
    if article.before(span.start, _AS_PLACE_BEFORE):
        return True
    outer = article.after(span, _OUTER_AFTER)
    return outer is not None and gazetteer.outer_place(outer[1]) is not None
