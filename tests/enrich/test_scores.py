from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.enrich import scores
from tests.enrich.conftest import Enrich


def entries(*rows: str) -> list[tuple[str, str]]:
    body = "\n".join(("Results of soccer, tennis and golf on Friday :", *rows))
    return [(body[entry.start : entry.end], entry.type) for entry in scores.read_results(body).entries]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("Brann 2 Rosenborg 1", [("Brann", "organization"), ("Rosenborg", "organization")]),
        (
            "Manchester United 2 Leeds United 2",
            [("Manchester United", "organization"), ("Leeds United", "organization")],
        ),
        ("Norway 1 Sweden 0 (halftime 1-0)", [("Norway", "place"), ("Sweden", "place")]),
        ("NEW YORK 74 54 .578 -", [("NEW YORK", "organization")]),
        ("SEATTLE AT BOSTON", [("SEATTLE", "organization"), ("BOSTON", "organization")]),
        ("1. Gail Devers ( U.S. ) 12.60 seconds", [("Gail Devers", "person"), ("U.S.", "place")]),
        (
            "Marc Rosset (Switzerland) beat 6 - Jan Siemerink (Netherlands) 6-2 6-4",
            [
                ("Marc Rosset", "person"),
                ("Switzerland", "place"),
                ("Jan Siemerink", "person"),
                ("Netherlands", "place"),
            ],
        ),
        ("64 Bob Estes", [("Bob Estes", "person")]),
        (
            "65 Duffy Waldorf, Jesper Parnevik (Sweden)",
            [("Duffy Waldorf", "person"), ("Jesper Parnevik", "person"), ("Sweden", "place")],
        ),
        ("A. Stewart b Mushtaq Ahmed 44", [("A. Stewart", "person"), ("Mushtaq Ahmed", "person")]),
        ("Bowling : Wasim Akram 29.2-9-83-3", [("Wasim Akram", "person")]),
        ("Boston 104, Chicago 92", [("Boston", "organization"), ("Chicago", "organization")]),
        ("No. 4 Duke 81, Golden State 77, OT", [("Duke", "organization"), ("Golden State", "organization")]),
        ("Watford 2-1 Burnley", [("Watford", "organization"), ("Burnley", "organization")]),
        ("Brann - Viking 4:0", [("Brann", "organization"), ("Viking", "organization")]),
        ("Lincoln def. Rochester 25-18, 25-20", [("Lincoln", "organization"), ("Rochester", "organization")]),
        ("Detroit at Chicago, 7 p.m.", [("Detroit", "organization"), ("Chicago", "organization")]),
        (
            "Boston (Sale 10-5) at Toronto (Roe 8-6), 7:07 p.m.",
            [("Boston", "organization"), ("Sale", "person"), ("Toronto", "organization"), ("Roe", "person")],
        ),
        (
            "Saturday: Hull v Burnley, Norway v Swansea",
            [("Hull", "organization"), ("Burnley", "organization"), ("Norway", "place"), ("Swansea", "organization")],
        ),
        ("New York   70 50 .583  -", [("New York", "organization")]),
        (
            "At Canterbury : Kent 214 (C. Hooper 56) and 77-2, Durham 310-6. Kent won by 10 runs",
            [
                ("Canterbury", "place"),
                ("Kent", "organization"),
                ("C. Hooper", "person"),
                ("Durham", "organization"),
                ("Kent", "organization"),
            ],
        ),
        ("COLTS BEAT CHIEFS 20-13 TO CLINCH BERTH", []),
        ("Total 326", []),
        ("Extras ( lb-12 nb-10 ) 22", []),
        ("W L PCT GB", []),
        ("The match was watched by 20,000 people in the rain.", []),
    ],
)
def test_rows_of_results(row: str, found: list[tuple[str, str]]) -> None:
    assert entries(row) == found


@pytest.mark.parametrize(
    "line",
    [
        "Brazil - 1-Lund; 2-Berg, 3-Moe, 4-Marcus Dahl, 5-Lie (15-Foss 46th minute), 9-Bye.",
        "Brazil: Lund; Berg, Moe, Marcus Dahl, Lie (Foss 46), Bye.",
    ],
)
def test_a_lineup_is_a_side_and_its_players(line: str) -> None:
    players = ("Lund", "Berg", "Moe", "Marcus Dahl", "Lie", "Foss", "Bye")
    assert entries(line) == [("Brazil", "place"), *((name, "person") for name in players)]


def test_names_of_a_lineup_are_found_once(enrich: Enrich) -> None:
    body = "Soccer line-ups for Sunday :\n\nAjax: Ann Vos; Nick Vier, Dale Blom; Lars Moe, Hakim Lie; Kasper Dolb."
    mentions = sorted((m.start, m.end) for e in enrich(body).entities for m in e.mentions)
    assert all(end <= start for (_, end), (start, _) in pairwise(mentions))
    assert "Dale Blom" in {body[start:end] for start, end in mentions}


def test_rows_of_other_articles_are_no_results() -> None:
    assert scores.read_results("Net profit rose.\nBoeing 2 Fokker 1\n64 Bob Estes").entries == ()


def test_a_club_of_the_table_is_a_club_in_the_text(enrich: Enrich) -> None:
    body = "Soccer results from Oslo on Friday :\nLillestrom 0 Rosenborg 2\n\nThe crowd liked what Rosenborg did."
    found = {(m.text, e.type, m.rule) for e in enrich(body).entities for m in e.mentions}
    assert ("Rosenborg", "organization", "score") in found
    assert all(type == "organization" for text, type, _ in found if text == "Rosenborg")


@given(st.text(alphabet="AB ab1.-,()\n", max_size=120))
def test_entries_lie_inside_the_body_in_any_text(tail: str) -> None:
    body = f"soccer\n{tail}"
    for entry in scores.read_results(body).entries:
        assert 0 <= entry.start < entry.end <= len(body)
