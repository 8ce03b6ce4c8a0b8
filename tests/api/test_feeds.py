"""Feeds over HTTP: added with a key, looked at beside the answers, and told of."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.api.app import create_api
from app.archive import open_archive
from app.ingest.lock import writing_alone
from app.settings import Settings
from app.store.feeds import note_feed
from tests.fetch.web import Web, send, serving
from tests.ingest.test_following import FERRY, LAMP, rss
from tests.served import AS_ADMIN, Api, admit_the_admin, closed, serve


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as made:
        made.put("/feed", rss(FERRY, LAMP), "application/rss+xml", ETag='"1"')
        yield made


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(data_dir=tmp_path / "data", ingest_workers=1, recognise=False, fetch_hosts="127.0.0.1")
    with open_archive(made) as archive:
        admit_the_admin(archive)
    return made


@pytest.fixture
def api(settings: Settings) -> Iterator[Api]:
    app = create_api(settings)
    with serve(app) as client:
        yield Api(client, app, {"schemas": closed(app.openapi()["components"]["schemas"])})


@pytest.fixture
def still(settings: Settings) -> Iterator[Api]:
    """One beside which nothing is done."""
    app = create_api(settings)
    with writing_alone(settings.background_lock_path), serve(app) as client:
        yield Api(client, app, {"schemas": closed(app.openapi()["components"]["schemas"])})


def attempt(api: Api, **body: Any) -> httpx.Response:
    return api.http.post("/v1/feeds", json=body, headers=AS_ADMIN)


def follow(api: Api, url: str, **body: Any) -> Any:
    answer = attempt(api, url=url, **body)
    assert answer.status_code == 201, answer.text
    feed = api.checked("post", answer)
    assert answer.headers["Location"] == f"/v1/feeds/{feed['id']}"
    return feed


def reached(api: Api, feed: Any, wanted: Callable[[Any], bool], patience: float = 120) -> Any:
    deadline = time.monotonic() + patience
    while not wanted(found := api.get(f"/v1/feeds/{feed['id']}")):
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


def test_a_feed_is_read_and_found_and_read_again_when_asked(api: Api, web: Web) -> None:
    feed = follow(api, web.url("/feed"))
    assert (feed["state"], feed["every"], feed["articles"]) == ("new", 60, 0)
    found = reached(api, feed, lambda feed: feed["state"] != "new")
    assert (found["state"], found["articles"], found["title"]) == ("ok", 2, "Harbour & Wire")
    assert found["next_at"] > found["checked_at"] == found["success_at"]
    deadline = time.monotonic() + 60
    while api.get("/v1/search", q="ferry")["total"] != 1:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert api.get("/v1/stats")["articles"] == 2
    web.put("/feed", rss(FERRY, LAMP, ("Third", "A whale was seen.")), "application/rss+xml", ETag='"2"')
    answer = api.http.post(f"/v1/feeds/{feed['id']}/check", headers=AS_ADMIN)
    assert answer.status_code == 202
    api.checked("post", answer)
    found = reached(api, feed, lambda feed: feed["articles"] == 3)
    assert found["counts"]["created"] == 1
    assert found["counts"]["unchanged"] == 2
    text = api.http.get("/metrics").text
    assert 'dateline_feeds{state="ok"} 1.0' in text
    assert 'dateline_feeds{state="failing"} 0.0' in text
    [age] = [line.split()[1] for line in text.splitlines() if line.startswith("dateline_feed_success_age_seconds ")]
    assert 0 <= float(age) < 300


def test_what_fails_says_why(api: Api, web: Web) -> None:
    web.pages["/gone"] = partial(send, status=410)
    gone, inside = follow(api, web.url("/gone")), follow(api, "http://169.254.169.254/feed")
    found = reached(api, gone, lambda feed: feed["state"] != "new")
    assert (found["state"], found["error"], "next_at" in found) == ("gone", "answered 410", False)
    found = reached(api, inside, lambda feed: feed["state"] != "new")
    assert (found["state"], found["failures"]) == ("failing", 1)
    assert "own networks" in found["error"]


def test_a_feed_that_falls_due_is_looked_at_although_nobody_writes(api: Api, web: Web) -> None:
    """The process beside the server is started by the time."""
    feed = follow(api, web.url("/feed"))
    reached(api, feed, lambda feed: feed["state"] == "ok")
    due = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(time.time() + 3))
    with api.archive.database.writing() as session:
        note_feed(session, feed["id"], next_at=due)
    reached(api, feed, lambda feed: feed["state"] == "unchanged")


def test_feeds_are_listed_page_by_page_and_removed(still: Api) -> None:
    ids = [follow(still, f"https://news.example/{number}", source="Wire")["id"] for number in range(5)]
    found: list[str] = []
    address = "/v1/feeds?limit=2"
    while address:
        page = still.http.get(address).json()
        found += [each["id"] for each in page["results"]]
        address = page.get("next", "")
    assert found == ids[::-1]
    answer = still.http.delete(f"/v1/feeds/{ids[0]}", headers=AS_ADMIN)
    assert answer.status_code == 200
    assert still.checked("delete", answer)["id"] == ids[0]
    assert still.http.get(f"/v1/feeds/{ids[0]}").status_code == 404
    assert still.get("/v1/feeds")["total"] == 4


def test_what_cannot_be_followed_is_refused(still: Api) -> None:
    follow(still, "https://news.example/feed", every=15, fetch_pages=True)
    again = attempt(still, url="https://NEWS.example/feed#top")
    assert (again.status_code, still.problem(again)["type"]) == (409, "/problems/feed-known")
    refused: list[tuple[dict[str, Any], str]] = [
        ({"url": "file:///etc/passwd"}, "/url"),
        ({"url": "http://u:p@news.example/"}, "/url"),
        ({"url": "x" * 4_001}, "/url"),
        ({}, "/url"),
        ({"url": "https://a.example/", "every": 1}, "/every"),
        ({"url": "https://a.example/", "every": "60"}, "/every"),
        ({"url": "https://a.example/", "fetch_pages": "yes"}, "/fetch_pages"),
        ({"url": "https://a.example/", "pages": True}, "/pages"),
    ]
    for body, pointer in refused:
        answer = attempt(still, **body)
        assert answer.status_code == 422, body
        assert still.problem(answer)["errors"][0]["pointer"] == pointer
    assert still.get("/v1/feeds")["total"] == 1


def test_who_may_not_write_follows_nothing(still: Api) -> None:
    feed = follow(still, "https://news.example/feed")
    for method, path in (("POST", ""), ("POST", f"/{feed['id']}/check"), ("DELETE", f"/{feed['id']}")):
        answer = still.http.request(method, f"/v1/feeds{path}", json={"url": "https://a.example/"})
        assert answer.status_code == 401
        still.problem(answer)
    for method, path in (("GET", "/none"), ("POST", "/none/check"), ("DELETE", "/none")):
        answer = still.http.request(method, f"/v1/feeds{path}", headers=AS_ADMIN)
        assert answer.status_code == 404
        still.problem(answer)
