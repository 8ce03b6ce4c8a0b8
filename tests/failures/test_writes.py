"""What a server acknowledged is there, whenever it is killed, and what it is sent again is not done twice."""

from __future__ import annotations

import json
import signal
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import select

from app.archive import Archive, open_archive
from app.ingest import indexing
from app.ingest.verify import verify
from app.settings import Settings
from app.store.tables import Article, Revision
from tests.failures.command import full_disk, serving
from tests.failures.processes import held
from tests.served import AS_ADMIN, admit_the_admin
from tests.waiting import until

LINES = AS_ADMIN | {"Content-Type": "application/x-ndjson"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with open_archive(Settings(data_dir=tmp_path / "data")) as archive:
        admit_the_admin(archive)
    return tmp_path / "data"


def lines(number: int, size: int = 1) -> bytes:
    text = "Keeper {} of a lighthouse. " * size
    records = (
        {"id": n, "source": "Wire", "title": f"Number {n}", "text": text.replace("{}", str(n))} for n in range(number)
    )
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def count(archive: Archive) -> int:
    with archive.database.reading() as session:
        return len(session.exec(select(Article.id)).all())


def check(folder: Path, number: int) -> None:
    """All are there, once, and found."""
    with open_archive(Settings(data_dir=folder), allow_missing_index=True) as archive:
        indexing.catch_up(archive)
        assert verify(archive, deep=True) == []
        with archive.database.reading() as session:
            assert {each.revision for each in session.exec(select(Article))} <= {1}
            assert session.exec(select(Revision)).all() == []
        assert count(archive) == archive.engine.status().documents == number


def test_what_was_acknowledged_is_there_after_a_kill(folder: Path) -> None:
    with serving(folder) as (process, address):
        answer = httpx.post(f"{address}/v1/articles", content=lines(40), headers=LINES, timeout=60)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert answer.json()["counts"]["created"] == 40
    check(folder, 40)


@pytest.mark.parametrize("batches", [1, 3])
def test_a_request_goes_on_where_a_kill_cut_it_off(folder: Path, batches: int) -> None:
    sent, headers = lines(4_000), LINES | {"Idempotency-Key": "once"}

    def attempt(address: str) -> Any:
        return httpx.post(f"{address}/v1/articles", content=sent, headers=headers, timeout=120).json()

    with serving(folder) as (process, address), open_archive(Settings(data_dir=folder)) as archive:
        failed: list[BaseException] = []

        def cut_off() -> None:
            try:
                attempt(address)
            except httpx.HTTPError as error:
                failed.append(error)

        client = threading.Thread(target=cut_off)
        client.start()
        deadline = time.monotonic() + 60
        while (kept := count(archive)) < 500 * batches:
            assert time.monotonic() < deadline
        process.send_signal(signal.SIGKILL)
        process.wait()
        client.join()
        kept = count(archive)
        assert failed
        assert kept % 500 == 0 or kept == 4_000
    with serving(folder) as (_, address):
        first, again = attempt(address), attempt(address)
        assert first["results"] == again["results"]
        assert first["counts"] == {
            "created": 4_000,
            "revised": 0,
            "unchanged": 0,
            "duplicate": 0,
            "withdrawn": 0,
            "rejected": 0,
        }
        assert [each["record"] for each in first["results"]] == list(range(1, 4_001))
        assert httpx.get(f"{address}/v1/search?q=lighthouse", timeout=60).json()["total"] == 4_000
    check(folder, 4_000)


@pytest.mark.parametrize("number", [4_000, pytest.param(9_000, marks=pytest.mark.torture)])
def test_a_stream_of_thousands_takes_no_more_memory_than_one_of_hundreds(folder: Path, number: int) -> None:
    """What grows with it is the index; the texts are never all in memory."""
    with serving(folder, alone=True) as (process, address):
        taken = []
        for first, more in ((0, 1_000), (1_000, number)):
            sent = b"".join(lines(first + more, 60).splitlines(keepends=True)[first:])
            answer = httpx.post(f"{address}/v1/articles", content=sent, headers=LINES, timeout=300)
            assert answer.json()["counts"]["created"] == more
            taken.append(held(process.pid, folder).own)
        assert taken[1] - taken[0] < number * 11_000, taken
    check(folder, 1_000 + number)


def test_every_process_of_a_server_finds_what_one_of_them_wrote(folder: Path) -> None:
    with serving(folder, "--workers", "3") as (_, address):
        for number in range(10):
            article = {"title": f"Whale {number}", "text": f"whale{number} was seen."}
            answer = httpx.post(f"{address}/v1/articles", json=article, headers=AS_ADMIN, timeout=60)
            assert answer.status_code == 200, answer.text
            totals = [httpx.get(f"{address}/v1/search?q=whale{number}").json()["total"] for _ in range(6)]
            assert totals == [1] * 6


def test_a_full_disk_is_said_and_nothing_is_half_there(folder: Path) -> None:
    size = (folder / "archive.sqlite").stat().st_size + 2_000_000
    with serving(folder, prepare=full_disk(size)) as (_, address):
        answer = httpx.post(f"{address}/v1/articles", content=lines(3_000, 60), headers=LINES, timeout=120)
        assert answer.status_code == 503
        assert answer.json()["type"] == "/problems/storage-failed"
    with open_archive(Settings(data_dir=folder)) as archive:
        assert count(archive) % 500 == 0


def test_files_that_were_handed_in_are_read_whatever_is_killed(folder: Path) -> None:
    settings = Settings(data_dir=folder)
    sent = {"files": ("many.jsonl", lines(6_000))}

    def progress(address: str) -> Any:
        return httpx.get(f"{address}/v1/jobs/{job}", headers=AS_ADMIN, timeout=60).json()

    with serving(folder) as (process, address):
        job = httpx.post(f"{address}/v1/uploads", files=sent, headers=AS_ADMIN, timeout=60).json()["id"]
        while sum(progress(address)["counts"].values()) < 500:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
    with serving(folder) as (_, address):
        while (found := progress(address))["state"] != "done":
            time.sleep(0.05)
        assert {status: count for status, count in found["counts"].items() if count} == {"created": 6_000}
        # They go once it is noted that they were read.
        until(lambda: not any(settings.uploads_dir.iterdir()))
    check(folder, 6_000)
