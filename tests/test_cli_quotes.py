"""`dateline quotes` against a real archive."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app import cli
from app.archive import Archive
from app.ingest.pipeline import ingest
from tests.conftest import WriteRecords
from tests.ingest.test_quotes import NEWS


@pytest.fixture
def news(archive: Archive, write_records: WriteRecords) -> Path:
    ingest([write_records("a.jsonl", NEWS)], archive)
    return archive.settings.data_dir


def run(folder: Path, *given: str) -> Result:
    return CliRunner().invoke(cli.app, ["quotes", *given, "--data-dir", str(folder)])


def test_quotes_are_listed_and_chosen_by_who_and_what(news: Path) -> None:
    shown = run(news)
    assert shown.exit_code == 0
    assert shown.stdout.splitlines()[0] == "3 quotes"
    assert "1. Russia will help wherever it is asked to help." in shown.stdout
    assert "Vladimir Putin · 2025-05-06 · Help from Russia · Wire" in shown.stdout
    said = json.loads(run(news, "--speaker", "Manmohan Singh", "--json").stdout)
    assert [each["text"] for each in said["results"]] == [
        "We have agreed on all that matters,", "It is a good day for India."
    ]  # fmt: skip
    assert said["results"][0]["speaker"]["entity_id"] == "person-manmohan-singh"
    assert json.loads(run(news, "help", "--speaker", "person-vladimir-putin", "--json").stdout)["total"] == 1
    assert json.loads(run(news, "--to", "2025-05-05", "--json").stdout)["total"] == 2
    assert "1 quote" in run(news, "India day", "--limit", "1").stdout
    nobody = run(news, "--speaker", "person-nobody")
    assert "No article names an entity 'person-nobody'" in nobody.stderr
    wrong = run(news, "--speaker", "Nobody Atall")
    assert wrong.exit_code != 0
    assert "Nobody Atall" in wrong.output
