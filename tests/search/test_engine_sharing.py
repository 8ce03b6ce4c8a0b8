"""Articles that share a run of words with a text: all of them and no others, in every engine behind the port."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.search.analysis import phrase_terms
from app.search.engine import Document, SearchEngine
from tests.search.asking import Open, doc
from tests.search.generated import FREQUENT

RUN = 5


def _texts(count: int) -> list[str]:
    chosen = random.Random(18)
    return [" ".join(chosen.choices(FREQUENT[:6], k=chosen.randrange(3, 60))) for _ in range(count)]


ARTICLES = [
    doc(number, body, headline=body[:40], dateline=body[:20], date=f"20{number % 20 + 10}" if number % 3 else None)
    for number, body in enumerate(_texts(60), 1)
]


@pytest.fixture(scope="module")
def held(opened: Open, tmp_path_factory: pytest.TempPathFactory) -> SearchEngine:
    engine = opened(tmp_path_factory.mktemp("shared"))
    for number in range(3):
        engine.put(ARTICLES[number * 20 : number * 20 + 20], sequence=number + 1)
    engine.delete([ARTICLES[7].id], sequence=4)
    return engine


def _has_run(document: Document, terms: tuple[str, ...]) -> bool:
    body = phrase_terms(document.body)
    runs = {terms[at : at + RUN] for at in range(len(terms) - RUN + 1)}
    return any(body[at : at + RUN] in runs for at in range(len(body) - RUN + 1))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([*FREQUENT[:6], "nowhere"]), min_size=RUN, max_size=24))
def test_exactly_the_articles_with_such_a_run_are_found(held: SearchEngine, words: list[str]) -> None:
    terms = phrase_terms(" ".join(words))
    expected = {each.id for each in ARTICLES if _has_run(each, terms)} - {ARTICLES[7].id}
    found = held.sharing(terms, RUN, limit=100)
    assert (set(found.ids), found.total) == (expected, len(expected))
    few = held.sharing(terms, RUN, limit=2)
    assert (few.ids, few.total) == (found.ids[:2], found.total)


def test_what_has_most_comes_first_and_then_the_earliest(engine: SearchEngine) -> None:
    whole = "ships of all flags lay outside in the fjord until the pilots brought them in by their size"
    part = whole[:50]
    engine.put(
        [
            doc(1, part, date="2020"), doc(2, whole, date="2021"), doc(3, part, date="2019"), doc(4, part),
            doc(5, "", headline=whole), doc(6, f"“{part.upper()}”", date="2018"),
        ],
        sequence=1,
    )  # fmt: skip
    found = engine.sharing(phrase_terms(whole), 8)
    assert ([int(id, 16) for id in found.ids], found.total) == ([2, 6, 3, 1, 4], 5)
    assert engine.sharing(phrase_terms("nothing of this stands anywhere in what is here"), 8).total == 0
