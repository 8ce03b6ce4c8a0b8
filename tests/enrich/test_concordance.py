from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.enrich.concordance import Concordance

_WORDS = st.sampled_from(["Ann", "Lee", "ann", "lee", "and", "Lees", "Jr.", "O'Neill", "7", "Ann7"])
_TEXTS = st.lists(st.tuples(_WORDS, st.sampled_from([" ", ", ", "-", "\n", "", ". "])), max_size=30).map(
    lambda pairs: "".join(map("".join, pairs))
)
_NAMES = st.lists(_WORDS, min_size=1, max_size=4).map(" ".join)
# So many that they are not sought one by one.
_OTHERS = [f"Nobody {number}" for number in range(100)]


@given(_TEXTS, st.lists(_NAMES, unique=True, max_size=10))
def test_many_names_are_found_where_each_by_itself_is(text: str, names: list[str]) -> None:
    found = Concordance(text).places([*names, *_OTHERS])
    for name in names:
        starts = Concordance(text).places([name])[name]
        assert found.get(name, []) == [
            start
            for start in starts
            if not _goes_on(text[:start][-1:], name[0]) and not _goes_on(name[-1], text[start + len(name) :][:1])
        ]


def _goes_on(left: str, right: str) -> bool:
    """In the midst of a word, or of a figure."""
    return (left.isalpha() and right.isalpha()) or (left.isdigit() and right.isdigit())


@given(_TEXTS, st.lists(_NAMES, max_size=10))
def test_what_stands_between_two_spaces(text: str, names: list[str]) -> None:
    assert Concordance(text).alone(names) == {name for name in names if f" {name} " in text}
    assert all(Concordance(text).is_alone(name) == (f" {name} " in text) for name in names if " " not in name)


@given(_TEXTS, _NAMES)
def test_beginnings_of_words(text: str, name: str) -> None:
    assert Concordance(text).begins_word(name) == (re.search(rf"\b{re.escape(name)}", text) is not None)


@pytest.mark.parametrize("name", ["Ann", "Lee", "Lees", "Ann and Lee", "Lee and Ann", "Bob"])
@given(text=_TEXTS)
def test_how_often(text: str, name: str) -> None:
    assert Concordance(text).count(name) == text.count(name)
