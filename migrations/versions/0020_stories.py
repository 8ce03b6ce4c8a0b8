"""Stories: what articles are about, their neighbours, the story that each is in, and what editors decide about that.

All articles wait to have theirs worked out: the next ingest or enrich, or the server, does it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision: str | None = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("article", sa.Column("story", sa.String(), nullable=True))
    op.create_index("ix_article_story", "article", ["story"])
    op.create_table(
        "story_vector",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("article_id", sa.String(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_story_vector_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("day", "article_id", name=op.f("pk_story_vector")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_story_vector_article_id"), "story_vector", ["article_id"])
    op.create_table(
        "story_neighbours",
        sa.Column("article_id", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("near", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_story_neighbours_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_story_neighbours")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_story_neighbours_part"), "story_neighbours", ["part"])
    op.create_table(
        "story_due",
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("article_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_story_due_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("day", "article_id", name=op.f("pk_story_due")),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO story_due (day, article_id) SELECT coalesce(date, ''), id FROM article WHERE status = 'published'"
    )
    op.create_table(
        "story_decision",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("article_id", sa.String(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("stands", sa.String(), nullable=True),
        sa.Column("other_id", sa.String(), nullable=True),
        sa.Column("other_sha256", sa.String(), nullable=True),
        sa.Column("other_stands", sa.String(), nullable=True),
        sa.Column("headline", sa.String(), nullable=True),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_story_decision")),
        sa.UniqueConstraint("undoes", name=op.f("uq_story_decision_undoes")),
    )
    op.create_index(op.f("ix_story_decision_article_id"), "story_decision", ["article_id"])
    op.create_index(op.f("ix_story_decision_other_id"), "story_decision", ["other_id"])


def downgrade() -> None:
    op.drop_table("story_decision")
    op.drop_table("story_due")
    op.drop_table("story_neighbours")
    op.drop_table("story_vector")
    op.drop_index("ix_article_story", "article")
    op.drop_column("article", "story")
