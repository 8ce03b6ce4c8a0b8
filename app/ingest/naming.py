"""Names for articles that were sent without: recognised by one process of its own, while there are any.

It holds the lock to write and not while it recognises, so that whoever sends articles does not wait for it. What it
wrote it takes out of the queue in the same transaction: killed at any point, it leaves nothing undone and does nothing
twice.
"""

from __future__ import annotations

import logging
import math
import multiprocessing
import os
import signal
import threading
import time

from app.archive import Archive, open_archive
from app.errors import ArchiveBusy, DatelineError
from app.ingest import indexing
from app.ingest.enriching import laid_out, put_names
from app.ingest.lock import writing_alone
from app.ingest.run import BATCH
from app.settings import Settings
from app.store import unnamed
from app.store.tables import Article

log = logging.getLogger(__name__)

FAILED = 1
_CHARACTERS = 4_000_000
"""In a batch, unless one text alone has more."""
_LINGER = 30.0
"""Seconds that it stays after the last article: to load the model takes some, and whoever sent one may send more."""
_LOOK = 0.2


def recognise_waiting(settings: Settings) -> None:
    """Do what the process is for, and end it. Where another does it already, that is at once."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends this
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        with open_archive(settings) as archive, writing_alone(settings.names_lock_path):
            _work(archive)
    except ArchiveBusy:
        return
    except DatelineError as error:
        log.error("Names are not recognised: %s", error)  # a disk or a setting, no defect
        raise SystemExit(FAILED) from None


def name_some(archive: Archive) -> int:
    """Recognise the names of some articles that wait, and write them. Return how many articles were taken out of the
    queue; 0 where none waits."""
    batch = _begin(archive)
    if not batch:
        return 0
    found = list(zip(batch, archive.enricher.enrich([laid_out(article) for article in batch]), strict=True))
    with writing_alone(archive.settings.lock_path, math.inf):
        with archive.database.writing() as session:
            # An article that was revised meanwhile has another text, and waits again.
            same = unnamed.still_waiting(session, {article.id: article.revised for article in batch})
            put_names(session, [(article.id, each) for article, each in found if article.id in same])
            unnamed.take_out(session, same)
        indexing.apply(archive)
    return len(same)


def _begin(archive: Archive) -> list[Article]:
    with archive.database.writing() as session:
        unnamed.drop_named(session)
        waiting = unnamed.next_waiting(session, BATCH)
        batch, size = waiting[:1], sum(len(article.body) for article in waiting[:1])
        for article in waiting[1:]:
            size += len(article.body)
            if size > _CHARACTERS:
                break
            batch.append(article)
        unnamed.count_try(session, [article.id for article in batch])
    return batch


def _work(archive: Archive) -> None:
    until = time.monotonic() + _LINGER
    version = -1
    while time.monotonic() < until:
        if version == (now := archive.database.version()):
            time.sleep(_LOOK)
            continue
        version = now
        while name_some(archive):
            until = time.monotonic() + _LINGER


def _end_with_parent() -> None:
    """A server that was killed leaves none behind."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(FAILED)
