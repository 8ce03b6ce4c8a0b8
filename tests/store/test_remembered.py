"""What pages of hits ask of the rows: read once, until anybody commits."""

from __future__ import annotations

from collections.abc import Sequence

from app.archive import Archive, open_archive
from app.store.database import Database
from app.store.remembered import Remembered
from app.store.written import run_written


def commit(archive: Archive) -> None:
    with archive.database.writing() as session:
        run_written(session.connection(), "UPDATE lineage SET id = id")


def test_values_are_read_once_until_anybody_commits(archive: Archive) -> None:
    asked = list[list[str]]()

    def read(_: Database, ids: Sequence[str]) -> dict[str, int]:
        asked.append(list(ids))
        return {id: len(asked) for id in ids if id != "lost"}

    kept = Remembered(read, lambda _: 100, 300)
    assert kept.find(archive.database, ["a", "b", "a"]) == {"a": 1, "b": 1}
    assert kept.find(archive.database, ["b", "c", "lost"]) == {"b": 1, "c": 2}
    assert kept.find(archive.database, ["lost"]) == {}
    assert asked == [["a", "b"], ["c", "lost"], ["lost"]], "what is there is asked for once"
    before = archive.database.version()
    with open_archive(archive.settings) as other:
        commit(other)
    assert kept.find(archive.database, ["b"]) == {"b": 4}, "another process may write"
    assert kept.find(archive.database, ["b"], before) == {"b": 5}, "a request that began before has its own"
    kept.find(archive.database, "bcdef")
    kept.find(archive.database, ["b"])
    assert asked[-1] == ["b"], "what was used longest ago has gone"
