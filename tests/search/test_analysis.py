from __future__ import annotations

import re
import sys
import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.search import analysis
from app.search.analysis import expand, raw_matches, raw_tokens, stem
from app.text import normalise
from tests.growth import is_bounded
from tests.search.tokens import Token, tokens

# Letters, marks, digits and joiners of several scripts, so that few examples are wasted on lone symbols.
_alphabet = (
    "abCsSxyzé İßŁﬁ０9１,.'’-‐‑&_ \n\t…—%$@#()\"“”/*~:;東京ひガﾀﾞไรุ한हिन्दीعرـبж\u0301\u200b\u00ad🎉ℝ²½"
    "२٣٬٫，．`´ʼ′\u00a0\u202f\ufe0f\u200d"
)

# Lone surrogates never get so far: no row and no JSON body can hold them.
_any = st.text(st.characters(codec="utf-8"), max_size=60)
texts = st.one_of(_any, st.text(_alphabet, max_size=60)).map(normalise)


def _shown(text: str) -> str:
    return " ".join(f"{token.term}@{token.position}" for token in tokens(text))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("— … !?", ""),
        ("A cat", "a@0 cat@1"),
        ("To be or not to be", "to@0 be@1 or@2 not@3 to@4 be@5"),
        ("AT&T", "at@0 t@1 att@0"),
        ("W-2", "w@0 2@1 w2@0"),
        ("U.S.", "us@0"),
        ("U.S.A. today", "usa@0 today@1"),
        ("O'Brien", "obrien@0"),
        ("O’Brien", "obrien@0"),
        ("O’Brien’s", "obrien@0"),
        ("3.5%", "3.5@0"),
        ("$1,234.50", "1234.50@0"),
        ("1,234,567", "1234567@0"),
        ("one,two", "one@0 two@1"),
        ("India's", "india@0"),
        ("India’s", "india@0"),
        ("INDIA'S", "india@0"),
        ("Pakistan 's army", "pakistan@0 army@1"),
        ("Pakistan ’s army", "pakistan@0 army@1"),
        ("PAKISTAN 'S ARMY", "pakistan@0 army@1"),
        ("ministers' talks", "ministers@0 talks@1"),
        ("don't", "dont@0"),
        ("counter-terrorism unit", "counter@0 terrorism@1 counterterrorism@0 unit@2"),
        ("counter‑terrorism", "counter@0 terrorism@1 counterterrorism@0"),
        ("state-of-the-art", "state@0 of@1 the@2 art@3 stateoftheart@0"),
        ("man's-land", "mans@0 land@1 mansland@0"),
        ("AT&T's", "at@0 t@1 att@0"),
        ("south-east's", "south@0 east@1 southeast@0"),
        ("e.g. this", "eg@0 this@1"),
        ("reuters.com", "reuters@0 com@1 reuterscom@0"),
        ("snake_case", "snake@0 case@1 snakecase@0"),
        ("Médecins Sans Frontières", "medecins@0 sans@1 frontieres@2"),
        ("Straße in Łódź, Ærø", "strasse@0 in@1 lodz@2 aero@3"),
        ("東京 tower", "東@0 京@1 tower@2"),
        ("ＡＢＣ１２", "abc12@0"),
        ("the end.\n\nThe start", "the@0 end@1 the@2 start@3"),
        ("5,000-strong", "5000@0 strong@1 5000strong@0"),
        ("Ge\u00adsamt\u00adkonzept", "gesamtkonzept@0"),
        ("Volks\u200bwagen in\u2060ter\ufeff", "volkswagen@0 inter@1"),
        ("مح\u0640\u0640مد", "محمد@0"),
        ("AT\u200d&\u200dT", "at@0 t@1 att@0"),
        ("\u202eoil\u202c \u2068price\u2069", "oil@0 price@1"),
        ("می\u200cخواهم", "میخواهم@0"),
        ("辻\U000e0100 ❤\ufe0f love\ufe0f", "辻@0 love@1"),
        ("१२३ ２０１０ ٣٤ ๒๕๖๐", "123@0 2010@1 34@2 2560@3"),
        ("१,२३४ ١٬٢٣٤٫٥ １，２３４．５", "1234@0 1234.5@1 1234.5@2"),
        ("人口は1,234人、2010，2011", "人@0 口@1 は@2 1234@3 人@4 2010@5 2011@6"),
        ("10\u202f500 people", "10@0 500@1 10500@0 10500@1 people@2"),
        ("1\u00a0234\u00a0567,5", "1@0 234@1 567.5@2 1234567.5@0 1234567.5@2"),
        ("4 800 families", "4@0 800@1 4800@0 4800@1 families@2"),
        ("In 2019 300 people", "in@0 2019@1 300@2 people@3"),
        ("In 2019\u00a0300 people", "in@0 2019@1 300@2 people@3"),
        ("5\u00a02004, 10\u00a05000", "5@0 2004@1 10@2 5000@3"),
        ("36 100-kilowatt", "36@0 100@1 kilowatt@2 100kilowatt@1"),
        ("100 200 300 400 500 600", "100@0 200@1 300@2 400@3 500@4 600@5"),
        ("10'500", "10500@0"),
        (
            "O\u02bcBrien O`Brien O´Brien O′Brien O＇Brien O‘Brien ʻOahu",
            "obrien@0 obrien@1 obrien@2 obrien@3 obrien@4 obrien@5 oahu@6",
        ),
        ("India`s Pakistan ´s India\u02bcs", "india@0 pakistan@1 india@2"),
        ("d’Estaing", "destaing@0 estaing@0"),
        ("l'homme qu`il dell\u02bcUtrini", "lhomme@0 homme@0 quil@1 il@1 dellutrini@2 utrini@2"),
        ("Val-d'Oise", "val@0 doise@1 valdoise@0 oise@1"),
        ("rock'n'roll, y'all, Xi'an, Sana'a", "rocknroll@0 yall@1 xian@2 sanaa@3"),
        ("ﾄﾖﾀ ホンダﾞ", "ト@0 ヨ@1 タ@2 ホ@3 ン@4 タ@5"),
        ("กรุงเทพ", "ก@0 ร@1 ง@2 เ@3 ท@4 พ@5"),
        ("ລາວ ខ្មែរ", "ລ@0 າ@1 ວ@2 ខ@3 មែ@4 រ@5"),
        ("corpora-\ntion gave", "corpora@0 tion@1 corporation@0 corporation@1 gave@2"),
        ("parlia-\r\n  ment", "parlia@0 ment@1 parliament@0 parliament@1"),
        ("parlia¬\nment", "parlia@0 ment@1 parliament@0 parliament@1"),
        ("parlia\u00ad\nment", "parlia@0 ment@1 parliament@0 parliament@1"),
        ("counter-terror-\nism", "counter@0 terror@1 ism@2 counterterrorism@0 terrorism@1 terrorism@2"),
        ("said -\nand parlia-\n\nment", "said@0 and@1 parlia@2 ment@3"),
    ],
)
def test_promises(text: str, shown: str) -> None:
    assert _shown(text) == shown


