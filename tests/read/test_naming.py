"""What tells namesakes apart."""

from __future__ import annotations

import pytest

from app.archive import Archive
from app.enrich.resolve import Enrichment
from app.errors import InvalidParameter
from app.read.naming import entity_hint, entity_named
from app.store.tables import Entity
from tests.store.test_linking import named, summed_up, write


@pytest.mark.parametrize(
    ("name", "country", "told"),
    [
        ("Bratislava", "CS", "Czechoslovakia"),
        ("Prague", "CZ", "Czech Republic"),
        ("Czechoslovakia", "CS", None),
        ("Lyon", "FR", "France"),
        ("Somewhere", "ZZ", None),
    ],
)
def test_a_country_is_called_as_the_entity_of_it_is(name: str, country: str, told: str | None) -> None:
    assert entity_hint(Entity(id="place-x", type="place", name=name, folded=name, country=country)) == told


def test_letters_stand_for_a_title_and_who_holds_it_is_offered(archive: Archive) -> None:
    names = [f"{name} Lund" for name in ("Ann", "Bo", "Eva")]
    people = [named(f"person-{name.lower().replace(' ', '-')}", name, name, "Lund") for name in names]
    roles = ("Norwegian Prime Minister", "President", "former President")
    write(archive, {
        letter * 16: Enrichment((person,), (), None, "p", {0: role})
        for letter, person, role in zip("abc", people, roles, strict=True)
    })  # fmt: skip
    summed_up(archive)
    with archive.database.reading() as session:
        assert entity_named(session, "PM Lund").id == "person-ann-lund"
        with pytest.raises(InvalidParameter) as caught:
            entity_named(session, "President Lund")
    assert {each.id for each in caught.value.candidates} == {"person-bo-lund", "person-eva-lund"}


def test_a_title_tells_namesakes_apart_where_articles_give_it_to_one_of_them(archive: Archive) -> None:
    robert = named("person-robert-dole", "Robert Dole", "Robert Dole", "Dole")
    elizabeth = named("person-elizabeth-dole", "Elizabeth Dole", "Elizabeth Dole", "Dole")
    said = {"a": (robert, "Senator"), "b": (robert, "Sen."), "c": (elizabeth, "Transportation Secretary")}
    write(archive, {id * 16: Enrichment((one,), (), None, "p", {0: role}) for id, (one, role) in said.items()})
    summed_up(archive)
    with archive.database.reading() as session:
        assert (
            entity_named(session, "Senator Dole").id
            == entity_named(session, "Sen. Robert Dole").id
            == "person-robert-dole"
        )
        assert entity_named(session, "Secretary Dole").id == "person-elizabeth-dole"
        for name, candidates in (("Dole", 2), ("Mrs Dole", 2), ("President Dole", 2), ("President Nobody", 0)):
            with pytest.raises(InvalidParameter) as caught:
                entity_named(session, name)
            assert len(caught.value.candidates) == candidates, name
