"""The time of day at which an article was published, and its offset, as the record gave them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision: str | None = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("article", sa.Column("published_at", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("article", "published_at")
