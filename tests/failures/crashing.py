"""A process that does something to an archive and is killed at one of its steps, again and again.

A step is whatever touches the data folder: a file opened, renamed, removed, a folder made, a statement of SQLite. The
process is forked at each try from this one, which has imported everything and opened nothing, so a try takes a tenth of
a second. After each kill the archive must be as before or as after, with all that was acknowledged, and an index that
serves before anything is mended.

    python -m tests.failures.crashing points SCENARIO FOLDER STRIDE
    python -m tests.failures.crashing kills NUMBER FOLDER SEED
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, text
from sqlmodel import select

from app.archive import Archive, open_archive
from app.ingest import indexing
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.verify import verify
from app.search.query import Query, Word
from app.settings import Settings
from app.store import migrations
from app.store.articles import touch
from app.store.backup import backup
from app.store.tables import Article

_NAMELESS = IngestOptions(skip_entities=True, workers=1)
_EVENTS = {"open", "os.rename", "os.remove", "os.mkdir", "os.truncate", "os.rmdir"}
_LONGEST = 0.4
"""Seconds until a random kill: the longest of the operations takes about half of it."""


class Place:
    """The data folder, and beside it the history: what was sent and what was acknowledged."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.settings = Settings(data_dir=self.data, ingest_workers=1)
        self._history = folder / "history"

    def note(self, kind: str, names: list[str]) -> None:
        with self._history.open("a") as file:
            file.write("".join(f"{kind} {name}\n" for name in names))

    def noted(self, kind: str) -> set[str]:
        lines = self._history.read_text().split("\n") if self._history.exists() else []
        return {line.split()[1] for line in lines if line.startswith(f"{kind} ")}

    def send(self, archive: Archive, names: list[str], words: str = "lighthouse") -> None:
        """Ingest one article of each name; they are acknowledged when ingest returns."""
        file = self.folder / f"{names[0]}.jsonl"
        records = [{"id": name, "title": name, "text": f"The {name} keeps a {words}."} for name in names]
        file.write_text("".join(json.dumps(record) + "\n" for record in records) + "no record\n")
        self.note("sent", names)
        ingest([file], archive, _NAMELESS)
        self.note("acknowledged", names)


def names(prefix: str, number: int) -> list[str]:
    return [f"{prefix}-{n}" for n in range(number)]


def begin(place: Place) -> None:
    """Seven small segments: the next one makes a merge."""
    with open_archive(place.settings) as archive:
        for n in range(7):
            place.send(archive, names(f"old{n}", 2))


def ingesting(place: Place) -> None:
    with open_archive(place.settings) as archive:
        place.send(archive, names("new", 3))


def revising(place: Place) -> None:
    with open_archive(place.settings) as archive:
        place.send(archive, names("old3", 2), "lighthouse and a dog")


def withdrawing(place: Place) -> None:
    with open_archive(place.settings) as archive:
        with archive.database.writing() as session:
            session.connection().execute(text("UPDATE article SET status = 'withdrawn' WHERE headline LIKE 'old2%'"))
            touch(session, session.exec(select(Article.id).where(Article.status == "withdrawn")).all())
        indexing.catch_up(archive)


def rebuilding(place: Place) -> None:
    with open_archive(place.settings) as archive:
        indexing.rebuild(archive)


def mending(place: Place) -> None:
    """What a server does that finds an index it cannot read."""
    for toc in place.settings.index_dir.glob("*.toc"):
        toc.write_bytes(b"")
    with open_archive(place.settings, mend=True) as archive:
        indexing.catch_up(archive)


def migrating(place: Place) -> None:
    with open_archive(place.settings) as archive:
        place.send(archive, names("new", 3))


def copying(place: Place) -> None:
    with open_archive(place.settings) as archive:
        backup(archive.database, place.data / "copy.sqlite")


SCENARIOS: dict[str, Callable[[Place], None]] = {
    scenario.__name__: scenario
    for scenario in (ingesting, revising, withdrawing, rebuilding, mending, migrating, copying)
}


def check(place: Place, scenario: str = "") -> None:
    """Raises where anything is not as it must be."""
    if scenario != "mending":
        served = searched(place)
        assert served <= len(place.noted("sent"))
    with open_archive(place.settings, mend=True) as archive:
        indexing.catch_up(archive)
        found = verify(archive, deep=scenario == "deep")
        assert not found, found
        assert indexing.lag(archive) == 0
        with archive.database.reading() as session:
            present = set(session.exec(select(Article.external_id)))
            shown = len(session.exec(select(Article.id).where(Article.status == "published")).all())
        assert place.noted("acknowledged") <= present <= place.noted("sent")
        assert archive.engine.search(Query(Word("lighthouse"))).total == shown
    copy = place.data / "copy.sqlite"
    if copy.exists():
        alone = Settings(data_dir=place.folder / "restored")
        alone.data_dir.mkdir(exist_ok=True)
        shutil.copy(copy, alone.database_path)
        with open_archive(alone, mend=True) as archive:
            assert not verify(archive) or indexing.catch_up(archive) == shown


