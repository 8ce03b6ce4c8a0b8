"""Copies: sketches of texts, pairs of articles that are one piece of news, and the group that each article is in.

No article has been compared yet: the next ingest or enrich, or the server, does it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision: str | None = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("article", sa.Column("copy_group", sa.String(), nullable=True))
    op.create_index("ix_article_copy_group", "article", ["copy_group"])
    op.create_table(
        "sketch",
        sa.Column("article_id", sa.String(), nullable=False),
        sa.Column("digest", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("smallest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_sketch_article_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_sketch")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_sketch_digest"), "sketch", ["digest"])
    op.create_table(
        "sketch_hash",
        sa.Column("hash", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("article_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("hash", "day", "article_id", name=op.f("pk_sketch_hash")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "copy_pair",
        sa.Column("article_id", sa.String(), nullable=False),
        sa.Column("other_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_copy_pair_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", "other_id", name=op.f("pk_copy_pair")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("copy_pair")
    op.drop_table("sketch_hash")
    op.drop_index(op.f("ix_sketch_digest"), "sketch")
    op.drop_table("sketch")
    op.drop_index("ix_article_copy_group", "article")
    op.drop_column("article", "copy_group")
