"""A body cut into passages: nothing lost, nothing twice, whatever overlaps."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from app.read.models import Article
from app.web.passages import Passage, passages

BODY = "BONN, May 1 - Willy Brandt met Brandt.\n\nA Subhead\n\nThe end of it."


def article(**parts: Any) -> Article:
    blank = {
        "body": BODY,
        "blocks": [
            {"kind": "paragraph", "start": 0, "end": 38},
            {"kind": "subhead", "start": 40, "end": 49},
            {"kind": "paragraph", "start": 51, "end": 65},
        ],
        "furniture": [],
        "entities": [],
    }
    return cast(Article, blank | parts)


def named(*places: tuple[int, int]) -> dict[str, Any]:
    return {"id": "x", "type": "person", "mentions": [{"start": start, "end": end} for start, end in places]}


def test_furniture_is_a_kind_of_its_own() -> None:
    kinds = [passage.kind for passage in passages(article(furniture=[{"start": 40, "end": 49}]))]
    assert kinds == ["paragraph", "furniture", "paragraph"]


def test_every_character_of_a_block_is_there_once() -> None:
    written = article(
        entities=[named((14, 26), (31, 37)), named((20, 26)), named((2, 9))],
        matches=[{"start": 20, "end": 30}, {"start": 45, "end": 60}],
        dateline={"text": "BONN, May 1"},
    )
    texts = ["".join(piece.text for run in passage.runs for piece in run.pieces) for passage in passages(written)]
    assert texts == [BODY[block["start"] : block["end"]] for block in written["blocks"]]


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


SIZE = 40
stretches = st.tuples(st.integers(0, SIZE), st.integers(0, SIZE)).map(sorted).filter(lambda pair: pair[0] < pair[1])
apart = st.lists(st.integers(0, SIZE), unique=True, max_size=12).map(
    lambda edges: list(zip(sorted(edges)[::2], sorted(edges)[1::2], strict=False))
)
"""Stretches that are disjoint, as blocks and hits are; names may overlap."""


def spans(pairs: list[tuple[int, int]]) -> list[dict[str, int]]:
    return [{"start": start, "end": end} for start, end in pairs]


def first_of(names: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for name in sorted(map(tuple, names)):
        if not kept or name[0] >= kept[-1][1]:
            kept.append((name[0], name[1]))
    return kept


@given(st.lists(stretches, max_size=6), apart, apart, st.integers(0, 9))
def test_each_character_is_marked_as_what_stands_over_it_says(
    names: list[tuple[int, int]], hits: list[tuple[int, int]], blocks: list[tuple[int, int]], dateline: int
) -> None:
    body = "".join(chr(ord("A") + n) for n in range(SIZE))
    parts = {"entities": [named(*names)], "matches": spans(hits), "dateline": {"text": body[:dateline]}}
    shown = passages(article(body=body, blocks=[{"kind": "paragraph", **each} for each in spans(blocks)], **parts))
    edges = {edge for pair in (*first_of(names), *hits, (0, dateline)) for edge in pair}
    for (start, end), passage in zip(blocks, shown, strict=True):
        at = start
        for run in passage.runs:
            assert run.pieces
            within = [name for name in first_of(names) if name[0] <= at < name[1]]
            assert (run.entity is not None) == bool(within)
            for piece in run.pieces:
                here, at = at, at + len(piece.text)
                assert piece.text == body[here:at] != ""
                assert not edges & set(range(here + 1, at))
                assert piece.marked == any(a <= here < b for a, b in hits)
                assert piece.dateline == (here < dateline)
            assert not within or at <= within[0][1]
        assert at == end
        assert all(one.entity is not None or other.entity is not None for one, other in pairwise(passage.runs))


def test_an_article_of_hits_and_names_alone_is_cut_in_one_walk() -> None:
    """Where all of them are looked at for each, this takes hours."""
    number = 20_000
    places = [(5 * n, 5 * n + 4) for n in range(number)]
    blocks = [{"kind": "paragraph", "start": start, "end": end} for start, end in places]
    written = {"body": "tide " * number, "entities": [named(*places)], "matches": spans(places)}
    [whole] = passages(article(**written, blocks=[{"kind": "paragraph", "start": 0, "end": 5 * number}]))
    assert [bool(run.entity) for run in whole.runs] == [True, False] * number
    assert pieces([whole])[:3] == [("tide", True), (" ", False), ("tide", True)]
    assert pieces(passages(article(**written, blocks=blocks))) == [("tide", True)] * number


def pieces(shown: list[Passage]) -> list[tuple[str, bool]]:
    return [(piece.text, piece.marked) for each in shown for run in each.runs for piece in run.pieces]
