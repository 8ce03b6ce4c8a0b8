"""Keeps one process that does what waits (`ingest/background.py`): started on need, and again where it was killed,
stopped with the server. Of several processes of a server one has it, whichever comes first; of several machines that
share the rows each has one.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import threading
import time
from multiprocessing.process import BaseProcess

from app.alerts import Alerts
from app.archive import Archive
from app.errors import ArchiveBusy, DatelineError
from app.http.beside import work_beside
from app.ingest import indexing
from app.ingest.background import Task, common_due, own_due
from app.ingest.embedding import VectorMaker
from app.ingest.erasing import Eraser
from app.ingest.lock import background_lock, is_vacant

log = logging.getLogger(__name__)

_LOOK = 1.0
"""Seconds from one look at the queue to the next, unless somebody says that there is something."""
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 300.0
"""Seconds until it is started again, doubled each time: what ends it may lie in a text."""
_LEAVE = 2.0
"""Seconds that it has to end: what it is at is done again by the next one."""


class Background:
    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._thread = threading.Thread(target=self._run, name="background", daemon=True)
        self._stop, self._wake = threading.Event(), threading.Event()
        self._pause = _FIRST_PAUSE
        self._looked_at = -1
        self._own: list[Task] = [VectorMaker(archive)]
        self._common: list[Task] = [Alerts(archive), Eraser(archive)]
        self._own_due = self._common_due = 0.0

    def start(self) -> None:
        if not self._archive.database.read_only:
            self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(2 * _LEAVE)

    def wake(self) -> None:
        """There may be something to do."""
        self._wake.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                if self._is_wanted() and self._is_free():
                    self._keep_one()
            except DatelineError as error:
                log.warning("What is to be done waits: %s", error)
                self._stop.wait(self._longer())
            self._wake.wait(_LOOK)
            self._wake.clear()

    def _is_wanted(self) -> bool:
        version = self._archive.database.version()
        if version != self._looked_at:
            self._own_due = own_due(self._archive, self._own)
            self._common_due = common_due(self._archive, self._common)
            self._looked_at = version
        now = time.time()
        return now >= self._own_due or (now >= self._common_due and is_vacant(self._archive))

    def _is_free(self) -> bool:
        """Return whether no other process of the server has one."""
        with contextlib.suppress(ArchiveBusy), background_lock(self._archive):
            return True
        return False

    def _keep_one(self) -> None:
        context = multiprocessing.get_context("spawn")
        process = context.Process(target=work_beside, args=(self._archive.settings,), daemon=True)
        process.start()
        while process.is_alive() and not self._stop.is_set():
            process.join(_LOOK)
        if self._stop.is_set():
            _end(process)
        elif process.exitcode == 0:
            self._pause = _FIRST_PAUSE
            self._looked_at = -1  # what it did may stand in no row
        else:
            # It may have written what the index does not show yet.
            with contextlib.suppress(ArchiveBusy):
                indexing.catch_up(self._archive)
            seconds = self._longer()
            log.warning("The process in the background ended (%s); again in %.0f s.", process.exitcode, seconds)
            self._stop.wait(seconds)

    def _longer(self) -> float:
        pause, self._pause = self._pause, min(2 * self._pause, _LONGEST_PAUSE)
        return pause


def _end(process: BaseProcess) -> None:
    process.terminate()
    process.join(_LEAVE)
    if process.is_alive():
        process.kill()
        process.join()
