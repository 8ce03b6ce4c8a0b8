"""Where a server lets assistants in: the address `/mcp`, behind which the protocol is loaded when the first one asks.

Most archives are never asked by an assistant, and to load what speaks its protocol takes a third of a server's start.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from anyio import to_thread
from fastapi import FastAPI
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

ADDRESS = "/mcp"

Protocol = tuple[ASGIApp, AbstractAsyncContextManager[None]]
"""What answers requests, and within what it does."""


class _NamedRoute(Route):
    """Says in the scope which it is, as those of the API do, for the log and the meters."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, found = super().matches(scope)
        return match, {**found, "route": self}


class _Door:
    """Answers by what `load` returns, which is called in a thread at the first request."""

    def __init__(self, load: Callable[[], Protocol]) -> None:
        self._load = load
        self._opening: asyncio.Task[ASGIApp] | None = None
        self._held: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._opening is None:
            self._opening = asyncio.create_task(self._open())
        # One assistant that leaves while it opens must not close it for the others.
        answer = await asyncio.shield(self._opening)
        await answer(scope, receive, send)

    async def _open(self) -> ASGIApp:
        answer, running = await to_thread.run_sync(self._load)
        opened = asyncio.Event()
        self._held = asyncio.create_task(self._hold(running, opened))
        await opened.wait()
        return answer

    async def _hold(self, running: AbstractAsyncContextManager[None], opened: asyncio.Event) -> None:
        """Keep it open until `close`: it must be left in the task that entered it, so this is a task of its own."""
        async with running:
            opened.set()
            await self._closing.wait()

    async def close(self) -> None:
        if self._opening is not None:
            await asyncio.wait([self._opening])
        self._closing.set()
        if self._held is not None:
            await self._held


def serve_assistants(app: FastAPI, version: str) -> None:
    """Put the server at `/mcp` of an application whose archive is in its state."""

    def load() -> Protocol:
        from app.assistants.server import over_http

        return over_http(app.state, version)

    door = _Door(load)
    app.router.routes.append(_NamedRoute(ADDRESS, door))
    outer = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(of: FastAPI) -> AsyncIterator[Any]:
        async with outer(of) as state:
            try:
                yield state
            finally:
                await door.close()

    app.router.lifespan_context = lifespan
