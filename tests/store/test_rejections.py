from __future__ import annotations

from typing import Any

from sqlalchemy import event

from app.archive import Archive
from app.store import rejections
from app.store.rejections import Refusal

FILE = Refusal("news/a.jsonl", "/news/a.jsonl", None, "is empty")
LINE = Refusal("news/a.jsonl", "/news/a.jsonl", 3, "is not valid JSON", "ab", 120)


def test_the_same_refusal_again_keeps_its_row(archive: Archive) -> None:
    for run in ("first", "second"):
        with archive.database.writing() as session:
            rejections.store_rejections(session, [FILE, LINE], run)
    with archive.database.reading() as session:
        rows = rejections.list_rejections(session)
        assert [(row.record, row.reason, row.seen_at) for row in rows] == [
            (None, "is empty", "second"),
            (3, "is not valid JSON", "second"),
        ]
        assert [row.path for row in rejections.files_to_retry(session)] == ["/news/a.jsonl"]
        assert len(rejections.list_rejections(session, limit=1)) == 1


def test_what_is_not_refused_again_is_resolved(archive: Archive) -> None:
    with archive.database.writing() as session:
        rejections.store_rejections(session, [FILE, LINE], "first")
        rejections.store_rejections(session, [LINE], "second")
        assert rejections.resolve_rejections(session, "/news/a.jsonl", "second") == 1
        assert rejections.resolve_rejections(session, "/news/b.jsonl", "second") == 0
    with archive.database.reading() as session:
        assert [row.record for row in rejections.list_rejections(session)] == [3]
        assert [row.resolved for row in rejections.list_rejections(session, resolved=True)] == [True, False]


def test_one_of_many_rejections_is_found_by_its_file(archive: Archive) -> None:
    """Not by all that stand: a file of 40,000 bad lines took four minutes."""
    asked: list[tuple[str, Any]] = []
    with archive.database.writing() as session:

        @event.listens_for(session.connection(), "before_cursor_execute")
        def note(_c: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
            asked.append((statement, values))

        rejections.store_rejections(session, [LINE], "first")
        rejections.resolve_rejections(session, LINE.path, "second")
    with archive.database.reading() as session:
        for statement, values in asked:
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            if statement.startswith("UPDATE"):
                assert "USING INDEX ix_rejection_file" in str(plan)
    assert [statement.split()[0] for statement, _ in asked] == ["UPDATE", "INSERT", "UPDATE"]
