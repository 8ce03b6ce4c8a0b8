from __future__ import annotations

import pytest
from sqlmodel import select

from app.archive import Archive
from app.enrich.resolve import Enrichment
from app.errors import NotFound
from app.store import entities
from app.store.called import ids_called
from app.store.completion import suggest_entities
from app.store.tables import Article, Entity
from tests.store.test_linking import named, summed_up, write

MODI = named("person-narendra-modi", "Narendra Modi", "Narendra Modi", "Modi")
PUTIN = named("person-vladimir-putin", "Vladimir Putin", "Vladimir Putin", "Putin", at=20)
INDIA = named("place-india", "India", "India", "Indian", at=40)
BERN = named("place-bern", "Bérn", "Bérn", at=60)
LONE_MODI = named("person-modi-dddddddddddddddd", "Modi", "Modi")


@pytest.fixture
def archive_of_four(archive: Archive) -> Archive:
    found = {"a": (MODI, PUTIN, INDIA), "b": (MODI, INDIA), "c": (MODI, BERN), "d": (LONE_MODI,)}
    write(archive, {letter * 16: Enrichment(names, (), None, "p") for letter, names in found.items()})
    summed_up(archive)
    return archive


def test_get(archive_of_four: Archive) -> None:
    with archive_of_four.database.reading() as session:
        assert entities.load_entity(session, "place-india").article_count == 2
        with pytest.raises(NotFound):
            entities.load_entity(session, "place-atlantis")
        assert set(entities.load_entities(session, ["place-india", "place-atlantis"])) == {"place-india"}
        forms = [
            (alias.text, alias.count)
            for alias in entities.aliases_of(session, session.get_one(Entity, "person-narendra-modi"))
        ]
        assert forms == [("Modi", 3), ("Narendra Modi", 3)]


@pytest.mark.parametrize("sort", ["-count", "name"])
def test_pages_join_to_the_whole_list(archive_of_four: Archive, sort: entities.Sort) -> None:
    with archive_of_four.database.reading() as session:
        whole = entities.find_entities(session, sort=sort, limit=100)
        paged = []
        after = None
        while True:
            page = entities.find_entities(session, sort=sort, limit=2, after=after)
            assert page.total == whole.total == 4
            paged += page.items
            after = page.next
            if after is None:
                break
        assert [entity.id for entity in paged] == [entity.id for entity in whole.items]


def test_lists_by_count_and_by_name(archive_of_four: Archive) -> None:
    with archive_of_four.database.reading() as session:
        by_count = entities.find_entities(session)
        assert [entity.id for entity in by_count.items[:2]] == ["person-narendra-modi", "place-india"]
        by_name = entities.find_entities(session, sort="name", type="place")
        assert [entity.name for entity in by_name.items] == ["Bérn", "India"]
        assert [entity.id for entity in entities.find_entities(session, name="INDI").items] == ["place-india"]
        assert entities.find_entities(session, name="zzz").items == []


def test_a_name_is_found_whatever_its_case_and_accents(archive_of_four: Archive) -> None:
    with archive_of_four.database.reading() as session:
        assert [entity.id for entity in entities.resolve_name(session, "bern")] == ["place-bern"]
        assert [entity.id for entity in entities.resolve_name(session, "INDIAN")] == ["place-india"]


def test_an_unexplained_surname_gives_way_to_one_who_has_that_name(archive_of_four: Archive) -> None:
    with archive_of_four.database.reading() as session:
        assert [entity.id for entity in entities.resolve_name(session, "Modi")] == ["person-narendra-modi"]
    write(archive_of_four, {letter * 16: Enrichment((), (), None, "p") for letter in "abc"})
    summed_up(archive_of_four)
    with archive_of_four.database.reading() as session:
        assert [entity.id for entity in entities.resolve_name(session, "Modi")] == ["person-modi-unresolved"]


def test_suggestions_come_once_each_with_the_form_that_matched(archive_of_four: Archive) -> None:
    with archive_of_four.database.reading() as session:
        found = [(entity.id, text) for entity, text in suggest_entities(session, "mod", 8)]
        assert found == [("person-narendra-modi", "Modi")]
        assert suggest_entities(session, " ", 8) == []


def test_those_in_the_news_lately_come_before_those_of_long_ago(archive: Archive) -> None:
    """An article counts half of one that is a year younger."""
    found = {}
    for letter in "abcdefgh":
        modi = named("person-ann-modi", "Ann Modi", "Ann Modi") if letter < "d" else MODI
        found[letter * 16] = Enrichment((modi,), (), None, "p")
    write(archive, found)
    with archive.database.writing() as session:
        for article in session.exec(select(Article)):
            article.date = "2021" if article.id < "d" else "2018-06"
    summed_up(archive)
    with archive.database.reading() as session:
        assert [entity.id for entity, _ in suggest_entities(session, "modi", 8)] == [
            "person-narendra-modi",  # called just so somewhere
            "person-ann-modi",
        ]
        both = [entity.id for entity, _ in suggest_entities(session, "", 8)]
        assert both == []
        ann, narendra = (session.get_one(Entity, id) for id in ("person-ann-modi", "person-narendra-modi"))
        assert (ann.article_count, narendra.article_count) == (3, 5)
        assert (ann.prominence or 0) > (narendra.prominence or 0)


def test_roles_are_counted_and_dated(archive: Archive) -> None:
    forms = {"a": "Prime Minister", "b": "prime minister", "c": "Prime Minister", "d": "chief minister"}
    for letter, role in forms.items():
        write(archive, {letter * 16: Enrichment((MODI,), (), None, "p", {0: role})})
    summed_up(archive)
    with archive.database.reading() as session:
        assert entities.roles_of(session, "person-narendra-modi") == [
            entities.StatedRole("Prime Minister", 3, "2025-05-01", "2025-05-03"),
            entities.StatedRole("chief minister", 1, "2025-05-04", "2025-05-04"),
        ]
        assert entities.load_entity(session, "person-narendra-modi").role == "Prime Minister"


def test_a_text_that_is_a_name_says_whose(archive_of_four: Archive) -> None:
    database = archive_of_four.database
    assert ids_called(database, "BERN") == [("place-bern", "Bérn")]
    assert ids_called(database, "modi") == [("person-narendra-modi", "Narendra Modi")]
    assert ids_called(database, "Narendra") == []
