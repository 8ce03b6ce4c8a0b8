"""The turn to write: one request of this process at a time, so that those that wait hold no thread."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

from app.errors import ArchiveBusy


class WriteTurn:
    """First come, first served. Other processes are waited for by `ingest/lock.py`."""

    def __init__(self, wait: float) -> None:
        self._lock, self._wait = asyncio.Lock(), wait

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[float]:
        """Give the seconds that may be waited for other processes. Raises `ArchiveBusy` where it takes too long."""
        began = monotonic()
        if self._lock.locked():
            try:
                async with asyncio.timeout(self._wait):
                    await self._lock.acquire()
            except TimeoutError:
                raise ArchiveBusy(os.getpid()) from None
        else:
            await self._lock.acquire()
        try:
            yield max(0.0, self._wait - (monotonic() - began))
        finally:
            self._lock.release()
