"""Exports of a whole archive by a real server: in memory that does not grow with it, beside an ingest, gone on with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.archive import open_archive
from app.ingest.pipeline import IngestOptions, ingest
from app.settings import Settings
from tests.failures.command import dateline, serving
from tests.failures.processes import held

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
    with serving(folder) as (process, address):
        list(lines_of(address, limit=200))
        before = taken = held(process.pid).memory
        whole = []
        for count, line in enumerate(lines_of(address)):
            whole.append(hash(line))
            if count % (number // 20) == 1:
                taken = max(taken, held(process.pid).memory)
        assert len(whole) == number + 1
        assert taken - before < number * SIZE / 3, (before, taken)

        beside = lines_of(address)
        kept = [hash(line) for _, line in zip(range(20), beside, strict=False)]
        assert dateline(folder, "ingest", more, "--skip-entities").returncode == 0
        assert kept + [hash(line) for line in beside] == whole, "an ingest changes nothing of what is being sent"

        cut_off = lines_of(address, limit=number // 2)
        cursor, *first = cut_off
        rest = lines_of(address, cursor=cursor.decode(), after=json.loads(first[-1])["id"])
        next(rest)
        found = [json.loads(line)["external_id"] for line in (*first, *rest)]
        assert len(found) == len(set(found)) == number + 200
