"""Words whose documents are weighed one by one, or with those of other words, are found, and scored to the last bit, as
those that are weighed as a whole."""

from __future__ import annotations

import random
import shutil
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from app.search.attributes import EVERYTHING, Filters
from app.search.engine import Hits
from app.search.formula import BRIEF
from app.search.query import Query, Sort, parse
from app.search.whoosh import any_words, execute, weights
from app.search.whoosh.engine import WhooshEngine
from app.search.whoosh.unweighed import Unweighed
from tests.search.generated import ENTITIES, SOURCES, articles, revision

_QUERIES = (
    "talks", "talks oil", "oil talks the", "talks -oil", "talks (oil OR talks)", "talks AND oil", "of minist*",
    "talks zzz", 'talks "the oil"', "headline:talks oil", "-talks", "talks -(bank OR trade)", "in a to of the",
)  # fmt: skip
_FILTERS = (
    EVERYTHING,
    Filters(source=(str(SOURCES[0]),)),
    Filters(entity=(ENTITIES[0],), date_from="1987-01-01"),
    Filters(not_entity=(ENTITIES[0], ENTITIES[1])),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three segments, with revised and deleted documents in them."""
    path, chance, documents = tmp_path_factory.mktemp("unweighed"), random.Random(3), articles(240)
    engine = WhooshEngine.open(path)
    for start in (0, 150, 220):
        engine.put(documents[start : start + 150], sequence=start + 1)
    engine.put([revision(chance, each, 300) for each in documents[::17]], sequence=300)
    engine.delete([each.id for each in documents[5::23]], sequence=301)
    return path


@pytest.mark.parametrize("order", ["relevance", "-date"])
@pytest.mark.parametrize(("text", "filters"), list(product(_QUERIES, _FILTERS)))
def test_what_is_weighed_one_by_one_is_worth_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch, text: str, filters: Filters, order: Sort
) -> None:
    def found(least: int, times: int) -> list[Hits]:
        monkeypatch.setattr(execute, "WORTH_IT", least)
        engine = WhooshEngine.open(folder)
        clause = parse(text).clause
        queries = [Query(clause, filters, sort, limit=300, facets=("source", "year")) for sort in (order, "relevance")]
        return [engine.search(query) for _ in range(times) for query in queries]

    assert found(1, 3) == found(1_000_000, 1) * 3


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two segments in which every document lives: what stands once need not be weighed."""
    path = tmp_path_factory.mktemp("whole")
    engine = WhooshEngine.open(path)
    for start in (0, 180):
        engine.put(articles(240)[start : start + 180], sequence=start + 1)
    return path


@pytest.mark.parametrize("text", ["talks", "the", "oil", "talks OR oil", "the OR of OR bank", "talks OR (oil -bank)"])
def test_the_first_of_those_that_are_not_weighed_are_the_same(
    whole: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    def found(least: int) -> list[Hits]:
        monkeypatch.setattr(execute, "WORTH_IT", least)
        queries = [Query(parse(text).clause, limit=limit, dates=True) for limit in (1, 4, 20, 300)]
        return [WhooshEngine.open(whole).search(query) for query in queries]

    assert found(1) == found(1_000_000)


def test_what_stands_once_is_weighed_only_where_it_may_lead(whole: Path) -> None:
    snapshot = WhooshEngine.open(whole)._current()
    factor = np.float32(1.5)

    def leading(stem: str, count: int) -> tuple[list[float], int]:
        word = Unweighed(snapshot, stem, BRIEF, factor, snapshot.frequency(stem))
        led = word.leading(count)
        every, some = (np.sort(each.values)[::-1][:count].tolist() for each in (word.weighed(), led))
        assert some == every
        return some, len(led)

    frequency = snapshot.frequency("oil")
    assert leading("oil", 1)[1] < frequency
    assert leading("oil", frequency)[1] == frequency


@pytest.mark.parametrize(
    "text", ["talks OR oil OR bank OR zzz", "a OR in OR the OR talks OR trade", "oil OR (talks -bank)"]
)
def test_what_is_weighed_together_is_worth_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(execute, "FREQUENT", 0)

    def found(least: int) -> list[Hits]:
        monkeypatch.setattr(weights, "TOGETHER", least)
        engine = WhooshEngine.open(folder)
        return [engine.search(Query(parse(each).clause, limit=300)) for each in (text, f"{text} OR minister OR of")]

    together = found(1)
    assert together == found(1_000_000)
    assert all(hits.total for hits in together)


@pytest.mark.parametrize("frequent", [0, 32, 1_000_000], ids=["few", "some", "many"])
def test_what_is_like_an_article_is_worth_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch, frequent: int
) -> None:
    """`frequent` decides whether documents are added up in a list or in an array of all, and which words are kept."""
    monkeypatch.setattr(any_words, "FREQUENT", frequent)

    def found(most: int) -> list[Hits]:
        monkeypatch.setattr(any_words, "MOST_READ", most)
        engine = WhooshEngine.open(folder)
        return [engine.similar(each.id, each.headline, each.body, 300) for each in articles(240)[::12]]

    at_once = found(1_000_000)
    assert at_once == found(-1)
    assert all(hits.total for hits in at_once)


def test_what_is_most_like_an_article_is_the_first_of_all(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(any_words, "_SHARES", 16)
    of_all = articles(240)
    shutil.copytree(folder, tmp_path / "index")
    engine = WhooshEngine.open(tmp_path / "index")
    for _ in range(2):
        for each in of_all[::12]:
            every, few = (engine.similar(each.id, each.headline, each.body, limit) for limit in (300, 5))
            assert (few.total, few.hits) == (every.total, every.hits[:5])
            assert len(every.hits) == every.total > 5
        gone = {hit.id for hit in every.hits[:3]}
        engine.delete([*gone], sequence=engine.status().sequence + 1)
    found = engine.similar(each.id, each.headline, each.body, 300)
    assert found.hits == tuple(hit for hit in found.hits if hit.id not in gone)
    assert found.total < every.total
