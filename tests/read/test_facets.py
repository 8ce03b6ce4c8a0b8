from __future__ import annotations

import re
from typing import Any

import pytest
from sqlmodel import delete, update

from app.api.app import create_api
from app.archive import Archive
from app.ingest.pipeline import IngestOptions, ingest
from app.store.tables import Alias, Entity
from app.text import fold
from tests.conftest import WriteRecords
from tests.served import Api, serve

ALL = ["person", "organization", "place", "event", "source", "dateline", "language", "year", "month"]


def facet(answer: dict[str, Any], name: str) -> dict[str, Any]:
    [found] = [facet for facet in answer["facets"] if facet["name"] == name]
    return dict(found)


def value(answer: dict[str, Any], name: str, value: str) -> dict[str, Any]:
    [found] = [each for each in facet(answer, name)["values"] if each["value"] == value]
    return dict(found)


def follow(api: Api, url: str) -> Any:
    return api.checked("get", api.http.get(url))


def test_counts_add_up(api: Api) -> None:
    answer = api.get("/v1/search", facet="source")
    sources = facet(answer, "source")
    assert {each["value"]: each["count"] for each in sources["values"]} == {
        "Almanac": 40,
        "Coast Courier": 22,
        "Harbour Wire": 2,
    }
    assert sources["missing"] == 2
    assert sources["distinct"] == 3
    assert sources["other"] == 0
    assert sum(each["count"] for each in sources["values"]) + sources["missing"] == answer["total"]


def test_what_is_not_listed_is_counted(api: Api) -> None:
    sources = facet(api.get("/v1/search", facet="source", facet_limit=1), "source")
    assert len(sources["values"]) == 1
    assert sources["other"] == 24
    assert sources["distinct"] == 3


def test_entities_have_names(api: Api) -> None:
    person = value(api.get("/v1/search", q="truce", facet="person"), "person", "person-narendra-modi")
    assert person["label"] == "Narendra Modi"
    assert person["count"] == 2


@pytest.mark.parametrize(
    "params", [{}, {"q": "harbour"}, {"date": "2025"}, {"q": "truce", "limit": 1, "facet_limit": 3}]
)
def test_every_url_leads_to_its_count_and_back(api: Api, params: dict[str, Any]) -> None:
    answer = api.get("/v1/search", **params, facet=ALL)
    for name in ALL:
        for each in facet(answer, name)["values"]:
            if name in ("year", "month") and "date" in params:
                continue
            assert not each["selected"]
            narrowed = follow(api, each["url"])
            assert narrowed["total"] == each["count"]
            back = value(narrowed, name, each["value"])
            assert back["selected"]
            assert follow(api, back["url"])["total"] == answer["total"]


def test_a_year_replaces_the_dates_asked_for(api: Api) -> None:
    answer = api.get("/v1/search", date_from="1998", date_to="2001", facet="year")
    assert value(answer, "year", "2025")["count"] == 2
    assert follow(api, value(answer, "year", "2025")["url"])["total"] == 2


def test_sources_are_chosen_beside_each_other(api: Api) -> None:
    first = api.get("/v1/search", source="Harbour Wire", facet="source")
    assert value(first, "source", "Harbour Wire")["selected"]
    both = follow(api, value(first, "source", "Coast Courier")["url"])
    assert both["total"] == 24
    assert follow(api, value(both, "source", "Harbour Wire")["url"])["total"] == 22


def test_a_further_entity_joins_those_of_which_any_suffices(api: Api) -> None:
    answer = api.get("/v1/search", entity_any="place-moscow", facet="place")
    pakistan = value(answer, "place", "place-pakistan")
    assert "entity_any=place-pakistan" in pakistan["url"]
    assert follow(api, pakistan["url"])["total"] == 2


def test_a_name_asked_for_can_be_taken_back(api: Api) -> None:
    answer = api.get("/v1/search", entity_name="Narendra Modi", facet="person")
    modi = value(answer, "person", "person-narendra-modi")
    assert modi["selected"]
    assert "Modi" not in modi["url"]
    assert follow(api, modi["url"])["total"] == 66


def test_a_url_begins_at_the_first_page(api: Api) -> None:
    page = api.get("/v1/search", limit=2, facet="source")
    second = api.checked("get", api.http.get(page["next"]))
    assert "cursor" not in value(second, "source", "Almanac")["url"]


