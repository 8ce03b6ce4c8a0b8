"""Articles that await their names: the queue is a row for each, written and taken out with what it stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import literal, text, update
from sqlmodel import Session, col, select

from app.store.bulk import delete_in, insert_rows, select_in
from app.store.dialect import upsert
from app.store.plain import select_plain
from app.store.tables import Article, AwaitingNames

_SAME = col(AwaitingNames.article_id) == col(Article.id)
_UNNAMED = (col(Article.pipeline) == "", col(Article.status) == "published")


def put_in_queue(session: Session, ids: Sequence[str]) -> set[str]:
    """Queue those of the articles that have no names yet, and return them."""
    wanted = select(Article.id).where(*_UNNAMED)
    unnamed = set(select_in(session, wanted, Article.id, ids))
    insert_rows(
        session, AwaitingNames, [{"article_id": id, "tries": 0} for id in sorted(unnamed)], "ON CONFLICT DO NOTHING"
    )
    return unnamed


def count_waiting(session: Session) -> int:
    """Return how many articles wait, without those that got their names from another."""
    return int(select_plain(session, COUNT)[0][0])


# A cross join, for SQLite to begin with the queue: it would look at each article without names whether it waits.
COUNT = """
SELECT count(*) FROM awaiting_names CROSS JOIN article
WHERE article.id = awaiting_names.article_id AND article.pipeline = '' AND article.status = 'published'
"""


def still_waiting(session: Session, revised: Mapping[str, int]) -> list[str]:
    """Return those of the articles that are as they were, when they were revised last at these numbers."""
    columns = select(Article.id, Article.revised).join(AwaitingNames, _SAME).where(*_UNNAMED)
    return [id for id, number in select_in(session, columns, Article.id, revised) if number == revised[id]]


def is_waiting(session: Session, id: str) -> bool:
    return bool(select_plain(session, "SELECT 1 FROM awaiting_names WHERE article_id = ?", (id,)))


Claim = Callable[[Sequence[str]], list[str]]
"""Takes ids of articles, and returns those that nobody else is at work on: they are one's own until that is done."""


def next_waiting(session: Session, limit: int, claim: Claim) -> list[Article]:
    """Return articles that wait for the first time, and where there are none, one of those that were begun least often:
    whatever ended the process in their midst may do so again."""
    ids = _claim_fresh(session, limit, claim) or _claim_begun(session, claim)
    return list(select_in(session, select(Article), Article.id, ids))


def _claim_fresh(session: Session, limit: int, claim: Claim) -> list[str]:
    wanted = select(AwaitingNames.article_id).where(col(AwaitingNames.tries) == 0)
    wanted = wanted.order_by(col(AwaitingNames.article_id)).limit(limit)
    last, claimed = "", list[str]()
    while not claimed and (found := session.exec(wanted.where(col(AwaitingNames.article_id) > last)).all()):
        claimed, last = claim(found), found[-1]
    return claimed


def _claim_begun(session: Session, claim: Claim) -> list[str]:
    wanted = select(AwaitingNames.article_id).where(col(AwaitingNames.tries) > 0)
    for id in session.exec(wanted.order_by(col(AwaitingNames.tries), col(AwaitingNames.article_id))):
        if claimed := claim([id]):
            return claimed
    return []


def queue_skipped(session: Session) -> int:
    """Queue all articles that have no names yet. Return how many those are that did not wait before."""
    before = count_waiting(session)
    unnamed = select(Article.id, literal(0)).where(*_UNNAMED)
    added = upsert(session, AwaitingNames).from_select(["article_id", "tries"], unnamed).on_conflict_do_nothing()
    session.connection().execute(added)
    return count_waiting(session) - before


def count_try(session: Session, ids: Sequence[str]) -> None:
    begun = update(AwaitingNames).where(col(AwaitingNames.article_id).in_(ids))
    session.connection().execute(begun.values(tries=AwaitingNames.tries + 1))


def take_out(session: Session, ids: Sequence[str]) -> None:
    delete_in(session, AwaitingNames, AwaitingNames.article_id, ids)


def drop_named(session: Session) -> None:
    """Take out what got its names from another, or is no longer to have any."""
    session.connection().execute(
        text(
            "DELETE FROM awaiting_names WHERE article_id IN (SELECT article_id FROM awaiting_names JOIN article "
            "ON article.id = article_id WHERE pipeline != '' OR status != 'published')"
        )
    )
