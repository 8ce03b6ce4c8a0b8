"""One writer at a time. The lock is the kernel's, on an open file: it ends with the process, whatever ends that."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from app.errors import ArchiveBusy, ArchiveReadOnly

_LOOK = 0.05
"""Seconds between two tries of who waits: the kernel would wait without a bound."""


@contextmanager
def writing_alone(path: Path, patience: float = 0.0) -> Iterator[None]:
    """Raises `ArchiveBusy` where another process, or another thread of this one, is inside and stays there for longer
    than `patience` seconds, and `ArchiveReadOnly` where nobody here can write."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EROFS, errno.EPERM):
            raise
        raise ArchiveReadOnly(f"{path.parent} cannot be written to; it can be searched and read.") from error
    try:
        _lock(descriptor, patience)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, patience: float) -> None:
    until = monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if monotonic() >= until:
                raise ArchiveBusy(_pid(descriptor)) from None
            sleep(_LOOK)
        else:
            return


def _pid(descriptor: int) -> int | None:
    written = os.pread(descriptor, 20, 0)
    return int(written) if written.isdigit() else None
