"""What comes before a request can be read: its bounds, and the answers to whoever passes them."""

from __future__ import annotations

import json
import re
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.api.app import create_api
from app.http.connection import Connection
from app.http.framing import target_of
from app.settings import Settings
from tests.failures.command import serving
from tests.served import serve

LOOKUP = b"POST /v1/articles/lookup HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
NOTHING = b'{"ids": []}'
CHUNKED = b"b\r\n" + NOTHING + b"\r\n0\r\n\r\n"


class Hurried(Connection):
    request_seconds = 0.4
    most_connections = 3


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with serve(create_api(Settings(data_dir=tmp_path_factory.mktemp("data"), log_level="error"))) as client:
        yield client


@pytest.fixture
def hurried(tmp_path: Path) -> Iterator[httpx.Client]:
    with serve(create_api(Settings(data_dir=tmp_path, log_level="error")), Hurried) as client:
        yield client


@contextmanager
def line(client: httpx.Client) -> Iterator[socket.socket]:
    with socket.create_connection((client.base_url.host, client.base_url.port or 0), timeout=20) as connection:
        yield connection


def rest(connection: socket.socket) -> bytes:
    """All that comes until the server hangs up."""
    told = b""
    while more := connection.recv(65_536):
        told += more
    return told


def refusal(told: bytes) -> tuple[int, Any, dict[str, str]]:
    head, _, body = told.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (each.partition(": ") for each in lines)}
    problem = json.loads(body)
    assert headers["content-type"] == "application/problem+json"
    assert headers["x-request-id"] == problem["request_id"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "content-security-policy" in headers
    assert headers["connection"] == "close"
    assert "server" not in headers
    assert problem["status"] == int(status.split()[1])
    return problem["status"], problem, headers


def refused(client: httpx.Client, problem: str) -> float:
    found = re.findall(rf'^dateline_refusals_total{{problem="{problem}"}} (.+)$', client.get("/metrics").text, re.M)
    return float(found[0]) if found else 0.0


@pytest.mark.parametrize(
    "raw",
    [b"FOO / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01", LOOKUP + b"Content-Length: -1\r\n\r\n",
     b"GET / HTTP/1.1\r\nHost: x\r\nA: \x00\r\n\r\n",
     LOOKUP + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
)  # fmt: skip
def test_what_is_no_http_is_refused_like_anything_else(served: httpx.Client, raw: bytes) -> None:
    before = refused(served, "malformed-request")
    with line(served) as connection:
        connection.sendall(raw)
        assert refusal(rest(connection))[0] == 400
    assert refused(served, "malformed-request") == before + 1


def asked(target: bytes, *lines: bytes, version: bytes = b"1.1") -> bytes:
    return b"\r\n".join([b"GET " + target + b" HTTP/" + version, *lines, b"", b""])


ODD_HEADS = [
    asked(b"/healthz"),
    asked(b"/healthz", b"Host: x", b"host: x"),
    asked(b"/healthz", b"Host:"),
    asked(b"/healthz", b"Host: a b"),
    asked(b"/healthz", b"Host: x/y"),
    asked(b"/healthz", b"Host: someone@x"),
    asked(b"/healthz", b"Host: x:80:80"),
    asked(b"/healthz", b"Host : x"),
    asked(b"/healthz", b" Host: x"),
    asked(b"/healthz", b"Host: x", b"A: b", b" c"),
    asked(b"/healthz", b"Host: x", b": b"),
    asked(b"/healthz", b"Host: x\rA: b"),
    asked(b"/healthz#part", b"Host: x"),
    asked(b"healthz", b"Host: x"),
    asked(b"*", b"Host: x"),
    asked(b"ftp://x/healthz", b"Host: x"),
    asked(b"http://someone:secret@x/healthz", b"Host: x"),
    asked(b"http:///healthz", b"Host: x"),
    asked("/caf\u00e9".encode(), b"Host: x"),
    asked(b"/v1/search?q=a b", b"Host: x"),
    b"GET /healthz HTTP/1.1\nHost: x\n\n",
    LOOKUP + b"Content-Length: 11\r\nContent-Length: 11\r\n\r\n" + NOTHING,
    LOOKUP + b"Content-Length: 11\r\nContent-Length: 12\r\n\r\n" + NOTHING,
    LOOKUP + b"Content-Length: 11, 11\r\n\r\n" + NOTHING,
    LOOKUP + b"Content-Length: +11\r\n\r\n" + NOTHING,
    LOOKUP + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + CHUNKED,
    LOOKUP + b"Transfer-Encoding: chunked, identity\r\n\r\n" + CHUNKED,
    LOOKUP + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKED,
    LOOKUP.replace(b"/1.1", b"/1.0") + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKED,
]


@pytest.mark.parametrize("raw", ODD_HEADS)
def test_what_another_program_could_read_otherwise_is_refused(served: httpx.Client, raw: bytes) -> None:
    with line(served) as connection:
        connection.sendall(raw + asked(b"/healthz", b"Host: x"))
        told = rest(connection)
    assert refusal(told)[0] == 400
    assert told.count(b"HTTP/1.1") == 1, "what follows it is never taken for a request"


@pytest.mark.parametrize("version", [b"0.9", b"2.0"])
def test_another_version_is_refused(served: httpx.Client, version: bytes) -> None:
    with line(served) as connection:
        connection.sendall(asked(b"/healthz", b"Host: x", version=version))
        status, problem, _ = refusal(rest(connection))
    assert (status, problem["type"]) == (505, "/problems/http-version")


@pytest.mark.parametrize(
    "raw",
    [
        asked(b"/healthz", version=b"1.0"),
        asked(b"/healthz", b"Host: [::1]:8000", b"Connection: close"),
        asked(b"/healthz", b"Host: news.example.", b"Connection: close"),
        asked(b"http://y/healthz", b"Host: x", b"Connection: close"),
        asked(b"HTTP://y:80/healthz?", b"Host: x", b"Connection: close"),
        asked(b"/healthz", b"Host: x", b"Upgrade: websocket", b"Connection: Upgrade, close"),
    ],
)
def test_what_all_read_alike_is_answered(served: httpx.Client, raw: bytes) -> None:
    with line(served) as connection:
        connection.sendall(raw)
        assert rest(connection).startswith(b"HTTP/1.1 200 ")


def test_an_absolute_address_says_which_host_is_meant() -> None:
    headers = [(b"accept", b"*/*"), (b"host", b"x")]
    assert target_of("1.1", b"http://news.example:81?q=a", headers) == b"/?q=a"
    assert headers == [(b"accept", b"*/*"), (b"host", b"news.example:81")]


@pytest.mark.parametrize("path", ["/v1%2fsearch", "/v1%2Fsearch", "/%2Fv1/search", "/v1/articles/x%2ftext", "/docs%2f"])
def test_a_slash_within_a_name_parts_nothing(served: httpx.Client, path: str) -> None:
    answer = served.get(path)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-such-address")


@pytest.mark.parametrize("format", ["console", "json"])
def test_who_leaves_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format: str) -> None:
    """Asks for two things at once and goes, or sends half of one and goes, politely or not; never is there more in the
    log than a line for each request."""
    monkeypatch.setenv("DATELINE_LOG_FORMAT", format)
    monkeypatch.setenv("DATELINE_SEARCH_WAIT", "60")  # that a busy machine refuses is another test's matter
    pair = LOOKUP + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKED + asked(b"/healthz", b"Host: x")
    half = LOOKUP + b"Content-Length: 90\r\n\r\n{"
    with (
        (tmp_path / "log").open("w") as log,
        serving(tmp_path / "data", log=log) as (_, address),
        httpx.Client(base_url=address, timeout=30) as client,
    ):
        for sent in (pair, half, pair * 3, asked(b"/healthz", b"Host: x") + half):
            for abrupt in (False, True) * 8:
                with line(client) as connection:
                    connection.sendall(sent)
                    if abrupt:
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert client.get("/healthz").status_code == 200
        while 'status="499"' not in client.get("/metrics").text:
            time.sleep(0.05)
    lines = (tmp_path / "log").read_text().splitlines()
    assert len(lines) > 60
    for each in lines:
        event = json.loads(each) if format == "json" else dict(pair.split("=") for pair in each.split())
        assert (event["event"], event["level"]) == ("request", "info"), each


@pytest.mark.parametrize("piece", [b"A: " + b"b" * 1_000 + b"\r\n", b"c" * 1_000, b"\r\n" * 500], ids=len)
def test_a_head_without_end_is_cut_off(served: httpx.Client, piece: bytes) -> None:
    start = b"" if piece.isspace() else b"GET /healthz HTTP/1.1\r\nA: "
    with line(served) as connection:
        connection.sendall(start)
        sent = 0
        try:
            while sent < 50_000_000:
                connection.sendall(piece)
                sent += len(piece)
        except ConnectionError:
            pass
        assert sent < 50_000_000
    assert served.get("/healthz").status_code == 200


def test_a_head_that_is_too_large_is_told_so(served: httpx.Client) -> None:
    with line(served) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 66_000)
        assert refusal(rest(connection))[0] == 431
    assert served.get("/healthz", headers={"A": "a" * 30_000}).status_code == 200


