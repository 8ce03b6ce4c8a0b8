"""Suggestions, spellings and similar articles of every engine behind the port."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.effort import TooDear, bounded_effort
from app.errors import QueryTooComplex
from app.search.engine import Document, Hits, SearchEngine
from app.search.query import MAX_EXPANSION, Prefix, Query, parse
from tests.search.asking import Open, doc, numbers
from tests.search.generated import articles


class TestSuggestions:
    @pytest.fixture
    def named(self, engine: SearchEngine) -> SearchEngine:
        engine.put([doc(n, "minister of trade", f"Talks {n}") for n in range(4)], sequence=1)
        engine.put([doc(10, "ministers mint coins", "Minister O'Brien resigns", date="2001-01-01")], sequence=2)
        engine.put([doc(11, "counter-terrorism", "A minister returns", date="2002-01-01")], sequence=3)
        return engine

    def test_words_most_frequent_first_then_headlines_newest_first(self, named: SearchEngine) -> None:
        found = named.suggest("Mini")
        assert [(one.kind, one.text, one.count) for one in found] == [
            ("term", "minister", 6),
            ("term", "ministers", 1),
            ("headline", "A minister returns", 1),
            ("headline", "Minister O'Brien resigns", 1),
        ]
        assert [one.id for one in found] == [None, None, f"{11:016x}", f"{10:016x}"]

    def test_the_last_word_is_continued_and_the_others_must_be_there(self, named: SearchEngine) -> None:
        headlines = [one.text for one in named.suggest("minister ret") if one.kind == "headline"]
        assert headlines == ["A minister returns"]

    @pytest.mark.parametrize("prefix", ["", " ", "…", "zzz", "\x00", "a" * 2000, "'s", "-", "東", "💥", "x y z " * 50])
    def test_no_prefix_is_too_odd(self, named: SearchEngine, prefix: str) -> None:
        assert isinstance(named.suggest(prefix), list)

    def test_limit(self, named: SearchEngine) -> None:
        assert len([one for one in named.suggest("m", limit=1) if one.kind == "term"]) == 1
        assert len([one for one in named.suggest("tal", limit=2) if one.kind == "headline"]) == 2

    @pytest.mark.parametrize(("prefix", "word"), [("O'Bri", "obrien"), ("counter-terr", "counterterrorism")])
    def test_a_word_is_suggested_as_it_is_typed(self, named: SearchEngine, prefix: str, word: str) -> None:
        assert word in [one.text for one in named.suggest(prefix) if one.kind == "term"]

    def test_what_is_gone_is_not_suggested(self, named: SearchEngine) -> None:
        named.delete([f"{10:016x}"], sequence=4)
        assert [(one.text, one.count) for one in named.suggest("mini") if one.kind == "term"] == [("minister", 5)]

    @pytest.fixture
    def told(self, engine: SearchEngine) -> SearchEngine:
        engine.put([doc(n, "Clinton sent an email.", "The Clinton email inquiry") for n in range(1, 4)], sequence=1)
        engine.put(
            [doc(9, "Clinton emerged. Emma said so. Clinton emails were read by Clinton email staff.")], sequence=2
        )
        engine.put([doc(n, "Emma went. Embers glowed.", f"Nobody knew {n}") for n in range(20, 30)], sequence=3)
        return engine

    def test_a_whole_query_is_completed_as_its_words_are_followed(self, told: SearchEngine) -> None:
        """Most often first, not as frequent as the last word is alone; of two forms that find the same, one."""
        found = [(one.text, one.count) for one in told.suggest("Clinton em") if one.kind == "phrase"]
        assert found == [("Clinton email", 4), ("Clinton emerged", 1)]

    def test_what_is_gone_is_followed_by_nothing(self, told: SearchEngine) -> None:
        told.delete([f"{9:016x}"], sequence=4)
        assert [one.text for one in told.suggest("clinton em") if one.kind == "phrase"] == ["clinton email"]

    def test_what_follows_two_words_comes_before_what_follows_one(self, told: SearchEngine) -> None:
        assert [one.text for one in told.suggest("by clinton em") if one.kind == "phrase"] == ["by clinton email"]
        assert [one.text for one in told.suggest("inquiry clinton em") if one.kind == "phrase"] == [
            "inquiry clinton email"
        ]

    @pytest.mark.parametrize(
        "prefix",
        [
            "em",
            "-clinton em",
            '"clinton em',
            "headline:em",
            "clinton OR em",
            "clinton/em",
            "clinton AND sent em",
            "said em",
        ],
    )
    def test_only_plain_words_are_continued_with_what_follows_them(self, told: SearchEngine, prefix: str) -> None:
        assert [one.text for one in told.suggest(prefix) if one.kind == "phrase"] == []

    def test_looking_behind_a_frequent_word_is_announced(self, engine: SearchEngine) -> None:
        engine.put([doc(1, "the fog " * 20_000)], sequence=1)
        with pytest.raises(TooDear), bounded_effort(10_000):
            engine.suggest("the f")
        assert [one.text for one in engine.suggest("the f") if one.kind == "phrase"] == ["the fog"]

    def test_every_whole_query_finds_as_many_articles_as_it_says(self, told: SearchEngine) -> None:
        for prefix in ("clinton e", "the c", "emma w", "by clinton e", "an e"):
            phrases = [one for one in told.suggest(prefix) if one.kind == "phrase"]
            assert phrases, prefix
            for one in phrases:
                assert told.search(Query(parse(one.text).clause)).total == one.count > 0

    def test_a_count_takes_in_every_segment(self, engine: SearchEngine) -> None:
        engine.put([doc(n, "minister") for n in range(1, 4)], sequence=1)
        crowd = " ".join(f"mini{n}" for n in range(40))
        engine.put([doc(10, crowd), doc(11, crowd), doc(12, "minister")], sequence=2)
        assert engine.suggest("mini", limit=1)[0].count == 4

    @pytest.mark.parametrize("typed", ["con", "harbour con", "CON"])
    def test_a_beginning_of_more_words_than_a_search_may_ask_is_cut_off(self, engine: SearchEngine, typed: str) -> None:
        words = [f"con{n}" for n in range(MAX_EXPANSION + 10)]
        engine.put([doc(1, " ".join(words[::2])), doc(2, " ".join(words[1::2]))], sequence=1)
        engine.put([doc(3, "contract " * 3, "A contract for the harbour"), doc(4, "contract")], sequence=2)
        found = engine.suggest(typed)
        assert found[0].text == "contract"
        assert [one.text for one in found if one.kind == "headline"] == ["A contract for the harbour"]
        with pytest.raises(QueryTooComplex):
            engine.search(Query(Prefix("con")))

    def test_a_short_prefix_knows_the_frequent_words_at_the_end_of_the_alphabet(self, engine: SearchEngine) -> None:
        engine.put([doc(n, "szz") for n in range(5)] + [doc(9, " ".join(f"sa{n}" for n in range(2500)))], sequence=1)
        assert next(one.text for one in engine.suggest("s") if one.kind == "term") == "szz"

    def test_spellings_nearest_first_then_most_frequent(self, named: SearchEngine) -> None:
        assert named.spellings("minster") == ["minister", "ministers"]
        assert named.spellings("MINSITER")[0] == "minister"
        assert "minister" not in named.spellings("minister")
        assert named.spellings("zzzzzzzz") == []
        assert len(named.spellings("mint", limit=1)) <= 1

    @pytest.mark.parametrize("word", ["", " ", "x", "…", "a" * 3000, "東", "💥", "\x00", "two words"])
    def test_no_word_is_too_odd_for_spellings(self, named: SearchEngine, word: str) -> None:
        assert word not in named.spellings(word)


TOPICAL = {
    1: doc(1, "Dockers of the harbour struck over night shifts.", "Dockers walk out"),
    2: doc(2, "Dockers in the harbour went back to work on night shifts.", "Dockers return"),
    3: doc(3, "The harbour museum opened.", "Museum opens"),
    4: doc(4, "Grain fell in Chicago.", "Grain falls"),
    5: doc(5, "Wholly unlike"),
    6: doc(6, "Grain rose in Chicago.", "Grain rises"),
}


def like(engine: SearchEngine, document: Document, limit: int = 10) -> Hits:
    return engine.similar(document.id, document.headline, document.body, limit)


class TestSimilar:
    @pytest.fixture
    def topical(self, engine: SearchEngine) -> SearchEngine:
        engine.put([TOPICAL[number] for number in (1, 2, 3, 4)], sequence=1)
        engine.put([TOPICAL[number] for number in (5, 6)], sequence=2)
        return engine

    def test_the_likest_first_and_never_itself(self, topical: SearchEngine) -> None:
        assert numbers(like(topical, TOPICAL[1]))[:2] == [2, 3]
        assert numbers(like(topical, TOPICAL[4]))[0] == 6
        for number, document in TOPICAL.items():
            found = like(topical, document)
            assert number not in numbers(found)
            assert found.total == len(found.hits)

    def test_limit(self, topical: SearchEngine) -> None:
        assert like(topical, TOPICAL[1], limit=1).hits == like(topical, TOPICAL[1]).hits[:1]

    def test_an_article_with_nothing_in_common(self, topical: SearchEngine) -> None:
        assert like(topical, TOPICAL[5]).hits == ()

    def test_a_text_that_the_archive_does_not_hold(self, topical: SearchEngine) -> None:
        assert numbers(like(topical, doc(99, "Night shifts in the harbour")))[:2] == [2, 1]

    @pytest.mark.parametrize("text", ["", " ", "…", "💥\x00", "a" * 100_000])
    def test_no_text_is_too_odd(self, topical: SearchEngine, text: str) -> None:
        assert like(topical, doc(99, text, text)).hits == ()

    @pytest.mark.parametrize("id", ["", "zz", "-1", "f" * 17, "f" * 400, "ｆ", "💥", "0x1", " 0000000000000001"])
    def test_another_spelling_of_an_id_is_not_the_id(self, topical: SearchEngine, id: str) -> None:
        assert numbers(topical.similar(id, TOPICAL[1].headline, TOPICAL[1].body))[0] == 1

    def test_a_deleted_or_revised_article(self, topical: SearchEngine) -> None:
        topical.put([doc(2, "Something else", revised=3)], sequence=3)
        topical.delete([f"{4:016x}"], sequence=4)
        assert 2 not in numbers(like(topical, TOPICAL[1]))
        assert 4 not in numbers(like(topical, TOPICAL[6]))

    def test_it_does_not_depend_on_the_segments(self, opened: Open, tmp_path: Path) -> None:
        documents = articles(60, seed=5)
        whole, parts = opened(tmp_path / "whole"), opened(tmp_path / "parts")
        whole.put(documents, sequence=1)
        for start in range(0, 60, 12):
            parts.put(documents[start : start + 12], sequence=1)
        for document in documents[::10]:
            assert like(whole, document).hits == like(parts, document).hits
