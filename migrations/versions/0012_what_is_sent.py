"""What a server is sent: articles that await their names, requests that must not be done twice, and jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision: str | None = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "awaiting_names",
        sa.Column("article_id", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_awaiting_names_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_awaiting_names")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sent_request",
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("begun_at", sa.String(), nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("pk_sent_request")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_sent_request_begun_at"), "sent_request", ["begun_at"])
    op.create_table(
        "sent_part",
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("results", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", "number", name=op.f("pk_sent_part")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "upload_job",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("updated_at", sa.String(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_upload_job")),
        sa.UniqueConstraint("id", name=op.f("uq_upload_job_id")),
    )
    op.create_index(op.f("ix_upload_job_state"), "upload_job", ["state"])


def downgrade() -> None:
    op.drop_table("upload_job")
    op.drop_table("sent_part")
    op.drop_table("sent_request")
    op.drop_table("awaiting_names")
