from __future__ import annotations

from typing import Any

import pytest

from tests.served import Api


def test_an_entity_has_its_names_and_links(api: Api) -> None:
    entity = api.get("/v1/entities/person-vladimir-putin")
    assert entity["name"] == "Vladimir Putin"
    assert entity["type"] == "person"
    assert entity["article_count"] == 2
    assert entity["first_date"] == "2025-05-12"
    assert entity["last_date"] == "2025-05-13"
    assert "Vladimir Putin" in [alias["text"] for alias in entity["aliases"]]
    assert api.get(entity["links"]["articles"])["total"] == 2
    assert api.get(entity["links"]["related"])["total"] >= 3
    assert sum(b["count"] for b in api.get(entity["links"]["timeline"])["buckets"]) == 2
    assert api.get(entity["links"]["similar_names"]) == {"results": [], "total": 0}


def test_a_person_has_roles(api: Api) -> None:
    entity = api.get("/v1/entities/person-narendra-modi")
    assert entity["roles"] == [
        {"text": "Prime Minister", "count": 2, "first_date": "2025-05-12", "last_date": "2025-05-13"}
    ]
    assert entity["hint"] == "Prime Minister, 2 articles, 2025"
    assert api.get("/v1/entities/place-moscow")["roles"] == []


def test_a_place_has_its_country(api: Api) -> None:
    place = api.get("/v1/entities/place-moscow")
    assert place["country"] == "RU"
    assert place["hint"] == "Russia"


@pytest.mark.parametrize("sort", ["-count", "name"])
def test_entities_are_paged(api: Api, sort: str) -> None:
    whole = api.get("/v1/entities", sort=sort, limit=100)
    page = api.get("/v1/entities", sort=sort, limit=2)
    found = page["results"]
    while "next" in page:
        page = api.checked("get", api.http.get(page["next"]))
        assert page["total"] == whole["total"]
        found += page["results"]
    assert found == whole["results"]
    assert len(found) == whole["total"]


def test_entities_by_type_and_by_the_beginning_of_a_name(api: Api) -> None:
    def ids(**params: Any) -> list[str]:
        return [entity["id"] for entity in api.get("/v1/entities", **params)["results"]]

    assert ids(name="vlad") == ["person-vladimir-putin"]
    assert ids(name="vlad", type="place") == []
    for name in ("putin", "PUT", "Pútin", "vladimir put", "President Putin", "president vlad"):
        assert "person-vladimir-putin" in ids(name=name), name
    assert ids(name="putni", type="person") == ids(name="vladmir") == ["person-vladimir-putin"]
    assert ids(name="utin") == ids(name="x") == ids(name="%") == ids(name="zzzzzz") == []
    completed = api.get("/v1/autocomplete", q="macr", kind="entity")["suggestions"]
    assert [each["id"] for each in completed] == ["person-emmanuel-macron"]
    assert set(ids(type="person")) >= {"person-narendra-modi", "person-emmanuel-macron"}
    assert all(id.startswith("place-") for id in ids(type="place"))


def test_related_entities_stand_in_the_same_articles(api: Api) -> None:
    answer = api.get("/v1/entities/person-vladimir-putin/related", type="person")
    assert [entity["id"] for entity in answer["results"]] == ["person-narendra-modi"]
    assert answer["results"][0]["count"] == 2
    assert answer["results"][0]["lift"] > 1
    first = api.get("/v1/entities/person-vladimir-putin/related", limit=1)
    second = api.checked("get", api.http.get(first["next"]))
    assert first["results"] != second["results"]
    assert first["total"] == second["total"]


def test_a_timeline_is_a_share_of_all_articles(api: Api) -> None:
    answer = api.get("/v1/entities/place-moscow/timeline", interval="year")
    assert answer["buckets"] == [{"start": "2025-01-01", "end": "2025-12-31", "count": 1, "total": 2, "ratio": 0.5}]


@pytest.mark.parametrize("part", ["", "/related", "/similar_names", "/timeline"])
def test_an_unknown_entity(api: Api, part: str) -> None:
    answer = api.http.get(f"/v1/entities/person-nobody{part}")
    assert answer.status_code == 404
    assert "person-nobody" in api.problem(answer)["detail"]


def test_sources(api: Api) -> None:
    answer = api.get("/v1/sources")
    assert [source["name"] for source in answer["results"]] == ["Almanac", "Coast Courier", "Harbour Wire"]
    assert answer["total"] == 3
    assert answer["results"][2] == {
        "name": "Harbour Wire",
        "count": 2,
        "first_date": "2025-05-12",
        "last_date": "2025-05-13",
    }
