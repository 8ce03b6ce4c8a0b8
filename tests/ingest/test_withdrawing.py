"""Articles out of sight: what is left of them, and that nothing brings them back but the one who may."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from sqlmodel import SQLModel, select

from app.alerts.finding import find_new
from app.alerts.saving import save_search
from app.archive import Archive
from app.errors import Conflict, DatelineError, DecisionInvalid, NotFound, Withdrawn
from app.ingest import indexing
from app.ingest.deciding import decide_copies
from app.ingest.enriching import enrich, laid_out, put_names
from app.ingest.erasing import write_anew
from app.ingest.lock import writing_alone
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.story_deciding import decide_story
from app.ingest.verify import verify
from app.ingest.withdrawing import change_status
from app.read.params import SavedSearchBody
from app.search.meaning.vectors import NewVector
from app.search.query import Query, Word
from app.store import articles, withdrawals
from app.store.copy_decisions import CopyProposal
from app.store.story_decisions import StoryProposal
from app.store.tables import Article, Copy, Decision, Revision, Sighting
from app.store.texts import texts
from app.store.withdrawals import Kind
from tests.conftest import NewArchive, WriteRecords
from tests.following import Mirror, contents, reader
from tests.ingest.derived import state

NEWS: list[dict[str, object]] = [
    {
        "id": "a",
        "source": "Wire",
        "title": "Talks in Goa",
        "text": "Prime Minister Manmohan Singh met Vladimir Putin in India on Monday. Singh thanked Putin in Goa.",
        "date": "2025-05-05",
    },
    {
        "id": "b",
        "source": "Wire",
        "title": "Help from Russia",
        "text": "MOSCOW, May 6 - Vladimir Putin said Russia would help. Putin spoke with Quillington Ferrars.",
        "date": "2025-05-06",
        "url": "https://wire.example/quillington",
        "authors": ["Zebedee Marchbanks"],
    },
    {
        "id": "c",
        "source": "Wire",
        "title": "A third",
        "text": "Police said on Friday that Singh had left India.",
        "date": "2025-05-08",
    },
]
TOLD = (b"Quillington", b"quillington", b"Ferrars", b"ferrar", b"Marchbanks", b"Help from Russia", b"wire.example")


@pytest.fixture
def news(archive: Archive, write_records: WriteRecords) -> Archive:
    ingest([write_records("a.jsonl", NEWS)], archive)
    return archive


def id_of(archive: Archive, external_id: str) -> str:
    with archive.database.reading() as session:
        return session.exec(select(Article.id).where(Article.external_id == external_id)).one()


def found(archive: Archive, word: str) -> int:
    return archive.engine.search(Query(Word(word))).total


def test_a_withdrawn_article_is_gone_as_if_it_had_never_been_there(
    news: Archive, new_archive: NewArchive, write_records: WriteRecords
) -> None:
    other = new_archive()
    ingest([write_records("without.jsonl", [each for each in NEWS if each["id"] != "b"])], other)
    id = id_of(news, "b")
    done = change_status(news, "withdraw", [id], "published by mistake", "Ada")
    assert done.indexed
    assert (found(news, "russia"), found(news, "singh")) == (0, 2)
    assert state(news) == state(other)
    assert verify(news, deep=True) == []
    with news.database.reading() as session:
        with pytest.raises(Withdrawn, match="was withdrawn: published by mistake"):
            articles.load_article(session, id)
        assert articles.archive_stats(session).articles == 2
    assert texts(news.database, [id])[id].body == ""


def test_a_restored_article_is_as_it_was(news: Archive) -> None:
    before, id = state(news), id_of(news, "b")
    change_status(news, "withdraw", [id], "a mistake", "Ada")
    change_status(news, "restore", [id], None, "Ada")
    assert state(news) == before
    assert found(news, "russia") == 1
    assert verify(news, deep=True) == []
    assert enrich(news).read == 0


def test_one_without_names_has_none_when_it_comes_back(archive: Archive, write_records: WriteRecords) -> None:
    ingest([write_records("a.jsonl", NEWS)], archive, IngestOptions(skip_entities=True))
    id = id_of(archive, "b")
    change_status(archive, "withdraw", [id], "a mistake", "Ada")
    assert enrich(archive).read == 2
    change_status(archive, "restore", [id], None, "Ada")
    assert enrich(archive).read == 1


@pytest.mark.parametrize("kind", ["withdraw", "erase"])
def test_reading_its_record_again_does_not_bring_it_back(news: Archive, write_records: WriteRecords, kind: Any) -> None:
    change_status(news, kind, [id_of(news, "b")], "a mistake", "Ada")
    [_, record, _] = NEWS
    report = ingest([write_records("a.jsonl", NEWS)], news)
    assert (report.unchanged, report.withdrawn) == (2, 1)
    corrected = record | {"text": "Another text."}
    elsewhere = record | {"id": "z", "source": "Another wire", "url": "https://other.example/1"}
    report = ingest([write_records("b.jsonl", [corrected, elsewhere])], news)
    assert (report.read, report.withdrawn) == (2, 2)
    assert found(news, "russia") == 0


def test_what_was_erased_is_in_no_file(news: Archive, write_records: WriteRecords) -> None:
    [_, record, _] = NEWS
    longer = record | {"text": str(record["text"]) + " Quillington left." * 2000}
    ingest([write_records("a.jsonl", [longer])], news)  # a former state, and pages that are free
    ingest([write_records("a.jsonl", [record])], news)
    ingest([write_records("c.jsonl", [record | {"id": "copy", "source": "Copyist"}])], news)
    id = id_of(news, "b")
    assert _told(news) == set(TOLD)
    mirror = Mirror()
    mirror.read_on(reader(news))
    assert "person-quillington-ferrars" in mirror.entities
    done = change_status(news, "erase", [id], "asked for by the person it names", "Ada")
    assert done.indexed
    assert _told(news) == set()
    told = reader(news)(since=0, limit=1000)
    assert not [text for text in TOLD if text in json.dumps(told).encode()]
    mirror.read_on(reader(news))
    [tombstone] = [each for each in mirror.met if each["change"] == "erased" and each["type"] == "article"]
    assert (tombstone["id"], tombstone["reason"]) == (id, "asked for by the person it names")
    assert set(tombstone) == {"sequence", "type", "change", "id", "reason"}
    with news.database.reading() as session:
        assert mirror.contents() == contents(session)
    with news.database.reading() as session:
        assert not withdrawals.unfinished_erasures(session)
        for model in (Revision, Sighting, Copy):
            assert session.exec(select(model).where(model.article_id == id)).all() == []
        with pytest.raises(Withdrawn, match="asked for by the person it names"):
            articles.load_article(session, id)
    assert verify(news, deep=True) == []


def test_what_was_made_of_an_erased_article_is_in_no_table(news: Archive, write_records: WriteRecords) -> None:
    [other, record, _] = NEWS
    told = "“The barges are on their way,” Quillington Ferrars said, “and they arrive on May 9, 2025.”"
    telling = record | {"text": f"{record['text']} {told} The Ferrars Grain Board (FGB) waits."}
    near = record | {"id": "near", "source": "Other", "text": f"{telling['text']} He went.", "url": None}
    ingest([write_records("a.jsonl", [other, telling]), write_records("d.jsonl", [near])], news)
    saved = SavedSearchBody.checked({"name": "barges", "search": "q=barges"})
    save_search(news, saved, "Ada")
    ingest(
        [
            write_records(
                "a.jsonl", [other, telling | {"text": f"{telling['text']} He said no more about it on Tuesday."}]
            )
        ],
        news,
    )
    assert find_new(news) == 1
    erased, kept = id_of(news, "b"), id_of(news, "near")
    decide_copies(news, CopyProposal("together", erased, kept), "Ada")
    decide_story(news, StoryProposal("together", erased, kept), "Ada")
    for number, id in enumerate((erased, kept)):
        news.vectors.begin(b"m" * 32, 4)
        news.vectors.put([NewVector(int(id, 16), number + 1, np.ones(4, np.float32))], b"m" * 32, number)
    before = _naming(news, erased)
    assert before >= {"quote", "mentioned_date", "acronym", "story_vector", "copy_pair", "search_match", "revision"}
    change_status(news, "erase", [erased], "asked for", "Ada")
    # Who was told of it and who decided about it is known by its id alone.
    assert _naming(news, erased) == {"article", "withdrawal", "search_match", "decision", "story_decision"}
    assert _naming(news, kept) >= {"quote", "mentioned_date", "acronym", "story_vector"}
    assert [f"{id:016x}" for id in news.vectors.look().ids.tolist()] == [kept]
    change_status(news, "erase", [kept], "asked for", "Ada")
    assert _told(news) == set()


def _naming(archive: Archive, id: str) -> set[str]:
    """Return the tables in which a row says something of the article."""
    with archive.database.reading() as session:
        return {
            table.name
            for table in SQLModel.metadata.sorted_tables
            if any(id in row for row in session.connection().execute(table.select()))
        }


def _told(archive: Archive) -> set[bytes]:
    """Of the article that is erased, what any file of the archive says."""
    files = [path for path in Path(archive.settings.data_dir).rglob("*") if path.is_file()]
    return {text for text in TOLD for path in files if text in path.read_bytes()}


def test_an_erasure_that_another_writer_kept_waiting_is_finished_by_whoever_comes_next(news: Archive) -> None:
    id = id_of(news, "b")
    with writing_alone(news.settings.lock_path):
        done = change_status(news, "erase", [id], "asked for", "Ada", patience=0)
    assert not done.indexed
    assert _told(news)
    indexing.catch_up(news)
    assert _told(news) == set()


def test_what_cannot_be_done_changes_nothing(news: Archive) -> None:
    a, b = id_of(news, "a"), id_of(news, "b")
    before = state(news)
    refused: list[tuple[Kind, list[str], str | None, type[DatelineError]]] = [
        ("withdraw", [a, "0" * 16], "why", NotFound),
        ("withdraw", [a], " ", DecisionInvalid),
        ("withdraw", [a], None, DecisionInvalid),
        ("erase", [a], "x" * 501, DecisionInvalid),
        ("withdraw", [a], "a \x1b[31m", DecisionInvalid),
        ("restore", [a], None, Conflict),
    ]
    for kind, ids, reason, error in refused:
        with pytest.raises(error):
            change_status(news, kind, ids, reason, "Ada")
    assert state(news) == before
    change_status(news, "erase", [b], "asked for", "Ada")
    write_anew(news)  # rows that several share are, later than that
    for again in get_args(Kind):
        with pytest.raises(Conflict):
            change_status(news, again, [b], "why", "Ada")


def test_a_withdrawn_article_can_be_erased(news: Archive) -> None:
    id = id_of(news, "b")
    change_status(news, "withdraw", [id], "a mistake", "Ada")
    change_status(news, "erase", [id], "asked for", "Ada")
    assert _told(news) == set()
    with news.database.reading() as session:
        found, total = withdrawals.withdrawal_log(session, limit=10)
    assert (total, [(each.kind, each.reason, each.by) for each in found]) == (
        2,
        [("erase", "asked for", "Ada"), ("withdraw", "a mistake", "Ada")],
    )


def test_decisions_of_editors_hold_when_it_comes_back(news: Archive) -> None:
    from tests.ingest.test_deciding import PUTIN, spot
    from tests.ingest.test_deciding import take as decide

    decide(news, "split", PUTIN, **spot(news, "b", "Putin"), name="Another Putin")
    before, id = state(news), id_of(news, "b")
    change_status(news, "withdraw", [id], "a mistake", "Ada")
    assert state(news) != before
    change_status(news, "restore", [id], None, "Ada")
    assert state(news) == before
    with news.database.reading() as session:
        assert len(session.exec(select(Decision)).all()) == 1


def test_names_that_were_recognised_meanwhile_are_not_written(archive: Archive, write_records: WriteRecords) -> None:
    ingest([write_records("a.jsonl", NEWS)], archive, IngestOptions(skip_entities=True))
    id = id_of(archive, "b")
    with archive.database.reading() as session:
        article = session.get_one(Article, id)
    [found] = archive.enricher.enrich([laid_out(article)])
    change_status(archive, "withdraw", [id], "a mistake", "Ada")
    with archive.database.writing() as session:
        put_names(session, [(id, found)])
    assert state(archive)["Mention"] == []
