"""A process that does something to an archive and is killed at one of its steps, again and again.

A step is whatever touches the data folder: a file opened, renamed, removed, a folder made, a transaction of SQLite
begun or ended. The process is forked at each try from this one, which has imported everything and opened nothing, so a
try takes a tenth of a second. After each kill the archive must be as before or as after, with all that was
acknowledged, and an index that serves before anything is mended.

The index is derived, and whoever has room to make may empty its folder: so the same is done with what happens to that
folder, at each step, and the process goes on.

    python -m tests.failures.crashing points SCENARIO FOLDER STRIDE
    python -m tests.failures.crashing disturbances KIND FOLDER STRIDE
    python -m tests.failures.crashing kills LIFE NUMBER FOLDER SEED
    python -m tests.failures.crashing serve < LINES    # each a list of such arguments, in JSON
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
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine, event
from sqlmodel import col, select

from app.archive import Archive, open_archive
from app.ingest import indexing
from app.ingest.enriching import enrich
from app.search.query import Query, Word
from app.settings import Settings
from app.store.decisions import Proposal, decisions_in_force
from app.store.sequence import next_sequence
from app.store.tables import Article, Entity
from tests.failures import acts
from tests.failures.acts import Place, names

_EVENTS = {"open", "os.rename", "os.remove", "os.mkdir", "os.truncate", "os.rmdir"}
_LONGEST = 0.4
"""Seconds until a random kill: the longest of the acts takes about half of it."""

_DEEP = 5
"""One step in so many is compared word by word."""


Check = Callable[[Place], None]


@dataclass(frozen=True)
class Scenario:
    """`named`: of articles whose names were recognised. `schema`: it begins with an archive of that one. `merges`: it
    leaves fewer segments than it finds."""

    act: Callable[[Place], None]
    named: bool = False
    schema: str | None = None
    merges: bool = False


SCENARIOS = {
    "ingest": Scenario(acts.ingesting, merges=True),
    "ingest-with-names": Scenario(acts.ingesting, named=True, merges=True),
    "revise": Scenario(acts.revising, merges=True),
    "alert": Scenario(acts.alerting),
    "furnish": Scenario(acts.furnishing),
    "copy": Scenario(acts.joining_editions),
    "furnish-with-names": Scenario(acts.furnishing, named=True),
    "post": Scenario(acts.posting),
    "upload": Scenario(acts.uploading, merges=True),
    "feed": Scenario(acts.following),
    "fetch": Scenario(acts.fetching, merges=True),
    "put": Scenario(acts.putting),
    "withdraw": Scenario(acts.withdrawing),
    "withdraw-with-names": Scenario(acts.restoring, named=True),
    "erase": Scenario(acts.erasing),
    "rebuild": Scenario(acts.rebuilding, merges=True),
    "compact": Scenario(acts.compacting, merges=True),
    "join": Scenario(acts.joining, merges=True),
    "mend": Scenario(acts.mending),
    "migrate": Scenario(acts.ingesting, schema="0001"),
    "migrate-with-names": Scenario(acts.ingesting, named=True, schema="0001"),
    "decide": Scenario(acts.deciding, named=True),
    "enrich": Scenario(acts.enriching),
    "name": Scenario(acts.naming),
    "keys": Scenario(acts.admitting),
    "backup": Scenario(acts.copying),
}


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


def in_turn(checks: Sequence[Check], place: Place, where: str) -> None:
    """Check what is left, here: a process of its own for it would cost a third of it."""
    try:
        for check in checks:
            check(place)
    except BaseException as error:
        error.add_note(where)
        raise


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def struck_at(last: int, place: Place, act: Callable[[Place], None], strike: Callable[[], None] = kill) -> None:
    """Do the act, and `strike` at step `last`. Statements inside a transaction are no steps: being killed before one or
    another of them is the same to SQLite."""
    steps = count(1)

    def step() -> None:
        if next(steps) == last:
            strike()

    def statement(sql: str) -> None:
        if sql.startswith(("BEGIN", "COMMIT", "PRAGMA")):
            step()

    def hook(name: str, arguments: tuple[Any, ...]) -> None:
        if name in _EVENTS and isinstance(arguments[0], str) and arguments[0].startswith(str(place.data)):
            step()

    event.listen(Engine, "connect", lambda connection, _: connection.set_trace_callback(statement))
    sys.addaudithook(hook)
    act(place)


def points(name: str, folder: Path, stride: int) -> int:
    """Kills the scenario at each of its steps, or at one of so many. How many there are."""
    scenario = SCENARIOS[name]
    load_model(scenario.named or name == "enrich")
    template = Place(folder / "template", named=scenario.named)
    template.folder.mkdir(parents=True)
    assert forked(partial(acts.begin, template)) == 0
    if scenario.schema:
        assert forked(partial(acts.back_to, template, scenario.schema)) == 0
    for step in count(1, stride):
        place = Place(folder / "now", named=scenario.named)
        shutil.rmtree(place.folder, ignore_errors=True)
        shutil.copytree(template.folder, place.folder)

        status = forked(partial(struck_at, step, place, scenario.act))
        over = not os.WIFSIGNALED(status)
        assert os.WIFSIGNALED(status) or status == 0, f"step {step} of {name} ended with {status}"
        checks: list[Check] = [] if scenario.act is acts.mending else [acts.check_unmended]
        # Word by word takes as long as all the rest.
        checks.append(partial(acts.check, deep=over or step % _DEEP == 0))
        if scenario.named:
            checks.append(acts.check_names)
        in_turn(checks, place, f"step {step} of {name}")
        if over:
            assert not scenario.merges or place.segments() < template.segments()
            return step - 1
    raise AssertionError


def emptied(index: Path, _folder: Path) -> None:
    for path in index.iterdir():
        path.unlink(missing_ok=True)


def removed(index: Path, _folder: Path) -> None:
    shutil.rmtree(index, ignore_errors=True)


def put_back(index: Path, folder: Path) -> None:
    """To what it was before the act."""
    removed(index, folder)
    shutil.copytree(folder / "template" / "data" / "index", index)


def replaced(index: Path, folder: Path) -> None:
    """By the index of another archive, of as many commits and as many articles."""
    removed(index, folder)
    shutil.copytree(folder / "other" / "data" / "index", index)


DISTURBANCES = {each.__name__: each for each in (emptied, removed, put_back, replaced)}


def disturbances(name: str, folder: Path, stride: int) -> int:
    """Let it happen to the index at each step of three batches, or at one of so many. How many there are."""
    template, other = Place(folder / "template"), Place(folder / "other")
    for made, prefix in ((template, "old"), (other, "other")):
        made.folder.mkdir(parents=True)
        assert forked(partial(acts.begin, made, prefix)) == 0
    for step in count(1, stride):
        place = Place(folder / "now")
        shutil.rmtree(place.folder, ignore_errors=True)
        shutil.copytree(template.folder, place.folder)
        struck = folder / "struck"
        struck.unlink(missing_ok=True)

        def strike(index: Path = place.settings.index_dir, struck: Path = struck) -> None:
            DISTURBANCES[name](index, folder)
            struck.touch()

        assert forked(partial(struck_at, step, place, acts.growing, strike)) == 0, f"step {step} of {name}"
        checks: list[Check] = [acts.check_number, partial(acts.check, deep=step % _DEEP == 0)]
        in_turn(checks, place, f"step {step} of {name}")
        if not struck.exists():
            return step - 1
    raise AssertionError


def load_model(wanted: bool) -> None:
    """Before anything is forked: it takes a second."""
    if wanted:
        with TemporaryDirectory() as folder, open_archive(Settings(data_dir=Path(folder))) as archive:
            archive.enricher.enrich([])


class Life:
    """Random acts without end on one archive. What is under way is noted beside it, so that one knows what a kill
    interrupted."""

    def __init__(self, place: Place, run: int, seed: int) -> None:
        self._place, self._run = place, run
        self._chance = random.Random(seed * 10_000 + run)

    def go_on(self, acts: list[str]) -> None:
        for number in count():
            act = self._chance.choice(acts)
            with self._noted(act), self._place.opened(allow_missing_index=True) as archive:
                getattr(self, f"_{act}")(archive, f"r{self._run}n{number}")

    @contextmanager
    def _noted(self, act: str) -> Iterator[None]:
        self._place.history.sent("act", [act])
        yield
        self._place.history.acknowledged("act", [act])

    def _ingest(self, archive: Archive, name: str) -> None:
        self._place.send(archive, names(name, self._chance.randint(1, 40)))

    def _little(self, archive: Archive, name: str) -> None:
        """Every fourth of them makes a merge."""
        self._place.send(archive, names(name, self._chance.randint(1, 3)))

    def _revise(self, archive: Archive, name: str) -> None:
        with archive.database.reading() as session:
            known = [str(id) for id in session.exec(select(Article.external_id))]
        self._place.send(archive, self._chance.sample(known, min(len(known), 5)), name)

    def _rebuild(self, archive: Archive, name: str) -> None:
        indexing.rebuild(archive)

    def _catch_up(self, archive: Archive, name: str) -> None:
        """With what an ingest leaves that was cut off between its rows and the index: with nothing to do it is over
        before it could be hit."""
        with archive.database.writing() as session:
            for article in session.exec(select(Article).limit(20)).all():
                article.sequence = next_sequence(session)
        indexing.catch_up(archive)

    def _decide(self, archive: Archive, name: str) -> None:
        with archive.database.reading() as session:
            persons = select(Entity.id).where(Entity.type == "person").order_by(col(Entity.id))
            known = list(session.exec(persons))
            taken = [decision for decision in decisions_in_force(session) if decision.kind == "merge"]
        if taken and (len(known) < 3 or self._chance.random() < 0.4):
            last = taken[-1]
            self._place.take(archive, Proposal("undo", last.entity_id, undoes=last.number), name)
        else:
            one, other = self._chance.sample(known, 2)
            self._place.take(archive, Proposal("merge", one, target=other), name)

    def _enrich(self, archive: Archive, name: str) -> None:
        with archive.database.reading() as session:
            unread = [str(id) for id in session.exec(select(Article.external_id).where(Article.pipeline == ""))]
        self._place.history.sent("recognition", unread)
        enrich(archive)
        self._place.history.acknowledged("recognition", unread)

    def _migrate(self, archive: Archive, name: str) -> None:
        """The archive was of the first schema when it was opened."""


LIVES: dict[str, list[str]] = {
    "ingest": ["ingest", "ingest", "revise", "catch_up"],
    "merge": ["little", "little", "little", "revise"],
    "rebuild": ["ingest", "rebuild", "rebuild"],
    "decide": ["little", "decide", "decide"],
    "enrich": ["ingest", "enrich"],
    "migrate": ["migrate", "ingest"],
}


def reading(place: Place) -> None:
    """Another process that searches all the time: it never fails, and never finds less than before."""
    most = 0
    with place.opened() as archive:
        while not (place.folder / "stop").exists():
            found = archive.engine.search(Query(Word("lighthouse"))).total
            assert found >= most, f"found {found} after {most}"
            most = found
            time.sleep(0.005)
    assert most


def kills(life: str, number: int, folder: Path, seed: int) -> Counter[str]:
    """What the kills interrupted."""
    load_model(life in ("decide", "enrich"))
    folder.mkdir(parents=True)
    place = Place(folder, named=life == "decide")
    chance = random.Random(seed)
    assert forked(partial(acts.begin, place)) == 0
    reader = started(partial(reading, place))
    for run in range(number):
        if life == "migrate":
            assert forked(partial(acts.back_to, place, "0001")) == 0
        worker = started(partial(Life(place, run, seed).go_on, LIVES[life]))
        time.sleep(chance.uniform(0, _LONGEST))
        os.kill(worker, signal.SIGKILL)
        assert os.WIFSIGNALED(os.waitpid(worker, 0)[1]), f"run {run} failed by itself"
        checks: list[Check] = [acts.check_unmended, partial(acts.check, deep=False)]
        in_turn(checks, place, f"after kill {run} of seed {seed}")
    (folder / "stop").touch()
    assert os.waitpid(reader, 0)[1] == 0, "a reader failed"
    assert forked(partial(acts.check, place)) == 0
    if life in ("decide", "enrich"):
        assert forked(partial(acts.check_names, place)) == 0
    return place.history.unacknowledged("act")


def serve() -> None:
    """Do what each line of the input asks, in a process of its own. Answer with a line each: what there is to say, or
    null where it failed; why stands among the errors."""
    acts.warm_up()
    for line in sys.stdin:
        if forked(partial(do, json.loads(line))) != 0:
            print("null", flush=True)  # noqa: T201  # to the test


def do(asked: list[str]) -> None:
    match asked:
        case ["points", name, folder, stride]:
            print(points(name, Path(folder), int(stride)), flush=True)  # noqa: T201  # to the test
        case ["disturbances", name, folder, stride]:
            print(disturbances(name, Path(folder), int(stride)), flush=True)  # noqa: T201
        case ["kills", life, number, folder, seed]:
            print(json.dumps(kills(life, int(number), Path(folder), int(seed))), flush=True)  # noqa: T201
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    else:
        acts.warm_up()
        do(sys.argv[1:])
