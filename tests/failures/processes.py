"""What the system knows of processes: their memory, their open files, what they have mapped."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True)
class Held:
    """By a server and its workers together. Memory in bytes; pages that several map are counted once (`Pss`)."""

    own: int
    """What is no file's."""
    mapped: int
    """Of the files in the folder. A share of the libraries is nobody's alone: it grows where another process ends."""
    files: int
    mappings: int


def with_children(pid: int) -> list[int]:
    children = (_PROC / str(pid) / "task" / str(pid) / "children").read_text().split()
    return [pid, *(each for child in children for each in with_children(int(child)))]


def workers(pid: int) -> list[int]:
    """Of an ingest: its children's children, for a server process forks them."""
    return [each for server in with_children(pid)[1:] for each in with_children(server)[1:]]


def loads_the_model(pid: int) -> bool:
    return any("/spacy/" in line for each in with_children(pid)[1:] for line in _maps(each))


def held(pid: int, folder: Path) -> Held:
    processes = with_children(pid)
    return Held(
        own=sum(_own(each) for each in processes) * 1024,
        mapped=sum(_mapped(each, folder) for each in processes) * 1024,
        files=sum(sum(1 for _ in (_PROC / str(each) / "fd").iterdir()) for each in processes),
        mappings=sum(len(_maps(each)) for each in processes),
    )


def mapped_though_deleted(pid: int, folder: Path) -> list[str]:
    lines = [line for each in with_children(pid) for line in _maps(each)]
    return [line for line in lines if line.endswith("(deleted)") and str(folder) in line]


def _maps(pid: int) -> list[str]:
    return (_PROC / str(pid) / "maps").read_text().splitlines()


def _own(pid: int) -> int:
    lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    return sum(_kilobytes(line) for line in lines if line.startswith("Pss_Anon:"))


def _mapped(pid: int, folder: Path) -> int:
    """Each part of the memory is told of in a line with its addresses and its file, and lines of values after it."""
    total, inside = 0, False
    for line in (_PROC / str(pid) / "smaps").read_text().splitlines():
        if not line.split(maxsplit=1)[0].endswith(":"):
            inside = str(folder) in line
        elif inside and line.startswith("Pss:"):
            total += _kilobytes(line)
    return total


def _kilobytes(line: str) -> int:
    return int(line.split()[1])
