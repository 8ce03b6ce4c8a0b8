from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.api.app import create_api
from app.api.articles import MOST_BYTES
from app.archive import open_archive
from app.ingest.pipeline import IngestOptions, ingest
from app.settings import Settings
from app.store.tables import Article
from app.web.site import create_app
from tests.served import AS_ADMIN, Api, admit_the_admin, closed, serve

LOOKUP = "/v1/articles/lookup"


@pytest.fixture(scope="session")
def ids(api: Api) -> dict[str, str]:
    return {hit["external_id"]: hit["id"] for hit in api.get("/v1/search", limit=100)["results"]}


@pytest.fixture
def withdrawn(api: Api, ids: dict[str, str]) -> Any:
    """An article taken back for the length of a test."""

    def set_status(status: str) -> None:
        with api.archive.database.writing() as session:
            article = session.get_one(Article, ids["tide-59"])
            article.status = status
            session.add(article)

    set_status("withdrawn")
    yield ids["tide-59"]
    set_status("published")


def test_an_article_is_whole(api: Api, ids: dict[str, str]) -> None:
    article = api.get(f"/v1/articles/{ids['truce-1']}")
    body = article["body"]
    assert article["external_id"] == "truce-1"
    assert article["headline"] == "Truce holds along the river"
    assert article["date"] == "2025-05-12"
    assert article["source"] == "Harbour Wire"
    assert article["url"] == "https://news.example/truce"
    assert article["authors"] == ["Desk"]
    assert article["revision"] == 1
    assert article["status"] == "published"
    assert [block["kind"] for block in article["blocks"]] == ["paragraph", "paragraph"]
    assert body[article["blocks"][1]["start"] :].startswith("Vladimir Putin")
    assert article["dateline"]["place_id"] == "place-new-delhi"
    assert article["provenance"]["file"].endswith("records.jsonl")
    assert article["provenance"]["record"] == 1
    assert "matches" not in article


def test_the_time_of_day_is_shown_as_it_was_given(api: Api, ids: dict[str, str]) -> None:
    timed = api.get(f"/v1/articles/{ids['truce-2']}")
    assert (timed["date"], timed["published_at"]) == ("2025-05-13", "2025-05-13T16:40:00+03:00")
    assert list(timed).index("published_at") == list(timed).index("date") + 1
    assert "published_at" not in api.get(f"/v1/articles/{ids['truce-1']}")


def test_mentions_are_where_they_say(api: Api, ids: dict[str, str]) -> None:
    article = api.get(f"/v1/articles/{ids['truce-1']}")
    for entity in article["entities"]:
        for mention in entity["mentions"]:
            assert article["body"][mention["start"] : mention["end"]] == mention["text"]
    people = {e["id"]: e["name"] for e in article["entities"] if e["type"] == "person"}
    assert people == {"person-narendra-modi": "Narendra Modi", "person-vladimir-putin": "Vladimir Putin"}


def test_a_query_is_found_in_the_body(api: Api, ids: dict[str, str]) -> None:
    article = api.get(f"/v1/articles/{ids['truce-1']}", q='"full support" telephone')
    assert [article["body"][m["start"] : m["end"]] for m in article["matches"]] == ["full support", "telephone"]


def test_links_lead_on(api: Api, ids: dict[str, str]) -> None:
    article = api.get(f"/v1/articles/{ids['strike-1']}")
    assert api.get(article["links"]["self"]) == article
    assert api.get(article["links"]["text"]) == article["body"]
    similar = api.get(article["links"]["similar"])
    assert similar["results"][0]["external_id"] == "strike-2"
    assert similar["total"] >= len(similar["results"])


def test_text_is_utf8(api: Api, ids: dict[str, str]) -> None:
    answer = api.http.get(f"/v1/articles/{ids['strike-1']}/text")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "union's café" in answer.content.decode()


def test_similar_is_bounded(api: Api, ids: dict[str, str]) -> None:
    assert len(api.get(f"/v1/articles/{ids['tide-01']}/similar", limit=3)["results"]) == 3


