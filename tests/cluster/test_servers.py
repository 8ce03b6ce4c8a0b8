"""Two servers with data folders of their own, one database and one index in the cluster: either may be killed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from app.archive import open_archive
from app.search.opensearch.engine import OpenSearchEngine
from tests.cluster.nodes import Nodes
from tests.failures.command import serving
from tests.failures.test_machines import Machines, found, get, lines, post, record
from tests.served import AS_ADMIN, admit_the_admin
from tests.store import postgres
from tests.waiting import until

pytestmark = pytest.mark.cluster
_LINES = AS_ADMIN | {"Content-Type": "application/x-ndjson"}


@pytest.fixture
def machines(nodes: Nodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machines]:
    bin = postgres.binaries()
    assert bin is not None, "PostgreSQL is not installed: apt-get install postgresql"
    with postgres.serving(bin) as server:
        made = Machines(tmp_path, server.create("shared"))
        monkeypatch.setenv("DATELINE_DATABASE_URL", made.url)
        monkeypatch.setenv("DATELINE_SEARCH_URL", " ".join(nodes.addresses))
        monkeypatch.setenv("DATELINE_SEARCH_REPLICAS", str(min(nodes.count - 1, 1)))
        monkeypatch.setenv("DATELINE_RECOGNISE", "false")
        with open_archive(made.settings("one")) as archive:
            admit_the_admin(archive)
        yield made
        with open_archive(made.settings("one")) as archive:
            assert isinstance(archive.engine, OpenSearchEngine)
            archive.engine.remove()


@dataclass
class Sender:
    """Sends one article after the other to one server, until that is gone or it is told to stop. What was not taken is
    sent again, to `other` where nobody answers."""

    base: str
    other: str
    name: str
    taken: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        was_taken = True
        while not (was_taken and self.stopped.is_set()):
            content, was_taken = lines(record(f"{self.name}-{len(self.taken)}")), False
            try:
                answer = httpx.post(f"{self.base}/v1/articles", content=content, headers=_LINES, timeout=180)
            except httpx.TransportError:
                self.base = self.other
                continue
            if answer.status_code == 200:
                self.taken.append(answer.json()["results"][0]["id"])
                was_taken = True
            elif answer.status_code != 503 or "Retry-After" not in answer.headers:
                self.wrong.append(answer.text)
                return


def test_both_find_what_either_wrote(machines: Machines) -> None:
    folder = machines.folder
    with serving(folder / "one") as (_, one), serving(folder / "two") as (_, two):
        for number, (here, there) in enumerate([(one, two), (two, one), (one, two)]):
            post(here, record(number))
            assert found(here, "lighthouse") == number + 1, "whoever wrote it finds it at once"
            until(lambda there=there, number=number: found(there, "lighthouse") == number + 1)  # type: ignore[misc]
        post(two, record(0, "The lamp was mended."))
        for base in (one, two):
            until(lambda base=base: (found(base, "lighthouse"), found(base, "mended")) == (2, 1))  # type: ignore[misc]
        asked = {"q": "lighthouse OR lamp", "facet": "source", "sort": "-date"}
        answers = [get(base, "/v1/search", **asked) for base in (one, two)]
        assert [each["total"] for each in answers] == [3, 3]
        # Addresses are those of the one that was asked.
        shown = [[(hit["id"], hit["headline"], hit["snippet"]) for hit in each["results"]] for each in answers]
        assert shown[0] == shown[1]
        counted = [[(each["value"], each["count"]) for each in told["facets"][0]["values"]] for told in answers]
        assert counted == [[("Wire", 3)]] * 2
    machines.check("one", "two")


def test_one_that_is_killed_loses_nothing(machines: Machines) -> None:
    """The other brings to the index what was in the rows and not yet there."""
    folder = machines.folder
    with serving(folder / "two") as (_, two):
        with serving(folder / "one") as (process, one):
            senders = [Sender(one, two, "one"), Sender(two, two, "two")]
            threads = [threading.Thread(target=sender.run) for sender in senders]
            for thread in threads:
                thread.start()
            until(lambda: all(len(sender.taken) > 5 for sender in senders))
            process.kill()
            process.wait()
            so_far = [len(sender.taken) for sender in senders]
            until(lambda: all(len(sender.taken) > count + 5 for sender, count in zip(senders, so_far, strict=True)))
            for sender, thread in zip(senders, threads, strict=True):
                sender.stopped.set()
                thread.join()
        assert not any(sender.wrong for sender in senders)
        taken = {id for sender in senders for id in sender.taken}
        assert len(taken) == sum(len(sender.taken) for sender in senders)
        until(lambda: found(two, "lighthouse") == len(taken))
        with serving(folder / "one") as (_, one):
            until(lambda: found(one, "lighthouse") == len(taken))
            hits = get(one, "/v1/search", q="lighthouse", limit=100)["results"]
            assert {hit["id"] for hit in hits} <= taken
    machines.check("one", "two")
