"""One measurement in a process of its own: memory and first touch are a process's, and peers must not warm each other.

`measure` starts the process; `perform` is what it does. Times are CPU time of the whole process, so that another
program on the machine costs accuracy but not the result, and an engine's own threads count.
"""

from __future__ import annotations

import gc
import pickle
import statistics
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from time import process_time

import msgspec

from app.search.engine import Document
from app.search.query import Query
from tests.bench import corpus
from tests.bench.peers.peer import NotSupported, Peer, Tidied, make

_PASSES = 5
"""Timed runs of each query, after one that is not; the median counts."""
COMMIT = 100
"""Documents of one commit."""
COMMITS = 9
"""So that engines which merge every eight segments do so once."""


class Build(msgspec.Struct, tag=True, kw_only=True):
    """`stored`: for HTTP, with the texts."""

    peer: str
    folder: Path
    documents: Path
    stored: bool = False


class Ingest(msgspec.Struct, tag=True, kw_only=True):
    """An archive for `dateline serve`, without recognition of names."""

    folder: Path
    documents: Path


class Ask(msgspec.Struct, tag=True, kw_only=True):
    """Pickled lists of queries, one file a class. `first`: each once; otherwise several times, for the time it settles
    to. A class takes `seconds` at most."""

    peer: str
    folder: Path
    classes: list[Path]
    first: bool
    seconds: float


class Commit(msgspec.Struct, tag=True, kw_only=True):
    """Adds to the index in `folder`. `queries`: the first is asked after each commit."""

    peer: str
    folder: Path
    documents: Path
    queries: Path


class Outcome(msgspec.Struct):
    """`cpu_ms`: of each query or commit, or of one document. `peak_mb`: the most memory of the process so far;
    `own_mb`: without mapped files, whose pages the system takes back when it needs them."""

    cpu_ms: list[float] = []
    totals: list[int] = []
    size_mb: float = 0.0
    peak_mb: float = 0.0
    own_mb: float = 0.0
    supported: bool = True

    @property
    def median(self) -> float | None:
        return statistics.median(self.cpu_ms) if self.cpu_ms else None


Task = Build | Ingest | Ask | Commit


class Failed(Exception):
    """A process ended badly; what it said is on the standard error."""


def measure(task: Task) -> list[Outcome]:
    """One outcome; of `Ask` one a class."""
    command = [sys.executable, "-m", "tests.bench.worker", msgspec.json.encode(task, enc_hook=str).decode()]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        raise Failed(f"{type(task).__name__} ended with {done.returncode}")
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=list[Outcome])


def perform(task: Task) -> list[Outcome]:
    match task:
        case Build():
            return [_build(task)]
        case Ingest():
            return [_ingest(task)]
        case Ask():
            return _ask(task)
        case Commit():
            return [_commit(task)]


def _build(task: Build) -> Outcome:
    """Reading the file takes time as well: it is done twice, and once of it is taken off."""
    peer = make(task.peer, task.folder, task.stored)
    started = process_time()
    count = sum(1 for _ in corpus.read(task.documents))
    reading = process_time() - started
    own = _OwnMemory()
    started = process_time()
    peer.build(corpus.read(task.documents))
    spent = process_time() - started - reading
    per_document, size = spent * 1_000 / count, _size(task.folder)
    return Outcome([per_document], [count], size_mb=size, peak_mb=_memory("VmHWM"), own_mb=own.most())


def _ingest(task: Ingest) -> Outcome:
    from app.archive import open_archive
    from app.ingest.pipeline import IngestOptions, ingest
    from app.settings import Settings

    started = process_time()
    with open_archive(Settings(data_dir=task.folder)) as archive:
        report = ingest([task.documents], archive, IngestOptions(skip_entities=True))
    spent = process_time() - started
    return Outcome(
        [spent * 1_000 / max(report.new, 1)], [report.new], size_mb=_size(task.folder), peak_mb=_memory("VmHWM")
    )


