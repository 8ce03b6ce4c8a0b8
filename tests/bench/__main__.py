"""`python -m tests.bench --size 20000 --out bench.json`: ours and its peers, side by side, in one run."""

from __future__ import annotations

import argparse
import pickle
import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from itertools import chain, islice
from pathlib import Path

from rich.console import Console

from app.search.query import Query
from tests.bench import corpus, queries, reads, report, traffic, worker
from tests.bench.peers.peer import PEERS, SERVERS_ALONE

_SIZE = 20_000
LIMITS = {"whoosh": 20_000, "fts5": 200_000}
"""Articles above which a peer is left out unless it is named: stock Whoosh indexes some 200 a second."""
HTTP_LIMIT = 200_000
"""Above it the archive alone takes the better part of an hour to fill."""
CLASS_SECONDS = 6.0
"""CPU time for one class of queries in one peer; a slow one answers fewer of them."""
LOAD_SECONDS = 6.0
"""For the requests of one class over some connections, likewise."""
CONNECTIONS = (1, 8)
_REQUESTS = 200
_WARMING = 20
_FILLING = 2
"""Processes at a time."""
_EXTRA = worker.COMMIT * worker.COMMITS
MODULES = {"tantivy": "tantivy", "fts5": "sqlite3", "whoosh": "whoosh"}
COMMANDS = {"groonga": "groonga"}
"""What a peer is that is no module: Debian's packages groonga and groonga-token-filter-stem."""

console = Console(stderr=True, highlight=False)


def main() -> None:
    options = _options()
    if options.archive:
        _show(report.machine(), report.reads_table(list(reads.measure(options.archive))))
        return
    folder = options.work or Path(tempfile.mkdtemp(prefix="dateline-bench-"))
    try:
        bench = Bench(folder)
        bench.prepare(options.file, options.size)
        http = bench.size <= HTTP_LIMIT if options.http is None else options.http
        result, aside = bench.measure(_peers(options.peers, bench.size), options.engine, http)
    finally:
        if not options.work:
            shutil.rmtree(folder, ignore_errors=True)
    if options.out:
        report.write(options.out, result)
    baseline = [report.growth(report.read(options.baseline), result)] if options.baseline else []
    _show(*report.tables(result, aside), *baseline)


def _show(*tables: str) -> None:
    for table in tables:
        # They are for files as well: nothing is wrapped or coloured.
        Console(width=400, highlight=False, soft_wrap=True).print(table + "\n", markup=False)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--size", type=int, help="articles; 20,000, or all that the file has")
    parser.add_argument("--file", type=Path, help="JSON Lines to take the articles from")
    parser.add_argument(
        "--archive", type=Path, help="a data folder, with names: measures every read of it, and nothing else"
    )
    parser.add_argument("--out", type=Path, help="where the JSON goes")
    parser.add_argument("--baseline", type=Path, help="the JSON of another size: prints how times grow")
    parser.add_argument(
        "--engine", action=argparse.BooleanOptionalAction, default=True, help="the engines by themselves"
    )
    parser.add_argument("--http", action=argparse.BooleanOptionalAction, help="by itself up to 200,000 articles")
    parser.add_argument(
        "--peers", help=f"some of {','.join(PEERS)}; slow ones are left out of large sizes unless named"
    )
    parser.add_argument("--work", type=Path, help="an empty folder for the indexes, which stay there")
    return parser.parse_args()


def _peers(named: str | None, size: int) -> list[str]:
    chosen = []
    for name in named.split(",") if named else PEERS:
        if name in COMMANDS and shutil.which(COMMANDS[name]) is None:
            console.print(f"{name} is not installed and is left out: apt-get install groonga groonga-token-filter-stem")
        elif name in MODULES and find_spec(MODULES[name]) is None:
            console.print(f"{name} is not installed and is left out: pip install '.[bench]'")
        elif not named and size > LIMITS.get(name, size):
            console.print(f"{name} is left out above {LIMITS[name]:,} articles; --peers takes its time")
        else:
            chosen.append(name)
    return chosen