@pytest.mark.parametrize("text", ["𝐁𝐑𝐄𝐀𝐊𝐈𝐍𝐆", "ℝ"])
def test_letters_of_mathematical_alphabets_are_folded_too(text: str) -> None:
    assert [token.term for token in tokens(text)] == [{"𝐁": "breaking", "ℝ": "r"}[text[0]]]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("He met O'Brien's aide", ["He", "met", "O'Brien's", "aide"]),
        ("(AT&T)", ["AT", "T", "AT&T"]),
        ("a counter-terrorism’s aim", ["a", "counter", "terrorism", "counter-terrorism", "aim"]),
        ("paid $1,234.50.", ["paid", "1,234.50"]),
        ("the U.S.", ["the", "U.S"]),
        ("in 東京で", ["in", "東", "京", "で"]),
        ("Pakistan 's army", ["Pakistan", "army"]),
        ("a Ge\u00adsamt\u200bplan\u200b.", ["a", "Ge\u00adsamt\u200bplan"]),
        ("a parlia-\n ment", ["a", "parlia", "ment", "parlia-\n ment", "parlia-\n ment"]),
        ("d’Oise", ["d’Oise", "Oise"]),
        ("ไทย", ["ไ", "ท", "ย"]),
    ],
)
def test_offsets_point_at_the_text_seen(text: str, seen: list[str]) -> None:
    found = [text[token.start : token.end] for token in tokens(text)]
    # Whether a possessive belongs to what is seen is left open.
    assert [re.sub("['’]s$", "", piece) for piece in found] == [re.sub("['’]s$", "", piece) for piece in seen]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("university", "universal"), ("university", "universe"), ("news", "new"), ("arms", "arm"),
        ("customs", "custom"), ("general", "generation"), ("import", "important"), ("several", "severity"),
        ("authority", "author"), ("experience", "experiment"), ("secretary", "secret"), ("2004", "2005"),
    ],
)  # fmt: skip
def test_stems_that_a_news_reader_keeps_apart(one: str, other: str) -> None:
    assert stem(one) != stem(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("university", "universities"), ("minister", "ministers"), ("talk", "talking"), ("attack", "attacked"),
        ("treaty", "treaties"), ("authority", "authorities"), ("experiment", "experiments"), ("trade", "trading"),
    ],
)  # fmt: skip
def test_forms_of_one_word_share_a_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ngo", "ngos"), ("mp", "mps"), ("tv", "tvs"), ("ceo", "ceos"), ("mri", "mris"), ("sme", "smes"),
        ("phd", "phds"), ("f16", "f16s"), ("mig29", "mig29s"), ("ak47", "ak47s"), ("b1b", "b1bs"), ("747", "747s"),
        ("mp3", "mp3s"),
    ],
)  # fmt: skip
def test_an_acronym_and_its_plural_share_a_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize("word", ["1990s", "90s", "gps", "nhs", "mrs", "this", "thus", "gas", "los", "rss", "s"])
def test_an_s_that_is_no_plural_stays(word: str) -> None:
    assert stem(word) == word


