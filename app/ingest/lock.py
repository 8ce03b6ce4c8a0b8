"""One writer at a time. The lock is the kernel's, on an open file: it ends with the process, whatever ends that.

Who waits stands in a queue of one: a second lock, which is held while the first is waited for. So a long run that gives
the lock back between two batches and asks for it again finds whoever waited before it.
"""

from __future__ import annotations

import errno
import fcntl
import math
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from time import monotonic, sleep

from app.errors import ArchiveBusy, ArchiveReadOnly

_LOOK = 0.05
"""Seconds between two tries of who waits: the kernel would wait without a bound."""

Turn = Callable[[], AbstractContextManager[None]]
"""Gives the right to write, for a batch."""


def queue_path(path: Path) -> Path:
    """Return the file of the queue before the lock at `path`."""
    return path.with_suffix(".queue")


def turns(path: Path) -> Turn:
    """Return what waits for the lock at `path` for as long as it takes, each time."""
    return partial(writing_alone, path, math.inf)


@contextmanager
def writing_alone(path: Path, patience: float = 0.0) -> Iterator[None]:
    """Raises `ArchiveBusy` where another process, or another thread of this one, is inside and stays there for longer
    than `patience` seconds, and `ArchiveReadOnly` where nobody here can write."""
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
