"""Clubs in the prose of sport: a town that plays is its team there, `Boston's Mo Vaughn`, `Atlanta lost to Pittsburgh`;
a country that plays stays a country. Rows of results are read in `scores`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from app.enrich import gazetteer, given, grounds, lexicon, organizations
from app.enrich.context import Context, Span
from app.enrich.surnames import statesman


def _either(name: str) -> str:
    """Return the words of a list, with their other forms, as alternatives of a pattern."""
    return "|".join(re.escape(word) for row in lexicon.list_rows(name) for word in row.names)


_BEATS, _MEETS, _PLAYS = map(_either, ("beats", "meets", "plays"))
_POSITIONS, _OF_SIDES = map(_either, ("positions", "of-sides"))
# What stands between a verb and a side: `beat the visiting`, `past fifth-ranked`, `against No. 4`.
_EPITHETS = (
    r"(?:(?:the|visiting|visitors|hosts?|home|rivals?|neighbou?rs|champions|defending|leaders|lowly|struggling|unbeaten"
    r"|winless|hapless|[a-z]+-(?:ranked|seeded|placed)|[Nn]o\. ?\d+|\(\d+\)) )*"
)
# `beat Chicago 4-2`, `Creighton (25-7)`; no vote, no rate.
_SCORED = r" ?,? \(?\d{1,3} ?- ?\d{1,3}(?![-/\d%]| ?(?:percent|pct|vote))"
_SCORED_AFTER = re.compile(_SCORED)
# Those and `Drake fell to 15-17`.
_RECORD_AFTER = re.compile(rf"(?: ?, which)?(?: (?:[a-z]+ed|fell|rose|went) to)?{_SCORED}")
_PLAYER_AFTER = re.compile(rf"(?: ?'s?)? (?:(?:[a-z]+(?:-[a-z]+)? ){{0,2}}(?:{_POSITIONS}) )?(?=[A-Z])")
_HAS_AFTER = re.compile(rf"(?: ?'s?)? (?:[a-z]+(?:-[a-z]+)? )?(?:{_OF_SIDES})\b")
_BEATS_AFTER = re.compile(rf"(?: ?, which)?(?: had)? (?:{_BEATS}) {_EPITHETS}(?=[A-Z0-9])")
_MEETS_AFTER = re.compile(rf"(?: ?, which)?(?: (?:had|will|would))? (?:{_MEETS}) {_EPITHETS}(?=[A-Z0-9])")
_PLAYS_AFTER = re.compile(
    rf"(?: ?, which)?(?: (?:has|have|had|was|were|is|are|will|then|also|finally|never))* (?:{_PLAYS}|bowled out"
    r"|beaten|unbeaten|winless|(?:plays?|played) host|(?:an?|the) (?:[\w-]+ )?(?:team|side|club))\b"
)
_BEATEN_BEFORE = re.compile(rf"\b(?:{_BEATS}) {_EPITHETS}$")
_MET_BEFORE = re.compile(rf"\b(?:{_MEETS}|past|against|vs?\.?|versus) {_EPITHETS}$")
_PLAYS_BEFORE = re.compile(
    r"\b(?:(?:lost|loses?|losing|fell|falls|bowed|succumbed|home|hosts?|travels?) (?:to|by|against)"
    r"|(?:defeat|wins?|victory|triumph|lead|loss|shutout|sweep|rout|upset|setback|goals?|runs?|game|match|series"
    r"|\d+ ?- ?\d+) (?:of|over|against|to|with)|(?:draw|drew|tied|tie) (?:\d+ ?- ?\d+ )?(?:with|at)"
    r"|(?:scored|homered|started|pitched|goals?|homers?|runs?|hits|points|rebounds|saves|assists|yards|wickets?|tries"
    r"|touchdowns?|homer) for|(?:traded|loan|loaned|acquired|released|waived|drafted) (?:to|from|by)"
    rf"|[Nn]o\. ?\d{{1,2}}|[Rr]anked \d{{1,2}}|[a-z]+-(?:ranked|seeded|placed)) {_EPITHETS}$"
)
# `plays at Dallas on Sunday`, at its ground: the town would be `in Dallas`.
_VISITS_BEFORE = re.compile(
    r"\b(?:plays?|played|games?|seasons?|series|loss|losses|wins?|won|lost|victory|setback|drew|draw)"
    r"(?: \d+ ?- ?\d+)? at $"
)
_REACH = 60
_TEAM_BEFORE = re.compile(r"\b(?:[Tt]he|NBA|NFL|NHL|champions?) $")
_AS_PLACE_BEFORE = re.compile(
    r"\b(?:in|In|at|At|near|Near|from|From|outside|around|downtown|suburban|city of"
    r"|(?:go|goes|went|back|move|moved|fly|flew|drove|trip|returned) to) $"
)
_AS_PLACE_AFTER = re.compile(r"-(?:based|born|area)\b| (?:native|suburb|police|residents?|mayor|hospital|airport)\b")
_OUTER_AFTER = re.compile(r" ?, ([A-Z][\w.]+)")
_TOWN_AND_PLURAL = re.compile(r"[A-Z][a-z]*\.?(?: [A-Z][a-z]+\.?){0,2} [A-Z][a-z]{2,}s\b")
_AGAINST = re.compile(r" (?:vs?\.?|versus) (?=[A-Z])")
_STATE_AFTER = " State"
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


def peoples_as_teams(article: Context) -> None:
    """`the Houston Texans`, and `the Texans` of that article: people of a state behind a town are a team."""
    called = {span.name for span in article.spans if _is_behind_town(article, span)}
    for span in article.spans:
        if span.name not in called:
            continue
        start = _town_start(article, span)
        if start is None:
            article.retype(span, "organization", grounds.SIDE)
        else:
            article.put(Span(start, span.end, "organization", *grounds.CLUB))


def _is_behind_town(article: Context, span: Span) -> bool:
    return span.rule == "demonym" and span.name.endswith("s") and _town_start(article, span) is not None


def _town_start(article: Context, span: Span) -> int | None:
    """Return where the town begins that stands before a span."""
    town = article.ending(span.start - 1) if article.text[span.start - 1 : span.start] == " " else None
    is_town = town is not None and town.type == "place" and town.rule != "demonym"
    return town.start if town is not None and is_town and gazetteer.find(town.name) else None


def teams_of_towns(article: Context) -> None:
    """`the Miami Dolphins`, passed over or found as a town alone: in sport a place and a plural are a team, but no word
    that the article has in small letters."""
    if not article.results.of_teams:
        return
    for start in article.starts:
        name = _TOWN_AND_PLURAL.match(article.text, start)
        while name is not None and not _is_new_team(article, name):
            name = _TOWN_AND_PLURAL.match(article.text, start, name.end() - 1)
        if name is not None:
            article.put(Span(*name.span(), "organization", *grounds.CLUB))


def _is_new_team(article: Context, name: re.Match[str]) -> bool:
    found = article.overlapping(*name.span())
    is_found = any(span.start == name.start() and span.end == name.end() for span in found)
    last = name[0].rpartition(" ")[2]
    return (
        not is_found
        and article.encloses(*name.span())
        and organizations.is_team(name[0])
        and not article.words.is_alone(last.lower())
        and gazetteer.demonym(last) is None
        and all(span.rule in ("model", "gazetteer") for span in found)
    )


def fixtures(article: Context) -> None:
    """`Hull v Swansea`, `Ohio` of `Ohio State`: what the recogniser joins and parts among sides."""
    if not article.results.of_teams:
        return
    for span in article.spans:
        if against := _AGAINST.search(span.name):
            left, right = span.start + against.start(), span.start + against.end()
            article.put(
                Span(span.start, left, "organization", *grounds.SIDE),
                Span(right, span.end, "organization", *grounds.SIDE),
            )
        elif _is_us_state(span.name) and article.text.startswith(_STATE_AFTER, span.end):
            article.put(Span(span.start, span.end + len(_STATE_AFTER), "organization", *grounds.SIDE))


def sides(article: Context) -> None:
    """Towns, and names taken for people, that play; where it is not about sport, the two of a result alone."""
    if not article.results.of_teams:
        for span in list(_sides_of_results(article)):
            article.retype(span, "organization", grounds.SIDE)
        return
    people = {span.start: span.name for span in article.people()}
    words = {word for name in people.values() if " " in name for word in name.split(" ")}
    may_play = [span for span in article.spans if _may_be_side(span, words) and not _says_town(article, span)]
    playing = {span.name for span in may_play if _plays(article, span, people.keys())} | _CLUBS
    for span in may_play:
        if span.name in playing:
            article.retype(span, "organization", grounds.SIDE)


def _sides_of_results(article: Context) -> Iterator[Span]:
    """Yield both of `San Francisco beat Kansas City 31-20`, where both are towns or states."""
    scored = [span for span in article.spans if span.type == "place" and article.after(span, _SCORED_AFTER)]
    for loser in scored:
        verb = article.before(loser.start, _BEATEN_BEFORE, _REACH)
        winner = article.ending(verb.start() - 1) if verb else None
        if winner is not None and all(_may_be_side(span, set()) and span.type == "place" for span in (winner, loser)):
            yield from (winner, loser)


def _may_be_side(span: Span, words: set[str]) -> bool:
    name = span.name
    if span.rule in ("dateline", "demonym") or name in words or name.startswith("U."):
        return False
    if span.type == "person":
        return " " not in name and not given.is_given(name) and statesman(name) is None
    place = gazetteer.find(name)
    nation = place is not None and (place.kind in ("country", "wide") or place.name in _NATIONS)
    return span.type == "place" and not nation


def _is_us_state(name: str) -> bool:
    place = gazetteer.find(name)
    return place is not None and place.kind == "state" and place.name == name


def _plays(article: Context, span: Span, people: Collection[int]) -> bool:
    player = article.after(span, _PLAYER_AFTER)
    # `Boston's Mo Vaughn`, `Surrey wicketkeeper Alec Stewart`.
    if player and player.end() in people and len(player[0]) > 1:
        return True
    if any(article.after(span, pattern) for pattern in (_RECORD_AFTER, _BEATS_AFTER)) or any(
        article.before(span.start, pattern, _REACH) for pattern in (_PLAYS_BEFORE, _BEATEN_BEFORE)
    ):
        return True
    if span.type == "person" and gazetteer.find(span.name) is None:
        # `Volendam held Ajax`; players meet, lead and score as well.
        meets = article.after(span, _MEETS_AFTER)
        other = article.starting(meets.end()) if meets else None
        return other is not None and (other.type == "place" or other.name in _CLUBS)
    return (
        any(article.after(span, pattern) for pattern in (_MEETS_AFTER, _PLAYS_AFTER, _HAS_AFTER))
        or article.before(span.start, _MET_BEFORE, _REACH) is not None
        or _is_visited(article, span)
    )


def _is_visited(article: Context, span: Span) -> bool:
    return article.before(span.start, _VISITS_BEFORE, _REACH) is not None and gazetteer.find(span.name) is not None


def _says_town(article: Context, span: Span) -> bool:
    """Return whether it says where, as `in Boston`, `Boston, Massachusetts`."""
    if article.after(span, _AS_PLACE_AFTER):
        return True
    if article.before(span.start, _AS_PLACE_BEFORE):
        return not _is_visited(article, span)
    outer = article.after(span, _OUTER_AFTER)
    return outer is not None and gazetteer.outer_place(outer[1]) is not None and not article.after(span, _SCORED_AFTER)
