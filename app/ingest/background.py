"""What a server does beside answering: files that were handed in are read, feeds are looked at, names are recognised,
and pieces of the index are joined. One process of its own does it, while there is anything to do; what that is stands
in the archive, so it may be killed at any time.

Where machines share the rows each has such a process for what it has alone: its files, its index, its vectors. One of
them is elected for what is done once for all; when that one is gone, another takes over.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Protocol

from app.archive import Archive
from app.ingest.following import Poller, next_moment
from app.ingest.indexing import join_pieces
from app.ingest.lock import Election, background_lock
from app.ingest.naming import name_some
from app.ingest.uploads import do_next_job, next_job_here, sweep
from app.store.unnamed import count_waiting

_LINGER = 30.0
"""Seconds that it stays when all is done: to load the model takes some, and whoever sent one article may send more."""
_LOOK = 0.2


class Task(Protocol):
    """What else is done there, by rooms that this one does not know."""

    def due(self) -> float:
        """Return when there is something to do, as `time.time` has it: 0 for now, infinite for never."""
        ...

    def step(self) -> bool:
        """Do some of what is due. Return whether there was anything."""
        ...


class CommonTask(Task, Protocol):
    """What is done once for all machines, by whoever entered it."""

    def __enter__(self) -> Task: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def own_due(archive: Archive, own: Sequence[Task] = ()) -> float:
    """Return when there is something to do for this machine alone, as `Task.due` does."""
    with archive.database.reading() as session:
        if archive.engine.is_crowded() or next_job_here(archive, session) is not None:
            return 0.0
    return _first_due(own)


def common_due(archive: Archive, common: Sequence[Task] = ()) -> float:
    """Return when there is something to do that one does for all, as `Task.due` does."""
    with archive.database.reading() as session:
        if archive.settings.recognise and count_waiting(session) > 0:
            return 0.0
    return min(next_moment(archive), _first_due(common))


def work(archive: Archive, own: Sequence[Task] = (), common: Sequence[CommonTask] = ()) -> None:
    """Do what waits, and stay a while for more. Raises `ArchiveBusy` at once where another process of this machine does
    it already, and `DatabaseAway` where it was elected and another may be by now."""
    with background_lock(archive), Election(archive) as election, ExitStack() as entered:
        sweep(archive)
        poller: Poller | None = None
        tasks = [*own]
        until = time.monotonic() + _LINGER
        version = -1
        while time.monotonic() < until or _is_needed(poller) or _first_due(tasks) < time.time() + _LINGER:
            if election.is_won() and poller is None:
                poller = entered.enter_context(Poller(archive))
                tasks += [entered.enter_context(each) for each in common]
            if version != (now := archive.database.version()):
                version = now
                if poller is not None:
                    poller.look_anew()
            elif poller is None or not poller.is_due():
                until = time.monotonic() + _LINGER if _step(tasks) else until
                time.sleep(_LOOK)
                continue
            while _do_some(archive, poller, tasks):
                until = time.monotonic() + _LINGER
                election.is_won()


def _is_needed(poller: Poller | None) -> bool:
    return poller is not None and poller.is_needed(_LINGER)


def _do_some(archive: Archive, poller: Poller | None, tasks: Sequence[Task]) -> bool:
    """Files first: somebody waits for them. What feeds brought is written in no time, and names take longer; whatever
    else there is takes its turn between two of these. Without a `poller` another does what is common to all."""
    done = do_next_job(archive)
    if poller is not None and not done:
        done = poller.step() or (archive.settings.recognise and name_some(archive) > 0)
    done = join_pieces(archive) or done
    return _step(tasks) or done


def _first_due(more: Sequence[Task]) -> float:
    return min((task.due() for task in more), default=math.inf)


def _step(more: Sequence[Task]) -> bool:
    """Do some of each, so that none waits for another."""
    done = [task.step() for task in more]
    return any(done)
