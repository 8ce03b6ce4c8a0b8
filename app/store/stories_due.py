"""Articles whose story has to be worked out anew: noted with whatever changes it, and done when there is time."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from sqlmodel import Session

from app.store.written import run_written

_PUT = """
INSERT INTO story_due (day, article_id)
SELECT coalesce(date, ''), id FROM article WHERE id IN (SELECT value FROM json_each(?))
ON CONFLICT DO NOTHING
"""
_OUT_OF_SIGHT = """
UPDATE article SET story = NULL
WHERE id IN (SELECT value FROM json_each(?)) AND status != 'published' AND story IS NOT NULL
"""
_ALL = "SELECT day, article_id FROM story_due ORDER BY day, article_id LIMIT ?"
_DELETE = "DELETE FROM story_due WHERE day = ? AND article_id = ?"


def put_stories_due(session: Session, ids: Iterable[str]) -> None:
    """Note that the stories of these are to be worked out. Those out of sight have none from now on."""
    given = (sorted(ids),)
    execute = partial(run_written, session.connection())
    execute(_OUT_OF_SIGHT, given)
    execute(_PUT, given)


def take_stories_due(session: Session, limit: int) -> list[str]:
    """Return at most `limit` of the articles that wait, the earliest first, which then wait no more."""
    execute = partial(run_written, session.connection())
    rows = [tuple(row) for row in execute(_ALL, (limit,))]
    if rows:
        execute(_DELETE, rows)
    return [id for _, id in rows]


def drop_stories_due(session: Session, articles: Iterable[tuple[str | None, str]]) -> None:
    """Let articles wait no more, given by their dates and ids, whose stories are worked out with those of others."""
    if rows := [(day or "", id) for day, id in articles]:
        run_written(session.connection(), _DELETE, rows)


def has_stories_due(session: Session) -> bool:
    return run_written(session.connection(), _ALL, (1,)).first() is not None
