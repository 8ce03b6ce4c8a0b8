"""Sums over names that are behind the articles: an ingest that is stopped settles them where that is quick, and what it
or a killed one leaves, the next command that shows them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.archive import Archive
from app.ingest.lock import ingest_lock
from app.store.linking import settle_entities
from app.store.totals import count_stale

# About five seconds of work: whoever stops an ingest does not wait for longer.
_QUICK = 50_000


@contextmanager
def settled_when_stopped(archive: Archive) -> Iterator[None]:
    """Settle what is left where the block is stopped by the keyboard, and that is quick."""
    try:
        yield
    except KeyboardInterrupt:
        if 0 < left(archive) <= _QUICK:
            _settle(archive)
        raise


def left(archive: Archive) -> int:
    """Return how many entities wait to be summed up."""
    with archive.database.reading() as session:
        return count_stale(session)


def make_up(archive: Archive) -> None:
    """Settle what is left. Raises `ArchiveReadOnly`, and `ArchiveBusy` where an ingest runs, which will do the same."""
    with ingest_lock(archive):
        _settle(archive)


def _settle(archive: Archive) -> None:
    from app.ingest.rules import RULES  # loads the resolver, which who only reads does without

    with archive.database.writing() as session:
        settle_entities(session, RULES)
