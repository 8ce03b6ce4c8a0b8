"""Each kind of disagreement is found, and a sound archive has none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlmodel import select

from app.archive import Archive
from app.ingest import indexing
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.verify import verify
from app.search.engine import Document
from app.search.whoosh.segment import EXTENSION
from app.store.articles import touch
from app.store.tables import Article
from app.store.withdrawals import withdraw
from tests.conftest import WriteRecords

RECORDS = [
    {"id": n, "title": f"Number {n}", "text": f"The tide is {n} hands high.", "date": f"{1900 + n}-01"}
    for n in range(30)
]


@pytest.fixture
def filled(archive: Archive, write_records: WriteRecords) -> Archive:
    """Three segments, with a revision and a withdrawal."""
    options = IngestOptions(skip_entities=True)
    ingest([write_records("a.jsonl", RECORDS[:20])], archive, options)
    ingest([write_records("b.jsonl", RECORDS[20:])], archive, options)
    ingest([write_records("a.jsonl", [RECORDS[0] | {"text": "The tide is low."}])], archive, options)
    with archive.database.writing() as session:
        [id] = session.exec(select(Article.id).where(Article.external_id == "7")).all()
        withdraw(session, id, "A mistake.", "Ann", "2026-01-01T00:00:00+00:00")
    indexing.catch_up(archive)
    return archive


def change(archive: Archive, statement: str) -> None:
    with archive.database.writing() as session:
        session.connection().execute(text(statement))


def found(archive: Archive, *, deep: bool = False) -> str:
    return "\n".join(f"{finding.store}: {finding.message}" for finding in verify(archive, deep=deep))


@pytest.mark.parametrize("deep", [False, True])
def test_a_sound_archive_has_nothing_wrong(filled: Archive, deep: bool) -> None:
    assert found(filled, deep=deep) == ""


def test_what_is_not_indexed_yet_is_no_finding(filled: Archive) -> None:
    with filled.database.writing() as session:
        touch(session, session.exec(select(Article.id).limit(9)).all())
    assert found(filled, deep=True) == ""


@pytest.mark.parametrize(
    ("statement", "deep", "words"),
    [
        ("UPDATE article SET status = 'withdrawn' WHERE external_id = '3'", False, "was withdrawn and is found"),
        ("UPDATE article SET status = 'published'", False, "is not found"),
        ("UPDATE article SET revised = 1 WHERE external_id = '3'", False, "before its last revision"),
        ("DELETE FROM article WHERE external_id = '3'", False, "is found and has no row"),
        ("UPDATE article SET body = 'Tide.' WHERE external_id = '3'", True, "is not what its hash says"),
        ("UPDATE article SET body = 'Tide.' WHERE external_id = '3'", True, "found by other words"),
        ("UPDATE article SET source = 'Other' WHERE external_id = '3'", True, "found by other words"),
        ("UPDATE article SET date = '1899' WHERE external_id = '3'", True, "found by other words"),
        ("DELETE FROM index_commit", False, "made from other rows"),
    ],
)
def test_each_kind_of_disagreement_is_found(filled: Archive, statement: str, deep: bool, words: str) -> None:
    change(filled, statement)
    assert words in found(filled, deep=deep)


def swap(first: Document) -> Document:
    return Document(first.id, first.headline, "tide The is hands", first.date, revised=first.revised)


@pytest.mark.parametrize("rewrite", [swap])
def test_a_deep_look_sees_the_order_of_words(filled: Archive, rewrite: Callable[[Document], Document]) -> None:
    with filled.database.reading() as session:
        documents = list(indexing.published(session))
    status = filled.engine.status()
    filled.engine.put([rewrite(documents[4])], sequence=status.sequence, token="swapped")
    indexing._write_receipt(filled, "swapped", status.generation + 1, status.sequence)
    assert found(filled) == ""
    assert (
        found(filled, deep=True)
        == f"index: Article {documents[4].id} is found by other words, names or dates than it has."
    )


def test_a_damaged_file_is_named(filled: Archive) -> None:
    segment = max(filled.settings.index_dir.glob(f"*{EXTENSION}"), key=lambda path: path.stat().st_size)
    raw = bytearray(segment.read_bytes())
    raw[raw.index(b"Number 1")] ^= 1
    segment.write_bytes(raw)
    assert f"index: {segment.name}: " in found(filled)
    indexing.rebuild(filled)
    assert found(filled, deep=True) == ""
