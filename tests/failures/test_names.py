"""The process of a server that recognises names: never two, started again, and nothing lost or done twice."""

from __future__ import annotations

import os
import signal
from collections import Counter
from pathlib import Path

import httpx
import pytest
from sqlmodel import select

from app.archive import open_archive
from app.ingest import indexing
from app.ingest.verify import verify
from app.settings import Settings
from app.store.tables import Article, AwaitingNames, Mention
from tests.failures.command import serving
from tests.served import AS_ADMIN, admit_the_admin
from tests.waiting import until

_PROC = Path("/proc")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with open_archive(Settings(data_dir=tmp_path / "data")) as archive:
        admit_the_admin(archive)
    return tmp_path / "data"


def send(address: str, number: int) -> None:
    text = "MOSCOW, May 5 - President Vladimir Putin met Prime Minister Narendra Modi in Moscow. Meeting number {}."
    records = [{"id": n, "source": "Wire", "title": f"Summit {n}", "text": text.format(n)} for n in range(number)]
    answer = httpx.post(f"{address}/v1/articles", json=records, headers=AS_ADMIN, timeout=60)
    assert answer.json()["names"] == "pending", answer.text


def waiting(address: str) -> int:
    lines = httpx.get(f"{address}/metrics", timeout=60).text.splitlines()
    [value] = (line.split()[1] for line in lines if line.startswith("dateline_names_waiting"))
    return int(float(value))


def holders(folder: Path) -> list[int]:
    """The processes that have the lock of the recogniser open."""
    found = []
    for process in _PROC.iterdir():
        if process.name.isdigit():
            try:
                opened = [str(each.readlink()) for each in (process / "fd").iterdir()]
            except OSError:
                continue
            if str(folder / "background.lock") in opened:
                found.append(int(process.name))
    return found


def recogniser(folder: Path, server: int) -> int:
    """The one there is, once it is there for good: the server looks into the lock too."""
    return int(until(lambda: [each for each in holders(folder) if each != server])[0])


def check(folder: Path, number: int) -> None:
    with open_archive(Settings(data_dir=folder), allow_missing_index=True) as archive:
        indexing.catch_up(archive)
        assert verify(archive, deep=True) == []
        with archive.database.reading() as session:
            articles = session.exec(select(Article)).all()
            mentions = session.exec(select(Mention)).all()
            assert session.exec(select(AwaitingNames)).all() == []
    assert len(articles) == number
    assert {article.revision for article in articles} == {1}
    assert len({article.pipeline for article in articles}) == 1
    named = Counter(each.article_id for each in mentions)
    assert len({named[article.id] for article in articles}) == 1


@pytest.mark.parametrize("workers", ["1", "3"])
def test_names_follow(folder: Path, workers: str) -> None:
    with serving(folder, "--workers", workers) as (_, address):
        send(address, 100)
        until(lambda: not waiting(address))
        until(lambda: httpx.get(f"{address}/v1/search?entity=person-vladimir-putin").json()["total"] == 100)
    until(lambda: not holders(folder))
    check(folder, 100)


def test_one_that_is_killed_is_started_again(folder: Path) -> None:
    with serving(folder) as (process, address):
        send(address, 200)
        killed = recogniser(folder, process.pid)
        os.kill(killed, signal.SIGKILL)
        until(lambda: recogniser(folder, process.pid) != killed)
        until(lambda: not waiting(address))
    check(folder, 200)


def test_one_whose_server_is_killed_ends_and_the_next_goes_on(folder: Path) -> None:
    with serving(folder) as (process, address):
        send(address, 200)
        until(lambda: waiting(address) < 200)
        process.send_signal(signal.SIGKILL)
        process.wait()
        until(lambda: not holders(folder))
    with serving(folder) as (_, address):
        until(lambda: not waiting(address))
    check(folder, 200)


def test_one_ends_with_its_server(folder: Path) -> None:
    with serving(folder) as (process, address):
        send(address, 1)
        recogniser(folder, process.pid)
    assert holders(folder) == []
    with serving(folder) as (_, address):
        until(lambda: not waiting(address))
    check(folder, 1)
