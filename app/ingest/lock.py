"""One writer at a time. The lock is the kernel's, on an open file: it ends with the process, whatever ends that."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.errors import ArchiveBusy, ArchiveReadOnly


@contextmanager
def writing_alone(path: Path) -> Iterator[None]:
    """Raises `ArchiveBusy` at once where another process, or another thread of this one, is inside, and
    `ArchiveReadOnly` where nobody here can write."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EROFS, errno.EPERM):
            raise
        raise ArchiveReadOnly(f"{path.parent} cannot be written to; it can be searched and read.") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ArchiveBusy(_pid(descriptor)) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _pid(descriptor: int) -> int | None:
    written = os.pread(descriptor, 20, 0)
    return int(written) if written.isdigit() else None
