"""An entity as an answer shows it: counted in the index, and in the rows that the index has seen."""

from __future__ import annotations

import pytest

from app.archive import Archive
from app.enrich.resolve import Enrichment
from app.ingest import indexing
from app.read.entities import Portrait, companions, entity_summary, portrait, related
from app.store import entities
from tests.store.test_linking import named, summed_up, write

MODI = named("person-narendra-modi", "Narendra Modi", "Narendra Modi", "Modi")
PUTIN = named("person-vladimir-putin", "Vladimir Putin", "Vladimir Putin", "Putin", at=20)
INDIA = named("place-india", "India", "India", "Indian", at=40)
BERN = named("place-bern", "Bérn", "Bérn", at=60)


@pytest.fixture
def archive_of_three(archive: Archive) -> Archive:
    add(archive, a=Enrichment((MODI, PUTIN, INDIA), (), None, "p", {0: "Prime Minister"}))
    add(archive, b=Enrichment((MODI, INDIA), (), None, "p"), c=Enrichment((MODI, BERN), (), None, "p"))
    write(archive, {"d" * 16: Enrichment((), (), None, "p")})
    summed_up(archive)
    indexing.catch_up(archive)
    return archive


def add(archive: Archive, **found: Enrichment) -> None:
    write(archive, {letter * 16: enrichment for letter, enrichment in found.items()})


def shown(archive: Archive, id: str) -> Portrait:
    with archive.database.reading() as session:
        return portrait(archive.engine.still(), session, entities.load_entity(session, id))


def told(found: Portrait) -> tuple[object, ...]:
    forms = [(alias.text, alias.count) for alias in found.aliases]
    return entity_summary(found.entity), forms, found.roles, found.dates


def test_related_counts_shared_articles(archive_of_three: Archive) -> None:
    engine = archive_of_three.engine
    with archive_of_three.database.reading() as session:
        page = related(engine, session, "person-narendra-modi")
        # Modi stands in 3 of 4 articles: chance alone would give each of the others 3/4 of its own.
        assert [(each["id"], each["name"], each["count"], each["lift"]) for each in page.items] == [
            ("place-india", "India", 2, 1.333),
            ("person-vladimir-putin", "Vladimir Putin", 1, 1.333),
            ("place-bern", "Bérn", 1, 1.333),
        ]
        first = related(engine, session, "person-narendra-modi", limit=1)
        second = related(engine, session, "person-narendra-modi", limit=5, after=first.next)
        assert [*first.items, *second.items] == page.items
        assert first.total == second.total == page.total == 3
        assert first.next is not None
        assert page.next is second.next is None
        assert related(engine, session, "person-narendra-modi", type="person").total == 1


def test_what_the_index_has_not_seen_is_not_counted(archive_of_three: Archive) -> None:
    before = shown(archive_of_three, "person-narendra-modi")
    assert (before.entity.article_count, before.entity.mention_count) == (3, 6)
    assert (before.entity.first_date, before.entity.last_date) == ("2025-05-01", "2025-05-03")
    assert [(role.text, role.count) for role in before.roles] == [("Prime Minister", 1)]
    add(archive_of_three, e=Enrichment((MODI, PUTIN), (), None, "p", {0: "Prime Minister"}))
    assert told(shown(archive_of_three, "person-narendra-modi")) == told(before)
    summed_up(archive_of_three)
    assert told(shown(archive_of_three, "person-narendra-modi")) == told(before)
    indexing.catch_up(archive_of_three)
    after = shown(archive_of_three, "person-narendra-modi")
    assert (after.entity.article_count, after.entity.mention_count) == (4, 8)
    assert (after.entity.last_date, after.roles[0].count) == ("2025-05-05", 2)


def test_articles_that_are_read_anew_still_name_it(archive_of_three: Archive) -> None:
    add(archive_of_three, b=Enrichment((MODI, INDIA), (), None, "q"), c=Enrichment((MODI,), (), None, "q"))
    now = shown(archive_of_three, "place-india")
    assert (now.entity.article_count, now.entity.mention_count) == (2, 2)
    assert sum(alias.count for alias in now.aliases) <= now.entity.mention_count


def test_company_is_who_stands_with_it_more_than_by_chance(archive: Archive) -> None:
    add(archive, a=Enrichment((MODI, PUTIN, INDIA), (), None, "p"), b=Enrichment((MODI, PUTIN, INDIA), (), None, "p"))
    add(archive, c=Enrichment((MODI, BERN), (), None, "p"), d=Enrichment((INDIA,), (), None, "p"))
    summed_up(archive)
    indexing.catch_up(archive)
    with archive.database.reading() as session:
        found = companions(archive.engine.still(), session, "person-narendra-modi")
    # Bern is in one article with him, which is no company; India is in as many as Putin, and as often elsewhere.
    assert [(each["id"], each["count"], each["lift"]) for each in found] == [("person-vladimir-putin", 2, 1.333)]
