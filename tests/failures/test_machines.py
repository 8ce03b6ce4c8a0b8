"""Two machines with one database: servers with data folders of their own, of which one may be ended at any time."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from app.api.app import create_api
from app.archive import open_archive
from app.errors import ArchiveBusy
from app.ingest import indexing
from app.ingest.naming import name_all
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.verify import verify
from app.settings import Settings
from app.store.keys import create_key, revoke_key
from app.store.postgres import PostgresDatabase
from app.store.unnamed import queue_skipped
from tests.alerts.test_telling import Desk
from tests.conftest import RECORDS
from tests.failures.command import ROOT, dateline, serving
from tests.fetch.web import Web
from tests.fetch.web import serving as serving_web
from tests.following import Mirror
from tests.ingest.derived import facets, state
from tests.served import AS_ADMIN, admit_the_admin, serve
from tests.store import postgres
from tests.waiting import until

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


def _machines(server: postgres.Server, folder: Path) -> Machines:
    made = Machines(folder, server.create(f"m{abs(hash(folder))}"))
    with open_archive(made.settings("one")) as archive:
        admit_the_admin(archive)
    return made


@pytest.fixture
def machines(server: postgres.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machines:
    made = _machines(server, tmp_path)
    monkeypatch.setenv("DATELINE_DATABASE_URL", made.url)
    monkeypatch.setenv("DATELINE_FETCH_HOSTS", "127.0.0.1")
    return made


@dataclass(frozen=True)
class Pair:
    """Two servers in two processes: their machines, and their addresses."""

    machines: Machines
    one: str
    two: str

    @property
    def both(self) -> tuple[str, str]:
        return self.one, self.two


_RATE = 100_000


@pytest.fixture(scope="module")
def pair(server: postgres.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """For tests that end neither. They recognise no names."""
    machines = _machines(server, tmp_path_factory.mktemp("pair"))
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DATELINE_DATABASE_URL", machines.url)
            patch.setenv("DATELINE_FETCH_HOSTS", "127.0.0.1")
            patch.setenv("DATELINE_RECOGNISE", "false")
            patch.setenv("DATELINE_RATE_LIMIT", f"{_RATE}/hour")
            _, one = stack.enter_context(serving(machines.folder / "one"))
            two = stack.enter_context(serve(create_api(machines.settings("two"))))
        yield Pair(machines, one, str(two.base_url).rstrip("/"))
    machines.check("one", "two")


def record(number: int | str, body: str = "The lighthouse keeper counted.") -> dict[str, Any]:
    return {"id": str(number), "source": "Wire", "title": f"Number {number}", "text": body}


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


def test_what_one_writes_all_show(pair: Pair) -> None:
    one, two = pair.both
    [sent] = post(one, record(1, "The lamp was lit."))
    article = f"{two}/v1/articles/{sent['id']}"
    first = httpx.get(article)
    again = httpx.get(article, headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)

    # Not in a moment: the answer to the writer is the sign for all others.
    post(one, record(1, "The lamp was mended."))
    revised = httpx.get(article, headers={"If-None-Match": first.headers["ETag"]})
    assert (revised.status_code, revised.json()["body"]) == (200, "The lamp was mended.")
    assert revised.headers["ETag"] != first.headers["ETag"]

    for base in pair.both:
        until(lambda base=base: found(base, "lamp") == 1)  # type: ignore[misc]
    post(two, record(2, "Another lamp."))
    for base in pair.both:
        until(lambda base=base: found(base, "lamp") == 2)  # type: ignore[misc]

    reason = {"kind": "erase", "reason": "Told in error."}
    gone = httpx.post(f"{one}/v1/articles/{sent['id']}/withdrawals", json=reason, headers=AS_ADMIN, timeout=60)
    assert gone.status_code == 201, gone.text
    assert httpx.get(article).status_code == 410
    until(lambda: found(two, "lamp") == 1)
    until(lambda: not _holds(pair.machines.folder / "two" / "index", b"mended"))


def _holds(folder: Path, words: bytes) -> bool:
    return any(words in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_what_one_decides_holds_for_all(pair: Pair) -> None:
    first, second = post(pair.one, record("buoy", "The buoy rang."), record("bell", "The bell rang at noon."))
    shown = {base: httpx.get(f"{base}/v1/articles/{first['id']}/copies") for base in pair.both}
    assert [each.json()["total"] for each in shown.values()] == [0, 0]
    address = f"/v1/articles/{first['id']}/copies/decisions"
    decided: dict[str, Any] = {"kind": "together", "other": second["id"]}
    for writer, total in ((pair.one, 1), (pair.two, 0)):
        taken = httpx.post(f"{writer}{address}", json=decided, headers=AS_ADMIN, timeout=60)
        assert taken.status_code == 201, taken.text
        decided = {"kind": "undo", "undoes": taken.json()["decision"]["number"]}
        for base, before in shown.items():
            tag = {"If-None-Match": before.headers["ETag"]}
            shown[base] = httpx.get(f"{base}/v1/articles/{first['id']}/copies", headers=tag)
            assert (shown[base].status_code, shown[base].json()["total"]) == (200, total)


def test_a_key_that_is_revoked_is_good_for_no_machine(pair: Pair) -> None:
    with closing(PostgresDatabase(pair.machines.url)) as database:
        with database.writing() as session:
            made = create_key(session, "desk", ["read"], "")
        asked = {"Authorization": f"Bearer {made}"}
        assert [httpx.get(f"{base}/v1/stats", headers=asked).status_code for base in pair.both] == [200, 200]
        with database.writing() as session:
            revoke_key(session, made.partition("_")[0])
    assert [httpx.get(f"{base}/v1/stats", headers=asked).status_code for base in pair.both] == [401, 401]


def test_two_that_write_at_once_give_each_change_its_number(pair: Pair) -> None:
    """Whoever follows the changes through the one or the other is told of all, in their order."""
    number = 8
    latest = get(pair.one, "/v1/changes", limit=1)["latest"]
    mirrors = {base: Mirror(since=latest) for base in pair.both}

    def write(base: str, name: str) -> None:
        for each in range(number):
            post(base, record(f"{name}-{each}"))

    writers = [threading.Thread(target=write, args=each) for each in ((pair.one, "one"), (pair.two, "two"))]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        for base, mirror in mirrors.items():
            mirror.read_on(lambda base=base, **asked: get(base, "/v1/changes", **asked))
        time.sleep(0.05)
    for writer in writers:
        writer.join()
    for base, mirror in mirrors.items():
        mirror.read_on(lambda base=base, **asked: get(base, "/v1/changes", **asked))
        assert len(mirror.articles) == 2 * number
        until(lambda base=base: found(base, "lighthouse") == 2 * number)  # type: ignore[misc]


def test_a_saved_search_tells_each_article_once_whichever_machine_was_sent_it(pair: Pair) -> None:
    with serving_web() as web:
        desk = Desk(web)
        saved = _save(pair.one, "beacon", desk)
        told = list[str]()
        for number in range(4):
            post(pair.both[number % 2], record(f"beacon-{number}", "The beacon burned."))
            if number % 2:
                until(lambda number=number: len(_told(desk)) > number)  # type: ignore[misc]
                told = _told(desk)
        until(lambda: pair.machines.count("delivery WHERE state = 'waiting'") == 0)
        assert sorted(_told(desk)) == sorted(told) == [f"Number beacon-{number}" for number in range(4)]
        assert pair.machines.count("delivery") == len(desk.got)
        gone = httpx.delete(f"{pair.two}/v1/searches/{saved}", headers=AS_ADMIN, timeout=60)
        assert gone.status_code == 200, gone.text


def _save(base: str, word: str, desk: Desk) -> str:
    asked = {"name": word, "search": f"q={word}", "webhook": desk.url}
    saved = httpx.post(f"{base}/v1/searches", json=asked, headers=AS_ADMIN, timeout=60)
    assert saved.status_code == 201, saved.text
    return str(saved.json()["saved"]["id"])


def _told(desk: Desk) -> list[str]:
    """Return of which articles it was told, by their titles, in the order of the messages."""
    return [each["headline"] for _, body in desk.got for each in json.loads(body)["data"]["articles"]]


def test_a_rate_is_counted_once_for_all(pair: Pair) -> None:
    for base in pair.both:
        httpx.get(f"{base}/v1/stats", timeout=60)
    with closing(PostgresDatabase(pair.machines.url)) as database, database.connecting() as connection:
        connection.execute(text("UPDATE request_rate SET count = :count"), {"count": _RATE - 6})
    answers = [httpx.get(f"{base}/v1/stats", timeout=60) for _ in range(4) for base in pair.both]
    with closing(PostgresDatabase(pair.machines.url)) as database, database.connecting() as connection:
        assert connection.execute(text("DELETE FROM request_rate WHERE caller LIKE '%127%'")).rowcount == 0
        connection.execute(text("DELETE FROM request_rate"))
    assert [each.status_code for each in answers] == [200] * 6 + [429] * 2
    assert [each.headers["RateLimit-Remaining"] for each in answers] == [*"543210", "0", "0"]
    resets = [int(each.headers["RateLimit-Reset"]) for each in answers]
    assert resets == sorted(resets, reverse=True)
    assert answers[-1].json()["type"] == "/problems/rate-exceeded"


def test_when_one_is_killed_while_it_indexes_another_goes_on(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it had written is there, though it told nobody so, and its lock is free."""
    monkeypatch.setenv("DATELINE_RECOGNISE", "false")
    settings = machines.settings("two")
    with serving(machines.folder / "one") as (first, one), serve(create_api(settings)) as client:
        two = str(client.base_url).rstrip("/")
        told = post(one, record("first"))
        cut = threading.Thread(target=_post_and_lose, args=(one, [record(number) for number in range(120)]))
        cut.start()
        until(lambda: machines.count("article") > 1)
        first.kill()
        first.wait()
        cut.join()
        told += post(two, record("last"))
        until(lambda: found(two, "lighthouse") == machines.count("article WHERE status = 'published'") > 2)
        assert {httpx.get(f"{two}/v1/articles/{each['id']}").status_code for each in told} == {200}
    machines.check("one", "two")


