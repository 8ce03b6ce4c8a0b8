from __future__ import annotations

import pytest

from app.enrich import given, lexicon, vocabulary


@pytest.mark.parametrize(
    ("word", "expected"), [("Believe", True), ("believe", False), ("BELIEVE", False), ("Bush", False)]
)
def test_a_capital_does_not_make_a_name_of_a_word(word: str, expected: bool) -> None:
    assert vocabulary.is_ordinary_word(word) == expected


def test_no_given_name_is_an_ordinary_word() -> None:
    assert not [word for word in lexicon.terms("ordinary-words") if given.may_be_given(word)]
