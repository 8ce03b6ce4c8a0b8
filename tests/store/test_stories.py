"""Stories: the same whatever the order in which articles come, change and go."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from app.archive import Archive
from app.errors import DecisionInvalid
from app.relations import stories as relation
from app.store import stories as store
from app.store.check import check_stories
from app.store.stories import gather_some, is_gathered
from app.store.story_decisions import StoryProposal, record_story_decision
from app.store.tables import Article, StoryDecision, StoryDue, StoryNeighbours, StoryVector
from app.store.withdrawals import erase, restore, withdraw
from app.store.written import run_written
from tests.conftest import NewArchive
from tests.store.test_copies import DAY, OTHER, STORY, row, write

EVENTS = ["harbour", "storm", "vote", "sugar", "mine", "ferry"]


def told(number: int, event: str, day: str | None = DAY, *, alike: int = 20, own: int = 15) -> dict[str, Any]:
    """An article with so many words of its event and so many of its own, in an order of its own."""
    words = [*_words(event, alike), *_words(f"{event} {number}", own)]
    Random(number).shuffle(words)
    return row(number, f"{' '.join(words)}.", day, source=f"Paper {number % 3}")


def _words(seed: str, count: int) -> list[str]:
    random = Random(seed)
    return ["".join(random.choices("bdfgklmnprstv", k=6)) for _ in range(count)]


def gathered(archive: Archive, steps: int = 100) -> list[list[int]]:
    """Work out the stories that wait. The stories of several articles, by their numbers."""
    with archive.database.writing() as session:
        while gather_some(session, steps)[0]:
            pass
    with archive.database.reading() as session:
        assert is_gathered(session)
        assert list(check_stories(session)) == []
        found: dict[str, list[int]] = {}
        for id, story, status in session.exec(select(Article.id, Article.story, Article.status)):
            assert (story is not None) == (status == "published")
            if story is not None:
                found.setdefault(story, []).append(int(id, 16))
    assert all(int(story, 16) in members for story, members in found.items())
    return sorted(sorted(members) for members in found.values() if len(members) > 1)


def everything(archive: Archive) -> list[Any]:
    tables: tuple[tuple[Any, ...], ...] = (
        (Article.id, Article.story),
        (StoryVector.day, StoryVector.article_id, StoryVector.vector),
        (StoryNeighbours.article_id, StoryNeighbours.part, StoryNeighbours.near),
        (StoryDue.article_id, StoryDue.day),
    )
    with archive.database.reading() as session:
        return [sorted(map(repr, session.exec(select(*columns)))) for columns in tables]


def test_articles_of_one_event_are_a_story_called_by_the_earliest(archive: Archive) -> None:
    write(archive, [told(3, "vote"), told(2, "vote", "2019-03-05"), told(1, "vote", "2019-03-06"), told(9, "mine")])
    assert gathered(archive) == [[1, 2, 3]]
    with archive.database.reading() as session:
        assert session.get_one(Article, f"{1:016x}").story == f"{3:016x}"
        assert session.get_one(Article, f"{9:016x}").story == f"{9:016x}"


def test_copies_are_one_piece_and_in_one_story(archive: Archive) -> None:
    """The longest is compared, whatever the others say; undated ones go with it, and none without a date alone."""
    more = told(5, "vote")["body"]
    write(
        archive, [row(1, STORY), row(2, STORY + " It is so.", "2019-03-05"), row(4, STORY, None), row(3, OTHER, None)]
    )
    write(archive, [row(6, more, None), row(7, more, None), told(8, "vote")])
    assert gathered(archive) == [[1, 2, 4], [6, 7]]
    with archive.database.reading() as session:
        assert session.exec(select(StoryVector.article_id).order_by(StoryVector.article_id)).all() == [
            f"{2:016x}", f"{8:016x}"
        ]  # fmt: skip
        assert session.get_one(Article, f"{4:016x}").story == f"{1:016x}"
    write(archive, [row(2, OTHER, "2019-03-05")])
    assert gathered(archive) == [[1, 4], [2, 3], [6, 7]], "another stands for what was told by the longest"


def test_what_held_a_story_together_may_go(archive: Archive) -> None:
    middle = f"{told(1, 'vote')['body']} {told(1, 'mine')['body']}"
    write(archive, [told(1, "vote"), told(2, "vote", "2019-03-05"), row(9, middle, "2019-03-02"), told(4, "mine")])
    before = gathered(archive)
    assert 9 in before[0]
    with archive.database.writing() as session:
        withdraw(session, f"{9:016x}", "A mistake.", "Ann", "2026-01-01T00:00:00+00:00")
    with archive.database.reading() as session:
        assert session.get_one(Article, f"{9:016x}").story is None, "at once, before anything is worked out"
    assert gathered(archive) == [[1, 2]]
    with archive.database.writing() as session:
        restore(session, f"{9:016x}", None, "Ann", "2026-01-01T00:00:00+00:00")
    assert gathered(archive) == before
    with archive.database.writing() as session:
        erase(session, f"{9:016x}", "It has to.", "Ann", "2026-01-01T00:00:00+00:00")
    assert gathered(archive) == [[1, 2]]
    with archive.database.reading() as session:
        assert session.get(StoryNeighbours, f"{9:016x}") is None


def test_what_went_out_of_sight_may_wait_for_its_turn(archive: Archive) -> None:
    write(archive, [told(number, "vote") for number in (1, 2, 3, 4)])
    assert gathered(archive) == [[1, 2, 3, 4]]
    for number in (2, 3):
        _take(archive, number, withdraw, "A mistake.")
    assert gathered(archive, 1) == [[1, 4]]


@pytest.fixture
def crowded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few neighbours and small parts, so that a few articles are too many."""
    monkeypatch.setattr(relation, "NEIGHBOURS", 3)
    monkeypatch.setattr(store, "NEIGHBOURS", 3)
    monkeypatch.setattr(relation, "_MOST_JOINED", 6)


