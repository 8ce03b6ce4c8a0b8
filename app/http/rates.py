"""Rate limits: how often one caller may ask. Each process counts for itself: nothing is shared but the archive."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from app.errors import RateExceeded

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class RateStatus:
    """Where a caller stands after a request. `headers` say so."""

    headers: Headers
    exceeded: RateExceeded | None


class RateLimiter:
    """`limit` as in `100/minute`. Windows are fixed: what `RateLimit-Reset` promises is then true to the second."""

    def __init__(self, limit: str) -> None:
        self._limit = parse(limit)
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    def take(self, caller: str) -> RateStatus:
        allowed = self._limiter.hit(self._limit, caller)
        reset, remaining = self._limiter.get_window_stats(self._limit, caller)
        seconds = max(1, math.ceil(reset - time.time()))
        headers = [
            (b"ratelimit-limit", b"%d" % self._limit.amount),
            (b"ratelimit-remaining", b"%d" % remaining),
            (b"ratelimit-reset", b"%d" % seconds),
        ]
        if allowed:
            return RateStatus(headers, None)
        window = self._limit.GRANULARITY.name
        return RateStatus(headers, RateExceeded(f"More than {self._limit.amount} requests a {window}.", seconds))
