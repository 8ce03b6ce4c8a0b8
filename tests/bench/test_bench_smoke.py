"""That the bench still runs: the whole of it, in small, but for HTTP."""

from __future__ import annotations

import json
import pickle
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.bench import corpus, queries, reads, report, worker
from tests.bench.__main__ import MODULES

SIZE = 300


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bench")
    corpus.write(folder / "articles.jsonl", corpus.generate(SIZE))
    corpus.write(folder / "more.jsonl", corpus.generate(20, start=SIZE))
    asked = queries.engine_queries(queries.statistics(corpus.read(folder / "articles.jsonl"), SIZE))
    for number, few in enumerate(asked.values()):
        assert few
        (folder / f"{number}.pickle").write_bytes(pickle.dumps(few[:3]))
    return folder


def _totals(folder: Path, peer: str) -> list[int]:
    index, classes = folder / peer, sorted(folder.glob("*.pickle"))
    (built,) = worker.perform(worker.Build(peer=peer, folder=index, documents=folder / "articles.jsonl"))
    assert built.size_mb > 0
    assert built.peak_mb > built.own_mb > 0
    asked = worker.perform(worker.Ask(peer=peer, folder=index, classes=classes, first=True, seconds=9))
    assert all(len(outcome.cpu_ms) == 3 for outcome in asked if outcome.supported)
    more = worker.Commit(peer=peer, folder=index, documents=folder / "more.jsonl", queries=classes[1])
    (committed,) = worker.perform(more)
    assert sum(asked[1].totals) > 0
    assert committed.totals[0] > asked[1].totals[0]
    return [sum(outcome.totals) if outcome.supported else 0 for outcome in asked]


@pytest.fixture(scope="module")
def ours(folder: Path) -> list[int]:
    return _totals(folder, "ours")


@pytest.mark.parametrize("peer", MODULES)
def test_a_peer_finds_what_ours_does(folder: Path, ours: list[int], peer: str) -> None:
    if find_spec(MODULES[peer]) is None:
        pytest.skip(f"{MODULES[peer]} is not installed")
    found = _totals(folder, peer)
    words_alone = [0, 1, 2, 3, 7, 8, 9]
    assert [found[i] for i in words_alone] == pytest.approx([ours[i] for i in words_alone], rel=0.15, abs=2)


def test_every_read_of_an_archive_is_measured(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # So many that what the clock of another process is behind does not tell.
    monkeypatch.setattr(reads, "EACH", 20)
    monkeypatch.setattr(reads, "WARMING", 1)
    monkeypatch.setattr(reads, "STARTS", 1)
    measured = list(reads.measure(data_dir))
    assert measured[0].name == "search"
    assert len(measured) == 17
    assert [row for row in measured if row.cpu_ms <= 0 or row.p50_ms <= 0] == []
    assert "| search " in report.reads_table(measured)


def test_the_same_number_gives_the_same_article() -> None:
    assert list(corpus.generate(3, start=1_999)) == list(corpus.generate(2_002))[-3:]


def test_a_file_as_ingest_reads_it_becomes_documents(tmp_path: Path) -> None:
    record = {"id": "a-1", "title": "Grain prices", "body": "Wheat rose.", "date": "1987-03-02", "source": "Newswire"}
    (tmp_path / "file.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    (document,) = corpus.from_file(tmp_path / "file.jsonl")
    assert (document.headline, document.body, document.date) == ("Grain prices", "Wheat rose.", "1987-03-02")
    assert document.entities


def test_the_json_has_the_form_that_is_compared_over_time(tmp_path: Path) -> None:
    result = report.Result(
        size=1, machine="one",
        engine=[report.Engine(name="rare term", phase="warm", ours=1.0)],
        http=[report.Http(name="term", connections=8, measure="p95_ms", ours=1.0, tantivy=2.0)],
        build=[report.Build(engine="ours", docs_per_cpu_second=1, size_mb=1, peak_mb=1)],
        commit=[report.Commit(engine="ours", documents=100, cpu_ms=1)],
    )  # fmt: skip
    report.write(tmp_path / "bench.json", result)
    kept = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))
    assert list(kept) == ["size", "machine", "engine", "http", "build", "commit"]
    assert list(kept["engine"][0]) == ["class", "phase", "ours", "tantivy", "fts5", "whoosh"]
    assert list(kept["http"][0]) == ["class", "connections", "measure", "ours", "tantivy", "fts5", "whoosh", "groonga"]
    assert kept["engine"][0]["fts5"] is None
    assert any("0.50" in table for table in report.tables(result, report.Aside()))
    assert report.read(tmp_path / "bench.json") == result


def test_growth_compares_what_both_sizes_measured() -> None:
    def result(size: int, *rows: report.Engine) -> report.Result:
        return report.Result(size=size, machine="one", engine=list(rows), http=[], build=[], commit=[])

    small = result(10, report.Engine(name="rare term", phase="warm", ours=0.5, whoosh=1.0))
    large = result(
        1_000, report.Engine(name="rare term", phase="warm", ours=2.0), report.Engine(name="new", phase="warm")
    )
    heads, _, rare, new = report.growth(small, large).splitlines()
    assert [cell.strip() for cell in heads.split("|")[3:-1]] == ["ours, 10", "ours, 1,000", "ours, growth"]
    assert [cell.strip() for cell in rare.split("|")[3:-1]] == ["0.5", "2", "4.00"]
    assert "–" in new