def test_many_requests_on_one_line_are_no_large_head(served: httpx.Client) -> None:
    with line(served) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 5_000)
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert rest(connection).count(b"HTTP/1.1 200") == 5_001


@pytest.mark.parametrize("begun", [b"G", b"GET / HTTP/1.1\r\nHost", LOOKUP + b"Content-Length: 90\r\n\r\n{"])
def test_a_request_that_does_not_come_to_its_end_is_given_up(hurried: httpx.Client, begun: bytes) -> None:
    with line(hurried) as connection:
        connection.sendall(begun)
        assert refusal(rest(connection))[0] == 408


def test_one_byte_after_the_other_does_not_help(hurried: httpx.Client) -> None:
    with line(hurried) as connection:
        told = b""
        connection.settimeout(0.05)
        for letter in b"GET /healthz HTTP/1.1\r\nHost: x\r\n" * 100:
            connection.sendall(bytes([letter]))
            try:
                told = connection.recv(65_536)
            except TimeoutError:
                continue
            break
        assert refusal(told)[0] == 408


def test_who_asks_nothing_is_let_go(hurried: httpx.Client) -> None:
    with line(hurried) as connection:
        assert rest(connection) == b""


def test_a_line_that_is_used_stays(hurried: httpx.Client) -> None:
    for _ in range(4):
        assert hurried.get("/healthz").status_code == 200
        time.sleep(0.2)


def test_one_connection_too_many_is_told_so(hurried: httpx.Client) -> None:
    with line(hurried) as one, line(hurried) as two, line(hurried) as three, line(hurried) as four:
        told = [rest(each) for each in (one, two, three, four)]
    status, problem, headers = refusal(told[3])
    assert (status, problem["type"]) == (503, "/problems/unavailable")
    assert int(headers["retry-after"]) > 0
    assert told[:3] == [b""] * 3
    assert hurried.get("/healthz").status_code == 200


def test_a_body_that_is_announced_as_too_large_is_not_waited_for(served: httpx.Client) -> None:
    with line(served) as connection:
        connection.sendall(LOOKUP + b"Content-Length: 100000000\r\nExpect: 100-continue\r\n\r\n")
        told = rest(connection)
    assert b"100 Continue" not in told
    assert refusal(told)[0] == 413
