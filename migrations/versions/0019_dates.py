"""Dates that articles speak of.

No article has any yet: `dateline enrich` reads those again that came before.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision: str | None = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mentioned_date",
        sa.Column("article_id", sa.String(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("granularity", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_mentioned_date_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", "start", name=op.f("pk_mentioned_date")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_mentioned_date_value", "mentioned_date", ["value", "article_id"])
    op.add_column("set_aside", sa.Column("dates", sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("set_aside", "dates")
    op.drop_table("mentioned_date")
