from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.api.app import create_api
from app.archive import Archive, open_archive
from app.ingest.pipeline import IngestOptions, ingest
from app.settings import Settings
from tests.conftest import WriteRecords
from tests.served import Api, serve


def names(answer: dict[str, Any]) -> list[str]:
    return [hit["external_id"] for hit in answer["results"]]


def test_a_query_that_is_a_name_says_whose_it_is(api: Api) -> None:
    modi = [{"id": "person-narendra-modi", "name": "Narendra Modi"}]
    for q in ("narendra modi", "MODI", '"Narendra Modi"'):
        assert api.get("/v1/search", q=q)["query"]["entities"] == modi
    for q in ("", "truce", "modi -truce", "headline:modi", "modi*"):
        assert "entities" not in api.get("/v1/search", q=q)["query"]


def test_a_search_says_how_it_was_read(api: Api) -> None:
    answer = api.get("/v1/search", q='"full support" (truce', date="2025")
    assert answer["query"]["q"] == '"full support" (truce'
    assert answer["query"]["interpreted"] == '"full support" truce'
    assert answer["query"]["match"] == "auto"
    assert answer["query"]["relaxed"] is False
    assert answer["query"]["filters"] == [
        {"name": "date_from", "value": "2025-01-01"},
        {"name": "date_to", "value": "2025-12-31"},
    ]
    assert [(w["code"], w["position"]) for w in answer["query"]["warnings"]] == [("unbalanced_parenthesis", 15)]
    assert names(answer) == ["truce-1"]
    assert answer["total"] == 1
    assert "next" not in answer


def test_a_hit_shows_what_the_article_is_and_why_it_matched(api: Api) -> None:
    [hit] = api.get("/v1/search", q='"full support"')["results"]
    assert hit["headline"] == "Truce holds along the river"
    assert hit["headline_derived"] is False
    assert hit["date"] == "2025-05-12"
    assert hit["source"] == "Harbour Wire"
    assert hit["url"] == "https://news.example/truce"
    body = api.get(f"/v1/articles/{hit['id']}")["body"]
    snippet = hit["snippet"]
    assert body[snippet["start"] : snippet["end"]] == snippet["text"]
    assert [body[m["start"] : m["end"]] for m in snippet["matches"]] == ["full support"]
    assert "<mark>full support</mark>" in snippet["html"]
    assert snippet["html"].count("<mark>") == 1


def test_source_text_is_escaped_in_html(api: Api) -> None:
    [hit] = api.get("/v1/search", q="costly")["results"]
    assert "&lt;unlawful&gt; &amp; <mark>costly</mark>" in hit["snippet"]["html"]


def test_a_hit_without_a_publishers_page_is_read_here(api: Api) -> None:
    [hit] = api.get("/v1/search", q="lighthouses")["results"]
    assert api.http.get(hit["url"]).json()["id"] == hit["id"]
    assert "date" not in hit
    assert "source" not in hit


def test_highlights_can_be_offsets_or_nothing(api: Api) -> None:
    [offsets] = api.get("/v1/search", q="pensioners", highlight="offsets")["results"]
    assert "html" not in offsets["snippet"]
    assert len(offsets["snippet"]["matches"]) == 1
    [none] = api.get("/v1/search", q="pensioners", highlight="none")["results"]
    assert none["snippet"]["matches"] == []
    assert none["snippet"]["start"] == 0


def test_fields_chooses_and_keeps_the_id(api: Api) -> None:
    [hit] = api.get("/v1/search", q="pensioners", fields=["headline", "snippet"])["results"]
    assert set(hit) == {"id", "headline", "snippet"}
    [hit] = api.get("/v1/search", q="pensioners", fields="date")["results"]
    assert set(hit) == {"id"}


def test_a_headline_shows_why_it_matched(api: Api) -> None:
    [hit] = api.get("/v1/search", q="headline:holds river")["results"]
    headline = hit["headline"]
    assert [headline[m["start"] : m["end"]] for m in hit["headline_matches"]] == ["holds", "river"]
    assert hit["headline_html"] == "Truce <mark>holds</mark> along the <mark>river</mark>"
    assert list(hit).index("headline_html") == list(hit).index("headline") + 1
    [hit] = api.get("/v1/search", q="headline:holds river", highlight="offsets")["results"]
    assert len(hit["headline_matches"]) == 2
    assert "headline_html" not in hit
    [hit] = api.get("/v1/search", q="headline:holds river", highlight="none")["results"]
    assert not hit.keys() & {"headline_html", "headline_matches"}
    [hit] = api.get("/v1/search", q="headline:holds river", fields="headline_html")["results"]
    assert set(hit) == {"id", "headline_html"}


