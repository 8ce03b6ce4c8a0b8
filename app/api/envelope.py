"""What goes around every answer: a request id, headers that browsers heed, a bound on bodies, and the meters."""

from __future__ import annotations

import re
import uuid
from time import perf_counter

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.metrics import Metrics

REQUEST_ID = "X-Request-ID"
# 200 ids fit in 20 kB; nothing else that is sent here needs more.
MOST_BODY_BYTES = 64 * 1024

# What others send is written to logs and answers, so only what cannot do harm there is taken over.
_SANE_ID = re.compile(r"[A-Za-z0-9._:+/=@-]{1,128}")


def request_id(scope: Scope) -> str:
    return str(scope["state"]["request_id"])


def stamp(headers: MutableHeaders, scope: Scope) -> None:
    headers[REQUEST_ID] = request_id(scope)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"


class Envelope:
    """Outermost but for Starlette's own catch-all, whose answers `problems` stamps itself."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID, "")
        scope.setdefault("state", {})["request_id"] = given if _SANE_ID.fullmatch(given) else uuid.uuid4().hex
        # A HEAD is answered as a GET; the server below sends no body to it.
        inner = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        started, status = perf_counter(), 500

        async def stamped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                stamp(MutableHeaders(scope=message), scope)
            await send(message)

        try:
            await self._app(inner, _bounded(receive), stamped)
        finally:
            route = inner.get("route")
            self._metrics.observe(scope["method"], getattr(route, "path", "none"), status, perf_counter() - started)


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
