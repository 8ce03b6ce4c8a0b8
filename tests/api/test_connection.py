"""What comes before a request can be read: its bounds, and the answers to whoever passes them."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.api.app import create_app
from app.api.connection import Connection
from app.settings import Settings
from tests.api.served import serve

LOOKUP = b"POST /v1/articles/lookup HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


class Hurried(Connection):
    request_seconds = 0.4
    most_connections = 3


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with serve(create_app(Settings(data_dir=tmp_path_factory.mktemp("data"), log_level="error"))) as client:
        yield client


@pytest.fixture
def hurried(tmp_path: Path) -> Iterator[httpx.Client]:
    with serve(create_app(Settings(data_dir=tmp_path, log_level="error")), Hurried) as client:
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
