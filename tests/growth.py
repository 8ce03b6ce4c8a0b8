"""What more input costs: CPU time of this thread alone, so that neither other threads nor a busy machine count."""

from __future__ import annotations

import gc
from collections.abc import Callable
from math import inf

_TRIES = 3


def is_bounded(cost: Callable[[int], float], small: int, large: int, times: float, spare: float = 0.0) -> bool:
    """Return whether the large one costs less than so many times the small one, and what is spare.

    `cost` returns seconds by `time.thread_time`. Whatever else the machine does can only add to them, so each counts as
    the least of some tries; where the first fits, there is no other. A large one that costs less than what is spare
    need not be compared.
    """
    collects = gc.isenabled()
    gc.disable()  # it goes through all that the tests before have left, now and then
    try:
        less = more = inf
        for _ in range(_TRIES):
            more = min(more, cost(large))
            if more < spare:
                return True
            less = min(less, cost(small))
            if more < times * less + spare:
                return True
        return False
    finally:
        if collects:
            gc.enable()
