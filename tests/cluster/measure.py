"""What Dateline over a cluster costs beside the cluster alone, and beside an archive that carries its search: CPU of
searches through the API, and of building the index.

    python -m tests.cluster.measure [--size 100000] [--nodes 1] [--shards 1] [--heap 1536] [--archive FOLDER]
        [--only build|search] [--database postgresql+psycopg://user@host/dateline]

All have the same generated articles. The cluster alone has them as plain text with OpenSearch's own English analysis,
and is asked a `match` with the same filters, order and aggregations by a bare client; Dateline is asked over HTTP.
CPU is that of the nodes and of the process in front of them. What is asked twice would come from a cache of answers, so
no query is. `--archive` keeps the rows for the next time. `--database` names an empty database: the server before the
cluster has its rows there.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from math import fsum
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import httpx
import msgspec
from opensearchpy import OpenSearch

from app.archive import open_archive
from app.ingest import indexing
from app.search.engine import Document
from app.search.opensearch.client import Cluster
from app.search.opensearch.engine import OpenSearchEngine
from app.settings import Settings
from tests.bench import corpus, traffic, worker
from tests.bench.queries import Statistics, statistics
from tests.cluster.nodes import DEFAULT_FOLDER, Nodes

PLAIN = "scratch-plain"
_LIMIT = 20
_EACH, _WARMING = 60, 100
_BULK_BYTES = 4_000_000
_FACETS = ("source", "year")
_VALUES = 10
_TEXT = {"type": "text", "analyzer": "english"}
_KEYWORD = {"type": "keyword"}
_SHOWN = ["headline", "date", "source", "dateline", "place", "word_count"]
_Body = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """One question to both: the parameters of `/v1/search`, and what the bare client sends."""

    params: tuple[tuple[str, str], ...]
    body: _Body


def process_seconds(pid: int) -> float:
    """Return the CPU time of a process, exact where /proc counts hundredths; see clock_getcpuclockid(3)."""
    return time.clock_gettime(~pid << 3 | 2)


def ended_seconds(pid: int) -> float:
    """Return the CPU time of what a process started and saw end, in hundredths; see proc_pid_stat(5)."""
    *_, after = Path(f"/proc/{pid}/stat").read_text().rpartition(")")
    return sum(map(int, after.split()[13:15])) / os.sysconf("SC_CLK_TCK")


class Spent(NamedTuple):
    """CPU milliseconds of the nodes and of the process in front of them, and the seconds that went by."""

    nodes: float
    front: float
    seconds: float


class Meter:
    """CPU milliseconds of all nodes, and of a process in front of them."""

    def __init__(self, nodes: Nodes, front: int) -> None:
        self._pids = [pid for number in nodes.numbers if (pid := nodes.pid(number)) is not None]
        self._front = front

    def spent(self, work: Callable[[], object]) -> Spent:
        before, began = self._read(), time.monotonic()
        work()
        after, seconds = self._read(), time.monotonic() - began
        return Spent((after[0] - before[0]) * 1_000, (after[1] - before[1]) * 1_000, seconds)

    def _read(self) -> tuple[float, float]:
        front = process_seconds(self._front) + ended_seconds(self._front)
        return sum(map(process_seconds, self._pids)), front


def build_plain(client: OpenSearch, documents: Iterable[Document], shards: int) -> None:
    """Index articles as somebody might who has nothing but OpenSearch."""
    client.indices.delete(index=PLAIN, ignore=[404])
    properties = {
        "headline": _TEXT, "dateline": _TEXT, "body": _TEXT, "date": {"type": "date"}, "year": _KEYWORD,
        "source": _KEYWORD, "place": _KEYWORD, "entities": _KEYWORD, "word_count": {"type": "integer"},
    }  # fmt: skip
    settings = {"number_of_shards": shards, "number_of_replicas": 0, "refresh_interval": "-1"}
    client.indices.create(
        index=PLAIN, body={"settings": settings, "mappings": {"dynamic": False, "properties": properties}}
    )
    lines, size = list[bytes](), 0
    for document in documents:
        line = msgspec.json.encode(_plain(document))
        lines += (f'{{"index":{{"_id":"{document.id}"}}}}'.encode(), line)
        size += len(line)
        if size > _BULK_BYTES:
            _send(client, lines)
            lines, size = [], 0
    _send(client, lines)
    client.indices.refresh(index=PLAIN)


def _plain(document: Document) -> _Body:
    return {
        "headline": document.headline, "dateline": document.dateline, "body": document.body, "date": document.date,
        "year": (document.date or "")[:4], "source": document.source, "place": document.place,
        "entities": document.entities, "word_count": document.word_count,
    }  # fmt: skip


def _send(client: OpenSearch, lines: Sequence[bytes]) -> None:
    if lines:
        told = client.bulk(body=b"\n".join((*lines, b"")).decode(), index=PLAIN, request_timeout=120)
        assert not told["errors"]


def kinds(known: Statistics, count: int) -> dict[str, list[Asked]]:
    """Return the questions, by kind: half of the words are in a fifth of the articles or more, half in far fewer."""
    draw = random.Random(20)
    common, middling = known.words(0.2, 1.0), known.words(0.01, 0.08)
    phrases = [" ".join(pair) for pair, times in sorted(known.pairs.items()) if times >= 3 and pair[0] != pair[1]]
    sources = list(dict.fromkeys(document.source for document in corpus.generate(200)))

    def words(number: int) -> list[str]:
        return [draw.choice(middling if at % 2 else common) for at in range(number)]

    def some(make: Callable[[], Asked]) -> list[Asked]:
        made: dict[tuple[tuple[str, str], ...], Asked] = {}
        while len(made) < count:
            one = make()
            made.setdefault(one.params, one)
        return list(made.values())

    singles = [*common, *middling]
    draw.shuffle(singles)
    alone = iter(singles * 3)
    return {
        "one word": [_asked(word) for word in draw.sample(singles, count)],
        "two words, all": some(lambda: _asked(" ".join(words(2)), operator="and")),
        "three words, any": some(lambda: _asked(" ".join(words(3)), match="any")),
        "phrase": [_asked(phrase, phrase=True) for phrase in draw.sample(phrases, count)],
        "two words, two facets": some(lambda: _asked(" ".join(words(2)), operator="and", facets=True)),
        "one word, newest first": [_asked(word, newest=True) for word in draw.sample(singles, count)],
        "one word of a source": some(lambda: _asked(next(alone), source=draw.choice(sources))),
    }


def _asked(
    text: str, *, operator: str = "or", match: str = "", phrase: bool = False, facets: bool = False,
    newest: bool = False, source: str | None = None,
) -> Asked:  # fmt: skip
    params = [("q", f'"{text}"' if phrase else text), ("limit", str(_LIMIT))]
    found: _Body = {"match": {"body": {"query": text, "operator": operator}}}
    if phrase:
        found = {"match_phrase": {"body": text}}
    if match:
        params.append(("match", match))
    if source:
        params.append(("source", source))
        found = {"bool": {"must": [found], "filter": [{"term": {"source": source}}]}}
    body: _Body = {"size": _LIMIT, "track_total_hits": True, "query": found, "_source": _SHOWN}
    if facets:
        params += [("facet", name) for name in _FACETS]
        body["aggs"] = {name: {"terms": {"field": name, "size": _VALUES}} for name in _FACETS}
    if newest:
        params.append(("sort", "-date"))
        body["sort"] = [{"date": "desc"}]
    return Asked(tuple(params), body)


def ask_plain(client: OpenSearch, asked: Iterable[Asked]) -> int:
    return sum(int(client.search(index=PLAIN, body=one.body)["hits"]["total"]["value"]) for one in asked)


def ask_ours(client: httpx.Client, asked: Iterable[Asked]) -> int:
    total = 0
    for one in asked:
        told = client.get("/v1/search?" + urlencode(one.params))
        total += int(told.raise_for_status().json()["total"])
    return total


class Measured:
    """One cluster with both indexes, and the rows behind ours."""

    def __init__(self, nodes: Nodes, folder: Path, shards: int, database: str) -> None:
        self.nodes, self.folder, self.shards = nodes, folder, shards
        self._embedded, self._clustered = folder / "embedded", folder / "clustered"
        self._plain = OpenSearch(hosts=nodes.addresses, timeout=120, http_compress=False)
        self._settings = {
            "DATELINE_SEARCH_URL": " ".join(nodes.addresses), "DATELINE_SEARCH_INDEX": "scratch-measured",
            "DATELINE_SEARCH_SHARDS": str(shards), "DATELINE_SEARCH_REPLICAS": "0",
            "DATELINE_LOG_LEVEL": "warning", "DATELINE_DATABASE_URL": database,
        }  # fmt: skip

    def fill(self, size: int) -> None:
        """Write the rows, with an embedded index, into a folder of its own, and once more for the cluster: an archive
        has one index at a time."""
        if self._embedded.exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        documents = self.folder / "articles.jsonl"
        corpus.write(documents, corpus.generate(size))
        worker.measure(worker.Ingest(folder=self._embedded, documents=documents))
        documents.unlink()
        shutil.copytree(self._embedded, self._clustered)

    def build(self, size: int) -> None:
        """Build both from the same articles, which have names, and print what one costs."""
        documents = list(corpus.generate(size))
        meter = Meter(self.nodes, os.getpid())
        # Twice each: by the second time Java has compiled what it takes, as it has long before a load of millions ends.
        for _ in range(2):
            theirs = meter.spent(lambda: build_plain(self._plain, documents, self.shards))
        cluster = Cluster(tuple(self.nodes.addresses), name="scratch-built", shards=self.shards, replicas=0)
        engine = OpenSearchEngine.open(cluster)
        for _ in range(2):
            ours = meter.spent(lambda: engine.rebuild(documents, sequence=1))
        engine.remove()
        engine.close()
        _say("| CPU ms an article | nodes | process | both | articles per CPU second | per second |")
        _say("|---|---|---|---|---|---|")
        for name, spent in (("plain text", theirs), ("Dateline", ours)):
            both = (spent.nodes + spent.front) / size
            cells = f"{spent.nodes / size:.3f} | {spent.front / size:.3f} | {both:.3f} | {1_000 / both:,.0f}"
            _say(f"| {name} | {cells} | {size / spent.seconds:,.0f} |")
        both = (ours.nodes + ours.front) / (theirs.nodes + theirs.front)
        _say(f"| ratio | {ours.nodes / theirs.nodes:.2f} | | {both:.2f} | | {ours.seconds / theirs.seconds:.2f} |\n")

    def search(self, size: int) -> None:
        """Ask both the same questions in turns, and print what one costs, and what it took to build the indexes."""
        documents = list(corpus.generate(size))
        builder = Meter(self.nodes, os.getpid())
        if not self._plain.indices.exists(index=PLAIN) or self._plain.count(index=PLAIN)["count"] != size:
            _say_built("plain text", size, builder.spent(lambda: build_plain(self._plain, documents, self.shards)))
        asked = kinds(statistics(documents, size), _EACH + _WARMING)
        database = self._settings["DATELINE_DATABASE_URL"]
        if database:
            moved = [sys.executable, "-m", "app", "migrate-to", database, "--data-dir", str(self._clustered)]
            subprocess.run(moved, check=True)
        with ExitStack() as stack:
            quiet = {"DATELINE_LOG_LEVEL": "warning"}
            alone = stack.enter_context(traffic.serving("ours", self._embedded, quiet))
            os.environ.update(self._settings)
            with open_archive(Settings(data_dir=self._clustered), allow_missing_index=True) as archive:
                _say_built("Dateline, from rows", size, builder.spent(lambda: indexing.catch_up(archive)))
            before = stack.enter_context(traffic.serving("ours", self._clustered, self._settings))
            self._ask_all(asked, before, alone)

    def _ask_all(self, asked: dict[str, list[Asked]], before: traffic.Server, alone: traffic.Server) -> None:
        """Ask the cluster itself, the server before it, and the one that has the index."""
        traffic.settle(before)
        traffic.settle(alone)
        # The cluster alone does not compress either, unless a client asks for it.
        clients = [
            httpx.Client(
                base_url=f"http://127.0.0.1:{server.port}", headers={"Accept-Encoding": "identity"}, timeout=60
            )
            for server in (before, alone)
        ]
        ours = zip((before, alone), clients, strict=True)
        turns: list[tuple[int, Callable[[Iterable[Asked]], int]]] = [
            (os.getpid(), partial(ask_plain, self._plain)),
            *((server.process, partial(ask_ours, client)) for server, client in ours),
        ]
        _say(
            "| CPU ms of a search | cluster: nodes | client | Dateline: nodes | API | multiple | embedded | ms waited |"
        )
        _say("|---|---|---|---|---|---|---|---|")
        # Of all kinds first: Java compiles what runs often, in threads whose time counts.
        for questions in asked.values():
            for _, ask in turns:
                ask(questions[_EACH:])
        for name, questions in asked.items():
            counted = questions[:_EACH]
            spent: list[list[Spent]] = [[] for _ in turns]
            # In turns: what else the machine does meets all.
            for start in range(0, len(counted), 10):
                some = counted[start : start + 10]
                for told, (process, ask) in zip(spent, turns, strict=True):
                    told.append(Meter(self.nodes, process).spent(partial(ask, some)))
            nodes, distant, _ = (fsum(each.nodes for each in told) / len(counted) for told in spent)
            client, front, embedded = (fsum(each.front for each in told) / len(counted) for told in spent)
            waited = " ".join(f"{fsum(each.seconds for each in told) / len(counted) * 1_000:.1f}" for told in spent)
            cells = " | ".join(f"{value:.2f}" for value in (nodes, client, distant, front))
            _say(f"| {name} | {cells} | {(distant + front) / (nodes + client):.2f} | {embedded:.2f} | {waited} |")
        for one in clients:
            one.close()
        held = [traffic.memory(pid) for number in self.nodes.numbers if (pid := self.nodes.pid(number))]
        _say("\n| MB resident | |")
        _say("|---|---|")
        _say(f"| server before the cluster | {before.memory('VmRSS'):.0f} |")
        _say(f"| server with the index | {alone.memory('VmRSS'):.0f} |")
        _say(f"| nodes | {' '.join(f'{each:.0f}' for each in held)} |")


def _say_built(name: str, size: int, spent: Spent) -> None:
    _say(
        f"{name}: {size / spent.seconds:,.0f} articles a second, CPU ms of an article: nodes {spent.nodes / size:.3f},"
    )
    _say(f"process {spent.front / size:.3f}\n")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description="Dateline over a cluster beside the cluster alone.")
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--nodes", type=int, default=1)
    parser.add_argument("--shards", type=int, default=1)
    parser.add_argument("--heap", type=int, default=1_536, help="MB of each node; a million articles take twice that")
    parser.add_argument("--folder", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--archive", type=Path, help="where the rows are, or go; they stay there")
    parser.add_argument("--only", choices=("build", "search"))
    parser.add_argument("--database", default="", help="an empty database of PostgreSQL")
    parser.add_argument("--running", action="store_true", help="leave the nodes running")
    chosen = parser.parse_args(arguments)
    with ExitStack() as stack:
        folder = chosen.archive or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dateline-measured-")))
        # As they run where they serve: with all that Java makes quicker in time, and a heap that holds what is asked.
        nodes = Nodes(chosen.folder, chosen.nodes, heap_mb=chosen.heap, brief=False)
        if not chosen.running:
            stack.callback(nodes.stop)
        nodes.start()
        measured = Measured(nodes, folder, chosen.shards, chosen.database)
        measured.fill(chosen.size)
        if chosen.only != "search":
            measured.build(chosen.size)
        if chosen.only != "build":
            measured.search(chosen.size)


if __name__ == "__main__":
    main(sys.argv[1:])
