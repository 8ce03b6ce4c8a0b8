"""Requests made to break a server: whatever is asked, no answer says that it failed."""

from __future__ import annotations

import json
import random
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.api.app import create_api
from app.settings import Settings
from tests.served import serve

PIECES = [
    '"', "(", ")", "-", "+", "*", "~", "~9", "^", ":", "/", "\\", " OR ", " AND ", " NOT ", "headline:", "body:",
    "date:", "lighthouse", "keeper", "number", "7", "l*", "light*", "*house", "lihgthouse~", "U.S.", "AT&T", "“",
    "\x00", "\u0301", "𝔘", "'", "<script>", "%00", "’", "\u202e", "\ufeff", "\n", "\t", "1" * 40, "a" * 300, "é" * 50,
    "كتاب", "的", "🙂",
]  # fmt: skip


@pytest.fixture
def served(filled: Path) -> Iterator[tuple[FastAPI, httpx.Client]]:
    app = create_api(Settings(data_dir=filled, log_level="error"))
    with serve(app) as client:
        yield app, client


def ask_many(client: httpx.Client, number: int, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(number):
        q = "".join(chance.choices(PIECES, k=chance.randint(1, 25)))
        params = {"q": q, "match": chance.choice(["auto", "all", "any"]), "facet": "month"}
        path = chance.choice(["/v1/search", "/v1/search", "/v1/timeline", "/v1/autocomplete"])
        answer = client.get(path, params=params if path == "/v1/search" else {"q": q})
        assert answer.status_code in (200, 422), (q, answer.text)


def test_queries_of_any_kind(served: tuple[FastAPI, httpx.Client]) -> None:
    ask_many(served[1], 400, 1)


@pytest.mark.parametrize(
    "q", ["(" * 1_000, '"' * 999, "*", "a" * 1_000, "a OR " * 190, "-" * 1_000, "~" * 500, "\x00" * 10, "a* " * 300]
)
def test_queries_that_stop_other_engines(served: tuple[FastAPI, httpx.Client], q: str) -> None:
    assert served[1].get("/v1/search", params={"q": q}).status_code in (200, 422)


@pytest.mark.parametrize(
    "raw",
    [
        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 100_000 + b"\r\n",
        b"GET /v1/search?q=" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /v1/articles/lookup HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: -1\r\n\r\n",
        (
            b"POST /v1/articles/lookup HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /v1/search?q=%ff%fe%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /v1/../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /docs/assets/..%2f..%2f..%2fapi/app.py HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ],
    ids=["headers", "address", "length", "smuggling", "tls", "bytes", "dots", "assets"],
)
def test_bytes_that_are_no_sound_request(served: tuple[FastAPI, httpx.Client], raw: bytes) -> None:
    _, client = served
    with socket.create_connection((client.base_url.host, client.base_url.port or 0), timeout=10) as connection:
        answered = b""
        try:
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_WR)
            while more := connection.recv(65_536):
                answered += more
        except OSError:
            pass  # it has hung up
    assert not answered.startswith(b"HTTP/1.1 5")
    assert b"root:" not in answered
    assert b"create_app" not in answered
    assert client.get("/healthz").status_code == 200


def test_bodies_of_any_size(served: tuple[FastAPI, httpx.Client]) -> None:
    _, client = served
    sent = {"Content-Type": "application/json"}

    def pieces() -> Iterator[bytes]:
        for _ in range(200):
            yield b" " * 10_000

    deep = b'{"ids": ' + b"[" * 30_000 + b"]" * 30_000 + b"}"
    assert client.post("/v1/articles/lookup", content=pieces(), headers=sent).status_code == 413
    assert client.post("/v1/articles/lookup", content=deep, headers=sent).status_code in (400, 422)
    assert (
        client.post("/v1/articles/lookup", content=json.dumps({"ids": ["x"] * 9_000}), headers=sent).status_code == 422
    )
    assert client.get("/healthz").status_code == 200
