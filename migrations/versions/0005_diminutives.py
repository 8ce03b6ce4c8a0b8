"""People under a short form of their given name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "diminutive",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_diminutive"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_diminutive_person", "diminutive", ["person"], unique=False)
    # Asked when the index is next brought up to date.
    op.execute("INSERT OR IGNORE INTO unsettled_name SELECT DISTINCT key FROM article_entity WHERE surname IS NOT NULL")


def downgrade() -> None:
    op.drop_table("diminutive")