def test_long_runs_are_cut_and_still_one_word() -> None:
    (token,) = tokens("x" * 1000)
    assert token == Token("x" * analysis.MAX_TERM, 0, 0, 1000)


@settings(deadline=None)
def _terms(raw: list[str]) -> list[list[tuple[str, int]]]:
    return [[(form.term, form.position) for form in expand(each).forms] for each in raw if expand(each).width]


@given(texts)
@example("Pakistan 's army, ('s) and \"'s")
@example("10 500 of 36,5.\x01's")
@example("counter-\n terrorism and e-\u00ad\nmail")
def test_a_text_is_read_piece_by_piece_as_it_is_read_whole(text: str) -> None:
    pieces = analysis.pieces(text)
    whole = _terms(raw_tokens(text))
    assert pieces is None or _terms([raw for piece in pieces for raw in analysis.raw_tokens_of(piece)]) == whole


def test_most_texts_are_read_piece_by_piece() -> None:
    assert analysis.pieces('"Oil," he said. It rose 3.5% in W-2.') == "oil he said it rose 3.5 in w-2.".split()
    assert analysis.pieces("« Où est-il ? »") == ["«", "où", "est-il", "?", "»"]


@given(texts)
@example("'s ’s a 's")
@example("_-_ a_ _b")
def test_any_text_has_tokens_inside_it_in_order(text: str) -> None:
    found = list(tokens(text))
    assert found == list(tokens(text))
    parts = [match.start() + form.start for match in raw_matches(text) for form in expand(match[0]).parts]
    assert parts == sorted(parts)
    for token in found:
        assert 0 <= token.start < token.end <= len(text)
        assert 0 < len(token.term) <= analysis.MAX_TERM
    positions = sorted({token.position for token in found})
    assert positions == list(range(len(positions)))


@settings(deadline=None)
@given(texts)
@example("PAKISTAN 'S ARMY")
@example("a-\nb C-\nd1 000\u00a0000-e 1 000-e")
@example("İSTANBUL ΟΔΟΣ ǅ")
def test_indexing_and_highlighting_read_the_same_terms(text: str) -> None:
    indexed, position = [], 0
    for raw in filter(None, raw_tokens(text)):
        expansion = expand(raw)
        indexed += [(form.term, position + form.position) for form in expansion.forms]
        position += expansion.width
    assert indexed == [(token.term, token.position) for token in tokens(text)]


