"""Names again: for what an older version read or none did, in any number of runs, with the outcome of one ingest."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlmodel import select

from app.archive import Archive
from app.errors import ArchiveBusy
from app.ingest.deciding import decide
from app.ingest.enriching import enrich
from app.ingest.lock import writing_alone
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.report import Progress
from app.store import articles
from app.store.decisions import Proposal
from app.store.tables import Article
from tests.conftest import NewArchive, WriteRecords
from tests.ingest.derived import facets, state
from tests.ingest.test_deciding import NEWS, PUTIN, SINGH

ROOT = Path(__file__).parents[2]
MANY = [{**record, "id": f"{record['id']}{n}", "date": f"{1900 + n}"} for n in range(40) for record in NEWS]


def left(archive: Archive) -> int:
    with archive.database.reading() as session:
        return articles.count_to_read_again(session, archive.enricher.pipeline)


@pytest.fixture
def skipped(archive: Archive, write_records: WriteRecords) -> Archive:
    ingest([write_records("a.jsonl", MANY)], archive, IngestOptions(skip_entities=True))
    return archive


def test_what_was_skipped_is_as_if_it_had_not_been(
    skipped: Archive, new_archive: NewArchive, write_records: WriteRecords
) -> None:
    done = enrich(skipped)
    assert (done.read, done.unnamed, done.pipeline) == (160, 160, skipped.enricher.pipeline)
    at_once = new_archive()
    ingest([write_records("a.jsonl", MANY)], at_once)
    assert state(skipped) == state(at_once)
    assert enrich(skipped).read == 0


def test_an_older_version_serves_until_its_turn_and_texts_are_not_revised(
    archive: Archive, write_records: WriteRecords
) -> None:
    ingest([write_records("a.jsonl", NEWS)], archive)
    decide(archive, Proposal("merge", PUTIN, target=SINGH), "Ada")
    before = state(archive)
    with archive.database.writing() as session:
        for article in session.exec(select(Article)):
            article.pipeline = "rules-0"
    assert left(archive) == 4
    assert facets(archive) == before["facets"]
    done = enrich(archive)
    assert (done.read, done.unnamed) == (4, 0)
    assert state(archive) == before
    with archive.database.reading() as session:
        assert {article.revision for article in session.exec(select(Article))} == {1}


def test_a_run_that_is_stopped_is_continued(skipped: Archive) -> None:
    def stop(progress: Progress) -> None:
        assert progress.total == 160
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        enrich(skipped, progress=stop)
    assert left(skipped) == 96
    told: list[Progress] = []
    assert enrich(skipped, progress=told.append).read == 96
    assert [(progress.done, progress.total) for progress in told] == [(64, 96), (96, 96)]


def test_a_run_that_is_killed_is_continued(skipped: Archive) -> None:
    """Not asked to stop: killed, as by a machine that runs out of memory."""
    command = [sys.executable, "-m", "app", "enrich", "--workers", "1", "--data-dir", str(skipped.settings.data_dir)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        while left(skipped) == 160:
            assert process.poll() is None
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
    rest = left(skipped)
    assert enrich(skipped).read == rest < 160
    assert facets(skipped)["person"][PUTIN] == 80


def test_one_writer_at_a_time(skipped: Archive) -> None:
    with writing_alone(skipped.settings.lock_path), pytest.raises(ArchiveBusy):
        enrich(skipped)
