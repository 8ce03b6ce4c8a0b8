"""Ready answers: the same as fresh ones, and never older than the archive."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import date
from pathlib import Path

import httpx
import pytest
from sqlmodel import col, update
from starlette.types import Message, Receive, Scope, Send

from app.api.app import create_api
from app.archive import open_archive
from app.http.metrics import Metrics
from app.http.response_cache import ResponseCache
from app.ingest.pipeline import IngestOptions, ingest
from app.read import relative_dates
from app.search.engine import STALE_SECONDS
from app.settings import Settings
from app.store.tables import Article
from app.web.site import create_app
from tests.served import serve


def add(settings: Settings, name: str) -> None:
    file = settings.data_dir.parent / f"{name}.jsonl"
    file.write_text(json.dumps({"id": name, "text": f"The {name} keeps a lighthouse."}), encoding="utf-8")
    with open_archive(settings) as archive:
        ingest([file], archive, IngestOptions(skip_entities=True))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(data_dir=tmp_path / "data")
    add(settings, "baker")
    return settings


def cached(client: httpx.Client) -> float:
    [line] = [line for line in client.get("/metrics").text.splitlines() if line.startswith("dateline_cache_hits_total")]
    return float(line.split()[1])


def test_a_repeated_question_gets_the_same_bytes(settings: Settings) -> None:
    with serve(create_api(settings)) as client:
        first = client.get("/v1/search?q=lighthouse&limit=1")
        again = client.get("/v1/search?q=lighthouse&limit=1")
        assert cached(client) == 1
        assert again.content == first.content
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["x-request-id"] != first.headers["x-request-id"]
        client.get("/v1/search?q=lighthouse&limit=2")
        client.get("/v1/search?q=lighthouse&limit=1", headers={"Host": "archive.example"})
        assert cached(client) == 1


def test_pages_are_ready_too_and_never_older_than_the_archive(settings: Settings) -> None:
    with serve(create_app(settings)) as client:
        id = client.get("/v1/search?q=lighthouse").json()["results"][0]["id"]
        pages = ["/", "/?q=lighthouse", f"/articles/{id}", "/entities", "/sources", "/calendar", "/how-to-search"]
        before = cached(client)
        for path in pages:
            first, again = client.get(path), client.get(path)
            assert (first.status_code, again.content, again.headers["etag"]) == (
                200,
                first.content,
                first.headers["etag"],
            )
            known = client.get(path, headers={"If-None-Match": first.headers["etag"]})
            assert (known.status_code, known.content) == (304, b"")
        assert cached(client) == before + 2 * len(pages)
        add(settings, "butler")
        time.sleep(2 * STALE_SECONDS)
        assert "2 articles" in client.get("/?q=lighthouse").text
        counted = cached(client)
        for path in ("/archive", "/add", "/feeds", f"/articles/{id}/withdraw", "/articles/nobody"):
            assert client.get(path).content
            assert client.get(path).headers["cache-control"] in ("no-cache", "no-store")
        assert cached(client) == counted


def test_who_has_the_ready_answer_is_told_so(settings: Settings) -> None:
    with serve(create_api(settings)) as client:
        tag = client.get("/v1/stats").headers["etag"]
        for known in (tag, f'"other", {tag}', "*"):
            answer = client.get("/v1/stats", headers={"If-None-Match": known})
            assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)


def test_failures_are_not_kept(settings: Settings) -> None:
    with serve(create_api(settings)) as client:
        assert [client.get("/v1/entities/person-nobody").status_code for _ in range(2)] == [404, 404]
        assert [client.get("/v1/search?lmit=1").status_code for _ in range(2)] == [422, 422]
        assert cached(client) == 0


def test_a_commit_of_another_process_ends_what_was_ready(settings: Settings) -> None:
    with serve(create_api(settings)) as client:
        assert client.get("/v1/stats").json()["articles"] == 1
        add(settings, "miller")
        assert client.get("/v1/stats").json()["articles"] == 2


def test_a_change_of_a_row_alone_ends_it_too(settings: Settings) -> None:
    with serve(create_api(settings)) as client:
        [hit] = client.get("/v1/search?q=lighthouse").json()["results"]
        path = f"/v1/articles/{hit['id']}"
        assert client.get(path).json()["language"] == "en"
        with open_archive(settings) as archive, archive.database.writing() as session:
            session.exec(update(Article).where(col(Article.id) == hit["id"]).values(language="de"))
        assert client.get(path).json()["language"] == "de"


def test_what_was_made_while_the_archive_moved_is_not_sent_again(settings: Settings) -> None:
    """It was kept for the state that its request began with, which is gone."""
    made: list[int] = []

    async def moving(scope: Scope, _receive: Receive, send: Send) -> None:
        made.append(len(made))
        if len(made) == 1:
            with scope["app"].state.archive.database.writing() as session:
                session.exec(update(Article).values(language="de"))
        await send({"type": "http.response.start", "status": 200, "headers": [(b"etag", b'W/"1"')]})
        await send({"type": "http.response.body", "body": str(made[-1]).encode()})

    app = create_api(settings)
    layer = ResponseCache(moving, Metrics())
    bodies: list[bytes] = []

    async def sent(message: Message) -> None:
        bodies.append(message.get("body", b""))

    async def nothing() -> Message:
        return {"type": "http.request"}

    with open_archive(settings) as app.state.archive:
        for _ in range(4):
            scope = {
                "type": "http", "method": "GET", "scheme": "http", "path": "/v1/stats", "query_string": b"",
                "headers": [(b"host", b"archive.example")], "state": {}, "app": app,
            }  # fmt: skip
            asyncio.run(layer(scope, nothing, sent))
    assert b"".join(bodies) == b"0111"


def test_who_knows_no_tags_goes_by_the_date(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.http.response_cache.STEADY_SECONDS", 0)
    with serve(create_api(settings)) as client:
        for path in ("/v1/search?q=lighthouse", "/v1/feed", "/v1/stats"):
            for _ in ("fresh", "kept"):
                answer = client.get(path)
                known = {"If-Modified-Since": answer.headers["Last-Modified"]}
                again = client.get(path, headers=known)
                assert (again.status_code, again.content) == (304, b"")
                assert again.headers["Last-Modified"] == known["If-Modified-Since"]
                assert again.headers["ETag"] == answer.headers["ETag"]
                # A tag says more than a date.
                assert client.get(path, headers=known | {"If-None-Match": '"other"'}).status_code == 200
        for other in ("Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 2199 00:00:00 GMT", "yesterday", ""):
            assert client.get("/v1/feed", headers={"If-Modified-Since": other}).status_code == 200
        assert client.get("/v1/search?lmit=1", headers=known).status_code == 422


def test_a_state_that_has_only_begun_has_no_date(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.http.response_cache.STEADY_SECONDS", 3600)
    with serve(create_api(settings)) as client:
        assert "Last-Modified" not in client.get("/v1/feed").headers


def test_no_date_hides_what_came_since(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.http.response_cache.STEADY_SECONDS", 0)
    with serve(create_api(settings)) as client:
        before = client.get("/v1/feed").headers["Last-Modified"]
        time.sleep(1.1)  # a header tells seconds
        add(settings, "miller")
        deadline = time.monotonic() + 60
        while "miller" not in client.get("/v1/feed", headers={"If-Modified-Since": before}).text:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_yesterday_is_another_day_after_midnight(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    path = "/v1/search?date_from=-7d&date_to=today"
    with serve(create_api(settings)) as client:
        monkeypatch.setattr(relative_dates, "today", lambda: date(2024, 3, 1))
        evening = client.get(path)
        assert evening.json()["query"]["filters"] == [
            {"name": "date_from", "value": "2024-02-23"},
            {"name": "date_to", "value": "2024-03-01"},
        ]
        assert client.get(path).content == evening.content
        monkeypatch.setattr(relative_dates, "today", lambda: date(2024, 3, 2))
        morning = client.get(path, headers={"If-None-Match": evening.headers["etag"]})
        assert morning.status_code == 200
        assert morning.json()["query"]["filters"][0]["value"] == "2024-02-24"
        plain = client.get("/v1/search?date=2024")
        monkeypatch.setattr(relative_dates, "today", lambda: date(2024, 3, 3))
        known = {"If-None-Match": plain.headers["etag"]}
        assert client.get("/v1/search?date=2024", headers=known).status_code == 304


def test_the_next_page_stays_with_the_days_of_the_first(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    file = settings.data_dir.parent / "dated.jsonl"
    records = [{"id": f"dated {day}", "text": f"Day {day}.", "date": f"2024-02-2{day}"} for day in range(5)]
    file.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    with open_archive(settings) as archive:
        ingest([file], archive, IngestOptions(skip_entities=True))
    with serve(create_api(settings)) as client:
        monkeypatch.setattr(relative_dates, "today", lambda: date(2024, 3, 1))
        first = client.get("/v1/search?date_from=-9d&limit=2&sort=date").json()
        monkeypatch.setattr(relative_dates, "today", lambda: date(2024, 3, 2))
        second = client.get(first["next"]).json()
    assert first["total"] == second["total"] == 4
    assert [hit["date"] for hit in first["results"] + second["results"]] == [f"2024-02-2{day}" for day in range(1, 5)]
