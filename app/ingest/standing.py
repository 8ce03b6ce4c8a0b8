"""How the index stands to the rows. Asked by whoever reads, who need not load what brings it up to date."""

from __future__ import annotations

from app.archive import Archive
from app.search.engine import IndexStatus
from app.store import receipts
from app.store.sequence import count_changed_after


def is_ours(archive: Archive) -> bool:
    """Return whether the index was made from these rows, by this version of the code: what it finds is then true, if
    not always all. An empty one is ours only where there never was another."""
    return is_ours_at(archive, archive.engine.status())


def is_ours_at(archive: Archive, status: IndexStatus) -> bool:
    """Return what `is_ours` does, of an index that stands so."""
    if status.fingerprint != archive.fingerprint:
        return False
    with archive.database.reading() as session:
        if receipts.find_receipt(session, status.token, status.generation) == status.sequence:
            return True
        return status.documents == 0 and status.sequence == 0 and not receipts.has_receipts(session)


def lag(archive: Archive) -> int:
    """Return how many changed articles the index does not show yet: all of them where it is not this archive's."""
    shown = archive.engine.status().sequence if is_ours(archive) else 0
    with archive.database.reading() as session:
        return count_changed_after(session, shown)
