"""Entities that may be one: what is offered, in which order, and what no longer is."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import pytest

from app.archive import Archive
from app.enrich.resolve import Enrichment
from app.ids import EntityType
from app.ingest.deciding import decide
from app.read.similar_names import duplicates, similar_name_view, similar_names
from app.store.decisions import Proposal
from app.store.entities import load_entity
from tests.conftest import NewArchive
from tests.growth import is_bounded
from tests.store.test_linking import named, summed_up, write

CORY, COREY = "person-cory-booker", "person-corey-booker"
MELANIA, KNAUSS = "person-melania-trump", "person-melania-knauss-trump"


def person(key: str, at: int = 0) -> Any:
    name = key.removeprefix("person-").replace("-", " ").title()
    return named(key, name, name, at=at)


def articles(*keys: tuple[str, ...]) -> dict[str, Enrichment]:
    return {
        f"{chr(97 + number % 6)}{number:015x}": Enrichment(
            tuple(person(key, 1000 * at) if key.startswith("person-") else named(key, key, key, at=1000 * at)
                  for at, key in enumerate(of_one)),
            (), None, "p",
        )
        for number, of_one in enumerate(keys)
    }  # fmt: skip


@pytest.fixture
def filled(archive: Archive) -> Archive:
    write(archive, articles((CORY,), (CORY,), (COREY,), (MELANIA,), (KNAUSS, "place-oslo"), ("person-ann-lee",)))
    summed_up(archive)
    return archive


def near(archive: Archive, id: str) -> list[tuple[str, str, int]]:
    with archive.database.reading() as session:
        pairs, total = similar_names(session, load_entity(session, id), 10)
    assert total == len(pairs)
    return [(pair.other.id, pair.why.reason, pair.together) for pair in pairs]


def listed(archive: Archive, type: EntityType | None = None, limit: int = 10) -> list[str]:
    with archive.database.reading() as session:
        return [pair.merge for pair in duplicates(session, type, limit)[0]]


def test_each_knows_who_may_be_the_same(filled: Archive) -> None:
    assert near(filled, CORY) == [(COREY, "misspelling", 0)]
    assert near(filled, COREY) == [(CORY, "misspelling", 0)]
    assert near(filled, MELANIA) == [(KNAUSS, "middle_name", 0)]
    assert near(filled, "person-ann-lee") == near(filled, "place-oslo") == []


def test_an_answer_has_the_counts_and_the_reason(filled: Archive) -> None:
    with filled.database.reading() as session:
        [pair], _ = similar_names(session, load_entity(session, COREY), 10)
        assert list(similar_name_view(pair).items()) == [
            ("id", CORY), ("name", "Cory Booker"), ("type", "person"), ("hint", "2 articles, 2025"),
            ("article_count", 2), ("mention_count", 2), ("first_date", "2025-05-01"),
            ("last_date", "2025-05-02"), ("reason", "misspelling"), ("together", 0),
        ]  # fmt: skip


def test_pairs_come_with_the_command_that_joins_them_the_likest_first(filled: Archive) -> None:
    merges = [f"dateline entities merge {KNAUSS} {MELANIA}", f"dateline entities merge {COREY} {CORY}"]
    assert listed(filled) == listed(filled, "person") == merges
    assert listed(filled, limit=1) == merges[:1]
    assert listed(filled, "place") == []


def test_whom_an_article_names_both_is_less_likely_one(archive: Archive) -> None:
    write(archive, articles((MELANIA, KNAUSS), (CORY, COREY), ("person-usama-lund", "person-osama-lund")))
    summed_up(archive)
    assert [merge.split()[-1] for merge in listed(archive)] == ["person-usama-lund", CORY, MELANIA]


def test_what_was_merged_or_is_hidden_is_not_offered(filled: Archive) -> None:
    decide(filled, Proposal("merge", COREY, target=CORY), "Ada")
    decide(filled, Proposal("hide", KNAUSS), "Ada")
    assert listed(filled) == []
    assert near(filled, CORY) == near(filled, MELANIA) == []


def test_what_a_decision_keeps_apart_is_not_offered(filled: Archive) -> None:
    decide(filled, Proposal("merge", COREY, target=CORY), "Ada")
    decide(filled, Proposal("undo", COREY, undoes=1), "Ada")
    assert near(filled, CORY) == near(filled, COREY) == []
    assert listed(filled) == [f"dateline entities merge {KNAUSS} {MELANIA}"]
    decide(filled, Proposal("merge", KNAUSS, target=MELANIA), "Ada")
    decide(filled, Proposal("split", MELANIA, alias="Melania Knauss Trump", name="Melania Knauss Trump"), "Ada")
    with filled.database.reading() as session:
        assert load_entity(session, MELANIA).article_count == 1
    assert near(filled, MELANIA) == []
    assert listed(filled) == []


def cpu_of_one(new_archive: NewArchive, size: int) -> float:
    """Return the CPU time of twenty answers about one entity among `size` others of other letters."""
    archive = new_archive()
    others = [
        tuple(f"person-{chr(98 + n % 20)}{n:x}a-zz{n:x}" for n in range(at, at + 50)) for at in range(0, size, 50)
    ]
    write(archive, articles((MELANIA,), (KNAUSS,), *others))
    summed_up(archive)
    near(archive, MELANIA)
    started = time.thread_time()
    for _ in range(20):
        assert near(archive, MELANIA) == [(KNAUSS, "middle_name", 0)]
    return time.thread_time() - started


def test_one_answer_does_not_read_the_whole_archive(new_archive: NewArchive) -> None:
    assert is_bounded(partial(cpu_of_one, new_archive), 500, 4000, times=3, spare=0.1)
