"""The dates that articles speak of: of some articles, and counted over many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, func, select

from app.store.bulk import select_in
from app.store.tables import MentionedDate
from app.store.written import run_written

_COUNTED = """
SELECT value, count(DISTINCT article_id) FROM mentioned_date
WHERE value BETWEEN ? AND ? AND article_id IN (SELECT value FROM json_each(?)) GROUP BY value ORDER BY value
"""


def values_of(session: Session, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return what each article speaks of, each date once, in the order of its text."""
    found: dict[str, dict[str, None]] = {id: {} for id in ids}
    wanted = select(MentionedDate.article_id, MentionedDate.value).order_by(
        col(MentionedDate.article_id), col(MentionedDate.start)
    )
    for article_id, value in select_in(session, wanted, MentionedDate.article_id, ids):
        found[article_id][value] = None
    return {id: tuple(values) for id, values in found.items()}


def dates_of(session: Session, article_id: str) -> list[MentionedDate]:
    """Return the dates of an article in the order of its text."""
    wanted = select(MentionedDate).where(MentionedDate.article_id == article_id)
    return list(session.exec(wanted.order_by(col(MentionedDate.start))))


def mentioned_days(session: Session, month: str) -> dict[str, int]:
    """Count the articles that speak of each day of a month."""
    wanted = select(MentionedDate.value, func.count(func.distinct(MentionedDate.article_id)))
    within = wanted.where(MentionedDate.value >= f"{month}-01", MentionedDate.value <= f"{month}-31")
    return dict(iter(session.exec(within.group_by(col(MentionedDate.value)))))


def mentioned_months(session: Session) -> list[str]:
    """Return the months of which some day is spoken of, in order."""
    month = func.substr(MentionedDate.value, 1, len("2025-05"))
    return list(session.exec(select(month).where(MentionedDate.granularity == "day").distinct().order_by(month)))


def count_mentioned(session: Session, ids: Iterable[str], first: str, last: str) -> list[tuple[str, int]]:
    """Count of these articles those that speak of each date whose name lies between two, in the order of names."""
    rows = run_written(session.connection(), _COUNTED, (first, last, list(ids)))
    return [(row[0], row[1]) for row in rows]
