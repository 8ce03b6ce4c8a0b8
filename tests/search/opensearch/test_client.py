"""Requests to nodes: over real connections, to servers that answer as nodes do, or not at all."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from opensearchpy.exceptions import ConnectionTimeout
from pydantic import SecretStr

from app.api.app import create_api
from app.archive import open_archive
from app.effort import TooDear, bounded_effort
from app.errors import IndexUnavailable, SearchAway, SettingsInvalid
from app.search.opensearch import client, engine
from app.search.opensearch.client import READING, WRITING, Cluster, Nodes, RequestRefused, one_search
from app.search.opensearch.commits import Committed, Meta, Moment
from app.search.opensearch.engine import OpenSearchEngine
from app.settings import Settings
from tests.certificates import Certificate, make_certificate
from tests.conftest import RECORDS, WriteRecords
from tests.served import serve

Answer = tuple[int, Any]
FINE: Answer = (200, {"fine": True})
GONE: Answer = (500, {"error": {"type": "node_disconnected_exception", "reason": "gone"}, "status": 500})
BUSY: Answer = (503, {"error": {"type": "cluster_block_exception", "reason": "no manager"}, "status": 503})
WRONG: Answer = (400, {"error": {"type": "parsing_exception", "reason": "what?"}, "status": 400})


def failed(status: int, type: str, reason: str) -> Answer:
    """Return what a node answers to a search whose only part failed so."""
    cause = {"type": type, "reason": reason}
    parts = [{"shard": 0, "index": "x-first", "node": "Oly-WXxgvQ", "reason": cause}]
    error = {"root_cause": [cause], "type": "search_phase_execution_exception", "reason": "all shards failed"}
    return status, {"error": {**error, "phase": "query", "grouped": True, "failed_shards": parts}, "status": status}


class Node:
    """Gives its answers in turn, the last one for ever, and remembers what it was asked."""

    def __init__(self, *answers: Answer) -> None:
        self.answers, self.asked = list(answers), list[tuple[str, str | None]]()
        self.may_answer = threading.Event()
        self.may_answer.set()
        node = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                node.asked.append((self.path, self.headers["Authorization"]))
                node.may_answer.wait()
                status, body = node.answers.pop(0) if len(node.answers) > 1 else node.answers[0]
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"] or 0))
                self.do_GET()

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def encrypt(self, certificate: Certificate) -> None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate.file, certificate.key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = self.url.replace("http:", "https:")


@contextmanager
def running(*nodes: Node) -> Iterator[tuple[str, ...]]:
    with ExitStack() as stack:
        for node in nodes:
            thread = threading.Thread(target=node.server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            stack.callback(node.server.server_close)
            stack.callback(thread.join)
            stack.callback(node.server.shutdown)
        yield tuple(node.url for node in nodes)


@pytest.fixture(autouse=True)
def _in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_PAUSE", 0.01)


def ask(urls: tuple[str, ...], patience: float = 5, **more: Any) -> dict[str, Any]:
    nodes = Nodes(Cluster(urls, **more))
    try:
        return nodes("GET", "/x/_mapping", patience=patience)
    finally:
        nodes.close()


def unused_address() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.mark.parametrize("trouble", [GONE, BUSY, (429, {"error": "too much"})])
def test_what_another_copy_can_answer_is_asked_again(trouble: Answer) -> None:
    node = Node(trouble, trouble, FINE)
    with running(node) as urls:
        assert ask(urls) == {"fine": True}
    assert len(node.asked) == 3


@pytest.mark.parametrize(("losing", "seconds"), [(READING, 6), (WRITING, 30)])
def test_a_crowded_node_is_given_longer_to_write(
    losing: float, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    node, pauses = Node((429, {"error": {"type": "circuit_breaking_exception", "reason": "Data too large"}})), [0.0]
    monkeypatch.setattr(client, "time", SimpleNamespace(monotonic=lambda: sum(pauses), sleep=pauses.append))
    with running(node) as urls:
        nodes = Nodes(Cluster(urls))
        with pytest.raises(SearchAway, match="circuit_breaking"):
            nodes("GET", "/x/_refresh", losing=losing)
        nodes.close()
    assert seconds <= sum(pauses) < seconds + 2


def test_a_node_that_is_not_there_is_passed_over() -> None:
    node = Node(FINE)
    with running(node) as urls:
        for _ in range(4):
            assert ask((unused_address(), *urls, unused_address())) == {"fine": True}


def test_what_is_wrong_is_asked_once() -> None:
    node = Node(WRONG)
    with running(node) as urls, pytest.raises(RequestRefused, match="parsing_exception"):
        ask(urls)
    assert len(node.asked) == 1


@pytest.mark.parametrize(
    "gone",
    [
        failed(404, "search_context_missing_exception", "No search context found for id [1]"),
        failed(500, "illegal_state_exception", "no node found for id: Oly-WXxgvQ"),
    ],
)
def test_a_point_in_time_that_is_gone_or_whose_node_is_gets_another(gone: Answer) -> None:
    opened: Answer = (200, {"pit_id": "o_-7QQEf", "_shards": {"total": 1}})
    found: Answer = (200, {"timed_out": False, "_shards": {"failed": 0}, "hits": {"hits": []}})
    node = Node(opened, gone, opened, found)
    with running(node) as urls:
        nodes = Nodes(Cluster(urls))
        assert Moment(nodes, "x", Committed("x-first", Meta())).search({"size": 0}) == found[1]
        nodes.close()
    assert len(node.asked) == 4


def test_nobody_answers_and_who_asks_again_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    node, pauses = Node(BUSY), list[float]()
    # Only pauses take time, so that the machine may be as slow as it likes.
    monkeypatch.setattr(client, "time", SimpleNamespace(monotonic=lambda: sum(pauses), sleep=pauses.append))
    with running(node) as urls:
        nodes = Nodes(Cluster(urls))
        with pytest.raises(SearchAway) as raised:
            nodes("GET", "/", patience=0.1)
        assert raised.value.retry_after > 0
        assert len(node.asked) > 2
        asked = len(node.asked)
        with pytest.raises(SearchAway):
            nodes("GET", "/")
        assert len(node.asked) == asked + 1
        node.answers[:] = [FINE]
        assert nodes("GET", "/") == {"fine": True}
        nodes.close()


class Silent:
    """Nodes of which none ever answers, with a clock that shows how long each was waited for."""

    def __init__(self, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.waits = 0.0, list[float]()
        self.nodes = Nodes(Cluster(tuple(f"http://127.0.0.1:{number}" for number in range(1, count + 1))))
        self.is_silent = True
        monkeypatch.setattr(client, "time", self)
        monkeypatch.setattr(self.nodes, "_nodes", SimpleNamespace(transport=self))

    def perform_request(self, *_: object, params: dict[str, float], **_more: object) -> dict[str, Any]:
        if not self.is_silent:
            return {"fine": True}
        self.waits.append(params["request_timeout"])
        self.now += self.waits[-1]
        raise ConnectionTimeout("TIMEOUT", "nothing", OSError("nothing"))

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize("count", [1, 2, 3, 8])
@pytest.mark.parametrize("most", [READING, WRITING])
def test_nodes_that_hang_are_waited_for_no_longer_than_one_that_does(
    most: float, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = Silent(count, monkeypatch)
    with pytest.raises(SearchAway):
        silent.nodes("GET", "/", losing=most)
    assert most / 2 <= silent.now <= most + 1.5
    assert all(later <= former for former, later in pairwise(silent.waits))
    assert len(silent.waits) >= min(count, 3), "from one that hangs it goes to the next"


def test_all_that_a_search_asks_loses_no_more_than_one_request(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = Silent(3, monkeypatch)
    with one_search():
        for _ in range(4):
            with pytest.raises(SearchAway):
                silent.nodes("GET", "/")
            # What is answered costs nothing, however long it takes.
            silent.is_silent = False
            silent.now += 1_000
            assert silent.nodes("GET", "/") == {"fine": True}
            silent.is_silent = True
    assert sum(silent.waits) <= READING + 4
    silent.is_silent, silent.waits[:] = False, []
    silent.nodes("GET", "/")
    silent.is_silent = True
    with pytest.raises(SearchAway):
        silent.nodes("GET", "/")
    assert sum(silent.waits) > READING / 2, "the next search has time of its own"


@pytest.mark.parametrize(
    ("status", "told"), [(401, {"message": "Unauthorized"}), (403, {"error": {"type": "security_exception"}})]
)
def test_who_is_not_let_in_is_told_so(status: int, told: Any) -> None:
    with (
        running(Node((status, told))) as urls,
        pytest.raises(IndexUnavailable, match="refuses the key"),
    ):
        ask(urls)


def test_who_waits_while_another_looks_in_vain_is_told_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    node, looks, away = Node(BUSY), list[float](), list[str]()

    def monotonic() -> float:
        looks.append(time.monotonic())
        return looks[-1]

    monkeypatch.setattr(client, "_PATIENCE", 0)
    monkeypatch.setattr(engine, "time", SimpleNamespace(monotonic=monotonic))
    node.may_answer.clear()
    with running(node) as urls:
        asked = OpenSearchEngine(Nodes(Cluster(urls)))

        def ask_for_status() -> None:
            with pytest.raises(SearchAway) as raised:
                asked.status()
            away.append(raised.value.trouble)

        threads = [threading.Thread(target=ask_for_status) for _ in range(4)]
        for thread in threads:
            thread.start()
        # The first looks at the clock once more as it begins.
        while len(looks) < len(threads) + 1 or not node.asked:
            time.sleep(0.01)
        node.may_answer.set()
        for thread in threads:
            thread.join()
        asked.close()
    assert len(node.asked) == 1
    assert away == [away[0]] * len(threads)


def test_a_node_is_believed_by_its_certificate(tmp_path: Path) -> None:
    node, own, another = Node(FINE), make_certificate(tmp_path / "own"), make_certificate(tmp_path / "another")
    node.encrypt(own)
    with running(node) as (url,):
        assert ask((url.replace("//", "//me:secret@"),), certificate=str(own.file)) == {"fine": True}
        asked = len(node.asked)
        for unfit in ("", str(another.file)):
            with pytest.raises(SearchAway, match="certificate verify failed"):
                ask((url,), patience=0, certificate=unfit)
    assert len(node.asked) == asked, "nothing is said to who is not believed"
    with pytest.raises(SettingsInvalid, match="DATELINE_SEARCH_CERTIFICATE"):
        ask((url,), certificate=str(tmp_path / "nowhere.pem"))


def test_who_asks_says_who_it_is() -> None:
    with running(node := Node(FINE)) as (url,):
        ask((url.replace("//", "//me:p%40ss@"),))
        ask((url,), api_key="c2VjcmV0")
        ask((url,))
    basic = b64encode(b"me:p@ss").decode()
    assert [header for _, header in node.asked] == [f"Basic {basic}", "ApiKey c2VjcmV0", None]


@contextmanager
def saying(*answers: bytes) -> Iterator[str]:
    """Say one thing after the other, a request each, on one socket after the other."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def speak() -> None:
            left = list(answers)
            while left:
                caller, _ = listening.accept()
                with caller:
                    while left and caller.recv(1 << 16):
                        caller.sendall(left.pop(0))
                        if b"close" in left[:1]:
                            left.pop(0)
                            break

        thread = threading.Thread(target=speak)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join()


