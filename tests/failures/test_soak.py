"""A server that is read by many while articles are revised, merged and indexed anew: no error, and nothing piles up.

The archive stays as large as it is, so memory must too. SOAK_SECONDS says for how long: three minutes do not show what
an hour does.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from pathlib import Path
from statistics import median

import httpx
import pytest

from app.archive import open_archive
from app.settings import Settings
from tests.bench import corpus
from tests.bench.queries import statistics as known_of
from tests.failures.command import dateline, serving
from tests.failures.large import fill
from tests.failures.processes import Held, held, mapped_though_deleted
from tests.failures.questions import Question, Questions

SECONDS = float(os.environ.get("SOAK_SECONDS", "180"))
ARTICLES = 20_000
BATCH = 100
CLIENTS = 4
_QUESTIONS = 500
"""Different searches: readers of one archive ask much the same, and what is kept of them is bounded anyway."""
_REVISED = 20
"""Batches whose articles are written again and again."""
_REBUILT_AFTER = 25
"""Batches: some articles are then in their second revision."""
_WARM = 6_000
"""Answers after which what is kept of earlier ones is nearly all there."""
_EVERY = 1.0
"""Seconds between looks at the processes."""
_ROOM = 1.1, 48 << 20
"""What may be more in the last third than in the first: what is kept comes and goes with the index."""


def readings(ids: Sequence[str], searches: Sequence[Question], seed: int) -> Iterator[Question]:
    """What readers do: mostly search, then look at what they found."""
    draw = random.Random(seed)
    while True:
        id, entity = draw.choice(ids), f"{draw.choice(['person', 'place', 'organization'])}-{draw.randint(0, 200)}"
        rare = [f"/v1/articles/{id}", f"/v1/entities/{entity}", f"/articles/{id}", f"/entities/{entity}",
                f"/v1/entities/{entity}/related", f"/v1/articles/{id}/similar", "/v1/sources", "/metrics"]  # fmt: skip
        yield draw.choice(searches) if draw.random() < 0.6 else Question("page", draw.choice(rare), [])


class Readers:
    """Clients that ask until they are stopped, and count the answers by status."""

    def __init__(self, address: str, ids: Sequence[str], searches: Sequence[Question]) -> None:
        self.statuses: Counter[int] = Counter()
        self.wrong: list[str] = []
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(CLIENTS)
        self._asking = [
            self._pool.submit(self._ask, address, readings(ids, searches, number)) for number in range(CLIENTS)
        ]

    def stop(self) -> None:
        self._stop.set()
        for each in self._asking:
            each.result()
        self._pool.shutdown()

    def _ask(self, address: str, questions: Iterator[Question]) -> None:
        with httpx.Client(base_url=address, timeout=60) as client:
            for question in questions:
                if self._stop.is_set():
                    return
                answer = client.get(question.path, params=httpx.QueryParams(tuple(question.params)))
                self.statuses[answer.status_code] += 1
                if answer.status_code not in (200, 422):
                    self.wrong.append(f"{answer.status_code} {question} {answer.text[:200]}")


class Writer:
    """Ingests batch after batch in processes of their own, revisions for the most part, and builds the index anew."""

    def __init__(self, data: Path, folder: Path) -> None:
        self.commits = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write, args=(data, folder))
        self._failed: list[str] = []
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()
        assert not self._failed, self._failed

    def _write(self, data: Path, folder: Path) -> None:
        documents = list(corpus.generate(_REVISED * BATCH, ARTICLES))
        for number in count():
            if self._stop.wait(1) or self._failed:
                return
            first = number % _REVISED * BATCH
            file = folder / "batch.jsonl"
            edition = f" Edition {number}."
            corpus.write(file, (replace(d, body=d.body + edition) for d in documents[first : first + BATCH]))
            self._run(data, "ingest", file, "--skip-entities")
            self.commits += 1
            if self.commits % _REBUILT_AFTER == 0:
                self._run(data, "reindex")

    def _run(self, data: Path, *command: str | Path) -> None:
        done = dateline(data, *command, patience=600)
        if done.returncode:
            self._failed.append(done.stderr)


@pytest.mark.torture
def test_nothing_piles_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # That a busy machine refuses searches is another test's matter.
    monkeypatch.setenv("DATELINE_SEARCH_WAIT", "60")
    data = tmp_path / "data"
    with open_archive(Settings(data_dir=data)) as archive:
        fill(archive, ARTICLES)
    made = Questions(known_of(corpus.generate(ARTICLES), ARTICLES), ["The Herald"], seed=3)
    searches = [made.one() for _ in range(_QUESTIONS)]
    ids = [document.id for document in corpus.generate(ARTICLES)]

    with serving(data, "--workers", "2", alone=True) as (process, address):
        readers, writer = Readers(address, ids, searches), Writer(data, tmp_path)
        while readers.statuses.total() < _WARM:
            time.sleep(_EVERY)
        looks: list[Held] = []
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            time.sleep(_EVERY)
            looks.append(held(process.pid, data))
        writer.stop()
        readers.stop()
        settle(address)
        left, last = mapped_though_deleted(process.pid, data / "index"), held(process.pid, data)

    shown = [looks[len(looks) * part // 6] for part in range(6)]
    print(readers.statuses, f"{writer.commits} commits", *shown, last, sep="\n")  # noqa: T201  # for who runs it
    assert readers.wrong == []
    assert writer.commits > 1
    assert left == [], "what was deleted is let go of"
    early, late = looks[: len(looks) // 3], looks[-len(looks) // 3 :]
    factor, room = _ROOM
    assert median(look.own for look in late) <= median(look.own for look in early) * factor + room
    assert max(look.files for look in late) <= max(look.files for look in early) + 2 * CLIENTS
    assert median(look.mappings for look in late) <= median(look.mappings for look in early) * factor


def settle(address: str) -> None:
    """Each worker looks for a newer index when it is next asked."""
    for _ in range(2):
        time.sleep(1)
        for number in range(40):
            assert httpx.get(f"{address}/v1/search?q=settled{number}", timeout=60).status_code == 200
