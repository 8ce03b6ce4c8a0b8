"""What a copy follows: when articles came and were taken out of sight, and the changes of entities.

Entities that are there are numbered after all changes so far, so that whoever begins to follow is told of each.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision: str | None = "0014"
branch_labels = None
depends_on = None

_SHOWN = "FROM entity WHERE article_count > 0 AND NOT hidden"
_COUNTED = "coalesce((SELECT value FROM counter WHERE name = 'sequence'), 0)"


def upgrade() -> None:
    op.add_column("article", sa.Column("added", sa.Integer(), nullable=True))
    op.add_column("withdrawal", sa.Column("sequence", sa.Integer(), nullable=True))
    op.create_table(
        "entity_change",
        sa.Column("entity_id", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("renamed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("entity_id", name=op.f("pk_entity_change")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_entity_change_sequence"), "entity_change", ["sequence"], unique=True)
    op.create_table(
        "lineage", sa.Column("id", sa.String(), nullable=False), sa.PrimaryKeyConstraint("id", name=op.f("pk_lineage"))
    )
    op.execute("INSERT INTO lineage (id) VALUES (lower(hex(randomblob(8))))")
    number = f"{_COUNTED} + row_number() OVER (ORDER BY id)"
    op.execute(f"INSERT INTO entity_change SELECT id, {number}, {number}, {number} {_SHOWN}")
    op.execute(
        "INSERT INTO counter (name, value) SELECT 'sequence', max(sequence) FROM entity_change WHERE sequence > 0 "
        "HAVING max(sequence) IS NOT NULL ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    )


def downgrade() -> None:
    op.drop_table("lineage")
    op.drop_table("entity_change")
    op.drop_column("withdrawal", "sequence")
    op.drop_column("article", "added")