@pytest.mark.parametrize(
    "said",
    [
        b'HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n{"fine":true}',
        b'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length:13\r\n\r\n{"fine":true}',
        b'HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\n{"fin\r\n8\r\ne":true}\r\n0\r\n\r\n',
    ],
)
def test_an_answer_is_read_however_it_comes(said: bytes) -> None:
    with saying(said, said, b"close", said) as url:
        nodes = Nodes(Cluster((url,)))
        for _ in range(3):
            assert nodes("GET", "/") == {"fine": True}
        nodes.close()


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{}",
        b"hello\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: two\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nx\r\n{}\r\n",
    ],
)
def test_half_an_answer_is_none(said: bytes) -> None:
    with saying(said, b"close", b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}") as url:
        nodes = Nodes(Cluster((url,)))
        assert nodes("GET", "/") == {}
        nodes.close()


def test_nobody_waits_for_the_network_where_all_wait_for_him() -> None:
    with running(node := Node(FINE)) as urls, pytest.raises(TooDear), bounded_effort(1_000):
        ask(urls)
    assert not node.asked


def test_articles_are_read_while_the_search_is_away(
    tmp_path: Path, write_records: WriteRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.ingest.pipeline import IngestOptions, ingest

    monkeypatch.setattr(client, "_PATIENCE", 0.05)
    file = write_records("a.jsonl", RECORDS[:2])
    with open_archive(Settings(data_dir=tmp_path / "data")) as archive:
        ingest([file], archive, IngestOptions(skip_entities=True))
    settings = Settings(data_dir=tmp_path / "data", search_url=SecretStr(unused_address()), recognise=False)
    with serve(create_api(settings)) as reader:
        for path in ("/readyz", "/v1/search?q=harbour", "/v1/timeline"):
            answer = reader.get(path)
            assert (answer.status_code, answer.json()["type"]) == (503, "/problems/search-away"), answer.text
            assert int(answer.headers["Retry-After"]) > 0
        [first, *_] = reader.get("/v1/changes?since=0").json()["results"]
        assert reader.get(f"/v1/articles/{first['id']}").status_code == 200
        assert reader.get("/healthz").status_code == 200
