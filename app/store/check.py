"""Checks of the rows: as the database sees them, and the texts against their hashes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, text
from sqlmodel import Session, SQLModel, col, select

from app.store import furniture
from app.store.articles import changed_after
from app.store.copies import wrongly_grouped
from app.store.names import misplaced_names
from app.store.stories import wrong_stories
from app.store.tables import Article, Mention, MentionedDate, Quote, RepeatedBlock
from app.text import fingerprint

_STEP = 200
_PASSAGES: tuple[tuple[type[Any], str, str], ...] = (
    (Mention, "mention", "surface"), (Quote, "quote", "text"), (MentionedDate, "date", "text"),
)  # fmt: skip
"""What is a passage of a body, what a finding calls it, and the column that has its text."""


def check_file(session: Session, *, deep: bool) -> Iterator[str]:
    """Yield what SQLite finds wrong; `deep` also compares indexes with tables. PostgreSQL minds references by itself,
    and tells of a damaged page when it is read: `deep` reads them all."""
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        for table in SQLModel.metadata.sorted_tables if deep else ():
            connection.execute(text(f'SELECT max(length(CAST("{table.name}".* AS text))) FROM "{table.name}"'))
        return
    for (message,) in connection.execute(text(f"PRAGMA {'integrity_check' if deep else 'quick_check'}")):
        if message != "ok":
            yield f"SQLite: {message}"
    for table, row, parent, _ in connection.execute(text("PRAGMA foreign_key_check")):
        yield f"SQLite: row {row} of {table} refers to a row of {parent} that is not there"


def check_texts(session: Session) -> Iterator[str]:
    """Articles whose text is not what its hash says; mentions and quotes that are not what stands at their place."""
    sequence = 0
    while step := changed_after(session, sequence, _STEP):
        sequence = step[-1].sequence
        for article in step:
            if article.status == "erased":
                continue
            headline = "" if article.headline_derived else article.headline
            if fingerprint(headline, article.body, article.date or "") != article.content_sha256:
                yield f"Article {article.id} is not what its hash says"
        bodies = {article.id: article.body for article in step}
        for model, name, column in _PASSAGES:
            for row in session.exec(select(model).where(col(model.article_id).in_(bodies))):
                # A damaged table may give a row for a key that it does not have.
                if bodies.get(row.article_id, "")[row.start : row.end] != getattr(row, column):
                    yield f"A {name} of article {row.article_id} is not what stands at {row.start} of its body"
        session.expunge_all()


def check_furniture(session: Session) -> Iterator[str]:
    """Articles whose furniture is not what repetition makes it, or whose names in it are not set aside."""
    last, expected = "", 0
    while step := session.exec(select(Article.id).where(Article.id > last).order_by(Article.id).limit(_STEP)).all():
        last = step[-1]
        articles = [each for each in furniture.texts_of(session, step) if each.marked is not None]
        expected += furniture.count_rows(articles)
        for id in furniture.wrongly_marked(session, articles):
            yield f"The furniture of article {id} is not what its source repeats"
        for id in misplaced_names(session, step):
            yield f"Names of article {id} are not set aside as its furniture says"
    if session.exec(select(func.count()).select_from(RepeatedBlock)).one() != expected:
        yield "Blocks are noted that no article has"


def check_copies(session: Session) -> Iterator[str]:
    """Articles that are kept together with others than their texts say."""
    last = ""
    while step := session.exec(select(Article.id).where(Article.id > last).order_by(Article.id).limit(_STEP)).all():
        last = step[-1]
        for id in wrongly_grouped(session, step):
            yield f"The copies of article {id} are not those that its text has"


def check_stories(session: Session) -> Iterator[str]:
    """Articles that are in another story than all texts and decisions make it."""
    for id in wrong_stories(session):
        yield f"The story of article {id} is not the one that it belongs to"
