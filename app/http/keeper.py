"""Keeps the index beside the serving server: brings it up to date, looks whether it is sound, builds it again if not.
Where nothing is asked for a while, memory that comes back by itself is given back.

So a start waits for nothing, the old index serves while a new one is built, and a damaged one does not fail for ever.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import threading
from time import monotonic

from app.archive import Archive
from app.errors import ArchiveBusy, ArchiveReadOnly, DatelineError, IndexUnavailable, SearchAway
from app.http import heap
from app.http.idleness import Idleness
from app.ingest import indexing, standing
from app.ingest.lock import run_lock

log = logging.getLogger(__name__)

_PATIENCE = 1.0
"""Seconds until the next try where another process has the lock, and from one look at the index's folder to the next:
whoever has room to make may empty it at any time."""
_LOOK = 0.25
"""The same where other machines write rows."""
_LEFT = 5.0
"""Seconds after which whoever was to bring the index up to date is taken for gone, if no run is under way."""
_LEAVE = 2.0
"""Seconds for a step under way when the server stops; what is cut off is done again at the next start."""


class Keeper:
    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._thread = threading.Thread(target=self._run, name="index keeper", daemon=True)
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._serves = False
        with contextlib.suppress(SearchAway):
            self._serves = standing.is_ours(archive)
        self._mending = False
        """The index is this archive's, and damaged."""
        self._told = ""
        self._followed = -1
        """The state of the rows to which the index was brought."""
        self._idleness = Idleness()
        self._behind, self._since = -1, 0.0
        """Where an index that others bring up to date stands while it lacks something, and since when."""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._wake.set()
        self._thread.join(_LEAVE)

    def suspect(self) -> None:
        """Something failed that a sound index does not let fail: look at it."""
        self._wake.set()

    def check(self) -> None:
        """Raises `IndexUnavailable` while what the index finds is not to be believed."""
        if not self._serves and not self._mending:
            # It may have been started in the midst of the very first commit of another process.
            self._serves = standing.is_ours(self._archive)
        if not self._serves:
            raise IndexUnavailable("The index is being built from the articles. They can be read by id meanwhile.")

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._keep()
            except ArchiveBusy:
                self._look_again()
            except ArchiveReadOnly as error:
                log.warning("The index stays as it is: %s", error)
                return
            except indexing.Interrupted:
                return
            except (DatelineError, OSError) as error:
                self._complain(str(error))  # a disk, no defect
                self._stop.wait(_PATIENCE)

    def _look_again(self) -> None:
        with contextlib.suppress(DatelineError):
            self._serves = standing.is_ours(self._archive)
        self._stop.wait(_PATIENCE)

    def _complain(self, trouble: str) -> None:
        """Once: what stays as it is, a disk that is gone, would fill the log with one line a second."""
        if trouble != self._told:
            log.error("The index could not be brought up to date: %s", trouble)
        self._told = trouble

    def _keep(self) -> None:
        """Once, and whenever something is suspected or what was open is no longer there."""
        if damaged := self._damaged():
            log.error("The index is damaged and is built again: %s", ", ".join(damaged))
            self._serves, self._mending = False, True
            indexing.rebuild(self._archive, self._stop.is_set)
        self._serves, self._mending, self._told = True, False, ""
        look = _LOOK if self._archive.database.is_shared else _PATIENCE
        while not self._wake.wait(look):
            with contextlib.suppress(ArchiveBusy):
                self._follow()
            if self._idleness.has_begun():
                self._rest()
            if self._archive.engine.status().unreadable:
                log.error("The index is gone from its folder and is built again.")
                return
        self._wake.clear()

    def _rest(self) -> None:
        """Give back pages of the index, which count as memory of this process and are mapped again when they are read,
        pages that connections to the rows keep, and what is free in the heap."""
        self._archive.engine.rest()
        self._archive.database.rest()
        gc.collect()
        heap.give_back()

    def _follow(self) -> None:
        """Apply what other machines have written to an index that is this one's alone. Into any other whoever writes
        brings it, and this one only what somebody left who was ended."""
        archive = self._archive
        if (rows := archive.database.version()) == self._followed:
            return
        if archive.has_own_index:
            indexing.follow(archive, self._stop.is_set)
        elif standing.lag(archive):
            if self._behind != (shown := archive.engine.status().sequence):
                self._behind, self._since = shown, monotonic()
            if monotonic() - self._since < _LEFT:
                return
            # A run lets the index be behind for as long as it likes.
            with run_lock(archive):
                indexing.catch_up(archive, self._stop.is_set)
        self._followed, self._behind = rows, -1

    def _damaged(self) -> tuple[str, ...]:
        """Return what is wrong with the index once it was brought up to date."""
        try:
            indexing.catch_up(self._archive, self._stop.is_set)
            self._serves = True
            return self._archive.engine.damaged()
        except IndexUnavailable as error:
            return (str(error),)
