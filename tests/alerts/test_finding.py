"""What is new for a saved search: by the very query, each article once, whatever comes in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from app.alerts.finding import find_new, is_behind
from app.alerts.saving import save_search
from app.archive import Archive, open_archive
from app.errors import InvalidParameter
from app.ingest.deciding import decide
from app.ingest.naming import name_some
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.withdrawing import change_status
from app.read.conditions import read_conditions
from app.read.params import SavedSearchBody, SearchParams
from app.search.answer import answer
from app.settings import Settings
from app.store import searches
from app.store.decisions import Proposal
from app.store.tables import Article, SavedSearch
from tests.conftest import WriteRecords
from tests.ingest.test_naming import send, summit


def save(archive: Archive, **search: Any) -> SavedSearch:
    return save_search(
        archive, SavedSearchBody.checked({"name": "test", "search": urlencode(search, doseq=True) or "?"}), "desk"
    )


def found(archive: Archive, saved: SavedSearch) -> list[str]:
    """Return the external ids of what was new, in the order in which it was found."""
    with archive.database.reading() as session:
        rows = searches.found_articles(session, saved, 1_000)
    return [str(article.external_id) for _, article, _ in reversed(rows)]


def test_what_was_there_is_not_new_and_what_comes_is_once(archive: Archive) -> None:
    send(archive, summit(1))
    saved, other = save(archive, q="summit"), save(archive, q="lighthouse")
    assert not is_behind(archive)
    send(archive, summit(2), {"id": 3, "title": "Fog", "text": "A lighthouse stood in it."})
    assert is_behind(archive)
    assert find_new(archive) == 2
    assert find_new(archive) == 0
    send(archive, summit(2))
    find_new(archive)
    assert (found(archive, saved), found(archive, other)) == (["2"], ["3"])


def test_names_that_come_later_and_revisions_make_an_article_new_and_nothing_makes_it_new_twice(
    archive: Archive,
) -> None:
    saved = save(archive, entity=["person-vladimir-putin"])
    words = save(archive, q="Moscow")
    send(archive, summit(1), {"id": 2, "title": "Fog", "text": "Fog lay on the coast. Ships waited outside."})
    find_new(archive)
    assert (found(archive, saved), found(archive, words)) == ([], ["1"])
    name_some(archive)
    find_new(archive)
    assert (found(archive, saved), found(archive, words)) == (["1"], ["1"])
    send(archive, {"id": 2, "title": "Fog", "text": "Fog lay on Moscow. President Vladimir Putin waited."})
    name_some(archive)
    find_new(archive)
    assert (found(archive, saved), found(archive, words)) == (["1", "2"], ["1", "2"])


def test_articles_whose_names_alone_change_are_not_new(archive: Archive) -> None:
    send(archive, summit(1))
    name_some(archive)
    saved = save(archive, entity=["person-vladimir-putin"])
    hidden = decide(archive, Proposal(entity_id="person-vladimir-putin", kind="hide"), "desk")
    assert find_new(archive) == 1
    number = hidden.decision.number
    decide(archive, Proposal(entity_id="person-vladimir-putin", kind="undo", undoes=number), "desk")
    assert find_new(archive) == 1
    assert found(archive, saved) == []


def test_what_is_withdrawn_is_not_told_and_what_is_restored_not_again(archive: Archive) -> None:
    saved = save(archive, q="summit")
    [first] = send(archive, summit(1))
    change_status(archive, "withdraw", [first["id"]], "a mistake", "desk")
    find_new(archive)
    assert found(archive, saved) == []
    change_status(archive, "restore", [first["id"]], None, "desk")
    find_new(archive)
    change_status(archive, "withdraw", [first["id"]], "a mistake", "desk")
    change_status(archive, "restore", [first["id"]], None, "desk")
    find_new(archive)
    assert found(archive, saved) == ["1"]


def test_a_date_told_from_today_stays_so(archive: Archive) -> None:
    saved = save(archive, q="summit", date_from="-7d")
    assert saved.parameters == {"q": "summit", "date_from": "-7d", "match": "all"}
    today = {"date": datetime.now().astimezone().date().isoformat()}
    send(archive, summit(1) | today, summit(2) | {"date": "2001-01-01"})
    find_new(archive)
    assert found(archive, saved) == ["1"]


def test_an_address_of_the_page_says_how_it_looks_and_that_is_left_out(archive: Archive) -> None:
    saved = save(archive, q="summit", view="compact", bars="share", sort="date", page="2")
    assert saved.parameters == {"q": "summit", "match": "all"}


def test_a_search_that_is_off_misses_what_comes(archive: Archive) -> None:
    saved = save(archive, q="summit")
    with archive.database.writing() as session:
        searches.switch_search(session, saved.id, is_on=False)
    send(archive, summit(1))
    assert not is_behind(archive)
    with archive.database.writing() as session:
        searches.switch_search(session, saved.id, is_on=True)
    send(archive, summit(2))
    find_new(archive)
    assert found(archive, saved) == ["2"]


def test_a_name_that_several_share_by_now_keeps_no_other_search_waiting(archive: Archive) -> None:
    send(archive, {"id": 1, "title": "Summit", "text": "President Vladimir Putin spoke. Putin left Moscow."})
    name_some(archive)
    named, words = save(archive, entity_name=["Putin"]), save(archive, q="Summit")
    send(archive, {"id": 2, "title": "Summit", "text": "Minister Anna Putin spoke. Putin left Moscow."})
    name_some(archive)
    find_new(archive)
    assert found(archive, words) == ["2"]
    with archive.database.reading() as session:
        row = searches.load_search(session, named.id)
    assert row.error is not None
    assert "Putin" in row.error


@pytest.mark.parametrize(
    "search",
    [
        {},
        {"match": "any"},
        {"limit": "5"},
        {"colour": "red", "q": "tide"},
        {"q": ["tide", "harbour"]},
        {"entity_name": ["Nobody Known"]},
        {"q": '"a' * 900},
    ],
)
def test_a_search_that_cannot_be_asked_is_not_saved(archive: Archive, search: dict[str, Any]) -> None:
    with pytest.raises(InvalidParameter):
        save(archive, **search)


WORDS = ("tide", "harbour", "dockers", "strike", "truce", "night")
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)
QUERIES = st.one_of(
    TEXTS,
    st.tuples(st.sampled_from(WORDS), st.sampled_from(WORDS)).map(lambda two: f"{two[0]} -{two[1]}"),
    st.tuples(st.sampled_from(WORDS), st.sampled_from(WORDS)).map(lambda two: f'"{two[0]} {two[1]}" OR {two[0][:4]}*'),
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    query=QUERIES,
    match=st.sampled_from(["all", "any"]),
    batches=st.lists(st.lists(st.tuples(st.integers(0, 9), TEXTS), min_size=1, max_size=5), min_size=1, max_size=6),
    asked=st.lists(st.booleans(), min_size=6, max_size=6),
)
def test_what_is_new_is_what_the_search_finds(
    tmp_path_factory: pytest.TempPathFactory, query: str, match: str, batches: Any, asked: list[bool]
) -> None:
    """Whatever revises whatever: all that the search finds in the end was new once, and each match was found then."""
    folder: Path = tmp_path_factory.mktemp("alerts")
    with open_archive(Settings(data_dir=folder, recognise=False)) as archive:
        saved = save(archive, q=query, match=match)
        once: set[str] = set()
        for batch, is_asked in zip(batches, asked, strict=False):
            send(archive, *({"id": number, "title": text.split()[0], "text": text} for number, text in batch))
            if is_asked:
                find_new(archive)
                once |= now_found(archive, saved)
        find_new(archive)
        once |= now_found(archive, saved)
        with archive.database.reading() as session:
            rows = searches.found_articles(session, saved, 1_000)
        told = [article.id for _, article, _ in rows]
        assert len(told) == len(set(told))
        assert set(told) == once


def now_found(archive: Archive, saved: SavedSearch) -> set[str]:
    params = SearchParams.checked({**saved.parameters, "limit": 100})
    with archive.database.reading() as session:
        asked = read_conditions(archive.database, session, params)
    query = replace(params.to_query(asked.parsed.clause, asked.filters), limit=100)
    return {hit.id for hit in answer(archive.engine, query, params.match).hits.hits}


def test_an_ingest_of_more_than_is_asked_at_a_time(archive: Archive, write_records: WriteRecords) -> None:
    saved = save(archive, q="tide")
    records = [{"id": number, "title": f"Tide {number}", "text": f"High tide {number}."} for number in range(2_300)]
    ingest([write_records("a.jsonl", records)], archive, IngestOptions(skip_entities=True))
    while find_new(archive):
        pass
    with archive.database.reading() as session:
        assert len(searches.found_articles(session, saved, 5_000)) == len(session.exec(select(Article.id)).all())
