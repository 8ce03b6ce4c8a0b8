"""How the allocator of C keeps memory, where it is glibc's; others have no such setting."""

from __future__ import annotations

import ctypes

_ARENA_MAX = -8
"""As `malloc.h` has it."""


def share_between_threads() -> None:
    """Have all threads take memory from one heap. By itself glibc has one for each thread, so that none waits for
    another; here they wait for Python's lock anyway, and what is free in one heap is of no use to the next."""
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(_ARENA_MAX, 1)
