from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.errors import QueryTooComplex
from app.search.answer import ENOUGH, Answer, answer
from app.search.attributes import Filters
from app.search.engine import Document, SearchEngine
from app.search.query import Match, Query, parse
from app.search.whoosh.engine import WhooshEngine

BODIES = [
    "The minister spoke of oil.",
    "The minister spoke of grain and of trade.",
    "Oil prices rose in Rotterdam.",
    "Grain prices fell, oil prices rose.",
    "The university opened a harbour museum.",
    "Dockers struck in the harbour.",
]


def article(number: int, body: str, source: str | None = None) -> Document:
    return Document(f"{number:016x}", f"Article {number}", body, source=source, revised=number)


@pytest.fixture
def engine(tmp_path: Path) -> SearchEngine:
    engine = WhooshEngine.open(tmp_path)
    documents = [article(n, body, "Wire" if n % 2 else "Post") for n, body in enumerate(BODIES, 1)]
    engine.put(documents, sequence=len(documents))
    return engine


def ask(engine: SearchEngine, text: str, match: Match = "auto", limit: int = 20, cursor: str | None = None) -> Answer:
    return answer(engine, Query(parse(text).clause, limit=limit, cursor=cursor), match)


def numbers(found: Answer) -> list[int]:
    return sorted(int(hit.id, 16) for hit in found.hits.hits)


@pytest.mark.parametrize(
    ("text", "match", "found", "relaxed"),
    [
        ("oil prices", "auto", [3, 4], False),
        ("oil prices", "all", [3, 4], False),
        ("oil prices", "any", [1, 3, 4], False),
        ("oil harbour", "auto", [1, 3, 4, 5, 6], True),
        ("oil harbour", "all", [], False),
        ("oil harbour", "any", [1, 3, 4, 5, 6], False),
        ("oil AND harbour", "auto", [], False),
        ("oil AND harbour", "any", [], False),
        ('"oil harbour"', "auto", [], False),
        ("oil harbour -prices", "auto", [1, 5, 6], True),
        ("oil", "auto", [1, 3, 4], False),
        ("-oil", "auto", [2, 5, 6], False),
        ("", "auto", [1, 2, 3, 4, 5, 6], False),
        ("…", "all", [], False),
        ("absent", "auto", [], False),
    ],
)
def test_readings(engine: SearchEngine, text: str, match: Match, found: list[int], relaxed: bool) -> None:
    answered = ask(engine, text, match)
    assert numbers(answered) == found
    assert answered.hits.total == len(found)
    assert answered.relaxed is relaxed


def test_the_clause_of_an_answer_is_what_its_hits_match(engine: SearchEngine) -> None:
    assert ask(engine, "oil prices").clause == parse("oil prices").clause
    assert ask(engine, "oil harbour").clause == parse("oil OR harbour").clause
    assert ask(engine, "oil prices", "any").clause == parse("oil OR prices").clause
    assert ask(engine, "").clause is None


def test_a_relaxed_answer_ranks_articles_with_more_of_the_words_first(engine: SearchEngine) -> None:
    hits = ask(engine, "oil prices rose harbour").hits.hits
    assert {int(hit.id, 16) for hit in hits[:2]} == {3, 4}


def test_terms_say_which_word_nothing_has(engine: SearchEngine) -> None:
    answered = ask(engine, "oil zeppelin -grain", "all")
    assert [(term.text, term.count) for term in answered.terms] == [("oil", 3), ("zeppelin", 0)]
    assert ask(engine, "oil harbour", "auto").terms
    assert ask(engine, "oil prices", "auto").terms == ()
    assert ask(engine, "oil prices", "any").terms == ()


def test_terms_count_under_the_same_filters(engine: SearchEngine) -> None:
    query = Query(parse('oil harbour "prices rose"').clause, Filters(source=("Wire",)))
    answered = answer(engine, query, "all")
    assert [(term.text, term.count) for term in answered.terms] == [("oil", 2), ("harbour", 1), ('"prices rose"', 1)]


@pytest.mark.parametrize(
    ("text", "better"),
    [
        ("univresity", "university"),
        ("univresity harbor", "university harbour"),
        ("minster -oil", "minister -oil"),
        ("headline:artcle", "headline:article"),
        ("oil AND rotterdm", "oil AND rotterdam"),
        ("(grian OR zzzzzz) trade", "(grain OR zzzzzz) trade"),
        ("zzzzzzzz", None),
        ("oil prices", None),
        ('"univresity"', None),
        ("univresity~", None),
    ],
)
def test_did_you_mean(engine: SearchEngine, text: str, better: str | None) -> None:
    assert ask(engine, text).did_you_mean == better
    if better:
        assert ask(engine, better).hits.total


