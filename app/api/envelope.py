"""What goes around every answer: a request id, headers that browsers heed, a bound on bodies, a line in the log, and
the meters."""

from __future__ import annotations

import re
import uuid
from time import perf_counter

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.log import Log
from app.api.metrics import Metrics

REQUEST_ID = "X-Request-ID"
# 200 ids fit in 20 kB; nothing else that is sent here needs more.
MOST_BODY_BYTES = 64 * 1024

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
    """Outermost but for Starlette's own catch-all, whose answers `problems` stamps itself."""

    def __init__(self, app: ASGIApp, metrics: Metrics, log: Log) -> None:
        self._app, self._metrics, self._log = app, metrics, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID, "")
        id = given if _SANE_ID.fullmatch(given) else uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = id
        self._log.begin(id)
        # A HEAD is answered as a GET; the server below sends no body to it.
        inner = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        started, status = perf_counter(), 500

        async def stamped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = list(message.get("headers", ()))
                stamp(message["headers"], scope)
            await send(message)

        try:
            await self._app(inner, _bounded(receive), stamped)
        finally:
            seconds = perf_counter() - started
            route = getattr(inner.get("route"), "path", "none")
            self._metrics.observe(scope["method"], route, status, seconds)
            self._log.answered(scope, route, status, seconds)


def _bounded(receive: Receive) -> Receive:
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MOST_BODY_BYTES:
            raise HTTPException(413)
        return message

    return bounded
