"""Decisions of editors, and what is said of persons beside their names."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "decision",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("entity_id", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=True),
        sa.Column("alias", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("article_id", sa.String(), nullable=True),
        sa.Column("content_sha256", sa.String(), nullable=True),
        sa.Column("start", sa.Integer(), nullable=True),
        sa.Column("end", sa.Integer(), nullable=True),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_decision"),
        sa.UniqueConstraint("undoes", name="uq_decision_undoes"),
    )
    op.create_index("ix_decision_entity_id", "decision", ["entity_id"], unique=False)
    # Not rebuilt: dropping the old table would take the aliases along, which refer to it.
    op.add_column("entity", sa.Column("hidden", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("entity", sa.Column("role", sa.String(), nullable=True))
    op.add_column("entity", sa.Column("prominence", sa.Float(), nullable=True))
    op.add_column("mention", sa.Column("role", sa.String(), nullable=True))
    op.create_table(
        "bare_surname",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_bare_surname"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "unsettled_surname",
        sa.Column("stem", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("stem", name="pk_unsettled_surname"),
        sqlite_with_rowid=False,
    )
    _replace_article_entity(("article_id", "key", "entity_id"), split=True)
    op.create_index(
        "ix_article_entity_surname",
        "article_entity",
        ["surname", "key"],
        unique=False,
        sqlite_where=sa.text("surname IS NOT NULL"),
    )
    # What is new in them is summed up when the index is next brought up to date.
    op.execute("UPDATE entity SET stale = 1")


def downgrade() -> None:
    op.drop_index("ix_article_entity_surname", "article_entity")
    _replace_article_entity(("article_id", "key"), split=False)
    op.drop_column("mention", "role")
    for column in ("prominence", "role", "hidden"):
        op.drop_column("entity", column)
    for table in ("decision", "bare_surname", "unsettled_surname"):
        op.drop_table(table)


def _replace_article_entity(primary_key: tuple[str, ...], *, split: bool) -> None:
    """Copied by hand: Alembic's way of rebuilding a table does not carry over that it has no row ids."""
    columns = ["article_id", "key", "entity_id", "name", "country", "count", "first"]
    op.rename_table("article_entity", "former")
    for index in ("ix_article_entity_entity", "ix_article_entity_key"):
        op.drop_index(index, "former")
    op.create_table(
        "article_entity",
        sa.Column("article_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("entity_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        *(
            [sa.Column("split", sa.Boolean(), nullable=False), sa.Column("surname", sa.String(), nullable=True)]
            if split
            else []
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_article_entity_article_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["entity_id"], ["entity.id"], name="fk_article_entity_entity_id"),
        sa.PrimaryKeyConstraint(*primary_key, name="pk_article_entity"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_article_entity_entity", "article_entity", ["entity_id", "article_id"], unique=False)
    op.create_index("ix_article_entity_key", "article_entity", ["key"], unique=False)
    listed = ", ".join(columns)
    flag = (", split", ", 0") if split else ("", "")
    op.execute(f"INSERT OR IGNORE INTO article_entity ({listed}{flag[0]}) SELECT {listed}{flag[1]} FROM former")
    op.drop_table("former")
