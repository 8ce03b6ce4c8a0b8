"""How many articles are in sight: told by whoever starts a server, and loads nothing else for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.store.plain import select_plain

if TYPE_CHECKING:
    from sqlmodel import Session


def count_published(session: Session) -> int:
    return int(select_plain(session, "SELECT count(*) FROM article WHERE status = 'published'")[0][0])
