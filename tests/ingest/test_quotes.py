"""Quotes in rows: with the names of their article, whatever happens to it, and the same in any order."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from sqlmodel import select

from app.archive import Archive
from app.ingest.enriching import enrich
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.verify import verify
from app.ingest.withdrawing import change_status
from app.store.tables import Article, Mention, Quote, SetAside
from tests.conftest import NewArchive, WriteRecords
from tests.ingest.derived import state
from tests.ingest.test_withdrawing import id_of

_TELLING = "Prime Minister Manmohan Singh met Vladimir Putin in India on Monday.\n\n"
_LINE = "“Read all of our news every day” says the Wire of Vladimir Putin"
NEWS: list[dict[str, Any]] = [
    {
        "id": "a",
        "source": "Wire",
        "title": "Talks in Goa",
        "text": f"{_TELLING}“We have agreed on all that matters,” Singh said. “It is a good day for India.”",
        "date": "2025-05-05",
    },
    {
        "id": "b",
        "source": "Wire",
        "title": "Help from Russia",
        "text": "Vladimir Putin said: “Russia will help wherever it is asked to help.” He spoke in Moscow.",
        "date": "2025-05-06",
    },
    {"id": "c", "source": "Wire", "title": "A third", "text": "Police said Singh had left “for good”.", "date": "2025"},
]


def said(archive: Archive) -> list[tuple[str, str, str | None]]:
    """What is said, by whom as the text has it, and who that is."""
    with archive.database.reading() as session:
        bodies = {article.id: article.body for article in session.exec(select(Article))}
        who = {(mention.article_id, mention.start): mention.entity_id for mention in session.exec(select(Mention))}
        return sorted(
            (
                quote.text,
                bodies[quote.article_id][quote.speaker_start : quote.speaker_end],
                who.get((quote.article_id, quote.named)) if quote.named is not None else None,
            )
            for quote in session.exec(select(Quote))
        )


_SINGH = ("Singh", "person-manmohan-singh")
ALL = [
    ("It is a good day for India.", *_SINGH),
    ("Russia will help wherever it is asked to help.", "Vladimir Putin", "person-vladimir-putin"),
    ("We have agreed on all that matters,", *_SINGH),
]


@pytest.fixture
def news(archive: Archive, write_records: WriteRecords) -> Archive:
    ingest([write_records("a.jsonl", NEWS)], archive)
    return archive


def test_they_come_with_names_in_any_order_and_any_batches(
    news: Archive, new_archive: NewArchive, write_records: WriteRecords
) -> None:
    assert said(news) == ALL
    for seed in range(3):
        other, records = new_archive(), Random(seed).sample(NEWS, len(NEWS))
        for number, record in enumerate(records):
            ingest([write_records(f"{seed}-{number}.jsonl", [record])], other)
        assert state(other) == state(news)


def test_older_archives_get_them_when_they_are_read_again(
    archive: Archive, news: Archive, write_records: WriteRecords
) -> None:
    with archive.database.writing() as session:
        for quote in session.exec(select(Quote)):
            session.delete(quote)
        for article in session.exec(select(Article)):
            article.pipeline = "rules-8"
    assert said(archive) == []
    enrich(archive)
    assert said(archive) == ALL


def test_skipped_with_names_and_filled_with_them(archive: Archive, write_records: WriteRecords) -> None:
    ingest([write_records("a.jsonl", NEWS)], archive, IngestOptions(skip_entities=True))
    assert said(archive) == []
    enrich(archive)
    assert said(archive) == ALL


def test_a_revision_has_its_own(news: Archive, write_records: WriteRecords) -> None:
    changed = [{**NEWS[0], "text": f"{_TELLING}“We have agreed on nothing that matters,” Putin said."}]
    ingest([write_records("b.jsonl", changed)], news)
    putin = ("Putin", "person-vladimir-putin")
    assert said(news) == [ALL[1], ("We have agreed on nothing that matters,", *putin)]
    moved = [{**changed[0], "url": "https://wire.example/a"}]
    ingest([write_records("c.jsonl", moved)], news)
    assert len(said(news)) == 2


def test_withdrawn_with_their_article_and_restored_with_it(news: Archive) -> None:
    change_status(news, "withdraw", [id_of(news, "a")], "wrong", "Ada")
    assert said(news) == [ALL[1]]
    change_status(news, "restore", [id_of(news, "a")], None, "Ada")
    assert said(news) == ALL
    change_status(news, "erase", [id_of(news, "a")], "wrong", "Ada")
    assert said(news) == [ALL[1]]
    assert b"agreed on all" not in news.settings.database_path.read_bytes()


def test_page_furniture_says_nothing(archive: Archive, write_records: WriteRecords) -> None:
    """A line that its source repeats week after week is set aside, and comes back where it is none any more."""
    weekly = [
        {"id": str(n), "source": "Wire", "title": f"No {n}", "text": f"{NEWS[0]['text']}\n\n{_LINE}",
         "date": f"2025-0{n + 1}-05"}
        for n in range(3)
    ]  # fmt: skip
    ingest([write_records("a.jsonl", weekly[:2])], archive)
    assert "Read all of our news every day" in {text for text, *_ in said(archive)}
    before = state(archive)
    ingest([write_records("b.jsonl", weekly[2:])], archive)
    with archive.database.reading() as session:
        aside = [row["text"] for each in session.exec(select(SetAside)) for row in each.quotes]
        shown = [quote.text for quote in session.exec(select(Quote))]
    assert aside == ["Read all of our news every day"] * 3
    assert aside[0] not in shown
    change_status(archive, "withdraw", [id_of(archive, "2")], "wrong", "Ada")
    assert state(archive) == before
    assert verify(archive, deep=True) == []


def test_verify_reads_them(news: Archive) -> None:
    with news.database.writing() as session:
        quote = session.exec(select(Quote)).first()
        assert quote is not None
        quote.text = "Nobody said so at all here."
    assert any("A quote of article" in found.message for found in verify(news, deep=True))
