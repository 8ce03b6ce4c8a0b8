"""What files are called in the keys of their records: the end of their path, as long as it is theirs alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app.ingest.formats import PACKED, unpacked_name
from app.ingest.walk import Found, is_gone
from app.store.database import Database
from app.store.provenance import Labelled, input_files


class Labels:
    """A file keeps its label at the place where it was read first. One that stands elsewhere takes it over where the
    place before is empty now: it was moved. Where a file is there still, the two are different ones, and the other is
    called by a longer end of its path; such are in `apart`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._by_path: dict[str, Labelled] = {}
        self._by_label: dict[str, Labelled] = {}
        self._unwritten: list[Labelled] = []
        self.apart: list[tuple[str, str]] = []
        """Labels, with the path of the file that has the shorter one."""

    def of(self, found: Found) -> str:
        path = str(found.path.with_name(unpacked_name(found.path.name)))
        file = self._by_path.get(path)
        if file is None:
            file = self._by_path[path] = self._find(path, found.label)
            self._by_label[file.label] = file
        return file.label

    def take(self) -> list[Labelled]:
        """Return those that are to be written, once."""
        taken, self._unwritten = self._unwritten, []
        return taken

    def _find(self, path: str, name: str) -> Labelled:
        ends = list(_ends(name, path))
        files = {file.label: file for file in input_files(self._database, path, ends, _tail(name))}
        # What was found in this run is not written yet.
        files |= {label: self._by_label[label] for label in (*files, *ends) if label in self._by_label}
        if same := next((file for file in files.values() if file.path == path), None):
            return same
        moved = [file for file in files.values() if _agree(file.label, name) and _is_moved(file.path, path)]
        if moved:
            label = max(moved, key=lambda file: _common(file.path, path)).label
        else:
            label = next(end for end in ends if end not in files)
            if label != name:
                self.apart.append((label, files[name].path))
        made = Labelled(label, _tail(name), path)
        self._unwritten.append(made)
        return made


def _tail(name: str) -> str:
    return "/".join(name.split("/")[-2:])


def _agree(one: str, other: str) -> bool:
    return f"/{one}".endswith(f"/{other}") or f"/{other}".endswith(f"/{one}")


def _is_moved(before: str, now: str) -> bool:
    """Return whether nothing is left at the place before, packed or not, or the very same file by another way."""
    left, here = (
        [path for path in map(Path, (place, *(place + ending for ending in PACKED))) if not is_gone(path)]
        for place in (before, now)
    )
    try:
        return all(any(path.samefile(there) for there in here) for path in left)
    except OSError:
        return False


def _common(one: str, other: str) -> int:
    """Return how many parts at the end two paths have in common."""
    pairs = zip(reversed(one.split("/")), reversed(other.split("/")), strict=False)
    return next((number for number, (a, b) in enumerate(pairs) if a != b), len(one))


def _ends(name: str, path: str) -> Iterator[str]:
    """The name, then ever longer ends of the path, and all of it at last."""
    yield name
    parts = path.split("/")
    for start in range(len(parts) - name.count("/") - 2, 0, -1):
        yield "/".join(parts[start:])
    yield path