class Bench:
    def __init__(self, folder: Path) -> None:
        self.size = 0
        self._folder = folder
        self._peers: list[str] = []
        self._engines: list[str] = []
        self._documents = folder / "articles.jsonl"
        self._more = folder / "more.jsonl"
        self._classes: dict[str, list[Query]] = {}
        self._requests: dict[str, list[queries.Request]] = {}
        self._aside = report.Aside()
        self._started = time.monotonic()

    def prepare(self, file: Path | None, size: int | None) -> None:
        """One corpus and one set of queries for everybody."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if file is None:
            size = size or _SIZE
        found = iter(corpus.from_file(file) if file else corpus.generate((size or 0) + _EXTRA))
        self.size = corpus.write(self._documents, islice(found, size))
        self._say(f"{self.size:,} articles")
        # A file may end before: then more is made up.
        corpus.write(self._more, islice(chain(found, corpus.generate(_EXTRA)), _EXTRA))
        known = queries.statistics(corpus.read(self._documents), self.size)
        self._classes = queries.engine_queries(known)
        for name, asked in self._classes.items():
            self._path(name).write_bytes(pickle.dumps(asked))
        self._requests = queries.http_requests(known, _REQUESTS * len(CONNECTIONS) + _WARMING)

    def measure(self, peers: list[str], engine: bool, http: bool) -> tuple[report.Result, report.Aside]:
        self._peers = peers
        self._engines = [peer for peer in peers if peer not in SERVERS_ALONE]
        machine = report.machine()
        builds = list(self._builds()) if engine else []
        asked = [*self._first(), *self._warm()] if engine else []
        commits = list(self._commits()) if engine else []
        web = list(self._http()) if http else []
        result = report.Result(
            size=self.size, machine=machine, engine=asked, http=web, build=builds, commit=commits
        )  # fmt: skip
        self._say("done")
        return result, self._aside

    def _say(self, text: str) -> None:
        minutes, seconds = divmod(int(time.monotonic() - self._started), 60)
        console.print(f"{minutes:3}:{seconds:02}  {text}")

    def _say_cut(self, peer: str, name: str, answered: int, asked: int) -> None:
        if answered < asked:
            self._aside.cut.append(f"{peer}, {name}: {answered} of {asked}")

    def _builds(self) -> Iterator[report.Build]:
        for peer in self._engines:
            self._say(f"build {peer}")
            (done,) = worker.measure(worker.Build(peer=peer, folder=self._folder / peer, documents=self._documents))
            self._aside.own_building_mb[peer] = round(done.own_mb, 1)
            yield report.Build(
                engine=peer,
                docs_per_cpu_second=round(1_000 / done.cpu_ms[0], 1),
                size_mb=round(done.size_mb, 1),
                peak_mb=round(done.peak_mb, 1),
            )

    def _first(self) -> list[report.Engine]:
        """A new process for each class: in one process a class would warm the next."""
        rows = []
        for name in self._classes:
            self._say(f"first {name}")
            row = report.Engine(name=name, phase="first")
            for peer in self._engines:
                (done,) = self._asked(peer, [name], first=True)
                setattr(row, peer, _rounded(done.median))
            rows.append(row)
        return rows

    def _warm(self) -> list[report.Engine]:
        rows = [report.Engine(name=name, phase="warm") for name in self._classes]
        for peer in self._engines:
            self._say(f"warm {peer}")
            for row, done in zip(rows, self._asked(peer, list(self._classes), first=False), strict=True):
                setattr(row, peer, _rounded(done.median))
                self._aside.serving_mb[peer] = round(done.peak_mb, 1)
                self._aside.own_serving_mb[peer] = round(done.own_mb, 1)
                if len(done.totals) == len(self._classes[row.name]):
                    self._aside.totals.setdefault(row.name, {})[peer] = sum(done.totals)
        return rows

    def _asked(self, peer: str, names: list[str], first: bool) -> list[worker.Outcome]:
        paths = [self._path(name) for name in names]
        task = worker.Ask(
            peer=peer, folder=self._folder / peer, classes=paths, first=first, seconds=CLASS_SECONDS
        )  # fmt: skip
        outcomes = worker.measure(task)
        for name, done in zip(names, outcomes, strict=True):
            if done.supported:
                phase = "first" if first else "warm"
                self._say_cut(peer, f"{phase}, {name}", len(done.totals), len(self._classes[name]))
        return outcomes

    def _commits(self) -> Iterator[report.Commit]:
        for peer in self._engines:
            self._say(f"commit {peer}")
            (done,) = worker.measure(
                worker.Commit(
                    peer=peer,
                    folder=self._folder / peer,
                    documents=self._more,
                    queries=self._path("common term"),
                )
            )
            self._say(f"  {', '.join(f'{ms:.0f}' for ms in done.cpu_ms)} ms")
            self._aside.dearest_commit_ms[peer] = max(done.cpu_ms)
            yield report.Commit(engine=peer, documents=worker.COMMIT, cpu_ms=_rounded(done.median) or 0.0)

    def _http(self) -> Iterator[report.Http]:
        rows: dict[tuple[str, int, str], report.Http] = {}
        self._say("fill the archive and the indexes that have texts")
        with ThreadPoolExecutor(_FILLING) as pool:
            # The slowest first. Nothing is measured here.
            list(pool.map(self._fill, reversed(self._peers)))
        for peer in self._peers:
            self._say(f"HTTP {peer}")
            with traffic.serving(peer, self._served(peer)) as server:
                for (name, connections), load in self._loads(server):
                    for measure, value in (("cpu_ms", load.cpu), ("p50_ms", load.p50), ("p95_ms", load.p95)):
                        key = name, connections, measure
                        row = rows.setdefault(key, report.Http(name=name, connections=connections, measure=measure))
                        setattr(row, peer, _rounded(value))
                    asked = self._share(name)
                    self._say_cut(peer, f"HTTP, {name}, connections {connections}", load.answers, asked)
                    if connections == 1 and load.answers == asked:
                        self._aside.totals.setdefault(f"HTTP: {name}", {})[peer] = load.total
                self._aside.server_mb[peer] = server.memory("VmRSS")
                self._aside.own_server_mb[peer] = server.memory("RssAnon")
        yield from sorted(rows.values(), key=lambda row: (row.measure, row.connections))

    def _served(self, peer: str) -> Path:
        return self._folder / f"{peer}-http"

    def _fill(self, peer: str) -> None:
        """Makes an archive or an index that has the texts too."""
        if peer == "ours":
            (done,) = worker.measure(worker.Ingest(folder=self._served(peer), documents=self._documents))
            self._say(f"  {1_000 / done.cpu_ms[0]:,.0f} articles per CPU second, rows and index")
        else:
            worker.measure(
                worker.Build(peer=peer, folder=self._served(peer), documents=self._documents, stored=True)
            )  # fmt: skip

    def _loads(self, server: traffic.Server) -> Iterator[tuple[tuple[str, int], traffic.Load]]:
        for name, requests in self._requests.items():
            warming, share = self._warming(name), self._share(name)
            traffic.run(server, requests[: max(warming, 1)], 1, LOAD_SECONDS)
            rest = requests[warming:]
            for number, connections in enumerate(CONNECTIONS):
                some = rest[number * share : (number + 1) * share]
                yield (name, connections), traffic.run(server, some, connections, LOAD_SECONDS)

    def _warming(self, name: str) -> int:
        """A small corpus has few phrases: then the warming is shorter too."""
        return min(_WARMING, len(self._requests[name]) // 20)

    def _share(self, name: str) -> int:
        """Requests for each number of connections."""
        return (len(self._requests[name]) - self._warming(name)) // len(CONNECTIONS)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name.replace(' ', '-').replace(',', '')}.pickle"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


if __name__ == "__main__":
    main()
