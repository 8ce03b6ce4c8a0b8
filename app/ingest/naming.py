"""Names for articles that were sent without.

The lock is held to write and not while names are recognised, so that whoever sends articles does not wait for it. What
is written is taken out of the queue in the same transaction: killed at any point, it leaves nothing undone and does
nothing twice.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import nullcontext

from app.archive import Archive
from app.ingest import indexing
from app.ingest.enriching import laid_out, put_names
from app.ingest.lock import background_lock, ingest_lock
from app.ingest.run import BATCH
from app.store import unnamed
from app.store.tables import Article

_CHARACTERS = 4_000_000
"""In a batch, unless one text alone has more."""


def name_some(archive: Archive, *, index: bool = True) -> int:
    """Recognise the names of some articles that wait and that nobody else is at work on, and write them. Return how
    many articles were taken out of the queue; 0 where there are none. Without `index` that is left to others."""
    with archive.database.claiming() as claim:
        batch = _begin(archive, claim)
        if not batch:
            return 0
        found = list(zip(batch, archive.enricher.enrich([laid_out(article) for article in batch]), strict=True))
        with ingest_lock(archive, math.inf):
            with archive.database.writing() as session:
                # An article that was revised meanwhile has another text, and waits again.
                same = unnamed.still_waiting(session, {article.id: article.revised for article in batch})
                put_names(session, [(article.id, each) for article, each in found if article.id in same])
                unnamed.take_out(session, same)
            if index:
                indexing.apply(archive)
            else:
                indexing.settle_rows(archive)
    return len(same)


def name_all(archive: Archive, stopped: Callable[[], bool]) -> Iterator[int]:
    """Recognise names batch after batch, beside whoever else does. Yields how many articles that were each time, and 0
    where none is left for now; ends when `stopped` says so then.

    Raises `ArchiveBusy` where the rows are in a file and another process, perhaps of a server, is at it.
    """
    alone = nullcontext() if archive.database.is_shared else background_lock(archive)
    with alone:
        while True:
            count = name_some(archive, index=not archive.has_own_index)
            yield count
            if not count and stopped():
                return


def _begin(archive: Archive, claim: unnamed.Claim) -> list[Article]:
    with archive.database.writing() as session:
        unnamed.drop_named(session)
        waiting = unnamed.next_waiting(session, BATCH, claim)
        batch, size = waiting[:1], sum(len(article.body) for article in waiting[:1])
        for article in waiting[1:]:
            size += len(article.body)
            if size > _CHARACTERS:
                break
            batch.append(article)
        unnamed.count_try(session, [article.id for article in batch])
    return batch
