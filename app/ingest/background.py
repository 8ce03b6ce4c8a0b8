"""What a server does beside answering: files that were handed in are read, feeds are looked at, names are recognised,
and pieces of the index are joined. One process of its own does it, while there is anything to do; what that is stands
in the archive, so it may be killed at any time.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Protocol

from app.archive import Archive
from app.ingest.following import Poller, next_moment
from app.ingest.indexing import join_pieces
from app.ingest.lock import writing_alone
from app.ingest.naming import name_some
from app.ingest.uploads import do_next_job, sweep
from app.store.jobs import next_job
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


def work_due(archive: Archive, more: Sequence[Task] = ()) -> float:
    """Return when there is something to do, as `Task.due` does."""
    if archive.engine.is_crowded():
        return 0.0
    with archive.database.reading() as session:
        if next_job(session) is not None or (archive.settings.recognise and count_waiting(session) > 0):
            return 0.0
    return min(next_moment(archive), _first_due(more))


def work(archive: Archive, more: Sequence[Task] = ()) -> None:
    """Do what waits, and stay a while for more. Raises `ArchiveBusy` at once where another process does it already."""
    with writing_alone(archive.settings.background_lock_path), Poller(archive) as poller:
        sweep(archive)
        until = time.monotonic() + _LINGER
        version = -1
        while time.monotonic() < until or poller.is_needed(_LINGER) or _first_due(more) < time.time() + _LINGER:
            if version != (now := archive.database.version()):
                version = now
                poller.look_anew()
            elif not poller.is_due():
                until = time.monotonic() + _LINGER if _step(more) else until
                time.sleep(_LOOK)
                continue
            while _do_some(archive, poller, more):
                until = time.monotonic() + _LINGER


def _do_some(archive: Archive, poller: Poller, more: Sequence[Task]) -> bool:
    """Files first: somebody waits for them. What feeds brought is written in no time, and names take longer; whatever
    else there is takes its turn between two of these."""
    done = do_next_job(archive) or poller.step() or (archive.settings.recognise and name_some(archive) > 0)
    done = join_pieces(archive) or done
    return _step(more) or done


def _first_due(more: Sequence[Task]) -> float:
    return min((task.due() for task in more), default=math.inf)


def _step(more: Sequence[Task]) -> bool:
    """Do some of each, so that none waits for another."""
    done = [task.step() for task in more]
    return any(done)
