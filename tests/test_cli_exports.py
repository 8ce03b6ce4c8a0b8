"""`dateline export` and `dateline cite`, run as people run them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.archive import open_archive
from app.cli import app
from app.ingest.pipeline import IngestOptions, ingest
from app.settings import Settings
from tests.conftest import RECORDS, WriteRecords


@pytest.fixture
def folder(tmp_path: Path, write_records: WriteRecords) -> Path:
    with open_archive(Settings(data_dir=tmp_path / "data")) as archive:
        ingest([write_records("given.jsonl", RECORDS)], archive, IngestOptions(skip_entities=True))
    return tmp_path / "data"


def run(folder: Path, *arguments: str) -> str:
    done = CliRunner().invoke(app, [*arguments, "--data-dir", str(folder)])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_everything_goes_to_the_standard_output(folder: Path) -> None:
    lines = run(folder, "export").splitlines()
    assert {json.loads(line)["external_id"] for line in lines} == {record["id"] for record in RECORDS}


def test_a_search_goes_to_a_file(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "found.csv"
    run(folder, "export", "truce", "--format", "csv", "--from", "2025", "--source", "Harbour Wire", "-o", str(file))
    with file.open(encoding="utf-8-sig", newline="") as rows:
        assert {row["external_id"] for row in csv.DictReader(rows)} == {"truce-1", "truce-2"}


def test_an_article_is_cited(folder: Path) -> None:
    [id] = [json.loads(line)["id"] for line in run(folder, "export", "welcomes").splitlines()]
    assert run(folder, "cite", id) == "“Moscow welcomes the truce,” Harbour Wire, May 13, 2025.\n"
    assert run(folder, "cite", id, "--format", "ris").startswith("TY  - NEWS")


def test_an_article_is_cited_by_its_address_and_by_the_id_of_its_publisher(
    folder: Path, write_records: WriteRecords
) -> None:
    assert run(folder, "cite", "truce-2") == "“Moscow welcomes the truce,” Harbour Wire, May 13, 2025.\n"
    assert "Truce holds along the river" in run(folder, "cite", "http://www.news.example/truce/?utm_source=x#p2")
    twins = [{"id": "truce-2", "title": f"Twin {source}", "source": source} for source in ("A", "B")]
    with open_archive(Settings(data_dir=folder)) as archive:
        ingest([write_records("twins.jsonl", twins)], archive, IngestOptions(skip_entities=True))
    several = CliRunner().invoke(app, ["cite", "truce-2", "--data-dir", str(folder)])
    assert several.exit_code != 0
    assert "3 articles are known as 'truce-2'" in several.output
    missing = CliRunner().invoke(app, ["cite", "https://news.example/nothing", "--data-dir", str(folder)])
    assert "There is no article 'https://news.example/nothing'." in missing.output
