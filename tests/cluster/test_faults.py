"""What happens when nodes are lost, under a load of reads and writes: right answers or 503, and nothing lost."""

from __future__ import annotations

import os
import secrets
import signal
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
from app.archive import Archive, open_archive
from app.errors import ArchiveBusy, SearchAway
from app.ingest import indexing
from app.search.opensearch.client import Cluster
from app.search.opensearch.engine import OpenSearchEngine
from app.settings import Settings
from tests.cluster.nodes import Nodes
from tests.cluster.relay import Relay, relaying
from tests.served import AS_ADMIN, admit_the_admin, serve

pytestmark = pytest.mark.cluster


@dataclass
class Load:
    """Readers and a writer that go on until told to stop. `acknowledged` are the ids of what was taken."""

    client: httpx.Client
    name: str
    acknowledged: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    put_off: int = 0
    """How often the writer was told to come again."""
    wrong: list[str] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def write(self) -> None:
        number = 0
        while not self.stopped.is_set():
            number += 1
            answer = self.client.post("/v1/articles", json=report(self.name, number), headers=AS_ADMIN, timeout=120)
            if answer.status_code == 200:
                self.acknowledged.append(answer.json()["results"][0]["id"])
            elif answer.status_code == 503 and "Retry-After" in answer.headers:
                self.put_off += 1
            else:
                self.wrong.append(answer.text)

    def read(self) -> None:
        while not self.stopped.is_set():
            least = len(self.acknowledged)
            # Another question each time: what was asked before is answered from memory.
            params = {"q": f"harbour OR x{len(self.statuses)}", "facet": "year"}
            answer = self.client.get("/v1/search", params=params, timeout=120)
            self.statuses.append(answer.status_code)
            if answer.status_code == 200 and answer.json()["total"] < least:
                self.wrong.append(f"{answer.json()['total']} of {least}")
            if answer.status_code not in (200, 503):
                self.wrong.append(answer.text)

    @contextmanager
    def running(self) -> Iterator[None]:
        threads = [threading.Thread(target=self.write), *(threading.Thread(target=self.read) for _ in range(2))]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.stopped.set()
            for thread in threads:
                thread.join()


def report(name: str, number: int) -> dict[str, str]:
    text = f"Dockers of ward {number} met at the harbour for {name}, and {number} ships waited outside."
    return {"id": f"{name} {number}", "title": f"Harbour report {number} of {name}", "text": text}


