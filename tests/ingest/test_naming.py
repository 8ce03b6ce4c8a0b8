"""Names for articles that were sent: what waits, in which order, and what is written of it."""

from __future__ import annotations

import json
import threading
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from app.archive import Archive
from app.ingest.draft import Origin, draft
from app.ingest.enriching import enrich
from app.ingest.intake import Intake
from app.ingest.lock import writing_alone
from app.ingest.naming import name_some
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.posting import Sent, Written, post
from app.ingest.readers import Record
from app.read.articles import names_state
from app.store import unnamed
from app.store.tables import Article, ArticleEntity, AwaitingNames
from tests.conftest import RECORDS, NewArchive, WriteRecords
from tests.failures.command import dateline
from tests.ingest.derived import facets, state
from tests.ingest.test_intake import Given


def send(archive: Archive, *records: dict[str, Any]) -> list[Any]:
    body = BytesIO(b"".join(json.dumps({"source": "Wire", **record}).encode() + b"\n" for record in records))
    with closing(post(archive, Sent(body, "jsonl", "desk"), 0)) as answer:
        return [json.loads(line) for line in answer.lines()]


def test_what_waits_is_counted_without_a_look_at_what_does_not(archive: Archive) -> None:
    """A server counts after each commit, and has it scanned every article it would hold them all in memory."""
    [first, *_] = archive.database.rows(f"EXPLAIN QUERY PLAN {unnamed.COUNT}")
    assert first[-1].startswith("SCAN awaiting_names")


def queue(session: Session) -> dict[str, int]:
    return {each.article_id: each.tries for each in session.exec(select(AwaitingNames))}


def summit(number: int, person: str = "Vladimir Putin") -> dict[str, Any]:
    return {"id": number, "title": f"Summit {number}", "text": f"President {person} spoke in Moscow. Speech {number}."}


def test_what_was_sent_and_named_is_as_if_it_was_ingested(
    archive: Archive, new_archive: NewArchive, write_records: WriteRecords
) -> None:
    sourced = [{"source": "Wire", **record} for record in RECORDS[:20]]
    send(archive, *sourced)
    assert name_some(archive) == 20
    assert name_some(archive) == 0
    other = new_archive()
    ingest([write_records("a.jsonl", sourced)], other)
    assert (state(archive), facets(archive)) == (state(other), facets(other))


def test_what_was_ingested_without_names_waits_for_nothing_until_it_is_sent(
    archive: Archive, write_records: WriteRecords
) -> None:
    sourced = {"source": "Wire", **RECORDS[0]}
    ingest([write_records("a.jsonl", [sourced])], archive, IngestOptions(skip_entities=True))
    assert name_some(archive) == 0
    with archive.database.reading() as session:
        [article] = session.exec(select(Article)).all()
        assert names_state(session, article) == "skipped"
    [result] = send(archive, sourced)
    assert (result["status"], result["names"]) == ("unchanged", "pending")
    with archive.database.reading() as session:
        assert names_state(session, article) == "pending"
    assert name_some(archive) == 1
    assert send(archive, sourced)[0]["names"] == "done"


def test_a_command_reads_what_was_skipped_where_no_other_process_does(
    archive: Archive, write_records: WriteRecords
) -> None:
    sourced = [{"source": "Wire", **record} for record in RECORDS[:3]]
    ingest([write_records("a.jsonl", sourced)], archive, IngestOptions(skip_entities=True))
    folder = archive.settings.data_dir
    with writing_alone(archive.settings.background_lock_path):
        refused = dateline(folder, "work", "--all", "--once")
    assert refused.returncode == 75
    assert "with rows in PostgreSQL" in refused.stderr
    done = dateline(folder, "work", "--once")
    assert (done.returncode, done.stdout) == (0, "3 articles read for names.\n")
    with archive.database.reading() as session:
        assert {each.pipeline for each in session.exec(select(Article))} == {archive.enricher.pipeline}


def test_an_article_that_is_revised_while_it_is_read_waits_again(archive: Archive) -> None:
    send(archive, summit(1))
    with writing_alone(archive.settings.lock_path):
        naming = threading.Thread(target=name_some, args=(archive,))
        naming.start()
        while True:
            with archive.database.reading() as session:
                if 1 in queue(session).values():
                    break
        revise(archive, summit(1, "Narendra Modi"))
    naming.join()
    with archive.database.reading() as session:
        assert session.exec(select(ArticleEntity)).all() == []
        assert len(queue(session)) == 1
    assert name_some(archive) == 1
    with archive.database.reading() as session:
        names = {each.name for each in session.exec(select(ArticleEntity))}
    assert "Narendra Modi" in names
    assert "Vladimir Putin" not in names


def revise(archive: Archive, record: dict[str, Any]) -> None:
    """By who has the lock."""
    made = draft(Record(1, {"source": "Wire", **record}, 0, ""), "jsonl", Origin("desk/a", Path("desk/a")))
    with closing(Written()) as written:
        Intake(archive, None, 0, names=False, journal=written, keep_refusals=False).take(Given([made]))


def test_what_another_named_or_took_back_is_not_read(archive: Archive) -> None:
    send(archive, summit(1), summit(2))
    with archive.database.writing() as session:
        first, *_ = session.exec(select(Article)).all()
        first.status = "withdrawn"
        session.add(first)
    with archive.database.reading() as session:
        assert unnamed.count_waiting(session) == 1
    enrich(archive)
    assert name_some(archive) == 0
    with archive.database.reading() as session:
        assert queue(session) == {}


def test_a_text_that_ends_its_process_keeps_no_other_waiting(archive: Archive) -> None:
    """Those that were begun come after all others, and one at a time."""
    ids = [each["id"] for each in send(archive, summit(1), summit(2))]
    with archive.database.writing() as session:
        unnamed.count_try(session, ids)
        unnamed.count_try(session, ids[:1])
    later = [each["id"] for each in send(archive, summit(3), summit(4))]
    order = []
    for _ in range(3):
        with archive.database.reading() as session:
            before = set(queue(session))
        name_some(archive)
        with archive.database.reading() as session:
            order.append(before - set(queue(session)))
    assert order == [set(later), {ids[1]}, {ids[0]}]
