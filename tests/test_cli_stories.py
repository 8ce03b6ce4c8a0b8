"""`dateline stories` against a real archive."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app import cli
from app.archive import Archive
from app.ingest.pipeline import IngestOptions, ingest
from tests.conftest import WriteRecords
from tests.ingest.test_stories import RECORDS


@pytest.fixture
def told(archive: Archive, write_records: WriteRecords) -> Path:
    ingest([write_records("a.jsonl", RECORDS)], archive, IngestOptions(skip_entities=True))
    return archive.settings.data_dir


def run(folder: Path, *given: str) -> Result:
    return CliRunner().invoke(cli.app, ["stories", *given, "--data-dir", str(folder)])


def test_stories_are_listed_and_one_is_read(told: Path) -> None:
    assert "A storm" in run(told).stdout
    found = json.loads(run(told, "--sort", "size", "--json").stdout)
    assert (found["total"], [each["article_count"] for each in found["results"]]) == (3, [3, 2, 2])
    shown = run(told, found["results"][0]["id"])
    assert shown.stdout.splitlines()[0].endswith("(3 articles, 1 sources)")
    assert [word in shown.stdout for word in ("Vote 0", "Vote 1", "Vote 2", "Mine")] == [True, True, True, False]
    assert json.loads(run(told, "-q", "ferry", "--json").stdout)["results"][0]["matching"] == 2
    decided = ["story-decisions", "detach", found["results"][0]["id"], "--by", "Ada", "--data-dir", str(told)]
    assert "Decision 1." in CliRunner().invoke(cli.app, decided).stderr
    assert json.loads(run(told, "--sort", "size", "--json").stdout)["results"][0]["article_count"] == 2
    log = CliRunner().invoke(cli.app, ["story-decisions", "--data-dir", str(told)])
    assert [word in log.stdout for word in ("detach", "Ada")] == [True, True]
    undo = CliRunner().invoke(cli.app, ["story-decisions", "undo", "1", "--json", "--data-dir", str(told)])
    assert json.loads(undo.stdout)["undoes"] == 1
    assert json.loads(run(told, "--sort", "size", "--json").stdout)["results"][0]["article_count"] == 3
    assert "No stories." in run(told, "-q", "nothing").stderr
    assert run(told, "0" * 16).exit_code == 1
