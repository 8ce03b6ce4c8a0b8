"""The cluster beside the embedded engine, over the same articles: the same articles found, counted and ranked."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from app.search.answer import answer
from app.search.engine import ArticleHit, Document, SearchEngine
from app.search.opensearch import ranking
from app.search.query import Clause, Collapsed, Or, Query, Word, parse, render
from app.search.whoosh.engine import WhooshEngine
from tests.cluster.engines import Remote
from tests.search.asking import SORTS
from tests.search.generated import WORDS, article
from tests.search.reference import FACETS, Expected
from tests.search.test_equality import random_queries

pytestmark = pytest.mark.cluster
_TEN = 10
_SAME_TEN = 0.95
_SAME_TEN_OF_SEVERAL = 0.9
"""A stem is counted in forms, too, that such words do not stand for."""


@dataclass(frozen=True)
class Both:
    embedded: SearchEngine
    remote: SearchEngine
    documents: list[Document]


@pytest.fixture(scope="module")
def both(remote: Remote, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    chance = random.Random(20)
    made = [article(chance, f"{chance.getrandbits(64):016x}", 1, longest=80) for _ in range(700)]
    documents = [replace(each, headline_derived=chance.random() < 0.2) for each in made]
    embedded = WhooshEngine.open(tmp_path_factory.mktemp("embedded"))
    distant = remote.open(tmp_path_factory.mktemp("remote"))
    for engine in (embedded, distant):
        engine.rebuild(documents, sequence=1)
    yield Both(embedded, distant, documents)
    distant.close()


@pytest.mark.parametrize("first", range(0, 240, 60))
def test_articles_scores_totals_facets_and_days(both: Both, first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking, "SCORED_AT_ONCE", len(both.documents))
    chance = random.Random(first)
    for clause, filters in random_queries(240)[first : first + 60]:
        query = Query(clause, filters, chance.choice(SORTS), limit=1000, facets=FACETS, facet_limit=4, dates=True)
        one, other, said = both.embedded.search(query), both.remote.search(query), f"{render(clause)} {filters}"
        assert other.total == one.total, said
        assert {hit.id: hit.card for hit in other.hits} == {hit.id: hit.card for hit in one.hits}, said
        assert (other.facets, other.dates) == (one.facets, one.dates), said
        recount = Expected(query, both.documents)
        assert other.facets == tuple(recount.facet(name) for name in FACETS), said
        if query.sort != "relevance":
            assert [hit.id for hit in other.hits] == [hit.id for hit in one.hits], said
        else:
            scores = {hit.id: hit.score for hit in one.hits}
            assert {hit.id: hit.score for hit in other.hits} == pytest.approx(scores, rel=1e-4, abs=1e-6), said


@pytest.mark.parametrize("gathered", [False, True])
def test_the_first_ten_are_the_same(both: Both, gathered: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where OpenSearch gathers first what is ranked: then in nearly all queries."""
    if gathered:
        monkeypatch.setattr(ranking, "SCORED_AT_ONCE", 20)
        monkeypatch.setattr(ranking, "GATHERED", 80)
    chance, same, asked = random.Random(7), 0, 0
    while asked < 100:
        words = tuple(map(Word, chance.sample(WORDS, chance.randrange(1, 5))))
        if (found := _finds_the_same_ten(both, words[0] if len(words) == 1 else Or(words))) is not None:
            asked, same = asked + 1, same + found
    assert same >= _SAME_TEN * asked, same


@pytest.mark.parametrize("typed", ["body:{0}", "{0:.3}*", "{0}~", "body:{0:.3}*"])
def test_what_stands_for_several_words_is_gathered_by_how_often_they_come(
    both: Both, typed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "SCORED_AT_ONCE", 20)
    monkeypatch.setattr(ranking, "GATHERED", 80)
    words = [word for word in WORDS if word.isascii() and word.isalpha() and len(word) > 3]
    asked = [_finds_the_same_ten(both, _clause(typed.format(word))) for word in words]
    told = [each for each in asked if each is not None]
    assert len(told) > _TEN
    assert sum(told) >= _SAME_TEN_OF_SEVERAL * len(told), asked


def test_every_article_has_one_place_where_some_are_gathered(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking, "SCORED_AT_ONCE", 20)
    monkeypatch.setattr(ranking, "GATHERED", 30)
    for words in (("the",), ("oil", "talks"), ("the", "of", "government")):
        clause = Word(words[0]) if len(words) == 1 else Or(tuple(map(Word, words)))
        collapses: tuple[Collapsed | None, ...] = (None, "stories")
        for collapse in collapses:
            query = Query(clause, limit=10_000, collapse=collapse)
            whole = both.remote.search(query)
            assert len(whole.hits) == (whole.total if collapse is None else whole.collapsed)
            scores = [hit.score or 0 for hit in whole.hits]
            assert scores == sorted(scores, reverse=True)
            found, cursor = list[ArticleHit](), None
            while not found or cursor:
                page = both.remote.search(replace(query, limit=37, cursor=cursor))
                found, cursor = [*found, *page.hits], page.cursor
            assert tuple(found) == whole.hits
            assert both.remote.ranking(query).ids(0, len(whole.hits)) == [hit.id for hit in whole.hits]


def test_what_is_suggested_spelt_and_alike_is_the_same(both: Both) -> None:
    for typed in ("o", "tal", "the t", "oil pr", "gover", "x"):
        assert both.remote.suggest(typed) == both.embedded.suggest(typed), typed
    for word in ("goverment", "oli", "tlaks", "zzz"):
        assert both.remote.spellings(word) == both.embedded.spellings(word), word
    for document in both.documents[:10]:
        one, other = (
            engine.similar(document.id, document.headline, document.body) for engine in (both.embedded, both.remote)
        )
        assert (other.total, [hit.id for hit in other.hits][:3]) == (one.total, [hit.id for hit in one.hits][:3])


def test_an_answer_explains_itself_the_same(both: Both) -> None:
    for text in ("oil zzyzx", "goverment talks", "the oil price of the north border treaty"):
        one, other = (answer(engine, Query(_clause(text), limit=5)) for engine in (both.embedded, both.remote))
        assert (other.relaxed, other.terms, other.did_you_mean) == (one.relaxed, one.terms, one.did_you_mean)


def _finds_the_same_ten(both: Both, clause: Clause | None) -> bool | None:
    """Return whether the cluster finds the first ten of the embedded engine in its own; None where there are fewer."""
    query = Query(clause, limit=_TEN)
    one, other = both.embedded.search(query), both.remote.search(query)
    assert other.total == one.total
    if one.total <= _TEN:
        return None
    # Of those that have the tenth's score, ids decide, and the scores of two engines differ in the last digit.
    surely = {hit.id for hit in one.hits if hit.score != pytest.approx(one.hits[-1].score, rel=1e-4)}
    return surely <= {hit.id for hit in other.hits}


def _clause(text: str) -> Clause | None:
    return parse(text).clause
