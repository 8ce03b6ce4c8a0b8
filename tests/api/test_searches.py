"""Saved searches over HTTP: saved, asked when articles arrive, told, and ended."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from app.api.app import create_api
from app.archive import open_archive
from app.settings import Settings
from app.store import keys
from tests.alerts.test_telling import Desk
from tests.api.test_feed import FORMATS, TYPES, entries
from tests.fetch.web import Web, serving
from tests.served import AS_ADMIN, Api, admit_the_admin, closed, serve


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as made:
        yield made


@pytest.fixture
def desk(tmp_path: Path, web: Web) -> Iterator[tuple[Api, Desk]]:
    settings = Settings(data_dir=tmp_path / "data", ingest_workers=1, recognise=False, fetch_hosts="127.0.0.1")
    with open_archive(settings) as archive:
        admit_the_admin(archive)
    app = create_api(settings)
    with serve(app) as client:
        yield Api(client, app, {"schemas": closed(app.openapi()["components"]["schemas"])}), Desk(web)


def ask(api: Api, method: str, path: str, body: Any = None) -> Any:
    answer = api.http.request(method, path, json=body, headers=AS_ADMIN)
    assert answer.is_success, answer.text
    return api.checked(method.lower(), answer)


def refused(api: Api, status: int, body: Any, headers: Any = AS_ADMIN) -> Any:
    answer = api.http.post("/v1/searches", json=body, headers=headers)
    assert answer.status_code == status, answer.text
    return api.problem(answer)


def put(api: Api, *numbers: int) -> None:
    lines = "".join(json.dumps({"id": n, "title": f"Tide {n}", "text": f"High tide {n}."}) + "\n" for n in numbers)
    headers = AS_ADMIN | {"Content-Type": "application/x-ndjson"}
    assert api.http.post("/v1/articles", content=lines, headers=headers).is_success


def wait_for(api: Api, path: str, count: int, patience: float = 120) -> list[Any]:
    deadline = time.monotonic() + patience
    while True:
        found: list[Any] = ask(api, "GET", path)["results"]
        if len(found) >= count:
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


def test_a_search_is_saved_told_listed_and_ended(desk: tuple[Api, Desk]) -> None:
    api, hook = desk
    put(api, 1)
    made = ask(api, "POST", "/v1/searches", {"name": "Tides", "search": "q=tide&sort=-date", "webhook": hook.url})
    saved, secret = made["saved"], made["secret"]
    assert (saved["search"], saved["state"], saved["matches"]) == ("q=tide&match=all", "on", 0)
    put(api, 1, 2, 3)
    matches = wait_for(api, f"/v1/searches/{saved['id']}/matches", 2)
    assert [each["headline"] for each in matches] == ["Tide 3", "Tide 2"]
    [delivery] = wait_for(api, f"/v1/searches/{saved['id']}/deliveries", 1)
    deadline = time.monotonic() + 60
    while delivery["state"] != "done":
        assert time.monotonic() < deadline, delivery
        time.sleep(0.1)
        [delivery] = ask(api, "GET", f"/v1/searches/{saved['id']}/deliveries")["results"]
    [(headers, body)] = hook.got
    event = Webhook(secret).verify(body, headers)
    assert headers["webhook-id"] == delivery["id"]
    told = urlsplit(event["data"]["search"]["url"]).path
    assert api.http.get(told, headers=AS_ADMIN).json()["matches"] == 2
    [listed] = ask(api, "GET", "/v1/searches")["results"]
    assert listed["matches"] == 2
    assert "secret" not in listed
    assert ask(api, "PATCH", f"/v1/searches/{saved['id']}", {"state": "off"})["state"] == "off"
    assert ask(api, "PATCH", f"/v1/searches/{saved['id']}", {"state": "on"})["state"] == "on"
    assert ask(api, "DELETE", f"/v1/searches/{saved['id']}")["id"] == saved["id"]
    assert api.problem(api.http.get(f"/v1/searches/{saved['id']}", headers=AS_ADMIN))["status"] == 404


def test_what_was_new_is_a_feed_that_a_reader_may_follow_with_its_key_as_a_password(desk: tuple[Api, Desk]) -> None:
    api, _ = desk
    put(api, 1)
    saved = ask(api, "POST", "/v1/searches", {"name": "Tides <new>", "search": "q=tide&sort=-date"})["saved"]
    path, reader = f"/v1/searches/{saved['id']}/feed", ("anybody", AS_ADMIN["Authorization"].removeprefix("Bearer "))
    empty = {format: api.http.get(path, params={"format": format}, auth=reader) for format in FORMATS}
    assert [entries(answer) for answer in empty.values()] == [[], [], []]
    put(api, 1, 2, 3)
    wait_for(api, f"/v1/searches/{saved['id']}/matches", 2)
    for format, before in empty.items():
        tag = {"If-None-Match": before.headers["ETag"]}
        answer = api.http.get(path, params={"format": format}, auth=reader, headers=tag)
        assert answer.headers["Content-Type"] == TYPES[format]
        assert [entry["title"] for entry in entries(answer)] == ["Tide 3", "Tide 2"]
        tag = {"If-None-Match": answer.headers["ETag"]}
        assert api.http.get(path, params={"format": format}, auth=reader, headers=tag).status_code == 304
    assert len(entries(api.http.get(f"{path}?limit=1", auth=reader))) == 1
    shown = api.http.get(f"{path}?format=json", auth=reader).json()
    assert (shown["title"], urlsplit(shown["home_page_url"]).query) == ("Dateline: Tides <new>", "q=tide&match=all")
    assert api.problem(api.http.get(path))["status"] == 401
    assert api.problem(api.http.get(f"{path}?limit=0", auth=reader))["status"] == 422
    assert api.problem(api.http.get("/v1/searches/none/feed", auth=reader))["status"] == 404


def test_pages(desk: tuple[Api, Desk]) -> None:
    api, _ = desk
    for number in range(5):
        ask(api, "POST", "/v1/searches", {"name": f"n{number}", "search": f"q=tide{number}"})
    names, next_page = [], "/v1/searches?limit=2"
    while next_page:
        page = api.http.get(next_page, headers=AS_ADMIN).json()
        names += [each["name"] for each in page["results"]]
        assert page["total"] == 5
        next_page = page.get("next")
    assert names == ["n4", "n3", "n2", "n1", "n0"]


def test_what_cannot_work_is_refused_with_its_name(desk: tuple[Api, Desk]) -> None:
    api, _ = desk
    for body, named in (
        ({"name": "a", "search": "limit=3"}, "search"),
        ({"name": "a", "search": "q=tide&colour=red"}, "search"),
        ({"name": "a", "search": "q=tide", "webhook": "ftp://a.example"}, "webhook"),
        ({"name": "a", "search": "q=tide", "email": "desk@news.example"}, "email"),
        ({"name": "", "search": "q=tide"}, "name"),
        ({"name": "a", "search": "q=tide", "often": True}, "often"),
    ):
        assert refused(api, 422, body)["errors"][0]["pointer"] == f"/{named}"


def test_it_takes_a_key_of_its_own_scope(desk: tuple[Api, Desk]) -> None:
    api, _ = desk
    body = {"name": "a", "search": "q=tide"}
    refused(api, 401, body, {})
    with api.archive.database.writing() as session:
        reader = keys.create_key(session, "reader", ["read", "ingest"], "")
        teller = keys.create_key(session, "teller", ["alerts"], "")
    refused(api, 403, body, {"Authorization": f"Bearer {reader}"})
    made = api.http.post("/v1/searches", json=body, headers={"Authorization": f"Bearer {teller}"})
    assert isinstance(made, httpx.Response)
    assert made.status_code == 201
