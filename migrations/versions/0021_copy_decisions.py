"""Decisions about copies, in the log of all decisions: what they mean beside the first article."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision: str | None = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("decision", sa.Column("other_id", sa.String(), nullable=True))
    op.add_column("decision", sa.Column("other_sha256", sa.String(), nullable=True))


def downgrade() -> None:
    # Without the columns such decisions would be taken for others.
    op.execute("DELETE FROM decision WHERE other_sha256 IS NOT NULL")
    op.drop_column("decision", "other_sha256")
    op.drop_column("decision", "other_id")
