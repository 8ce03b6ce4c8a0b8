"""Folders in which articles arrive: each file is taken in once it is whole, and again when it changes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic

from app.archive import Archive
from app.errors import ArchiveBusy, InputUnreadable
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.report import Report

QUIET = 2.0
"""Seconds without a change after which a file counts as whole."""
_LOOK = 0.5
"""Seconds from one look at what is waiting to the next."""


@dataclass(slots=True)
class _Waiting:
    """A file with its size and time as last seen, and since when it has had these."""

    state: tuple[int, ...]
    since: float


class Arrivals:
    """The files of which something was heard and that are not read yet, by the folder that was given."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = [folder.resolve() for folder in folders]
        self._waiting: dict[Path, _Waiting] = {}

    def heard(self, path: Path, now: float) -> None:
        """Note that something happened at a path: a folder that was moved here brings files of which nobody tells."""
        for file in _files(path):
            if self._folder(file) is not None:
                self._waiting.setdefault(file, _Waiting((), now))

    def whole(self, now: float) -> dict[Path, list[Path]]:
        """Take those out that have stood still long enough: files by folder. Those that are gone are forgotten."""
        ready: dict[Path, list[Path]] = {}
        for path, waiting in sorted(self._waiting.items()):
            state = _size_and_time(path)
            if state != waiting.state:
                self._waiting[path] = _Waiting(state, now)
            elif now - waiting.since >= QUIET:
                del self._waiting[path]
                folder = self._folder(path)
                if state and folder is not None:
                    ready.setdefault(folder, []).append(path)
        return ready

    def _folder(self, path: Path) -> Path | None:
        """Return the given folder that a file is in; None for one that is hidden, or in a hidden one."""
        for folder in self._folders:
            if path.is_relative_to(folder):
                hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
                return None if hidden else folder
        return None


def watch(
    archive: Archive,
    folders: Sequence[Path],
    options: IngestOptions,
    tell: Callable[[Report], None],
    stop: Event | None = None,
) -> None:
    """Take in what is in the folders and then what arrives there, until `stop` is set. Another writer is waited for.

    Raises `InputUnreadable` for what is no folder, before anything is read.
    """
    for folder in folders:
        if not folder.is_dir():
            raise InputUnreadable(f"{str(folder)!r} is no folder: `dateline ingest` takes a file.")
    arrivals = Arrivals(folders)
    for changed in _changes(folders, stop):
        now = monotonic()
        for path in changed:
            arrivals.heard(path, now)
        for folder, files in arrivals.whole(now).items():
            try:
                tell(ingest(files, archive, options, below=folder))
            except (ArchiveBusy, InputUnreadable):
                # Somebody else writes, or a file went away in this moment: it is looked at again.
                for path in files:
                    arrivals.heard(path, now)


def _changes(folders: Sequence[Path], stop: Event | None) -> Iterator[Iterable[Path]]:
    """Yield where something happened, and nothing now and then. What is there already comes first, once the folders
    are watched: so nothing is missed in between."""
    from watchfiles import watch as heard

    paths = [folder.resolve() for folder in folders]
    told = heard(
        *paths, watch_filter=None, debounce=int(_LOOK * 1000), rust_timeout=int(_LOOK * 1000), yield_on_timeout=True,
        stop_event=stop,
    )  # fmt: skip
    yield [*paths, *(Path(path) for _, path in next(told, set()))]
    for changes in told:
        yield [Path(path) for _, path in changes]


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir() or path.is_symlink():
        yield path
        return
    for folder, _, names in os.walk(path):
        yield from (Path(folder, name) for name in names)


def _size_and_time(path: Path) -> tuple[int, ...]:
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_ino, status.st_size, status.st_mtime_ns
