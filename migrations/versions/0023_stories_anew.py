"""What articles are about is weighed otherwise, so the stories of all of them are worked out anew."""

from __future__ import annotations

from alembic import op

revision = "0023"
down_revision: str | None = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _forget()


def downgrade() -> None:
    _forget()


def _forget() -> None:
    for table in ("story_vector", "story_neighbours", "story_due"):
        op.execute(f"DELETE FROM {table}")
    op.execute(
        "INSERT INTO story_due (day, article_id) SELECT coalesce(date, ''), id FROM article WHERE status = 'published'"
    )
