"""Passages are the same word for word on both sides, and none that is long enough is missed."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.relations.passages import shared_runs

WORDS = st.lists(st.sampled_from("abc"), max_size=40)


@settings(max_examples=150, deadline=None)
@given(WORDS, WORDS, st.integers(3, 9))
def test_runs_are_the_same_and_those_of_least_length_are_covered(one: list[str], other: list[str], least: int) -> None:
    runs = shared_runs(one, other, least)
    assert all(one[run.one : run.one + run.length] == other[run.other : run.other + run.length] for run in runs)
    covered = [place for run in runs for place in range(run.other, run.other + run.length)]
    assert covered == sorted(set(covered))
    if len(other) >= least and any(
        other[at : at + least] == one[place : place + least]
        for at in range(len(other) - least + 1)
        for place in range(len(one) - least + 1)
    ):
        assert runs, "what is long enough is found"


def test_parts_are_found_in_any_order_and_changed_words_part_them() -> None:
    storm = "the storm closed the harbour of oslo for three days in november".split()
    mine = "nobody at the pit was told how deep the shaft went that night".split()
    told = [*mine, "then", *storm]
    assert [run[1:] for run in shared_runs(told, [*storm, "and", *mine], 8)] == [(0, 12), (13, 13)]
    changed = ["two" if word == "three" else word for word in storm]
    assert [run.length for run in shared_runs(told, changed, 8)] == [8]
    assert [run.length for run in shared_runs(told, [*storm[:4], "old", *storm[4:8]], 8)] == [4, 4]
    assert shared_runs(told, storm[:7], 8) == []


def test_a_word_goes_to_the_longest_run_that_has_it() -> None:
    one = [*"zabcdq", *"abcdefgh"]
    assert [tuple(run) for run in shared_runs(one, list("zabcdefgh"), 8)] == [(6, 1, 8)]
