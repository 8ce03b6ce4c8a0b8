"""People under a short form of their given name, joined by what else articles name."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from app.archive import Archive
from app.enrich.resolve import AcronymPair, Enrichment
from app.ingest import indexing
from app.ingest.deciding import decide
from app.ingest.rules import RULES
from app.store import entities
from app.store.decisions import Proposal, survivor
from app.store.diminutives import are_one_person
from app.store.linking import resolve_all
from app.store.tables import Entity
from tests.conftest import NewArchive
from tests.store.test_linking import derived, named, summed_up, write

JIM, JAMES = "person-jim-wright", "person-james-wright"
HOUSE = named("organization-house", "House", "House", at=400)
TEXAS = named("organization-texas-delegation", "Texas Delegation", "Texas Delegation", at=500)
CLUB = named("organization-club", "Club", "Club", at=600)


def article(*names: Any, pairs: tuple[AcronymPair, ...] = ()) -> Enrichment:
    return Enrichment(names, pairs, None, "p")


def jim() -> Any:
    return named(JIM, "Jim Wright", "Jim Wright", "Wright")


def james() -> Any:
    return named(JAMES, "James Wright", "James Wright")


def bare(letter: str) -> Any:
    return named(f"person-wright-{letter * 16}", "Wright", "Wright")


A, B, C, D = (letter * 16 for letter in "abcd")
FOUND = {
    A: article(jim(), HOUSE, TEXAS),
    B: article(jim(), HOUSE, TEXAS),
    C: article(james(), HOUSE, TEXAS),
    D: article(bare("d"), HOUSE, TEXAS),
}


def who(archive: Archive) -> dict[str, str]:
    rows = summed_up(archive)["article_entity"]
    return {row["article_id"]: row["entity_id"] for row in rows if "wright" in row["key"]}


def test_short_and_whole_are_one_who_is_called_as_articles_mostly_do(archive: Archive) -> None:
    write(archive, FOUND)
    assert who(archive) == dict.fromkeys((A, B, C, D), JAMES)
    with archive.database.reading() as session:
        [found] = entities.resolve_name(session, "jim wright")
        assert (found.id, found.name, found.article_count) == (JAMES, "Jim Wright", 4)
        assert {alias.text: alias.kind for alias in entities.aliases_of(session, session.get_one(Entity, JAMES))} == {
            "Jim Wright": "name", "James Wright": "name", "Wright": "short",
        }  # fmt: skip
        assert survivor(session, JIM) == JAMES


def test_who_keeps_other_company_stays_another(archive: Archive) -> None:
    write(archive, FOUND | {C: article(james(), CLUB, HOUSE)})
    assert who(archive) == {A: JIM, B: JIM, C: JAMES, D: JIM}


def test_a_short_name_that_two_may_have_is_of_neither(archive: Archive) -> None:
    ted = named("person-ted-wright", "Ted Wright", "Ted Wright")
    both = [named(f"person-{name}-wright", name, name) for name in ("edward", "theodore")]
    write(archive, {A: article(ted, HOUSE, TEXAS), B: article(both[0], HOUSE, TEXAS)})
    assert who(archive)[A] == "person-edward-wright"
    write(archive, {C: article(both[1], HOUSE, TEXAS)})
    assert who(archive)[A] == "person-ted-wright"


def test_any_order_and_any_batches_give_the_same(new_archive: NewArchive) -> None:
    outcomes = []
    for number, order in enumerate(permutations(FOUND)):
        archive = new_archive()
        for id in order:
            write(archive, {id: FOUND[id]})
            if number % 2:
                summed_up(archive)
        summed_up(archive)
        with archive.database.reading() as session:
            outcomes.append(derived(session))
    assert all(outcome == outcomes[0] for outcome in outcomes)


def test_when_the_articles_change_they_part_again(archive: Archive) -> None:
    write(archive, FOUND)
    assert set(who(archive).values()) == {JAMES}
    write(archive, {C: article(james(), CLUB)})
    assert who(archive) == {A: JIM, B: JIM, C: JAMES, D: JIM}
    write(archive, {C: article(CLUB)})
    write(archive, {A: article(CLUB), B: article(CLUB)})
    assert who(archive) == {D: "person-wright-unresolved"}
    assert summed_up(archive)["identity"] == []


def test_what_is_stated_of_a_short_name_is_of_the_whole_one(archive: Archive) -> None:
    buzz = named("person-buzz", "Buzz", "Buzz")
    write(archive, {"e" * 16: article(buzz, jim(), HOUSE, TEXAS, pairs=(AcronymPair("person-buzz", JIM),))})
    summed_up(archive)
    write(archive, FOUND)
    rows = summed_up(archive)["article_entity"]
    assert {row["entity_id"] for row in rows if row["key"].startswith("person-")} == {JAMES}


def test_resolved_again_all_is_as_it_was_and_editors_come_last(archive: Archive) -> None:
    write(archive, FOUND)
    expected = who(archive)
    indexing.catch_up(archive)
    with archive.database.writing() as session:
        assert resolve_all(session, RULES) == 0
    assert who(archive) == expected
    split = decide(archive, Proposal("split", JAMES, alias="Jim Wright", name="Jim Wright"), "Ada").decision
    apart = who(archive)
    assert apart[C] == JAMES
    assert apart[A] != JAMES
    write(archive, {A: FOUND[A]})
    assert who(archive) == apart
    decide(archive, Proposal("undo", JAMES, undoes=split.number), "Ada")
    assert who(archive) == expected


BANK, ANN, OSLO = "organization-bank", "person-ann-li", "place-oslo"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({BANK: 1.0, ANN: 1.0}, {BANK: 0.5, ANN: 0.5}, True),
        ({BANK: 1.0, ANN: 0.1}, {BANK: 0.5, ANN: 0.5}, False),  # in few of the articles
        ({BANK: 1.0, OSLO: 1.0}, {BANK: 1.0, OSLO: 1.0}, False),  # whoever is written about there
        ({BANK: 1.0, ANN: 1.0}, {"organization-club": 1.0}, False),
        ({BANK: 1.0, ANN: 0.1, HOUSE.key: 0.9}, {BANK: 0.3, ANN: 0.3, HOUSE.key: 0.6}, True),
        ({}, {}, False),
    ],
)
def test_two_names_are_of_one_who_keeps_the_same_company(
    one: dict[str, float], other: dict[str, float], expected: bool
) -> None:
    assert are_one_person(one, other) is are_one_person(other, one) is expected


def test_a_short_name_is_of_the_whole_one_that_is_far_more_frequent(new_archive: NewArchive) -> None:
    steve = named("person-steve-wright", "Steve Wright", "Steve Wright")
    stephen, steven = (named(f"person-{name}-wright", name, name) for name in ("stephen", "steven"))
    found = {A: article(steve, HOUSE, TEXAS), B: article(steven, HOUSE, TEXAS)}
    found |= {letter * 16: article(stephen, HOUSE, TEXAS) for letter in "cde"}
    once, after = new_archive(), new_archive()
    write(once, found)
    for each in found:
        write(after, {each: found[each]})
        summed_up(after)
    assert who(once)[A] == who(after)[A] == "person-stephen-wright"
    write(once, {C: article(HOUSE)})
    assert who(once)[A] == "person-steve-wright"
