"""A cache of what was made once and may be wanted again: within bounds, and no longer than what it was made of.

A `Cache` is a bound, its shelves hold the values. A shelf belongs to one thing (a segment of the index, a state of the
archive), which alone refers to it: when that goes, the shelf and all that is on it go too.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from itertools import count
from typing import Any, Generic, TypeVar
from weakref import WeakSet

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

_NEVER = -1
"""The time of what nobody has asked for since it was made."""


class Cache:
    """The least recently used values of all shelves go first once they take more than `base` bytes, and `each` more for
    every document that a shelf was made for."""

    def __init__(self, base: int, each: int = 0) -> None:
        self._base, self._each = base, each
        self._shelves: WeakSet[Shelf[Any]] = WeakSet()
        self.lock = threading.Lock()
        self.clock = count()
        self._most_used = 0

    def shelf(self, size: Callable[[T], int], documents: int = 0) -> Shelf[T]:
        """`size` tells how many bytes a value takes."""
        made = Shelf(self, size, documents)
        with self.lock:
            self._shelves.add(made)
        return made

    @property
    def used(self) -> int:
        """Bytes, of all shelves there are."""
        return sum(shelf.used for shelf in tuple(self._shelves))

    def make_room(self, size: int) -> None:
        """Drop the oldest until all are within the bound, now that `size` bytes came; the caller must hold the lock.
        One value may be larger, and stays until the next one."""
        self._most_used += size
        if self._most_used <= self._base:
            return  # nothing is counted where there cannot be too much
        shelves = tuple(self._shelves)
        bound = self._base + self._each * sum(shelf.documents for shelf in shelves)
        over, held = sum(shelf.used for shelf in shelves) - bound, sum(map(len, shelves))
        while over > 0 and held > 1:
            over -= min(filter(len, shelves), key=Shelf.age).drop_oldest()
            held -= 1
        self._most_used = over + bound


class Shelf(Generic[T]):
    """Threads share it. `get` may make a value twice where two want it at once; the two are equal."""

    def __init__(self, cache: Cache, size: Callable[[T], int], documents: int) -> None:
        self.documents, self.used = documents, 0
        self._cache, self._size = cache, size
        self._values: OrderedDict[Hashable, tuple[int, int, T]] = OrderedDict()
        """When each was used last and how many bytes it takes; the oldest first."""

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: Hashable, make: Callable[[], T], *, spare: bool = False) -> T:
        """The value kept for `key`, or made now. A `spare` one goes first, until somebody asks for it again."""
        if (kept := self.find(key)) is not None:
            return kept
        made = make()
        self.put(key, made, spare=spare)
        return made

    def find(self, key: Hashable) -> T | None:
        with self._cache.lock:
            return self._find(key)

    def find_all(self, keys: Iterable[K]) -> dict[K, T]:
        """Return what is kept, for those of some keys that have anything."""
        with self._cache.lock:
            return {key: kept for key in keys if (kept := self._find(key)) is not None}

    def put(self, key: Hashable, value: T, *, spare: bool = False) -> None:
        """Keep `value`; one that is kept already stays."""
        with self._cache.lock:
            self._put(key, value, spare)

    def put_all(self, values: Mapping[K, T]) -> None:
        """Keep several values, as `put` does."""
        with self._cache.lock:
            for key, value in values.items():
                self._put(key, value, spare=False)

    def _put(self, key: Hashable, value: T, spare: bool) -> None:
        if key in self._values:
            return
        size = self._size(value)
        self._values[key] = _NEVER if spare else next(self._cache.clock), size, value
        if spare:
            self._values.move_to_end(key, last=False)
        self.used += size
        self._cache.make_room(size)

    def _find(self, key: Hashable) -> T | None:
        kept = self._values.get(key)
        if kept is None:
            return None
        self._values[key] = next(self._cache.clock), kept[1], kept[2]
        self._values.move_to_end(key)
        return kept[2]

    def age(self) -> int:
        """The lower, the longer its oldest value was not used."""
        return next(iter(self._values.values()))[0]

    def drop_oldest(self) -> int:
        """Drop the oldest value and return how many bytes that freed; the caller must hold the lock."""
        _, size, _ = self._values.popitem(last=False)[1]
        self.used -= size
        return size
