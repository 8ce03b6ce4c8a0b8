"""How much there is of what relates articles to each other, to speakers and to days."""

from __future__ import annotations

from typing import NamedTuple

from sqlmodel import Session

from app.store.written import run_written

_COUNTED = """
SELECT
(SELECT coalesce(sum(size - 1), 0) FROM (
    SELECT count(*) AS size FROM article WHERE copy_group IS NOT NULL GROUP BY copy_group HAVING count(*) > 1
) AS copies),
(SELECT count(*) FROM (SELECT 1 FROM article WHERE story IS NOT NULL GROUP BY story HAVING count(*) > 1) AS several),
(SELECT count(*) FROM quote),
(SELECT count(*) FROM mentioned_date),
(SELECT count(*) FROM story_due)
"""
"""What is out of sight is in no group and no story. The indexes by them are read, and no article."""


class RelationCounts(NamedTuple):
    """`copies` is how many articles a search for all leaves out that collapses copies; `stories` have several
    articles. So many articles are `waiting` for their story."""

    copies: int
    stories: int
    quotes: int
    dates: int
    waiting: int


def relation_counts(session: Session) -> RelationCounts:
    return RelationCounts(*map(int, run_written(session.connection(), _COUNTED).one()))
