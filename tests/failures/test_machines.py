"""Two machines with one database: servers with data folders of their own, of which one may be ended at any time."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from app.archive import open_archive
from app.errors import ArchiveBusy
from app.ingest import indexing
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.verify import verify
from app.settings import Settings
from app.store.postgres import PostgresDatabase
from app.store.unnamed import queue_skipped
from tests.conftest import RECORDS
from tests.failures.command import ROOT, dateline, serving
from tests.fetch.web import Web
from tests.fetch.web import serving as serving_web
from tests.following import Mirror
from tests.ingest.test_deciding import facets, state
from tests.served import AS_ADMIN, admit_the_admin
from tests.store import postgres

_PATIENCE = 180.0
LINES = AS_ADMIN | {"Content-Type": "application/x-ndjson"}
SUMMIT = "President Vladimir Putin spoke in Moscow. Narendra Modi answered from New Delhi. Speech {}. "


@dataclass(frozen=True)
class Machines:
    """Where they keep what each has alone, and the database that they share."""

    folder: Path
    url: str

    def settings(self, machine: str, **more: Any) -> Settings:
        return Settings(data_dir=self.folder / machine, database_url=SecretStr(self.url), ingest_workers=1, **more)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with closing(PostgresDatabase(self.url)) as database:
            return database.rows(statement)

    def count(self, statement: str) -> int:
        [(count,)] = self.rows(f"SELECT count(*) FROM {statement}")
        return int(count)

    def check(self, *machines: str) -> None:
        """What each finds is what the rows hold."""
        for machine in machines:
            with open_archive(self.settings(machine), allow_missing_index=True) as archive:
                indexing.catch_up(archive)
                assert verify(archive, deep=True) == []


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    bin = postgres.binaries()
    if bin is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with postgres.serving(bin) as made:
        yield made


@pytest.fixture
def machines(server: postgres.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machines:
    name = f"m{abs(hash(tmp_path))}"
    made = Machines(tmp_path, server.create(name))
    with open_archive(made.settings("one")) as archive:
        admit_the_admin(archive)
    monkeypatch.setenv("DATELINE_DATABASE_URL", made.url)
    monkeypatch.setenv("DATELINE_FETCH_HOSTS", "127.0.0.1")
    return made


def until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while not what():
        assert time.monotonic() < end, "It never came"
        time.sleep(0.05)


def record(number: int | str, text: str = "The lighthouse keeper counted.") -> dict[str, Any]:
    return {"id": str(number), "source": "Wire", "title": f"Number {number}", "text": text}


def lines(*records: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in records)


def post(address: str, *records: dict[str, Any]) -> list[Any]:
    answer = httpx.post(f"{address}/v1/articles", content=lines(*records), headers=LINES, timeout=120)
    assert answer.status_code == 200, answer.text
    results: list[Any] = answer.json()["results"]
    return results


def get(address: str, path: str, **params: Any) -> Any:
    answer = httpx.get(f"{address}{path}", params=params, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer.json()


def found(address: str, query: str) -> int:
    """How many there are; none where the index is only being made."""
    answer = httpx.get(f"{address}/v1/search", params={"q": query}, timeout=60)
    assert answer.status_code in (200, 503), answer.text
    return int(answer.json()["total"]) if answer.status_code == 200 else 0


def test_what_one_writes_all_show(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_RECOGNISE", "false")
    folder = machines.folder
    with serving(folder / "one") as (_, one), serving(folder / "two") as (_, two):
        [sent] = post(one, record(1))
        article = f"{two}/v1/articles/{sent['id']}"
        first = httpx.get(article)
        again = httpx.get(article, headers={"If-None-Match": first.headers["ETag"]})
        assert (first.status_code, again.status_code) == (200, 304)

        # Not in a moment: the answer to the writer is the sign for all others.
        post(one, record(1, "The lamp was mended."))
        revised = httpx.get(article, headers={"If-None-Match": first.headers["ETag"]})
        assert (revised.status_code, revised.json()["body"]) == (200, "The lamp was mended.")
        assert revised.headers["ETag"] != first.headers["ETag"]

        for base in (one, two):
            until(lambda base=base: found(base, "lamp") == 1)  # type: ignore[misc]
        post(two, record(2, "Another lamp."))
        for base in (one, two):
            until(lambda base=base: found(base, "lamp") == 2)  # type: ignore[misc]

        reason = {"kind": "erase", "reason": "Told in error."}
        gone = httpx.post(f"{one}/v1/articles/{sent['id']}/withdrawals", json=reason, headers=AS_ADMIN, timeout=60)
        assert gone.status_code == 201, gone.text
        assert httpx.get(article).status_code == 410
        until(lambda: found(two, "lamp") == 1)
        until(lambda: not _holds(folder / "two" / "index", b"mended"))
    machines.check("one", "two")


def _holds(folder: Path, words: bytes) -> bool:
    return any(words in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_two_that_write_at_once_give_each_change_its_number(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever follows the changes through the one or the other is told of all, in their order."""
    monkeypatch.setenv("DATELINE_RECOGNISE", "false")
    folder, number = machines.folder, 12
    with serving(folder / "one") as (_, one), serving(folder / "two") as (_, two):
        mirrors = {base: Mirror() for base in (one, two)}

        def write(base: str, name: str) -> None:
            for each in range(number):
                post(base, record(f"{name}-{each}"))

        writers = [threading.Thread(target=write, args=each) for each in ((one, "one"), (two, "two"))]
        for writer in writers:
            writer.start()
        while any(writer.is_alive() for writer in writers):
            for base, mirror in mirrors.items():
                mirror.read_on(lambda base=base, **asked: get(base, "/v1/changes", **asked))
        for writer in writers:
            writer.join()
        for base, mirror in mirrors.items():
            mirror.read_on(lambda base=base, **asked: get(base, "/v1/changes", **asked))
            assert len(mirror.articles) == 2 * number
            until(lambda base=base: found(base, "lighthouse") == 2 * number)  # type: ignore[misc]
    machines.check("one", "two")


