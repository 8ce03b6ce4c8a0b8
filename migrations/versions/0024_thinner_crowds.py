"""Fewer articles of one form are compared with each other, and other names are told from corrections: all that is there
is compared anew."""

from __future__ import annotations

from alembic import op

revision = "0024"
down_revision: str | None = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _forget()


def downgrade() -> None:
    _forget()


def _forget() -> None:
    for table in ("copy_pair", "sketch_hash", "sketch"):
        op.execute(f"DELETE FROM {table}")
    op.execute("UPDATE article SET copy_group = NULL WHERE copy_group IS NOT NULL")
