"""What the desk says of an article: its rights, its urgency, and the subjects that it is filed under."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision: str | None = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("article", sa.Column("rights", sa.String(), nullable=True))
    op.add_column("article", sa.Column("urgency", sa.Integer(), nullable=True))
    op.add_column("article", sa.Column("subjects", sa.JSON(), nullable=True))


def downgrade() -> None:
    for name in ("subjects", "urgency", "rights"):
        op.drop_column("article", name)
