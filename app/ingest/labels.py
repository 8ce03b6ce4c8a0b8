"""What files are called in the keys of their records: the end of their path, as long as it is theirs alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app.ingest.readers import plain_name
from app.ingest.walk import Found
from app.store.database import Database
from app.store.provenance import input_files
from app.store.tables import InputFile


class Labels:
    """A file keeps its label at the place where it was read first. One that stands elsewhere takes it over where the
    place before is empty now: it was moved. Where a file is there still, the two are different ones, and the other is
    called by a longer end of its path; such are in `apart`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._here: dict[str, InputFile] = {}
        """By path, those asked for in this run."""
        self._unwritten: list[InputFile] = []
        self.apart: list[tuple[str, str]] = []
        """Labels, with the path of the file that has the shorter one."""

    def of(self, found: Found) -> str:
        path = str(found.path.with_name(plain_name(found.path).name))
        file = self._here.get(path)
        if file is None:
            file = self._here[path] = self._find(path, found.label)
        return file.label

    def take(self) -> list[InputFile]:
        """Those that are to be written."""
        taken, self._unwritten = self._unwritten, []
        return taken

    def _find(self, path: str, name: str) -> InputFile:
        with self._database.reading() as session:
            files = {file.label: file for file in input_files(session, path, _tail(name))}
        files |= {file.label: file for file in self._here.values() if file.tail == _tail(name)}
        if same := next((file for file in files.values() if file.path == path), None):
            return same
        moved = [file for file in files.values() if _agree(file.label, name) and _is_moved(file.path, path)]
        if moved:
            label = max(moved, key=lambda file: _common(file.path, path)).label
        else:
            label = next(end for end in _ends(name, path) if end not in files)
        if label not in (name, *(file.label for file in moved)):
            self.apart.append((label, files[name].path))
        made = InputFile(label=label, tail=_tail(name), path=path)
        self._unwritten.append(made)
        return made


def _tail(name: str) -> str:
    return "/".join(name.split("/")[-2:])


def _agree(one: str, other: str) -> bool:
    return f"/{one}".endswith(f"/{other}") or f"/{other}".endswith(f"/{one}")


def _is_moved(before: str, now: str) -> bool:
    """Whether nothing is left at the place before, packed or not, or the very same file by another way."""
    left = [path for path in (Path(before), Path(f"{before}.gz")) if path.exists()]
    return all(path.samefile(there) for path in left for there in (Path(now), Path(f"{now}.gz")) if there.exists())


def _common(one: str, other: str) -> int:
    """How many parts at the end two paths have in common."""
    pairs = zip(reversed(one.split("/")), reversed(other.split("/")), strict=False)
    return next((number for number, (a, b) in enumerate(pairs) if a != b), len(one))


def _ends(name: str, path: str) -> Iterator[str]:
    """The name, then ever longer ends of the path, and all of it at last."""
    yield name
    parts = path.split("/")
    for start in range(len(parts) - name.count("/") - 2, 0, -1):
        yield "/".join(parts[start:])
    yield path
