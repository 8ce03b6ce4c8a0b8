"""What came out: the JSON that is kept and compared, and the tables that are read."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

from tests.bench.peers.peer import PEERS, SERVERS_ALONE
from tests.bench.reads import Read

_OTHERS = tuple(PEERS)[1:]
_ENGINES = tuple(peer for peer in _OTHERS if peer not in SERVERS_ALONE)
_NOT_MEASURED = "–"


class Engine(msgspec.Struct, kw_only=True):
    """CPU milliseconds, the median of a class of queries; null where a peer was left out or has no such query."""

    name: str = msgspec.field(name="class")
    phase: str
    ours: float | None = None
    tantivy: float | None = None
    fts5: float | None = None
    whoosh: float | None = None


class Http(msgspec.Struct, kw_only=True):
    """Milliseconds. `measure`: cpu_ms (of the server, for a request), p50_ms or p95_ms (seen by the client)."""

    name: str = msgspec.field(name="class")
    connections: int
    measure: str
    ours: float | None = None
    tantivy: float | None = None
    fts5: float | None = None
    whoosh: float | None = None
    groonga: float | None = None


class Build(msgspec.Struct, kw_only=True):
    engine: str
    docs_per_cpu_second: float
    size_mb: float
    peak_mb: float


class Commit(msgspec.Struct, kw_only=True):
    engine: str
    documents: int
    cpu_ms: float


class Result(msgspec.Struct, kw_only=True):
    size: int
    machine: str
    engine: list[Engine]
    http: list[Http]
    build: list[Build]
    commit: list[Commit]


class Aside(msgspec.Struct, kw_only=True):
    """Printed and not kept, by peer: memory, the dearest commit, whether peers agree, and where one ran out of time."""

    serving_mb: dict[str, float] = {}
    """Of a process that has answered every class."""
    own_building_mb: dict[str, float] = {}
    own_serving_mb: dict[str, float] = {}
    """Without mapped files."""
    server_mb: dict[str, float] = {}
    """Of a server that has answered every class over HTTP."""
    own_server_mb: dict[str, float] = {}
    dearest_commit_ms: dict[str, float] = {}
    totals: dict[str, dict[str, int]] = {}
    """By class and peer, of the queries that all peers answered."""
    cut: list[str] = []
    """What was measured with fewer queries or requests than the others had."""


def write(path: Path, result: Result) -> None:
    path.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")


def tables(result: Result, aside: Aside) -> Iterator[str]:
    """Markdown, to be read on a terminal and pasted into docs/performance.md."""
    yield f"{result.size:,} articles. {result.machine}"
    if result.engine:
        rows = [[row.name, row.phase, *_against(row, _ENGINES)] for row in result.engine]
        yield _table(["CPU ms of a query", "phase", *_heads(_ENGINES)], rows)
    if result.http:
        web = [[row.name, str(row.connections), row.measure, *_against(row, _OTHERS)] for row in result.http]
        yield _table(["ms of a request", "connections", "measure", *_heads(_OTHERS)], web)
    if result.build:
        yield _costs(result, aside)
    if aside.server_mb:
        memory = [[peer, _number(mb), _number(aside.own_server_mb[peer])] for peer, mb in aside.server_mb.items()]
        yield _table(["server after all requests", "MB", "its own"], memory)
    if aside.totals:
        yield _agreement(aside.totals)
    if aside.cut:
        yield "Out of time:\n" + "\n".join(f"- {line}" for line in aside.cut)


def reads_table(rows: Sequence[Read]) -> str:
    """Return our own reads, each against the first, a search."""
    cells = [[row.name, _number(row.cpu_ms), _ratio(row.cpu_ms, rows[0].cpu_ms), _number(row.p50_ms)] for row in rows]
    return _table(["ms of a request", "cpu_ms", "of a search", "p50_ms"], cells)


def read(path: Path) -> Result:
    return msgspec.json.decode(path.read_bytes(), type=Result)


def growth(baseline: Result, result: Result) -> str:
    """A table of each peer's times at two sizes."""
    before = {(row.name, row.phase): row for row in baseline.engine}
    engines = [peer for peer in PEERS if peer not in SERVERS_ALONE]
    peers = [peer for peer in engines if any(getattr(row, peer) is not None for row in result.engine)]
    rows = []
    for row in result.engine:
        cells = [row.name, row.phase]
        for peer in peers:
            now, then = getattr(row, peer), getattr(before.get((row.name, row.phase)), peer, None)
            cells += [_number(then), _number(now), _ratio(now, then)]
        rows.append(cells)
    sizes = f"{baseline.size:,}", f"{result.size:,}", "growth"
    return _table(["CPU ms of a query", "phase", *(f"{peer}, {size}" for peer in peers for size in sizes)], rows)


def machine() -> str:
    """Processor, memory, load and versions, in a line."""
    processor = next(
        (line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    memory = next((int(line.split()[1]) / 1e6 for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    cores, load = len(os.sched_getaffinity(0)), os.getloadavg()[0]
    versions = ", ".join(f"{name} {_version(name)}" for name in ("numpy", "tantivy", "whoosh", "fastapi", "uvicorn"))
    return (
        f"{processor}, {cores} cores, {memory:.0f} GB, load {load:.1f} at the start; Linux {platform.release()}, "
        f"Python {platform.python_version()}, {versions}, SQLite {_sqlite()}"
    )


def _heads(others: Sequence[str]) -> list[str]:
    return ["ours", *(head for peer in others for head in (peer, f"ours / {peer}"))]


def _against(row: Engine | Http, others: Sequence[str]) -> list[str]:
    cells = [_number(row.ours)]
    for other in (getattr(row, peer) for peer in others):
        cells += [_number(other), _ratio(row.ours, other)]
    return cells


def _costs(result: Result, aside: Aside) -> str:
    commits = {commit.engine: commit.cpu_ms for commit in result.commit}
    rows = [
        [
            b.engine, f"{b.docs_per_cpu_second:,.0f}", _number(b.size_mb), _number(b.peak_mb),
            _number(aside.own_building_mb.get(b.engine)), _number(aside.serving_mb.get(b.engine)),
            _number(aside.own_serving_mb.get(b.engine)), _number(commits.get(b.engine)),
            _number(aside.dearest_commit_ms.get(b.engine)),
        ]
        for b in result.build
    ]  # fmt: skip
    documents = next((commit.documents for commit in result.commit), 0)
    heads = ["", "documents per CPU second", "index, MB", "building, MB", "its own", "searching, MB", "its own"]
    return _table([*heads, f"{documents} more searchable, CPU ms", "the dearest"], rows)


def _agreement(totals: dict[str, dict[str, int]]) -> str:
    rows = []
    for name, found in totals.items():
        if "ours" not in found:
            continue  # it had no time for all of them
        shares = [_ratio(float(found["ours"]), float(found[peer])) if peer in found else "" for peer in _OTHERS]
        rows.append([name, f"{found['ours']:,}", *(share or _NOT_MEASURED for share in shares)])
    return _table(["hits found in all", "ours", *(f"ours / {peer}" for peer in _OTHERS)], rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    ruled = [heads, ["-" * width for width in widths], *rows]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in ruled
    )


def _number(value: float | None) -> str:
    if value is None:
        return _NOT_MEASURED
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _ratio(ours: float | None, other: float | None) -> str:
    return f"{ours / other:.2f}" if ours is not None and other else _NOT_MEASURED


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines() if Path(path).exists() else []


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _sqlite() -> str:
    import sqlite3

    return sqlite3.sqlite_version
