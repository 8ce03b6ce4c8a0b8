"""The page of feeds: what it shows, and who may add one with it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.archive import open_archive
from app.settings import Settings
from app.store import keys
from app.web.site import create_app
from tests.fetch.web import Web, serving
from tests.ingest.test_following import FERRY, LAMP, rss
from tests.served import serve

Served = Callable[..., AbstractContextManager[httpx.Client]]


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as made:
        made.put("/feed", rss(FERRY, LAMP), "application/rss+xml")
        yield made


@pytest.fixture
def served(tmp_path: Path) -> Served:
    @contextmanager
    def opened(**given: Any) -> Iterator[httpx.Client]:
        made = Settings(data_dir=tmp_path / "data", recognise=False, fetch_hosts="127.0.0.1", **given)
        with serve(create_app(made)) as client:
            yield client

    return opened


def make(folder: Path, *scopes: keys.Scope) -> str:
    with open_archive(Settings(data_dir=folder / "data")) as archive, archive.database.writing() as session:
        return keys.create_key(session, "desk", scopes, "")


def send(client: httpx.Client, origin: str | None = None, at: str = "/feeds", **fields: str) -> httpx.Response:
    """What a browser sends of the form."""
    said = {"Origin": origin or str(client.base_url).rstrip("/")}
    return client.post(at, files={name: (None, value) for name, value in fields.items()}, headers=said)


def text_of(page: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", page).split())


def wait_until(client: httpx.Client, at: str, words: str) -> str:
    deadline = time.monotonic() + 120
    while not re.search(words, shown := text_of(client.get(at).text)):
        assert time.monotonic() < deadline, shown
        time.sleep(0.1)
    return shown


def test_a_feed_is_added_on_this_machine_and_shown_as_it_is(served: Served, web: Web) -> None:
    with served() as client:
        assert 'href="/feeds"' in client.get("/add").text
        page = client.get("/feeds")
        assert "No feed is followed yet" in page.text
        assert (page.headers["Cache-Control"], 'type="password"' in page.text) == ("no-store", False)
        answer = send(client, url=web.url("/feed"), source="Wire", fetch_pages="yes")
        assert (answer.status_code, answer.headers.get("Location")) == (303, "/feeds"), answer.text
        send(client, url=web.url("/<none>"))
        deadline = time.monotonic() + 120
        while 'http-equiv="refresh"' in (shown := client.get("/feeds").text):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        text = text_of(shown)
        assert f"Harbour &amp; Wire {web.url('/feed')} ok 2 " in text
        assert "failing answered 404 0 " in text
        assert "<none>" not in shown
        again = send(client, url=web.url("/feed"))
        assert again.status_code == 409
        assert "is followed already" in again.text
        assert send(client, url="ftp://a.example/").status_code == 422
        assert send(client, url="").status_code == 422
        assert send(client, url="https://a.example/", every="1").status_code == 422
        assert send(client, url="https://a.example/", more="x").status_code == 422


def test_whoever_is_elsewhere_needs_a_key(served: Served, web: Web, tmp_path: Path) -> None:
    with served() as client:
        assert send(client, "https://elsewhere.example", url=web.url("/feed")).status_code == 401
        reader, writer = make(tmp_path, "read"), make(tmp_path, "ingest")
        assert 'type="password"' in client.get("/feeds").text
        assert send(client, url=web.url("/feed")).status_code == 401
        assert send(client, url=web.url("/feed"), key="0000beef_wrong").status_code == 401
        assert send(client, url=web.url("/feed"), key=reader).status_code == 403
        assert client.get("/v1/feeds").json()["total"] == 0
        assert send(client, "https://elsewhere.example", url=web.url("/feed"), key=writer).status_code == 303
        assert client.get("/v1/feeds").json()["total"] == 1


def test_a_feed_is_looked_at_when_asked_and_removed(served: Served, web: Web, tmp_path: Path) -> None:
    with served() as client:
        assert send(client, url=web.url("/feed")).status_code == 303
        [at] = re.findall(r'href="(/feeds/[0-9a-f]+)"', client.get("/feeds").text)
        wait_until(client, at, "2 created")
        assert 'http-equiv="refresh"' not in client.get(at).text
        looked = len(web.asked)
        assert send(client, at=at, act="check").headers["Location"] == at
        wait_until(client, at, "State unchanged|State ok")
        assert len(web.asked) > looked
        assert send(client, at=at, act="burn").status_code == 422
        elsewhere = "https://elsewhere.example"
        assert send(client, elsewhere, at=at, act="remove").status_code == 401
        reader, writer = make(tmp_path, "read"), make(tmp_path, "ingest")
        assert send(client, at=at, act="remove").status_code == 401
        assert send(client, at=at, act="remove", key=reader).status_code == 403
        assert 'type="password"' in client.get(at).text
        assert send(client, elsewhere, at=at, act="remove", key=writer).headers["Location"] == "/feeds"
        assert client.get(at).status_code == 404
        assert "No feed is followed" in client.get("/feeds").text
        assert client.get("/v1/search").json()["total"] == 2
