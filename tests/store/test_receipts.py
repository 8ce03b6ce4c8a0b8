from __future__ import annotations

from app.archive import Archive
from app.store import receipts


def test_the_generation_decides_and_a_dead_receipt_is_overwritten(archive: Archive) -> None:
    with archive.database.writing() as session:
        receipts.write(session, "index", 4, 100)
        receipts.write(session, "index", 5, 110)
        receipts.write(session, "index", 5, 120)
        assert receipts.read(session, "index", 4) == 100
        assert receipts.read(session, "index", 5) == 120
        assert receipts.read(session, "index", 6) is None
        assert receipts.read(session, "another", 5) is None


def test_old_receipts_go(archive: Archive) -> None:
    with archive.database.writing() as session:
        for generation in range(1, 31):
            receipts.write(session, "index", generation, generation)
        assert receipts.read(session, "index", 1) is None
        assert receipts.read(session, "index", 29) == 29