def _ask(task: Ask) -> list[Outcome]:
    peer = make(task.peer, task.folder)
    peer.open()
    outcomes = []
    for path in task.classes:
        queries: Sequence[Query] = pickle.loads(path.read_bytes())
        gc.collect()
        try:
            outcomes.append((_first if task.first else _warm)(peer, queries, task.seconds))
        except NotSupported:
            outcomes.append(Outcome(supported=False, peak_mb=_memory("VmHWM"), own_mb=_memory("RssAnon")))
    return outcomes


def _first(peer: Peer, queries: Sequence[Query], seconds: float) -> Outcome:
    spent, totals = _timed(peer, queries, seconds)
    return Outcome(spent, totals, peak_mb=_memory("VmHWM"))


def _warm(peer: Peer, queries: Sequence[Query], seconds: float) -> Outcome:
    """Passes over all queries, not each over and over: its pages are then in memory, not in the processor."""
    spent, totals = _timed(peer, queries, seconds)
    # What one pass had no time for, the next ones need not try.
    queries = queries[: len(spent)]
    budget = seconds - sum(spent) / 1_000
    passes: list[list[float]] = []
    while len(passes) < _PASSES and budget > 0:
        again, _ = _timed(peer, queries, budget)
        budget -= sum(again) / 1_000
        if len(again) == len(queries):
            passes.append(again)
    medians = [statistics.median(times) for times in zip(*passes or [spent], strict=True)]
    return Outcome(medians, totals, peak_mb=_memory("VmHWM"), own_mb=_memory("RssAnon"))


def _timed(peer: Peer, queries: Iterable[Query], seconds: float) -> tuple[list[float], list[int]]:
    """CPU milliseconds and totals, until the seconds are spent."""
    spent: list[float] = []
    totals: list[int] = []
    for query in queries:
        started = process_time()
        total = peer.search(query).total
        spent.append((process_time() - started) * 1_000)
        totals.append(total)
        if sum(spent) > seconds * 1_000:
            break
    return spent, totals


def _commit(task: Commit) -> Outcome:
    queries: Sequence[Query] = pickle.loads(task.queries.read_bytes())
    peer = make(task.peer, task.folder)
    peer.open()
    peer.search(queries[0])
    spent = []
    totals = []
    for documents in _in_lots(task.documents):
        started = process_time()
        peer.add(documents)
        totals.append(peer.search(queries[0]).total)
        spent.append((process_time() - started) * 1_000)
        if isinstance(peer, Tidied):
            peer.tidy()
    return Outcome(spent, totals, peak_mb=_memory("VmHWM"))


def _in_lots(path: Path) -> Iterator[Sequence[Document]]:
    documents = corpus.read(path)
    while lot := list(islice(documents, COMMIT)):
        yield lot


def _size(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def _memory(name: str) -> float:
    """MB. `VmHWM`: the most so far; not `ru_maxrss`, which starts with what the parent had when it started us.
    `RssAnon`: now, without mapped files."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (found,) = (line for line in lines if line.startswith(f"{name}:"))
    return int(found.split()[1]) / 1_024


class _OwnMemory:
    """Looks at `RssAnon` now and then, for the system keeps no peak of it."""

    _SECONDS = 0.1
    """A look takes some 50 microseconds."""

    def __init__(self) -> None:
        self._most = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def most(self) -> float:
        self._done.set()
        self._thread.join()
        return self._most

    def _look(self) -> None:
        while not self._done.wait(self._SECONDS):
            self._most = max(self._most, _memory("RssAnon"))
        self._most = max(self._most, _memory("RssAnon"))


def main() -> None:
    task: Task = msgspec.json.decode(sys.argv[1], type=Task, dec_hook=lambda kind, text: kind(text))
    sys.stdout.buffer.write(msgspec.json.encode(perform(task)) + b"\n")


if __name__ == "__main__":
    main()
