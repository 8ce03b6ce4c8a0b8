"""One writer at a time. The lock is the kernel's, on an open file: it ends with the process, whatever ends that.

Who waits stands in a queue of one: a second lock, which is held while the first is waited for. So a long run that gives
the lock back between two batches and asks for it again finds whoever waited before it.

Where several machines share the rows, their database keeps a lock of the same name, which is taken behind the file's.
The file then still says who writes to what this machine has alone: its index, its vectors, what was handed in to it.
"""

from __future__ import annotations

import errno
import fcntl
import math
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType

from app.archive import Archive
from app.errors import ArchiveBusy, ArchiveReadOnly

_LOOK = 0.05
"""Seconds between two tries of who waits: the kernel would wait without a bound."""

Turn = Callable[[], AbstractContextManager[None]]
"""Gives the right to write, for a batch."""


def queue_path(path: Path) -> Path:
    """Return the file of the queue before the lock at `path`."""
    return path.with_suffix(".queue")


def ingest_lock(archive: Archive, patience: float = 0.0) -> AbstractContextManager[None]:
    """Keep others from writing rows and index. Raises as `writing_alone` does."""
    return _alone_on_all(archive, archive.settings.lock_path, patience)


def run_lock(archive: Archive, patience: float = 0.0) -> AbstractContextManager[None]:
    """Keep out other runs over many files or articles. Raises as `writing_alone` does."""
    return _alone_on_all(archive, archive.settings.run_lock_path, patience)


def index_lock(archive: Archive, patience: float = 0.0) -> AbstractContextManager[None]:
    """Keep others of this machine from writing to an index that is its own. Raises as `writing_alone` does."""
    return writing_alone(archive.settings.lock_path, patience)


def background_lock(archive: Archive, patience: float = 0.0) -> AbstractContextManager[None]:
    """Be the process of this machine that works beside its servers. Raises as `writing_alone` does."""
    return writing_alone(archive.settings.background_lock_path, patience)


class Election:
    """Of the processes that hold the `background_lock` of their machines, one does what is done once for all. Whoever
    asks first is elected, until it leaves or is ended."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._held = ExitStack()
        self._is_won = False

    def __enter__(self) -> Election:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close()

    def is_won(self) -> bool:
        """Return whether this process is the one. Raises `DatabaseAway` where it was and is no longer."""
        database = self._archive.database
        if self._is_won:
            database.confirm_locks()
        else:
            with suppress(ArchiveBusy):
                self._held.enter_context(database.lock(self._archive.settings.background_lock_path.stem))
                self._is_won = True
        return self._is_won


def is_vacant(archive: Archive) -> bool:
    """Return whether nobody is elected."""
    with Election(archive) as election:
        return election.is_won()


def turns(archive: Archive) -> Turn:
    """Return what waits for the ingest lock for as long as it takes, each time."""
    return partial(ingest_lock, archive, math.inf)


@contextmanager
def _alone_on_all(archive: Archive, path: Path, patience: float) -> Iterator[None]:
    until = monotonic() + patience
    with writing_alone(path, patience), archive.database.lock(path.stem, max(0.0, until - monotonic())):
        yield


@contextmanager
def writing_alone(path: Path, patience: float = 0.0) -> Iterator[None]:
    """Hold the lock of this machine at `path`. Raises `ArchiveBusy` where another process, or another thread of this
    one, is inside and stays there for longer than `patience` seconds, and `ArchiveReadOnly` where nobody here can
    write."""
    until = monotonic() + patience
    with _lock_file(path) as lock:
        if patience > 0:
            with _lock_file(queue_path(path)) as queue:
                _lock(queue, until, lock)
                _lock(lock, until, lock)
        else:
            _lock(lock, until, lock)
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        yield


@contextmanager
def _lock_file(path: Path) -> Iterator[int]:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EROFS, errno.EPERM):
            raise
        raise ArchiveReadOnly(f"{path.parent} cannot be written to; it can be searched and read.") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _lock(descriptor: int, until: float, held: int) -> None:
    """`held` is the file that says who is inside."""
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if monotonic() >= until:
                raise ArchiveBusy(_pid(held)) from None
            sleep(_LOOK)
        else:
            return


def _pid(descriptor: int) -> int | None:
    written = os.pread(descriptor, 20, 0)
    return int(written) if written.isdigit() else None
