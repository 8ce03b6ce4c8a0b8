"""What editors decide about copies goes before what the texts say, in any order, and is taken back without a trace."""

from __future__ import annotations

from random import Random

import pytest
from sqlmodel import select

from app.archive import Archive
from app.errors import Conflict, DecisionInvalid, NotFound
from app.store.articles import touch
from app.store.copies import regroup_decided
from app.store.copy_decisions import CopyProposal, CopyRuling, copy_decision_log, record_copy_decision, ruling_of
from app.store.decisions import decisions_in_force
from app.store.tables import Article
from app.store.withdrawals import restore, withdraw
from tests.conftest import NewArchive
from tests.store.test_copies import DAY, MORE, OTHER, STORY, editions, everything, groups, row, sequences, write

AT = "2026-01-01T00:00:00+00:00"
DECIDED: tuple[tuple[CopyRuling, int, int], ...] = (
    ("together", 3, 9), ("apart", 4, 9), ("apart", 4, 7), ("together", 1, 20), ("apart", 20, 22),
)  # fmt: skip


def decide(archive: Archive, kind: CopyRuling, one: int, other: int | None = None, undoes: int | None = None) -> int:
    proposal = CopyProposal(kind, f"{one:016x}", None if other is None else f"{other:016x}", undoes)
    with archive.database.writing() as session:
        decision = record_copy_decision(session, proposal, by="Ann", at=AT)
        touch(session, regroup_decided(session, decision))
        assert decision.number is not None
        return decision.number


def test_articles_are_joined_and_parted_and_all_is_as_before_when_it_is_undone(archive: Archive) -> None:
    write(archive, [row(1, STORY), row(2, STORY, "2019-03-05"), row(3, STORY + MORE), row(4, OTHER), row(5, "Short.")])
    before = everything(archive)
    assert groups(archive) == [[1, 2, 3]]
    joined = decide(archive, "together", 4, 5)
    assert groups(archive) == [[1, 2, 3], [4, 5]]
    earlier = sequences(archive)
    parted = decide(archive, "apart", 3, 1)
    assert groups(archive) == [[1, 2], [4, 5]], "an article that is a copy of both stays with one"
    assert {id for id, number in sequences(archive).items() if number != earlier[id]} == {3}
    decide(archive, "together", 3, 4)
    assert groups(archive) == [[1, 2], [3, 4, 5]]
    for number, one in ((parted, 1), (joined, 5), (parted + 1, 4)):
        decide(archive, "undo", one, undoes=number)
    assert everything(archive) == before
    with archive.database.reading() as session:
        log, total, undone = copy_decision_log(session)
        assert [ruling_of(each) for each in log] == ["undo"] * 3 + ["together", "apart", "together"]
        assert (total, set(undone)) == (6, {1, 2, 3})
        assert copy_decision_log(session, article=f"{5:016x}")[1] == 2
        assert decisions_in_force(session) == [], "who is who is another matter"


def test_no_order_of_articles_and_decisions_makes_a_difference(new_archive: NewArchive) -> None:
    expected = new_archive()
    write(expected, editions())
    for kind, one, other in DECIDED:
        decide(expected, kind, one, other)
    assert groups(expected) == [[1, 20, 21], [3, 5, 7, 8, 9], [4, 12]]
    for seed in range(4):
        random, archive = Random(seed), new_archive()
        left, waiting, there = editions(), list(DECIDED), set[int]()
        random.shuffle(left)
        random.shuffle(waiting)
        for each in random.sample(left, 3):
            write(archive, [each | {"body": random.choice([OTHER, MORE * 3]), "content_sha256": f"old{each['id']}"}])
        while left:
            some = [left.pop() for _ in range(min(random.choice([1, 2, 4]), len(left)))]
            write(archive, some)
            there |= {int(each["id"], 16) for each in some}
            for known in [each for each in waiting if {*each[1:]} <= there]:
                waiting.remove(known)
                decide(archive, *known)
            _hide_and_show(archive, random.choice(some)["id"])
        groups(archive)
        assert everything(archive) == everything(expected)


def _hide_and_show(archive: Archive, id: str) -> None:
    with archive.database.writing() as session:
        withdraw(session, id, "A mistake.", "Ann", AT)
    groups(archive)
    with archive.database.writing() as session:
        restore(session, id, None, "Ann", AT)


def test_a_decision_is_about_texts_whoever_has_them(archive: Archive) -> None:
    write(archive, [row(1, STORY), row(2, OTHER)])
    decide(archive, "together", 1, 2)
    write(archive, [row(2, OTHER + MORE) | {"content_sha256": "another"}])
    assert groups(archive) == [], "it was revised"
    write(archive, [row(7, OTHER, DAY) | {"content_sha256": f"{2:016x}"}])
    with archive.database.reading() as session:
        assert len(set(session.exec(select(Article.copy_group)))) == 1, "all three hang together by the text of old"
    assert groups(archive) == [[1, 2, 7]]


def test_what_cannot_be_decided_is_refused(archive: Archive) -> None:
    write(archive, [row(1, STORY), row(2, OTHER), row(3, OTHER) | {"content_sha256": f"{2:016x}"}])
    first = decide(archive, "together", 1, 2)
    for kind, one, other, undoes, error in (
        ("together", 2, 1, None, Conflict), ("apart", 2, 1, None, Conflict), ("apart", 2, 3, None, DecisionInvalid),
        ("apart", 1, 9, None, NotFound), ("apart", 1, None, None, DecisionInvalid),
        ("undo", 1, None, 9, DecisionInvalid), ("undo", 7, None, first, DecisionInvalid),
        ("undo", 1, 2, first, DecisionInvalid),
        ("apart", 1, 2, first, DecisionInvalid),
    ):  # fmt: skip
        with pytest.raises(error):
            decide(archive, kind, one, other, undoes)  # type: ignore[arg-type]
    decide(archive, "undo", 2, undoes=first)
    with pytest.raises(Conflict):
        decide(archive, "undo", 2, undoes=first)
    decide(archive, "apart", 2, 1)
    assert groups(archive) == [[2, 3]]
