"""A cache of the arrays that searches compute of a segment or a snapshot.

All of it is under one bound for the process, and goes with the segment or snapshot: what a merge or a rebuild has
replaced takes no memory from what is searched now.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Protocol, TypeVar

import numpy as np

from app.cache import Cache, Shelf


class Sized(Protocol):
    @property
    def nbytes(self) -> int: ...


S = TypeVar("S", bound=Sized)

_cache = Cache(base=24 << 20, each=360)
"""A frequent word takes up to 16 bytes for each document, the values of a facet 4 and more, a filter one."""
_REUSED = 4 << 20
"""Bytes of an array up to which the memory of one that went is used again."""
_ENTRY = 1_000
"""Bytes that a value takes besides its arrays, as measured: its key, the heads of the arrays, its place."""


# For what is larger than anything that was freed before, glibc asks the system, which clears it page by page: that
# takes longer than most of what searches do with an array.
np.empty(_REUSED, np.uint8)


class ArrayCache:
    def __init__(self, documents: int = 0) -> None:
        """`documents` that are read here and nowhere else."""
        self._shelf: Shelf[Any] = _cache.shelf(_entry_size, documents)

    def find(self, key: Hashable) -> Sized | None:
        """Return what an earlier search made for `key`; None where nothing is kept."""
        kept: Sized | None = self._shelf.find(key)
        return kept

    def get(self, key: Hashable, make: Callable[[], S], *, spare: bool = False) -> S:
        """Return what an earlier search made for `key`, or made now. `spare`: it is kept only as long as there is room,
        for what is made of it is kept too, or it takes little time to make."""
        kept: S = self._shelf.get(key, make, spare=spare)
        return kept


def _entry_size(value: Sized) -> int:
    return value.nbytes + _ENTRY
