"""The pages of a shared database, written anew after an erasure: deleted rows stay in them until then.

Each table is locked while it is written, so no request does it but the process that works beside the servers, or
`dateline erase`. A file is written anew with the index (`indexing.apply`).
"""

from __future__ import annotations

import math
import time
from types import TracebackType

from app.archive import Archive
from app.errors import Overloaded
from app.ingest import indexing
from app.ingest.lock import ingest_lock
from app.store import withdrawals

_AGAIN = 60.0
"""Seconds until the next try where somebody reads a table for long."""


def write_anew(archive: Archive) -> bool:
    """Leave nothing of erased articles in the pages of a shared database. Return whether there was anything to do.

    Raises `Overloaded` where somebody reads or writes a table for long; what is done of it counts.
    """
    numbers = _pending_erasures(archive)
    if not numbers:
        return False
    with ingest_lock(archive, math.inf):
        indexing.apply(archive)
    archive.database.wipe()
    with archive.database.writing() as session:
        withdrawals.finish_erasures(session, numbers)
    return True


class Eraser:
    """The share that this has in the work beside a server (`background.CommonTask`)."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._next = 0.0

    def __enter__(self) -> Eraser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def due(self) -> float:
        """Return when there is something to do, as `time.time` has it."""
        return self._next if self._archive.database.is_shared and _pending_erasures(self._archive) else math.inf

    def step(self) -> bool:
        """Write the pages anew. Return whether there was anything to do, and it was done."""
        if self.due() > time.time():
            return False
        try:
            return write_anew(self._archive)
        except Overloaded:
            self._next = time.time() + _AGAIN
            return False


def _pending_erasures(archive: Archive) -> list[int]:
    with archive.database.reading() as session:
        return withdrawals.unfinished_erasures(session)
