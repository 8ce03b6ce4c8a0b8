"""The log of articles that were withdrawn, restored or erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision: str | None = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "withdrawal",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("unfinished", sa.Boolean(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_withdrawal_article_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", name="pk_withdrawal"),
    )
    op.create_index("ix_withdrawal_article_id", "withdrawal", ["article_id"])
    op.create_index("ix_withdrawal_unfinished", "withdrawal", ["unfinished"], sqlite_where=sa.text("unfinished"))


def downgrade() -> None:
    op.drop_table("withdrawal")
    op.execute("UPDATE article SET status = 'withdrawn' WHERE status = 'erased'")