def searched(place: Place) -> int:
    """Before anything is mended: the old index or the new one, never none."""
    with open_archive(place.settings) as archive:
        return archive.engine.search(Query(Word("lighthouse"))).total


def started(act: Callable[[], None]) -> int:
    """Begins it in a process of its own, ended by `os._exit`. The process's number."""
    child = os.fork()
    if child == 0:
        try:
            act()
        except BaseException:  # noqa: BLE001  # of whatever kind: it must not go on as the parent
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return child


def forked(act: Callable[[], None]) -> int:
    """The same, to its end. The wait status."""
    return os.waitpid(started(act), 0)[1]


def killed_at(last: int, place: Place, scenario: Callable[[Place], None]) -> None:
    """The scenario, killed at step `last`. Statements inside a transaction are no steps: being killed before one or
    another of them is the same to SQLite."""
    steps = count(1)

    def step() -> None:
        if next(steps) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(sql: str) -> None:
        if sql.startswith(("BEGIN", "COMMIT", "PRAGMA")):
            step()

    def hook(name: str, arguments: tuple[Any, ...]) -> None:
        if name in _EVENTS and isinstance(arguments[0], str) and arguments[0].startswith(str(place.data)):
            step()

    event.listen(Engine, "connect", lambda connection, _: connection.set_trace_callback(statement))
    sys.addaudithook(hook)
    scenario(place)


def points(name: str, folder: Path, stride: int) -> int:
    """Kills the scenario at each of its steps, or at one of so many. How many there are."""
    template = folder / "template"
    template.mkdir(parents=True)
    assert forked(lambda: begin(Place(template))) == 0
    if name == "migrating":
        assert forked(lambda: back_to_the_first_schema(Place(template))) == 0
    for step in count(1, stride):
        folder_of_step = folder / "now"
        shutil.rmtree(folder_of_step, ignore_errors=True)
        shutil.copytree(template, folder_of_step)
        place = Place(folder_of_step)

        status = forked(partial(killed_at, step, place, SCENARIOS[name]))
        over = not os.WIFSIGNALED(status)
        assert os.WIFSIGNALED(status) or status == 0, f"step {step} of {name} ended with {status}"
        # The last one, which nothing killed, is compared word by word.
        checked = partial(check, place, "deep" if over else name)
        assert forked(checked) == 0, f"step {step} of {name}"
        if over:
            return step - 1
    raise AssertionError


def back_to_the_first_schema(place: Place) -> None:
    with open_archive(place.settings) as archive, archive.database.connecting() as connection:
        migrations.downgrade(connection, "0001")


def working(place: Place, run: int, seed: int) -> None:
    """Random work without end."""
    chance = random.Random(seed * 10_000 + run)
    for n in count():
        with open_archive(place.settings, mend=True) as archive:
            act = chance.random()
            if act < 0.6:
                place.send(archive, names(f"r{run}n{n}", chance.randint(1, 40)))
            elif act < 0.8:
                indexing.rebuild(archive)
            else:
                indexing.catch_up(archive)


def reading(place: Place) -> None:
    """Another process that searches all the time: it never fails, and never finds less than before."""
    most = 0
    with open_archive(place.settings) as archive:
        while not (place.folder / "stop").exists():
            found = archive.engine.search(Query(Word("lighthouse"))).total
            assert found >= most, f"found {found} after {most}"
            most = found
            time.sleep(0.005)
    assert most


def kills(number: int, folder: Path, seed: int) -> None:
    folder.mkdir(parents=True)
    place = Place(folder)
    chance = random.Random(seed)
    assert forked(lambda: begin(place)) == 0
    reader = started(partial(reading, place))
    for run in range(number):
        worker = started(partial(working, place, run, seed))
        time.sleep(chance.uniform(0, _LONGEST))
        os.kill(worker, signal.SIGKILL)
        assert os.WIFSIGNALED(os.waitpid(worker, 0)[1]), f"run {run} failed by itself"
        assert forked(lambda: check(place)) == 0, f"after kill {run} of seed {seed}"
    (folder / "stop").touch()
    assert os.waitpid(reader, 0)[1] == 0, "a reader failed"
    assert forked(lambda: check(place, "deep")) == 0


def main() -> None:
    kind, what, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    if kind == "points":
        print(points(what, folder, int(sys.argv[4])))  # noqa: T201  # to the test
    else:
        kills(int(what), folder, int(sys.argv[4]))
        print(what)  # noqa: T201


if __name__ == "__main__":
    main()
