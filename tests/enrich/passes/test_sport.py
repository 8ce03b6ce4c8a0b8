from __future__ import annotations

import re

import pytest

from app.enrich import grounds
from app.enrich.context import Span
from app.enrich.passes import sport
from tests.enrich.spanned import run, shown, spanned


@pytest.mark.parametrize(
    ("text", "place", "person", "club"),
    [
        ("In baseball Boston's Mo Vaughn homered.", "Boston", "Mo Vaughn", "Boston"),
        ("Baseball: Atlanta lost to Pittsburgh.", "Atlanta; Pittsburgh", "", "Pittsburgh"),
        ("Cricket: Surrey wicketkeeper Alec Stewart made 44.", "", "Surrey; Alec Stewart", "Surrey"),
        ("Soccer: Volendam held Ajax in Breda.", "Breda", "Volendam; Ajax", "Ajax"),
        ("Basketball: Creighton (25-7) will play again.", "", "Creighton", "Creighton"),
        ("Baseball: Boston visits Milwaukee on Friday.", "Boston; Milwaukee", "", "Milwaukee"),
        ("Hockey: Ottawa led 2-0 after a period.", "Ottawa", "", "Ottawa"),
        ("Basketball: he had 22 points for Chicago, which lost.", "Chicago", "", "Chicago"),
        ("Basketball: then it plays at Dallas on Monday.", "Dallas", "", "Dallas"),
        ("Hockey: Ottawa rallied past Calgary 4-3 on Thursday.", "Ottawa; Calgary", "", "Calgary"),
        ("Football: an overtime loss to top-ranked Iowa.", "Iowa", "", "Iowa"),
        ("Football: No. 4 Pittsburgh is off this week.", "Pittsburgh", "", "Pittsburgh"),
        ("Basketball: Drake fell to 15-17.", "", "Drake", "Drake"),
        ("Baseball: the Boston bullpen was tired.", "Boston", "", "Boston"),
        ("Rugby: Edinburgh host Munster on Friday.", "", "Edinburgh; Munster", "Edinburgh"),
        ("The NBA's season opens as the Houston Rockets play.", "", "Houston Rockets", "Houston Rockets"),
    ],
)
def test_what_plays_is_a_club(text: str, place: str, person: str, club: str) -> None:
    article = spanned(text, person=person)
    for name in filter(None, place.split("; ")):
        article.add(spanned(text, place=name).spans[0])
    run(article, sport.teams, sport.sides)
    assert (club, "organization") in shown(article)


@pytest.mark.parametrize(
    ("text", "place", "person"),
    [
        ("Soccer: Japan beat Syria in Dubai.", "Japan; Syria; Dubai", ""),
        ("Soccer was banned. Moscow held talks with Paris.", "Paris", ""),
        ("Football: he was born in Boston, Massachusetts.", "Boston", ""),
        ("Tennis: Graf beat Hingis 6-3.", "", "Graf; Hingis"),
        ("At a football game Virginia beat the odds.", "Virginia", ""),
        ("Football: he will go back to Chicago, and to the Boston police.", "Chicago; Boston", ""),
        ("Baseball: after 22 years in Boston he coached in Dallas.", "Boston; Dallas", ""),
        ("Football: Luck led the Colts, and Brady met Manning.", "", "Luck; Brady; Manning"),
        ("Trump routed Cruz 57-40 in Indiana, as Detroit hosted a summit.", "Indiana; Detroit", "Trump; Cruz"),
        ("Texas beat Ohio in growth. She won Boston 58-40.", "Texas; Ohio; Boston", ""),
        ("Soccer: Ryan Giggs scored. Giggs beat the keeper.", "", "Ryan Giggs; Giggs"),
    ],
)
def test_countries_people_and_where_it_was_stay_what_they_are(text: str, place: str, person: str) -> None:
    article = spanned(text, place=place, person=person)
    before = shown(article)
    run(article, sport.teams, sport.sides)
    assert shown(article) == before


def test_both_of_a_result_are_sides_where_it_is_not_about_sport() -> None:
    article = spanned(
        "He spoke after San Francisco beat Kansas City 31-20 in Miami.", place="San Francisco; Kansas City; Miami"
    )
    run(article, sport.sides)
    assert shown(article) == [("San Francisco", "organization"), ("Kansas City", "organization"), ("Miami", "place")]


def test_fixtures_are_taken_apart_and_state_universities_are_whole() -> None:
    article = spanned("Soccer: Hull v Swansea was postponed.", organization="Hull v Swansea")
    run(article, sport.fixtures)
    assert shown(article) == [("Hull", "organization"), ("Swansea", "organization")]
    article = spanned("Football: Purdue lost to Ohio State 64-63.", place="Ohio")
    run(article, sport.fixtures)
    assert shown(article) == [("Ohio State", "organization")]


def test_people_of_a_state_behind_a_town_are_a_team() -> None:
    article = spanned("The Houston Texans won. The Texans scored. Iowans cheered.", place="Houston")
    for name in ("Texans", "Iowans"):
        for match in re.finditer(name, article.text):
            article.add(Span(*match.span(), "place", *grounds.NATIONALITY))
    run(article, sport.peoples_as_teams)
    expected = [("Houston Texans", "organization"), ("Texans", "organization"), ("Iowans", "demonym")]
    assert shown(article) == expected


@pytest.mark.parametrize(
    ("text", "place", "teams"),
    [
        ("The NFL season: the quarterback of the Miami Dolphins scored a touchdown, as the Miami Dolphins coach said.",
         "",
         ["Miami Dolphins"] * 2),
        ("The NFL season: the quarterback of the Green Bay Packers scored a touchdown for the coach.", "Green Bay",
         ["Green Bay Packers"]),
        ("The NFL season: the quarterback met Miami Voters, for voters like a touchdown and the coach.", "", []),
        ("They met the Miami Dolphins on Monday.", "", []),
    ],
)  # fmt: skip
def test_a_town_and_a_plural_are_a_team_in_sport(text: str, place: str, teams: list[str]) -> None:
    article = spanned(text, place=place)
    run(article, sport.teams_of_towns)
    assert [name for name, kind in shown(article) if kind == "organization"] == teams