def test_a_rate_is_counted_once_for_all(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_RATE_LIMIT", "6/hour")
    folder = machines.folder
    with serving(folder / "one") as (_, one), serving(folder / "two") as (_, two):
        answers = [httpx.get(f"{base}/healthz", timeout=60) for _ in range(4) for base in (one, two)]
    assert [each.status_code for each in answers] == [200] * 6 + [429] * 2
    assert [each.headers["RateLimit-Remaining"] for each in answers] == [*"543210", "0", "0"]
    resets = [int(each.headers["RateLimit-Reset"]) for each in answers]
    assert resets == sorted(resets, reverse=True)
    assert answers[-1].json()["type"] == "/problems/rate-exceeded"
    assert machines.count("request_rate WHERE caller LIKE '%127%'") == 0


def test_when_the_elected_one_is_killed_another_goes_on(machines: Machines) -> None:
    with serving_web() as web:
        _feed(web)
        with serving(machines.folder / "one") as (first, one):
            followed = httpx.post(f"{one}/v1/feeds", json={"url": web.url("/feed")}, headers=AS_ADMIN, timeout=60)
            assert followed.status_code == 201, followed.text
            post(one, *(record(number, SUMMIT.format(number) * 12) for number in range(400)))
            until(lambda: _is_elected(machines))
            with serving(machines.folder / "two") as (_, two):
                until(lambda: 0 < _waiting(machines) < 300)
                first.kill()
                first.wait()
                until(lambda: _waiting(machines) == 0)
                until(lambda: found(two, "putin") == 400)
                until(lambda: len(get(two, "/v1/feeds")["results"][0]["success_at"] or "") > 0)
            looked = sum(path == "/feed" for path, _ in web.asked)
    # One that was cut off in the midst of its look is looked at again.
    checks = machines.rows("SELECT checks FROM feed")[0][0]
    assert checks <= looked <= checks + 1
    assert machines.count("article WHERE pipeline = '' AND status = 'published'") == 0
    assert machines.count("article WHERE revision > 1") == 0
    machines.check("two", "one")


def test_workers_share_what_waits_and_one_that_is_killed_loses_nothing(machines: Machines, tmp_path: Path) -> None:
    """What all find together is what one process finds by itself."""
    records = [{"source": "Wire", **each} for each in RECORDS]
    records += [record(f"speech-{number}", SUMMIT.format(number) * 8) for number in range(200)]
    (tmp_path / "a.jsonl").write_bytes(lines(*records))
    skipped = dateline(machines.folder / "one", "ingest", tmp_path / "a.jsonl", "--skip-entities")
    assert skipped.returncode == 0, skipped.stderr
    with open_archive(machines.settings("one")) as archive, archive.database.writing() as session:
        assert queue_skipped(session) == len(records)
        assert queue_skipped(session) == 0
    with ExitStack() as stack:
        first, second, third = (
            stack.enter_context(_working(machines.folder / name)) for name in ("two", "three", "four")
        )
        until(lambda: machines.count("awaiting_names WHERE tries > 0") >= 2 and _waiting(machines) < len(records))
        first.kill()
        until(lambda: _waiting(machines) == 0)
        assert (second.poll(), third.poll()) == (None, None)
    last = dateline(machines.folder / "two", "work", "--all", "--once")
    assert (last.returncode, last.stdout) == (0, "0 articles read for names.\n")
    with (
        open_archive(machines.settings("one"), allow_missing_index=True) as archive,
        open_archive(Settings(data_dir=tmp_path / "alone", ingest_workers=1)) as alone,
    ):
        ingest([tmp_path / "a.jsonl"], alone, IngestOptions())
        indexing.catch_up(archive)
        assert verify(archive, deep=True) == []
        assert (state(archive), facets(archive)) == (state(alone), facets(alone))


@contextmanager
def _working(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "app", "work", "--data-dir", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(60)


def _feed(web: Web) -> None:
    text = "The harbour was closed by ice, and nobody could say for how long it would be so this year."
    item = f"<item><title>Ice</title><link>{web.url('/ice')}</link><description>{text}</description></item>"
    body = f"<rss version='2.0'><channel><title>Wire</title>{item}</channel></rss>"
    web.put("/feed", body.encode(), "application/rss+xml")


def _waiting(machines: Machines) -> int:
    return machines.count("awaiting_names")


def _is_elected(machines: Machines) -> bool:
    with closing(PostgresDatabase(machines.url)) as database:
        try:
            with database.lock("background"):
                return False
        except ArchiveBusy:
            return True
