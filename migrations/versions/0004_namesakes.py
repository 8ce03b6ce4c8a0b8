"""People of one full name, told apart, and under a short form of their given name, joined."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "namesake",
        sa.Column("article_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_namesake_article_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", "key", name="pk_namesake"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_namesake_key", "namesake", ["key", "person"], unique=False)
    op.create_table(
        "unsettled_name",
        sa.Column("key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_unsettled_name"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "diminutive",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_diminutive"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_diminutive_person", "diminutive", ["person"], unique=False)
    op.create_index(
        "ix_article_entity_initial",
        "article_entity",
        ["key", "name"],
        unique=False,
        sqlite_where=sa.text("surname IS NOT NULL AND name GLOB '* [A-Z]. *'"),
    )
    op.create_index(
        "ix_mention_role", "mention", ["key", "role"], unique=False, sqlite_where=sa.text("role IS NOT NULL")
    )
    # Asked when the index is next brought up to date.
    op.execute("INSERT INTO unsettled_name SELECT DISTINCT key FROM article_entity WHERE surname IS NOT NULL")


def downgrade() -> None:
    op.drop_index("ix_mention_role", "mention")
    op.drop_index("ix_article_entity_initial", "article_entity")
    for table in ("unsettled_name", "diminutive", "namesake"):
        op.drop_table(table)
