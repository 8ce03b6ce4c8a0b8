"""A bounded cache that many threads share."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Cache(Generic[T]):
    """Least recently used values go first once their sizes, as `size` tells them in bytes, pass `capacity`."""

    def __init__(self, capacity: int, size: Callable[[T], int]) -> None:
        self._capacity, self._size, self._used = capacity, size, 0
        self._values: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value kept for `key`, or made now. Two threads may make the same one; they are equal."""
        if (kept := self.find(key)) is not None:
            return kept
        made = make()
        self.put(key, made)
        return made

    def find(self, key: Hashable) -> T | None:
        with self._lock:
            if (kept := self._values.get(key)) is not None:
                self._values.move_to_end(key)
            return kept

    def put(self, key: Hashable, value: T) -> None:
        """Keep `value`; one that is kept already stays."""
        with self._lock:
            if key in self._values:
                return
            self._values[key] = value
            self._used += self._size(value)
            while self._used > self._capacity and len(self._values) > 1:
                self._used -= self._size(self._values.popitem(last=False)[1])
