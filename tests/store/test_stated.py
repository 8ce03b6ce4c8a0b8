"""Short names that articles explain."""

from __future__ import annotations

from app.archive import Archive
from app.enrich.resolve import AcronymPair, Enrichment
from app.store.contexts import Contexts
from app.store.identity import EVERYWHERE, Change
from app.store.stated import Stated, explained_in
from tests.store.test_linking import FRONT, TRF, A, B, C, write

ICA = "organization-ica"


def test_a_short_name_is_told_only_where_it_means_one_thing(archive: Archive) -> None:
    pairs = {A: ((TRF, FRONT), (ICA, "organization-a")), B: ((TRF, FRONT), (ICA, "organization-b"))}
    write(
        archive,
        {id: Enrichment((), tuple(AcronymPair(*pair) for pair in said), None, "p") for id, said in pairs.items()},
    )
    with archive.database.reading() as session:
        told = Stated().decide(Change([TRF, ICA, "organization-other"]), Contexts(session))
        assert explained_in(session, [A, C]) == {TRF, ICA}
    assert told == {TRF: {EVERYWHERE: FRONT}, ICA: {}, "organization-other": {}}


def test_a_bare_name_is_told_without_its_article(archive: Archive) -> None:
    write(archive, {A: Enrichment((), (AcronymPair("person-tito", "person-josip-broz"),), None, "p")})
    with archive.database.reading() as session:
        told = Stated().decide(Change([f"person-tito-{B}"]), Contexts(session))
    assert told == {"person-tito": {EVERYWHERE: "person-josip-broz"}}
