"""How much may be done at once where everybody else waits: what grows with the archive or with a text is announced
before it is begun, and is broken off where it would be too much.

The server answers most reads where it serves all connections, which spares each of them the way to a thread and back.
What turns out to be too dear for that is done again in a thread. Where nothing is bounded, nothing is counted.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

MOST_AT_ONCE = 150_000
"""Matches and characters, each some twenty to fifty nanoseconds: as long as Python lets a thread run before others."""


def cores() -> int:
    """Count the cores that this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class TooDear(Exception):
    """More than `bounded_effort` allows: no failure, it is done elsewhere."""


class _EffortLeft:
    __slots__ = ("left",)

    def __init__(self, most: int) -> None:
        self.left = most


_allowance: ContextVar[_EffortLeft | None] = ContextVar("allowance", default=None)


@contextmanager
def bounded_effort(most: int) -> Iterator[None]:
    """Let the block spend so much; `spend` raises `TooDear` before it spends more."""
    before = _allowance.set(_EffortLeft(most))
    try:
        yield
    finally:
        _allowance.reset(before)


def spend_unbounded() -> None:
    """Announce what reads a whole table, or nobody knows how much."""
    spend(MOST_AT_ONCE + 1)


def spend(units: int) -> None:
    """Announce that so many matches or characters are about to be read. Raises `TooDear`."""
    allowance = _allowance.get()
    if allowance is not None:
        allowance.left -= units
        if allowance.left < 0:
            raise TooDear
