"""What every engine behind the port must do: writing, order, odd archives.

Its pages, facets and suggestions have a file each beside this one.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import IndexChanged, QueryTooComplex
from app.search.attributes import Filters
from app.search.engine import Card, Commit, DateCounts, Document, FacetCounts, SearchEngine
from app.search.query import Clause, Query, Sort, parse
from tests.cluster.engines import Adapter
from tests.search.asking import SORTS, Open, ask, doc, numbers, pages
from tests.search.generated import article, articles, clauses, filters, revision
from tests.search.reference import FACETS, Expected

ROOT = Path(__file__).parents[2]


class TestIdentifiers:
    def test_articles_are_known_by_their_address_and_the_id_of_their_publisher(self, engine: SearchEngine) -> None:
        engine.put(
            [
                doc(1, url="https://www.a.example/1/", external_id="x"),
                doc(2, url="http://a.example/1?utm_source=y", external_id="x"),
                doc(3, url="https://a.example/3", external_id="é 3"),
                doc(4),
            ],
            sequence=1,
        )
        engine.put([doc(5, external_id="x", url="https://a.example/5")], sequence=2)
        asked = ["https://a.example/1#top", "a.example/3", "https://a.example/4", "", "//"]
        assert engine.identified("url", asked) == {
            "https://a.example/1#top": [f"{n:016x}" for n in (1, 2)],
            "a.example/3": [f"{3:016x}"],
        }
        assert engine.identified("external_id", ["x", "X", "é 3", ""]) == {
            "x": [f"{n:016x}" for n in (1, 2, 5)],
            "é 3": [f"{3:016x}"],
        }

    def test_only_as_they_are_now(self, engine: SearchEngine) -> None:
        engine.put([doc(n, external_id=f"{n}", url=f"https://a.example/{n}") for n in range(1, 40)], sequence=1)
        engine.put([doc(1, external_id="one", url="https://a.example/one", revised=2)], sequence=2)
        engine.delete([f"{2:016x}"], sequence=3)
        assert engine.identified("external_id", ["1", "2", "3", "one"]) == {"3": [f"{3:016x}"], "one": [f"{1:016x}"]}
        assert engine.identified("url", ["a.example/1", "a.example/2", "a.example/one"]) == {
            "a.example/one": [f"{1:016x}"]
        }


class TestWriting:
    def test_a_document_is_found_when_put_returns(self, engine: SearchEngine) -> None:
        engine.put([doc(1, "oil")], sequence=1)
        assert numbers(ask(engine, "oil")) == [1]

    def test_a_document_put_again_replaces_the_one_with_its_id(self, engine: SearchEngine) -> None:
        engine.put([doc(1, "oil", source="Wire"), doc(2, "oil")], sequence=2)
        engine.put([doc(1, "grain", source="Post", revision=2, revised=3)], sequence=3)
        assert numbers(ask(engine, "oil")) == [2]
        (hit,) = ask(engine, "grain").hits
        assert (hit.card.source, hit.card.revision) == ("Post", 2)
        assert ask(engine, "").total == engine.status().documents == 2

    def test_the_last_of_two_with_one_id_in_a_batch_stays(self, engine: SearchEngine) -> None:
        engine.put([doc(1, "oil"), doc(1, "grain")], sequence=1)
        assert numbers(ask(engine, "oil")) == []
        assert numbers(ask(engine, "grain")) == [1]

    def test_a_deleted_document_is_gone_when_delete_returns(self, engine: SearchEngine) -> None:
        engine.put([doc(1, "oil"), doc(2, "oil")], sequence=2)
        engine.delete([f"{1:016x}", f"{99:016x}"], sequence=3)
        assert numbers(ask(engine, "oil")) == [2]
        assert engine.status().documents == 1
        engine.delete([f"{2:016x}"], sequence=4)
        assert ask(engine, "oil") == replace(ask(engine, "zzz"), generation=engine.status().generation)
        engine.put([doc(1, "oil")], sequence=5)
        assert numbers(ask(engine, "oil")) == [1]

    def test_nothing_put_or_deleted_still_moves_the_sequence(self, engine: SearchEngine) -> None:
        engine.put([], sequence=7)
        assert engine.status().sequence == 7
        engine.delete([], sequence=8)
        assert engine.status().sequence == 8

    def test_documents_may_come_from_a_generator(self, engine: SearchEngine) -> None:
        engine.put((doc(n, "oil") for n in range(5)), sequence=1)
        engine.delete((f"{n:016x}" for n in range(2)), sequence=2)
        assert numbers(ask(engine, "oil")) == [2, 3, 4]
        engine.rebuild((doc(n, "grain") for n in range(3)), sequence=3)
        assert numbers(ask(engine, "grain")) == [0, 1, 2]

    def test_rebuild_replaces_everything(self, engine: SearchEngine) -> None:
        engine.put([doc(n, "oil") for n in range(20)], sequence=20)
        before = engine.status()
        engine.rebuild([doc(3, "oil and grain"), doc(99, "grain")], sequence=21)
        assert numbers(ask(engine, "")) == [3, 99]
        assert numbers(ask(engine, "oil")) == [3]
        after = engine.status()
        assert (after.documents, after.sequence) == (2, 21)
        assert after.generation > before.generation
        assert after.fingerprint == before.fingerprint

    def test_compacting_changes_nothing_that_is_found(self, engine: SearchEngine) -> None:
        for n in range(12):
            engine.put([doc(n, f"oil word{n}"), doc(100 + n, "oil grain")], sequence=n + 1)
        query = Query(parse("grain").clause, limit=5)
        before, page = ask(engine, "oil"), engine.search(query)
        engine.compact(24)
        assert (ask(engine, "oil").hits, engine.status().sequence) == (before.hits, 12)
        rest = engine.search(replace(query, limit=7, cursor=page.cursor))
        assert sorted(numbers(page) + numbers(rest)) == list(range(100, 112))

    def test_status_names_the_newest_change_and_generations_ascend(self, engine: SearchEngine) -> None:
        seen = [engine.status()]
        assert (seen[0].documents, seen[0].sequence) == (0, 0)
        for n in range(1, 30):
            engine.put([doc(n, "oil")], sequence=10 * n)
            status, hits = engine.status(), ask(engine, "oil")
            assert (status.sequence, status.documents) == (10 * n, n)
            assert (hits.sequence, hits.generation) == (status.sequence, status.generation)
            assert status.generation > seen[-1].generation
            seen.append(status)
        assert len({status.fingerprint for status in seen}) == 1

    def test_everything_survives_reopening(self, opened: Open, tmp_path: Path) -> None:
        first = opened(tmp_path / "index")
        for batch in range(5):
            first.put(articles(20, seed=batch), sequence=batch + 1)
        first.delete([hit.id for hit in ask(first, "oil").hits[:5]], sequence=6)
        query = Query(parse("oil OR talks").clause, limit=1000, facets=FACETS, dates=True)
        before, status = first.search(query), first.status()
        first.close()
        second = opened(tmp_path / "index")
        assert second.search(query) == before
        assert second.status() == status

    def test_what_another_process_commits_becomes_visible(
        self, engine: SearchEngine, adapter: Adapter, tmp_path: Path
    ) -> None:
        engine.put([doc(1, "oil")], sequence=1)
        code = adapter.code(tmp_path) + _OTHER_PROCESS
        written = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
        assert written.returncode == 0, written.stderr
        for _ in range(100):
            if engine.status().sequence == 2:
                break
            time.sleep(0.05)
        assert numbers(ask(engine, "oil")) == [1, 2]


_OTHER_PROCESS = """
from app.search.engine import Document

