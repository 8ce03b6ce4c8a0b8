"""PostgreSQL ended by kill -9 beside a server that is read from and written to, and started again; or it hangs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from app.api.app import create_api
from app.archive import open_archive
from app.ingest.verify import verify
from app.settings import Settings
from tests.served import AS_ADMIN, admit_the_admin, serve
from tests.store import postgres

_PATIENCE = 120.0


@dataclass
class _Load:
    """What two who write and two who read were told by a server, as long as they go on."""

    base: httpx.URL
    acknowledged: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def write(self, writer: int) -> None:
        with httpx.Client(base_url=self.base, headers=AS_ADMIN, timeout=60) as http:
            number = 0
            while not self.over.is_set():
                number += 1
                id, text = f"{writer}-{number}", f"Lamp {number} of keeper {writer}."
                sent = {"id": id, "source": "Wire", "title": id, "text": text}
                answer = http.post("/v1/articles", json=sent)
                if self._is_answered(answer):
                    for result in answer.json()["results"]:
                        self.texts[result["id"]] = text
                        self.acknowledged.append(result["id"])

    def read(self) -> None:
        with httpx.Client(base_url=self.base, headers=AS_ADMIN, timeout=60) as http:
            while not self.over.is_set():
                for id in self.acknowledged[-3:]:
                    answer = http.get(f"/v1/articles/{id}")
                    if self._is_answered(answer) and answer.json()["body"] != self.texts[id]:
                        self.wrong.append(answer.text)
                known = len(self.acknowledged)
                answer = http.get("/v1/search", params={"q": "lamp"})
                if self._is_answered(answer) and answer.json()["total"] < known:
                    self.wrong.append(f"{answer.json()['total']} of {known} were found")

    def _is_answered(self, answer: httpx.Response) -> bool:
        """Anything but an answer, or "later", is wrong."""
        if answer.status_code == 200:
            return True
        self.refused.append(str(answer.request.url))
        if answer.status_code != 503 or "Retry-After" not in answer.headers:
            self.wrong.append(f"{answer.status_code}: {answer.text}")
        time.sleep(0.05)
        return False


@contextmanager
def _loaded(base: httpx.URL) -> Iterator[_Load]:
    load = _Load(base)
    threads = [threading.Thread(target=load.write, args=(writer,)) for writer in range(2)]
    threads += [threading.Thread(target=load.read) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.over.set()
        for thread in threads:
            thread.join()


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    bin = postgres.binaries()
    if bin is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with postgres.serving(bin, durable=True) as made:
        yield made


def test_nothing_acknowledged_is_lost_and_reads_are_right_or_later(server: postgres.Server, tmp_path: Path) -> None:
    url = SecretStr(server.create("archive"))
    settings = Settings(data_dir=tmp_path / "data", database_url=url, recognise=False, rate_limit="1000000/hour")
    with open_archive(settings) as archive:
        admit_the_admin(archive)
    with serve(create_api(settings)) as client, _loaded(client.base_url) as load:
        for _ in range(2):
            _until(_more(load.acknowledged, 5))
            refused = _more(load.refused)
            server.kill()
            _until(refused)
            missing = client.get("/readyz")
            assert (missing.status_code, missing.headers["Retry-After"]) == (503, "5")
            assert missing.json()["type"] == "/problems/database-away"
            # What needs no rows is answered, and counted by nobody.
            alive = client.get("/docs")
            assert (alive.status_code, "RateLimit-Limit" in alive.headers) == (200, False)
            server.start()
            _until(lambda: client.get("/readyz").status_code == 200)
            assert client.get("/docs").headers["RateLimit-Limit"] == "1000000"
        _until(_more(load.acknowledged))
    assert load.wrong == []
    with open_archive(settings) as archive:
        assert verify(archive, deep=True) == []
        for id in load.acknowledged:
            assert archive.database.rows("SELECT body FROM article WHERE id = ?", (id,)) == [(load.texts[id],)]


def test_while_the_database_hangs_who_does_not_need_it_is_served(server: postgres.Server, tmp_path: Path) -> None:
    url = SecretStr(server.create("hanging"))
    settings = Settings(data_dir=tmp_path / "data", database_url=url, recognise=False, rate_limit="1000000/hour")
    with open_archive(settings) as archive:
        admit_the_admin(archive)
    asked = [("/v1/articles/0", {}), ("/v1/articles/0", AS_ADMIN), ("/v1/search?q=lamp", {})]
    with serve(create_api(settings)) as client, ThreadPoolExecutor(len(asked)) as pool:
        _until(lambda: client.get("/readyz").status_code == 200)
        with server.paused():
            answers = [pool.submit(client.get, path, headers=headers) for path, headers in asked]
            for _ in range(10):
                assert client.get("/healthz").status_code == 200
                time.sleep(0.01)
            assert not any(answer.done() for answer in answers)
        assert [answer.result().status_code for answer in answers] == [404, 404, 200]


def _more(things: list[str], count: int = 1) -> Callable[[], bool]:
    """Return what tells whether there are so many more of them than now."""
    least = len(things) + count
    return lambda: len(things) >= least


def _until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while not what():
        assert time.monotonic() < end, "It never came"
        time.sleep(0.05)
