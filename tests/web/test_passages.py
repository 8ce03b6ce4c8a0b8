"""A body cut into passages: nothing lost, nothing twice, whatever overlaps."""

from __future__ import annotations

from typing import Any, cast

from app.api.models import Article
from app.web.passages import passages

BODY = "BONN, May 1 - Willy Brandt met Brandt.\n\nA Subhead\n\nThe end of it."


def article(**parts: Any) -> Article:
    blank = {
        "body": BODY,
        "blocks": [
            {"kind": "paragraph", "start": 0, "end": 38},
            {"kind": "subhead", "start": 40, "end": 49},
            {"kind": "paragraph", "start": 51, "end": 65},
        ],
        "entities": [],
    }
    return cast(Article, blank | parts)


def named(*places: tuple[int, int]) -> dict[str, Any]:
    return {"id": "x", "type": "person", "mentions": [{"start": start, "end": end} for start, end in places]}


def test_every_character_of_a_block_is_there_once() -> None:
    given = article(
        entities=[named((14, 26), (31, 37)), named((20, 26)), named((2, 9))],
        matches=[{"start": 20, "end": 30}, {"start": 45, "end": 60}],
        dateline={"text": "BONN, May 1"},
    )
    texts = ["".join(piece.text for run in passage.runs for piece in run.pieces) for passage in passages(given)]
    assert texts == [BODY[block["start"] : block["end"]] for block in given["blocks"]]


def test_a_hit_may_begin_within_a_name_and_end_outside_it() -> None:
    [first, *_] = passages(article(entities=[named((14, 26))], matches=[{"start": 20, "end": 30}]))
    shown = [(run.entity is not None, [(piece.text, piece.marked) for piece in run.pieces]) for run in first.runs]
    assert shown == [
        (False, [("BONN, May 1 - ", False)]),
        (True, [("Willy ", False), ("Brandt", True)]),
        (False, [(" met", True), (" Brandt.", False)]),
    ]


def test_two_names_side_by_side_stay_two() -> None:
    [first, *_] = passages(article(entities=[named((14, 19)), named((19, 26))]))
    assert [run.entity is not None for run in first.runs] == [False, True, True, False]


def test_the_dateline_is_told_apart_where_the_body_begins_with_it() -> None:
    [first, *_] = passages(article(dateline={"text": "BONN, May 1"}))
    assert next((piece.text, piece.dateline) for piece in first.runs[0].pieces) == ("BONN, May 1", True)
    [first, *_] = passages(article(dateline={"text": "PARIS"}))
    assert not any(piece.dateline for run in first.runs for piece in run.pieces)
