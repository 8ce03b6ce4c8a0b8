"""Entities summed up: what they are called and counted, and when."""

from __future__ import annotations

import pytest
from sqlmodel import col, select

from app.archive import Archive
from app.enrich.resolve import Enrichment
from app.ingest.rules import RULES
from app.store import totals
from app.store.linking import settle_entities
from app.store.tables import Alias, Article, Entity, Mention
from app.store.totals import prominence
from tests.conftest import NewArchive
from tests.store.test_linking import ALL, FRONT, SHORT, A, B, C, named, summed_up, write


def test_sums_are_those_of_the_rows(new_archive: NewArchive) -> None:
    archive = new_archive()
    write(archive, ALL)
    summed_up(archive)
    with archive.database.reading() as session:
        for entity in session.exec(select(Entity)):
            mentions = session.exec(select(Mention).where(Mention.entity_id == entity.id)).all()
            assert entity.mention_count == len(mentions)
            assert entity.article_count == len({mention.article_id for mention in mentions})
            counted = session.exec(select(Alias).where(col(Alias.entity_id) == entity.id)).all()
            assert sum(alias.count for alias in counted) == len(mentions)


def test_in_the_midst_of_a_run_what_is_named_very_often_waits(new_archive: NewArchive) -> None:
    often = Enrichment(
        (named("place-india", "India", *["India"] * 501), named(FRONT, "Front", "Front", at=7)), (), None, "p"
    )
    found = {A: often, B: often}
    archive = new_archive()
    write(archive, {A: often})
    summed_up(archive)
    write(archive, {B: often})
    with archive.database.writing() as session:
        assert settle_entities(session, RULES, meanwhile=True) == 1
        counted = {entity.id: (entity.article_count, entity.stale) for entity in session.exec(select(Entity))}
    assert counted == {"place-india": (1, True), FRONT: (2, False)}
    at_once = new_archive()
    write(at_once, found)
    assert summed_up(archive) == summed_up(at_once)


def test_only_stale_entities_are_summed_up(archive: Archive) -> None:
    write(archive, ALL)
    summed_up(archive)
    with archive.database.writing() as session:
        assert totals.are_summed_up(session)
        assert totals.sum_up(session, RULES.display_name) == 0
        totals.mark_stale(session, [FRONT, "organization-nobody"])
        assert not totals.are_summed_up(session)
        assert totals.sum_up(session, RULES.display_name) == 1
        totals.mark_all_stale(session)
        assert totals.sum_up(session, RULES.display_name) == 2


def test_what_another_article_joined_gives_no_name_where_there_is_one(archive: Archive) -> None:
    write(archive, {id: ALL[id] for id in (A, B)})
    names = {row["id"]: row["name"] for row in summed_up(archive)["entity"]}
    assert names[FRONT] == "The Resistance Front"
    write(archive, {A: Enrichment((), ALL[A].acronyms, None, "p")})
    names = {row["id"]: row["name"] for row in summed_up(archive)["entity"]}
    assert names[FRONT] == "TRF"


def test_prominence_halves_with_each_year() -> None:
    assert prominence([("2020", 4)]) == prominence([("2021", 2)]) == 2022.0833
    assert prominence([("2020", 2), ("2019", 4)]) == prominence([("2020-01-31", 4)])
    assert prominence([]) is None


@pytest.mark.parametrize("date", ["0000-00-00", "2025-13-01", "2025-02-30", "2025-00", "99", "NULL", ""])
def test_a_date_that_cannot_be_is_no_first_or_last_one(new_archive: NewArchive, date: str) -> None:
    archive = new_archive()
    write(archive, {A: SHORT, B: SHORT, C: SHORT})
    with archive.database.writing() as session:
        for id, given in ((A, "2025-05"), (B, "2024-02-29"), (C, date)):
            session.get_one(Article, id).date = given
    [india] = [row for row in summed_up(archive)["entity"] if row["id"] == "place-india"]
    assert (india["first_date"], india["last_date"], india["article_count"]) == ("2024-02-29", "2025-05", 3)
