"""Page furniture: found by repetition within a source, marked, and left out of names, whatever the order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session, select

from app.archive import Archive
from app.enrich.mentions import Mention
from app.enrich.resolve import Enrichment, LocalEntity
from app.ingest import rows
from app.ingest.rules import RULES
from app.store import furniture
from app.store.articles import touch
from app.store.furniture import repeatable
from app.store.linking import replace_furnished, replace_names, settle_entities
from app.store.provenance import put_articles
from app.store.sequence import next_sequence
from app.store.tables import Article, RepeatedBlock, SetAside
from tests.conftest import NewArchive
from tests.store.test_linking import derived

COPYRIGHT = "Copyright 2019 The Harbour Times, LLC"
CREDIT = "Enlarge this image Ann Berg/Harbour Pictures"
NEWS = "The harbour of Ostrava was closed after a storm, and the Harbour Times reports from the quay that it stays so."
KEYS = {
    "Harbour Times": "organization-harbour-times",
    "Ann Berg": "person-ann-berg",
    "Ostrava": "place-ostrava",
    "Nansen": "person-nansen",
}


def article(
    number: int, *blocks: str, day: str | None = None, source: str | None = "Harbour Times"
) -> tuple[dict[str, Any], Enrichment]:
    """An article of some blocks, with the row that it has and what is named in it."""
    id, body = f"{number:016x}", "\n\n".join(blocks)
    at = [body.index(block) for block in blocks]
    row: dict[str, Any] = dict.fromkeys(
        ("key", "headline", "content_sha256", "record_sha256", "file", "ingested_at"), id
    )
    row |= {"id": id, "date": day or weekly(number), "source": source, "record": 1, "authors": [], "body": body}
    row |= {
        "blocks": [["paragraph", start, start + len(block)] for start, block in zip(at, blocks, strict=True)],
        "furniture": [],
        "pipeline": "p",
    }
    return row, Enrichment(tuple(names_in(body)), (), None, "p")


def names_in(body: str) -> Any:
    for text, key in KEYS.items():
        places = [at for at in range(len(body)) if body.startswith(text, at)]
        if places:
            kind: Any = key.partition("-")[0]
            mentions = tuple(Mention(at, at + len(text), text, kind, "model", 0.8) for at in places)
            yield LocalEntity(key, kind, text, mentions, None)


def weekly(number: int) -> str:
    return (date(2019, 1, 7) + timedelta(weeks=number)).isoformat()


def write(archive: Archive, articles: Sequence[tuple[dict[str, Any], Enrichment]]) -> None:
    """Write articles as an ingest does."""
    with archive.database.writing() as session:
        ids = [row["id"] for row, _ in articles]
        first = next_sequence(session, len(articles))
        written = [row | {"sequence": n, "revised": n} for n, (row, _) in enumerate(articles, first)]
        former = furniture.texts_of(session, ids)
        put_articles(session, written)
        marked = furniture.renew(session, written, former)
        replace_names(session, ids, rows.names((row["id"], found) for row, found in articles))
        replace_furnished(session, marked - set(ids))
        touch(session, marked - set(ids))


def everything(archive: Archive) -> dict[str, Any]:
    with archive.database.writing() as session:
        settle_entities(session, RULES)
        found: dict[str, Any] = derived(session)
        found["furniture"] = marked(session)
        found["repeated"] = sorted((each.hash, each.week, each.article_id) for each in all_of(session, RepeatedBlock))
        found["aside"] = {each.article_id: (each.mentions, each.entities) for each in all_of(session, SetAside)}
    return found


def all_of(session: Session, model: Any) -> list[Any]:
    return list(session.exec(select(model)).all())


def marked(session: Session) -> dict[str, list[str]]:
    """By article: the texts of its furniture."""
    return {
        each.id: [each.body[start:end] for start, end in each.furniture or ()] for each in session.exec(select(Article))
    }


def counts(archive: Archive) -> dict[str, int]:
    return {row["id"]: row["article_count"] for row in everything(archive)["entity"]}


def hashes(*blocks: str, source: str | None = "Harbour Times") -> list[str]:
    row, _ = article(1, *blocks, source=source)
    body = row["body"]
    found = repeatable(source, body, [(start, end) for _, start, end in row["blocks"]])
    return [body[each.start : each.end] for each in found]


def test_a_line_that_a_source_repeats_week_after_week_is_furniture(archive: Archive) -> None:
    write(archive, [article(1, NEWS, COPYRIGHT), article(2, NEWS + " Two.", COPYRIGHT)])
    assert not any(everything(archive)["furniture"].values())
    write(archive, [article(3, COPYRIGHT, NEWS + " Three.")])
    assert set(map(tuple, everything(archive)["furniture"].values())) == {(COPYRIGHT,)}


def test_what_returns_within_days_or_in_other_sources_is_none(archive: Archive) -> None:
    days = [article(n, f"{NEWS} {n}", COPYRIGHT, day=f"2019-05-{6 + n:02}") for n in range(5)]
    others = [article(10 + n, f"{NEWS} {n}", CREDIT, source=f"Source {n}") for n in range(5)]
    nowhere = [article(20 + n, f"{NEWS} {n}", CREDIT, source=None) for n in range(9)]
    write(archive, [*days, *others, *nowhere])
    assert not any(everything(archive)["furniture"].values())


def test_many_articles_tell_where_no_dates_do(archive: Archive) -> None:
    def undated(number: int) -> tuple[dict[str, Any], Enrichment]:
        row, found = article(number, f"{NEWS} {number}", COPYRIGHT)
        return row | {"date": None}, found

    write(archive, [undated(number) for number in range(7)])
    assert not any(everything(archive)["furniture"].values())
    write(archive, [undated(7)])
    assert all(everything(archive)["furniture"].values())


def test_names_in_furniture_do_not_count_and_come_back_where_it_is_none(archive: Archive) -> None:
    write(
        archive,
        [
            article(1, NEWS, CREDIT),
            article(2, "Nansen left for the north, and nobody knew when he would be back.", CREDIT),
            article(3, NEWS),
        ],
    )
    assert counts(archive) == {
        "organization-harbour-times": 2, "person-ann-berg": 2, "person-nansen": 1, "place-ostrava": 2
    }  # fmt: skip
    before = everything(archive)
    write(archive, [article(4, NEWS + " Four.", CREDIT)])
    assert counts(archive) == {"organization-harbour-times": 3, "person-nansen": 1, "place-ostrava": 3}
    found = everything(archive)
    assert sorted(found["aside"]) == [f"{number:016x}" for number in (1, 2, 4)]
    assert {row["surface"] for row in found["mention"]} == {"Harbour Times", "Ostrava", "Nansen"}
    write(archive, [article(4, "There is nothing to tell of the day.")])
    after = everything(archive)
    gone = f"{4:016x}"
    assert (after["aside"], after["furniture"].pop(gone)) == ({}, [])
    after["repeated"] = [row for row in after["repeated"] if row[2] != gone]
    assert after == before


def test_a_name_that_stands_in_the_text_too_counts_where_it_does(archive: Archive) -> None:
    write(archive, [article(number, f"{NEWS} {number}", COPYRIGHT) for number in range(3)])
    found = everything(archive)
    [entity] = [row for row in found["entity"] if row["id"] == KEYS["Harbour Times"]]
    assert (entity["article_count"], entity["mention_count"]) == (3, 3)
    assert all(len(mentions) == 1 for mentions, _ in found["aside"].values())


def test_articles_that_others_mark_are_numbered_anew_and_not_revised(archive: Archive) -> None:
    write(archive, [article(1, NEWS, CREDIT), article(2, NEWS + " Two.", CREDIT), article(5, NEWS + " Five.")])
    with archive.database.reading() as session:
        before = {each.id: each.sequence for each in session.exec(select(Article))}
    write(archive, [article(3, NEWS + " Three.", CREDIT)])
    with archive.database.reading() as session:
        moved = {each.id for each in session.exec(select(Article)) if before.get(each.id) != each.sequence}
        third = f"{3:016x}"
        assert moved == {f"{1:016x}", f"{2:016x}", third}
        assert {each.id for each in session.exec(select(Article)) if each.revised < each.sequence} == moved - {third}


@pytest.mark.parametrize("seed", range(4))
def test_any_order_any_batches_and_any_revisions_give_the_same(new_archive: NewArchive, seed: int) -> None:
    random = Random(seed)
    blocks = [COPYRIGHT, CREDIT, "Sign up for our newsletter", "Nansen is an editor of the Harbour Times.", "Read more"]

    def some(number: int) -> tuple[dict[str, Any], Enrichment]:
        chosen = random.sample(blocks, random.randrange(4))
        place = random.randrange(len(chosen) + 1)
        return article(number, *chosen[:place], f"{NEWS} {number}", *chosen[place:], day=weekly(random.randrange(9)))

    final = [some(number) for number in range(16)]
    expected = None
    for turn in range(4):
        archive = new_archive()
        states = [*(some(random.randrange(16)) for _ in range(12 * turn))]
        left = [*states, *random.sample(final, len(final))]
        while left:
            step = random.choice((1, 3, 16))
            write(archive, list({row["id"]: (row, found) for row, found in left[:step]}.values()))
            del left[:step]
        found = everything(archive)
        expected = expected or found
        assert found == expected
    assert expected is not None
    assert len(set(map(tuple, expected["furniture"].values()))) > 3


def test_an_archive_that_was_there_before_gets_the_same(new_archive: NewArchive) -> None:
    articles = [article(n, f"{NEWS} {n}", *((CREDIT,) if n % 2 else (COPYRIGHT, "Nansen"))) for n in range(12)]
    archive, other = new_archive(), new_archive()
    write(archive, articles)
    with other.database.writing() as session:
        numbers = range(next_sequence(session, 12), 99)
        former = [{**row, "sequence": n, "revised": n} for n, (row, _) in zip(numbers, articles, strict=False)]
        put_articles(session, [{name: row[name] for name in row if name != "furniture"} for row in former])
        replace_names(session, [row["id"] for row in former], rows.names((row["id"], each) for row, each in articles))
        assert not furniture.is_looked_through(session)
    count = 5
    while count == 5:
        with other.database.writing() as session:
            count, changed = furniture.look_through(session, 5)
            replace_furnished(session, changed)
    assert everything(other) == everything(archive)


def test_an_article_that_would_be_nothing_else_was_printed_again(archive: Archive) -> None:
    write(archive, [article(number, COPYRIGHT, CREDIT) for number in range(9)])
    assert not any(everything(archive)["furniture"].values())


@pytest.mark.parametrize(
    "block",
    [
        "Police in Ostrava said that nobody was hurt in the harbour.",
        "“We are glad,” the mayor of Ostrava told reporters.",
        "Shares of the harbour rose by 12 per cent in a month.",
        "Record April 10",
        "Pay May One",
        "x" * 301,
    ],
)
def test_news_that_may_return_in_the_same_words_is_no_candidate(block: str) -> None:
    assert hashes(NEWS, block) == [NEWS]


def test_lines_beside_rows_of_figures_are_of_a_table() -> None:
    assert hashes("Year", "Shr 1.02 dlrs vs 98 cts", "Nine mths", NEWS, "Read more") == [
        "Shr 1.02 dlrs vs 98 cts", NEWS, "Read more"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "block",
    [COPYRIGHT, CREDIT, "MORE", "6 years ago", "Contact: Ann Berg, 202/224-5521.", "PHOTOS: The harbour in 2014"],
)
def test_lines_and_sentences_without_news_are_candidates(block: str) -> None:
    assert hashes(block, NEWS) == [block, NEWS]


def test_names_are_written_anew_where_furniture_has_some_alone(archive: Archive) -> None:
    def forgotten(*blocks: str, numbers: range) -> int:
        """Write articles, and count how often the mentions of others were dropped for it."""
        said: list[str] = []

        def note(*args: Any) -> None:
            said.append(args[2])

        event.listen(Engine, "before_cursor_execute", note)
        try:
            write(archive, [article(number, f"{NEWS} {number}", *blocks) for number in numbers])
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        return sum("DELETE FROM mention " in statement for statement in said)

    write(archive, [article(0, f"{NEWS} 0", CREDIT), article(1, f"{NEWS} 1", "MORE PHOTOS")])
    assert forgotten("MORE PHOTOS", numbers=range(2, 9)) == 0
    assert everything(archive)["furniture"][f"{1:016x}"]
    assert forgotten(CREDIT, numbers=range(9, 19)) == 1
