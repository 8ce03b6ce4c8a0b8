"""The grammar of entity ids."""

from __future__ import annotations

import sqlite3

import pytest

from app import ids
from app.ids import entity_id, is_entity_id, is_person, is_place, is_scoped, name_of, scoped, type_of, unscoped

ARTICLE = "78184646ba153278"


@pytest.mark.parametrize("type", ids.TYPES)
def test_an_id_is_its_type_and_its_name(type: ids.EntityType) -> None:
    id = entity_id(type, "Médecins Sans Frontières")
    assert id == f"{type}-medecins-sans-frontieres"
    assert (type_of(id), name_of(id)) == (type, "medecins-sans-frontieres")
    assert is_entity_id(id)
    assert (is_person(id), is_place(id)) == (type == "person", type == "place")


def test_a_scoped_id_leads_back() -> None:
    bare = scoped("person-modi", ARTICLE)
    assert bare == f"person-modi-{ARTICLE}"
    assert is_scoped(bare)
    assert unscoped(bare) == unscoped("person-modi") == "person-modi"
    assert not is_scoped("person-modi")


@pytest.mark.parametrize("text", ["", "person", "person-", "people-modi", "person-Modi", "person-modi ", "aperson-x"])
def test_what_is_no_id(text: str) -> None:
    assert not is_entity_id(text)


@pytest.mark.parametrize("id", ["person-modi", f"person-modi-{ARTICLE}", f"place-x-{ARTICLE}", "person-deadbeef"])
def test_sqlite_knows_them_by_the_same_grammar(id: str) -> None:
    connection = sqlite3.connect(":memory:")
    (found,) = connection.execute("SELECT ? GLOB ?", (id, ids.SCOPED_GLOB)).fetchone()
    (bare,) = connection.execute("SELECT ? GLOB ?", (id, ids.BARE_SURNAME_GLOB)).fetchone()
    connection.close()
    assert (bool(found), bool(bare)) == (is_scoped(id), is_scoped(id) and is_person(id))
