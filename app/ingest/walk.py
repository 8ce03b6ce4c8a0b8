"""The files under the given paths, in sorted order."""

from __future__ import annotations

import os
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
        if not path.exists():
            raise InputUnreadable(f"There is no file or folder {str(path)!r}.")
        if not os.access(path, os.R_OK | os.X_OK if path.is_dir() else os.R_OK):
            raise InputUnreadable(f"{str(path)!r} cannot be read: no permission.")


def walk(paths: Sequence[Path]) -> Iterator[Found]:
    """Hidden files and folders are left out, unless they are given themselves."""
    for path in paths:
        root = path.resolve()
        if root.is_dir():
            yield from _folder(root, root)
        else:
            yield _file(root, root.parent, _shown(Path(root.name)))


def _folder(folder: Path, root: Path) -> Iterator[Found]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        yield Found(folder, _name(folder, root), f"cannot be read: {error.strerror}")
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir() and not entry.is_symlink():
            yield from _folder(entry, root)
        # A link to a folder inside is not followed: its files are met where they are.
        elif not (entry.is_dir() and _stays(entry, root)):
            yield _file(entry, root, _name(entry, root))


def _file(path: Path, root: Path, name: str) -> Found:
    if _text(path) != str(path):
        return Found(path, name, "has a name that is no UTF-8: rename it")
    if not path.exists():
        return Found(path, name, "is a link to nothing")
    if path.is_symlink() and not _stays(path, root):
        return Found(path, name, "is a link that leaves the given folder")
    if not path.is_file():
        return Found(path, name, "is not a regular file")
    return Found(path, name)


def _stays(path: Path, root: Path) -> bool:
    return path.resolve().is_relative_to(root)


def _name(path: Path, root: Path) -> str:
    return _shown(Path(root.name) / path.relative_to(root))


def _shown(path: Path) -> str:
    letters = _text(path)
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in letters)


def _text(path: Path) -> str:
    """Names are bytes to the system. Those that are no text are shown by their numbers."""
    return os.fsencode(path).decode(errors="backslashreplace")
