"""What every page of hits asks of the rows: read without a session, and kept until anybody commits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from app.cache import Cache, Shelf
from app.store.database import Database
from app.store.plain import chunks

T = TypeVar("T")


class Remembered(Generic[T]):
    """Values by the ids of articles. `read` gets some from the rows, `size` tells how many bytes one takes; at most
    `bound` bytes are kept."""

    def __init__(
        self, read: Callable[[Database, Sequence[str]], Mapping[str, T]], size: Callable[[T], int], bound: int
    ) -> None:
        self._read, self._size, self._cache = read, size, Cache(bound)
        self._shelves: WeakKeyDictionary[Database, tuple[int, Shelf[T]]] = WeakKeyDictionary()

    def find(self, database: Database, ids: Iterable[str], version: int | None = None) -> dict[str, T]:
        """Return the values of those of the articles that have one. `version`: of the rows when the request began,
        where that is known."""
        wanted = list(ids)
        # Looked up before anything is read: what is read from now on is at least as new.
        shelf = self._shelf_at(database, database.version() if version is None else version)
        found = shelf.find_all(wanted)
        for chunk in chunks(id for id in wanted if id not in found) if len(found) < len(wanted) else ():
            read = self._read(database, chunk)
            shelf.put_all(read)
            found |= read
        return found

    def _shelf_at(self, database: Database, version: int) -> Shelf[T]:
        """Return what was read since the rows have had a version."""
        read_at, shelf = self._shelves.get(database, (None, None))
        if shelf is None or read_at != version:
            shelf = self._cache.shelf(self._size)
            self._shelves[database] = version, shelf
        return shelf
