"""Whatever of a search's arrays is kept or gone, it finds the same with the same scores."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cache import Cache
from app.search.engine import Hits
from app.search.query import Query, parse
from app.search.whoosh import array_cache
from app.search.whoosh.array_cache import ArrayCache
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


def _opened(folder: Path) -> WhooshEngine:
    engine = WhooshEngine.open(folder)
    engine.put(articles(240), sequence=1)
    return WhooshEngine.open(folder)


def _ask(engine: WhooshEngine, text: str) -> None:
    engine.search(Query(parse(text).clause, limit=300))


def _kept(of: ArrayCache) -> list[object]:
    """What is kept of a snapshot or a segment, by its keys."""
    return list(of._shelf._values)


def test_only_a_search_for_any_of_several_leaves_an_array_of_all_documents(tmp_path: Path) -> None:
    engine = _opened(tmp_path)

    def arrays() -> int:
        return sum(isinstance(key, tuple) and key[0] == "dense" for key in _kept(engine._snapshot.kept))

    for text in ("the oil", "the -oil", "the oil talks"):
        _ask(engine, text)
    assert len(_kept(engine._snapshot.kept)) >= 3
    assert arrays() == 0
    _ask(engine, "the OR oil")
    assert arrays() == 2


def test_positions_make_room_for_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(base=1 << 20)
    monkeypatch.setattr(array_cache, "_cache", cache)
    engine = _opened(tmp_path)
    _ask(engine, "oil")
    lists = _kept(engine._snapshot.kept)
    _ask(engine, '"the oil"')
    [view] = engine._snapshot.views
    positions = [key for key in _kept(view.segment.kept) if isinstance(key, tuple) and key[0] == "positions"]
    assert positions
    monkeypatch.setattr(cache, "_base", cache.used)
    _ask(engine, "talks")
    assert set(lists) <= set(_kept(engine._snapshot.kept))
    assert not set(positions) <= set(_kept(view.segment.kept))
