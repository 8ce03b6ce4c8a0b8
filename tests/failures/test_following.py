"""Feeds beside a real server: found when they were read, never in the way, and nothing lost or done twice."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpx
import pytest

from app.archive import open_archive
from app.ingest.verify import verify
from app.settings import Settings
from app.store.feeds import newest_feeds
from app.store.tables import FollowedFeed
from tests.failures.command import dateline, full_disk, serving
from tests.failures.test_names import holders, recogniser
from tests.fetch.web import Web, send
from tests.fetch.web import serving as web_serving
from tests.ingest.test_following import rss
from tests.served import AS_ADMIN, admit_the_admin
from tests.waiting import until

ENTRIES = [(f"Lighthouse {number}", f"The lighthouse of island {number} is lit.") for number in range(20)]


@pytest.fixture(autouse=True)
def own_network(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("FETCH_HOSTS", "127.0.0.1"), ("FETCH_PAUSE", "0"), ("RECOGNISE", "false")):
        monkeypatch.setenv(f"DATELINE_{name}", value)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with open_archive(Settings(data_dir=tmp_path / "data")) as archive:
        admit_the_admin(archive)
    return tmp_path / "data"


@pytest.fixture
def web() -> Iterator[Web]:
    with web_serving() as made:
        made.put("/feed", rss(*ENTRIES), "application/rss+xml", ETag='"1"')
        yield made


def add(folder: Path, url: str, *options: str) -> None:
    done = dateline(folder, "feeds", "add", url, *options)
    assert done.returncode == 0, done.stderr


def followed(folder: Path) -> FollowedFeed:
    with open_archive(Settings(data_dir=folder)) as archive, archive.database.reading() as session:
        [feed] = newest_feeds(session)
        return feed


def found(address: str) -> int:
    return int(httpx.get(f"{address}/v1/search?q=lighthouse", timeout=60).json()["total"])


def hang(web: Web) -> tuple[threading.Event, threading.Event]:
    """Have the feed answer only once the second event is set; the first says that it was asked for."""
    asked, over = threading.Event(), threading.Event()

    def answer(request: BaseHTTPRequestHandler) -> None:
        asked.set()
        over.wait(120)
        send(request, 200, rss(*ENTRIES), {"ETag": '"1"'})

    web.pages["/feed"] = answer
    return asked, over


def check(folder: Path, articles: int = len(ENTRIES)) -> None:
    with open_archive(Settings(data_dir=folder)) as archive:
        assert verify(archive, deep=True) == []
    feed = followed(folder)
    assert (feed.state, feed.articles, feed.tries) == ("ok", articles, 0)


@pytest.mark.parametrize("workers", ["1", "3"])
def test_a_feed_that_is_added_beside_a_server_is_found_and_asked_for_once(folder: Path, web: Web, workers: str) -> None:
    with serving(folder, "--workers", workers) as (_, address):
        add(folder, web.url("/feed"), "--no-check")
        until(lambda: found(address) == len(ENTRIES))
    assert [path for path, _ in web.asked] == ["/feed"]
    until(lambda: not holders(folder))
    check(folder)


def test_a_feed_that_hangs_keeps_no_file_waiting(folder: Path, web: Web) -> None:
    asked, over = hang(web)
    with serving(folder) as (_, address):
        add(folder, web.url("/feed"), "--no-check")
        until(asked.is_set)
        files = [("files", ("a.txt", b"date 2025-05-05\n\nA lighthouse was lit."))]
        assert httpx.post(f"{address}/v1/uploads", files=files, headers=AS_ADMIN).status_code == 202
        until(lambda: found(address) == 1)
        assert followed(folder).state == "new"
        over.set()
        until(lambda: found(address) == 1 + len(ENTRIES))
    check(folder)


def test_one_that_is_killed_in_the_midst_of_a_look_looks_again(folder: Path, web: Web) -> None:
    asked, over = hang(web)
    with serving(folder) as (process, address):
        add(folder, web.url("/feed"), "--no-check")
        until(asked.is_set)
        asked.clear()
        os.kill(recogniser(folder, process.pid), signal.SIGKILL)
        until(asked.is_set)
        over.set()
        until(lambda: found(address) == len(ENTRIES))
    assert len(web.asked) == 2
    check(folder)


def test_what_a_killed_server_was_at_the_next_one_does(folder: Path, web: Web) -> None:
    asked, over = hang(web)
    with serving(folder) as (process, _):
        add(folder, web.url("/feed"), "--no-check")
        until(asked.is_set)
        process.send_signal(signal.SIGKILL)
        process.wait()
        until(lambda: not holders(folder))
    over.set()
    with serving(folder) as (_, address):
        until(lambda: found(address) == len(ENTRIES))
    check(folder)


@pytest.mark.parametrize("room", [1, 60_000, 200_000], ids=["none", "some", "more"])
def test_a_check_that_finds_no_room_is_done_again(folder: Path, web: Web, room: int) -> None:
    entries = [(f"Lighthouse {number}", f"The lighthouse of island {number} is lit. " * 9) for number in range(1_500)]
    web.put("/feed", rss(*entries), "application/rss+xml", ETag='"1"')
    add(folder, web.url("/feed"), "--no-check")
    ended = dateline(folder, "feeds", "check", "--skip-entities", prepare=full_disk(room))
    assert ended.returncode == 74, ended.stderr
    assert "Traceback" not in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr
    assert followed(folder).etag is None
    again = dateline(folder, "feeds", "check", "--skip-entities")
    assert again.returncode == 0, again.stderr
    check(folder, 1_500)
