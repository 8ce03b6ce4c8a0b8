"""People of one full name, told apart by what articles say of them, in whatever order these come."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from app.archive import Archive
from app.enrich.resolve import AcronymPair, Enrichment
from app.ingest import indexing
from app.ingest.deciding import decide
from app.ingest.rules import RULES
from app.store import entities
from app.store.completion import suggest_entities
from app.store.decisions import Proposal
from app.store.linking import is_settled, resolve_all, settle_entities
from tests.conftest import NewArchive
from tests.store.test_linking import derived, named, summed_up, write

JACKSON, GENERAL = "person-michael-jackson", "person-michael-jackson-general"
EPIC = named("organization-epic", "Epic", "Epic", at=400)
ROSS = named("person-diana-ross", "Diana Ross", "Diana Ross", at=500)
FORCE = named("organization-force", "Force", "Force", at=600)
CLARK = named("person-wesley-clark", "Wesley Clark", "Wesley Clark", at=700)


def article(*names: Any, role: str | None = None) -> Enrichment:
    return Enrichment(names, (), None, "p", {} if role is None else {names[0].mentions[0].start: role})


def jackson(surface: str = "Michael Jackson") -> Any:
    return named(JACKSON, "Michael Jackson", surface, "Jackson")


def bare(letter: str) -> Any:
    return named(f"person-jackson-{letter * 16}", "Jackson", "Jackson")


A, B, C, D, E, F = (letter * 16 for letter in "abcdef")
FOUND = {
    A: article(jackson(), EPIC, ROSS, role="pop singer"),
    B: article(jackson("Michael Joe Jackson"), EPIC, role="singer"),
    C: article(jackson(), ROSS),
    D: article(jackson(), FORCE, CLARK, role="British General"),
    E: article(jackson(), CLARK),
    F: article(bare("f"), FORCE, CLARK),
}


def entity_in(archive: Archive, article_id: str) -> str:
    rows = summed_up(archive)["article_entity"]
    [found] = [r["entity_id"] for r in rows if r["article_id"] == article_id and "jackson" in r["key"]]
    return str(found)


def test_two_of_one_name_are_two_entities_with_a_hint_each(archive: Archive) -> None:
    write(archive, FOUND)
    rows = {row["id"]: row for row in summed_up(archive)["entity"]}
    assert {id: rows[id]["article_count"] for id in rows if "jackson" in id} == {JACKSON: 3, GENERAL: 3}
    assert (rows[JACKSON]["name"], rows[JACKSON]["role"]) == ("Michael Jackson", "singer")
    assert (rows[GENERAL]["name"], rows[GENERAL]["role"]) == ("Michael Jackson", "British General")
    with archive.database.reading() as session:
        assert [each.id for each in entities.resolve_name(session, "michael jackson")] == [JACKSON, GENERAL]
        assert {each.id for each, _ in suggest_entities(session, "Michael J")} == {JACKSON, GENERAL}
        assert is_settled(session)


def test_in_the_midst_of_a_run_namesakes_wait_for_its_end(archive: Archive) -> None:
    write(archive, FOUND)
    with archive.database.writing() as session:
        settle_entities(session, RULES, meanwhile=True)
        assert not is_settled(session)
        assert {row["entity_id"] for row in derived(session)["mention"] if row["key"] == JACKSON} == {JACKSON}
    assert entity_in(archive, D) == GENERAL


def test_a_surname_goes_to_the_one_whose_company_the_article_keeps(archive: Archive) -> None:
    write(archive, FOUND)
    assert entity_in(archive, F) == GENERAL


def test_any_order_and_any_batches_give_the_same(new_archive: NewArchive) -> None:
    expected = None
    for number, order in enumerate(permutations(FOUND)):
        if number % 311:
            continue
        archive = new_archive()
        for id in order:
            write(archive, {id: FOUND[id]})
            if number % 2:
                summed_up(archive)
        expected = expected or summed_up(archive)
        assert summed_up(archive) == expected
    together = new_archive()
    write(together, FOUND)
    assert summed_up(together) == expected


def test_read_again_and_resolved_again_all_is_as_it_was(archive: Archive) -> None:
    write(archive, FOUND)
    expected = summed_up(archive)
    write(archive, FOUND)
    assert summed_up(archive) == expected
    with archive.database.writing() as session:
        resolve_all(session, RULES)
        assert derived(session) == expected


def test_who_is_written_about_more_has_the_plain_id(archive: Archive) -> None:
    write(archive, {id: FOUND[id] for id in (A, D)})
    assert entity_in(archive, D) == GENERAL
    write(archive, {E: FOUND[E]})
    assert entity_in(archive, D) == JACKSON
    assert entity_in(archive, A) == f"{JACKSON}-singer"


def test_an_article_that_knows_both_joins_them(archive: Archive) -> None:
    write(archive, FOUND)
    summed_up(archive)
    write(archive, {"0" * 16: article(jackson(), ROSS, CLARK)})
    assert {row["id"] for row in summed_up(archive)["entity"] if "jackson" in row["id"]} == {JACKSON}
    write(archive, {"0" * 16: article(ROSS, CLARK)})
    assert entity_in(archive, D) == GENERAL


def test_who_leaves_takes_the_evidence_along(archive: Archive) -> None:
    write(archive, FOUND)
    summed_up(archive)
    write(archive, {D: article(FORCE)})
    assert entity_in(archive, E) == JACKSON
    write(archive, dict.fromkeys(FOUND, article()))
    assert all(rows == [] for rows in summed_up(archive).values())


def test_another_name_that_an_article_states_is_of_all_of_them(archive: Archive) -> None:
    jacko = "person-jacko"
    stated = Enrichment((jackson(), EPIC), (AcronymPair(JACKSON, jacko),), None, "p")
    write(archive, FOUND | {"0" * 16: stated})
    assert {entity_in(archive, id) for id in (A, D)} == {jacko}


def test_what_editors_decide_comes_after_it(archive: Archive) -> None:
    write(archive, FOUND)
    summed_up(archive)
    indexing.catch_up(archive)
    before = summed_up(archive)
    for proposal in (
        Proposal("merge", GENERAL, target=JACKSON),
        Proposal("pin", JACKSON, alias="Michael Jackson"),
        Proposal("split", GENERAL, target=JACKSON, article=E, start=0, end=15),
    ):
        decision = decide(archive, proposal, "Ada").decision
        assert {row["entity_id"] for row in derived_mentions(archive, E, 0)} == {JACKSON}
        write(archive, {E: FOUND[E]})
        assert {row["entity_id"] for row in derived_mentions(archive, E, 0)} == {JACKSON}
        decide(archive, Proposal("undo", decision.entity_id, undoes=decision.number), "Ada")
        assert summed_up(archive) == before


def derived_mentions(archive: Archive, article_id: str, start: int) -> list[dict[str, Any]]:
    return [r for r in summed_up(archive)["mention"] if (r["article_id"], r["start"]) == (article_id, start)]
