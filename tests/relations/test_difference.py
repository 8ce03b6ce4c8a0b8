"""Differences cover both texts whole, in order, and say no more than differs."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from app.relations import difference
from app.relations.difference import compare_texts

_TEXTS = st.lists(st.sampled_from(["sea ", "quay ", "Ünder", " ", ".", "\n", "7", "𝔸"]), max_size=12).map("".join)


@settings(max_examples=60, deadline=None)
@given(_TEXTS, _TEXTS)
def test_the_stretches_join_to_both_texts(a: str, b: str) -> None:
    spans = compare_texts(a, b)
    assert "".join(a[slice(*each.a)] for each in spans) == a
    assert "".join(b[slice(*each.b)] for each in spans) == b
    assert all((a[slice(*each.a)] == b[slice(*each.b)]) == (each.op == "equal") for each in spans)
    kinds = [each.op == "equal" for each in spans]
    assert all(one != other for one, other in pairwise(kinds)), "neighbours are joined"


def test_a_changed_word_is_told_and_no_more() -> None:
    a, b = "The fire hurt two people on Monday.", "The big fire hurt three people."
    told = [(each.op, a[slice(*each.a)], b[slice(*each.b)]) for each in compare_texts(a, b) if each.op != "equal"]
    assert told == [("insert", "", "big "), ("replace", "two", "three"), ("delete", " on Monday", "")]


def test_two_books_are_compared_by_their_lines() -> None:
    page = "\n".join(f"line {number} of a long book" for number in range(2_000))
    other = page.replace("line 700 of", "line 700 in")
    assert difference._MOST < (7 * 2_000) ** 2
    [gone] = [each for each in compare_texts(page, other) if each.op != "equal"]
    assert page[slice(*gone.a)] == "line 700 of a long book\n"
