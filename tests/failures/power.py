"""A loss of power: every state in which a disk may be found after it.

An archive lives through some acts under strace, which writes down what it asked of the disk. Whatever was not synced
may be there or not, in any order: a name without its content, half of a write, zeros in its place. `States` makes such
states of each moment; `replay` opens them one by one as a user would.

    python -m tests.failures.power live FOLDER [quick|full]
    python -m tests.failures.power replay TRACE FOLDER EVERY SEED
    python -m tests.failures.power unsynced TRACE FOLDER EVERY SEED    # to the first fault
"""

from __future__ import annotations

import os
import random
import re
import shutil
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from tests.failures import acts
from tests.failures.acts import Place

CALLS = (
    "openat,creat,write,pwrite64,ftruncate,rename,renameat,renameat2,unlink,unlinkat,link,linkat,mkdir,mkdirat,fsync,"
    "fdatasync,close,dup,dup2,dup3,fcntl,lseek"
)
UNKNOWN = "writev,pwritev,pwritev2,truncate,copy_file_range,sendfile,fallocate,rmdir,msync"
"""Calls that the model of a disk has no idea of: none may be made."""

_TRACED = re.compile(r"(\d+) +(.*)")
_CALL = re.compile(r"(\w+)\((.*)\) += (-?\d+)")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True, slots=True)
class Change:
    """Something that the archive asked of the disk. `file` numbers a file whatever its names are; `size` is where it is
    cut, or -1."""

    kind: str
    file: int = -1
    path: str = ""
    source: str = ""
    at: int = 0
    data: bytes = b""
    size: int = -1

    @property
    def is_content(self) -> bool:
        return self.kind == "write"

    @property
    def is_name(self) -> bool:
        return self.kind in ("create", "rename", "link", "unlink", "mkdir")


@dataclass(slots=True)
class _Opened:
    """`file` is a number, a folder's path, or None for what is none of the archive's."""

    file: int | str | None
    appends: bool = False
    at: int = 0


@dataclass(slots=True)
class Tape:
    """The changes of a trace, in order. `history` is the file beside the data folder."""

    folder: str
    changes: list[Change] = field(default_factory=list)
    _names: dict[str, int] = field(default_factory=dict)
    _folders: set[str] = field(default_factory=set)
    _sizes: list[int] = field(default_factory=list)
    _opened: dict[int, _Opened] = field(default_factory=dict)

    def read(self, trace: Path) -> None:
        begun: dict[str, str] = {}
        with trace.open(encoding="latin-1") as lines:
            for line in lines:
                found = _TRACED.fullmatch(line.rstrip("\n"))
                if found is None:
                    continue
                process, text = found.groups()
                if text.endswith("<unfinished ...>"):
                    begun[process] = text.removesuffix("<unfinished ...>").rstrip()
                    continue
                if resumed := re.match(r"<\.\.\. \w+ resumed>(.*)", text):
                    text = begun.pop(process) + resumed[1]
                if (call := _CALL.match(text)) and int(call[3]) >= 0:
                    self._take(call[1], call[2], int(call[3]))

    def _take(self, call: str, given: str, result: int) -> None:
        texts = [bytes.fromhex(text.replace("\\x", "")) for text in _TEXT.findall(given)]
        paths = [] if "write" in call else [text.decode() for text in texts]
        first = given.partition(",")[0]
        match call:
            case "openat" | "creat":
                self._open(paths[0], given, result)
            case "mkdir" | "mkdirat":
                self._make(paths[0])
            case "write" | "pwrite64":
                self._write(
                    int(first), texts[0][:result], int(given.rpartition(",")[2]) if call == "pwrite64" else None
                )
            case "ftruncate":
                self._cut(int(first), int(given.rpartition(",")[2]))
            case "fsync" | "fdatasync":
                self._sync(int(first))
            case _ if paths:
                self._name(call, *paths[:2])
            case _:
                self._turn(call, int(first), given, result)

    def _turn(self, call: str, descriptor: int, given: str, result: int) -> None:
        """Follow what a process does with its descriptors."""
        if call == "close":
            self._opened.pop(descriptor, None)
        elif (opened := self._opened.get(descriptor)) is None:
            return
        elif call == "lseek":
            opened.at = result
        elif call.startswith("dup") or "F_DUPFD" in given:
            self._opened[result] = opened

    def _sync(self, descriptor: int) -> None:
        opened = self._opened.get(descriptor)
        if opened is not None and isinstance(opened.file, str):
            self.changes.append(Change("sync names", path=opened.file))
        elif opened is not None and isinstance(opened.file, int):
            self.changes.append(Change("sync", opened.file))

    def _is_ours(self, path: str) -> bool:
        return path == self._data or path.startswith(f"{self._data}/") or path == f"{self.folder}/history"

    @property
    def _data(self) -> str:
        return f"{self.folder}/data"

    def _open(self, path: str, given: str, descriptor: int) -> None:
        if not self._is_ours(path):
            self._opened[descriptor] = _Opened(None)
        elif path in self._folders:
            self._opened[descriptor] = _Opened(path)
        else:
            if path not in self._names:
                self._names[path] = len(self._sizes)
                self._sizes.append(0)
                self.changes.append(Change("create", self._names[path], path))
            self._opened[descriptor] = _Opened(self._names[path], "O_APPEND" in given)
            if "O_TRUNC" in given:
                self._cut(descriptor, 0)

    def _write(self, descriptor: int, data: bytes, where: int | None) -> None:
        opened = self._opened.get(descriptor)
        if opened is None or not isinstance(opened.file, int):
            return
        at = where if where is not None else self._sizes[opened.file] if opened.appends else opened.at
        self.changes.append(Change("write", opened.file, at=at, data=data))
        self._sizes[opened.file] = max(self._sizes[opened.file], at + len(data))
        if where is None:
            opened.at = at + len(data)

    def _cut(self, descriptor: int, size: int) -> None:
        opened = self._opened.get(descriptor)
        if opened is not None and isinstance(opened.file, int) and self._sizes[opened.file] != size:
            self.changes.append(Change("write", opened.file, size=size))
            self._sizes[opened.file] = size

    def _make(self, path: str) -> None:
        if self._is_ours(path):
            self._folders.add(path)
            self.changes.append(Change("mkdir", path=path))

    def _name(self, call: str, path: str, other: str = "") -> None:
        if call.startswith("unlink"):
            if path in self._names:
                self.changes.append(Change("unlink", self._names.pop(path), path))
        elif self._is_ours(other):
            file = self._names.pop(path) if call.startswith("rename") else self._names[path]
            self._names[other] = file
            kind = "rename" if call.startswith("rename") else "link"
            self.changes.append(Change(kind, file, other, source=path))


