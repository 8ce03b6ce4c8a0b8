from __future__ import annotations

import pytest

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
        ("Soccer: Ryan Giggs scored. Giggs beat the keeper.", "", "Ryan Giggs; Giggs"),
    ],
)
def test_countries_people_and_where_it_was_stay_what_they_are(text: str, place: str, person: str) -> None:
    article = spanned(text, place=place, person=person)
    before = shown(article)
    run(article, sport.teams, sport.sides)
    assert shown(article) == before
