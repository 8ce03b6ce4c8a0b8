"""Who is who by all rules at once: which has the last word, and that neither order nor batches tell."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from sqlmodel import select

from app.archive import Archive
from app.enrich.resolve import AcronymPair, Enrichment
from app.ingest.deciding import decide
from app.ingest.rules import RULES
from app.store import identity
from app.store.decisions import Proposal
from app.store.identity import EVERYWHERE, Change, identities, told_by
from app.store.linking import is_settled, resolve_all, settle_entities
from app.store.tables import Identity
from tests.conftest import NewArchive
from tests.store.test_linking import derived, named, summed_up, write

A, B, C, D, E = (letter * 16 for letter in "abcde")
JIM, JAMES, JACKO = "person-jim-wright", "person-james-wright", "person-jacko"
CLUB, HOUSE, TEXAS = (
    named(f"organization-{name}", name, name, at=at) for at, name in ((400, "club"), (500, "house"), (600, "texas"))
)


def article(*names: Any, pairs: tuple[tuple[str, str], ...] = (), role: str | None = None) -> Enrichment:
    roles = {} if role is None else {names[0].mentions[0].start: role}
    return Enrichment(names, tuple(AcronymPair(*pair) for pair in pairs), None, "p", roles)


def person(key: str) -> Any:
    return named(key, key.removeprefix("person-").replace("-", " ").title(), key)


def entity_in(archive: Archive, article_id: str, key: str) -> str:
    rows = summed_up(archive)["article_entity"]
    [found] = [row["entity_id"] for row in rows if (row["article_id"], row["key"]) == (article_id, key)]
    return str(found)


def at_entities(archive: Archive, key: str) -> set[tuple[str, bool]]:
    return {(row["entity_id"], row["split"]) for row in summed_up(archive)["article_entity"] if row["key"] == key}


def test_the_rules_are_the_ones_that_there_are() -> None:
    assert [rule.name for rule in RULES.identity] == list(identity.ORDER)


def test_a_later_rule_has_the_last_word_and_the_earlier_come_back_without_it(archive: Archive) -> None:
    write(archive, {A: article(person(JIM), HOUSE, TEXAS), B: article(person(JAMES), HOUSE, TEXAS)})
    write(archive, {C: article(person(f"person-wright-{C}"), HOUSE, TEXAS)})
    assert entity_in(archive, A, JIM) == JAMES
    assert entity_in(archive, C, f"person-wright-{C}") == JAMES
    pairs = ((JIM, "person-other"), ("person-wright", "person-other"))
    write(archive, {D: article(CLUB, pairs=pairs)})
    assert entity_in(archive, A, JIM) == "person-other"
    assert entity_in(archive, C, f"person-wright-{C}") == "person-other"
    with archive.database.reading() as session:
        assert told_by(session, "diminutive", [JIM]) == {JIM: {EVERYWHERE: JAMES}}
        assert told_by(session, "surname", [f"person-wright-{C}"]) == {f"person-wright-{C}": {EVERYWHERE: JAMES}}
    write(archive, {D: article(CLUB)})
    assert entity_in(archive, A, JIM) == JAMES
    assert entity_in(archive, C, f"person-wright-{C}") == JAMES


def test_what_is_stated_of_a_short_name_is_of_the_whole_one_where_it_is_bare_too(archive: Archive) -> None:
    write(archive, {A: article(person(JIM), HOUSE, TEXAS, pairs=((JACKO, JIM),)), C: article(person(f"{JACKO}-{C}"))})
    assert entity_in(archive, C, f"{JACKO}-{C}") == JIM
    write(archive, {B: article(person(JAMES), HOUSE, TEXAS)})
    assert entity_in(archive, C, f"{JACKO}-{C}") == JAMES


def test_a_key_that_no_rule_tells_of_means_itself(archive: Archive) -> None:
    with archive.database.reading() as session:
        found = identities(session, [JIM])
    assert (found.entity_of(JIM, A), found.entities_of(JIM)) == (JIM, {JIM})


def test_namesakes_are_looked_up_by_article(archive: Archive) -> None:
    general = f"{JIM}-general"
    write(archive, {
        A: article(person(JIM), CLUB, role="pop singer"), B: article(person(JIM), CLUB),
        C: article(person(JIM), HOUSE, role="British General"),
    })  # fmt: skip
    assert [entity_in(archive, id, JIM) for id in (A, B, C)] == [JIM, JIM, general]
    with archive.database.reading() as session:
        found = identities(session, [JIM])
        assert [found.entity_of(JIM, id) for id in (A, B, C, D)] == [JIM, JIM, general, JIM]
        assert found.entities_of(JIM) == {JIM, general}


def test_nothing_is_told_twice_and_only_people_and_names_of_several_types_wait(archive: Archive) -> None:
    write(archive, {A: article(person(JIM), HOUSE, TEXAS), B: article(person(JAMES), HOUSE, TEXAS)})
    summed_up(archive)
    with archive.database.writing() as session:
        assert identity.update(session, RULES.identity, Change([JAMES, JIM])) == set()
        identity.unsettle(session, [CLUB.key])
        assert is_settled(session)
        identity.unsettle(session, ["place-jim-wright"])
        assert not is_settled(session)
        assert len(session.exec(select(Identity)).all()) == 1


def test_who_is_split_by_an_editor_and_then_joined_to_another_is_no_longer_split(archive: Archive) -> None:
    write(archive, {A: article(named(JIM, "Jim Wright", "Jim Wright", "Wright"), HOUSE, TEXAS)})
    summed_up(archive)
    decide(archive, Proposal("split", JIM, alias="Jim Wright", name="Zed"), "Ada")
    assert at_entities(archive, JIM) == {("person-zed", True), (JIM, False)}
    write(archive, {B: article(person(JAMES), HOUSE, TEXAS)})
    assert at_entities(archive, JIM) == {(JAMES, False)}
    found = summed_up(archive)
    with archive.database.writing() as session:
        assert resolve_all(session, RULES) == 0
        assert derived(session) == found


def some_person(random: Random, article_id: str) -> Any:
    surname = random.choice(("berg", "wright"))
    given = random.choice(("jim", "james", "james-lee", "ted", "edward", "theodore", "sergei", "sergey"))
    return person(
        random.choice(
            (f"person-{surname}-{article_id}", f"{JACKO}-{article_id}", JACKO, *[f"person-{given}-{surname}"] * 3)
        )
    )


def some_article(random: Random, article_id: str) -> Enrichment:
    """Of few people in few circles, so that all rules have something to tell."""
    people = {found.key: found for found in (some_person(random, article_id) for _ in range(random.randint(1, 2)))}
    placed = [named(key, found.name, found.name, at=900 + 9 * n) for n, (key, found) in enumerate(people.items())]
    circle = random.randrange(3)
    others = [named(f"organization-{circle}-{n}", "X", "X", at=400 + n) for n in random.sample(range(3), 2)]
    role = random.choice((None, None, "pop singer", "British General", "French General", "Club Secretary"))
    stated = random.choice(
        ((JACKO, JIM), (JACKO, JIM), (JACKO, "person-ted-berg"), ("person-jim-berg", "person-sergei-berg"))
    )
    return article(*placed, *others, pairs=(stated,) if random.random() < 0.1 else (), role=role)


def some_mistaken(random: Random, article_id: str) -> Enrichment:
    """Add now and then a name that others take for something else, or one word that is a firm or a surname."""
    found = some_article(random, article_id)
    if (draw := random.random()) < 0.7:
        return found
    if draw < 0.85:
        lone = random.choice(("organization-zed", "organization-zed", f"person-zed-{article_id}"))
        return replace(found, entities=(*found.entities, named(lone, "Zed", "Zed", at=470)))
    key = f"{random.choice(('event', 'place'))}-{random.choice(('ann-berg', 'jim-wright', '0-1'))}"
    return replace(found, entities=(*found.entities, named(key, "Y", "Y", at=450)))


@pytest.mark.parametrize("seed", [1, 17, 19, 23])
def test_all_rules_in_any_order_any_batches_and_with_revisions_give_the_same(
    new_archive: NewArchive, seed: int
) -> None:
    random = Random(seed)
    found = {id: some_mistaken(random, id) for id in (f"{random.getrandbits(64):016x}" for _ in range(60))}
    at_once, one_by_one = new_archive(), new_archive()
    write(at_once, found)
    order = random.sample(list(found), len(found))
    while order:
        batch, order = order[: (size := random.choice((1, 2, 20)))], order[size:]
        write(one_by_one, {id: found[id] for id in batch})
        if random.random() < 0.3:
            write(one_by_one, {batch[0]: some_mistaken(random, batch[0])})
            settled(one_by_one)
            write(one_by_one, {batch[0]: found[batch[0]]})
        elif random.random() < 0.5:
            settled(one_by_one)
    expected = summed_up(at_once)
    assert {row["rule"] for row in expected["identity"]} == set(identity.ORDER)
    assert summed_up(one_by_one) == expected
    with at_once.database.writing() as session:
        assert resolve_all(session, RULES) == 0
        assert derived(session) == expected


def settled(archive: Archive) -> None:
    with archive.database.writing() as session:
        settle_entities(session, RULES)