@dataclass(frozen=True, slots=True)
class Loss:
    """What a disk lost of the changes: whole ones, the ends of some, and what stands as zeros."""

    kind: str
    dropped: frozenset[int] = frozenset()
    torn: dict[int, int] = field(default_factory=dict)
    zeroed: frozenset[int] = frozenset()


class States:
    """The states that a disk may be in after a cut. `synced` False: as if it had never kept what it was told to."""

    def __init__(self, tape: Tape, *, synced: bool = True) -> None:
        self._tape, self._synced = tape, synced
        self._history = next(c.file for c in tape.changes if c.kind == "create" and c.path.endswith("/history"))

    def moments(self, every: int, chance: random.Random) -> list[int]:
        """Return one in `every` of the moments at which a cut may do harm: around syncs, names and acknowledgements,
        and now and then amid the writes."""
        found = set()
        for number, change in enumerate(self._tape.changes, 1):
            if change.kind.startswith("sync"):
                found |= {number - 1, number}
            elif change.is_name or change.file == self._history or chance.random() < 0.08:
                found.add(number)
        return sorted(chance.sample(sorted(found), len(found) // every))

    def losses(self, moment: int, chance: random.Random) -> Iterator[Loss]:
        pending = self._pending(moment)
        names = [n for n in pending if self._tape.changes[n].is_name]
        contents = [n for n in pending if self._tape.changes[n].is_content]
        written = [n for n in contents if self._tape.changes[n].data]
        yield Loss("nothing")
        yield Loss("all that was not synced", frozenset(pending))
        yield Loss("contents", frozenset(contents))
        yield Loss("names", frozenset(names))
        yield Loss("zeros for contents", zeroed=frozenset(written))
        for first in chance.sample(names, min(2, len(names))):
            yield Loss("names from one on", frozenset(n for n in names if n >= first))
        for one in chance.sample(pending, min(3, len(pending))):
            yield Loss("one change", frozenset({one}))
            yield Loss("all but one change", frozenset(pending) - {one})
        if written:
            yield Loss("half of the last write", torn={written[-1]: len(self._tape.changes[written[-1]].data) // 2})
        for _ in range(2):
            share = chance.choice((0.2, 0.5, 0.8))
            yield Loss(
                "some of it",
                frozenset(n for n in pending if chance.random() < share),
                {n: chance.randrange(len(self._tape.changes[n].data) + 1) for n in written if chance.random() < 0.15},
                frozenset(n for n in written if chance.random() < 0.1),
            )

    def at(self, moment: int, loss: Loss) -> tuple[set[str], dict[str, bytes]]:
        """Return the folders there are, and the content of each file by its path."""
        contents: dict[int, bytearray] = {}
        names: dict[str, int] = {}
        folders: set[str] = set()
        for number, change in enumerate(self._tape.changes[:moment]):
            if number in loss.dropped:
                continue
            if change.is_content:
                _apply(contents.setdefault(change.file, bytearray()), change, number, loss)
            elif change.kind == "mkdir":
                folders.add(change.path)
            elif change.kind == "unlink":
                if names.get(change.path) == change.file:
                    del names[change.path]
            elif change.is_name:
                if change.kind == "rename" and names.get(change.source) == change.file:
                    del names[change.source]
                names[change.path] = change.file
        return folders, {path: bytes(contents.get(file, b"")) for path, file in names.items()}

    def _pending(self, moment: int) -> list[int]:
        """Return what the disk need not have kept. The history is no part of the archive, and is always kept."""
        kept: set[int] = set()
        waiting: dict[int | str, list[int]] = {}
        for number, change in enumerate(self._tape.changes[:moment]):
            if change.file == self._history:
                kept.add(number)
            elif change.is_content:
                waiting.setdefault(change.file, []).append(number)
            elif change.is_name:
                waiting.setdefault(os.path.dirname(change.path), []).append(number)  # noqa: PTH120
            elif self._synced:
                kept |= set(waiting.pop(change.path or change.file, ()))
        return sorted(number for numbers in waiting.values() for number in numbers)


def _apply(content: bytearray, change: Change, number: int, loss: Loss) -> None:
    if change.size >= 0:
        del content[change.size :]
        content.extend(bytes(change.size - len(content)))
        return
    data = bytes(len(change.data)) if number in loss.zeroed else change.data
    data = data[: loss.torn.get(number, len(data))]
    content.extend(bytes(max(change.at - len(content), 0)))
    content[change.at : change.at + len(data)] = data


def live(place: Place, *, full: bool) -> None:
    """What is done while strace looks on."""
    acts.begin(place, batches=7 if full else 4)
    acts.growing(place)
    acts.withdrawing(place)
    acts.admitting(place)
    if full:
        acts.enriching(place)
        acts.deciding(place)
        acts.rebuilding(place)
        acts.compacting(place)
        acts.back_to(place, "0004")
        place.named = True
        acts.ingesting(place)
    acts.copying(place)


def replay(trace: Path, folder: Path, every: int, seed: int, *, synced: bool = True) -> Iterator[str]:
    """Open every state as a user would. Yields what is not as it must be, and at the end how many states there were."""
    chance = random.Random(seed)
    lived = str(trace.parent / "life")
    tape = Tape(lived)
    tape.read(trace)
    states, tried = States(tape, synced=synced), set[bytes]()
    for moment in states.moments(every, chance):
        for loss in states.losses(moment, chance):
            folders, files = states.at(moment, loss)
            digest = _digest(folders, files)
            if digest in tried:
                continue
            tried.add(digest)
            _lay_out(folder, lived, folders, files, chance)
            if fault := _fault(folder):
                yield f"fault at {moment}, lost: {loss.kind} ({len(loss.dropped)} changes): {fault}"
    yield f"{len(tried)} states of {len(tape.changes)} changes"


def _digest(folders: set[str], files: dict[str, bytes]) -> bytes:
    digest = sha256(repr(sorted(folders)).encode())
    for path, content in sorted(files.items()):
        digest.update(f"{path}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.digest()


def _lay_out(folder: Path, lived: str, folders: set[str], files: dict[str, bytes], chance: random.Random) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for path in sorted(folders):
        (folder / path.removeprefix(f"{lived}/")).mkdir(mode=0o700, parents=True, exist_ok=True)
    for path, content in files.items():
        file = folder / path.removeprefix(f"{lived}/")
        if file.parent.is_dir():
            # What SQLite has mapped is nowhere in a trace, and may be anything.
            file.write_bytes(chance.randbytes(len(content)) if path.endswith("-shm") else content)


def _fault(folder: Path) -> str:
    """Return what is wrong with a state, "" where nothing is."""
    try:
        acts.check(Place(folder), deep=False)
    except Exception:  # noqa: BLE001  # whatever it is, it is told
        return traceback.format_exc(limit=-3)
    return ""


def main(command: str, *given: str) -> None:
    if command == "live":
        live(Place(Path(given[0])), full=given[1:] == ("full",))
        return
    acts.warm_up()
    trace, folder, every, seed = given
    for line in replay(Path(trace), Path(folder), int(every), int(seed), synced=command == "replay"):
        print(line, flush=True)  # noqa: T201  # to the test
        if command == "unsynced":
            return


if __name__ == "__main__":
    main(*sys.argv[1:])