def listed(api: Api, name: str, typed: str, **params: Any) -> dict[str, int]:
    found = facet(api.get("/v1/search", facet=name, facet_query=typed, facet_limit=100, **params), name)
    return {each["label"]: each["count"] for each in found["values"]}


def test_a_facet_is_searched(api: Api) -> None:
    assert listed(api, "person", "mod") == {"Narendra Modi": 2}
    assert listed(api, "person", "NARENDRA m") == {"Narendra Modi": 2}
    assert listed(api, "person", "odi") == {}
    assert listed(api, "place", "del") == {"New Delhi": 1}
    assert listed(api, "source", "cour") == {"Coast Courier": 22}
    assert listed(api, "source", "cour", q="strike") == {"Coast Courier": 1}
    assert listed(api, "person", "mod", date="1998") == {}


@pytest.mark.parametrize("typed", ["a", "m", "p", "pak", "coast", "2", "é", "-", "%", "_", "\0"])
def test_a_searched_facet_counts_as_the_whole_one_does(api: Api, typed: str) -> None:
    whole = api.get("/v1/search", facet=ALL, facet_limit=100)
    narrowed = api.get("/v1/search", facet=ALL, facet_limit=100, facet_query=typed)
    for name in ALL:
        counts = {each["value"]: each["count"] for each in facet(whole, name)["values"]}
        found = facet(narrowed, name)
        values = {each["value"]: each["count"] for each in found["values"]}
        assert values.items() <= counts.items()
        assert (found["distinct"], found["other"]) == (len(values), 0)
        assert found["missing"] == facet(whole, name)["missing"]
        for value, label in ((each["value"], each["label"]) for each in facet(whole, name)["values"]):
            if any(word.startswith(fold(typed)) for word in re.split("[ -]", fold(label))):
                assert value in values


def test_an_entity_is_found_by_its_other_names_too(archive: Archive, write_records: WriteRecords) -> None:
    texts = ("The United Nations met in Geneva on Monday.", "The United Nations (U.N.) met. The U.N. had met before.")
    ingest([write_records("a.jsonl", [{"body": text} for text in texts])], archive, IngestOptions())
    with serve(create_api(archive.settings)) as client:
        [found] = client.get("/v1/search", params={"facet": "organization", "facet_query": "u.n"}).json()["facets"]
        assert [(each["label"], each.get("alias"), each["count"]) for each in found["values"]] == [
            ("United Nations", "U.N.", 2)
        ]
        [found] = client.get("/v1/search", params={"facet": "organization", "facet_query": "nat"}).json()["facets"]
        assert [(each["label"], each.get("alias")) for each in found["values"]] == [("United Nations", None)]


def test_an_entity_is_found_before_its_names_are_counted(archive: Archive, write_records: WriteRecords) -> None:
    ingest(
        [write_records("a.jsonl", [{"body": "Prime Minister Narendra Modi spoke in Moscow."}])],
        archive,
        IngestOptions(),
    )
    with archive.database.writing() as session:
        session.connection().execute(delete(Alias))
        session.connection().execute(update(Entity).values(stale=True))
    with serve(create_api(archive.settings)) as client:
        for name, typed, label in (("person", "modi", "Narendra Modi"), ("place", "mos", "Moscow")):
            [found] = client.get("/v1/search", params={"facet": name, "facet_query": typed}).json()["facets"]
            assert [(each["label"], each.get("alias"), each["count"]) for each in found["values"]] == [(label, None, 1)]


def test_what_was_found_in_a_facet_can_be_chosen_and_taken_back(api: Api) -> None:
    answer = api.get("/v1/search", facet="source", facet_query="harb", facet_limit=1)
    chosen = follow(api, value(answer, "source", "Harbour Wire")["url"])
    assert chosen["total"] == 2
    assert follow(api, value(chosen, "source", "Harbour Wire")["url"])["total"] == answer["total"]


def test_a_facet_is_searched_only_where_one_is_named(api: Api) -> None:
    problem = api.problem(api.http.get("/v1/search", params={"facet_query": "mod"}))
    assert [(each["parameter"], each["message"]) for each in problem["errors"]] == [
        ("facet_query", "It searches inside facets: name them in facet.")
    ]
    assert facet(api.get("/v1/search", facet="source", facet_query=" "), "source")["distinct"] == 3
