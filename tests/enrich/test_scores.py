from __future__ import annotations

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
        ("Total 326", []),
        ("Extras ( lb-12 nb-10 ) 22", []),
        ("W L PCT GB", []),
        ("The match was watched by 20,000 people in the rain.", []),
    ],
)
def test_rows_of_results(row: str, found: list[tuple[str, str]]) -> None:
    assert entries(row) == found


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
