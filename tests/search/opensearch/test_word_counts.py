"""How often words have come: exact where that is seldom, right on average and seldom written where it is often."""

from __future__ import annotations

import pytest

from app.search.engine import Commit
from app.search.opensearch.client import Cluster, Nodes
from app.search.opensearch.word_counts import WordCounts

BEGUN, NEXT = Commit(1, "begun"), Commit(2, "next")


@pytest.fixture
def counts() -> WordCounts:
    """Nobody is there to be asked."""
    return WordCounts(Nodes(Cluster(("http://127.0.0.1:9",))), "words")


def test_a_word_that_comes_seldom_is_counted_exactly(counts: WordCounts) -> None:
    counts.begin(BEGUN, {"harbour": 3, "dockers": 16})
    for batch in range(4):
        grown = counts.grown({"harbour": 2, "dockers": 1}, f"{batch}")
        assert grown["harbour"] == 3 + 2 * (batch + 1)
        counts.note_written(grown)


def test_words_that_come_often_are_written_seldom_and_are_right_on_average(counts: WordCounts) -> None:
    words, batches, each = [f"word{number}" for number in range(50)], 400, 5
    counts.begin(BEGUN, dict.fromkeys(words, 1_000))
    held, written = dict.fromkeys(words, 1_000), 0
    for batch in range(batches):
        grown = counts.grown(dict.fromkeys(words, each), f"{batch}")
        counts.note_written(grown)
        written += len(grown)
        held |= grown
    came = 1_000 + batches * each
    assert written < batches * len(words) / 10
    assert sum(held.values()) / len(words) == pytest.approx(came, rel=0.1)
    assert all(number == pytest.approx(came, rel=0.6) for number in held.values())


def test_what_is_known_holds_until_somebody_else_commits(counts: WordCounts) -> None:
    asked: list[str] = []

    def ask(words: list[str]) -> dict[str, int]:
        asked.extend(words)
        return {}

    counts._ask = ask  # type: ignore[method-assign, assignment]
    counts.begin(BEGUN, {"harbour": 3})
    counts.follow(BEGUN, NEXT)
    counts.begin(NEXT)
    assert counts.grown({"harbour": 1}, "") == {"harbour": 4}
    assert not asked
    counts.begin(Commit(3, "of another"))
    counts.grown({"harbour": 1}, "")
    assert asked == ["harbour"]
    counts.forget()
    counts.begin(Commit(3, "of another"))
    counts.grown({"harbour": 1}, "")
    assert asked == ["harbour"] * 2
