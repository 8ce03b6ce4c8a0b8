"""Short ways of asking an engine, shared by the suites of the port."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

from app.search.engine import Document, Hits, SearchEngine
from app.search.query import Query, Sort, parse

Open = Callable[[Path], SearchEngine]
SORTS: tuple[Sort, ...] = get_args(Sort)


def doc(number: int, body: str = "", headline: str = "", **more: object) -> Document:
    return replace(Document(f"{number:016x}", headline, body, revised=1), **more)  # type: ignore[arg-type]


def ask(engine: SearchEngine, text: str, sort: Sort = "relevance", limit: int = 1000) -> Hits:
    return engine.search(Query(parse(text).clause, sort=sort, limit=limit))


def numbers(hits: Hits) -> list[int]:
    return [int(hit.id, 16) for hit in hits.hits]


def pages(engine: SearchEngine, query: Query) -> Iterator[Hits]:
    cursor: str | None = None
    while True:
        page = engine.search(replace(query, cursor=cursor))
        yield page
        cursor = page.cursor
        if cursor is None:
            return