def test_lookup_keeps_the_order_asked(api: Api, ids: dict[str, str], withdrawn: str) -> None:
    asked = [ids["strike-1"], "0" * 16, withdrawn, ids["truce-1"], ids["strike-1"]]
    results = api.post(LOOKUP, {"ids": asked})["results"]
    assert [result["id"] for result in results] == asked
    assert [result["status"] for result in results] == ["found", "missing", "withdrawn", "found", "found"]
    assert results[0]["article"] == api.get(f"/v1/articles/{ids['strike-1']}")
    assert "article" not in results[2]


def test_lookup_by_address_and_by_the_id_of_the_publisher(api: Api, ids: dict[str, str]) -> None:
    asked = {
        "ids": [ids["strike-1"]],
        "urls": ["http://www.news.example/truce/?utm_source=x#p1", "https://news.example/nothing"],
        "external_ids": ["strike-2", "strike-9", "strike-2"],
    }
    results = api.post(LOOKUP, asked)["results"]
    assert [(each["id"], each.get("url"), each.get("external_id"), each["status"]) for each in results] == [
        (ids["strike-1"], None, None, "found"),
        (ids["truce-1"], asked["urls"][0], None, "found"),
        (asked["urls"][1], asked["urls"][1], None, "missing"),
        (ids["strike-2"], None, "strike-2", "found"),
        ("strike-9", None, "strike-9", "missing"),
        (ids["strike-2"], None, "strike-2", "found"),
    ]
    assert results[1]["article"] == api.get(f"/v1/articles/{ids['truce-1']}")


def test_lookup_finds_all_that_are_known_so_and_what_became_of_the_others(tmp_path: Path) -> None:
    def record(id: str, url: str, text: str, **more: str) -> str:
        return json.dumps({"id": id, "url": url, "text": text, **more})

    lines = [
        record("1", "https://a.example/1", "The first lamp.", source="Wire"),
        record("1", "https://b.example/1", "The other lamp.", source="Post"),
        record("2", "https://a.example/2", "Taken back.", source="Wire"),
        record("3", "https://a.example/3/", "The first lamp.", source="Wire"),
        record("4", "https://a.example/caf\u00e9?b=1&a=2", "Coffee.", source="Wire"),
    ]
    (tmp_path / "lamps.jsonl").write_text("\n".join(lines), encoding="utf-8")
    settings = Settings(data_dir=tmp_path / "data")
    with open_archive(settings) as archive:
        ingest([tmp_path / "lamps.jsonl"], archive, IngestOptions(skip_entities=True))
        admit_the_admin(archive)
    with serve(create_api(settings)) as client:

        def became(**asked: list[str]) -> list[tuple[str, str | None, str | None]]:
            results = client.post(LOOKUP, json=asked).json()["results"]
            return [(each["status"], each.get("article", {}).get("body"), each.get("reason")) for each in results]

        [[id]] = [[each["id"] for each in client.post(LOOKUP, json={"external_ids": ["2"]}).json()["results"]]]
        done = client.post(
            f"/v1/articles/{id}/withdrawals", json={"kind": "withdraw", "reason": "by mistake"}, headers=AS_ADMIN
        )
        assert done.status_code == 201, done.text
        both = {("found", "The first lamp.", None), ("found", "The other lamp.", None)}
        assert set(became(external_ids=["1"])) == both
        assert became(urls=["a.example/1"], external_ids=["2"]) == [
            ("found", "The first lamp.", None),
            ("withdrawn", None, "by mistake"),
        ]
        assert became(urls=["https://www.a.example/2/"]) == [("withdrawn", None, "by mistake")]
        # The text of this one came before, under another id and address.
        assert became(urls=["http://a.example/3"], external_ids=["3"]) == [("found", "The first lamp.", None)] * 2
        assert became(urls=["https://a.example/caf%C3%A9?a=2&b=1"]) == [("found", "Coffee.", None)]


def test_an_address_that_is_looked_up_is_not_fetched(api: Api) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        [result] = api.post(LOOKUP, {"urls": [address]})["results"]
        assert result["status"] == "missing"
        with pytest.raises(TimeoutError):
            listening.accept()


def test_lookup_of_nothing_and_of_the_most(api: Api) -> None:
    assert api.post(LOOKUP, {"ids": []}) == {"results": []}
    most = {"ids": ["0" * 16] * 200, "urls": ["https://a.example/"] * 200, "external_ids": ["x"] * 200}
    assert len(api.post(LOOKUP, most)["results"]) == 600
    for name in most:
        refused = api.http.post(LOOKUP, json={name: most[name][:1] * 201})
        assert refused.status_code == 422
        assert api.problem(refused)["errors"][0]["pointer"] == f"/{name}"
    problem = api.problem(api.http.post(LOOKUP, json={}))
    assert problem["errors"] == [{"pointer": "", "message": "Give ids, urls or external_ids."}]