@pytest.fixture(scope="module")
def settings(nodes: Nodes, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(
        data_dir=tmp_path_factory.mktemp("faults") / "data", recognise=False, search_shards=2,
        search_url=SecretStr(" ".join(nodes.addresses)), search_replicas=min(nodes.count - 1, 2),
    )  # fmt: skip


@pytest.fixture(scope="module")
def client(settings: Settings, nodes: Nodes) -> Iterator[httpx.Client]:
    with open_archive(settings) as archive:
        admit_the_admin(archive)
    with serve(create_api(settings)) as client:
        _wait_for(lambda: client.get("/readyz").status_code == 200)
        yield client
    nodes.start()
    with open_archive(settings) as archive:
        assert isinstance(archive.engine, OpenSearchEngine)
        archive.engine.remove()


def _wait_for(is_so: Callable[[], bool], seconds: float = 240, pause: float = 0.3) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "it did not come to that"
        time.sleep(pause)


def _wait_for_more(load: Load) -> None:
    """Wait until some more were written, and some more asked."""
    written, asked = len(load.acknowledged), len(load.statuses)
    _wait_for(lambda: len(load.acknowledged) > written + 3 and len(load.statuses) > asked + 3)


def _is_rebuilt(archive: Archive, but: type[Exception] = SearchAway) -> bool:
    """`but`: what may happen to it besides that others write."""
    try:
        indexing.rebuild(archive)
    except (ArchiveBusy, but):
        return False
    return True


def _all_found(client: httpx.Client, ids: list[str]) -> bool:
    answer = client.get("/v1/search", params={"q": "harbour", "limit": 1})
    return answer.status_code == 200 and answer.json()["total"] >= len(set(ids))


def test_a_rebuild_under_a_load_is_not_noticed(
    client: httpx.Client, settings: Settings, request: pytest.FixtureRequest
) -> None:
    load = Load(client, request.node.name)
    with load.running():
        _wait_for(lambda: len(load.acknowledged) > 20)
        with open_archive(settings) as archive:
            _wait_for(lambda: _is_rebuilt(archive))
    assert not load.wrong, load.wrong[:3]
    assert load.statuses.count(200) > 0.9 * len(load.statuses)
    assert _all_found(client, load.acknowledged)


def test_an_index_of_which_half_was_begun_is_made_whole(nodes: Nodes) -> None:
    """Whoever begins it may be killed between the one for words and the one for articles."""
    cluster = Cluster(tuple(nodes.addresses), name=f"half-{secrets.token_hex(4)}", shards=1, replicas=0)
    OpenSearchEngine.open(cluster).close()
    httpx.delete(f"{nodes.addresses[0]}/{cluster.name}-first", timeout=60).raise_for_status()
    engine = OpenSearchEngine.open(cluster)
    try:
        assert not engine.status().unreadable
    finally:
        engine.remove()
        engine.close()


@pytest.mark.skipif(len(os.environ.get("TEST_CLUSTER", "").split()) < 3, reason="needs three nodes, as by default")
class TestNodesLost:
    @pytest.mark.parametrize("which", ["manager", "other"])
    def test_one_of_three(self, client: httpx.Client, nodes: Nodes, which: str, request: pytest.FixtureRequest) -> None:
        manager = nodes.manager()
        lost = manager if which == "manager" else 1 + manager % 3
        load = Load(client, request.node.name)
        with load.running():
            _wait_for(lambda: len(load.acknowledged) > 10)
            nodes.kill(lost)
            so_far = len(load.acknowledged)
            _wait_for(lambda: len(load.acknowledged) > so_far + 10)
            nodes.start([lost])
        assert not load.wrong, load.wrong[:3]
        assert load.statuses.count(200) > 0.8 * len(load.statuses), load.statuses
        _wait_for(lambda: _all_found(client, load.acknowledged))

    def test_one_of_three_while_the_index_is_built_anew(
        self, client: httpx.Client, settings: Settings, nodes: Nodes, request: pytest.FixtureRequest
    ) -> None:
        """What is built has no copies yet: it may be lost, and the old index serves until another is there."""
        lost = 1 + nodes.manager() % 3
        load = Load(client, request.node.name)
        with load.running(), open_archive(settings) as archive, ThreadPoolExecutor(1) as pool:
            _wait_for(lambda: len(load.acknowledged) > 10)
            before = nodes.indexes()
            built = pool.submit(_wait_for, lambda: _is_rebuilt(archive))
            _wait_for(lambda: bool(nodes.indexes() - before), pause=0.01)
            nodes.kill(lost)
            built.result()
            nodes.start([lost])
            _wait_for_more(load)
        assert not load.wrong, load.wrong[:3]
        assert load.statuses.count(200) > 0.8 * len(load.statuses), load.statuses
        _wait_for(lambda: _all_found(client, load.acknowledged))

    def test_two_of_three(self, client: httpx.Client, nodes: Nodes, request: pytest.FixtureRequest) -> None:
        """No search is answered wrong; what the rows tell is told, and all is there again when they are back."""
        load = Load(client, request.node.name)
        with load.running():
            _wait_for(lambda: len(load.acknowledged) > 10)
            for number in (1, 2):
                nodes.kill(number)
            _wait_for(lambda: load.statuses[-1:] == [503])
            assert client.get(f"/v1/articles/{load.acknowledged[0]}").status_code == 200
            away = client.get("/v1/search", params={"q": "dockers"})
            assert (away.status_code, away.json()["type"]) == (503, "/problems/search-away")
            assert int(away.headers["Retry-After"]) > 0
            ready = client.get("/readyz")
            assert (ready.status_code, ready.json()["type"]) == (503, "/problems/search-away")
        nodes.start([1, 2])
        assert not load.wrong, load.wrong[:3]
        _wait_for(lambda: client.get("/readyz").status_code == 200)
        assert _all_found(client, load.acknowledged)

    def test_each_is_restarted_in_turn(
        self, client: httpx.Client, nodes: Nodes, request: pytest.FixtureRequest
    ) -> None:
        """As for a new version: it ends in order, and the next one does when all have their copies again."""
        load = Load(client, request.node.name)
        with load.running():
            for number in nodes.numbers:
                _wait_for_more(load)
                nodes.stop([number])
                _wait_for_more(load)
                nodes.start([number])
            _wait_for_more(load)
        assert not load.wrong, load.wrong[:3]
        assert load.statuses.count(200) > 0.8 * len(load.statuses), load.statuses
        _wait_for(lambda: _all_found(client, load.acknowledged))

    def test_each_in_turn_while_nobody_writes(self, settings: Settings, nodes: Nodes, tmp_path: Path) -> None:
        """No commit takes the place of what searches were asking when the node was lost that held it."""
        alone = settings.model_copy(update={"data_dir": tmp_path / "data", "search_shards": 1})
        with open_archive(alone) as archive:
            admit_the_admin(archive)
        with serve(create_api(alone)) as client:
            _wait_for(lambda: client.get("/readyz").status_code == 200)
            client.post("/v1/articles", json=report("nobody", 1), headers=AS_ADMIN, timeout=120).raise_for_status()
            for lost in nodes.numbers:
                nodes.kill(lost)
                queries = (f"harbour OR x{lost}y{number}" for number in range(30))
                answers = [client.get("/v1/search", params={"q": query}, timeout=120) for query in queries]
                nodes.start([lost])
                assert all(each.status_code == 200 or "Retry-After" in each.headers for each in answers)
                assert [each.json().get("total") for each in answers[-20:]] == [1] * 20
        with open_archive(alone) as archive:
            assert isinstance(archive.engine, OpenSearchEngine)
            archive.engine.remove()

    def test_a_node_that_hangs(self, client: httpx.Client, nodes: Nodes, request: pytest.FixtureRequest) -> None:
        """It takes connections and answers none, as behind a network that is cut."""
        load, pid = Load(client, request.node.name), nodes.pid(2)
        assert pid is not None
        with load.running():
            _wait_for(lambda: len(load.acknowledged) > 5)
            os.kill(pid, signal.SIGSTOP)
            time.sleep(5)
            os.kill(pid, signal.SIGCONT)
            so_far = len(load.acknowledged)
            _wait_for(lambda: len(load.acknowledged) > so_far + 5)
        assert not load.wrong, load.wrong[:3]
        _wait_for(lambda: _all_found(client, load.acknowledged))


class TestNetworkCut:
    """Between the server and the nodes, which go on. Connections stay as they are, and nothing comes through them."""

    @pytest.fixture
    def relays(self, nodes: Nodes) -> Iterator[list[Relay]]:
        with relaying(nodes.addresses) as relays:
            yield relays

    @pytest.fixture
    def beyond(self, relays: list[Relay], settings: Settings, tmp_path: Path) -> Iterator[httpx.Client]:
        """A server that reaches the nodes through the relays alone."""
        urls = SecretStr(" ".join(relay.address for relay in relays))
        own = settings.model_copy(update={"search_url": urls, "data_dir": tmp_path / "data"})
        with open_archive(own) as archive:
            admit_the_admin(archive)
        with serve(create_api(own)) as client:
            _wait_for(lambda: client.get("/readyz").status_code == 200)
            yield client
            with open_archive(own) as archive:
                assert isinstance(archive.engine, OpenSearchEngine)
                archive.engine.remove()

    def test_to_all_nodes(self, beyond: httpx.Client, relays: list[Relay], request: pytest.FixtureRequest) -> None:
        load = Load(beyond, request.node.name)
        with load.running():
            _wait_for_more(load)
            for relay in relays:
                relay.cut()
            _wait_for(lambda: load.statuses[-1:] == [503])
            for each in load.acknowledged[:5]:
                assert beyond.get(f"/v1/articles/{each}").status_code == 200
            for path in ("/v1/search?q=dockers", "/readyz"):
                away = beyond.get(path)
                assert (away.status_code, away.json()["type"]) == (503, "/problems/search-away")
                assert int(away.headers["Retry-After"]) > 0
                assert "search cluster" in away.json()["detail"]
            assert beyond.get("/healthz").status_code == 200
            for relay in relays:
                relay.mend()
            _wait_for(lambda: load.statuses[-1:] == [200])
            _wait_for_more(load)
        assert not load.wrong, load.wrong[:3]
        _wait_for(lambda: beyond.get("/readyz").status_code == 200)
        assert _all_found(beyond, load.acknowledged)

    @pytest.mark.skipif(len(os.environ.get("TEST_CLUSTER", "").split()) < 2, reason="needs another node")
    def test_to_one_node(self, beyond: httpx.Client, relays: list[Relay], request: pytest.FixtureRequest) -> None:
        """Whoever was talking to it asks another one, and nobody is refused."""
        load = Load(beyond, request.node.name)
        with load.running():
            _wait_for_more(load)
            relays[0].cut()
            _wait_for_more(load)
            relays[0].mend()
            _wait_for_more(load)
        assert not load.wrong, load.wrong[:3]
        assert set(load.statuses) == {200}
        assert _all_found(beyond, load.acknowledged)


def test_disks_that_are_full(
    client: httpx.Client, settings: Settings, nodes: Nodes, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """The nodes are told to leave more free than any disk has: so they take nothing, but go on being asked."""
    disk = "cluster.routing.allocation.disk"
    limits = dict.fromkeys((f"{disk}.watermark.{each}" for each in ("low", "high", "flood_stage")), "900pb")
    limited = {**limits, f"{disk}.threshold_enabled": True, "cluster.info.update.interval": "10s"}
    load = Load(client, request.node.name)
    with load.running():
        _wait_for_more(load)
        try:
            nodes.configure(limited)
            _wait_for(lambda: load.put_off > 1)
            full = client.post("/v1/articles", json=report(load.name, 0), headers=AS_ADMIN, timeout=120)
            assert (full.status_code, full.json()["type"]) == (503, "/problems/search-away")
            assert int(full.headers["Retry-After"]) > 0
            assert "disk" in full.json()["detail"]
            asked = len(load.statuses)
            _wait_for(lambda: len(load.statuses) > asked + 5)
            assert set(load.statuses[asked:]) == {200}
            # Nor is an index begun: an archive that has none is opened without.
            _wait_for(nodes.refuse_indexes)
            own = settings.model_copy(update={"data_dir": tmp_path / "data"})
            with open_archive(own, allow_missing_index=True) as other:
                assert other.engine.status().unreadable
        finally:
            # Room is there again: what looks for it now and then says so to the indexes.
            nodes.configure({**dict.fromkeys(limits, "1b"), f"{disk}.threshold_enabled": True})
        so_far = len(load.acknowledged)
        try:
            _wait_for(lambda: len(load.acknowledged) > so_far + 3)
            _wait_for(lambda: not nodes.refuse_indexes())
        finally:
            nodes.configure(dict.fromkeys(limited))
    assert not load.wrong, load.wrong[:3]
    assert set(load.statuses) == {200}
    assert _all_found(client, load.acknowledged)


def test_nodes_whose_memory_is_full(client: httpx.Client, settings: Settings, nodes: Nodes) -> None:
    """The index that is built goes on when they have room again."""
    for number in range(40):
        client.post("/v1/articles", json=report("memory", number), headers=AS_ADMIN, timeout=120).raise_for_status()
    with open_archive(settings) as archive, ThreadPoolExecutor(1) as pool:
        before = nodes.indexes()
        built = pool.submit(_wait_for, lambda: _is_rebuilt(archive, but=ArchiveBusy))
        _wait_for(lambda: bool(nodes.indexes() - before), pause=0.01)
        nodes.configure({"indices.breaker.total.limit": "1mb"})
        time.sleep(2)
        nodes.configure({"indices.breaker.total.limit": None})
        built.result()
    _wait_for(lambda: _all_found(client, [str(number) for number in range(40)]))


def test_what_is_erased_is_not_on_the_disks_of_the_nodes(client: httpx.Client, nodes: Nodes) -> None:
    word = f"utterance{secrets.token_hex(6)}"
    taken = client.post("/v1/articles", json={"title": "Named", "text": f"A {word} at dusk."}, headers=AS_ADMIN)
    assert client.get("/v1/search", params={"q": word}).json()["total"] == 1
    body = {"kind": "erase", "reason": "A court asks for it."}
    # The copies tell each other every half minute how far they are, and keep what was deleted until then.
    gone = client.post(
        f"/v1/articles/{taken.json()['results'][0]['id']}/withdrawals", json=body, headers=AS_ADMIN, timeout=240
    )
    assert gone.status_code == 201, gone.text
    assert client.get("/v1/search", params={"q": word}).json()["total"] == 0
    _wait_for(lambda: not _files_with(nodes.folder, word))


def _files_with(folder: Path, word: str) -> list[Path]:
    files = [path for path in folder.glob("of*/node*/data/**/*") if path.is_file()]
    assert files
    return [path for path in files if word.encode() in path.read_bytes()]