def _post_and_lose(base: str, records: list[dict[str, Any]]) -> None:
    with suppress(httpx.TransportError):
        post(base, *records)


def test_when_the_elected_one_is_killed_another_goes_on(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was at a feed, whose server took its time. The other looks anew, and tells who waits for the article."""
    monkeypatch.setenv("DATELINE_RECOGNISE", "false")
    killed = threading.Event()
    with serving_web() as web, serving(machines.folder / "one") as (first, one):
        _feed(web)
        answer, web.pages["/feed"] = web.pages["/feed"], lambda _request: _wait_for(killed)
        followed = httpx.post(f"{one}/v1/feeds", json={"url": web.url("/feed")}, headers=AS_ADMIN, timeout=60)
        assert followed.status_code == 201, followed.text
        until(lambda: any(path == "/feed" for path, _ in web.asked))
        assert _is_elected(machines)
        with serve(create_api(machines.settings("two"))) as client:
            desk = Desk(web)
            _save(str(client.base_url).rstrip("/"), "ice", desk)
            web.pages["/feed"] = answer
            first.kill()
            first.wait()
            killed.set()
            until(lambda: machines.count("delivery WHERE state = 'done'") == 1)
        assert _told(desk) == ["Ice"]
    assert machines.rows("SELECT checks FROM feed") == [(1,)]
    machines.check("two", "one")


def _wait_for(event: threading.Event) -> None:
    event.wait(_PATIENCE)


@pytest.mark.torture
def test_when_the_elected_one_is_killed_over_many_names_another_goes_on(machines: Machines) -> None:
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


def test_what_a_worker_has_claimed_no_other_waits_for_and_when_it_is_killed_others_do_it(
    machines: Machines, tmp_path: Path
) -> None:
    """What both find together is what one process finds by itself."""
    records = [{"source": "Wire", **each} for each in RECORDS]
    records += [record(f"speech-{number}", SUMMIT.format(number)) for number in range(4)]
    (tmp_path / "a.jsonl").write_bytes(lines(*records))
    with open_archive(machines.settings("one")) as archive:
        ingest([tmp_path / "a.jsonl"], archive, IngestOptions(skip_entities=True))
        with archive.database.writing() as session:
            assert queue_skipped(session) == len(records)
            assert queue_skipped(session) == 0
        with _working(machines.folder / "two") as first:
            # It has begun some, and then loads its model.
            until(lambda: _begun(machines) > 0)
            first.send_signal(signal.SIGSTOP)
            begun = _begun(machines)
            assert 0 < begun < len(records)
            assert sum(name_all(archive, lambda: True)) == len(records) - begun
            assert (_waiting(machines), _begun(machines)) == (begun, begun)
            first.kill()
            first.wait()
            assert sum(name_all(archive, lambda: True)) == begun
        indexing.catch_up(archive)
        assert verify(archive, deep=True) == []
        with open_archive(Settings(data_dir=tmp_path / "alone", database_url=SecretStr(""), ingest_workers=1)) as alone:
            ingest([tmp_path / "a.jsonl"], alone, IngestOptions())
            assert (state(archive), facets(archive)) == (state(alone), facets(alone))


@pytest.mark.torture
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


def _begun(machines: Machines) -> int:
    return machines.count("awaiting_names WHERE tries > 0")


def _is_elected(machines: Machines) -> bool:
    with closing(PostgresDatabase(machines.url)) as database:
        try:
            with database.lock("background"):
                return False
        except ArchiveBusy:
            return True
