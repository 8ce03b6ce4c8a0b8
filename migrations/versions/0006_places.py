"""Where each state of an article was read, and what files are called in the keys of their records."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision: str | None = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sighting",
        sa.Column("article_id", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("record_sha256", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_sighting_article_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", "place", "record_sha256", name="pk_sighting"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "input_file",
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("tail", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("label", name="pk_input_file"),
        sa.UniqueConstraint("path", name="uq_input_file_path"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_input_file_tail", "input_file", ["tail"])
    op.execute(
        "INSERT INTO sighting (article_id, place, record_sha256, at) "
        "SELECT article_id, file, record_sha256, ingested_at FROM revision"
    )
    op.execute(
        "INSERT OR IGNORE INTO sighting (article_id, place, record_sha256, at) "
        "SELECT id, file, record_sha256, ingested_at FROM article "
        "WHERE id IN (SELECT article_id FROM revision)"
    )


def downgrade() -> None:
    op.drop_table("input_file")
    op.drop_table("sighting")
