"""`python -m tests.bench --size 20000 --out bench.json`: ours and its peers, side by side, in one run."""

from __future__ import annotations

import argparse
import pickle
import shutil
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import chain, islice
from pathlib import Path
from typing import Literal

from rich.console import Console

from app.search.query import Query
from tests.bench import corpus, queries, report, traffic, worker
from tests.bench.peers.peer import PEERS

_SIZE = 20_000
STOCK_LIMIT = 20_000
"""Above it stock Whoosh is left out unless asked for: it indexes some 200 documents a second."""
CLASS_SECONDS = 15.0
"""CPU time for one class of queries in one peer; a slow one answers fewer of them."""
CONNECTIONS = (1, 8)
_REQUESTS = 200
_WARMING = 20
_EXTRA = worker.COMMIT * worker.COMMITS
MODULES = {"tantivy": "tantivy", "fts5": "sqlite3", "whoosh": "whoosh"}

console = Console(stderr=True, highlight=False)


def main() -> None:
    options = _options()
    folder = options.work or Path(tempfile.mkdtemp(prefix="dateline-bench-"))
    try:
        bench = Bench(folder)
        bench.prepare(options.file, options.size)
        result, aside = bench.measure(_peers(options, bench.size), options.only)
    finally:
        if not options.work:
            shutil.rmtree(folder, ignore_errors=True)
    if options.out:
        report.write(options.out, result)
    for table in report.tables(result, aside):
        # The tables are for files as well: nothing is wrapped or coloured.
        Console(width=400, highlight=False, soft_wrap=True).print(table + "\n", markup=False)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--size", type=int, help="articles; 20,000, or all that the file has")
    parser.add_argument("--file", type=Path, help="JSON Lines to take the articles from")
    parser.add_argument("--out", type=Path, help="where the JSON goes")
    parser.add_argument("--stock", action="store_true", help=f"stock Whoosh above {STOCK_LIMIT:,} articles too")
    parser.add_argument("--no-http", dest="only", action="store_const", const="engines", help="the engines alone")
    parser.add_argument("--http", dest="only", action="store_const", const="http", help="HTTP alone")
    parser.add_argument("--peers", default=",".join(PEERS), help="some of %(default)s")
    parser.add_argument("--work", type=Path, help="an empty folder for the indexes, which stay there")
    return parser.parse_args()


def _peers(options: argparse.Namespace, size: int) -> list[str]:
    chosen = []
    for name in options.peers.split(","):
        if name != "ours" and find_spec(MODULES[name]) is None:
            console.print(f"{name} is not installed and is left out: pip install '.[bench]'")
        elif name == "whoosh" and size > STOCK_LIMIT and not options.stock:
            console.print(f"stock Whoosh is left out above {STOCK_LIMIT:,} articles; STOCK=1 takes its minutes")
        else:
            chosen.append(name)
    return chosen


