"""A filter's documents by themselves and as a mask of all."""

from __future__ import annotations

import random

import numpy as np
import pytest

from app.search.attributes import EVERYTHING, Filters
from app.search.engine import Document
from app.search.whoosh import filter_masks
from app.search.whoosh.engine import WhooshEngine
from app.search.whoosh.filter_masks import FilterMasks
from app.search.whoosh.snapshot import Snapshot
from tests.search.generated import ENTITIES, SOURCES, articles, revision

_SOURCE = str(SOURCES[0])
_ONE_VALUE = (
    Filters(entity=(ENTITIES[0],)), Filters(entity_any=(ENTITIES[1],)), Filters(source=(_SOURCE,)),
    Filters(author=("jane doe",)), Filters(language=("en",)), Filters(entity=("person-nobody",)),
)  # fmt: skip
_MORE = (
    EVERYTHING, Filters(entity=ENTITIES[:2]), Filters(not_entity=(ENTITIES[0],)), Filters(date_from="1987-01-01"),
    Filters(entity=(ENTITIES[0],), source=(_SOURCE,)), Filters(entity=(ENTITIES[0],), date_to="1990-01-01"),
    Filters(entity=(ENTITIES[0],), story=f"{7:016x}"), Filters(entity=(ENTITIES[0],), mentions_from="1987-01-01"),
)  # fmt: skip


@pytest.fixture(scope="module", params=[False, True], ids=["all live", "some deleted"])
def snapshot(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Snapshot:
    """An author is spelt in several ways, and one article has two of them."""
    engine, chance, documents = WhooshEngine.open(tmp_path_factory.mktemp("filters")), random.Random(3), articles(120)
    spelt = [
        Document(
            id=f"{2**40 + n:016x}", headline="oil", body="", authors=("Jane Doe", "JANE DOE", "jane doe")[: n % 3 + 1]
        )
        for n in range(7)
    ]
    engine.put([*documents[:80], *spelt[:4]], sequence=1)
    engine.put([*documents[80:], *spelt[4:]], sequence=2)
    if request.param:
        engine.put([revision(chance, each, 300) for each in documents[::17]], sequence=3)
        engine.delete([each.id for each in (*documents[5::9], spelt[1])], sequence=4)
    return engine._current()


@pytest.mark.parametrize("filters", _ONE_VALUE, ids=str)
def test_the_documents_of_one_value_are_those_of_its_mask(
    snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch, filters: Filters
) -> None:
    monkeypatch.setattr(filter_masks, "_FEW", 1)
    masks = FilterMasks(snapshot, filters)
    listed, mask = masks.listed(), masks.mask()
    assert listed is not None
    assert mask is not None
    assert listed.tolist() == np.flatnonzero(mask).tolist()
    assert len(listed) == 0 if "nobody" in str(filters) else len(listed) > 3
    assert FilterMasks(snapshot, filters, sequence=1).listed() is None
    monkeypatch.setattr(filter_masks, "_FEW", snapshot.held)
    assert (FilterMasks(snapshot, filters).listed() is None) == (len(listed) > 1)


@pytest.mark.parametrize("filters", _MORE, ids=str)
def test_where_there_is_more_to_it_nothing_is_listed(snapshot: Snapshot, filters: Filters) -> None:
    assert FilterMasks(snapshot, filters).listed() is None
