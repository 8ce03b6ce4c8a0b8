"""Whose the bare surnames of an archive are, in whatever order its articles come."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from sqlmodel import select

from app.archive import Archive
from app.enrich.resolve import Enrichment
from app.store.decisions import survivor
from app.store.surnames import surname
from app.store.tables import BareSurname, UnsettledSurname
from tests.conftest import NewArchive
from tests.store.test_resolution import derived, named, summed_up, write

BANK = named("organization-bank", "Bank", "Bank", at=40)
CLUB = named("organization-club", "Club", "Club", at=50)
OSLO, ROME = (named(f"place-{name}", name.title(), name.title(), at=60) for name in ("oslo", "rome"))


def article(*names: Any) -> Enrichment:
    return Enrichment(names, (), None, "p")


def person(full: str, *surfaces: str) -> Any:
    return named(f"person-{full.lower().replace(' ', '-')}", full, *(surfaces or (full,)))


def bare(name: str, letter: str) -> Any:
    return named(f"person-{name.lower().replace(' ', '-')}-{letter * 16}", name, name)


FOUND = {
    "a" * 16: article(person("Ann Berg"), BANK, OSLO),
    "b" * 16: article(person("Ben Berg"), CLUB, ROME),
    "c" * 16: article(bare("Berg", "c"), BANK, OSLO),
    "d" * 16: article(bare("Berg", "d"), CLUB, ROME),
    "e" * 16: article(bare("Berg", "e"), BANK, CLUB),
    "f" * 16: article(person("Eva de Klerk"), BANK, OSLO),
    "0" * 16: article(bare("de Klerk", "0"), BANK, OSLO),
}


def entity_of(archive: Archive, letter: str) -> str:
    rows = summed_up(archive)["article_entity"]
    [found] = [r["entity_id"] for r in rows if r["article_id"] == letter * 16 and r["key"].startswith("person-")]
    return str(found)


def test_namesakes_are_told_apart_by_their_company(archive: Archive) -> None:
    write(archive, FOUND)
    assert entity_of(archive, "c") == "person-ann-berg"
    assert entity_of(archive, "d") == "person-ben-berg"
    assert entity_of(archive, "e") == f"person-berg-{'e' * 16}"
    assert entity_of(archive, "0") == "person-eva-de-klerk"
    with archive.database.reading() as session:
        assert survivor(session, f"person-berg-{'c' * 16}") == "person-ann-berg"
        assert session.exec(select(UnsettledSurname)).all() == []


def test_any_order_gives_the_same(new_archive: NewArchive) -> None:
    expected = None
    for number, order in enumerate(permutations(FOUND)):
        if number % 997:
            continue
        archive = new_archive()
        for id in order:
            write(archive, {id: FOUND[id]})
            if number % 2:
                summed_up(archive)
        expected = expected or summed_up(archive)
        assert summed_up(archive) == expected


def test_who_leaves_takes_the_surname_along(archive: Archive) -> None:
    write(archive, FOUND)
    summed_up(archive)
    write(archive, {"a" * 16: article(OSLO)})
    assert entity_of(archive, "c") == f"person-berg-{'c' * 16}"
    write(archive, dict.fromkeys(FOUND, article()))
    summed_up(archive)
    with archive.database.reading() as session:
        assert session.exec(select(BareSurname)).all() == []
        assert all(rows == [] for rows in derived(session).values())


def test_surnames() -> None:
    keys = ["person-ann-berg", "person-fw-de-klerk", "person-martin-king-jr", "person-pele", f"person-berg-{'0' * 16}"]
    assert [surname(key) for key in keys] == ["berg", "klerk", "king", None, None]
