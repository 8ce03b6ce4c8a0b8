"""Bare surnames that nothing explains stand at one entity for each surname, and not at one for each article."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision: str | None = "0007"
branch_labels = None
depends_on = None

_ARTICLE = "[0-9a-f]" * 16
_SUFFIX = "-unresolved"
_STEM = "substr(entity_id, 1, length(entity_id) - 17)"
_TABLES = ("article_entity", "mention")


def upgrade() -> None:
    # What editors decided about stays as it is.
    op.execute(
        f"CREATE TEMP TABLE moving AS SELECT DISTINCT entity_id AS id, {_STEM} || '{_SUFFIX}' AS target "
        f"FROM article_entity WHERE entity_id = key AND entity_id GLOB '*-{_ARTICLE}' AND entity_id NOT IN ("
        "SELECT coalesce(target, entity_id) FROM decision WHERE kind <> 'undo' "
        "AND number NOT IN (SELECT undoes FROM decision WHERE undoes IS NOT NULL))"
    )
    op.execute(
        "INSERT OR IGNORE INTO entity (id, type, name, folded, article_count, mention_count, stale, hidden) "
        "SELECT target, type, max(name), max(folded), 0, 0, 1, 0 FROM moving JOIN entity USING (id) GROUP BY target"
    )
    _move("(SELECT target FROM moving WHERE id = {table}.entity_id)", "entity_id IN (SELECT id FROM moving)")
    op.execute("DELETE FROM alias WHERE entity_id IN (SELECT id FROM moving)")
    op.execute("DELETE FROM entity WHERE id IN (SELECT id FROM moving)")
    op.execute("DROP TABLE moving")


def downgrade() -> None:
    unresolved = f"GLOB '*{_SUFFIX}'"
    op.execute(
        "INSERT OR IGNORE INTO entity (id, type, name, folded, article_count, mention_count, stale, hidden) "
        "SELECT article_entity.key, type, article_entity.name, folded, 0, 0, 1, 0 FROM article_entity "
        f"JOIN entity ON entity.id = article_entity.entity_id WHERE entity_id {unresolved}"
    )
    _move("{table}.key", f"entity_id {unresolved}")
    op.execute(f"DELETE FROM alias WHERE entity_id {unresolved}")
    op.execute(f"DELETE FROM entity WHERE id {unresolved}")


def _move(target: str, which: str) -> None:
    """Let rows stand elsewhere, and the index see it: the articles get new sequence numbers."""
    op.execute(
        "UPDATE article SET sequence = changed.number FROM ("
        "SELECT article_id, row_number() OVER (ORDER BY article_id) "
        "+ (SELECT value FROM counter WHERE name = 'sequence') AS number "
        f"FROM (SELECT DISTINCT article_id FROM article_entity WHERE {which})"
        ") AS changed WHERE article.id = changed.article_id"
    )
    op.execute(
        "UPDATE counter SET value = max(value, (SELECT coalesce(max(sequence), 0) FROM article)) "
        "WHERE name = 'sequence'"
    )
    for table in _TABLES:
        op.execute(f"UPDATE {table} SET entity_id = {target.format(table=table)} WHERE {which}")