@pytest.mark.parametrize(
    ("text", "better"),
    [
        ("clinton emial", "clinton email"),
        ("emial clinton", "email clinton"),
        ("zola emial", "zola emil"),
        ("emial", "emil"),
        ("clinton emial servr", "clinton email server"),
        ("emial -clinton", "emil -clinton"),
    ],
)
def test_of_spellings_as_near_the_words_beside_tell_which_is_meant(tmp_path: Path, text: str, better: str) -> None:
    engine = WhooshEngine.open(tmp_path)
    said = [
        "Emil Zola wrote.",
        "Emil came.",
        "Emil went.",
        "The email server of Clinton.",
        "Clinton served.",
        "A sever.",
    ]
    engine.put([article(n, body) for n, body in enumerate(said, 1)], sequence=1)
    assert ask(engine, text).did_you_mean == better


def test_did_you_mean_offers_only_what_the_filters_let_through(engine: SearchEngine) -> None:
    query = Query(parse("univresity").clause, Filters(source=("Post",)))
    assert answer(engine, query).did_you_mean is None
    assert answer(engine, replace(query, filters=Filters(source=("Wire",)))).did_you_mean == "university"


def test_a_question_that_few_articles_have_all_words_of_is_relaxed(engine: SearchEngine) -> None:
    question = "the minister spoke of"
    assert ask(engine, question, "all").hits.total == 2 < ENOUGH
    answered = ask(engine, question)
    assert answered.relaxed
    assert answered.hits.total > 2
    assert set(numbers(ask(engine, question, "all"))) == {int(hit.id, 16) for hit in answered.hits.hits[:2]}


def test_three_words_operators_and_phrases_are_no_question(engine: SearchEngine) -> None:
    for text in ("minister spoke of", "the AND minister AND spoke AND of", 'the minister spoke "of oil"'):
        answered = ask(engine, text)
        assert not answered.relaxed
        assert answered.hits.total < ENOUGH


def test_a_question_that_enough_articles_have_all_words_of_is_not_relaxed(engine: SearchEngine) -> None:
    engine.put([article(100 + n, "The minister spoke of it.") for n in range(ENOUGH)], sequence=200)
    answered = ask(engine, "the minister spoke of")
    assert not answered.relaxed
    assert answered.hits.total == ENOUGH + 2


@pytest.mark.parametrize("match", ["auto", "all", "any"])
@pytest.mark.parametrize(
    "text", ["oil prices", "oil harbour", "the minister spoke of", "prices OR harbour", "-oil", ""]
)
def test_pages_go_on_in_the_reading_of_the_first(engine: SearchEngine, text: str, match: Match) -> None:
    whole = [hit.id for hit in ask(engine, text, match).hits.hits]
    paged: list[str] = []
    cursor: str | None = None
    while True:
        page = ask(engine, text, match, limit=1, cursor=cursor)
        assert page.hits.total == len(whole)
        assert page.relaxed is ask(engine, text, match).relaxed
        paged += [hit.id for hit in page.hits.hits]
        cursor = page.hits.cursor
        if cursor is None:
            break
    assert paged == whole


def test_a_relaxed_answer_goes_on_though_an_article_with_all_words_has_come(engine: SearchEngine) -> None:
    first = ask(engine, "oil harbour", limit=2)
    assert first.relaxed
    engine.put([article(50, "Oil in the harbour.")], sequence=50)
    second = ask(engine, "oil harbour", limit=20, cursor=first.hits.cursor)
    assert second.relaxed
    assert second.hits.total == first.hits.total
    assert sorted(numbers(first) + numbers(second)) == [1, 3, 4, 5, 6]


def test_a_strict_answer_goes_on_though_its_articles_have_become_too_few(engine: SearchEngine) -> None:
    engine.put([article(100 + n, "The minister spoke of it.") for n in range(ENOUGH)], sequence=200)
    first = ask(engine, "the minister spoke of", limit=5)
    assert not first.relaxed
    assert first.hits.total == ENOUGH + 2
    engine.delete([f"{100 + n:016x}" for n in range(ENOUGH)], sequence=201)
    second = ask(engine, "the minister spoke of", cursor=first.hits.cursor)
    assert not second.relaxed
    assert second.hits.total == ENOUGH + 2


def test_a_limit_of_the_engine_is_told_not_swallowed(tmp_path: Path) -> None:
    engine = WhooshEngine.open(tmp_path)
    engine.put([article(1, " ".join(f"abc{n:03}" for n in range(300)))], sequence=1)
    with pytest.raises(QueryTooComplex):
        ask(engine, "abc*")
