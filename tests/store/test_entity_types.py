"""Names that articles take for different things, and what becomes of those that are outvoted."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from app.archive import Archive
from app.enrich.resolve import AcronymPair, Enrichment
from app.ingest.deciding import decide
from app.ingest.rules import RULES
from app.store.decisions import Proposal
from app.store.linking import resolve_all
from tests.conftest import NewArchive
from tests.store.test_linking import derived, named, summed_up, write

PERSON, FIRM, PLACE = (f"{kind}-stormy-daniels" for kind in ("person", "organization", "place"))


def article(
    key: str, *, rule: Any = "model", role: str | None = None, pairs: tuple[AcronymPair, ...] = ()
) -> Enrichment:
    entity = named(key, "Stormy Daniels", "Stormy Daniels")
    [mention] = entity.mentions
    return Enrichment(
        (replace(entity, mentions=(replace(mention, rule=rule),)),), pairs, None, "p", {} if role is None else {0: role}
    )


def ids(count: int, first: int = 0) -> list[str]:
    return [f"a{number:015x}" for number in range(first, first + count)]


def several(key: str, count: int, first: int, **how: Any) -> dict[str, Enrichment]:
    return {id: article(key, **how) for id in ids(count, first)}


def who(archive: Archive) -> dict[str, int]:
    """Return in how many articles each entity stands."""
    return {row["id"]: row["article_count"] for row in summed_up(archive)["entity"]}


def test_who_a_text_says_is_a_person_is_no_company_elsewhere(archive: Archive) -> None:
    write(archive, several(FIRM, 5, 0) | several(PERSON, 1, 100, role="film actress"))
    assert who(archive) == {PERSON: 6}


def test_without_evidence_most_articles_decide(archive: Archive) -> None:
    write(archive, several(FIRM, 5, 0) | several(PLACE, 2, 100) | several(PERSON, 1, 200))
    assert who(archive) == {FIRM: 8}


def test_where_neither_has_most_each_article_keeps_its_own_if_a_text_says_so(archive: Archive) -> None:
    write(archive, several(FIRM, 3, 0) | several(PLACE, 2, 100))
    assert who(archive) == {FIRM: 5}
    write(archive, several(FIRM, 3, 0, rule="apposition") | several(PLACE, 2, 100, rule="apposition"))
    assert who(archive) == {FIRM: 3, PLACE: 2}


def test_an_article_that_says_otherwise_keeps_its_own(archive: Archive) -> None:
    write(archive, several(FIRM, 40, 0, rule="apposition") | several(PERSON, 2, 100))
    write(archive, several(PERSON, 1, 200, rule="title"))
    assert who(archive) == {FIRM: 42, PERSON: 1}


def both(**how: Any) -> Enrichment:
    """Return an article that has the name as a firm of which its text says so, and as a town."""
    firm = article(FIRM, **how).entities
    return Enrichment((*firm, named(PLACE, "Stormy Daniels", "Stormy Daniels", at=50)), (), None, "p")


def test_an_article_that_has_both_keeps_both_unless_one_is_a_slip(archive: Archive) -> None:
    write(archive, {"f" * 16: both(rule="apposition")} | several(PLACE, 4, 100))
    assert who(archive) == {FIRM: 5, PLACE: 1}
    write(archive, several(FIRM, 4, 200))
    assert who(archive) == {FIRM: 9}


def test_an_article_that_has_both_without_a_reason_has_one(archive: Archive) -> None:
    write(archive, {"f" * 16: both()})
    assert who(archive) == {FIRM: 1}


@pytest.mark.parametrize(("towns", "left"), [(5, {PLACE: 5, FIRM: 2}), (6, {PLACE: 8})])
def test_a_town_takes_from_companies_of_its_name_only_where_it_has_by_far_the_most(
    archive: Archive, towns: int, left: dict[str, int]
) -> None:
    write(archive, several(PLACE, towns, 0, rule="preposition") | several(FIRM, 2, 100))
    assert who(archive) == left


def test_letters_stand_for_what_their_long_form_is(archive: Archive) -> None:
    pair = AcronymPair("organization-sd", FIRM)
    short = Enrichment((named("organization-sd", "SD", "SD"),), (), None, "p")
    write(archive, {"a" * 16: short, "b" * 16: article(FIRM, pairs=(pair,))})
    assert who(archive) == {FIRM: 2}
    write(archive, several(PERSON, 1, 0, role="film actress"))
    assert who(archive) == {PERSON: 3}


def test_what_editors_decide_comes_last(archive: Archive) -> None:
    write(archive, several(FIRM, 5, 0) | several(PERSON, 1, 100, role="film actress"))
    summed_up(archive)
    decide(archive, Proposal("retype", PERSON, type="place"), "Ada")
    assert who(archive) == {PLACE: 6}


def test_neither_order_nor_batches_tell(new_archive: NewArchive) -> None:
    parts = (
        several(FIRM, 3, 0),
        several(PLACE, 1, 100, rule="preposition"),
        several(PERSON, 1, 200, role="film actress"),
    )
    found = []
    for order in permutations(parts):
        archive = new_archive()
        for part in order:
            write(archive, part)
            summed_up(archive)
        found.append(summed_up(archive))
        with archive.database.writing() as session:
            assert resolve_all(session, RULES) == 0
            assert derived(session) == found[-1]
    at_once = new_archive()
    write(at_once, parts[0] | parts[1] | parts[2])
    found.append(summed_up(at_once))
    assert {row["rule"] for row in found[0]["identity"]} == {"type"}
    assert [without_sequences(each) for each in found] == [without_sequences(found[0])] * len(found)


def test_when_the_votes_go_all_is_as_it_was(archive: Archive) -> None:
    write(archive, several(FIRM, 2, 0) | several(PERSON, 1, 100, role="film actress"))
    assert who(archive) == {PERSON: 3}
    other = Enrichment((named("place-india", "India", "India"),), (), None, "p")
    write(archive, dict.fromkeys(ids(1, 100), other))
    assert who(archive) == {FIRM: 2, "place-india": 1}
    assert not summed_up(archive)["identity"]


def without_sequences(tables: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    return {name: rows for name, rows in tables.items() if name != "unsettled"}
