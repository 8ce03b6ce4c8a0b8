"""One word that an article does not explain: a surname that it takes for a firm, a firm that it takes for a surname."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from app.archive import Archive
from app.enrich.resolve import Enrichment, LocalEntity
from app.ids import scoped
from app.ingest.rules import RULES
from app.store.linking import resolve_all
from tests.conftest import NewArchive
from tests.store.test_entity_types import who, without_sequences
from tests.store.test_linking import derived, named, summed_up, write

FIRM, PLACE, BARE = "organization-berg", "place-berg", "person-berg"
ANN, UNKNOWN = "person-ann-berg", "person-berg-unresolved"
BANK, CLUB = (
    named(f"organization-{name}", name.title(), name.title(), at=at) for name, at in (("bank", 40), ("club", 50))
)


def article(*names: LocalEntity, role: str | None = None) -> Enrichment:
    return Enrichment(names, (), None, "p", {} if role is None else {0: role})


def said(entity: LocalEntity, rule: Any) -> LocalEntity:
    """Return the entity as a text names it that says itself what it is."""
    return replace(entity, mentions=tuple(replace(mention, rule=rule) for mention in entity.mentions))


def berg(key: str) -> LocalEntity:
    return named(key, "Berg", "Berg")


def several(count: int, first: int, *names: LocalEntity) -> dict[str, Enrichment]:
    return dict.fromkeys((f"{number:016x}" for number in range(first, first + count)), article(*names))


def bare(count: int, first: int, *beside: LocalEntity) -> dict[str, Enrichment]:
    ids = (f"{number:016x}" for number in range(first, first + count))
    return {id: article(berg(scoped(BARE, id)), *beside) for id in ids}


def ann(count: int, *beside: LocalEntity) -> dict[str, Enrichment]:
    return several(count, 1000, named(ANN, "Ann Berg", "Ann Berg", at=9), *beside)


def test_a_firm_is_who_has_that_surname_all_over_the_archive_and_keeps_such_company(archive: Archive) -> None:
    write(archive, ann(6, BANK, CLUB) | several(1, 0, berg(FIRM), BANK, CLUB) | several(1, 1, berg(FIRM)))
    assert who(archive) == {ANN: 7, FIRM: 1, "organization-bank": 7, "organization-club": 7}


def test_without_company_it_is_one_of_that_surname_where_the_firm_is_by_far_the_rarest(archive: Archive) -> None:
    write(archive, ann(20) | several(2, 0, berg(FIRM)))
    assert who(archive) == {ANN: 20, UNKNOWN: 2}
    write(archive, several(1, 2, berg(FIRM)))
    assert who(archive) == {ANN: 20, FIRM: 3}


def test_a_surname_of_many_people_stays_a_firm(archive: Archive) -> None:
    write(archive, ann(6, BANK, CLUB) | several(1, 0, berg(FIRM), BANK, CLUB))
    for number, name in enumerate(("Ben", "Cora", "Dan", "Eva", "Finn", "Gro", "Hans")):
        write(archive, several(1, 2000 + number, named(f"person-{name.lower()}-berg", f"{name} Berg", f"{name} Berg")))
    assert who(archive)[FIRM] == 1


def test_a_firm_that_a_text_explains_stays_one_and_counts_the_more(archive: Archive) -> None:
    explained = several(1, 0, said(berg(FIRM), "legal-form"), BANK, CLUB)
    write(archive, ann(40, BANK, CLUB) | explained | several(1, 1, berg(FIRM), BANK, CLUB))
    assert who(archive)[FIRM] == 1
    write(archive, several(1, 2, said(berg(FIRM), "legal-form")))
    assert who(archive)[FIRM] == 3


def test_a_town_stays_one(archive: Archive) -> None:
    write(archive, ann(40, BANK, CLUB) | several(1, 0, berg(PLACE), BANK, CLUB))
    assert who(archive)[PLACE] == 1


def test_what_no_text_has_as_a_person_is_no_surname(archive: Archive) -> None:
    write(archive, several(4, 0, berg(FIRM)) | bare(3, 100))
    assert who(archive) == {FIRM: 7}


def test_a_text_that_says_it_is_a_person_keeps_it_and_counts_the_more(archive: Archive) -> None:
    titled = {f"{500:016x}": article(berg(scoped(BARE, f"{500:016x}")), role="Senator")}
    write(archive, several(25, 0, berg(FIRM)) | bare(1, 100) | titled)
    assert who(archive) == {FIRM: 26, UNKNOWN: 1}
    write(archive, bare(2, 200))
    assert who(archive) == {FIRM: 25, UNKNOWN: 4}


def test_a_rare_firm_takes_nothing_from_people(archive: Archive) -> None:
    write(archive, several(2, 0, said(berg(FIRM), "head-noun")) | bare(1, 100) | ann(1))
    assert who(archive) == {ANN: 1, FIRM: 2, UNKNOWN: 1}
    write(archive, several(1, 2, berg(FIRM)))
    assert who(archive) == {ANN: 1, FIRM: 4}


@pytest.mark.parametrize("name", ["martha", "chelsea"])
def test_a_given_name_may_always_be_somebodys(archive: Archive, name: str) -> None:
    id = f"{900:016x}"
    write(archive, several(9, 0, named(f"organization-{name}", name.title(), name.title())))
    write(archive, {id: article(named(f"person-{name}-{id}", name.title(), name.title()))})
    assert who(archive) == {f"organization-{name}": 9, f"person-{name}-unresolved": 1}


def test_neither_order_nor_batches_tell(new_archive: NewArchive) -> None:
    parts = (ann(6, BANK, CLUB), several(1, 0, berg(FIRM), BANK, CLUB), bare(2, 100), several(1, 1, BANK, berg(FIRM)))
    firms = (several(30, 0, berg(FIRM)), bare(2, 100), ann(1), bare(1, 200, BANK))
    for pieces in (parts, firms):
        found = []
        for order in [*permutations(pieces)][::5]:
            archive = new_archive()
            for part in order:
                write(archive, part)
                summed_up(archive)
            found.append(summed_up(archive))
            with archive.database.writing() as session:
                assert resolve_all(session, RULES) == 0
                assert derived(session) == found[-1]
        assert "lone" in {row["rule"] for row in found[0]["identity"]}
        assert [without_sequences(each) for each in found] == [without_sequences(found[0])] * len(found)


def test_when_the_people_go_the_firm_is_as_it_was(archive: Archive) -> None:
    write(archive, ann(6, BANK, CLUB) | several(1, 0, berg(FIRM), BANK, CLUB))
    assert FIRM not in who(archive)
    write(archive, dict.fromkeys(ann(6), article()))
    assert who(archive)[FIRM] == 1
    assert not summed_up(archive)["identity"]
