"""A bound on the searches that run at once: more of them would all be slower and none be done earlier."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from time import perf_counter

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import DatelineError, Overloaded
from app.http import problems
from app.http.metrics import Metrics
from app.http.prefix import path_within

# What asks the index, pages among it; `/v1/articles/{id}` asks the rows alone, and is read also while searches queue.
_SEARCHES = re.compile(
    r"/|/quotes|/calendar|/compare|/aggregate|/(articles|entities)/[^/]+|"
    r"/v1/(search|export|feed|timeline|compare|aggregate|calendar|quotes|autocomplete|articles/[^/]+/similar|entities/[^/]+(/(related|timeline))?)"
)
_RETRY_AFTER = 1
"""Seconds: most searches take hundredths of one."""


class SearchSlots:
    def __init__(self, number: int, wait: float) -> None:
        self._free, self._wait = asyncio.Semaphore(number), wait

    async def acquire(self) -> None:
        """`Overloaded` where none comes free within the seconds to wait."""
        if not self._free.locked():
            await self._free.acquire()
            return
        try:
            async with asyncio.timeout(self._wait):
                await self._free.acquire()
        except TimeoutError:
            raise Overloaded("All searches that this server runs at once are taken.", _RETRY_AFTER) from None

    def release(self) -> None:
        self._free.release()


async def hold_search_slot(request: Request) -> AsyncIterator[None]:
    """A dependency, for what costs as much as a search and is told in a body: the slot is taken when that has arrived,
    so that one who sends it slowly keeps nobody waiting. It asks the rows alone, also while the index is built."""
    slots: SearchSlots = request.app.state.search_slots
    await slots.acquire()
    try:
        yield
    finally:
        slots.release()


async def hold_index_slot(request: Request) -> AsyncIterator[None]:
    """The same for what asks the index, which must be there."""
    request.app.state.keeper.check()
    async for _ in hold_search_slot(request):
        yield


class Capacity:
    """Below the ready answers, which need no slot. A slot is free again when the answer begins: one who reads it slowly
    keeps nobody waiting."""

    def __init__(self, app: ASGIApp, *, slots: SearchSlots, metrics: Metrics) -> None:
        self._app, self._slots, self._metrics = app, slots, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _SEARCHES.fullmatch(path_within(scope)):
            await self._app(scope, receive, send)
            return
        try:
            scope["app"].state.keeper.check()
            await self._slots.acquire()
        except DatelineError as error:
            await problems.domain_problem(Request(scope), error)(scope, receive, send)
            return
        await self._search(scope, receive, send)

    async def _search(self, scope: Scope, receive: Receive, send: Send) -> None:
        started, over = perf_counter(), False

        def end() -> None:
            nonlocal over
            if not over:
                over = True
                self._slots.release()
                self._metrics.searched(perf_counter() - started)

        async def ending(message: Message) -> None:
            end()
            await send(message)

        try:
            await self._app(scope, receive, ending)
        finally:
            end()
