"""Who is who in one table: which entity a key means, and by which rule."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision: str | None = "0006"
branch_labels = None
depends_on = None

_HEX = "[0-9a-f]" * 16


def upgrade() -> None:
    op.create_table(
        "identity",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("article_id", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("entity_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", "article_id", "rule", name="pk_identity"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_identity_entity_id", "identity", ["entity_id"], unique=False)
    op.create_table(
        "unsettled",
        sa.Column("key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_unsettled"),
        sqlite_with_rowid=False,
    )
    for rule, rows in _KEPT.items():
        op.execute(f"INSERT INTO identity (rule, key, article_id, entity_id) SELECT '{rule}', {rows}")
    op.execute(_STATED)
    op.execute("INSERT INTO unsettled SELECT key FROM unsettled_name")
    op.execute(_UNSETTLED)
    op.drop_index("ix_diminutive_person", "diminutive")
    op.drop_index("ix_namesake_key", "namesake")
    for table in ("unsettled_name", "unsettled_surname", "diminutive", "namesake", "bare_surname"):
        op.drop_table(table)


def downgrade() -> None:
    _create_former()
    for rule, (table, columns) in _FORMER.items():
        op.execute(f"INSERT INTO {table} SELECT {columns} FROM identity WHERE rule = '{rule}'")
    op.execute("INSERT INTO unsettled_name SELECT key FROM unsettled")
    op.drop_index("ix_identity_entity_id", "identity")
    for table in ("unsettled", "identity"):
        op.drop_table(table)


_KEPT = {
    "namesake": "key, article_id, person FROM namesake",
    "diminutive": "key, '', person FROM diminutive",
    "surname": "key, '', person FROM bare_surname",
}
# So far it was found out each time: what all articles that explain a short name say it stands for.
_STATED = """
INSERT INTO identity (rule, key, article_id, entity_id)
SELECT 'stated', short, '', coalesce(person, long) FROM (
  SELECT short, min(long) AS long FROM acronym GROUP BY short HAVING min(long) = max(long)
) LEFT JOIN diminutive ON diminutive.key = long WHERE coalesce(person, long) <> short
"""
# Surnames were marked by themselves, and stand for the keys of all articles that have them bare.
_UNSETTLED = f"""
INSERT OR IGNORE INTO unsettled SELECT bare.key FROM unsettled_surname JOIN (
  SELECT key FROM article_entity UNION SELECT key FROM bare_surname
) bare ON bare.key GLOB stem || '-{_HEX}'
"""
_FORMER = {
    "namesake": ("namesake (article_id, key, person)", "article_id, key, entity_id"),
    "diminutive": ("diminutive (key, person)", "key, entity_id"),
    "surname": ("bare_surname (key, person)", "key, entity_id"),
}


def _create_former() -> None:
    for name, column in (("unsettled_name", "key"), ("unsettled_surname", "stem")):
        op.create_table(
            name,
            sa.Column(column, sa.String(), nullable=False),
            sa.PrimaryKeyConstraint(column, name=f"pk_{name}"),
            sqlite_with_rowid=False,
        )
    for name in ("diminutive", "bare_surname"):
        op.create_table(
            name,
            sa.Column("key", sa.String(), nullable=False),
            sa.Column("person", sa.String(), nullable=False),
            sa.PrimaryKeyConstraint("key", name=f"pk_{name}"),
            sqlite_with_rowid=False,
        )
    op.create_index("ix_diminutive_person", "diminutive", ["person"], unique=False)
    op.create_table(
        "namesake",
        sa.Column("article_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_namesake_article_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", "key", name="pk_namesake"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_namesake_key", "namesake", ["key", "person"], unique=False)
