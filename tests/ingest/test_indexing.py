from __future__ import annotations

import shutil

import pytest
from sqlmodel import select

from app.archive import Archive, open_archive
from app.errors import ArchiveBusy, IndexUnavailable
from app.ingest import indexing, standing
from app.ingest.lock import writing_alone
from app.ingest.pipeline import IngestOptions, ingest
from app.search.query import Query, Word
from app.search.whoosh.segment import EXTENSION
from app.store import receipts
from app.store.articles import touch
from app.store.tables import Article
from tests.conftest import WriteRecords

RECORDS = [
    {"id": n, "title": f"Number {n}", "text": "The tide is high.", "date": f"{1900 + n}-01", "dateline": "OSLO, Jan 1"}
    for n in range(30)
]


@pytest.fixture
def filled(archive: Archive, write_records: WriteRecords) -> Archive:
    ingest([write_records("a.jsonl", RECORDS)], archive, IngestOptions(skip_entities=True))
    return archive


def total(archive: Archive, word: str) -> int:
    return archive.engine.search(Query(Word(word))).total


def reopened(archive: Archive, *, allow_missing_index: bool = False) -> Archive:
    archive.close()
    return open_archive(archive.settings, allow_missing_index=allow_missing_index)


def change(archive: Archive, status: str, count: int) -> None:
    with archive.database.writing() as session:
        changed = session.exec(select(Article).limit(count)).all()
        for article in changed:
            article.status = status
        session.flush()
        touch(session, [article.id for article in changed])


def test_a_document_is_the_article_as_the_index_holds_it(filled: Archive) -> None:
    with filled.database.reading() as session:
        article = session.exec(select(Article).where(Article.external_id == "3")).one()
    made = indexing.document(article, ("place-oslo",), 7)
    assert (made.id, made.body, made.date, made.entities) == (
        article.id,
        "The tide is high.",
        "1903-01",
        ("place-oslo",),
    )
    assert (made.dateline, made.place, made.revised) == ("OSLO, Jan 1", "OSLO", article.revised)
    assert made.added == 7


def test_what_came_in_last_is_the_newest_whatever_becomes_of_the_rows(
    archive: Archive, write_records: WriteRecords
) -> None:
    def record(id: str, text: str) -> dict[str, str]:
        return {"id": id, "title": f"Article {id}", "text": text, "source": "Wire"}

    def newest() -> list[str | None]:
        return [hit.card.external_id for hit in archive.engine.search(Query(sort="-added")).hits]

    ingest(
        [write_records("a.jsonl", [record("z", "One."), record("y", "Two.")])],
        archive,
        IngestOptions(skip_entities=True),
    )
    ingest([write_records("b.jsonl", [record("x", "Three.")])], archive, IngestOptions(skip_entities=True))
    assert newest() == ["x", "y", "z"]
    ingest(
        [write_records("c.jsonl", [record("z", "One, corrected."), record("w", "Four.")])],
        archive,
        IngestOptions(skip_entities=True),
    )
    assert newest() == ["w", "x", "y", "z"]
    archive.database.wipe()
    assert indexing.rebuild(archive) == 4
    assert newest() == ["w", "x", "y", "z"]


def test_the_index_knows_how_far_it_is(filled: Archive) -> None:
    assert filled.engine.status().sequence == 30
    assert standing.lag(filled) == 0
    change(filled, "published", 4)
    assert standing.lag(filled) == 4
    assert indexing.catch_up(filled) == 4
    assert (standing.lag(filled), filled.engine.status().sequence) == (0, 34)
    assert indexing.catch_up(filled) == 0


