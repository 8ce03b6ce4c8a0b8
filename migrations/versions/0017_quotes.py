"""Quotes: what people say in articles.

No article has any yet: `dateline enrich` reads those again that came before.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision: str | None = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quote",
        sa.Column("article_id", sa.String(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("speaker_start", sa.Integer(), nullable=False),
        sa.Column("speaker_end", sa.Integer(), nullable=False),
        sa.Column("named", sa.Integer(), nullable=True),
        sa.Column("cue", sa.String(), nullable=True),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_quote_article_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", "start", name=op.f("pk_quote")),
        sqlite_with_rowid=False,
    )
    op.add_column("set_aside", sa.Column("quotes", sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("set_aside", "quotes")
    op.drop_table("quote")
