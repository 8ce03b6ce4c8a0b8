"""Marks against lists: the same documents, counts and answers."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.search.attributes import EVERYTHING, Filters
from app.search.engine import Hits
from app.search.query import Query, parse
from app.search.whoosh import execute, marked
from app.search.whoosh.engine import WhooshEngine
from app.search.whoosh.marked import SHARE, MarkedStem, MarkedStems, Marks, mark_arrays
from app.search.whoosh.packed import pack
from app.search.whoosh.segment import FIELDS, Documents, Segment
from tests.search.generated import ENTITIES, articles, revision

_QUERIES = (
    "the", "talks", "the of", "the of talks", "talks the", "the of in", "the minister", "the -of", "the zzz", "the oil",
    "the of -bank", "the (of OR oil)", 'the "the oil"', "headline:talks the", "the minist*",
)  # fmt: skip
_FILTERS = (EVERYTHING, Filters(entity=(ENTITIES[0],)), Filters(not_entity=(ENTITIES[0],), date_from="1987-01-01"))


@settings(max_examples=150, deadline=None)
@given(size=st.integers(1, 400), chance=st.randoms(use_true_random=False), data=st.data())
def test_what_is_marked_is_what_is_listed(size: int, chance: random.Random, data: st.DataObject) -> None:
    """Whether one by one, as many as there are, or by their rank."""
    rows = [sorted(chance.sample(range(size), data.draw(st.integers(0, size)))) for _ in range(3)]
    every = np.array([document for row in rows for document in row], np.uint32)
    is_odd = np.array([chance.random() < 0.3 for _ in every], bool)
    least, marked.LEAST = marked.LEAST, 0
    try:
        arrays = dict(mark_arrays(pack(every, np.array(list(map(len, rows)), np.int64)), is_odd, size))
    finally:
        marked.LEAST = least
    made = MarkedStems(arrays["stem.frequent"], arrays["stem.marks"], size)
    start = 0
    for number, row in enumerate(rows):
        odd = [document for document, is_one in zip(row, is_odd[start:].tolist(), strict=False) if is_one]
        start += len(row)
        found = made.find(number)
        assert (found is not None) == (number in made) == (len(row) > size // SHARE)
        if found is not None:
            assert _listed(found) == (row, odd)
            for marks, listed in ((found.held, row), (found.odd, odd)):
                asked = np.array(chance.sample(range(size), min(size, data.draw(st.integers(0, 12)))), np.int32)
                held = set(listed)
                for documents in (asked, np.arange(size, dtype=np.int32)):
                    assert marks.holds(documents).tolist() == [document in held for document in documents.tolist()]
                assert marks.ranks(np.array(listed, np.int32)).tolist() == list(range(len(listed)))


def _listed(found: MarkedStem) -> tuple[list[int], list[int]]:
    def of(marks: Marks) -> list[int]:
        return np.flatnonzero(marks.mask()).tolist()

    return of(found.held), of(found.odd)


@pytest.fixture(scope="module", params=[1, 3], ids=["one segment", "three segments"])
def folders(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> tuple[Path, Path]:
    """The same articles, some of them revised or deleted: where nothing is marked, and where all is that can be. The
    last of three segments has too few documents."""
    made = []
    for least in (1_000_000, 30):
        path, chance, documents = tmp_path_factory.mktemp("marked"), random.Random(3), articles(240)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(marked, "LEAST", least)
            engine = WhooshEngine.open(path)
            bounds = (0, 150, 220, 240) if request.param == 3 else (0, 240)
            for start, end in pairwise(bounds):
                engine.put(documents[start:end], sequence=start + 1)
            if request.param == 3:
                engine.put([revision(chance, each, 300) for each in documents[::17]], sequence=300)
            engine.delete([each.id for each in documents[5::23]], sequence=301)
        made.append(path)
    return made[0], made[1]


def test_only_frequent_stems_are_marked(folders: tuple[Path, Path]) -> None:
    without, with_marks = (WhooshEngine.open(folder)._current() for folder in folders)
    assert not any(len(view.segment["stem.frequent"]) for view in without.views)
    assert len(with_marks.views[0].segment["stem.frequent"])
    for view in with_marks.views:
        segment = view.segment
        for number in range(len(segment.terms("stem"))):
            documents = segment.documents_with("stem", number)
            found = segment.marked.find(number)
            assert (found is not None) == (len(documents) > max(segment.documents // SHARE, 30))
            if found is not None:
                counts = {name: segment.counts(name, number) for name in FIELDS}
                odd = documents[(counts["body"] != 1) | (counts["headline"] > 0) | (counts["dateline"] > 0)]
                assert _listed(found) == (documents.tolist(), odd.tolist())


@pytest.mark.parametrize("filters", _FILTERS, ids=["everything", "an entity", "without one, later"])
@pytest.mark.parametrize("text", _QUERIES)
def test_what_is_marked_is_found_and_worth_the_same(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, text: str, filters: Filters
) -> None:
    clause = parse(text).clause
    queries = [
        Query(clause, filters, sort, limit=limit, facets=("source", "year"), dates=True)
        for sort in ("relevance", "-date")
        for limit in (1, 10, 300)
    ]

    def found(folder: Path, least: int) -> list[Hits]:
        monkeypatch.setattr(execute, "WORTH_IT", least)
        return [WhooshEngine.open(folder).search(query) for query in queries]

    without, with_marks = folders
    assert found(with_marks, 1) == found(without, 1) == found(without, 1_000_000)


@pytest.mark.parametrize("text", ["the", "the of", "the of talks"])
def test_no_list_is_read_of_what_is_marked(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(execute, "WORTH_IT", 1)
    read: list[tuple[Segment, int]] = []
    documents_with = Segment.documents_with

    def seen(segment: Segment, view: str, term: int) -> Documents:
        if view == "stem":
            read.append((segment, term))
        return documents_with(segment, view, term)

    monkeypatch.setattr(Segment, "documents_with", seen)
    without, with_marks = map(WhooshEngine.open, folders)
    query = Query(parse(text).clause, Filters(entity=(ENTITIES[0],)), limit=10)
    assert with_marks.search(query).total == without.search(query).total > 0
    of_marked = [(segment, term) for segment, term in read if len(segment["stem.frequent"])]
    assert not any(term in segment.marked for segment, term in of_marked)
    assert len(read) > len(of_marked)
