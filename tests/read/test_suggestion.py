"""What is offered in place of a parameter that is not known, and where nothing is."""

from __future__ import annotations

import pytest

from app.read.params import AutocompleteParams, EntityParams, SearchParams, TimelineParams
from app.read.suggestion import _MEANT, meant

SEARCH = list(SearchParams.model_fields)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("page_size", "limit"), ("per_page", "limit"), ("rows", "limit"), ("size", "limit"), ("count", "limit"),
        ("offset", "page"), ("start", "page"), ("n", "limit"), ("pageSize", "limit"), ("perpage", "limit"),
        ("fromDate", "date_from"), ("date.gte", "date_from"), ("byline", "author"), ("page_token", "cursor"),
        ("query", "q"), ("search", "q"), ("text", "q"),
        ("person", "entity"), ("place", "entity"), ("organization", "entity"), ("tag", "entity"),
        ("from-date", "date_from"), ("begin_date", "date_from"), ("from", "date_from"), ("since", "date_from"),
        ("to", "date_to"), ("end_date", "date_to"), ("until", "date_to"), ("LIMIT", "limit"),
        ("not-source", "not_source"),
        ("lmit", "limit"), ("limits", "limit"), ("entity_nam", "entity_name"), ("soruce", "source"),
        ("facett", "facet"), ("datline", "dateline"),
    ],
)  # fmt: skip
def test_what_others_call_it_and_what_is_misspelt(given: str, expected: str) -> None:
    assert meant(given, SEARCH) == expected


@pytest.mark.parametrize("given", ["section", "x", "", "api_key", "foo", "callback", "sauce", "debug"])
def test_where_nothing_is_near_nothing_is_offered(given: str) -> None:
    assert meant(given, SEARCH) is None


def test_only_what_there_is_here_is_offered() -> None:
    assert meant("page", EntityParams.model_fields) == meant("offset", EntityParams.model_fields) == "cursor"
    assert meant("query", TimelineParams.model_fields) == "q"
    assert meant("query", EntityParams.model_fields) == "name"
    assert meant("since", EntityParams.model_fields) is None
    assert meant("type", AutocompleteParams.model_fields) == "kind"


def test_every_name_of_the_table_is_one_of_ours() -> None:
    ours = {
        name
        for model in (SearchParams, TimelineParams, EntityParams, AutocompleteParams)
        for name in model.model_fields
    }
    assert set(_MEANT) <= ours
