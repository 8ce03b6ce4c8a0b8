"""Long answers, sent piece by piece as they are made: for as long as somebody reads, and no longer.

A thread makes one piece and is free again until that is sent. What makes them holds a snapshot of the archive, which
keeps SQLite from shortening its log; so a client that takes nothing for a while, or goes on for too long, is cut off.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Mapping
from time import monotonic

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.errors import Overloaded
from app.http.envelope import BODILESS

_RETRY_AFTER = 5


class Streams:
    """A bound on long answers at once. `patience`: seconds for a client to take a piece; `longest`: for all of them."""

    def __init__(self, number: int = 8, patience: float = 30.0, longest: float = 900.0) -> None:
        self.free, self.patience, self.longest = number, patience, longest


class StreamedAnswer(Response):
    """It closes what makes the pieces, however it ends. One that is cut off has no proper end, which clients notice."""

    def __init__(self, pieces: Generator[bytes, None, None], media_type: str, headers: Mapping[str, str]) -> None:
        super().__init__(headers={**headers, "Content-Type": media_type})
        del self.headers["Content-Length"]
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        streams: Streams = scope["app"].state.streams
        try:
            if streams.free < 1:
                raise Overloaded("As many long answers as this server sends at once are on their way.", _RETRY_AFTER)
            streams.free -= 1
            try:
                await self._stream(streams, scope, receive, send)
            finally:
                streams.free += 1
        finally:
            await run_in_threadpool(self._pieces.close)

    async def _stream(self, streams: Streams, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        end = monotonic() + streams.longest
        leaving = asyncio.create_task(_client_leaves(receive))
        try:
            while not scope["state"].get(BODILESS) and not leaving.done():
                piece = await run_in_threadpool(next, self._pieces, None)
                if piece is None:
                    break
                async with asyncio.timeout(min(streams.patience, end - monotonic())):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            else:
                if leaving.done():
                    return
            await send({"type": "http.response.body", "body": b""})
        except TimeoutError:
            return  # without the end of the body: the server hangs up
        finally:
            leaving.cancel()


async def _client_leaves(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
