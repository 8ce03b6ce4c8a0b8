from __future__ import annotations

import gzip
import json
import math
from pathlib import Path
from typing import Any

import pytest

from app.search.whoosh.engine import WhooshEngine
from tests.search.retrieval import sets
from tests.search.retrieval.__main__ import mean_score

RARE = "quokka numbat bilby dunnart".split()


def _written(path: Path, records: list[dict[str, Any]]) -> Path:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(each)}\n" for each in records)
    return path


def _score(folder: Path, asked: sets.QuestionSet) -> float:
    engine = WhooshEngine.open(folder / "index")
    engine.rebuild(asked.documents, sequence=1)
    return mean_score(engine, asked)


def test_ndcg_and_reciprocal_rank() -> None:
    assert sets.ndcg(["a", "x", "b"], frozenset("ab")) == pytest.approx(1.5 / (1 + 1 / math.log2(3)))
    assert sets.ndcg(["x"] * 10 + ["a"], frozenset("a")) == 0
    assert sets.reciprocal_rank(["x", "a"], frozenset("a")) == 0.5
    assert sets.reciprocal_rank(["x"], frozenset("a")) == 0


def test_judged_questions_are_asked_in_their_telling_words(tmp_path: Path) -> None:
    _written(tmp_path / "docs.jsonl.gz", [{"id": "1", "title": "Fog", "text": "In the U.S."}, {"id": "2"}])
    _written(tmp_path / "queries.jsonl.gz", [{"id": "1", "text": "What is the U.S. fog?"}, {"id": "2", "text": "Rain"}])
    (tmp_path / "qrels.tsv").write_text("query\tdocument\tgrade\n1\t1\t3\n", encoding="utf-8")
    asked = sets.judged(tmp_path)
    assert [question.text for question in asked.questions] == ["u.s fog"]
    assert _score(tmp_path, asked) == pytest.approx(1)


def test_an_article_asks_for_the_others_of_its_cluster_and_is_no_answer(tmp_path: Path) -> None:
    told = {"a": "Fog fell on the harbour.", "b": "The harbour lay in fog.", "c": "Rain over hills."}
    records = [{"id": id, "cluster": "x" if id != "c" else "y", "title": t, "body": t} for id, t in told.items()]
    asked = sets.stories(_written(tmp_path / "a.jsonl.gz", records))
    assert [question.text for question in asked.questions] == ["fog fell on the harbour", "the harbour lay in fog"]
    assert all(question.asked_by not in question.relevant for question in asked.questions)
    assert _score(tmp_path, asked) == pytest.approx(1)


def test_known_items_are_asked_for_by_rare_and_middling_words_and_always_the_same(tmp_path: Path) -> None:
    common = [f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(80)]
    records = [
        {"id": str(n), "title": "", "body": " ".join([*common[n % 75 : n % 75 + 4], *(RARE if n in (7, 70) else [])])}
        for n in range(1_000)
    ]
    path = _written(tmp_path / "a.jsonl.gz", records)
    asked = sets.known_items(path)
    assert asked.questions == sets.known_items(path).questions
    assert len(asked.questions) == 2
    assert all(len(question.text.split()) == 5 for question in asked.questions)
    assert all(len(set(RARE) & set(question.text.split())) == 2 for question in asked.questions)


def test_headlines_ask_for_texts_that_are_searched_without(tmp_path: Path) -> None:
    records = [{"id": str(n), "title": f"About {word}", "body": f"There is a {word}."} for n, word in enumerate(RARE)]
    asked = sets.headlines(_written(tmp_path / "a.jsonl.gz", records))
    assert all(document.headline_derived for document in asked.documents)
    assert _score(tmp_path, asked) == pytest.approx(1)
