"""A rejection keeps the publisher and the format that its file was read with, for when it is tried again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("source", "format"):
        op.add_column("rejection", sa.Column(name, sa.String(), nullable=True))


def downgrade() -> None:
    for name in ("format", "source"):
        op.drop_column("rejection", name)
