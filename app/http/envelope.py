"""The envelope around every answer: a request id, headers that browsers heed, a bound on bodies, a line in the log, and
the meters. What was refused before it could be asked is answered here, and what a stop of the server breaks off."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Awaitable, Callable
from time import perf_counter

from fastapi import Request, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.log import Log
from app.http.metrics import Metrics
from app.http.prefix import path_within

REQUEST_ID = "X-Request-ID"
_ID_NAME = REQUEST_ID.lower().encode()
_READ_HERE = (_ID_NAME, b"content-length")
# 200 ids fit in 20 kB; nothing else that is sent here needs more, but for articles.
MOST_BODY_BYTES = 64 * 1024
_TAKES_TEXT = re.compile(r"(/v1)?/match")
MOST_TEXT_BYTES = 256 * 1024
"""Of one text that is looked for, however its letters are written."""
_TAKES_ARTICLES = {"POST": re.compile(r"/v1/(articles|uploads)|/add"), "PUT": re.compile(r"/v1/articles/[^/]+")}
REFUSED = "refused"
"""In the state of a scope: the status of what `connection` could not take as a request."""
BODILESS = "bodiless"
"""In the state of a scope: whether nobody is to get the body, so that a long one need not be made."""

# What others send is written to logs and answers, so only what cannot do harm there is taken over.
_SANE_ID = re.compile(r"[A-Za-z0-9._:+/=@-]{1,128}")

# Everything of ours comes from here, and no script stands in a page; nobody may frame us.
_POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
DOCS_POLICY = f"{_POLICY}; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
"""For Swagger UI, which writes its styles and small images into the page."""
_POLICY_NAME = b"content-security-policy"
_PROTECTION = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]

RawHeaders = list[tuple[bytes, bytes]]
Refuse = Callable[[Request, HTTPException], Awaitable[Response]]


def request_id(scope: Scope) -> str:
    return str(scope["state"]["request_id"])


def stamp(headers: RawHeaders, scope: Scope) -> None:
    """Once for each answer. A page that needs another content policy has set its own."""
    if _PROTECTION[0] in headers:
        return
    if not any(name == _POLICY_NAME for name, _ in headers):
        headers.append((_POLICY_NAME, _POLICY.encode()))
    headers += [*_PROTECTION, (b"x-request-id", request_id(scope).encode())]


class Envelope:
    """Around all but `front` and Starlette's own catch-all, whose answers `problems` stamps itself."""

    def __init__(self, app: ASGIApp, metrics: Metrics, log: Log, refuse: Refuse, most_articles: int) -> None:
        """`most_articles`: bytes of a body that brings articles."""
        self._app, self._metrics, self._log, self._refuse = app, metrics, log, refuse
        self._most_articles = most_articles

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = _first_values(scope)
        id = given.get(_ID_NAME, "")
        if not _SANE_ID.fullmatch(id):
            id = os.urandom(16).hex()
        scope.setdefault("state", {})["request_id"] = id
        self._log.begin(id)
        # A HEAD is answered as a GET; the server below sends no body to it.
        inner = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        scope["state"][BODILESS] = inner is not scope
        started, status, answering = perf_counter(), 500, False

        async def stamped(message: Message) -> None:
            nonlocal status, answering
            if message["type"] == "http.response.start":
                status, answering = message["status"], True
                message["headers"] = list(message.get("headers", ()))
                stamp(message["headers"], scope)
            await send(message)

        try:
            most = self._most_bytes(scope)
            if (refused := _early_refusal(scope, given.get(b"content-length", "0"), most)) is None:
                await self._app(inner, _limit_body(receive, most), stamped)
            else:
                await self._answer(refused, inner, receive, stamped)
        except asyncio.CancelledError:
            # The server stops, and has waited for as long as it may.
            if answering:
                raise
            await self._answer(HTTPException(503), inner, receive, stamped)
        finally:
            seconds = perf_counter() - started
            route = getattr(inner.get("route"), "path", "none")
            self._metrics.observe(scope["method"], route, status, seconds)
            self._log.answered(scope, route, status, seconds)

    def _most_bytes(self, scope: Scope) -> int:
        takes_articles, path = _TAKES_ARTICLES.get(scope["method"]), path_within(scope)
        if takes_articles and takes_articles.fullmatch(path):
            return self._most_articles
        return MOST_TEXT_BYTES if _TAKES_TEXT.fullmatch(path) else MOST_BODY_BYTES

    async def _answer(self, refused: HTTPException, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._refuse(Request(scope), refused)
        await answer(scope, receive, send)


def _first_values(scope: Scope) -> dict[bytes, str]:
    """Return the headers that are read here, each as it is given first."""
    return {name: value.decode("latin-1") for name, value in reversed(scope["headers"]) if name in _READ_HERE}


def _early_refusal(scope: Scope, length: str, most: int) -> HTTPException | None:
    """Why nobody need look at a request at all. `length` is that of its body, as it says."""
    if (status := scope["state"].get(REFUSED)) is not None:
        return HTTPException(status)
    if b"%2f" in scope.get("raw_path", b"").lower():
        # A slash within a name. Decoded it would part names: another address than the one that was asked for.
        return HTTPException(404)
    return too_large() if length.isdecimal() and int(length) > most else None


def too_large() -> HTTPException:
    """Nobody waits for the rest of it."""
    return HTTPException(413, headers={"Connection": "close"})


def _limit_body(receive: Receive, most: int) -> Receive:
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise too_large()
        return message

    return bounded
