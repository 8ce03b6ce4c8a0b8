"""Quotes found by where words stand: the same that their texts, read by themselves, would be found by."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from app.search.engine import Document, RankedQuotes, Ranking
from app.search.query import Query, parse
from app.search.whoosh.engine import WhooshEngine
from app.search.within import PassageQuery, widened
from tests.search.asking import doc

_WORDS = [
    *"harbour Harbours open opens opened ship U.S. counter-terrorism talks Ünited the oil's well-known".split(),
    "the price of oil", "price of", "oil",
]  # fmt: skip
_QUERIES = [
    "harbour", "the", "harbour open", "harbour OR ships", "-harbour", "open -(harbour OR talks)", '"price of oil"',
    '"harbour talks"~3', '"open talks ship"~2', "open* OR shup~", "U.S.", "counterterrorism", "counter-terrorism",
    "headline:harbour", "body:harbour", "source:wire", "absent", "-absent",
]  # fmt: skip
_FURNITURE = "Read the harbour talks.\n"


def _article(chance: Random, number: int, sequence: int) -> Document:
    """Return one with quotes here and there, and with furniture before them in every third."""
    body = _FURNITURE * (number % 3 == 0)
    furniture = [(0, len(body))] if body else None
    quotes = list[tuple[int, int]]()
    for _ in range(chance.randrange(5)):
        body += " ".join(chance.choices(_WORDS, k=chance.randrange(6))) + ' "'
        said = " ".join(chance.choices(_WORDS, k=chance.randrange(1, 9)))
        quotes.append((len(body), len(body) + len(said)))
        body += f'{said}," she said. '
    headline = " ".join(chance.choices(_WORDS, k=3))
    return replace(
        doc(number, body, headline, quotes=quotes, furniture=furniture, date=f"1987-01-{number % 28 + 1:02}"),
        source="Wire",
        revised=sequence,
        revision=sequence,
    )


def _shown(ranking: Ranking, found: RankedQuotes | None) -> dict[str, list[int]]:
    assert found is not None
    held = found.held_from(0, 10_000)
    assert found.total == sum(map(len, held.values()))
    return {ranking.ids(place, place + 1)[0]: starts for place, starts in held.items()}


@pytest.fixture(scope="module")
def articles() -> dict[str, Document]:
    chance = Random(1)
    return {each.id: each for each in (_article(chance, number, 1) for number in range(1, 90))}


@pytest.fixture(scope="module")
def engine(articles: dict[str, Document], tmp_path_factory: pytest.TempPathFactory) -> WhooshEngine:
    """Several segments, with what was revised and withdrawn."""
    engine, chance = WhooshEngine.open(tmp_path_factory.mktemp("quoted")), Random(2)
    for start in range(0, 90, 30):
        engine.put(list(articles.values())[start : start + 30], sequence=1)
    for number in range(1, 90, 9):
        again = _article(chance, number, 2)
        articles[again.id] = again
    engine.put([articles[f"{number:016x}"] for number in range(1, 90, 9)], sequence=2)
    gone = [f"{number:016x}" for number in (5, 33, 61)]
    engine.delete(gone, sequence=3)
    for id in gone:
        del articles[id]
    return engine


@pytest.mark.parametrize("joined", [False, True])
@pytest.mark.parametrize("query", _QUERIES)
def test_words_stand_in_a_quote_that_would_be_found_by_them(
    engine: WhooshEngine, articles: dict[str, Document], query: str, joined: bool
) -> None:
    if joined:
        engine.compact(10_000)
    clause = parse(query).clause
    assert clause is not None
    passages = PassageQuery(clause)
    still = engine.still()
    ranking = still.ranking(Query(widened(clause), sort="-date"))
    expected = {
        id: begun
        for id in ranking.ids(0, len(ranking))
        if (begun := [a for a, b in articles[id].quotes if passages.is_met_by(articles[id].body[a:b])])
    }
    found = _shown(ranking, still.quotes(ranking, clause))
    assert found == expected
    assert list(found) == list(expected)
    assert bool(found) == (query not in ("headline:harbour", "source:wire", "absent"))


def test_without_words_there_are_all_of_the_articles_ranked(
    engine: WhooshEngine, articles: dict[str, Document]
) -> None:
    ranking = engine.ranking(Query(parse("opened").clause))
    expected = {id: [a for a, _ in articles[id].quotes] for id in ranking.ids(0, len(ranking)) if articles[id].quotes}
    assert _shown(ranking, engine.quotes(ranking, None)) == expected
    assert 0 < len(expected) < len(articles)


def test_quotes_are_taken_some_articles_at_a_time_and_those_of_one_speaker() -> None:
    found = RankedQuotes.of({7: [30, 90], 2: [10], 4: [], 9: [5]})
    assert (found.places.tolist(), found.total) == ([2, 7, 9], 4)
    assert found.held_from(0, 1) == {2: [10]}
    assert found.held_from(0, 2) == {2: [10], 7: [30, 90]}
    assert found.held_from(3, 1) == {7: [30, 90]}
    assert found.held_from(8, 100) == {9: [5]}
    assert found.held_from(10, 1) == {}
    assert RankedQuotes.of({}).held_from(0, 1) == {}
    among = found.among({9: {5}, 7: {90, 91}, 3: {1}})
    assert among.held_from(0, 100) == {7: [90], 9: [5]}
    assert found.among({}).total == 0


def test_what_is_a_quote_is_audited(tmp_path: Path) -> None:
    digests = set[int]()
    for number, quotes in enumerate([(), [(4, 8)], [(4, 14)], [(4, 8), (9, 14)]]):
        engine = WhooshEngine.open(tmp_path / f"{number}")
        engine.put([doc(1, 'And "that would not be all"', quotes=quotes)], sequence=1)
        digests.update(engine.audit(deep=True).digests.values())
    assert len(digests) == 4
