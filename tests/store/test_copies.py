"""Copies: found whatever the order in which articles come, change and go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random
from time import thread_time
from typing import Any

import pytest
from sqlmodel import select

from app.archive import Archive
from app.store import furniture
from app.store.articles import touch
from app.store.check import check_copies
from app.store.copies import compare_some, copies_listed, copy_summaries, editions_beside, is_compared, renew_copies
from app.store.provenance import put_articles
from app.store.sequence import next_sequence
from app.store.tables import Article, CopyPair, Sketch, SketchHash
from app.store.withdrawals import erase, restore, withdraw
from app.store.written import run_written
from tests.conftest import NewArchive
from tests.growth import is_bounded

STORY = (
    "The harbour of Ostrava stayed shut on Monday after a storm tore two cranes from the quay and threw them into the "
    "basin, where divers looked for the driver of one of them until it was dark. Nobody else was missing, said the "
    "master of the port, Ann Berg, and ships that wait outside are sent on to Gdansk. The cranes stood there for forty "
    "years and were to be replaced in spring. A ferry broke loose as well and was caught by two tugs before it reached "
    "the breakwater, with ninety people on board who had waited for the wind to fall."
)
OTHER = (
    "Lawmakers in Ruritania voted by a narrow margin to raise the tax on sugar, in spite of farmers who had parked "
    "their tractors in front of the chamber since Thursday and say that it will ruin them within two harvests. The "
    "minister of finance promised to look at the rate again next year, when a commission of doctors has told what it "
    "did to the teeth of children. The upper house has to agree before the summer."
)
MORE = " The insurer of the port sent three of its own people, who are to tell by Friday what the damage comes to."
DAY = "2019-03-04"


def row(number: int, body: str, day: str | None = DAY, *, headline: str = "", source: str = "Wire") -> dict[str, Any]:
    id = f"{number:016x}"
    made: dict[str, Any] = dict.fromkeys(("key", "content_sha256", "record_sha256", "file", "ingested_at"), id)
    made |= {"id": id, "headline": headline or f"Headline {number}", "date": day, "source": source, "record": 1}
    made |= {"authors": [], "body": body, "blocks": [["paragraph", 0, len(body)]], "furniture": [], "pipeline": "p"}
    return made | {"word_count": len(body.split()), "status": "published"}


def write(archive: Archive, rows: Sequence[dict[str, Any]]) -> None:
    """Write articles as an ingest does."""
    with archive.database.writing() as session:
        first = next_sequence(session, len(rows))
        former = furniture.texts_of(session, [each["id"] for each in rows])
        put_articles(session, [each | {"sequence": n, "revised": n} for n, each in enumerate(rows, first)])
        marked = furniture.renew(session, rows, former)
        touch(session, renew_copies(session, marked | {each["id"] for each in rows}) - {each["id"] for each in rows})


def groups(archive: Archive) -> list[list[int]]:
    """The groups of more than one article, by their numbers."""
    with archive.database.reading() as session:
        assert list(check_copies(session)) == []
        found: dict[str, list[int]] = {}
        for id, group in session.exec(select(Article.id, Article.copy_group).where(Article.status == "published")):
            found.setdefault(str(group), []).append(int(id, 16))
        assert all(f"{min(members):016x}" == group for group, members in found.items())
        return sorted(sorted(members) for members in found.values() if len(members) > 1)


def everything(archive: Archive) -> list[Any]:
    with archive.database.reading() as session:
        return [sorted(map(repr, session.exec(select(*columns)))) for columns in _ROWS]


_ROWS: tuple[tuple[Any, ...], ...] = (
    (Article.id, Article.copy_group),
    (Sketch.article_id, Sketch.digest, Sketch.day, Sketch.size, Sketch.smallest),
    (SketchHash.hash, SketchHash.day, SketchHash.article_id),
    (CopyPair.article_id, CopyPair.other_id),
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (row(1, STORY), row(2, STORY, source="Post")),
        (row(1, STORY), row(2, STORY, "2021-01-01")),
        (row(1, STORY), row(2, STORY, None)),
        (row(1, STORY), row(2, STORY.upper())),
        (row(1, STORY), row(2, STORY + MORE)),
        (row(1, STORY), row(2, STORY[:300])),
        (row(1, STORY), row(2, STORY.replace("forty", "thirty").replace("narrow", "slim"), "2019-03-05")),
        (row(1, STORY), row(2, STORY + " It is so.", None)),
        (row(1, STORY, None), row(2, STORY + " It is so.", None)),
    ],
    ids=[
        "same",
        "years-later",
        "undated",
        "capitals",
        "expanded",
        "cut",
        "corrected",
        "nearly-undated",
        "both-undated",
    ],
)
def test_one_piece_of_news_in_two_editions_is_a_group(
    archive: Archive, one: dict[str, Any], other: dict[str, Any]
) -> None:
    write(archive, [one])
    write(archive, [other])
    assert groups(archive) == [[1, 2]]


GRANT = (
    "Senator {0} said today that the fire department of {1} will receive a grant of {2} dollars to buy new engines, "
    "hoses and radios, as part of a programme the Congress made for towns with few inhabitants. The department may "
    "use the money for training as well. Such towns, the senator said, depend on people who leave their work when the "
    "siren sounds, and they deserve to have what those of large cities have. The grants are given after experts have "
    "looked at what each department asked for and how many people it has to look after."
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (row(1, STORY), row(2, OTHER)),
        (row(1, GRANT.format("Ann Berg", "Calhoun", "138,120")), row(2, GRANT.format("Ann Berg", "Buchanan", "7,380"))),
        (row(1, STORY), row(2, STORY + MORE, "2019-06-01")),
        (row(1, STORY), row(2, STORY[:260] + OTHER, None)),
        (row(1, "Sign up here."), row(2, "Sign up here.")),
    ],
    ids=["other-news", "another-county", "months-later", "undated-and-half-of-it", "says-nothing"],
)
def test_what_merely_shares_words_is_none(archive: Archive, one: dict[str, Any], other: dict[str, Any]) -> None:
    write(archive, [one, other])
    assert groups(archive) == []


def editions() -> list[dict[str, Any]]:
    """Three groups, of which one hangs together by what stands in its midst, and articles of their own."""
    thirds = [STORY[:220], STORY[220:440], STORY[440:]]
    return [
        row(9, STORY), row(4, STORY, "2019-03-05", source="Post"), row(7, STORY + MORE), row(12, STORY[:320]),
        row(3, OTHER), row(8, OTHER, "2019-03-06"), row(5, OTHER, None),
        row(1, GRANT.format("Ann Berg", "Calhoun", "138,120")), row(2, GRANT.format("Ann Berg", "Erie", "7,380")),
        row(21, " ".join((MORE * 2, thirds[0], thirds[1])), "2020-05-01"), row(20, " ".join(thirds[1:]), "2020-05-02"),
        row(22, " ".join((thirds[2], OTHER[:200])), "2020-05-03"),
    ]  # fmt: skip


def test_no_order_batch_revision_or_withdrawal_makes_a_difference(new_archive: NewArchive) -> None:
    expected = new_archive()
    write(expected, editions())
    assert groups(expected)[:2] == [[3, 5, 8], [4, 7, 9, 12]]
    for seed in range(4):
        random, archive = Random(seed), new_archive()
        left = editions()
        random.shuffle(left)
        for each in random.sample(left, 3):
            write(archive, [each | {"body": random.choice([OTHER, STORY, MORE * 3])}])
        while left:
            size = random.choice([1, 1, 2, 5])
            write(archive, left[:size])
            if random.random() < 0.5:
                _hide_and_show(archive, random.choice(left[:size])["id"])
            del left[:size]
        groups(archive)
        assert everything(archive) == everything(expected)


def _hide_and_show(archive: Archive, id: str) -> None:
    with archive.database.writing() as session:
        withdraw(session, id, "A mistake.", "Ann", "2026-01-01T00:00:00+00:00")
    with archive.database.reading() as session:
        assert session.get_one(Article, id).copy_group is None
        assert session.get(Sketch, id) is None
    groups(archive)
    with archive.database.writing() as session:
        restore(session, id, None, "Ann", "2026-01-01T00:00:00+00:00")


def test_several_with_one_text_come_and_go_together(archive: Archive) -> None:
    write(archive, [row(8, OTHER, "2019-03-06")])
    write(archive, [row(3, OTHER), row(5, OTHER, None)])
    assert groups(archive) == [[3, 5, 8]]
    write(archive, [row(3, STORY), row(5, MORE * 3, None)])
    assert groups(archive) == []


def test_what_held_a_group_together_may_go(archive: Archive) -> None:
    write(archive, [row(1, STORY[:260]), row(3, STORY), row(5, STORY[260:])])
    assert groups(archive) == [[1, 3, 5]]
    before = sequences(archive)
    with archive.database.writing() as session:
        erase(session, f"{3:016x}", "It has to.", "Ann", "2026-01-01T00:00:00+00:00")
    assert groups(archive) == []
    after = sequences(archive)
    assert {id for id in after if after[id] != before[id]} == {3, 5}, (
        "the index is told of what changed, and of no more"
    )


def sequences(archive: Archive) -> dict[int, int]:
    with archive.database.reading() as session:
        return {int(id, 16): sequence for id, sequence in session.exec(select(Article.id, Article.sequence))}


def test_page_furniture_makes_no_copies(archive: Archive) -> None:
    lines = [f"{_plain_words(90 + number, 22)}." for number in range(4)]
    write(archive, [paged(number, [_plain_words(number), *lines]) for number in range(2)])
    assert groups(archive) == [[0, 1]], "as long as nobody knows that the page has it every week"
    for number in range(2, 6):
        write(archive, [paged(number, [_plain_words(number), *lines], f"2019-0{number + 2}-01")])
    assert groups(archive) == []


def _plain_words(seed: int, count: int = 92) -> str:
    """A text of its own, without names and figures."""
    random = Random(seed)
    return " ".join("".join(random.choices("aeioklmnrst", k=5)) for _ in range(count))


def paged(number: int, blocks: Iterable[str], day: str = DAY) -> dict[str, Any]:
    made, at = row(number, "\n\n".join(blocks), day), 0
    spans = []
    for block in blocks:
        spans.append(["paragraph", at, at + len(block)])
        at += len(block) + 2
    return made | {"blocks": spans}


def test_an_archive_of_before_is_compared_bit_by_bit(archive: Archive) -> None:
    write(archive, editions())
    expected = everything(archive)
    with archive.database.writing() as session:
        for model in (Sketch, SketchHash, CopyPair):
            session.connection().exec_driver_sql(f"DELETE FROM {model.__tablename__}")
        session.connection().exec_driver_sql("UPDATE article SET copy_group = NULL")
    done, changed = list[int](), set[str]()
    with archive.database.reading() as session:
        assert not is_compared(session)
    while not done or done[-1]:
        with archive.database.writing() as session:
            count, again = compare_some(session, 5)
            done.append(count)
            changed |= again
    assert done == [5, 5, 2, 0]
    assert everything(archive) == expected
    assert f"{4:016x}" not in changed, "one that stands for its group is in the index as it was"


def test_the_longest_stands_first_and_is_summed_up(archive: Archive) -> None:
    write(archive, editions())
    with archive.database.reading() as session:
        found = editions_beside(session, session.get_one(Article, f"{9:016x}"), 2)
        assert (int(found.longest, 16), found.others, [int(each.id, 16) for each in found.articles]) == (7, 3, [7, 4])
        listed = copies_listed(session, [f"{9:016x}", f"{1:016x}"], 2)
        assert {id: [int(each.id, 16) for each in lines] for id, lines in listed.items()} == {f"{9:016x}": [7, 4]}
    summed = copy_summaries(archive.database, [f"{7:016x}", f"{1:016x}", "nothing"])
    assert summed == {f"{7:016x}": (3, 2, DAY)}


def test_what_was_compared_wrongly_is_found(archive: Archive) -> None:
    write(archive, editions())
    with archive.database.writing() as session:
        run_written(session.connection(), "UPDATE article SET copy_group = id WHERE id = ?", (f"{9:016x}",))
        run_written(session.connection(), "DELETE FROM copy_pair WHERE article_id = ?", (f"{12:016x}",))
        run_written(session.connection(), "UPDATE sketch SET size = 1 WHERE article_id = ?", (f"{1:016x}",))
    with archive.database.reading() as session:
        found = " ".join(check_copies(session))
    assert all(f"{number:016x}" in found for number in (9, 12, 1))


def _reports(count: int) -> list[dict[str, Any]]:
    """Reports of one form, with other figures, on three days; one in four is under the headline of another."""
    return [
        row(number * 37 % 101 + number * 101, f"{GRANT.format('Ann Berg', 'Erie', number * 7)} {MORE * (number % 2)}",
            f"2019-03-0{1 + number % 3}", headline="Grants" if number % 4 else f"Money {number}")
        for number in range(1, count + 1)
    ]  # fmt: skip


def test_a_crowd_of_one_form_is_grouped_the_same_in_any_order(new_archive: NewArchive) -> None:
    expected = new_archive()
    write(expected, _reports(90))
    assert len(groups(expected)[0]) > 9
    for seed in range(3):
        random, archive = Random(seed), new_archive()
        left = _reports(90)
        random.shuffle(left)
        write(archive, [row(number, STORY + GRANT) for number in (60, 70)] + left[:3])
        for number in (60, 70):
            with archive.database.writing() as session:
                erase(session, f"{number:016x}", "It has to.", "Ann", "2026-01-01T00:00:00+00:00")
        write(archive, [left[0] | {"body": OTHER}])
        while left:
            size = random.choice([1, 4, 11, 30])
            write(archive, left[:size])
            if size == 1:
                _hide_and_show(archive, left[0]["id"])
            del left[:size]
        groups(archive)
        shown = {id for id, _ in _shown_groups(expected)}
        assert _shown_groups(archive) == _shown_groups(expected)
        assert len(shown) == 90
        assert everything(archive)[1:] == everything(expected)[1:]


def _shown_groups(archive: Archive) -> list[tuple[str, str | None]]:
    with archive.database.reading() as session:
        wanted = select(Article.id, Article.copy_group).where(Article.status == "published")
        return sorted((id, group) for id, group in session.exec(wanted))


@pytest.mark.parametrize("headline", ["Grants", ""], ids=["one-headline", "many-headlines"])
def test_a_crowd_of_one_form_costs_each_article_the_same(new_archive: NewArchive, headline: str) -> None:
    def cost(count: int) -> float:
        rows = [row(number, GRANT.format("Ann Berg", "Erie", number * 7), headline=headline) for number in range(count)]
        archive, started = new_archive(), thread_time()
        write(archive, rows)
        return thread_time() - started

    assert is_bounded(cost, 120, 240, 3)
