"""Saved searches: what is new for them, and how it is told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision: str | None = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_search",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("webhook", sa.String(), nullable=True),
        sa.Column("secret", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("mailed", sa.Integer(), nullable=False),
        sa.Column("mail_due", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("failing_since", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_saved_search")),
        sa.UniqueConstraint("id", name=op.f("uq_saved_search_id")),
    )
    op.create_table(
        "search_match",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("search", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.String(), nullable=False),
        sa.Column("found_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["search"], ["saved_search.number"], name=op.f("fk_search_match_search"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_search_match_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_search_match")),
        sa.UniqueConstraint("search", "article_id", name=op.f("uq_search_match_search")),
    )
    op.create_index(op.f("ix_search_match_article_id"), "search_match", ["article_id"])
    op.create_table(
        "delivery",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("search", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("upto", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("ended_at", sa.String(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["search"], ["saved_search.number"], name=op.f("fk_delivery_search"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_delivery")),
        sa.UniqueConstraint("id", name=op.f("uq_delivery_id")),
    )
    op.create_index(op.f("ix_delivery_search"), "delivery", ["search"])
    op.create_index("ix_delivery_due", "delivery", ["due_at"], sqlite_where=sa.text("state = 'waiting'"))


def downgrade() -> None:
    op.drop_table("delivery")
    op.drop_table("search_match")
    op.drop_table("saved_search")
