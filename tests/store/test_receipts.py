from __future__ import annotations

from app.archive import Archive
from app.store import receipts


def test_the_commit_decides_and_a_dead_receipt_goes(archive: Archive) -> None:
    with archive.database.writing() as session:
        receipts.add_receipt(session, "a", 4, 100)
        receipts.add_receipt(session, "b", 5, 110)
        receipts.add_receipt(session, "c", 5, 120)
        assert receipts.find_receipt(session, "a", 4) == 100
        assert receipts.find_receipt(session, "c", 5) == 120
        assert receipts.find_receipt(session, "b", 5) is None
        assert receipts.find_receipt(session, "c", 4) is None


def test_old_receipts_go(archive: Archive) -> None:
    with archive.database.writing() as session:
        for generation in range(1, 31):
            receipts.add_receipt(session, f"of {generation}", generation, generation)
        assert receipts.find_receipt(session, "of 1", 1) is None
        assert receipts.find_receipt(session, "of 29", 29) == 29
        receipts.add_receipt(session, "anew", 1, 40)
        assert receipts.find_receipt(session, "of 29", 29) is None, (
            "the index was made anew, from its first generation on"
        )