@pytest.fixture
def long(tmp_path: Path) -> Iterator[Api]:
    """An archive of one article of 230 kB, most of it in letters of two bytes, with one turn for all that is dear."""
    text = "\n\n".join(["Lighthouse keepers." * 2_000, "Маяки." * 7_000] * 2)
    (tmp_path / "long.jsonl").write_text(json.dumps({"id": "long", "text": text}), encoding="utf-8")
    settings = Settings(data_dir=tmp_path / "data", searches=1, search_wait=0.01)
    with open_archive(settings) as archive:
        ingest([tmp_path / "long.jsonl"], archive, IngestOptions(skip_entities=True))
    app = create_api(settings)
    with serve(app) as client:
        yield Api(client, app, {"schemas": closed(app.openapi()["components"]["schemas"])})


def test_lookup_has_a_bound_on_all_that_it_sends_repeats_included(long: Api) -> None:
    [hit] = long.get("/v1/search")["results"]
    article = long.http.get(f"/v1/articles/{hit['id']}").content
    fitting = MOST_BYTES // len(article)
    assert 50 < fitting < 200
    assert len(long.post(LOOKUP, {"ids": [hit["id"]] * fitting})["results"]) == fitting
    refused = long.http.post(LOOKUP, json={"ids": [hit["id"]] * 200})
    assert refused.status_code == 422
    problem = long.problem(refused)
    assert problem["type"] == "/problems/answer-too-large"
    assert problem["errors"][0]["pointer"] == "/ids"
    assert "one answer holds 20 MB. Ask for fewer at once." in problem["detail"]


def test_lookup_takes_its_turn_with_the_searches(long: Api) -> None:
    slots = long.app.state.search_slots
    asyncio.run(slots.acquire())
    refused = long.http.post(LOOKUP, json={"ids": []})
    assert (refused.status_code, long.problem(refused)["type"]) == (503, "/problems/overloaded")
    slots.release()
    long.post(LOOKUP, {"ids": []})
    assert long.http.post(LOOKUP, json={"ids": 1}).status_code == 422
    assert long.get("/v1/search")["total"] == 1, "each has given its turn back"


def test_rights_urgency_and_subjects_are_shown(tmp_path: Path) -> None:
    subjects = [{"scheme": "medtop", "code": "20000337", "name": "transport"}, {"code": "<x>"}]
    record = {"title": "Ferry", "rights": "© Wire\nNot for sale.", "urgency": 3, "subjects": subjects}
    (tmp_path / "a.jsonl").write_text(json.dumps(record), encoding="utf-8")
    settings = Settings(data_dir=tmp_path / "data")
    with open_archive(settings) as archive:
        ingest([tmp_path / "a.jsonl"], archive, IngestOptions(skip_entities=True))
    with serve(create_app(settings)) as client:
        [hit] = client.get("/v1/search").json()["results"]
        article = client.get(f"/v1/articles/{hit['id']}").json()
        assert {name: article[name] for name in ("rights", "urgency", "subjects")} == {
            name: record[name] for name in ("rights", "urgency", "subjects")
        }
        page = client.get(f"/articles/{hit['id']}").text
        assert '<dt>Filed under</dt><dd><span title="medtop 20000337">transport</span>, <span title="' in page
        assert "&lt;x&gt;</span></dd>" in page
        assert "<dt>Urgency</dt><dd>3</dd>" in page
        assert "<dt>Rights</dt><dd>© Wire</dd><dd>Not for sale.</dd>" in page
        table = client.get("/v1/export", params={"format": "csv"}).text
        assert "transport (20000337); <x>" in table


@pytest.mark.parametrize("part", ["", "/text", "/similar"])
def test_a_withdrawn_article_is_gone(api: Api, withdrawn: str, part: str) -> None:
    answer = api.http.get(f"/v1/articles/{withdrawn}{part}")
    assert answer.status_code == 410
    assert api.problem(answer)["type"] == "/problems/withdrawn"
