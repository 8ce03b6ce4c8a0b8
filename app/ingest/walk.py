"""The files under the given paths, in sorted order."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.errors import InputUnreadable
from app.ingest.formats import Format, unpacked_name
from app.ingest.readers import holds_files
from app.text import printable


@dataclass(frozen=True, slots=True)
class Found:
    """`name` is the path from the given folder's own name on: what to show, the same wherever the folder stands, with
    nothing in it that a terminal would obey. `refusal` says why the file must not be read. `settled`: there is nothing
    to read, and what was refused here before is no more. `url`: it is fetched from there, and `path` says so; `called`
    is what it is called in keys, where that is another address. `source` and `format` are those of that time."""

    path: Path
    name: str
    refusal: str | None = None
    settled: bool = False
    url: str | None = None
    source: str | None = None
    format: Format | None = None
    called: str | None = None

    @property
    def place(self) -> str:
        """The whole path, as text."""
        return _text(self.path)

    @property
    def label(self) -> str:
        """Folder and file at least, without `.gz`: a file given by itself is called as one of its folder."""
        name = self.name if "/" in self.name else f"{_shown(Path(self.path.parent.name))}/{self.name}"
        return unpacked_name(name)

    @property
    def size(self) -> int:
        try:
            return 0 if self.refusal or self.settled else self.path.stat().st_size
        except OSError:
            return 0


Places = frozenset[tuple[int, int]]
"""Files and folders by device and number, so that neither a link nor another spelling is a way round."""


def own(rows: Path, *others: Path) -> Places:
    """The file of the rows, with those beside it, and what else is the archive's: never input. Whoever closes a file
    drops all locks that his process has on it, through whatever descriptor: to read the rows' file as input would take
    SQLite's own away in the midst of a run."""
    rows = rows.resolve()
    files = (rows.with_name(rows.name + ending) for ending in ("", "-wal", "-shm", "-journal"))
    return frozenset(_number(place.stat()) for place in (*files, *others) if place.exists())


def check(paths: Sequence[Path], own: Places) -> None:
    """`InputUnreadable` for a path that cannot be read at all, or is the archive's own, before anything starts."""
    for path in paths:
        try:
            status = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            raise InputUnreadable(f"There is no file or folder {str(path)!r}.") from None
        except OSError as error:
            raise InputUnreadable(f"{str(path)!r} cannot be reached: {error.strerror}.") from None
        if _number(status) in own:
            raise InputUnreadable(f"{str(path)!r} is the archive itself, or a part of it: give the articles alone.")
        if not os.access(path, os.R_OK | os.X_OK if stat.S_ISDIR(status.st_mode) else os.R_OK):
            raise InputUnreadable(f"{str(path)!r} cannot be read: no permission.")


def walk(paths: Sequence[Path], own: Places = frozenset(), *, below: Path | None = None) -> Iterator[Found]:
    """Hidden files and folders are left out, unless they are given themselves; the archive's own always. `below`: the
    folder that was given, of which these are parts, without links."""
    for path in paths:
        root = path.resolve() if below is None else path
        if root.is_dir():
            yield from _folder(root, below or root, own)
        else:
            name = _shown(Path(root.name)) if below is None else _name(root, below)
            found = _file(root, below or root.parent, name, own)
            if found is not None:
                yield found


def at_address(url: str) -> Found:
    return Found(Path(url), url, url=url)


def again(path: Path, name: str, own: Places) -> Iterator[Found]:
    """Return what stands at a place of which something was refused: it passes the same checks as when it was walked.
    `name`, as it was shown, begins with the folder that was given, and so tells which that was."""
    above = [path, *path.parents]
    root = Path(os.path.realpath(above[min(max(name.count("/"), 1), len(above) - 1)]))
    if os.path.isdir(path) and _stays(path, root):  # noqa: PTH112  # pathlib's raises where one may not look
        # First, so that a folder that cannot be read yet is refused again after it.
        yield Found(path, name, settled=True)
        yield from _folder(Path(os.path.realpath(path)), root, own)
    else:
        yield _file(path, root, name, own) or Found(path, name, settled=True)


def on_disk(path: Path, name: str) -> tuple[Path, str]:
    """Return the file to open for what is at a place, with its name: of a file in a container, the container."""
    for above in path.parents:
        if os.path.isfile(above) and holds_files(above):  # noqa: PTH113  # pathlib's raises where one may not look
            return above, name.removesuffix(f"/{path.relative_to(above)}")
    return path, name


def is_gone(path: Path) -> bool:
    """A link to nothing is there."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _folder(folder: Path, root: Path, own: Places) -> Iterator[Found]:
    """Walk with a stack of its own: folders may be nested deeper than calls. What fails is one refusal, and the rest is
    walked."""
    waiting = [(folder, True)]
    while waiting:
        path, is_folder = waiting.pop()
        if is_folder:
            try:
                waiting += _entries(path, own)
            except OSError as error:
                yield Found(path, _name(path, root), f"cannot be read: {error.strerror}")
        elif (found := _file(path, root, _name(path, root), own)) is not None:
            yield found


def _entries(folder: Path, own: Places) -> list[tuple[Path, bool]]:
    """Return what is in it, the last first, and whether that is a folder; a link is none."""
    if _number(folder.stat()) in own:
        return []
    # The dot makes a folder that may be read but not entered fail here, and not at each of its files.
    with os.scandir(f"{folder}/.") as entries:
        shown = [(e.name, e.is_dir(follow_symlinks=False)) for e in entries if not e.name.startswith(".")]
    return [(folder / name, is_folder) for name, is_folder in sorted(shown, reverse=True)]


def _file(path: Path, root: Path, name: str, own: Places) -> Found | None:
    """Return None for the archive's own, and for a link to a folder inside: its files are met where they are."""
    if _text(path) != str(path):
        return Found(path, name, "has a name that is no UTF-8: rename it")
    try:
        status = path.stat()
    except OSError as error:
        nothing = error.errno in (errno.ENOENT, errno.ELOOP)
        return Found(path, name, "is a link to nothing" if nothing else f"cannot be read: {error.strerror}")
    if _number(status) in own:
        return None
    if not _stays(path, root):
        return Found(path, name, "is a link that leaves the given folder")
    if stat.S_ISDIR(status.st_mode):
        return None
    return Found(path, name, None if stat.S_ISREG(status.st_mode) else "is not a regular file")


def _number(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _stays(path: Path, root: Path) -> bool:
    """`root` is without links."""
    return Path(os.path.realpath(path)).is_relative_to(root)


def _name(path: Path, root: Path) -> str:
    return _shown(Path(root.name) / path.relative_to(root))


def _shown(path: Path) -> str:
    return printable(_text(path))


def _text(path: Path) -> str:
    """Names are bytes to the system. Those that are no text are shown by their numbers."""
    return os.fsencode(path).decode(errors="backslashreplace")
