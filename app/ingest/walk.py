"""The files under the given paths, in sorted order."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.errors import InputUnreadable


@dataclass(frozen=True, slots=True)
class Found:
    """`name` is the path from the given folder's own name on: what to show, the same wherever the folder stands, with
    nothing in it that a terminal would obey. `refusal` says why the file must not be read."""

    path: Path
    name: str
    refusal: str | None = None

    @property
    def place(self) -> str:
        """The whole path, as text."""
        return _text(self.path)

    @property
    def size(self) -> int:
        try:
            return self.path.stat().st_size if self.refusal is None else 0
        except OSError:
            return 0


def check(paths: Sequence[Path]) -> None:
    """`InputUnreadable` for a path that cannot be read at all, before anything starts."""
    for path in paths:
        try:
            is_folder = stat.S_ISDIR(path.stat().st_mode)
        except (FileNotFoundError, NotADirectoryError):
            raise InputUnreadable(f"There is no file or folder {str(path)!r}.") from None
        except OSError as error:
            raise InputUnreadable(f"{str(path)!r} cannot be reached: {error.strerror}.") from None
        if not os.access(path, os.R_OK | os.X_OK if is_folder else os.R_OK):
            raise InputUnreadable(f"{str(path)!r} cannot be read: no permission.")


def walk(paths: Sequence[Path]) -> Iterator[Found]:
    """Hidden files and folders are left out, unless they are given themselves."""
    for path in paths:
        root = path.resolve()
        if root.is_dir():
            yield from _folder(root, root)
        else:
            found = _file(root, root.parent, _shown(Path(root.name)))
            if found is not None:
                yield found


def _folder(folder: Path, root: Path) -> Iterator[Found]:
    """With a stack of its own: folders may be nested deeper than calls. What fails is one refusal, and the rest is
    walked."""
    waiting = [(folder, True)]
    while waiting:
        path, is_folder = waiting.pop()
        if is_folder:
            try:
                waiting += _entries(path)
            except OSError as error:
                yield Found(path, _name(path, root), f"cannot be read: {error.strerror}")
        elif (found := _file(path, root, _name(path, root))) is not None:
            yield found


def _entries(folder: Path) -> list[tuple[Path, bool]]:
    """What is in it, the last first, and whether that is a folder; a link is none."""
    # The dot makes a folder that may be read but not entered fail here, and not at each of its files.
    with os.scandir(f"{folder}/.") as entries:
        shown = [(e.name, e.is_dir(follow_symlinks=False)) for e in entries if not e.name.startswith(".")]
    return [(folder / name, is_folder) for name, is_folder in sorted(shown, reverse=True)]


def _file(path: Path, root: Path, name: str) -> Found | None:
    """None for a link to a folder inside: it is not followed, for its files are met where they are."""
    if _text(path) != str(path):
        return Found(path, name, "has a name that is no UTF-8: rename it")
    try:
        mode = path.stat().st_mode
    except OSError as error:
        nothing = error.errno in (errno.ENOENT, errno.ELOOP)
        return Found(path, name, "is a link to nothing" if nothing else f"cannot be read: {error.strerror}")
    if not _stays(path, root):
        return Found(path, name, "is a link that leaves the given folder")
    if stat.S_ISDIR(mode):
        return None
    return Found(path, name, None if stat.S_ISREG(mode) else "is not a regular file")


def _stays(path: Path, root: Path) -> bool:
    """`root` is without links."""
    return Path(os.path.realpath(path)).is_relative_to(root)


def _name(path: Path, root: Path) -> str:
    return _shown(Path(root.name) / path.relative_to(root))


def _shown(path: Path) -> str:
    letters = _text(path)
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in letters)


def _text(path: Path) -> str:
    """Names are bytes to the system. Those that are no text are shown by their numbers."""
    return os.fsencode(path).decode(errors="backslashreplace")
