"""Stories over HTTP: listed, read with what is in them, and collapsed in a search."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from app.api.app import create_api
from app.archive import open_archive
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.withdrawing import change_status
from app.settings import Settings
from tests.served import AS_ADMIN, Api, admit_the_admin, closed, serve
from tests.store.test_copies import DAY, MORE, STORY
from tests.store.test_stories import told

_TOLD: list[dict[str, Any]] = [
    *({"id": f"vote-{n}", "title": f"Vote {n}", "text": told(n, "vote")["body"], "date": f"2019-03-0{n + 1}"}
      for n in range(4)),
    *({"id": f"later-{n}", "title": f"Later {n}", "text": told(n + 20, "vote")["body"], "date": f"2019-03-{n + 9:02}"}
      for n in range(2)),
    {"id": "mine", "title": "Mine", "text": told(7, "mine")["body"], "date": DAY},
    {"id": "whole", "title": "A storm", "text": STORY, "date": DAY},
    {"id": "more", "title": "A storm", "text": STORY + MORE, "date": "2019-03-05"},
    {"id": "brief", "title": "In short", "text": "The harbour is shut.", "date": DAY},
]  # fmt: skip
RECORDS = [each | {"source": ("Wire", "Post")[number % 2]} for number, each in enumerate(_TOLD)]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder = tmp_path_factory.mktemp("stories")
    file = folder / "a.jsonl"
    file.write_text("\n".join(map(json.dumps, RECORDS)), encoding="utf-8")
    settings = Settings(data_dir=folder / "data", recognise=False)
    with open_archive(settings) as archive:
        ingest([file], archive, IngestOptions(skip_entities=True))
        admit_the_admin(archive)
    app = create_api(settings)
    with serve(app) as client:
        yield Api(client, app, {"schemas": closed(app.openapi()["components"]["schemas"])})


@pytest.fixture(scope="module")
def ids(api: Api) -> dict[str, str]:
    return {hit["external_id"]: hit["id"] for hit in api.get("/v1/search", limit=100)["results"]}


def test_stories_are_listed_with_how_much_of_them_matches(api: Api, ids: dict[str, str]) -> None:
    found = api.get("/v1/stories")
    told = [(each["id"], each["article_count"], each["matching"], each["last_date"]) for each in found["results"]]
    assert found["total"] == 3
    assert told == [
        (ids["later-0"], 2, 2, "2019-03-10"), (ids["whole"], 2, 2, "2019-03-05"), (ids["vote-0"], 4, 4, "2019-03-04"),
    ]  # fmt: skip
    assert api.get("/v1/stories", sort="size", limit=1)["results"][0]["id"] == ids["vote-0"]
    some = api.get("/v1/stories", q="vote", source="Post")["results"]
    assert [(each["id"], each["matching"], each["article_count"], each["source_count"]) for each in some] == [
        (ids["vote-0"], 2, 4, 2)
    ]
    first = api.get("/v1/stories", limit=2)
    assert [each["id"] for each in api.get(first["next"])["results"]] == [ids["vote-0"]]
    wrong = api.http.get(first["next"].replace("limit=2", "limit=2&sort=size"))
    assert api.problem(wrong)["type"] == "/problems/invalid-cursor"


def test_a_story_has_its_articles_days_and_what_has_to_do_with_it(api: Api, ids: dict[str, str]) -> None:
    story = api.get(f"/v1/stories/{ids['vote-0']}")
    assert [each["id"] for each in story["articles"]] == [ids[f"vote-{n}"] for n in range(4)]
    assert (story["first_date"], story["last_date"]) == ("2019-03-01", "2019-03-04")
    assert story["timeline"] == [{"date": f"2019-03-0{n}", "count": 1} for n in range(1, 5)]
    assert story["headline"].startswith("Vote")
    assert "moved_from" not in story
    moved = api.get(f"/v1/stories/{ids['vote-3']}", limit=1)
    assert (moved["id"], moved["moved_from"], len(moved["articles"])) == (ids["vote-0"], ids["vote-3"], 1)
    alone = api.get(f"/v1/stories/{ids['brief']}")
    assert (alone["id"], alone["article_count"], alone["related"]) == (ids["brief"], 1, [])
    assert api.problem(api.http.get("/v1/stories/0000"))["type"] == "/problems/not-found"


def test_a_search_collapses_stories_and_is_narrowed_to_one(api: Api, ids: dict[str, str]) -> None:
    found = api.get("/v1/search", collapse="stories", limit=100, sort="date")
    assert (found["total"], found["total_collapsed"]) == (len(RECORDS), 5)
    assert {hit["id"]: hit.get("story", {}).get("article_count") for hit in found["results"]} == {
        ids["vote-0"]: 4, ids["mine"]: None, ids["whole"]: 2, ids["brief"]: None, ids["later-0"]: 2,
    }  # fmt: skip
    first = api.get("/v1/search", collapse="stories", limit=3, sort="date")
    rest = api.get(first["next"])
    assert [hit["id"] for hit in (*first["results"], *rest["results"])] == [hit["id"] for hit in found["results"]]
    beside = api.get("/v1/search", include="story", q="vote")["results"]
    assert {hit["story"]["article_count"] for hit in beside} == {4}
    story = api.get("/v1/search", story=ids["vote-2"], facet="source")
    assert (story["total"], [each["count"] for each in story["facets"][0]["values"]]) == (4, [2, 2])
    assert [warning["code"] for warning in story["query"]["warnings"]] == ["moved_story"]
    unknown = api.get("/v1/search", story="0" * 16)
    assert (unknown["total"], unknown["query"]["warnings"][0]["code"]) == (0, "unknown_story")


def test_editors_have_the_last_word(api: Api, ids: dict[str, str]) -> None:
    def decide(id: str, **given: Any) -> Any:
        return api.http.post(f"/v1/stories/{ids[id]}/decisions", json=given, headers=AS_ADMIN)

    def shared() -> set[int]:
        hits = api.get("/v1/search", collapse="stories", limit=100)["results"]
        return {hit["story"]["article_count"] for hit in hits if "story" in hit}

    assert api.http.post(f"/v1/stories/{ids['mine']}/decisions", json={"kind": "detach"}).status_code == 401
    assert shared() == {4, 2}
    taken = decide("mine", kind="together", other=ids["vote-1"])
    assert (taken.status_code, taken.json()["indexed"], taken.json()["decision"]["by"]) == (201, True, "admin")
    assert decide("vote-2", kind="headline", headline="All of it").status_code == 201
    story = api.get(f"/v1/stories/{ids['vote-0']}")
    assert (story["article_count"], story["headline"]) == (5, "All of it")
    assert api.get("/v1/search", collapse="stories")["total_collapsed"] == 4
    assert shared() == {5, 2}
    assert "other" in str(api.problem(decide("mine", kind="detach", other=ids["vote-1"]))["errors"])
    for number in (1, 2):
        assert decide("mine", kind="undo", undoes=number).status_code == 201
    assert decide("mine", kind="undo", undoes=1).status_code == 409
    story = api.get(f"/v1/stories/{ids['vote-0']}")
    assert (story["article_count"], story["headline"][:4]) == (4, "Vote")
    assert shared() == {4, 2}
    log = api.http.get("/v1/decisions/stories?limit=3", headers=AS_ADMIN).json()
    assert ([each["number"] for each in log["results"]], log["total"]) == ([4, 3, 2], 4)
    assert log["results"][2]["undone_by"] == 4
    rest = api.http.get(log["next"], headers=AS_ADMIN).json()["results"]
    assert [(each["kind"], each["other"]) for each in rest] == [("together", ids["vote-1"])]


def test_what_is_taken_out_of_sight_is_in_no_story(api: Api, ids: dict[str, str]) -> None:
    archive = api.app.state.archive
    before = api.http.get("/v1/stories")
    assert api.http.get("/v1/stories", headers={"If-None-Match": before.headers["ETag"]}).status_code == 304
    assert change_status(archive, "withdraw", [ids["vote-0"]], "A mistake.", "Ada").indexed
    assert api.http.get("/v1/stories", headers={"If-None-Match": before.headers["ETag"]}).status_code == 200
    assert api.http.get(f"/v1/stories/{ids['vote-0']}").status_code == 410
    story = api.get(f"/v1/stories/{ids['vote-3']}")
    assert (story["id"], story["article_count"]) == (ids["vote-1"], 3)
    assert api.get("/v1/search", collapse="stories")["total_collapsed"] == 5
    assert change_status(archive, "restore", [ids["vote-0"]], None, "Ada").indexed
    assert api.get(f"/v1/stories/{ids['vote-3']}")["id"] == ids["vote-0"]
