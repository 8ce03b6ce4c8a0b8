"""Exports of a whole archive by a real server: in memory that does not grow with it, beside an ingest, gone on with."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.archive import open_archive
from app.ingest.pipeline import IngestOptions, ingest
from app.settings import Settings
from tests.failures.command import ROOT, dateline, full_disk, serving
from tests.failures.processes import held
from tests.failures.test_disk_fails import STRACE, needs_strace
from tests.waiting import until

SIZE = 12_000
"""Characters of an article, about: three pages of SQLite."""


def write_articles(path: Path, first: int, last: int) -> None:
    with path.open("w") as file:
        for n in range(first, last):
            text = f"Keeper {n} of the lighthouse saw ship {n * n}. " * (SIZE // 44)
            file.write(json.dumps({"id": n, "title": f"Number {n}", "text": text, "date": "1911-12-14"}) + "\n")


def lines_of(address: str, **params: Any) -> Iterator[bytes]:
    query = {"format": "jsonl", "sort": "date", **params}
    with httpx.stream("GET", f"{address}/v1/export", params=query, timeout=600) as answer:
        assert answer.status_code == 200
        yield answer.headers["Export-Cursor"].encode()
        rest = b""
        for piece in answer.iter_bytes():
            *lines, rest = (rest + piece).split(b"\n")
            yield from lines


def memory(pid: int, folder: Path) -> int:
    now = held(pid, folder)
    return now.own + now.mapped


@pytest.mark.parametrize("number", [2_000, pytest.param(40_000, marks=pytest.mark.torture)])
def test_an_export_of_any_length_takes_the_same_memory(
    tmp_path: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages of the file that were read are not counted as the server's for as long as it runs either."""
    monkeypatch.setenv("DATELINE_RECOGNISE", "false")
    folder, given, more = tmp_path / "data", tmp_path / "given.jsonl", tmp_path / "more.jsonl"
    write_articles(given, 0, number)
    write_articles(more, number, number + 200)
    with open_archive(Settings(data_dir=folder)) as archive:
        ingest([given], archive, IngestOptions(skip_entities=True))
    with serving(folder, alone=True) as (process, address):
        list(lines_of(address, limit=200))
        before = taken = memory(process.pid, folder)
        whole = []
        for count, line in enumerate(lines_of(address)):
            whole.append(hash(line))
            if count % (number // 20) == 1:
                taken = max(taken, memory(process.pid, folder))
        assert len(whole) == number + 1
        assert taken - before < number * SIZE / 3, (before, taken)

        beside = lines_of(address)
        kept = [hash(line) for _, line in zip(range(20), beside, strict=False)]
        assert dateline(folder, "ingest", more, "--skip-entities").returncode == 0
        assert kept + [hash(line) for line in beside] == whole, "an ingest changes nothing of what is being sent"

        # The server looks now and then whether another process has written to the index.
        until(lambda: httpx.get(f"{address}/v1/search", timeout=60).json()["total"] == number + 200)
        cut_off = lines_of(address, limit=number // 2)
        cursor, *first = cut_off
        rest = lines_of(address, cursor=cursor.decode(), after=json.loads(first[-1])["id"])
        next(rest)
        found = [json.loads(line)["external_id"] for line in (*first, *rest)]
        assert len(found) == len(set(found)) == number + 200


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """A file that an earlier export wrote, alone in its folder."""
    (tmp_path / "exports").mkdir()
    file = tmp_path / "exports" / "all.jsonl"
    file.write_text("before")
    return file


def check_kept(before: Path, done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 74, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert before.read_text() == "before"
    assert list(before.parent.iterdir()) == [before]


@needs_strace
def test_a_disk_that_cannot_be_read_leaves_the_file_that_was_there(filled: Path, before: Path, tmp_path: Path) -> None:
    """At each fifth of its reads of the archive."""

    def reading(*inject: str) -> tuple[subprocess.CompletedProcess[str], int]:
        trace, database = tmp_path / "trace", filled / "archive.sqlite"
        traced = [*STRACE, "-o", str(trace), "-P", str(database), "-e", "trace=pread64", *inject]
        asked = [sys.executable, "-m", "app", "export", "-o", str(before), "--data-dir", str(filled)]
        done = subprocess.run([*traced, *asked], check=False, cwd=ROOT, capture_output=True, text=True, timeout=300)
        return done, len(trace.read_text().splitlines())

    whole, reads = reading()
    assert (whole.returncode, before.read_text().count("\n")) == (0, 40)
    failed = 0
    for when in range(reads // 5, reads + 1, reads // 5):
        before.write_text("before")
        done, _ = reading("-e", f"inject=pread64:error=EIO:when={when}")
        if done.returncode == 0:  # SQLite can do without a few of them
            assert before.read_text().count("\n") == 40
            continue
        check_kept(before, done)
        assert f"{filled / 'archive.sqlite'}: " in done.stderr
        failed += 1
    assert failed > 1


def test_a_disk_that_is_full_leaves_the_file_that_was_there(tmp_path: Path, before: Path) -> None:
    folder, given = tmp_path / "data", tmp_path / "given.jsonl"
    write_articles(given, 0, 10)
    assert dateline(folder, "ingest", given, "--skip-entities").returncode == 0
    done = dateline(folder, "export", "-o", before, prepare=full_disk(50_000))
    check_kept(before, done)
    assert done.stderr == f"{before} cannot be written: File too large.\n"
    with Path("/dev/full").open("w") as full:
        asked = [sys.executable, "-m", "app", "export", "--data-dir", str(folder)]
        done = subprocess.run(asked, check=False, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (74, "The standard output cannot be written: No space left on device.\n")
    with Path("/dev/full").open("w") as full:
        asked = [sys.executable, "-m", "app", "stats", "--data-dir", str(folder)]
        done = subprocess.run(asked, check=False, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, timeout=300)
    assert done.returncode == 74
    assert (
        done.stderr
        == "No space left on device. Make room, and run the command again: what was written whole is kept.\n"
    )
