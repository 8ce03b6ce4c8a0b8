"""The engine beside Whoosh's own searcher and BM25F over the same files: random queries, same articles, same scores.

More than the usual number: `EQUALITY_QUERIES=20000 .venv/bin/pytest tests/search/test_equality.py`.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.search.attributes import Field, Filters
from app.search.engine import Document
from app.search.formula import BRIEF, LONG, USUAL, curve_of
from app.search.plan import bare_words, plan
from app.search.query import And, Clause, Fuzzy, Not, Or, Phrase, Prefix, Query, Word, clause_leaves, render
from app.search.whoosh import rank
from app.search.whoosh.engine import WhooshEngine
from tests.search.bm25f import Files
from tests.search.generated import (
    AUTHORS,
    ENTITIES,
    FIRST_DAY,
    LANGUAGES,
    PLACES,
    SOURCES,
    STORIES,
    WORDS,
    article,
    revision,
)
from tests.search.reference import FACETS, Expected

QUERIES = int(os.environ.get("EQUALITY_QUERIES", "520"))
LOT = 65

_SIZES = (55, 2, 1, 25, 1, 12, 2)
_WORDS = tuple(word for word in WORDS if any(c.isalnum() for c in word) and word != "'s")
_PHRASES = (
    "price of oil",
    "of oil",
    "oil in the US",
    "counter terrorism talks",
    "the U.S.",
    "counter-terrorism talks",
    "the corporation said",
)
_PREFIXES = ("tal", "ban", "coun", "uni", "bor", "trea", "gov", "zzz", "123", "co-op")
# None is one swap of neighbours away from another word: Whoosh counts two edits for it, the engine one.
_MISSPELT = ("tals", "minster", "bnk", "counterterorism", "ministrs", "wheet", "tready", "universitees", "zzzzzz")


class Lived:
    """Batches, revisions and deletions: several segments with dead documents in them."""

    def __init__(self, folder: Path) -> None:
        self.engine, held = WhooshEngine.open(folder), dict[str, Document]()
        chance = random.Random(77)
        for sequence, size in enumerate(_SIZES, 1):
            fresh = [article(chance, f"{chance.getrandbits(64):016x}", sequence) for _ in range(size)]
            revised = [revision(chance, held[id], sequence) for id in chance.sample(sorted(held), min(len(held), 3))]
            changed = [replace(document, headline_derived=chance.random() < 0.3) for document in (*fresh, *revised)]
            self.engine.put(changed, sequence=sequence)
            held |= {document.id: document for document in changed}
        gone = chance.sample(sorted(held), 9)
        self.engine.delete(gone, sequence=len(_SIZES) + 1)
        self.documents = [document for id, document in held.items() if id not in gone]
        self.files = Files(folder, self.documents)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    return Lived(tmp_path_factory.mktemp("index"))


def _some(chance: random.Random, values: Sequence[str | None]) -> tuple[str, ...]:
    held = [value for value in values if value]
    return tuple(chance.sample(held, chance.randrange(1, 3))) if chance.random() < 0.2 else ()


def filters(chance: random.Random) -> Filters:
    first = FIRST_DAY + timedelta(days=chance.randrange(100))
    dated = chance.random() < 0.3

    def day(after: int) -> str | None:
        chosen: date = first + timedelta(days=after)
        return chosen.isoformat() if dated and chance.random() < 0.7 else None

    return Filters(
        date_from=day(0), date_to=day(chance.randrange(60)),
        mentions_from=day(-20), mentions_to=day(chance.randrange(60)),
        entity=_some(chance, ENTITIES), entity_any=_some(chance, ENTITIES), not_entity=_some(chance, ENTITIES),
        source=_some(chance, SOURCES), not_source=_some(chance, SOURCES),
        author=_some(chance, AUTHORS), not_author=_some(chance, AUTHORS),
        dateline=_some(chance, PLACES), language=_some(chance, LANGUAGES),
        story=chance.choice(STORIES) if chance.random() < 0.3 else None,
    )  # fmt: skip


def leaf(chance: random.Random) -> Clause:
    field: Field | None = chance.choice((None, None, "headline", "body", "dateline", "source", "author"))
    match chance.randrange(8):
        case 0:
            return Phrase(chance.choice(_PHRASES), 0, field)
        case 1:
            words = chance.choices(_WORDS[:8], k=chance.randrange(1, 4))
            return Phrase(" ".join(words), chance.choice((0, 2, 20)), field)
        case 2:
            return Prefix(chance.choice(_PREFIXES), field)
        case 3:
            return Fuzzy(chance.choice(_MISSPELT), field)
        case _:
            return Word(chance.choice((*_WORDS, "absent", "nov", "Delhi")), field)


def clause(chance: random.Random, depth: int = 3) -> Clause:
    if depth == 0 or chance.random() < 0.4:
        return leaf(chance)
    children = tuple(clause(chance, depth - 1) for _ in range(chance.randrange(2, 4)))
    match chance.randrange(5):
        case 0:
            return Not(children[0])
        case 1:
            return And((*children, Not(leaf(chance))))
        case 2:
            return And(children)
        case _:
            return Or(children)


def question(chance: random.Random) -> Clause:
    """Any of so many words that they are reckoned otherwise."""
    return Or(tuple(map(Word, chance.sample(_WORDS, chance.randrange(7, 20)))))


def random_queries(count: int) -> list[tuple[Clause, Filters]]:
    """Different ones; half of them filtered, some of them long."""
    chance, made = random.Random(2026), dict[tuple[Clause, Filters], None]()
    while len(made) < count:
        asked = question(chance) if len(made) % 13 == 0 else clause(chance)
        made[asked, filters(chance) if len(made) % 2 else Filters()] = None
    return list(made)


def assert_equal(lived: Lived, asked: Clause, narrowed: Filters) -> int:
    """Returns the number of hits."""
    query = Query(asked, narrowed, limit=1000, facets=FACETS, facet_limit=4, dates=True)
    found, said = lived.engine.search(query), f"{render(asked)} {narrowed}"
    scores = lived.files.search(plan(asked), narrowed)
    assert {hit.id: hit.score for hit in found.hits} == pytest.approx(scores, rel=1e-4, abs=1e-9), said
    assert found.total == len(scores), said
    recount = Expected(query, lived.documents)
    assert found.facets == tuple(recount.facet(name) for name in FACETS), said
    assert found.dates == recount.dates(), said
    return found.total


def test_the_index_under_test_has_several_segments_and_dead_documents(lived: Lived) -> None:
    reader = lived.files.searcher.reader()
    assert len(reader.leaf_readers()) > 3
    assert reader.doc_count() == len(lived.documents) < reader.doc_count_all() - 20


def test_the_queries_are_many_and_of_all_kinds() -> None:
    asked = random_queries(QUERIES)
    assert len(set(asked)) == QUERIES >= 500
    kinds = Counter(type(found) for said, _ in asked for found in clause_leaves(said))
    assert min(kinds[kind] for kind in (Word, Phrase, Prefix, Fuzzy)) > 100
    assert sum("-" in render(said) for said, _ in asked) > 100
    curves = Counter(curve_of(len(set(bare_words(plan(said))))) for said, _ in asked)
    assert min(curves[curve] for curve in (BRIEF, USUAL, LONG)) >= 10
    for name in Filters.__slots__:
        assert sum(bool(getattr(narrowed, name)) for _, narrowed in asked) > 30, name


@pytest.mark.parametrize("first", range(0, QUERIES, LOT))
def test_articles_scores_totals_and_counts(lived: Lived, first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for the second look at the best articles, which Whoosh knows nothing of: it adds nothing here."""
    monkeypatch.setattr(rank, "EXACT_BONUS", 0.0)
    monkeypatch.setattr(rank, "NEARNESS_BONUS", 0.0)
    totals = [assert_equal(lived, *asked) for asked in random_queries(QUERIES)[first : first + LOT]]
    assert sum(total > 0 for total in totals) > len(totals) / 4


@pytest.mark.parametrize("field", [None, "headline", "dateline", "body"])
def test_single_words_as_they_are_ranked(lived: Lived, field: Field | None) -> None:
    totals = [
        assert_equal(lived, Word(word, field), Filters())
        for word in (*WORDS[:30], "Delhi", "London", "nov", "dec", "absent")
    ]
    assert sum(total > 0 for total in totals) > 2
