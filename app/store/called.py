"""Who is called so: asked of the rows by every search, whose words may be a name."""

from __future__ import annotations

from app.ids import is_scoped
from app.store.database import Database
from app.text import fold


def ids_called(database: Database, name: str, limit: int = 5) -> list[tuple[str, str]]:
    """Id and name of those whose name or alias is exactly this, as `resolve_name` has them. Every search asks, most for
    nothing else, so they come without a session."""
    rows = database.rows(_CALLED, (fold(name),))
    pinned = [(id, shown) for id, shown, kind in rows if kind == "pinned"]
    named = [(id, shown) for id, shown, _ in rows]
    known = pinned or [each for each in named if not is_scoped(each[0])] or named
    return list(dict.fromkeys(known))[:limit]


_CALLED = """
SELECT entity.id, entity.name, alias.kind FROM alias JOIN entity ON entity.id = alias.entity_id
WHERE alias.folded = ? AND NOT entity.hidden ORDER BY entity.article_count DESC, entity.id
"""
