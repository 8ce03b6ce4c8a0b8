"""Which record is which article: what the archive already has of the records that come in, and where they came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table, delete, func
from sqlalchemy import select as core_select
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Session, SQLModel, col, select

from app.store.articles import chunks
from app.store.tables import Article, Copy, Revision

_ARTICLE: Table = SQLModel.metadata.tables[str(Article.__tablename__)]


@dataclass(frozen=True, slots=True)
class Standing:
    """An article as far as a record must be compared with it. The last two are what its names depend on besides its
    content, and what they gave."""

    id: str
    key: str
    revision: int
    record_sha256: str
    content_sha256: str
    pipeline: str
    dateline: str | None = None
    dateline_place: str | None = None


@dataclass(slots=True)
class Known:
    """What the archive knows of some keys, ids and contents."""

    by_key: dict[str, Standing] = field(default_factory=dict)
    key_of: dict[str, str] = field(default_factory=dict)
    """Article id to key."""
    by_content: dict[str, str] = field(default_factory=dict)
    """Content hash to article id."""
    former: set[tuple[str, str]] = field(default_factory=set)
    """Article id and record hash of replaced states."""
    copies: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Key to article id and record hash."""


def known(session: Session, keys: Sequence[str], ids: Sequence[str], contents: Sequence[str]) -> Known:
    found = Known()
    connection = session.connection()
    columns = [_ARTICLE.c[name] for name in Standing.__slots__]
    for chunk in chunks(keys):
        for row in connection.execute(core_select(*columns).where(col(Article.key).in_(chunk))):
            found.by_key[row.key] = Standing(*row)
    for chunk in chunks(ids):
        found.key_of.update(iter(session.exec(select(Article.id, Article.key).where(col(Article.id).in_(chunk)))))
    for chunk in chunks(contents):
        same = (
            select(Article.content_sha256, func.min(Article.id))
            .where(col(Article.content_sha256).in_(chunk))
            .group_by(col(Article.content_sha256))
        )
        found.by_content.update(iter(session.exec(same)))
    for chunk in chunks(standing.id for standing in found.by_key.values()):
        replaced = select(Revision.article_id, Revision.record_sha256).where(col(Revision.article_id).in_(chunk))
        found.former.update(iter(session.exec(replaced)))
    for chunk in chunks(keys):
        for copy in session.exec(select(Copy).where(col(Copy.key).in_(chunk))):
            found.copies[copy.key] = (copy.article_id, copy.record_sha256)
    return found


def put_articles(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Add or replace by id. Derived rows are not touched: a replaced article keeps them until they are replaced too."""
    if not rows:
        return
    statement = insert(Article)
    changed = {name: statement.excluded[name] for name in rows[0] if name != "id"}
    session.connection().execute(statement.on_conflict_do_update(index_elements=["id"], set_=changed), list(rows))


def keep_revisions(session: Session, ids: Sequence[str]) -> None:
    """Note the present state of each as a former one: call it before the article is replaced."""
    for chunk in chunks(ids):
        kept = ["record_sha256", "revision", "file", "record", "ingested_at"]
        present = core_select(*[_ARTICLE.c[name] for name in ["id", *kept]]).where(_ARTICLE.c.id.in_(chunk))
        statement = insert(Revision).from_select(["article_id", *kept], present)
        session.connection().execute(statement.on_conflict_do_nothing())


def put_copies(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    statement = insert(Copy)
    changed = {name: statement.excluded[name] for name in rows[0] if name != "key"}
    session.connection().execute(statement.on_conflict_do_update(index_elements=["key"], set_=changed), list(rows))


def drop_copies(session: Session, keys: Sequence[str]) -> None:
    """These records turned out to be articles of their own."""
    for chunk in chunks(keys):
        session.connection().execute(delete(Copy).where(col(Copy.key).in_(chunk)))
