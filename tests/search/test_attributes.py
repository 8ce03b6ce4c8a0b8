"""The tables of attributes agree with each other, and with what reads them."""

from __future__ import annotations

from dataclasses import fields
from typing import get_args

import pytest

from app.read.params import SearchParams
from app.search.attributes import DATES, ENTITY, FACETS, FILTERS, PLACE, VIEWS, FacetName, Filters
from app.search.engine import Document


def test_every_facet_has_a_row() -> None:
    assert set(FACETS) == set(get_args(FacetName))


def test_every_field_of_the_filters_is_a_date_a_story_or_a_row() -> None:
    assert {each.name for each in fields(Filters)} == {
        "date_from", "date_to", "mentions_from", "mentions_to", "story", *FILTERS
    }  # fmt: skip


def test_every_filter_is_a_parameter_and_is_handed_on() -> None:
    given = {name: [f"{name}-a", f"{name}-b", f"{name}-a"] for name in FILTERS}
    filters = SearchParams.model_validate(given).filters()
    assert {name: filters.of(name) for name in FILTERS} == {name: (f"{name}-a", f"{name}-b") for name in FILTERS}


@pytest.mark.parametrize("facet", FACETS)
def test_what_a_facet_counts_can_be_chosen(facet: FacetName) -> None:
    grouping = FACETS[facet]
    assert grouping.own in grouping.filters
    assert set(grouping.filters) <= {*FILTERS, *DATES}
    assert {FILTERS[name].view for name in grouping.filters if name in FILTERS} <= {grouping.view}


def test_values_stand_once_and_in_one_form() -> None:
    document = Document(
        "00000000000000aa", "Oil", "Body", place="Zürich", entities=("person-b", "person-a", "person-b")
    )
    assert ENTITY.values(document) == ("person-b", "person-a")
    assert PLACE.values(document) == ("ZURICH",)
    assert [view.values(Document("00000000000000aa", "", "", language="")) for view in VIEWS] == [()] * len(VIEWS)
