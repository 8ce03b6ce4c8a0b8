"""What words are worth: by how many articles have them, and by how many are asked for."""

from __future__ import annotations

import math

import pytest

from app.search.engine import SearchEngine
from app.search.formula import BRIEF, LONG, USUAL, curve_of, inverse_frequency
from tests.search.asking import ask, doc, numbers


def test_a_word_of_half_of_the_articles_is_worth_a_twentieth_of_a_rare_one() -> None:
    assert inverse_frequency(10_000, 5_000) < inverse_frequency(10_000, 5) / 20
    assert inverse_frequency(10_000, 5) == pytest.approx(math.log(9_995.5 / 5.5), rel=1e-6)


@pytest.mark.parametrize("documents", [1, 2, 40, 1_000_000])
def test_no_word_is_worth_nothing_and_none_more_for_being_frequent(documents: int) -> None:
    worth = [inverse_frequency(documents, n) for n in sorted({0, 1, documents // 2, documents, documents + 3})]
    assert all(value > 0 for value in worth)
    assert worth == sorted(worth, reverse=True)


def test_the_more_words_are_asked_for_the_more_tells_what_is_said_again() -> None:
    curves = [curve_of(words) for words in range(1, 65)]
    assert list(dict.fromkeys(curves)) == [BRIEF, USUAL, LONG]
    assert curves == sorted(curves)


FILLER = "amber birch cedar dune ember fjord glade heath inlet jetty".split()


def test_all_of_a_brief_question_comes_before_one_word_of_it_again_and_again(engine: SearchEngine) -> None:
    """And in a long question it is the other way round."""
    engine.put([doc(n, f"{' '.join(FILLER)} plain{n}") for n in range(20, 40)], sequence=1)
    again = "harbour harbour harbour harbour harbour harbour one two"
    engine.put([doc(1, again), doc(2, "harbour strike ended on one of two")], sequence=2)
    engine.put([doc(3, "strike"), doc(4, "strike ended")], sequence=3)
    assert numbers(ask(engine, "harbour OR strike"))[0] == 2
    spread = [f"harbour OR {' OR '.join(f'absent{n}' for n in range(count))}" for count in (1, 15)]
    shares = [{int(hit.id, 16): hit.score or 0 for hit in ask(engine, text).hits} for text in spread]
    assert shares[1][1] / shares[1][2] > shares[0][1] / shares[0][2] > 1
