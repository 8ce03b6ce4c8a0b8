"""People under variants of their full name, joined by what articles say of them and nothing against it."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from app.archive import Archive
from app.enrich.resolve import Enrichment
from app.ingest.rules import RULES
from app.store.decisions import survivor
from app.store.linking import resolve_all
from tests.conftest import NewArchive
from tests.store.test_linking import derived, named, summed_up, write

A, B, C, D, E = (letter * 16 for letter in "abcde")
CLUB, HOUSE, TEXAS = (
    named(f"organization-{name}", name, name, at=at) for at, name in ((4000, "club"), (5000, "house"), (6000, "texas"))
)
OFFICE = "Libyan leader"


def article(*names: Any, role: str | None = None) -> Enrichment:
    people = [name for name in names if name.type == "person"]
    roles = {} if role is None else {person.mentions[0].start: role for person in people}
    return Enrichment(names, (), None, "p", roles)


def person(name: str, *surfaces: str, at: int = 0) -> Any:
    key = "person-" + name.lower().replace(".", "").replace(" ", "-")
    return named(key, name, name, *surfaces, at=at)


def keys_at(archive: Archive) -> dict[str, str]:
    rows = summed_up(archive)["article_entity"]
    return {row["key"]: row["entity_id"] for row in rows if row["key"].startswith("person-")}


def joined(archive: Archive, one: Enrichment, other: Enrichment) -> bool:
    write(archive, {A: one, B: other})
    return len(set(keys_at(archive).values())) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Moammar Gadhafi", "Muammar Gaddafi"),
        ("Muammar Kadafi", "Muammar al-Qaddafi"),
        ("Sergey Lund", "Sergei Lund"),
        ("Mohamed Morsi", "Mohammed Morsy"),
        ("Volodymyr Zelenskyy", "Volodymyr Zelensky"),
        ("Hillary Rodham Clinton", "Hillary Clinton"),
        ("Nouri al-Maliki", "Nuri Maliki"),
    ],
)
def test_who_holds_one_office_is_one_person(archive: Archive, one: str, other: str) -> None:
    assert joined(archive, article(person(one), role=OFFICE), article(person(other), role=f"the former {OFFICE}"[4:]))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Moammar Gadhafi", "Muammar Gaddafi", True),
        ("John Bel Edwards", "John Edwards", False),
        ("Joe Lund III", "Joe Lund", True),
        ("Eric Lund Jr.", "Eric Lund", False),
    ],
)
def test_company_alone_tells_of_spellings(archive: Archive, one: str, other: str, expected: bool) -> None:
    beside = (HOUSE, TEXAS)
    assert joined(archive, article(person(one), *beside), article(person(other), *beside)) is expected


def test_al_before_a_surname_needs_no_evidence_and_another_spelling_does(archive: Archive) -> None:
    write(archive, {A: article(person("Bashar al-Assad")), B: article(person("Bashar Assad"))})
    write(archive, {C: article(person("Omar Lund")), D: article(person("Umar Lund"))})
    assert keys_at(archive) == {
        "person-bashar-al-assad": "person-bashar-assad",
        "person-bashar-assad": "person-bashar-assad",
        "person-omar-lund": "person-omar-lund",
        "person-umar-lund": "person-umar-lund",
    }


def test_an_article_that_has_both_forms_says_that_they_are_one(archive: Archive) -> None:
    both = person("Dylann Storm Roof", "Dylann Roof")
    assert joined(archive, article(both), article(person("Dylann Roof")))


@pytest.mark.parametrize(
    ("one", "other", "role"),
    [
        ("Eric Lund Jr.", "Eric Lund", None),
        ("Eric Lund Jr.", "Eric Lund Sr.", OFFICE),
        ("John Paul Lund", "John Henry Lund", OFFICE),
        ("John Lund", "John Berg", OFFICE),
        ("Hillary Rodham Clinton", "Hillary Clinton", "Senator"),
        ("Hillary Rodham Clinton", "Hillary Clinton", "former President"),
    ],
)
def test_who_may_be_another_stays_another(archive: Archive, one: str, other: str, role: str | None) -> None:
    assert not joined(archive, article(person(one), role=role), article(person(other), role=role))


def test_father_and_son_are_two_where_an_article_names_both(archive: Archive) -> None:
    father, son = person("Eric Lund"), person("Eric Lund Jr.")
    beside = (HOUSE, TEXAS)
    write(archive, {A: article(father, *beside, role=OFFICE), B: article(son, *beside, role=OFFICE)})
    assert set(keys_at(archive).values()) == {father.key}
    write(archive, {C: article(father, person("Eric Lund Jr.", at=1000))})
    assert set(keys_at(archive).values()) == {father.key, son.key}


def test_initials_that_differ_are_of_two(archive: Archive) -> None:
    first = named("person-george-bush", "George W. Bush", "George W. Bush")
    second = named("person-george-hw-bush", "George H.W. Bush", "George H.W. Bush")
    assert not joined(archive, article(first, role=OFFICE), article(second, role=OFFICE))


def test_callings_of_two_lives_are_of_two(archive: Archive) -> None:
    one = Enrichment((person("Sergei Lund"), HOUSE, TEXAS), (), None, "p", {0: "pop singer"})
    other = Enrichment((person("Sergey Lund"), HOUSE, TEXAS), (), None, "p", {0: "British General"})
    assert not joined(archive, one, other)


def test_of_two_that_may_be_meant_neither_is(archive: Archive) -> None:
    longer = {A: article(person("John Paul Lund"), role=OFFICE), B: article(person("John Henry Lund"), role=OFFICE)}
    write(archive, longer | {C: article(person("John Lund"), role=OFFICE)})
    assert len(set(keys_at(archive).values())) == 3
    write(archive, {B: article(CLUB)})
    assert keys_at(archive)["person-john-paul-lund"] == "person-john-lund"


def test_short_given_names_and_bare_surnames_follow(archive: Archive) -> None:
    beside = (HOUSE, TEXAS)
    write(
        archive,
        {
            A: article(person("Jim Lund"), *beside),
            B: article(person("James Lund"), *beside),
            C: article(person("James Lee Lund", "James Lund"), *beside),
            D: article(named(f"person-lund-{D}", "Lund", "Lund"), *beside),
        },
    )
    assert set(keys_at(archive).values()) == {"person-james-lund"}
    with archive.database.reading() as session:
        assert survivor(session, "person-james-lee-lund") == "person-james-lund"


FOUND = {
    A: article(person("Moammar Gadhafi"), role=OFFICE),
    B: article(person("Muammar Gaddafi"), HOUSE, TEXAS, role=OFFICE),
    C: article(person("Muammar al-Qaddafi"), HOUSE, TEXAS),
    D: article(named(f"person-gaddafi-{D}", "Gaddafi", "Gaddafi"), HOUSE, TEXAS),
}


def test_any_order_and_any_batches_give_the_same(new_archive: NewArchive) -> None:
    outcomes = []
    for number, order in enumerate(permutations(FOUND)):
        archive = new_archive()
        for id in order:
            write(archive, {id: FOUND[id]})
            if number % 2:
                summed_up(archive)
        summed_up(archive)
        with archive.database.writing() as session:
            outcomes.append(derived(session))
            assert resolve_all(session, RULES) == 0
    assert all(outcome == outcomes[0] for outcome in outcomes)
    assert {row["entity_id"] for row in outcomes[0]["mention"] if row["key"].startswith("person-")} == {
        "person-muammar-gaddafi"
    }


def test_when_the_articles_change_they_part_again(archive: Archive) -> None:
    write(archive, FOUND)
    assert len(set(keys_at(archive).values())) == 1
    write(archive, {A: article(person("Moammar Gadhafi"))})
    assert keys_at(archive)["person-moammar-gadhafi"] == "person-moammar-gadhafi"
    write(archive, {id: article(CLUB) for id in FOUND})
    assert summed_up(archive)["identity"] == []
