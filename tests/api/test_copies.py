"""Editions of one piece of news over HTTP: listed, told apart word by word, and collapsed in a search."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from app.api.app import create_api
from app.archive import open_archive
from app.ingest.pipeline import IngestOptions, ingest
from app.settings import Settings
from tests.served import Api, closed, serve
from tests.store.test_copies import DAY, MORE, OTHER, STORY

RECORDS: list[dict[str, Any]] = [
    {"id": "whole", "title": "Harbour shut", "date": DAY, "source": "Wire", "text": STORY},
    {"id": "again", "title": "(RPT) Harbour shut", "date": "2019-03-05", "source": "Post", "text": STORY},
    {"id": "more", "title": "UPDATE 1-Harbour shut", "date": DAY, "source": "Wire", "text": STORY + MORE},
    {
        "id": "cut",
        "title": "Harbour",
        "source": "Coast",
        "date": "2019-03-06",
        "text": STORY[: STORY.index(" A ferry")],
    },
    {"id": "other", "title": "Sugar", "date": DAY, "source": "Wire", "text": OTHER + " The harbour is quiet."},
]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder = tmp_path_factory.mktemp("copies")
    file = folder / "a.jsonl"
    file.write_text("\n".join(map(json.dumps, RECORDS)), encoding="utf-8")
    settings = Settings(data_dir=folder / "data", recognise=False)
    with open_archive(settings) as archive:
        ingest([file], archive, IngestOptions(skip_entities=True))
    app = create_api(settings)
    with serve(app) as client:
        yield Api(client, app, {"schemas": closed(app.openapi()["components"]["schemas"])})


@pytest.fixture(scope="module")
def ids(api: Api) -> dict[str, str]:
    return {hit["external_id"]: hit["id"] for hit in api.get("/v1/search", limit=100)["results"]}


def test_an_article_has_its_other_editions_the_longest_first(api: Api, ids: dict[str, str]) -> None:
    found = api.get(f"/v1/articles/{ids['whole']}/copies")
    assert (found["representative"], found["first_published"], found["total"]) == (ids["more"], DAY, 3)
    told = [(each["id"], each["kind"], each.get("relation")) for each in found["results"]]
    assert told == [
        (ids["more"], "expanded", "update"), (ids["again"], "copy", "repeat"), (ids["cut"], "excerpt", None),
    ]  # fmt: skip
    assert all(each["containment"] > 0.9 for each in found["results"])
    assert found["results"][1]["source"] == "Post"
    assert len(api.get(f"/v1/articles/{ids['whole']}/copies", limit=1)["results"]) == 1


def test_one_that_is_alone_has_none(api: Api, ids: dict[str, str]) -> None:
    found = api.get(f"/v1/articles/{ids['other']}/copies")
    assert found == {"representative": ids["other"], "first_published": DAY, "total": 0, "results": []}


def test_two_texts_are_told_apart(api: Api, ids: dict[str, str]) -> None:
    found = api.get(f"/v1/articles/{ids['whole']}/diff/{ids['more']}")
    bodies = {id: api.get(f"/v1/articles/{id}")["body"] for id in (found["a"], found["b"])}
    assert [each["op"] for each in found["spans"]] == ["equal", "insert"]
    added = found["spans"][1]["b"]
    assert bodies[found["b"]][added["start"] : added["end"]] == MORE
    itself = api.get(f"/v1/articles/{ids['whole']}/diff/{ids['whole']}")
    assert [each["op"] for each in itself["spans"]] == ["equal"]
    assert api.problem(api.http.get(f"/v1/articles/{ids['whole']}/diff/0000"))["type"] == "/problems/not-found"


def test_stats_count_what_a_collapsed_search_leaves_out(api: Api) -> None:
    assert api.get("/v1/stats")["copies"] == 3
    assert "dateline_copies 3.0" in api.http.get("/metrics").text


def test_a_search_collapses_and_says_what_it_counts(api: Api, ids: dict[str, str]) -> None:
    asked = {"q": "harbour", "facet": "source", "limit": 1}
    plain, first = api.get("/v1/search", **asked), api.get("/v1/search", **asked, collapse="copies")
    assert (first["total"], first["total_collapsed"]) == (5, 2)
    assert [value["count"] for value in first["facets"][0]["values"]] == [3, 1, 1]
    assert "total_collapsed" not in plain
    assert "copies" not in plain["results"][0]
    second = api.checked("get", api.http.get(first["next"]))
    hits = [*first["results"], *second["results"]]
    assert "next" not in second
    assert {hit["external_id"] for hit in hits} & {"other"}
    [copied] = [hit for hit in hits if "copies" in hit]
    assert copied["copies"] == {"count": 3, "sources": 3, "first_published": DAY}
    assert api.get("/v1/search", **asked, collapse="copies", page=1)["pages"] == 2


def test_copies_are_told_of_without_collapsing(api: Api) -> None:
    found = api.get("/v1/search", q="harbour", include="copies")
    assert [hit.get("copies", {}).get("count", 0) for hit in found["results"]].count(3) == 4
    only = api.get("/v1/search", q="harbour", collapse="copies", fields="headline")
    assert {"copies"} == {name for hit in only["results"] for name in hit} - {"id", "headline"}


@pytest.mark.parametrize("sort", ["-date", "date", "relevance"])
def test_an_export_collapses_as_its_search_does_and_goes_on(api: Api, sort: str) -> None:
    asked = {"q": "harbour", "sort": sort, "collapse": "copies"}
    found = [hit["id"] for hit in api.get("/v1/search", **asked)["results"]]
    whole = api.http.get("/v1/export", params={**asked, "format": "jsonl"})
    sent = [json.loads(line)["id"] for line in whole.text.splitlines()]
    assert (sent, whole.headers["Export-Total"]) == (found, "2")
    rest = {"cursor": whole.headers["Export-Cursor"], "after": sent[0], "format": "jsonl"}
    assert api.http.get("/v1/export", params={**asked, **rest}).text == whole.text.splitlines(keepends=True)[1]
    refused = api.http.get("/v1/export", params={**asked, **rest, "collapse": "none"})
    assert api.problem(refused)["type"] == "/problems/invalid-cursor"
    assert api.http.get("/v1/export", params={"format": "csv", "q": "harbour"}).headers["Export-Total"] == "5"


def test_a_feed_tells_each_piece_of_news_once(api: Api, ids: dict[str, str]) -> None:
    def told(**asked: str) -> list[str]:
        items = api.http.get("/v1/feed", params={"format": "json", "collapse": "copies", **asked}).json()["items"]
        return [each["url"].rpartition("/")[2] for each in items]

    assert told() == [ids["other"], ids["whole"]], "what came first stands for what came after"
    assert told(limit="1") == [ids["other"]]
    assert told(source="Coast") == [ids["cut"]], "of those that match"
    assert len(told(collapse="none")) == 5
