"""Page furniture from records to answers: what an ingest marks, and what an archive gets that was there before."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from app.archive import Archive
from app.ingest.enriching import enrich
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.verify import verify
from app.read.hits import HitOptions, hit_views
from app.search.query import Query, parse
from app.store import migrations
from app.store.articles import told_text
from app.store.tables import Article, Mention, RepeatedBlock, SetAside
from app.web.site import create_app
from tests.conftest import NewArchive, WriteRecords
from tests.ingest.derived import state
from tests.served import serve

COPYRIGHT = "Copyright © 2019 The Washington Times, LLC. Click here for reprint permission."
PHOTOS = "PHOTOS: Angela Merkel and Emmanuel Macron in Berlin"


def page(number: int, *, more: str = "", lines: tuple[str, ...] = (PHOTOS, COPYRIGHT)) -> dict[str, Any]:
    """A page of a newspaper, one a week: a text with what its site puts around all of them."""
    text = (
        f"The prime minister of Norway met the president of Finland for the {number}th time on Monday, and both spoke "
        f"about fishing in the North Sea.{more}"
    )
    return {
        "id": f"page-{number}",
        "title": f"Talks on fishing, part {number}",
        "source": "The Washington Times",
        "date": (date(2019, 1, 7) + timedelta(weeks=number)).isoformat(),
        "text": "\n\n".join([lines[0], text, *lines[1:]]),
    }


PAGES = [page(number) for number in range(8)]


def furniture(archive: Archive) -> dict[str, Any]:
    """What is kept of furniture, by the ids of the records."""
    with archive.database.reading() as session:
        articles = {each.id: each for each in session.exec(select(Article))}
        return {
            "marked": {
                str(each.external_id): [each.body[start:end] for start, end in each.furniture or ()]
                for each in articles.values()
            },
            "repeated": sorted((each.hash, each.week, each.article_id) for each in session.exec(select(RepeatedBlock))),
            "aside": {each.article_id: (each.mentions, each.entities) for each in session.exec(select(SetAside))},
        }


def test_furniture_is_marked_and_its_names_count_nowhere(archive: Archive, write_records: WriteRecords) -> None:
    ingest([write_records("a.jsonl", PAGES[:4])], archive)
    assert set(state(archive)["facets"]["organization"]) >= {"organization-washington-times"}
    ingest([write_records("b.jsonl", PAGES[4:])], archive)
    assert furniture(archive)["marked"] == {each["id"]: [PHOTOS, COPYRIGHT] for each in PAGES}
    found = state(archive)
    assert found["facets"]["organization"] == {}
    assert found["facets"]["person"] == {}
    assert found["facets"]["place"]["place-norway"] == 8
    assert verify(archive, deep=True) == []


@pytest.mark.parametrize("batches", [[8], [1] * 8, [3, 5]])
def test_batches_order_and_revisions_make_no_difference(
    new_archive: NewArchive, write_records: WriteRecords, batches: list[int]
) -> None:
    expected, archive = new_archive(), new_archive()
    ingest([write_records("all.jsonl", PAGES)], expected)
    ingest([write_records("old.jsonl", [page(7, lines=("MORE",)), page(2, more=" Nothing came of it.")])], archive)
    left = PAGES[::-1]
    for number, size in enumerate(batches):
        ingest([write_records(f"{number}.jsonl", left[:size])], archive)
        del left[:size]
    assert state(archive) == state(expected)
    assert furniture(archive) == furniture(expected)
    assert verify(archive, deep=True) == []


@pytest.mark.parametrize("again", [enrich, lambda archive: ingest([], archive)])
def test_an_archive_of_an_earlier_schema_gets_its_furniture(
    new_archive: NewArchive, write_records: WriteRecords, again: Any
) -> None:
    expected, archive = new_archive(), new_archive()
    for each in (expected, archive):
        ingest([write_records("a.jsonl", PAGES)], each)
    with archive.database.connecting() as connection:
        migrations.downgrade(connection, "0009")
    archive.database.migrate()
    enrich(archive)
    again(archive)
    assert state(archive) == state(expected)
    assert furniture(archive) == furniture(expected)
    assert verify(archive, deep=True) == []


def test_without_names_it_is_marked_too_and_they_come_without_it(
    new_archive: NewArchive, write_records: WriteRecords
) -> None:
    expected, archive = new_archive(), new_archive()
    file = write_records("a.jsonl", PAGES)
    ingest([file], expected)
    ingest([file], archive, IngestOptions(skip_entities=True))
    assert furniture(archive)["marked"] == furniture(expected)["marked"]
    enrich(archive)
    assert state(archive) == state(expected)
    assert furniture(archive) == furniture(expected)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("UPDATE article SET furniture = '[]' WHERE id = (SELECT min(id) FROM article)", "furniture of article"),
        ("DELETE FROM repeated_block WHERE article_id = (SELECT min(id) FROM article)", "furniture of article"),
        ("INSERT INTO repeated_block VALUES (1, 1, 'nobody')", "no article has"),
        ('UPDATE set_aside SET mentions = \'[{"start": -9, "end": 3}]\'', "not set aside"),
    ],
)
def test_verify_finds_furniture_that_is_not_what_it_should_be(
    archive: Archive, write_records: WriteRecords, damage: str, told: str
) -> None:
    ingest([write_records("a.jsonl", PAGES)], archive)
    with archive.database.writing() as session:
        session.connection().exec_driver_sql(damage)
    assert verify(archive) == []
    assert any(told in finding.message for finding in verify(archive, deep=True))


def test_hits_and_what_is_like_an_article_are_of_its_own_words(archive: Archive, write_records: WriteRecords) -> None:
    ingest([write_records("a.jsonl", PAGES)], archive)
    with archive.database.reading() as session:
        articles = list(session.exec(select(Article)))
    assert {told_text(each).strip()[:18] for each in articles} == {"The prime minister"}
    found = archive.engine.search(Query(parse('"reprint permission"').clause))
    assert found.total == 8
    offsets = HitOptions(parse('"reprint permission"').clause, "offsets")
    with archive.database.reading() as session:
        shown = hit_views("/", archive, session, found.hits, HitOptions())
        marked = hit_views("/", archive, session, found.hits, offsets)
    assert {hit["snippet"]["text"][:18] for hit in shown} == {"The prime minister"}
    assert all(len(hit["snippet"]["matches"]) == 1 for hit in marked)


def test_an_article_says_where_its_furniture_is_and_its_page_shows_it(
    new_archive: NewArchive, write_records: WriteRecords
) -> None:
    archive = new_archive()
    ingest([write_records("a.jsonl", PAGES)], archive)
    [id] = [hit.id for hit in archive.engine.search(Query(parse('"part 3"').clause)).hits]
    with serve(create_app(archive.settings)) as client:
        article = client.get(f"/v1/articles/{id}").json()
        page = client.get(f"/articles/{id}").text
    told = [article["body"][each["start"] : each["end"]] for each in article["furniture"]]
    assert told == [PHOTOS, COPYRIGHT]
    assert {entity["id"] for entity in article["entities"]} >= {"place-norway", "place-finland"}
    assert not any(entity["type"] in ("person", "organization") for entity in article["entities"])
    assert page.count('class="furniture"') == 2


def test_who_made_an_article_or_its_picture_counts_nowhere(
    new_archive: NewArchive, write_records: WriteRecords
) -> None:
    captions = ["(Photo by Laura Bennett/Getty Images)", "Michael Turner contributed to this report."]
    archive = new_archive()
    text = "Angela Merkel met Bennett in Berlin.\n\nBoth went home."
    ingest([write_records("a.jsonl", [{"id": "a", "text": "\n\n".join([text, *captions])}])], archive)
    found = state(archive)["facets"]
    assert [found[kind] for kind in ("person", "organization", "place")] == [
        {"person-angela-merkel": 1}, {}, {"place-berlin": 1},
    ]  # fmt: skip
    with archive.database.reading() as session:
        named = dict(session.exec(select(Mention.surface, Mention.entity_id)).all())
    # Whose the surname is, no photographer tells.
    assert named["Bennett"] == "person-bennett-unresolved"
    [(aside, entities)] = furniture(archive)["aside"].values()
    assert {row["surface"]: row["rule"] for row in aside} == dict.fromkeys(
        ("Laura Bennett", "Getty Images", "Michael Turner"), "credit"
    )
    assert {row["key"] for row in entities} >= {"person-laura-bennett", "person-michael-turner"}
    assert verify(archive, deep=True) == []
    enrich(archive)
    assert state(archive)["facets"] == found
    with archive.database.writing() as session:
        session.connection().exec_driver_sql("UPDATE mention SET rule = 'credit' WHERE surface = 'Berlin'")
    assert any("not set aside" in finding.message for finding in verify(archive, deep=True))
