"""Requests that wait for a change: each is a coroutine that wakes a few times a second, and holds no thread. One of
them looks for all."""

from __future__ import annotations

import asyncio
from time import monotonic

from fastapi import Request

from app.archive import Archive
from app.errors import Overloaded
from app.http.asking import ask_rows

WAITING = "waiting"
"""Where the state that the server hands to connections holds the `WaitingRoom`."""

_LOOK_SECONDS = 0.2
# Each takes a connection, of which there are some thousands.
_MOST = 1_000
_RETRY_AFTER = 5


class WaitingRoom:
    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self.waiting = 0
        """How many do."""
        self._is_closed = False
        self._newest, self._look_at = 0, 0.0

    def close(self) -> None:
        """Let everybody go, and nobody wait any more: the server is to stop."""
        self._is_closed = True

    async def wait(self, request: Request, number: int, until: float) -> bool:
        """Return whether there is a change after `number`; False where there is none by the time `until`, or nobody is
        left to be told. Raises `Overloaded` where too many wait."""
        if self.waiting >= _MOST:
            raise Overloaded("As many wait for changes as this server bears.", _RETRY_AFTER)
        self.waiting += 1
        try:
            while await self._look() <= number:
                if self._is_closed or monotonic() >= until or await request.is_disconnected():
                    return False
                await asyncio.sleep(_LOOK_SECONDS)
            return True
        finally:
            self.waiting -= 1

    async def _look(self) -> int:
        """Return the number of the last change, as it was a moment ago at the earliest."""
        if (now := monotonic()) >= self._look_at:
            self._look_at = now + _LOOK_SECONDS
            self._newest = await ask_rows(self._archive, self._archive.newest)
        return self._newest