def test_a_hit_has_besides_what_was_asked_for(api: Api) -> None:
    [plain] = api.get("/v1/search", q="telephone")["results"]
    assert not plain.keys() & {"entities", "body"}
    [hit] = api.get("/v1/search", q="telephone", include=["entities", "body"])["results"]
    assert {name: hit[name] for name in plain} == plain
    article = api.get(f"/v1/articles/{hit['id']}")
    assert hit["body"] == article["body"]
    named = {entity["id"]: entity for entity in article["entities"]}
    assert {entity["id"] for entity in hit["entities"]} == set(named)
    for entity in hit["entities"]:
        whole = named[entity["id"]]
        mentions = len(whole["mentions"]) + len(whole.get("demonyms", []))
        assert entity == {"id": whole["id"], "type": whole["type"], "label": whole["name"], "mentions": mentions}
    order = [entity["id"] for entity in hit["entities"]]
    assert order.index("person-narendra-modi") < order.index("place-pakistan")


def test_ten_entities_are_enough_for_a_hit(archive: Archive, write_records: WriteRecords) -> None:
    countries = "France Germany Italy Spain Poland Sweden Norway Denmark Finland Greece Turkey Egypt".split()
    text = "".join(f"Officials from {country} met in the morning. " for country in countries)
    ingest([write_records("a.jsonl", [{"id": "many", "title": "Officials meet", "text": text}])], archive)
    with serve(create_api(archive.settings)) as http:
        [hit] = http.get("/v1/search", params={"include": "entities"}).json()["results"]
        assert len(http.get(f"/v1/articles/{hit['id']}").json()["entities"]) == len(countries)
    assert len(hit["entities"]) == 10


def test_what_is_included_comes_with_the_fields_chosen(api: Api) -> None:
    [hit] = api.get("/v1/search", q="telephone", fields="date", include=["authors", "entities"])["results"]
    assert set(hit) == {"id", "date", "authors", "entities"}
    [hit] = api.get("/v1/search", q="telephone", fields=["entities"])["results"]
    assert set(hit) == {"id", "entities"}
    refused = api.http.get("/v1/search", params={"include": "enttities"})
    assert api.problem(refused)["errors"][0]["suggestion"] == "entities"


@pytest.mark.parametrize("params", [{}, {"q": "tide"}, {"q": "harbour", "sort": "date"}, {"source": "Almanac"}])
def test_next_leads_through_everything_once(api: Api, params: dict[str, str]) -> None:
    whole = api.get("/v1/search", **params, limit=100)
    page = api.get("/v1/search", **params, limit=7)
    found = names(page)
    while "next" in page:
        answer = api.http.get(page["next"])
        page = api.checked("get", answer)
        assert page["total"] == whole["total"]
        found += names(page)
    assert found == names(whole)
    assert len(found) == whole["total"] == len(set(found))


