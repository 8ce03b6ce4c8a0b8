from __future__ import annotations

import pytest
from sqlmodel import col, select

from app.archive import Archive
from app.errors import IndexUnavailable, NotFound, Withdrawn
from app.ingest.pipeline import IngestOptions, ingest
from app.store import articles
from app.store.sequence import count_changed_after
from app.store.tables import Article
from app.store.texts import texts
from app.store.written import run_written
from tests.conftest import WriteRecords

RECORDS = [
    {"id": 1, "title": "Ferry sails", "text": "At last.", "date": "2019-06-01", "source": "Coast Courier"},
    {"id": 2, "title": "Ferry late", "text": "Again.", "date": "2020", "source": "Coast Courier"},
    {"id": 3, "title": "Snow", "text": "Much of it.", "source": "Harbour Wire"},
    {"id": 4, "title": "Rain", "text": "Little of it."},
]


@pytest.fixture
def ids(archive: Archive, write_records: WriteRecords) -> dict[str, str]:
    """By the record's own id."""
    ingest([write_records("records.jsonl", RECORDS)], archive, IngestOptions(skip_entities=True))
    with archive.database.reading() as session:
        return {own: id for own, id in session.exec(select(Article.external_id, Article.id)) if own is not None}


def withdraw(archive: Archive, id: str) -> None:
    with archive.database.writing() as session:
        session.get_one(Article, id).status = "withdrawn"


def test_an_article_is_there_withdrawn_or_unknown(archive: Archive, ids: dict[str, str]) -> None:
    withdraw(archive, ids["2"])
    with archive.database.reading() as session:
        assert articles.load_article(session, ids["1"]).headline == "Ferry sails"
        with pytest.raises(Withdrawn):
            articles.load_article(session, ids["2"])
        with pytest.raises(NotFound, match="There is no article '0000000000000000'"):
            articles.load_article(session, "0" * 16)
        found = articles.load_articles(session, [ids["2"], "0" * 16, ids["1"]])
        assert {id: article.status for id, article in found.items()} == {ids["2"]: "withdrawn", ids["1"]: "published"}


def test_texts(archive: Archive, ids: dict[str, str]) -> None:
    found = texts(archive.database, [ids["1"], ids["3"]])
    assert found == {ids["1"]: ("At last.", ()), ids["3"]: ("Much of it.", ())}
    with pytest.raises(IndexUnavailable, match="0000000000000000"):
        texts(archive.database, [ids["1"], "0" * 16])


def test_a_text_is_shown_as_it_is_now_however_often_it_was_read(archive: Archive, ids: dict[str, str]) -> None:
    def change(columns: str) -> None:
        with archive.database.writing() as session:
            run_written(session.connection(), f"UPDATE article SET {columns} WHERE id = ?", (ids["1"],))

    for columns, shown in (
        ("body = 'Before.'", ("Before.", ())),
        ("body = 'After.', furniture = '[[0, 5]]'", ("After.", ((0, 5),))),
        ("status = 'withdrawn'", ("", ((0, 5),))),
        ("status = 'published', furniture = NULL", ("After.", ())),
    ):
        change(columns)
        for _ in range(2):
            assert texts(archive.database, [ids["1"]]) == {ids["1"]: shown}


def test_more_ids_than_sqlite_binds(archive: Archive, ids: dict[str, str]) -> None:
    many = [f"{number:016x}" for number in range(40_000)]
    with archive.database.reading() as session:
        assert articles.load_articles(session, [*many, ids["1"]]).keys() == {ids["1"]}


def test_sources_and_stats_leave_out_what_was_withdrawn(archive: Archive, ids: dict[str, str]) -> None:
    with archive.database.reading() as session:
        assert articles.source_counts(session) == [
            articles.SourceCount("Coast Courier", 2, "2019-06-01", "2020"),
            articles.SourceCount("Harbour Wire", 1, None, None),
        ]
        assert articles.archive_stats(session) == articles.ArchiveStats(4, 0, 0, 2, "2019-06-01", "2020", 4)
    withdraw(archive, ids["3"])
    with archive.database.reading() as session:
        assert [source.name for source in articles.source_counts(session)] == ["Coast Courier"]
        assert articles.archive_stats(session).articles == 3


def test_stats_of_an_empty_archive(archive: Archive) -> None:
    with archive.database.reading() as session:
        assert articles.archive_stats(session) == articles.ArchiveStats(0, 0, 0, 0, None, None, 0)


def test_touch_puts_articles_at_the_end_of_the_changes(archive: Archive, ids: dict[str, str]) -> None:
    with archive.database.writing() as session:
        articles.touch(session, [ids["1"], ids["3"]])
    with archive.database.reading() as session:
        changed = articles.changed_after(session, 4, 10)
        assert {article.id for article in changed} == {ids["1"], ids["3"]}
        assert [article.sequence for article in changed] == [5, 6]
        assert all(article.revised <= 4 for article in changed)
        assert count_changed_after(session, 4) == 2
        assert len(articles.changed_after(session, 0, 3)) == 3
        newest_first = select(Article.id).order_by(col(Article.sequence).desc())
        assert set(session.exec(newest_first).fetchmany(2)) == {ids["1"], ids["3"]}
