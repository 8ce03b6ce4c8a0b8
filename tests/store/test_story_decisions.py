"""Decisions about stories: they work in their order, hold for texts wherever they stand, and are undone."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from sqlmodel import select

from app.archive import Archive
from app.errors import Conflict, DatelineError, DecisionInvalid, NotFound
from app.store.stories import is_gathered
from app.store.story_decisions import StoryProposal, record_story_decision, story_decision_log
from app.store.tables import Article, StoryDecision
from app.store.withdrawals import restore, withdraw
from tests.conftest import NewArchive
from tests.store.test_copies import DAY, MORE, STORY, row, write
from tests.store.test_stories import gathered, told

ARTICLES = [
    *(told(number, "vote") for number in (1, 2, 3)), told(11, "mine"), told(12, "mine"), row(21, STORY),
    row(22, STORY + MORE), told(31, "ferry", "2020-01-01"),
]  # fmt: skip


def take(archive: Archive, kind: Any, number: int = 0, other: int | None = None, **fields: Any) -> int:
    proposal = StoryProposal(kind, _id(number), other=None if other is None else _id(other), **fields)
    with archive.database.writing() as session:
        return record_story_decision(session, proposal, by="Ada", at="2026-01-01T00:00:00+00:00").number or 0


def _id(number: int) -> str:
    return f"{number:016x}"


def begun(archive: Archive) -> Archive:
    write(archive, ARTICLES)
    assert gathered(archive) == [[1, 2, 3], [11, 12], [21, 22]]
    return archive


def test_decisions_work_in_their_order_and_are_undone(archive: Archive) -> None:
    begun(archive)
    first = take(archive, "together", 3, 31)
    assert gathered(archive) == [[1, 2, 3, 31], [11, 12], [21, 22]], "also what likeness never brings together"
    second = take(archive, "together", 12, 22)
    assert gathered(archive) == [[1, 2, 3, 31], [11, 12, 21, 22]]
    take(archive, "detach", 21)
    assert gathered(archive) == [[1, 2, 3, 31], [11, 12], [21, 22]], (
        "with its copies, and after what was decided before"
    )
    take(archive, "undo", undoes=second)
    take(archive, "apart", 2, 3)
    parted = gathered(archive)
    assert not [story for story in parted if {2, 3} <= {*story}]
    take(archive, "undo", undoes=first)
    assert {31} not in map(set, parted)
    assert all(31 not in story for story in gathered(archive))
    with archive.database.reading() as session:
        log, total, undone = story_decision_log(session, limit=3)
    assert ([each.number for each in log], total) == ([6, 5, 4], 6)
    assert undone == {}


def test_a_decision_is_about_a_text_wherever_that_stands(archive: Archive) -> None:
    begun(archive)
    take(archive, "together", 1, 11)
    assert gathered(archive)[0] == [1, 2, 3, 11, 12]
    write(archive, [told(11, "mine") | {"body": told(40, "sugar")["body"], "content_sha256": "other"}])
    assert gathered(archive) == [[1, 2, 3], [21, 22]], "that text is nowhere"
    write(archive, [told(11, "mine") | {"id": _id(50), "key": "again", "content_sha256": _id(11)}])
    assert gathered(archive) == [[1, 2, 3, 12, 50], [21, 22]]
    with archive.database.writing() as session:
        withdraw(session, _id(1), "A mistake.", "Ann", "2026-01-01T00:00:00+00:00")
    assert gathered(archive) == [[2, 3], [12, 50], [21, 22]]
    with archive.database.writing() as session:
        restore(session, _id(1), None, "Ann", "2026-01-01T00:00:00+00:00")
    assert gathered(archive) == [[1, 2, 3, 12, 50], [21, 22]]


def test_no_order_of_articles_makes_a_difference_to_decisions(new_archive: NewArchive) -> None:
    found = []
    for seed in range(3):
        archive, left = begun(new_archive()), [told(number, "vote", "2019-03-05") for number in range(60, 66)]
        for kind, one, other in (("together", 1, 11), ("apart", 1, 3), ("together", 12, 31), ("detach", 2, None)):
            take(archive, kind, one, other)
        Random(seed).shuffle(left)
        while left:
            write(archive, left[: seed + 1])
            found.append(gathered(archive, 1 + seed)) if len(left) <= seed + 1 else None
            del left[: seed + 1]
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize(
    ("kind", "number", "other", "fields", "error"),
    [
        ("together", 1, None, {}, DecisionInvalid),
        ("together", 1, 1, {}, DecisionInvalid),
        ("together", 1, 99, {}, NotFound),
        ("detach", 99, None, {}, NotFound),
        ("detach", 1, 2, {}, DecisionInvalid),
        ("apart", 21, 22, {}, DecisionInvalid),
        ("headline", 1, None, {"headline": " "}, DecisionInvalid),
        ("headline", 1, None, {"headline": "A\u200bB"}, DecisionInvalid),
        ("undo", 1, None, {"undoes": 9}, DecisionInvalid),
    ],
)
def test_what_cannot_be_is_refused(
    archive: Archive, kind: Any, number: int, other: int | None, fields: Any, error: type[DatelineError]
) -> None:
    begun(archive)
    with pytest.raises(error):
        take(archive, kind, number, other, **fields)
    with archive.database.reading() as session:
        assert session.exec(select(StoryDecision)).all() == []
        assert is_gathered(session)


def test_nothing_is_undone_twice(archive: Archive) -> None:
    begun(archive)
    number = take(archive, "detach", 1)
    assert gathered(archive)[0] == [2, 3]
    take(archive, "undo", undoes=number)
    assert gathered(archive)[0] == [1, 2, 3]
    with pytest.raises(Conflict, match="was undone by decision 2"):
        take(archive, "undo", undoes=number)
    with archive.database.reading() as session:
        assert session.get_one(Article, _id(1)).story == _id(1)
        assert session.get_one(Article, _id(1)).date == DAY
