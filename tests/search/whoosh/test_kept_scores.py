"""Whatever of a search's arrays is kept or gone, it finds the same with the same scores."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.search.engine import Hits
from app.search.query import Query, parse
from app.search.whoosh import array_cache
from app.search.whoosh.engine import WhooshEngine
from tests.search.generated import articles

_TEXTS = (
    "the OR oil OR talks",
    "the oil",
    "oil",
    "talks the",
    "the -oil",
    "minist* OR oil OR the",
    "headline:the OR oil",
)


@pytest.mark.parametrize("order", [_TEXTS, _TEXTS[::-1]])
def test_searches_find_the_same_where_nothing_has_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: tuple[str, ...]
) -> None:
    engine = WhooshEngine.open(tmp_path)
    for start in (0, 150, 220):
        engine.put(articles(240)[start : start + 150], sequence=start + 1)

    def found() -> list[Hits]:
        opened = WhooshEngine.open(tmp_path)
        return [opened.search(Query(parse(text).clause, limit=300)) for _ in range(3) for text in order]

    with_room = found()
    monkeypatch.setattr(array_cache._cache, "_base", 0)
    monkeypatch.setattr(array_cache._cache, "_each", 0)
    assert found() == with_room
    assert array_cache._cache.used < 20_000
