"""Copies from records to answers: in any order and batches, and in an archive that was there before."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlmodel import select

from app.archive import Archive
from app.ingest.enriching import enrich
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.verify import verify
from app.search.query import Query
from app.store import migrations
from app.store.tables import Article
from tests.api.test_copies import RECORDS
from tests.conftest import NewArchive, WriteRecords
from tests.store.test_copies import MORE

SEEDS = Path(__file__).parents[2] / "seeds"
OPTIONS = IngestOptions(skip_entities=True)
GROUPS = [["again", "cut", "more", "whole"], ["other"]]


def groups(archive: Archive) -> list[list[str]]:
    """The groups, by the ids of their records; as many as a search that collapses has hits."""
    found: dict[str | None, list[str]] = {}
    with archive.database.reading() as session:
        for id, group in session.exec(select(Article.external_id, Article.copy_group)):
            found.setdefault(group, []).append(str(id))
    assert archive.engine.search(Query(collapse="copies")).collapsed == len(found)
    return sorted(sorted(members) for members in found.values())


def test_order_batches_and_revisions_make_no_difference(new_archive: NewArchive, write_records: WriteRecords) -> None:
    for seed in range(3):
        archive, left = new_archive(), [*RECORDS]
        Random(seed).shuffle(left)
        ingest(
            [write_records("old.jsonl", [left[0] | {"text": MORE * 3}, left[-1] | {"text": MORE}])], archive, OPTIONS
        )
        for size in (1, 2, 2):
            ingest([write_records(f"{len(left)}.jsonl", left[:size])], archive, OPTIONS)
            del left[:size]
        assert groups(archive) == GROUPS
        assert verify(archive, deep=True) == []


@pytest.mark.parametrize("again", [enrich, lambda archive: ingest([], archive)], ids=["enrich", "ingest"])
def test_an_archive_of_an_earlier_schema_gets_its_copies(
    archive: Archive, write_records: WriteRecords, again: Any
) -> None:
    ingest([write_records("a.jsonl", RECORDS)], archive, OPTIONS)
    with archive.database.connecting() as connection:
        migrations.downgrade(connection, "0015")
    archive.database.migrate()
    with archive.database.reading() as session:
        assert set(session.exec(select(Article.copy_group))) == {None}
    again(archive)
    assert groups(archive) == GROUPS
    assert verify(archive, deep=True) == []


def test_two_articles_on_one_affair_are_no_copies(archive: Archive) -> None:
    ingest([SEEDS], archive, OPTIONS)
    with archive.database.reading() as session:
        found = session.exec(select(Article.copy_group)).all()
    assert len(set(found)) == len(found) > 30
