from __future__ import annotations

import itertools
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text import (
    count_words,
    fingerprint,
    fold,
    fold_evenly,
    fold_word,
    last_sentence_start,
    normalise,
    oddities,
    sentences,
    slug,
)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("a\r\nb\rc\x85d\u2028e\u2029f", "a\nb\nc\nd\ne\nf"),
        ("nul\x00 bell\x07 tab\t del\x7f", "nul bell tab\t del"),
        ("e\u0301", "é"),
        ("e\x00\u0301", "é"),
        ("harbour\x0bmaster, page\x0corganization", "harbour\nmaster, page\norganization"),
        ("John\x85Downer", "John\nDowner"),
        ("2019\x1f2024 a\x00b \ud83dc\ud83dd", "2019 2024 a b c d"),
        ("की\x00है क\x00ी", "की है की"),
        ("lawyer\x92s 2019\x962024 \x93wait\x85\x94 x\x81y", "lawyer’s 2019–2024 “wait…” x y"),
        ("Ge\xadsamt, Volks\u200bwagen, a\u2060b\ufeffc", "Gesamt, Volkswagen, abc"),
        ("می\u200cخواهم \u200fم\u0640", "می\u200cخواهم \u200fم\u0640"),
        ("  spaces  stay ", "  spaces  stay "),
        ("\ufffenot\uffff", "not"),
    ],
)
def test_normalise(text: str, normal: str) -> None:
    assert normalise(text) == normal


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Line\r\nends\rare\x85none\u2028é", set()),
        ("a\x0bb", {"control characters"}),
        ("it\x92s", {"control characters"}),
        ("co\xadoperate", {"invisible characters"}),
        ("\ufeffa\x00", {"control characters", "invisible characters"}),
    ],
)
def test_what_is_cleaned_is_told(text: str, kinds: set[str]) -> None:
    assert oddities(text) == kinds


@given(st.text(st.sampled_from("aé1 \x00\x0b\x0c\r\n\x85\x92\x81\x1f\xad\u200b\u0301\ud800\ufeff.")))
def test_words_that_a_control_parted_stay_apart(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert oddities(once) == set()
    assert "onetwo" not in normalise(f"one\x00{text}\x0btwo").replace("\n", "|")


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)


def test_lone_surrogates_are_removed() -> None:
    normalise("half a pair \ud83d here").encode()


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Médecins  Sans\n Frontières ", "medecins sans frontieres"),
        ("STRASSE Straße", "strasse strasse"),
        ("Łódź, Ærø, İstanbul, Đà Nẵng", "lodz, aero, istanbul, da nang"),
        ("O’Brien “said” T‑Mobile", 'o\'brien "said" t-mobile'),
        ("ﬁnance ＡＢＣ", "finance abc"),
        ("Ge\u00adsamt\u200bplan مح\u0640مد", "gesamtplan محمد"),
        ("१२３ ٣", "123 3"),
        ("O`Brien O´Brien OʼBrien", "o'brien o'brien o'brien"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize("text", ["ℝ", "𝐀", "℡"])
def test_folding_what_only_decomposition_makes_a_capital(text: str) -> None:
    assert fold(text) == fold(fold(text))


@given(st.text(st.characters(max_codepoint=0x24F)))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Médecins Sans Frontières", "medecins-sans-frontieres"),
        ("Lashkar-e-Taiba", "lashkar-e-taiba"),
        ("U.S. Steel", "us-steel"),
        ("O'Brien & Sons", "obrien-sons"),
    ],
)
def test_slug(name: str, expected: str) -> None:
    assert slug(name) == expected


@pytest.mark.parametrize("name", ["東京", "Москва", "!!!", ""])
def test_a_name_without_latin_letters_has_a_stable_slug(name: str) -> None:
    assert slug(name) == slug(name) != slug(name + "x")
    assert slug(name).isascii()
    assert slug(name).isalnum()


@given(st.text(max_size=30))
def test_a_slug_is_never_empty_and_safe_in_a_path(name: str) -> None:
    assert set(slug(name)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert slug(name)


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("one", 1), ("counter-terrorism unit", 2), ("the U.S. and AT&T", 4), ("O’Brien's — 3.5%", 2)],
)
def test_count_words(text: str, count: int) -> None:
    assert count_words(text) == count


@given(st.text("ab_1-'.&’“— é\x1c\n", max_size=20))
def test_words_are_counted_as_a_regular_expression_finds_them(text: str) -> None:
    assert count_words(text) == len(re.findall(r"\w+(?:[-'’.&]\w+)*", text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("No end", ["No end"]),
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Mr. Modi met Gen. Munir. They talked.", ["Mr. Modi met Gen. Munir.", "They talked."]),
        ("J. R. Smith came. He left.", ["J. R. Smith came.", "He left."]),
        ("On Feb. 26 it fell. It rose.", ["On Feb. 26 it fell.", "It rose."]),
        ("“Stop.” He left.", ["“Stop.”", "He left."]),
        ("A head\n\nA paragraph", ["A head", "A paragraph"]),
        ("Wait ... What?! No....", ["Wait ...", "What?!", "No...."]),
        ("It cost 3.5 percent. then", ["It cost 3.5 percent. then"]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


@given(st.text('aB. !?\n"“”MrU1', max_size=80))
def test_sentences_cover_every_letter_once(text: str) -> None:
    spans = list(sentences(text))
    assert last_sentence_start(text) == ((spans[-1][0], len(spans) == 1) if spans else None)
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())
    assert all(text[a:b] == text[a:b].strip() != "" for a, b in spans)
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))


@given(st.text(st.one_of(st.characters(), st.sampled_from("aB'`é´ΣςßﬁΑ\u0301\u0327\u0345")), max_size=8))
def test_a_text_is_folded_run_by_run_as_it_would_be_whole(text: str) -> None:
    """Beside letters of ASCII, which fold to small ones."""
    assert fold_word(f"K{text}`{text}") == f"k{fold_word(text)}'{fold_word(text)}"
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text.replace("´", "'")).casefold())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    assert fold_word(text) == "".join(fold_word(letter) for letter in bare)


def test_fingerprint_tells_lists_of_parts_apart() -> None:
    assert len({fingerprint(*parts) for parts in (("ab", "c"), ("a", "bc"), ("abc",), ("ab", "c", ""), ())}) == 5
    assert fingerprint("a") == fingerprint("a")
    assert fingerprint("\ud83d")


@given(st.text(max_size=40))
def test_an_even_fold_keeps_every_letter_in_its_place(text: str) -> None:
    folded = fold_evenly(text)
    assert len(folded) == len(text)
    assert folded == "".join(map(fold_evenly, text))
    assert all(
        len(fold_word(letter)) != 1 or fold_word(letter) == even for letter, even in zip(text, folded, strict=True)
    )