@pytest.mark.parametrize("params", [{}, {"q": "tide"}, {"q": "tide harbour", "match": "any"}, {"sort": "-added"}])
def test_pages_have_numbers_too(api: Api, params: dict[str, str]) -> None:
    whole = api.get("/v1/search", **params, limit=100)
    pages = -(-whole["total"] // 7)
    found = []
    for number in range(1, pages + 1):
        page = api.get("/v1/search", **params, limit=7, page=number)
        assert (page["page"], page["pages"], page["total"]) == (number, pages, whole["total"])
        found += names(page)
    assert found == names(whole)
    second = api.checked("get", api.http.get(api.get("/v1/search", **params, limit=7, page=1)["next"]))
    assert names(second) == names(whole)[7:14]
    assert "page" not in second
    assert api.get("/v1/search", **params, limit=7, page=pages + 1)["results"] == []


def test_a_page_that_cannot_be_served_is_refused(api: Api) -> None:
    cursor = api.get("/v1/search", limit=1)["next"].partition("cursor=")[2]
    for params in ({"page": 2, "cursor": cursor}, {"page": 501}, {"page": 0}, {"page": 101, "limit": 100}):
        [error] = api.problem(api.http.get("/v1/search", params=params))["errors"]
        assert error["parameter"] == "page"
    assert api.get("/v1/search", page=500)["results"] == []


def test_next_is_also_a_link(api: Api) -> None:
    answer = api.http.get("/v1/search", params={"q": "tide", "limit": 2})
    assert answer.headers["Link"] == f'<{answer.json()["next"]}>; rel="next"'
    assert answer.links["next"]["url"] == answer.json()["next"]


def test_order(api: Api) -> None:
    newest = api.get("/v1/search", limit=2)
    assert names(newest) == ["truce-2", "truce-1"]
    assert "score" not in newest["results"][0]
    oldest = api.get("/v1/search", sort="date", limit=1)
    assert names(oldest) == ["strike-1"]
    relevant = api.get("/v1/search", q="harbour strike", match="any")
    assert [hit["score"] for hit in relevant["results"]] == sorted(
        (hit["score"] for hit in relevant["results"]), reverse=True
    )


def test_relevance_without_words_is_said_to_mean_nothing(api: Api) -> None:
    answer = api.get("/v1/search", sort="relevance", limit=1)
    assert [warning["code"] for warning in answer["query"]["warnings"]] == ["sort_without_query"]
    assert names(answer) == ["truce-2"]


def test_no_silent_zero(api: Api) -> None:
    answer = api.get("/v1/search", q="dockers pensioners")
    assert answer["query"]["relaxed"] is True
    assert answer["query"]["terms"] == [{"text": "dockers", "count": 2}, {"text": "pensioners", "count": 1}]
    assert answer["total"] == 3
    strict = api.get("/v1/search", q="dockers pensioners", match="all")
    assert strict["query"]["relaxed"] is False
    assert strict["total"] == 0
    assert [term["count"] for term in strict["query"]["terms"]] == [2, 1]


def test_another_spelling_is_offered(api: Api) -> None:
    assert api.get("/v1/search", q="lighthousse")["query"]["did_you_mean"] == "lighthouses"


@pytest.mark.parametrize("q", ["🙂", "*", "…"])
def test_signs_alone_find_nothing_and_say_so(api: Api, q: str) -> None:
    answer = api.get("/v1/search", q=q, facet="year")
    assert (answer["total"], answer["results"], answer["facets"][0]["values"]) == (0, [], [])
    assert answer["query"]["warnings"][-1]["code"] == "no_words"
    assert api.get("/v1/timeline", q=q)["buckets"] == []


def test_an_empty_q_is_no_q(api: Api) -> None:
    with_it, without = api.get("/v1/search", q=" ", limit=3), api.get("/v1/search", limit=3)
    assert names(with_it) == names(without)
    assert with_it["query"]["interpreted"] == ""


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"date": "2025-05-12"}, ["truce-1"]),
        ({"date": "2025-05"}, ["truce-2", "truce-1"]),
        ({"date_from": "2025-05-13"}, ["truce-2"]),
        ({"date_to": "1998-03-03"}, ["strike-1"]),
        ({"date_from": "1998", "date_to": "1998-03"}, ["strike-2", "strike-1"]),
        ({"entity": "person-emmanuel-macron"}, ["undated"]),
        ({"entity": ["person-narendra-modi", "place-moscow"]}, ["truce-2"]),
        ({"entity_any": ["person-emmanuel-macron", "place-moscow"]}, ["truce-2", "undated"]),
        ({"entity": "person-narendra-modi", "not_entity": "place-moscow"}, ["truce-1"]),
        ({"entity_name": "narendra modi"}, ["truce-2", "truce-1"]),
        ({"entity_name": "PM Modi"}, ["truce-2", "truce-1"]),
        ({"entity_name": "Indian Prime Minister Narendra Modi"}, ["truce-2", "truce-1"]),
        ({"source": "Coast Courier", "date": "1998"}, ["strike-2", "strike-1"]),
        ({"not_source": ["Coast Courier", "Almanac"], "date_from": "0001"}, ["truce-2", "truce-1"]),
        ({"dateline": "Moscow"}, ["truce-2"]),
        ({"language": "de"}, ["deutsch"]),
    ],
)
def test_filters(api: Api, params: dict[str, Any], expected: list[str]) -> None:
    assert names(api.get("/v1/search", **params)) == expected


def test_an_entity_nobody_names_finds_nothing_and_says_so(api: Api) -> None:
    answer = api.get("/v1/search", entity="person-nobody")
    assert answer["total"] == 0
    [warning] = answer["query"]["warnings"]
    assert warning["code"] == "unknown_entity"
    assert "person-nobody" in warning["message"]


