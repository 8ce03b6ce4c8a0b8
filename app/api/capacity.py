"""How many searches run at once. More of them would all be slower and none be done earlier."""

from __future__ import annotations

import asyncio
import re
from time import perf_counter

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api import problems
from app.api.metrics import Metrics
from app.errors import DatelineError, Overloaded

# What asks the index, pages among it; `/v1/articles/{id}` asks the rows alone, and is read also while searches queue.
_SEARCHES = re.compile(
    r"/|/(articles|entities)/[^/]+|"
    r"/v1/(search|timeline|autocomplete|articles/[^/]+/similar|entities/[^/]+/timeline)"
)
_RETRY_AFTER = 1
"""Seconds: most searches take hundredths of one."""


class Capacity:
    """Below the ready answers, which need no turn. A turn ends when the answer begins: one who reads it slowly keeps
    nobody waiting."""

    def __init__(self, app: ASGIApp, *, searches: int, wait: float, metrics: Metrics) -> None:
        self._app, self._wait, self._metrics = app, wait, metrics
        self._turns = asyncio.Semaphore(searches)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _SEARCHES.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return
        try:
            scope["app"].state.keeper.check()
            if not await self._turn():
                raise Overloaded("All searches that this server runs at once are taken.", _RETRY_AFTER)
        except DatelineError as error:
            await problems.refusal(Request(scope), error)(scope, receive, send)
            return
        await self._search(scope, receive, send)

    async def _turn(self) -> bool:
        if not self._turns.locked():
            return await self._turns.acquire()
        try:
            async with asyncio.timeout(self._wait):
                return await self._turns.acquire()
        except TimeoutError:
            return False

    async def _search(self, scope: Scope, receive: Receive, send: Send) -> None:
        started, over = perf_counter(), False

        def end() -> None:
            nonlocal over
            if not over:
                over = True
                self._turns.release()
                self._metrics.searched(perf_counter() - started)

        async def ending(message: Message) -> None:
            end()
            await send(message)

        try:
            await self._app(scope, receive, ending)
        finally:
            end()