engine.put([Document(f"{2:016x}", "", "oil", revised=2)], sequence=2)
engine.close()
"""


class TestGoingOn:
    """A write that names the commit it goes on from is refused where another one is there by then."""

    WRITES = ("put", "delete", "compact")

    def write(self, engine: SearchEngine, kind: str, after: Commit) -> None:
        match kind:
            case "put":
                engine.put([doc(50, "oil")], sequence=99, token="mine", after=after)
            case "delete":
                engine.delete([f"{1:016x}"], sequence=99, token="mine", after=after)
            case "compact":
                engine.compact(1_000, token="mine", after=after)

    @pytest.fixture
    def grown(self, engine: SearchEngine) -> SearchEngine:
        for n in range(3):
            engine.put([doc(n, "oil")], sequence=n + 1, token=f"t{n}")
        return engine

    @pytest.mark.parametrize("kind", WRITES)
    def test_it_goes_on_from_the_newest(self, grown: SearchEngine, kind: str) -> None:
        before = grown.status().commit
        self.write(grown, kind, before)
        assert grown.status().commit == Commit(before.generation + 1, "mine")

    @pytest.mark.parametrize("kind", WRITES)
    @pytest.mark.parametrize("wrong", ["generation", "token", "none"])
    def test_it_goes_on_from_no_other(self, grown: SearchEngine, kind: str, wrong: str) -> None:
        status = grown.status()
        named = {
            "generation": Commit(status.generation - 1, status.token),
            "token": Commit(status.generation, "t0"),
            "none": Commit(0, ""),
        }[wrong]
        with pytest.raises(IndexChanged):
            self.write(grown, kind, named)
        assert grown.status() == status
        assert numbers(ask(grown, "oil")) == [0, 1, 2]

    @pytest.mark.parametrize("kind", WRITES)
    def test_it_does_not_go_on_from_what_another_has_committed(
        self, grown: SearchEngine, opened: Open, tmp_path: Path, kind: str
    ) -> None:
        before = grown.status().commit
        opened(tmp_path).put([doc(7, "oil")], sequence=7, token="theirs")
        with pytest.raises(IndexChanged):
            self.write(grown, kind, before)
        assert numbers(ask(opened(tmp_path), "oil")) == [0, 1, 2, 7]

    @pytest.mark.parametrize("kind", WRITES)
    def test_what_was_emptied_is_not_gone_on_from(
        self, grown: SearchEngine, opened: Open, adapter: Adapter, tmp_path: Path, kind: str
    ) -> None:
        before = grown.status().commit
        adapter.empty(tmp_path)
        with pytest.raises(IndexChanged):
            self.write(grown, kind, before)
        assert opened(tmp_path).status().documents == 0

    def test_what_is_emptied_in_the_midst_of_a_write_is_not_taken_for_whole(
        self, engine: SearchEngine, opened: Open, adapter: Adapter, tmp_path: Path
    ) -> None:
        def documents() -> Iterator[Document]:
            yield doc(50, "oil")
            adapter.empty(tmp_path)

        engine.put([doc(1, "oil")], sequence=1)
        with pytest.raises(IndexChanged):
            engine.put(documents(), sequence=4, after=engine.status().commit)
        assert opened(tmp_path).status().documents == 0

    def test_a_rebuild_needs_nothing_of_what_was_there(
        self, grown: SearchEngine, opened: Open, adapter: Adapter, tmp_path: Path
    ) -> None:
        before = grown.status().commit
        adapter.empty(tmp_path)
        grown.rebuild([doc(n, "oil") for n in range(5)], sequence=5, token="mine", after=before)
        for engine in (grown, opened(tmp_path)):
            assert engine.status().commit == Commit(before.generation + 1, "mine")
            assert numbers(ask(engine, "oil")) == list(range(5))
        opened(tmp_path).put([doc(9, "oil")], sequence=6)
        grown.rebuild([doc(1, "oil")], sequence=7, after=before)
        assert grown.status().generation == before.generation + 3


class TestOrder:
    @pytest.fixture
    def dated(self, engine: SearchEngine) -> SearchEngine:
        days = {1: "2001-05-05", 2: None, 3: "1987-01-01", 4: "2001-05-05", 5: None, 6: "2020-12-31", 7: "1987-01-01"}
        half = [doc(n, "oil", date=day) for n, day in days.items()]
        engine.put(half[::2], sequence=1)
        engine.put(half[1::2], sequence=2)
        return engine

    @pytest.mark.parametrize(
        ("text", "sort", "order"),
        [
            ("oil", "-date", [6, 1, 4, 3, 7, 2, 5]),
            ("oil", "date", [3, 7, 1, 4, 6, 2, 5]),
            ("oil", "relevance", [1, 2, 3, 4, 5, 6, 7]),
            ("", "relevance", [6, 1, 4, 3, 7, 2, 5]),
            ("", "-date", [6, 1, 4, 3, 7, 2, 5]),
            ("", "date", [3, 7, 1, 4, 6, 2, 5]),
            ("-grain", "relevance", [1, 2, 3, 4, 5, 6, 7]),
        ],
    )
    def test_ties_by_id_and_undated_last(self, dated: SearchEngine, text: str, sort: Sort, order: list[int]) -> None:
        assert numbers(ask(dated, text, sort)) == order

    @pytest.mark.parametrize("text", ["oil", ""])
    def test_arrival_orders_across_writes_whatever_the_date(self, engine: SearchEngine, text: str) -> None:
        arrived = {1: 30, 2: 10, 3: 70_000, 4: 10, 5: 20, 6: 5}
        documents = [doc(n, "oil", date=f"200{n}-01-01", added=number) for n, number in arrived.items()]
        engine.put(documents[::2], sequence=1)
        engine.put(documents[1::2], sequence=2)
        engine.put([replace(documents[4], headline="Revised", revised=3)], sequence=3)
        assert numbers(ask(engine, text, "added")) == [6, 2, 4, 5, 1, 3]
        assert numbers(ask(engine, text, "-added")) == [3, 1, 5, 2, 4, 6]

    @pytest.mark.parametrize("sort", ["date", "-date"])
    def test_articles_of_a_day_stand_in_the_order_of_their_times(self, engine: SearchEngine, sort: Sort) -> None:
        """What is told by an offset is compared as what it is; a day without a time comes before its times."""
        times = {
            1: "14:30", 2: None, 3: "14:30:00+02:00", 4: "00:00", 5: "12:30Z", 6: "14:30:00.001Z", 7: "23:00-11:00",
            8: None, 9: "00:30:00+05:30",
        }  # fmt: skip
        day = "2001-05-05"
        timed = [doc(n, "oil", date=day, published_at=time and f"{day}T{time}") for n, time in times.items()]
        others = [doc(20, "oil", date="2001-05-06"), doc(21, "oil", date="2001-05"), doc(22, "oil")]
        engine.put([*timed[::2], *others], sequence=1)
        engine.put(timed[1::2], sequence=2)
        in_order = [[21], [2, 8], [9], [4], [3, 5], [1], [6], [7], [20]]
        level = in_order if sort == "date" else in_order[::-1]
        expected = [*(n for same in level for n in same), 22]
        assert numbers(ask(engine, "oil", sort)) == numbers(ask(engine, "", sort)) == expected
        for size in (1, 2, 4):
            paged = [numbers(page) for page in pages(engine, Query(parse("oil").clause, sort=sort, limit=size))]
            assert [n for page in paged for n in page] == expected
        shown = {hit.id: hit.card.published_at for hit in ask(engine, "oil", sort).hits}
        assert shown == {document.id: document.published_at for document in [*timed, *others]}

    def test_what_was_added_or_revised_last_comes_first(self, engine: SearchEngine) -> None:
        """Numbers that no half precision tells apart, in an order of their own."""
        put = {1: 40_000_002, 2: 40_000_009, 3: 40_000_001, 4: 40_000_010, 5: 40_000_003}
        dated = [doc(n, "oil", date=f"200{n}-01-01", revised=revised) for n, revised in put.items()]
        engine.put(dated[:3], sequence=1)
        engine.put([*dated[3:], replace(dated[2], revised=40_000_011)], sequence=2)
        for clause in (parse("oil").clause, None):
            query = Query(clause, sort="-revised", limit=2)
            paged = [numbers(page) for page in pages(engine, query)]
            assert paged == [[3, 4], [2, 5], [1]]

    @pytest.mark.parametrize("sort", SORTS)
    @pytest.mark.parametrize("limit", range(9))
    def test_limit(self, dated: SearchEngine, sort: Sort, limit: int) -> None:
        whole, cut = ask(dated, "oil", sort), ask(dated, "oil", sort, limit)
        assert cut.hits == whole.hits[:limit]
        assert cut.total == whole.total == 7
        assert (cut.cursor is None) is (limit >= 7 or limit == 0)

    def test_a_score_is_there_where_the_order_is_by_relevance(self, dated: SearchEngine) -> None:
        assert all((hit.score or 0) > 0 for hit in ask(dated, "oil").hits)
        for hits in (ask(dated, "oil", "date"), ask(dated, "oil", "-date"), ask(dated, "")):
            assert {hit.score for hit in hits.hits} == {None}

    def test_a_headline_weighs_more_than_a_body(self, engine: SearchEngine) -> None:
        engine.put([doc(1, "oil grain", "trade news"), doc(2, "trade news", "oil grain")], sequence=1)
        assert numbers(ask(engine, "oil")) == [2, 1]

    @pytest.mark.parametrize("compacted", [False, True])
    def test_words_of_furniture_are_found_behind_all_others(self, engine: SearchEngine, compacted: bool) -> None:
        line = "Read our oil newsletter"
        texts = [
            f"{line}\n\nThe tide.",
            "The tide and the oil of all the other harbours of the coast.",
            f"The tide.\n\n{line}",
        ]
        for number, text in enumerate(texts):
            at = text.find(line)
            furniture = [[at, at + len(line)]] if at >= 0 else None
            engine.put([doc(number, text, furniture=furniture)], sequence=number + 1)
        if compacted:
            engine.compact(3)
        assert numbers(ask(engine, "oil")) == [1, 0, 2]
        assert all((hit.score or 0) > 0 for hit in ask(engine, "oil").hits)
        assert numbers(ask(engine, "body:oil")) == [1, 0, 2]
        for phrase in (f'"{line}"', f'body:"{line}"', "newsl*"):
            assert numbers(ask(engine, phrase)) == [0, 2]
        assert numbers(ask(engine, '"newsletter the"')) == [0]

    def test_a_word_that_goes_on_behind_furniture_is_one(self, engine: SearchEngine) -> None:
        text = "Photo-\ngraphs of oil"
        engine.put([doc(1, text, furniture=[[0, 6]])], sequence=1)
        assert numbers(ask(engine, '"photographs of oil"')) == [1]

    def test_a_hit_carries_what_a_result_list_shows(self, engine: SearchEngine) -> None:
        full = Document(
            "00000000000000ff", "Oil — “talks”", "The body", "2001-05-05", "ZÜRICH, May 5 -", "Zürich", "Wire", "fr",
            ("person-a",), "https://news.example/1", "ext 1", headline_derived=True, word_count=9, revision=3,
        )  # fmt: skip
        engine.put([full, doc(1, "body")], sequence=1)
        hit, bare = ask(engine, "body", "-date").hits
        assert hit.id == full.id
        assert hit.card == Card.of(full)
        assert (hit.card.headline_derived, hit.card.word_count, hit.card.revision) == (True, 9, 3)
        card = bare.card
        assert (card.date, card.dateline, card.source, card.url, card.external_id) == (None,) * 5


class TestEmptyAndOdd:
    @pytest.mark.parametrize("text", ["", "oil", "-oil", '"oil talks"', "oil*", "oil~", "headline:oil -grain"])
    @pytest.mark.parametrize("sort", SORTS)
    def test_an_empty_archive_answers_with_nothing(self, engine: SearchEngine, text: str, sort: Sort) -> None:
        query = Query(parse(text).clause, Filters(source=("Wire",)), sort, facets=FACETS, dates=True)
        for asked in (query, replace(query, filters=Filters())):
            found = engine.search(asked)
            assert (found.total, found.hits, found.cursor) == (0, (), None)
            assert found.facets == tuple(FacetCounts(name, 0, 0, 0, ()) for name in FACETS)
            assert found.dates == DateCounts((), (), (), 0)
        assert engine.suggest("oil") == []
        assert engine.spellings("oil") == []

    def test_one_that_has_rested_answers_as_before(self, engine: SearchEngine) -> None:
        engine.put([doc(1, "oil"), doc(2, "grain and oil")], sequence=1)
        before = [ask(engine, text) for text in ("oil", '"grain and oil"', "gra*")]
        engine.rest()
        assert engine.damaged() == ()
        assert [ask(engine, text) for text in ("oil", '"grain and oil"', "gra*")] == before

    def test_an_archive_emptied_again_is_an_empty_one(self, engine: SearchEngine) -> None:
        engine.put([doc(1, "oil"), doc(2, "grain")], sequence=1)
        engine.delete([f"{1:016x}", f"{2:016x}"], sequence=2)
        assert engine.status().documents == ask(engine, "").total == ask(engine, "oil*").total == 0
        engine.rebuild([], sequence=3)
        assert ask(engine, "").total == 0

    def test_empty_documents(self, engine: SearchEngine) -> None:
        engine.put([doc(1), doc(2, "", "…"), doc(3, " \n "), doc(4, "oil")], sequence=1)
        assert numbers(ask(engine, "")) == [1, 2, 3, 4]
        assert numbers(ask(engine, "-oil")) == [1, 2, 3]
        assert numbers(ask(engine, "oil")) == [4]
        engine.put([doc(5, source="", place="", language="")], sequence=2)
        assert engine.search(Query(facets=("source", "dateline"))).facets[0].missing == 5

    def test_documents_of_nothing_but_emptiness(self, engine: SearchEngine) -> None:
        engine.put([doc(1), doc(2)], sequence=1)
        assert numbers(ask(engine, "")) == [1, 2]
        assert ask(engine, "oil OR grain").total == 0

    def test_a_huge_document(self, engine: SearchEngine) -> None:
        body = "oil " * 100_000 + "the end of " + "grain trade " * 50_000
        engine.put([doc(1, body), doc(2, "oil of the end"), doc(3, "grain")], sequence=1)
        assert set(numbers(ask(engine, "oil"))) == {1, 2}
        assert numbers(ask(engine, '"oil the end of grain"')) == [1]
        assert numbers(ask(engine, '"trade grain trade" oil')) == [1]
        assert numbers(ask(engine, '"end oil"')) == []
        engine.put([doc(4, "oil")], sequence=2)
        assert set(numbers(ask(engine, "oil"))) == {1, 2, 4}

    def test_signs_alone_find_nothing_and_no_text_everything(self, engine: SearchEngine) -> None:
        engine.put([doc(1, "moon"), doc(2, "york")], sequence=1)
        query = Query(parse("🙂").clause, facets=("source", "year"), dates=True)
        assert engine.search(query).total == 0
        assert ask(engine, "-🙂 *").total == 0
        assert ask(engine, "").total == 2

    @pytest.mark.parametrize(
        ("text", "query"),
        [
            ("नमस्ते दुनिया", "दुनिया"), ("Привет, мир", "мир"), ("مرحبا بالعالم", "بالعالم"), ("東京 tower", "東京"),
            ("étude", "etude"), ("nul \x00 inside", "inside"), ("emoji 🎉party🎉", "party"), ("\ufeffbom", "bom"),
            ("soft\u00adhyphen", "softhyphen"), ("rtl \u202eoil\u202c", "oil"), ("zero\u200bwidth", "zerowidth"),
            ("½ cup", "½"), ("𝒮cript", "𝒮cript"), ("\uffff\ufffe end", "end"), ("٣ ٤", "٣"), ("İstanbul", "istanbul"),
            ("ǅ x", "ǆ"),
        ],
    )  # fmt: skip
    def test_odd_letters(self, engine: SearchEngine, text: str, query: str) -> None:
        engine.put([doc(1, text, text, source=text, place=text, entities=(f"person-{text}",)), doc(2, "x")], sequence=1)
        engine.put([doc(3, "other")], sequence=2)
        assert 1 in numbers(ask(engine, query))
        (hit,) = engine.search(Query(None, Filters(source=(text,), entity=(f"person-{text}",), dateline=(text,)))).hits
        assert (hit.card.headline, hit.card.source) == (text, text)

    def test_ids_at_both_ends(self, engine: SearchEngine) -> None:
        ends = [0, 1, 2**63 - 1, 2**63, 2**64 - 2, 2**64 - 1]
        engine.put([doc(number, "oil") for number in ends], sequence=1)
        assert numbers(ask(engine, "oil")) == ends
        found = [number for page in pages(engine, Query(parse("oil").clause, limit=1)) for number in numbers(page)]
        assert found == ends
        engine.put([doc(2**64 - 1, "grain"), doc(0, "grain")], sequence=2)
        assert numbers(ask(engine, "grain")) == [0, 2**64 - 1]
        engine.delete([f"{2**64 - 1:016x}"], sequence=3)
        assert numbers(ask(engine, "")) == ends[:-1]
        assert engine.similar(f"{0:016x}", "", "grain").total == 0

    @pytest.mark.parametrize("count", [254, 255, 256, 300, 70_000])
    def test_more_occurrences_than_a_small_number_holds(self, engine: SearchEngine, count: int) -> None:
        engine.put([doc(1, "grain", "oil " * count), doc(2, "oil " * count, "grain"), doc(3, "x", "oil")], sequence=1)
        engine.put([doc(4, "x", dateline="oil " * count)], sequence=2)
        for text in ("oil", '"oil"', "oil*", "oli~"):
            assert set(numbers(ask(engine, text))) == {1, 2, 3, 4}
        assert set(numbers(ask(engine, "headline:oil"))) == {1, 3}
        assert set(numbers(ask(engine, '"oil oil oil"'))) == {1, 2, 4}
        assert numbers(ask(engine, "dateline:oil")) == [4]

    def test_words_near_each_other_in_a_long_text(self, engine: SearchEngine) -> None:
        engine.put([doc(1, "wheat grain " * 3_000), doc(2, "wheat of the grain"), doc(3, "grain wheat")], sequence=1)
        assert set(numbers(ask(engine, '"wheat grain"~3'))) == {1, 2}

    @pytest.mark.parametrize("length", [63, 64, 65, 300])
    def test_long_words(self, engine: SearchEngine, length: int) -> None:
        engine.put([doc(1, "x" * length), doc(2, "y" * length + " z")], sequence=1)
        for text in ("x" * length, '"' + "x" * length + '"', "x" * length + "*", "x" * length + "~"):
            assert numbers(ask(engine, text)) == [1]
        assert numbers(ask(engine, '"' + "y" * length + ' z"')) == [2]

    def test_a_fuzzy_word_of_unspaced_letters_is_more_than_its_first(self, engine: SearchEngine) -> None:
        engine.put([doc(1, "a b c x"), doc(2, "東京")], sequence=1)
        assert numbers(ask(engine, "東京~")) == [2]

    def test_a_phrase_never_crosses_fields_or_documents(self, engine: SearchEngine) -> None:
        documents = [doc(n, "grain trade", "north oil", dateline="price rise") for n in range(3)]
        engine.put(documents, sequence=1)
        for text in ("oil price", "oil grain", "rise grain", "trade north", "oil trade", "north rise"):
            for slop in ("", "~1", "~20"):
                assert ask(engine, f'"{text}"{slop}').total == 0, (text, slop)
        assert ask(engine, '"north oil" "price rise" "grain trade"').total == 3

    def test_an_expansion_stops_at_its_limit(self, engine: SearchEngine) -> None:
        engine.put([doc(n, f"abc{n:03}") for n in range(100)], sequence=1)
        engine.put([doc(n, f"abc{n:03}") for n in range(100, 200)], sequence=2)
        assert ask(engine, "abc*").total == 200
        engine.put([doc(300, "abc000 abc300")], sequence=3)
        for text in ("abc*", "oil OR abc*", "-abc*", "headline:abc*", "abc222x~"):
            if text.endswith("~"):
                assert ask(engine, text).total <= 200
                continue
            with pytest.raises(QueryTooComplex) as raised:
                ask(engine, text)
            assert raised.value.code == "expansion_too_large"
            assert "abc*" in raised.value.message

    def test_a_fuzzy_word_with_too_many_neighbours_is_refused(self, engine: SearchEngine) -> None:
        letters = "abcdefghijklmnopqrstuvwxyz"
        engine.put([doc(1, " ".join(f"abcdefg{a}{b}" for a in letters for b in letters))], sequence=1)
        with pytest.raises(QueryTooComplex):
            ask(engine, "abcdefgab~")

    def test_another_writer_is_told_to_wait_or_waits(self, engine: SearchEngine, opened: Open, tmp_path: Path) -> None:
        second = opened(tmp_path)
        engine.put([doc(1, "oil")], sequence=1)
        second.put([doc(2, "oil")], sequence=2)
        engine.put([doc(3, "oil")], sequence=3)
        assert numbers(ask(engine, "oil")) == [1, 2, 3]


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), clause=clauses, chosen=filters)
def test_a_rebuilt_index_answers_as_one_that_has_grown(
    opened: Open, tmp_path_factory: pytest.TempPathFactory, seed: int, clause: Clause, chosen: Filters
) -> None:
    chance, engine = random.Random(seed), opened(tmp_path_factory.mktemp("grown"))
    held: dict[str, Document] = {}
    for sequence in range(1, 12):
        fresh = [article(chance, f"{chance.getrandbits(64):016x}", sequence, 15) for _ in range(chance.randrange(6))]
        fresh += [revision(chance, held[id], sequence) for id in chance.sample(sorted(held), min(2, len(held)))]
        engine.put(fresh, sequence=sequence)
        held |= {document.id: document for document in fresh}
        gone = chance.sample(sorted(held), len(held) // 5)
        engine.delete(gone, sequence=sequence)
        held = {id: document for id, document in held.items() if id not in gone}
    query = Query(clause, chosen, "date", limit=1000, facets=FACETS, dates=True)
    grown = engine.search(query)
    expected = Expected(query, held.values())
    assert [hit.id for hit in grown.hits] == expected.in_order()
    assert grown.facets == tuple(expected.facet(name) for name in FACETS)
    some = chance.sample(sorted(held), len(held) // 2)
    assert engine.matching(query, [*some, *gone, "no id"]) == expected.ids & set(some)
    engine.rebuild(held.values(), sequence=12)
    rebuilt = engine.search(query)
    assert (rebuilt.hits, rebuilt.facets, rebuilt.dates) == (grown.hits, grown.facets, grown.dates)


class TestValues:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("author:doe", [1, 2]),
            ("author:DOË", [1, 2]),
            ('author:"jane doe"', [1]),
            ('author:"jane smith"', []),
            ('author:"jane smith"~1', [3]),
            ("author:jan*", [1, 3]),
            ("author:jnae~", [1, 3]),
            ("author:anne-marie", [2]),
            ("author:(jane -smith)", [1]),
            ("-author:doe", [3, 4]),
            ("oil author:doe", [1]),
            ("source:wire", [1, 4]),
            ('source:"harbour wire" OR author:smith', [1, 3, 4]),
            ("author:wire", []),
            ("wire", []),
        ],
    )
    def test_words_of_a_value_find_it(self, engine: SearchEngine, text: str, found: list[int]) -> None:
        engine.put(
            [
                doc(1, "oil", authors=("Jane Doe", "Desk"), source="Harbour Wire"),
                doc(2, "grain", authors=("Anne-Marie Doe",), source="Post"),
                doc(3, "oil", authors=("Jane Q. Smith",)),
                doc(4, "talks", source="Harbour Wire"),
            ],
            sequence=1,
        )
        assert sorted(numbers(ask(engine, text))) == found
