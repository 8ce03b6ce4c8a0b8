"""How the allocator of C keeps memory, where it is glibc's; others have no such setting."""

from __future__ import annotations

import ctypes

_ARENA_MAX = -8
"""As `malloc.h` has it."""
_library = ctypes.CDLL(None)


def share_between_threads() -> None:
    """Have all threads take memory from one heap. By itself glibc has one for each thread, so that none waits for
    another; here they wait for Python's lock anyway, and what is free in one heap is of no use to the next."""
    if hasattr(_library, "mallopt"):
        _library.mallopt(_ARENA_MAX, 1)


def give_back() -> None:
    """Give the system what is free between things that are kept; it takes some milliseconds."""
    if hasattr(_library, "malloc_trim"):
        _library.malloc_trim(0)