@settings(deadline=None)
@given(texts)
def test_an_expansion_is_as_wide_as_its_positions(text: str) -> None:
    for match in raw_matches(text):
        expansion = expand(match[0])
        assert [form.position for form in expansion.parts] == list(range(expansion.width))
        assert all(0 <= form.start < form.end <= len(match[0]) for form in expansion.forms)
        assert all(0 <= form.position < expansion.width for form in expansion.also)
        assert len({(form.term, form.position) for form in expansion.forms}) == len(expansion.forms)
        if expansion.joined:
            assert expansion.joined.position == 0
            assert expansion.joined.term == "".join(form.term for form in expansion.parts)[: analysis.MAX_TERM]


@settings(deadline=None)
@given(st.lists(st.from_regex(r"\A[A-Za-z]{1,20}\Z"), max_size=12), st.sampled_from([" ", "\n\n", ", ", " — ", "/"]))
def test_every_plain_word_of_a_text_is_found(words: list[str], separator: str) -> None:
    text = separator.join(words)
    assert [(token.term, token.position) for token in tokens(text)] == [(w.lower(), i) for i, w in enumerate(words)]


@settings(deadline=None)
@given(st.lists(st.from_regex(r"\A[a-z]{2,8}\Z"), min_size=2, max_size=4))
def test_a_compound_is_found_by_its_parts_and_as_one_word(parts: list[str]) -> None:
    spaced = [token.term for token in tokens(" ".join(parts))]
    hyphened = list(tokens("-".join(parts)))
    assert [token.term for token in hyphened[:-1]] == spaced
    assert hyphened[-1].term == "".join(parts)[: analysis.MAX_TERM]


@settings(deadline=None)
@given(st.lists(st.one_of(st.from_regex(r"\A[a-z]{1,9}s?\Z"), st.sampled_from(sorted(analysis._KEPT_APART)))))
def test_many_stems_at_once_are_those_of_each(terms: list[str]) -> None:
    assert analysis.plain_stems(terms) == [stem(term) for term in terms]


@settings(deadline=None)
@given(texts)
def test_terms_and_stems_of_letters_have_no_capitals(text: str) -> None:
    for token in tokens(text):
        if token.term.isascii():
            assert token.term == token.term.lower()
            assert stem(token.term) == stem(token.term).lower()


@settings(deadline=None)
@given(st.text("abAB '’-1., \n", max_size=30), st.data())
def test_what_nobody_sees_makes_no_difference(text: str, data: st.DataObject) -> None:
    """Wherever it stands inside a word."""
    at = data.draw(st.sampled_from([i for i in range(1, len(text)) if text[i - 1 : i + 1].isalnum()] or [0]))
    hidden = data.draw(st.sampled_from("\u00ad\u200b\u200c\u200d\u200e\u061c\u2060\u2066\ufeff\ufe0f\u034f"))
    changed = text[:at] + hidden + text[at:] if at else text
    assert _shown(changed) == _shown(text)
    shift = [(t.start + (t.start >= at > 0), t.end + (t.end > at > 0)) for t in tokens(text)]
    assert [(t.start, t.end) for t in tokens(changed)] == shift


@given(st.integers(0, 12), st.integers(0, 12))
def test_the_forms_between_two_positions_are_all_of_them_in_order(first: int, last: int) -> None:
    for raw in ("l'a,l'b,l'c,d'e-f", "counter-terror-\nism", "10 500", "東京"):
        expansion = expand(raw)
        found = expansion.between(first, last)
        assert [form.position for form in found] == sorted(form.position for form in found)
        assert set(found) == {form for form in expansion.forms if first <= form.position <= last}


@pytest.mark.parametrize(
    "piece", ["a\u00ad", "a-\n", "a- ", "\u200b-", "1 000 ", "-\n ", "l'a,", "ไ", "1\u00a0000\u00a0", "\u00ad\n"]
)
def test_reading_takes_time_in_proportion_to_the_text(piece: str) -> None:
    def seconds(count: int) -> float:
        text = piece * count
        started = time.thread_time()
        assert len(list(tokens(text))) >= 0
        raw_tokens(text)
        return time.thread_time() - started

    seconds(100)
    assert is_bounded(seconds, 10_000, 40_000, times=20, spare=0.5)


def test_every_mark_of_unicode_belongs_to_the_letter_before_it() -> None:
    every = (chr(code) for code in range(sys.maxunicode + 1))
    marks = [character for character in every if unicodedata.category(character) in ("Mn", "Mc")]
    assert [raw_tokens(f"x{mark}y") for mark in marks] == [[f"x{mark}y"] for mark in map(str.lower, marks)]
