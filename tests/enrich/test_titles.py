from __future__ import annotations

import pytest

from app.enrich import titles


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("President Vladimir Putin", "Vladimir Putin"),
        ("PM Modi", "Modi"),
        ("Deputy Prime Minister Ana Brnabić", "Ana Brnabić"),
        ("Mr. Speaker", "Speaker"),
        ("Vladimir Putin", "Vladimir Putin"),
        ("President", "President"),
        ("Deputy Ransom", "Deputy Ransom"),
    ],
)
def test_titles_are_split_off(text: str, name: str) -> None:
    assert text[titles.name_start(text) :] == name


@pytest.mark.parametrize(
    ("text", "rest"), [("MEA Spokesperson", "MEA"), ("Senate President", "Senate"), ("MEA", "MEA")]
)
def test_an_office_behind_a_name_is_split_off(text: str, rest: str) -> None:
    assert text[: titles.office_end(text)] == rest


@pytest.mark.parametrize(("word", "proof"), [("President", True), ("Mr.", True), ("General", False), ("king", False)])
def test_only_some_titles_prove_a_person(word: str, proof: bool) -> None:
    assert titles.proves_person(word) is proof


@pytest.mark.parametrize("rank", ["Rear Adm", "Rear Adm.", "Rear Admiral", "Vice Admiral"])
def test_ranks_of_two_words_are_no_names(rank: str) -> None:
    assert titles.is_only_titles(rank)
