"""Whatever editors say of stories and copies, and whatever comes, changes and goes meanwhile: what holds in the end is
what the decisions make of the articles that are shown, also in a copy of the archive."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlmodel import select

from app.archive import Archive, open_archive
from app.errors import DatelineError
from app.settings import Settings
from app.store.backup import write_backup
from app.store.moving import copy_rows
from app.store.story_decisions import StoryProposal, record_story_decision
from app.store.tables import Article, Decision, StoryDecision
from app.store.withdrawals import erase, restore, withdraw
from tests.conftest import NewArchive
from tests.store.test_copies import MORE, STORY, groups, row, write
from tests.store.test_copy_decisions import AT, decide
from tests.store.test_stories import gathered, told

NUMBERS = range(1, 15)
_EVENTS = ["vote", "mine"]
_ACTS = ["write", "write", "hide", "show", "erase", "story", "story", "story", "copies", "copies", "undo", "gather"]


class _Desk:
    """An archive that articles come to and editors decide upon. What cannot be is refused, and changes nothing."""

    def __init__(self, archive: Archive, seed: int) -> None:
        self.archive, self._chance = archive, Random(seed)
        self.states: dict[int, dict[str, Any]] = {}
        self.gone: dict[int, Callable[..., Any]] = {}

    def act(self, kind: str, one: int, other: int) -> None:
        with suppress(DatelineError):
            getattr(self, f"_{kind}")(one, other)

    def _write(self, one: int, _other: int) -> None:
        """Later states are like the first or of another event; every fifth article prints what another does."""
        if one not in self.gone:
            day, event = f"2019-03-0{self._chance.randint(1, 5)}", self._chance.choice(_EVENTS)
            made = row(one, STORY + self._chance.choice(["", MORE]), day) if one % 5 == 0 else told(one, event, day)
            self.states[one] = made | {"content_sha256": f"{one} {made['body'][:30]} {len(made['body'])}"}
            write(self.archive, [self.states[one]])

    def _hide(self, one: int, _other: int) -> None:
        take_away(self.archive, one, withdraw)
        self.gone[one] = withdraw

    def _erase(self, one: int, _other: int) -> None:
        take_away(self.archive, one, erase)
        self.gone[one] = erase

    def _show(self, one: int, _other: int) -> None:
        with self.archive.database.writing() as session:
            restore(session, f"{one:016x}", None, "Ann", AT)
        del self.gone[one]

    def _story(self, one: int, other: int) -> None:
        kind: Any = self._chance.choice(["together", "apart", "detach", "headline"])
        needed: dict[str, Any] = {"other": f"{other:016x}"} if kind in ("together", "apart") else {}
        needed |= {"headline": f"As {one} tells it"} if kind == "headline" else {}
        self._record(StoryProposal(kind, f"{one:016x}", **needed))

    def _copies(self, one: int, other: int) -> None:
        decide(self.archive, self._chance.choice(["together", "apart"]), one, other)

    def _undo(self, one: int, other: int) -> None:
        if one % 2:
            self._record(StoryProposal("undo", "", undoes=other))
        else:
            decide(self.archive, "undo", one, undoes=other)

    def _gather(self, one: int, _other: int) -> None:
        gathered(self.archive, one)

    def _record(self, proposal: StoryProposal) -> None:
        with self.archive.database.writing() as session:
            record_story_decision(session, proposal, by="Ann", at=AT)


@pytest.mark.parametrize("seed", range(4))
def test_any_history_of_decisions_ends_as_if_they_were_there_before(new_archive: NewArchive, seed: int) -> None:
    """`gathered` and `groups` also hold rows against what all texts make of them, as `verify --deep` does."""
    desk = _Desk(new_archive(), seed)
    for number in NUMBERS:
        desk.act("write", number, number)
    chance = Random(-seed)
    for _ in range(40):
        desk.act(chance.choice(_ACTS), chance.choice(NUMBERS), chance.choice(NUMBERS))
    expected = new_archive()
    with desk.archive.database.reading() as session, expected.database.writing() as other:
        for table in (Decision, StoryDecision):
            other.add_all(table(**each.model_dump()) for each in session.exec(select(table)))
    write(expected, [*desk.states.values()])
    for number, how in desk.gone.items():
        take_away(expected, number, how)
    assert found(desk.archive) == found(expected)
    assert found_in_copy(desk.archive) == found(desk.archive)


def found(archive: Archive) -> tuple[list[list[int]], list[list[int]], list[Any]]:
    stories, copies = gathered(archive), groups(archive)
    with archive.database.reading() as session:
        shown = select(Article.id, Article.story, Article.copy_group)
        return stories, copies, sorted(map(repr, session.exec(shown)))


def found_in_copy(archive: Archive) -> Any:
    """What is found where a backup was restored, or where the rows of a database were moved to."""
    folder = archive.settings.data_dir / "restored"
    folder.mkdir()
    if not archive.database.is_shared:
        write_backup(archive.database, folder / Path(archive.settings.database_path).name)
    with open_archive(Settings(data_dir=folder), allow_missing_index=True) as copy:
        if archive.database.is_shared:
            copy_rows(archive.database, copy.database)
        return found(copy)


def take_away(archive: Archive, number: int, how: Callable[..., Any]) -> None:
    with archive.database.writing() as session:
        how(session, f"{number:016x}", "A mistake.", "Ann", AT)