def test_a_long_run_leaves_one_piece_and_a_short_one_takes_no_time_for_that(
    archive: Archive, write_records: WriteRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "_FEW", 10)
    monkeypatch.setattr(indexing, "_CHARACTERS", 100)
    ingest([write_records("a.jsonl", RECORDS)], archive, IngestOptions(skip_entities=True))
    assert len(list(archive.settings.index_dir.glob("*.seg"))) == 1
    assert standing.is_ours(archive)
    more = [record | {"id": 100 + number, "text": f"Low tide {number}."} for number, record in enumerate(RECORDS[:10])]
    ingest([write_records("b.jsonl", more)], archive, IngestOptions(skip_entities=True))
    assert len(list(archive.settings.index_dir.glob("*.seg"))) == 2
    assert (total(archive, "tide"), standing.is_ours(archive)) == (40, True)


def test_withdrawn_articles_leave_and_come_back(filled: Archive) -> None:
    change(filled, "withdrawn", 5)
    assert indexing.catch_up(filled) == 5
    assert (total(filled, "tide"), filled.engine.status().documents) == (25, 25)
    change(filled, "published", 3)
    with filled.database.writing() as session:
        withdrawn = session.exec(select(Article).where(Article.status == "withdrawn").limit(1)).one()
        touch(session, [withdrawn.id])
    indexing.catch_up(filled)
    assert (total(filled, "tide"), standing.lag(filled)) == (28, 0)


def test_a_lost_index_is_filled_again(filled: Archive) -> None:
    shutil.rmtree(filled.settings.index_dir)
    with reopened(filled) as again:
        assert total(again, "tide") == 0
        assert standing.lag(again) == 30
        assert indexing.catch_up(again) == 30
        assert total(again, "tide") == 30


def test_a_damaged_index_is_mended_on_request_alone(filled: Archive) -> None:
    for file in filled.settings.index_dir.iterdir():
        file.write_bytes(b"")
    with pytest.raises(IndexUnavailable):
        reopened(filled)
    with reopened(filled, allow_missing_index=True) as again:
        assert indexing.catch_up(again) == 30
        assert total(again, "tide") == 30


def test_an_index_without_a_receipt_is_not_trusted(filled: Archive) -> None:
    """As after the database was restored from a backup that is older than the index."""
    with filled.database.writing() as session:
        receipts.add_receipt(session, filled.engine.status().token, filled.engine.status().generation, 7)
    assert standing.lag(filled) == 30
    assert indexing.catch_up(filled) == 30
    assert indexing.catch_up(filled) == 0
    assert total(filled, "tide") == 30


def test_an_index_of_another_version_is_built_anew(filled: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    filled.fingerprint = "of a later version"
    monkeypatch.setattr("app.search.whoosh.index.FINGERPRINT", filled.fingerprint)
    assert standing.lag(filled) == 30
    generation = filled.engine.status().generation
    assert indexing.catch_up(filled) == 30
    assert filled.engine.status().generation > generation
    assert indexing.catch_up(filled) == 0


def test_rebuild(filled: Archive) -> None:
    change(filled, "withdrawn", 5)
    assert indexing.rebuild(filled) == 25
    assert (total(filled, "tide"), standing.lag(filled)) == (25, 0)
    assert indexing.catch_up(filled) == 0


def test_one_at_a_time(filled: Archive) -> None:
    with writing_alone(filled.settings.lock_path):
        assert indexing.catch_up(filled) == 0, "it writes nothing, and may look beside who does"
    change(filled, "withdrawn", 5)
    with writing_alone(filled.settings.lock_path):
        for write in (indexing.catch_up, indexing.rebuild):
            with pytest.raises(ArchiveBusy):
                write(filled)


def test_a_commit_of_another_is_gone_on_from_and_not_taken_for_damage(
    filled: Archive, write_records: WriteRecords
) -> None:
    """Within the time in which a search may be stale: to build the index anew would take hours of a large archive."""
    segments = {path.name for path in filled.settings.index_dir.glob(f"*{EXTENSION}")}
    with open_archive(filled.settings) as other:
        for number, archive in enumerate((other, filled, other, filled)):
            file = write_records(f"{number}.jsonl", [{"id": number, "title": "Whale", "text": f"Whale {number}."}])
            ingest([file], archive, IngestOptions(skip_entities=True))
    assert segments <= {path.name for path in filled.settings.index_dir.glob(f"*{EXTENSION}")}
