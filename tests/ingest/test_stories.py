"""Stories from records on: in any order and batches, and in an archive that was there before."""

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
from app.store import migrations
from app.store.tables import Article
from tests.conftest import NewArchive, WriteRecords
from tests.store.test_copies import MORE, STORY
from tests.store.test_stories import told

SEEDS = Path(__file__).parents[2] / "seeds"
OPTIONS = IngestOptions(skip_entities=True)
_TOLD: list[dict[str, Any]] = [
    *({"id": f"vote-{n}", "title": f"Vote {n}", "text": told(n, "vote")["body"], "date": f"2019-03-0{n + 1}"}
      for n in range(3)),
    *({"id": f"mine-{n}", "title": f"Mine {n}", "text": told(n, "mine")["body"], "date": "2019-03-04"}
      for n in range(2)),
    {"id": "whole", "title": "A storm", "text": STORY, "date": "2019-03-04"},
    {"id": "more", "title": "A storm", "text": STORY + MORE, "date": "2019-03-05"},
    {"id": "undated", "title": "Vote", "text": told(9, "vote")["body"]},
]  # fmt: skip
RECORDS = [each | {"source": "Wire"} for each in _TOLD]
STORIES = {"mine-0": ["mine-0", "mine-1"], "vote-0": ["vote-0", "vote-1", "vote-2"], "whole": ["more", "whole"]}


def stories(archive: Archive) -> dict[str, list[str]]:
    """The stories of several articles, by the ids of their records."""
    with archive.database.reading() as session:
        found = list(session.exec(select(Article.id, Article.external_id, Article.story)))
    named = {id: str(name) for id, name, _ in found}
    gathered: dict[str, list[str]] = {}
    for id, _, story in found:
        gathered.setdefault(named[str(story)], []).append(named[id])
    return {story: sorted(members) for story, members in gathered.items() if len(members) > 1}


def test_order_batches_and_revisions_make_no_difference(new_archive: NewArchive, write_records: WriteRecords) -> None:
    least = min(("mine-0", "mine-1"), key=_article_ids(new_archive(), write_records).__getitem__)
    expected = {least if story == "mine-0" else story: members for story, members in STORIES.items()}
    for seed in range(2):
        archive, left = new_archive(), [*RECORDS]
        Random(seed).shuffle(left)
        former = [left[0] | {"text": MORE * 3}, left[-1] | {"text": told(3, "mine")["body"]}]
        ingest([write_records("old.jsonl", former)], archive, OPTIONS)
        for size in (1, 3, 4):
            ingest([write_records(f"{len(left)}.jsonl", left[:size])], archive, OPTIONS)
            del left[:size]
        assert stories(archive) == expected
        assert verify(archive, deep=True) == []


def _article_ids(archive: Archive, write_records: WriteRecords) -> dict[str, str]:
    ingest([write_records("all.jsonl", RECORDS)], archive, OPTIONS)
    with archive.database.reading() as session:
        return {str(name): id for id, name in session.exec(select(Article.id, Article.external_id))}


@pytest.mark.parametrize("again", [enrich, lambda archive: ingest([], archive)], ids=["enrich", "ingest"])
@pytest.mark.parametrize("schema", ["0015", "0019"])
def test_an_archive_of_an_earlier_schema_gets_its_stories(
    archive: Archive, write_records: WriteRecords, again: Any, schema: str
) -> None:
    ingest([write_records("a.jsonl", RECORDS)], archive, OPTIONS)
    expected = stories(archive)
    with archive.database.connecting() as connection:
        migrations.downgrade(connection, schema)
    archive.database.migrate()
    with archive.database.reading() as session:
        assert set(session.exec(select(Article.story))) == {None}
    again(archive)
    assert stories(archive) == expected
    assert verify(archive, deep=True) == []


def test_two_articles_on_one_affair_are_a_story(archive: Archive) -> None:
    ingest([SEEDS], archive, OPTIONS)
    with archive.database.reading() as session:
        found = session.exec(select(Article.headline, Article.story)).all()
    assert 20 < len({story for _, story in found}) < len(found)
