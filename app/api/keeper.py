"""Keeps the index beside the serving server: brings it up to date, looks whether it is sound, builds it again if not.

So a start waits for nothing, the old index serves while a new one is built, and a damaged one does not fail for ever.
"""

from __future__ import annotations

import logging
import threading

from app.archive import Archive
from app.errors import ArchiveBusy, ArchiveReadOnly, DatelineError, IndexUnavailable
from app.ingest import indexing

log = logging.getLogger(__name__)

_PATIENCE = 1.0
"""Seconds until the next try where another process has the lock."""
_LEAVE = 2.0
"""Seconds for a step under way when the server stops; what is cut off is done again at the next start."""


class Keeper:
    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._thread = threading.Thread(target=self._run, name="index keeper", daemon=True)
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._serves = indexing.is_ours(archive)

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
        if not self._serves:
            raise IndexUnavailable("The index is being built from the articles. They can be read by id meanwhile.")

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._keep()
            except ArchiveBusy:
                self._again(indexing.is_ours(self._archive))
            except ArchiveReadOnly as error:
                log.warning("The index stays as it is: %s", error)
                return
            except indexing.Interrupted:
                return
            except (DatelineError, OSError) as error:
                log.error("The index could not be brought up to date: %s", error)  # a disk, no defect
                self._again(self._serves)

    def _again(self, serves: bool) -> None:
        self._serves = serves
        self._stop.wait(_PATIENCE)

    def _keep(self) -> None:
        """Once, and whenever something is suspected."""
        archive = self._archive
        indexing.catch_up(archive, self._stop.is_set)
        self._serves = True
        if damaged := self._damaged():
            log.error("The index is damaged and is built again: %s", ", ".join(damaged))
            self._serves = False
            indexing.rebuild(archive, self._stop.is_set)
            self._serves = True
        self._wake.wait()
        self._wake.clear()

    def _damaged(self) -> tuple[str, ...]:
        try:
            return self._archive.engine.audit().damaged
        except IndexUnavailable as error:
            return (str(error),)