class Bench:
    def __init__(self, folder: Path) -> None:
        self.size = 0
        self._folder = folder
        self._peers: list[str] = []
        self._documents = folder / "articles.jsonl"
        self._more = folder / "more.jsonl"
        self._classes: dict[str, list[Query]] = {}
        self._requests: dict[str, list[queries.Request]] = {}
        self._totals: dict[str, dict[str, int]] = {}
        self._serving: dict[str, float] = {}

    def prepare(self, file: Path | None, size: int | None) -> None:
        """One corpus and one set of queries for everybody."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if file is None:
            size = size or _SIZE
        found = iter(corpus.from_file(file) if file else corpus.generate((size or 0) + _EXTRA))
        self.size = corpus.write(self._documents, islice(found, size))
        console.print(f"{self.size:,} articles")
        # A file may end before: then more is made up.
        corpus.write(self._more, islice(chain(found, corpus.generate(_EXTRA)), _EXTRA))
        known = queries.statistics(corpus.read(self._documents), self.size)
        self._classes = queries.engine_queries(known)
        for name, asked in self._classes.items():
            self._path(name).write_bytes(pickle.dumps(asked))
        self._requests = queries.http_requests(known, _REQUESTS * len(CONNECTIONS) + _WARMING)

    def measure(self, peers: list[str], only: Literal["engines", "http"] | None) -> tuple[report.Result, report.Aside]:
        self._peers = peers
        machine = report.machine()
        builds, engine, commits, web = [], [], [], []
        if only != "http":
            builds = list(self._builds())
            engine = [*self._first(), *self._warm()]
            commits = list(self._commits())
        if only != "engines":
            web = list(self._http())
        result = report.Result(
            size=self.size, machine=machine, engine=engine, http=web, build=builds, commit=commits
        )  # fmt: skip
        return result, report.Aside(serving_mb=self._serving, totals=self._totals)

    def _builds(self) -> Iterator[report.Build]:
        for peer in self._peers:
            console.print(f"build {peer}")
            (done,) = worker.measure(worker.Build(peer=peer, folder=self._folder / peer, documents=self._documents))
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
            console.print(f"first {name}")
            row = report.Engine(name=name, phase="first")
            for peer in self._peers:
                setattr(row, peer, _rounded(self._asked(peer, [name], first=True)[0].median))
            rows.append(row)
        return rows

    def _warm(self) -> list[report.Engine]:
        rows = [report.Engine(name=name, phase="warm") for name in self._classes]
        for peer in self._peers:
            console.print(f"warm {peer}")
            for row, done in zip(rows, self._asked(peer, list(self._classes), first=False), strict=True):
                setattr(row, peer, _rounded(done.median))
                self._serving[peer] = round(done.peak_mb, 1)
                if len(done.totals) == len(self._classes[row.name]):
                    self._totals.setdefault(row.name, {})[peer] = sum(done.totals)
        return rows

    def _asked(self, peer: str, names: list[str], first: bool) -> list[worker.Outcome]:
        paths = [self._path(name) for name in names]
        folder = self._folder / peer
        return worker.measure(
            worker.Ask(peer=peer, folder=folder, classes=paths, first=first, seconds=CLASS_SECONDS)
        )  # fmt: skip

    def _commits(self) -> Iterator[report.Commit]:
        for peer in self._peers:
            console.print(f"commit {peer}")
            (done,) = worker.measure(
                worker.Commit(
                    peer=peer,
                    folder=self._folder / peer,
                    documents=self._more,
                    queries=self._path("common term"),
                )
            )
            console.print(f"  {', '.join(f'{ms:.0f}' for ms in done.cpu_ms)} ms")
            yield report.Commit(engine=peer, documents=worker.COMMIT, cpu_ms=_rounded(done.median) or 0.0)

    def _http(self) -> Iterator[report.Http]:
        rows: dict[tuple[str, int, str], report.Http] = {}
        for peer in self._peers:
            console.print(f"HTTP {peer}")
            with traffic.serving(peer, self._filled(peer)) as server:
                for (name, connections), load in self._loads(server):
                    for measure, value in (("cpu_ms", load.cpu), ("p50_ms", load.p50), ("p95_ms", load.p95)):
                        key = name, connections, measure
                        row = rows.setdefault(key, report.Http(name=name, connections=connections, measure=measure))
                        setattr(row, peer, _rounded(value))
                    if connections == 1:
                        self._totals.setdefault(f"HTTP: {name}", {})[peer] = load.total
        yield from sorted(rows.values(), key=lambda row: (row.measure, row.connections))

    def _filled(self, peer: str) -> Path:
        """The folder of an archive or an index that has the texts too."""
        folder = self._folder / f"{peer}-http"
        if peer == "ours":
            worker.measure(worker.Ingest(folder=folder, documents=self._documents))
        else:
            worker.measure(worker.Build(peer=peer, folder=folder, documents=self._documents, stored=True))
        return folder

    def _loads(self, server: traffic.Server) -> Iterator[tuple[tuple[str, int], traffic.Load]]:
        for name, requests in self._requests.items():
            # A small corpus has few phrases: then the warming is shorter too.
            warming = min(_WARMING, len(requests) // 20)
            traffic.run(server, requests[: max(warming, 1)], 1)
            rest = requests[warming:]
            share = len(rest) // len(CONNECTIONS)
            for number, connections in enumerate(CONNECTIONS):
                load = traffic.run(server, rest[number * share : (number + 1) * share], connections)
                yield (name, connections), load

    def _path(self, name: str) -> Path:
        return self._folder / f"{name.replace(' ', '-').replace(',', '')}.pickle"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


if __name__ == "__main__":
    main()
