"""Page furniture: the blocks that a source repeats, and the names in them set aside.

No article has been looked through yet: the next ingest or enrich, or the server, does it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision: str | None = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("article", sa.Column("furniture", sa.JSON(), nullable=True))
    op.create_index("ix_article_furniture", "article", ["id"], sqlite_where=sa.text("furniture IS NULL"))
    op.create_table(
        "repeated_block",
        sa.Column("hash", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("week", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("article_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("hash", "week", "article_id", name=op.f("pk_repeated_block")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "set_aside",
        sa.Column("article_id", sa.String(), nullable=False),
        sa.Column("mentions", sa.JSON(), nullable=False),
        sa.Column("entities", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_set_aside_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_set_aside")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    # Recognition reads the articles again of which names were set aside.
    op.execute("UPDATE article SET pipeline = 'furniture' WHERE id IN (SELECT article_id FROM set_aside)")
    op.drop_table("set_aside")
    op.drop_table("repeated_block")
    op.drop_index("ix_article_furniture", "article")
    op.drop_column("article", "furniture")
