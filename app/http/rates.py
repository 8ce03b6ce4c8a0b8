"""Rate limits: how often one caller may ask. Each process counts for itself; where machines share the rows, their
database counts for all."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass
from hashlib import blake2b

from starlette.concurrency import run_in_threadpool

from app.archive import Archive
from app.errors import DatabaseAway, RateExceeded
from app.store.database import Database

Headers = list[tuple[bytes, bytes]]

_SWEEP = 1_000
"""Requests after which a process has the database forget callers that are gone."""


@dataclass(frozen=True, slots=True)
class RateStatus:
    """Where a caller stands after a request. `headers` say so."""

    headers: Headers
    exceeded: RateExceeded | None


class RateLimiter:
    """`limit` as in `100/minute`. Windows are fixed: what `RateLimit-Reset` promises is then true to the second."""

    def __init__(self, limit: str) -> None:
        # Most servers have no limit, and would hold it for nothing.
        from limits import parse
        from limits.storage import MemoryStorage
        from limits.strategies import FixedWindowRateLimiter

        self._limit = parse(limit)
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    async def take(self, _archive: Archive, caller: str) -> RateStatus:
        self._limiter.hit(self._limit, caller)
        reset, _ = self._limiter.get_window_stats(self._limit, caller)
        return self._status(self._limiter.storage.get(self._limit.key_for(caller)), reset - time.time())

    def _status(self, count: int, left: float) -> RateStatus:
        """Return where one stands who asked so often, so many seconds before the window ends."""
        seconds = max(1, math.ceil(left))
        headers = [
            (b"ratelimit-limit", b"%d" % self._limit.amount),
            (b"ratelimit-remaining", b"%d" % max(0, self._limit.amount - count)),
            (b"ratelimit-reset", b"%d" % seconds),
        ]
        if count <= self._limit.amount:
            return RateStatus(headers, None)
        window = self._limit.GRANULARITY.name
        return RateStatus(headers, RateExceeded(f"More than {self._limit.amount} requests a {window}.", seconds))


class SharedRateLimiter(RateLimiter):
    """The same, counted by the database for all processes and machines."""

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self._left = 0
        self._sweeping = threading.Lock()

    async def take(self, archive: Archive, caller: str) -> RateStatus:
        try:
            return self._status(*await run_in_threadpool(self._count, archive.database, caller))
        except DatabaseAway:
            # What needs the rows will say so; what does not is answered.
            return RateStatus([], None)

    def _count(self, database: Database, caller: str) -> tuple[int, float]:
        with self._sweeping:  # nobody counts before there is a table
            if self._left == 0:
                database.keep_request_rates()
                self._left = _SWEEP
            self._left -= 1
        # Addresses of people are kept nowhere.
        digest = blake2b(f"{self._limit} {caller}".encode(), digest_size=16).hexdigest()
        return database.count_request(digest, self._limit.get_expiry())