def test_autocomplete_finds_entities_words_and_headlines(api: Api) -> None:
    def kinds(**params: Any) -> list[tuple[str, str]]:
        return [(s["kind"], s["text"]) for s in api.get("/v1/autocomplete", **params)["suggestions"]]

    assert ("entity", "Narendra Modi") in kinds(q="naren")
    assert ("term", "lighthouses") in kinds(q="lighth")
    assert ("headline", "Dockers walk out") in kinds(q="dockers wal")
    assert kinds(q="President Put")[0] == kinds(q="president vlad")[0] == ("entity", "Vladimir Putin")
    assert kinds(q="naren", kind="term") == [("term", "narendra")]
    assert len(kinds(q="t", limit=3)) == 3
    assert kinds(q="") == []


def test_a_query_that_is_a_name_with_its_title_says_whose_it_is(api: Api) -> None:
    for q in ("PM Modi", "indian prime minister narendra modi", '"Mr Modi"'):
        assert api.get("/v1/search", q=q)["query"]["entities"][0]["id"] == "person-narendra-modi", q
    assert "entities" not in api.get("/v1/search", q="president of the union")["query"]


def test_autocomplete_cuts_off_whatever_is_typed(tmp_path: Path) -> None:
    settings, words = Settings(data_dir=tmp_path / "data"), " ".join(f"con{n:04d}" for n in range(2_000))
    records = [
        {"title": "A contract for the harbour", "text": "A contract was signed."},
        {"title": "Words", "text": f"{words} contract"},
    ]
    source = tmp_path / "records.jsonl"
    source.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    with open_archive(settings) as archive:
        ingest([source], archive, IngestOptions(skip_entities=True))
    with serve(create_api(settings)) as client:
        for typed in ("con", "harbour con", "con*", '"con', "co", "c"):
            answer = client.get("/v1/autocomplete", params={"q": typed})
            assert answer.status_code == 200, typed
            assert 0 < len(answer.json()["suggestions"]) <= 8
        found = client.get("/v1/autocomplete?q=con&kind=headline").json()["suggestions"]
    assert [each["text"] for each in found] == ["A contract for the harbour"]


def test_autocomplete_completes_a_whole_query(api: Api) -> None:
    found = api.get("/v1/autocomplete", q="dockers wal")["suggestions"]
    assert {"kind": "phrase", "text": "dockers walk", "count": 1} in found
    assert api.get("/v1/autocomplete", q="dockers wal", kind="phrase")["suggestions"] == [
        {"kind": "phrase", "text": "dockers walk", "count": 1}
    ]


@settings(max_examples=60, deadline=None)
@given(typed=st.text(max_size=200))
@example(typed="con")
@example(typed="a " * 100)
@example(typed="the NOT ")
@example(typed='dockers "wa')
def test_autocomplete_answers_whatever_is_typed(api: Api, typed: str) -> None:
    assert isinstance(api.get("/v1/autocomplete", q=typed)["suggestions"], list)


def test_autocomplete_tells_an_entity_from_others(api: Api) -> None:
    [entity] = api.get("/v1/autocomplete", q="vladim", kind="entity")["suggestions"]
    assert entity["id"] == "person-vladimir-putin"
    assert entity["count"] == 2
    assert entity["hint"] == "President, 2 articles, 2025"


def test_a_hit_has_the_time_of_day_where_one_was_given(api: Api) -> None:
    hits = api.get("/v1/search", q="truce", sort="-date", fields=["date", "published_at"])["results"]
    assert [{name: hit[name] for name in hit if name != "id"} for hit in hits] == [
        {"date": "2025-05-13", "published_at": "2025-05-13T16:40:00+03:00"},
        {"date": "2025-05-12"},
    ]


def test_authors_are_shown_counted_and_chosen(api: Api) -> None:
    found = api.get("/v1/search", author="Desk", facet="author")
    assert [(hit["external_id"], hit["authors"]) for hit in found["results"]] == [("truce-1", ["Desk"])]
    (facet,) = found["facets"]
    assert [(value["value"], value["count"], value["selected"]) for value in facet["values"]] == [("Desk", 1, True)]
    assert api.get("/v1/search", q="author:desk")["total"] == 1
    everything = api.get("/v1/search")["total"]
    assert api.get("/v1/search", not_author="Desk")["total"] == everything - 1
    folded = api.get("/v1/search", author="dësk", facet="author")
    assert folded["results"] == found["results"]
    (switched,) = folded["facets"][0]["values"]
    assert (switched["value"], switched["selected"], switched["url"]) == ("Desk", True, "/v1/search?facet=author")
