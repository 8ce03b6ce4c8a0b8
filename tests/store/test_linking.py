"""Who is meant, over all articles, from names written by hand: what recognition would find is not the matter here."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from sqlmodel import Session, select

from app.archive import Archive
from app.enrich.mentions import Mention
from app.enrich.resolve import AcronymPair, Enrichment, LocalEntity
from app.ingest import rows
from app.ingest.rules import RULES
from app.store.articles import changed_after, entities_of
from app.store.linking import replace_names, settle_entities
from app.store.provenance import put_articles
from app.store.sequence import newest, next_sequence
from app.store.tables import Acronym, Alias, ArticleEntity, Entity, Identity, Unsettled
from app.store.tables import Mention as MentionRow
from tests.conftest import NewArchive


def named(key: str, name: str, *surfaces: str, at: int = 0) -> LocalEntity:
    kind: Any = key.partition("-")[0]
    mentions = tuple(
        Mention(at + 100 * n, at + 100 * n + len(text), text, kind, "model", 0.8) for n, text in enumerate(surfaces)
    )
    return LocalEntity(key, kind, name, mentions, "IN" if kind == "place" else None)


FRONT = "organization-resistance-front"
TRF = "organization-trf"

EXPLAINS = Enrichment(
    (named(FRONT, "The Resistance Front", "The Resistance Front", "TRF"), named("place-india", "India", "India", at=7)),
    (AcronymPair(TRF, FRONT),),
    "place-india",
    "p",
)
SHORT = Enrichment((named(TRF, "TRF", "TRF", "TRF"), named("place-india", "India", "Indian", at=7)), (), None, "p")
FORMAL = Enrichment((named(FRONT, "Resistance Front", "Resistance Front"),), (), None, "p")
OTHER = Enrichment(
    (named("organization-technical-reserve-fund", "Technical Reserve Fund", "Technical Reserve Fund"),),
    (AcronymPair(TRF, "organization-technical-reserve-fund"),),
    None,
    "p",
)
ALL = {"a" * 16: EXPLAINS, "b" * 16: SHORT, "c" * 16: FORMAL}
A, B, C, D = ("a" * 16, "b" * 16, "c" * 16, "d" * 16)


def write(archive: Archive, found: dict[str, Enrichment]) -> None:
    with archive.database.writing() as session:
        first = next_sequence(session, len(found))
        put_articles(session, [article(id, sequence) for sequence, id in enumerate(found, first)])
        replace_names(session, list(found), rows.names(found.items()))


def article(id: str, sequence: int) -> dict[str, Any]:
    texts = ("key", "headline", "content_sha256", "record_sha256", "file", "ingested_at", "body")
    row: dict[str, Any] = dict.fromkeys(texts, id)
    row |= {"id": id, "date": f"2025-05-{ord(id[0]) - 96:02}", "record": 1, "authors": [], "blocks": []}
    return row | {"sequence": sequence, "revised": sequence}


def derived(session: Session) -> dict[str, list[dict[str, Any]]]:
    models = (Entity, Alias, ArticleEntity, MentionRow, Acronym, Identity, Unsettled)
    return {
        str(model.__tablename__): sorted((row.model_dump() for row in session.exec(select(model)).all()), key=repr_of)
        for model in models
    }


def repr_of(row: dict[str, Any]) -> str:
    return repr(sorted(row.items()))


def summed_up(archive: Archive) -> dict[str, list[dict[str, Any]]]:
    with archive.database.writing() as session:
        settle_entities(session, RULES)
        return derived(session)


def test_an_acronym_that_one_article_explains_means_the_same_in_the_others(new_archive: NewArchive) -> None:
    archive = new_archive()
    write(archive, {B: SHORT})
    write(archive, {A: EXPLAINS})
    found = summed_up(archive)
    assert {row["entity_id"] for row in found["mention"] if row["surface"] == "TRF"} == {FRONT}
    entities = {row["id"]: row for row in found["entity"]}
    assert entities.keys() == {FRONT, "place-india"}
    front, india = entities[FRONT], entities["place-india"]
    assert (front["name"], front["article_count"], front["mention_count"]) == ("The Resistance Front", 2, 4)
    assert (front["first_date"], front["last_date"]) == ("2025-05-01", "2025-05-02")
    assert (india["country"], india["stale"]) == ("IN", False)
    aliases = {(row["text"], row["kind"], row["count"]) for row in found["alias"] if row["entity_id"] == FRONT}
    assert aliases == {("The Resistance Front", "name", 1), ("TRF", "short", 3)}


def test_articles_that_others_explain_are_numbered_anew_and_not_revised(new_archive: NewArchive) -> None:
    archive = new_archive()
    write(archive, {B: SHORT, C: FORMAL})
    with archive.database.reading() as session:
        before = newest(session)
    write(archive, {A: EXPLAINS})
    with archive.database.reading() as session:
        changed = changed_after(session, before, 10)
        assert {row.id: row.revised > before for row in changed} == {A: True, B: False}
        assert entities_of(session, [B])[B] == (FRONT, "place-india")


def test_a_second_meaning_parts_them_again(new_archive: NewArchive) -> None:
    archive = new_archive()
    write(archive, ALL)
    assert TRF not in {row["id"] for row in summed_up(archive)["entity"]}
    write(archive, {D: OTHER})
    entities = {row["id"]: row for row in summed_up(archive)["entity"]}
    assert entities[TRF]["name"] == "TRF"
    assert entities[FRONT]["article_count"] == 2
    write(archive, {D: FORMAL})
    entities = {row["id"]: row for row in summed_up(archive)["entity"]}
    assert TRF not in entities
    assert "organization-technical-reserve-fund" not in entities
    assert entities[FRONT]["article_count"] == 4


@pytest.mark.parametrize("other", [False, True])
def test_any_order_and_any_batches_give_the_same_rows(new_archive: NewArchive, other: bool) -> None:
    found = ALL | ({D: OTHER} if other else {})
    expected = None
    for number, order in enumerate(permutations(found)):
        if number % 4:
            continue
        archive = new_archive()
        for id in order:
            write(archive, {id: found[id]})
            if number % 3 == 0:
                summed_up(archive)
        expected = expected or summed_up(archive)
        assert summed_up(archive) == expected
    together = new_archive()
    write(together, found)
    assert summed_up(together) == expected


def test_what_nobody_names_any_more_goes(new_archive: NewArchive) -> None:
    archive = new_archive()
    write(archive, ALL)
    summed_up(archive)
    nothing = Enrichment((), (), None, "p")
    write(archive, dict.fromkeys(ALL, nothing))
    assert all(table == [] for table in summed_up(archive).values())


def test_another_name_holds_in_articles_that_do_not_explain_it(new_archive: NewArchive) -> None:
    """Also a bare one, which is scoped to its article until somebody says whose it is."""
    broz = named("person-josip-broz", "Josip Broz", "Josip Broz", "Tito")
    found = {
        A: Enrichment((broz,), (AcronymPair("person-tito", "person-josip-broz"),), None, "p"),
        B: Enrichment((named(f"person-tito-{B}", "Tito", "Tito"),), (), None, "p"),
    }
    for order in permutations(found):
        archive = new_archive()
        for id in order:
            write(archive, {id: found[id]})
        assert {row["entity_id"] for row in summed_up(archive)["mention"]} == {"person-josip-broz"}
        write(archive, {A: FORMAL})
        assert "person-tito-unresolved" in {row["id"] for row in summed_up(archive)["entity"]}