_ACT = st.tuples(
    st.sampled_from(["write", "write", "write", "hide", "show", "gather", "decide"]),
    st.integers(0, 23),
    st.integers(0, 5),
)


@pytest.mark.usefixtures("crowded")
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_ACT, min_size=10, max_size=40), st.integers(0, 1000))
def test_any_history_ends_where_a_new_beginning_does(
    new_archive: NewArchive, acts: Sequence[tuple[str, int, int]], seed: int
) -> None:
    """`check_stories` begins anew, and so does an archive that gets at once what is left, and then the same log."""
    archive, random = new_archive(), Random(seed)
    states: dict[int, dict[str, Any]] = {}
    hidden = set[int]()
    decided: list[StoryDecision] = []
    for kind, number, event in acts:
        if kind == "write" and number not in hidden:
            day = f"2019-03-{random.randint(1, 9):02}"
            states[number] = told(number, EVENTS[event], day, alike=random.choice([8, 12, 20]))
            write(archive, [states[number]])
        elif kind == "hide" and number in states.keys() - hidden:
            hidden.add(number)
            _take(archive, number, withdraw, "A mistake.")
        elif kind == "show" and number in hidden:
            hidden.remove(number)
            _take(archive, number, restore, None)
        elif kind == "decide" and number in states.keys() - hidden:
            decided += _decide_something(archive, number, sorted(states.keys() - hidden), decided, random)
        elif kind == "gather":
            gathered(archive, random.choice([1, 3, 100]))
    expected = new_archive()
    write(expected, list(states.values()))
    for number in hidden:
        _take(expected, number, withdraw, "A mistake.")
    with expected.database.writing() as session:
        session.add_all(StoryDecision(**each.model_dump()) for each in decided)
    assert gathered(archive, 2) == gathered(expected)
    assert everything(archive) == everything(expected)


def _decide_something(
    archive: Archive, number: int, shown: Sequence[int], decided: Sequence[StoryDecision], random: Random
) -> list[StoryDecision]:
    """Decide one thing about an article, or undo what was decided. Returns the log's new rows, without places."""
    undone = {each.undoes for each in decided}
    left = [each.number for each in decided if each.kind != "undo" and each.number not in undone]
    other = random.choice(shown)
    kinds = ["detach", *["together", "apart"] * (2 * (other != number)), *["undo"] * bool(left)]
    kind: Any = random.choice(kinds)
    needs = {"undo": {"undoes": random.choice(left or [None])}, "detach": {}}
    fields: dict[str, Any] = needs.get(kind, {"other": f"{other:016x}"})
    with archive.database.writing() as session:
        try:
            taken = record_story_decision(
                session, StoryProposal(kind, f"{number:016x}", **fields), by="Ann", at="2026-01-01T00:00:00+00:00"
            )
        except DecisionInvalid:
            return []  # they are copies of one piece
        return [StoryDecision(**taken.model_dump() | {"stands": None, "other_stands": None})]


def _take(archive: Archive, number: int, act: Any, reason: str | None) -> None:
    with archive.database.writing() as session:
        act(session, f"{number:016x}", reason, "Ann", "2026-01-01T00:00:00+00:00")


def test_only_what_is_found_otherwise_is_told(archive: Archive) -> None:
    """The index takes an article that never was in a story to be one by itself."""
    write(archive, [told(1, "vote"), told(2, "vote"), told(5, "mine")])
    with archive.database.writing() as session:
        assert gather_some(session, 100) == (3, {f"{2:016x}"})
        assert gather_some(session, 100) == (0, set())
    write(archive, [told(4, "vote", "2019-03-03")])
    with archive.database.writing() as session:
        assert gather_some(session, 100) == (1, {f"{number:016x}" for number in (1, 2)})


def test_what_was_gathered_wrongly_is_found(archive: Archive) -> None:
    write(archive, [told(number, "vote") for number in range(4)] + [told(number, "mine") for number in range(4, 8)])
    gathered(archive)
    with archive.database.writing() as session:
        execute = partial(run_written, session.connection())
        execute("UPDATE article SET story = id WHERE id = ?", (f"{1:016x}",))
        execute("UPDATE story_neighbours SET near = ? WHERE article_id = ?", (b"", f"{5:016x}"))
        execute("DELETE FROM story_vector WHERE article_id = ?", (f"{7:016x}",))
    with archive.database.reading() as session:
        found = list(check_stories(session))
    assert [message.split()[4] for message in found] == [f"{number:016x}" for number in (1, 5, 7)]
    assert found[0] == f"The story of article {1:016x} is not the one that it belongs to"
