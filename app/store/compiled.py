"""Statements put together once in a process, whichever archive they go to: SQLAlchemy keeps what it compiled for the
engine that asked, and a small act on an archive that was just opened spends more on that than on all else."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

from app.store.plain import read_json

DRIVER = "sqlite+dateline"
"""How an engine's address begins, so that it shares what is compiled."""

COMPILED: LRUCache[Any, Any] = LRUCache(1_000)
"""The `compiled_cache` of such engines."""


class SharedDialect(SQLiteDialect_pysqlite):
    """SQLite as SQLAlchemy speaks to it. All of its kind are equal, as what was compiled is found by the dialect; so
    none may be set up in a way that the others are not."""

    supports_statement_cache = True

    def __init__(self, **options: Any) -> None:
        super().__init__(json_deserializer=read_json, **options)

    def __eq__(self, other: object) -> bool:
        return type(other) is SharedDialect

    def __hash__(self) -> int:
        return hash(SharedDialect)


registry.register("sqlite.dateline", __name__, SharedDialect.__name__)
