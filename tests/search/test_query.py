from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from app.errors import QueryTooComplex
from app.search.query import (
    MAX_CHARACTERS,
    And,
    Clause,
    Fuzzy,
    Not,
    Nothing,
    Or,
    Phrase,
    Prefix,
    Word,
    clause_leaves,
    parse,
    relax,
    render,
    wanted_words,
)

A, B, C = Word("a"), Word("b"), Word("c")


@pytest.mark.parametrize(
    ("text", "clause", "interpreted"),
    [
        ("a", A, "a"),
        ("a b", And((A, B)), "a b"),
        ("a  \n b", And((A, B)), "a b"),
        ("a, b; c!", And((A, B, C)), "a b c"),
        ("a/b", And((A, B)), "a b"),
        ("a,b", And((A, B)), "a b"),
        ("c,1,000*", And((C, Prefix("1,000"))), "c 1,000*"),
        ("a OR b", Or((A, B)), "a OR b"),
        ("a or b", And((A, Word("or"), B)), "a or b"),
        ("a AND b", And((A, B), explicit=True), "a AND b"),
        ("a b OR c", Or((And((A, B)), C)), "(a b) OR c"),
        ("a AND b OR c", Or((And((A, B), explicit=True), C)), "(a AND b) OR c"),
        ("a AND b c", And((And((A, B), explicit=True), C)), "(a AND b) c"),
        ("a (b OR c)", And((A, Or((B, C)))), "a (b OR c)"),
        ("((a))", A, "a"),
        ("(a b) c", And((A, B, C)), "a b c"),
        ("-a", Not(A), "-a"),
        ("NOT a", Not(A), "-a"),
        ("a -b", And((A, Not(B))), "a -b"),
        ("a NOT b", And((A, Not(B))), "a -b"),
        ("a AND NOT b", And((A, Not(B)), explicit=True), "a AND -b"),
        ("NOT NOT a", A, "a"),
        ("-(-a)", A, "a"),
        ("-(a b)", Not(And((A, B))), "-(a b)"),
        ('-"a b"', Not(Phrase("a b")), '-"a b"'),
        ("a-b", Word("a-b"), "a-b"),
        ("a - b", And((A, B)), "a b"),
        ('"a b"', Phrase("a b"), '"a b"'),
        ("“a b”", Phrase("a b"), '"a b"'),
        ("„a b“", Phrase("a b"), '"a b"'),
        ('"a"', Phrase("a"), '"a"'),
        ('"a, b."', Phrase("a b"), '"a b"'),
        ('"a b"~5', Phrase("a b", 5), '"a b"~5'),
        ('"a b"~0', Phrase("a b"), '"a b"'),
        ('"a b"~20', Phrase("a b", 20), '"a b"~20'),
        ('"a"~5', Phrase("a"), '"a"'),
        ('"a-b"~5', Phrase("a-b", 5), '"a-b"~5'),
        ("abc*", Prefix("abc"), "abc*"),
        ("abc*,", Prefix("abc"), "abc*"),
        ("abc~", Fuzzy("abc"), "abc~"),
        ("abc~1", Fuzzy("abc"), "abc~"),
        ("abc~?", Fuzzy("abc"), "abc~"),
        ("headline:a", Word("a", "headline"), "headline:a"),
        ("HEADLINE:a", Word("a", "headline"), "headline:a"),
        ("body:abc*", Prefix("abc", "body"), "body:abc*"),
        ('dateline:"a b"~2', Phrase("a b", 2, "dateline"), 'dateline:"a b"~2'),
        ("-headline:a", Not(Word("a", "headline")), "-headline:a"),
        ("headline:(a OR b)", Or((Word("a", "headline"), Word("b", "headline"))), "headline:(a OR b)"),
        ("headline:(a body:b)", And((Word("a", "headline"), Word("b", "body"))), "headline:a body:b"),
        ("headline:a b", And((Word("a", "headline"), B)), "headline:a b"),
        ("headline:-a", Not(Word("a", "headline")), "-headline:a"),
        ("headline:NOT a", Not(Word("a", "headline")), "-headline:a"),
        ("headline:-(a OR b)", Not(Or((Word("a", "headline"), Word("b", "headline")))), "-headline:(a OR b)"),
        ("a −b", And((A, Not(B))), "a -b"),
        ("a ‐b", And((A, Not(B))), "a -b"),
        ("a — b", And((A, B)), "a b"),
        ("«a b» 「a b」", And((Phrase("a b"), Phrase("a b"))), '"a b" "a b"'),
        ("（a OR b） headline：c", And((Or((A, B)), Word("c", "headline"))), "(a OR b) headline:c"),
        ("a\u00adb \u200bc\u200b", And((Word("ab"), C)), "ab c"),
        ("10\u202f500,5", Word("10,500.5"), "10,500.5"),
        ("co-\n  op", Word("co-op"), "co-op"),
        ("co\u00ad\nop", Word("co-op"), "co-op"),
        ("\u200b", None, ""),
        ("https://a.example/b", And((Word("https"), Word("a.example"), B)), "https a.example b"),
        ("AT&T W-2 U.S.", And((Word("AT&T"), Word("W-2"), Word("U.S"))), "AT&T W-2 U.S"),
        ("$1,234.50 3.5%", And((Word("1,234.50"), Word("3.5"))), "1,234.50 3.5"),
        ("Pakistan 's army", And((Word("Pakistan"), Word("army"))), "Pakistan army"),
        ("5'10", Word("5'10"), "5'10"),
        ("", None, ""),
        ("   ", None, ""),
        ("!? — …", Nothing(), '""'),
        ("()", Nothing(), '""'),
        ("-", Nothing(), '""'),
        ("*", Nothing(), '""'),
        ("🙂", Nothing(), '""'),
        ("headline:🙂 -*", Nothing(), '""'),
    ],
)
def test_grammar(text: str, clause: Clause | None, interpreted: str) -> None:
    parsed = parse(text)
    assert parsed.clause == clause
    assert parsed.interpreted == interpreted
    assert parse(interpreted).clause == clause


@pytest.mark.parametrize(
    ("text", "clause", "warnings"),
    [
        ('a "b', And((A, B)), [("unbalanced_quote", 2)]),
        ('"a b" "c', And((Phrase("a b"), C)), [("unbalanced_quote", 6)]),
        ("(a b", And((A, B)), [("unbalanced_parenthesis", 0)]),
        ("a (b (c", And((A, B, C)), [("unbalanced_parenthesis", 5), ("unbalanced_parenthesis", 2)]),
        ("a) b", And((A, B)), [("unbalanced_parenthesis", 1)]),
        (")", Nothing(), [("unbalanced_parenthesis", 0), ("no_words", 0)]),
        ("title:a", And((Word("title"), A)), [("unknown_field", 0)]),
        ("b hedline:a", And((B, Word("hedline"), A)), [("unknown_field", 2)]),
        ("AND a", And((Word("and"), A)), [("dangling_operator", 0)]),
        ("a OR", And((A, Word("or"))), [("dangling_operator", 2)]),
        ("a AND", And((A, Word("and"))), [("dangling_operator", 2)]),
        ("a NOT", And((A, Word("not"))), [("dangling_operator", 2)]),
        ("a OR OR b", Or((A, B)), [("doubled_operator", 5)]),
        ("a AND OR AND b", And((A, B), explicit=True), [("doubled_operator", 6), ("doubled_operator", 9)]),
        ("a OR - b", Or((A, B)), [("misplaced_minus", 5)]),
        (" 🙂", Nothing(), [("sign_left_out", 1), ("no_words", 1)]),
        ("*", Nothing(), [("misplaced_wildcard", 0), ("no_words", 0)]),
        ("…", Nothing(), [("no_words", 0)]),
        ("a ()", A, [("empty_group", 2)]),
        ("a NOT NOT b", And((A, B)), [("double_negation", 2)]),
        ("P!nk", And((Word("P"), Word("nk"))), [("sign_left_out", 1)]),
        ("headline:'a b'", And((Word("a", "headline"), B)), [("single_quotes", 9)]),
        ("a –b", And((A, Not(B))), [("dash_as_minus", 2)]),
        ("a —(b)", And((A, Not(B))), [("dash_as_minus", 2)]),
        ("a - b", And((A, B)), [("misplaced_minus", 2)]),
        ("a,-b", And((A, B)), [("misplaced_minus", 2)]),
        ("--a", Not(A), [("misplaced_minus", 1)]),
        ('"a b"-c', And((Phrase("a b"), C)), [("misplaced_minus", 5)]),
        ("headline: a", Word("a", "headline"), [("spaced_field", 0)]),
        ("b headline :a", And((B, Word("a", "headline"))), [("spaced_field", 2)]),
        ("headline:", Word("headline"), [("dangling_field", 0)]),
        ("headline::a", And((Word("headline"), A)), [("dangling_field", 0)]),
        ("headline:body:a", And((Word("headline"), Word("a", "body"))), [("dangling_field", 0)]),
        ("date_from:2001", And((Word("date_from"), Word("2001"))), [("unknown_field", 0)]),
        ("a b?c", And((A, B, C)), [("misplaced_wildcard", 3)]),
        ("a ?b", And((A, B)), [("misplaced_wildcard", 2)]),
        ("a~b", And((A, B)), [("misplaced_wildcard", 1)]),
        ("abc**", Word("abc"), [("misplaced_wildcard", 3)]),
        ("abc~*", Word("abc"), [("misplaced_wildcard", 3)]),
        ("abc~0.8", And((Word("abc"), Word("0.8"))), [("misplaced_wildcard", 3)]),
        ("abc~2", Fuzzy("abc"), [("distance_ignored", 0)]),
        ('"a b*"', Phrase("a b"), [("wildcard_in_phrase", 4)]),
        ('"a b~"', Phrase("a b"), [("wildcard_in_phrase", 4)]),
        ('"a?b"', Phrase("a b"), [("wildcard_in_phrase", 2)]),
        ('"a b"*', Phrase("a b"), [("misplaced_wildcard", 5)]),
        ('"a b" ~5', Phrase("a b"), [("misplaced_wildcard", 6)]),
        ('"a"~5', Phrase("a"), [("distance_ignored", 0)]),
        ("C#", Word("C"), [("sign_left_out", 1)]),
        ("C++ b", And((Word("C"), B)), [("sign_left_out", 1)]),
        (".NET", Word("NET"), [("sign_left_out", 0)]),
        ('"a C#"', Phrase("a C"), [("sign_left_out", 4)]),
        ("a🎉 %b%", And((A, B)), [("sign_left_out", 1), ("sign_left_out", 3)]),
        ("a^2", And((A, Word("2"))), [("sign_left_out", 1)]),
        ("a || b", And((A, B)), [("foreign_operator", 2)]),
        ("a && !b", And((A, B)), [("foreign_operator", 2), ("foreign_operator", 5)]),
        ("+a", A, [("foreign_operator", 0)]),
        ("a NEAR/5 b", And((A, Word("near"), Word("5"), B)), [("foreign_operator", 2)]),
        ("2001..2005", And((Word("2001"), Word("2005"))), [("foreign_operator", 4)]),
        ("[a TO b]", And((A, Word("TO"), B)), [("foreign_operator", 0)]),
        ("b 'a b'", And((B, A, B)), [("single_quotes", 2)]),
        ("c\u00ad\u00ada C#", And((Word("ca"), Word("C"))), [("sign_left_out", 4)]),
        ('a ""', A, [("empty_phrase", 2)]),
        ('a "…"', A, [("empty_phrase", 2)]),
        ('a "b c"~', And((A, Phrase("b c"))), [("distance_missing", 7)]),
        ("b ab*", And((B, Word("ab"))), [("prefix_too_short", 2)]),
        ("*abc", Word("abc"), [("misplaced_wildcard", 0)]),
        ("b a*c", And((B, A, C)), [("misplaced_wildcard", 3)]),
    ],
)
def test_what_is_read_otherwise_is_said_with_its_place(
    text: str, clause: Clause | None, warnings: list[tuple[str, int]]
) -> None:
    parsed = parse(text)
    assert parsed.clause == clause
    assert [(warning.code, warning.position) for warning in parsed.warnings] == warnings
    assert all(warning.message.endswith((".", "?")) or ":" in warning.message for warning in parsed.warnings)


@pytest.mark.parametrize(
    "text",
    [
        "who is Modi?", "what? a b", "$1,234.50, 3.5% or 20 €", "rock 'n' roll", "the ministers' talks",
        "O'Brien’s (b)", "Pakistan 's army, ministers' talks", "10:30, a & b / c", "¿qué? 東京、日本。", "https://a.example/b?c=d&e=~f",
        "20°C № 5", "WAR NEAR PARIS", "a... b… c – d", "re-election: a view", '"who is it?"', "AT&T ﷺ 1½",
    ],
)  # fmt: skip
def test_punctuation_is_no_operator_and_nobody_is_told_so(text: str) -> None:
    assert parse(text).warnings == ()


def test_what_has_no_word_asks_for_nothing_with_other_words_too() -> None:
    assert parse("a 🙂").clause == A
    assert relax(Nothing()) == Nothing()
    assert list(clause_leaves(Nothing())) == list(wanted_words(Nothing())) == []


def test_an_unknown_field_near_a_known_one_is_hinted_at() -> None:
    (warning,) = parse("hedline:a").warnings
    assert "headline:" in warning.message
    (warning,) = parse("entity:a").warnings
    assert "parameters" in warning.message
    (warning,) = parse("zzz:a").warnings
    assert all(field in warning.message for field in ("headline", "body", "dateline"))


@pytest.mark.parametrize("text", ['\x00\x00a "b', 'cafe\u0301 "b', 'a\r\n"b'])
def test_a_position_is_one_in_the_text_that_is_given_back(text: str) -> None:
    parsed = parse(text)
    assert parsed.text[parsed.warnings[0].position] == '"'


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a" * 1001, "query_too_long"),
        ("a " * 65, "too_many_words"),
        ("-a " * 65, "too_many_words"),
        ("abc~ bcd~ cde~", "too_many_fuzzy_words"),
        ('"a b"~21', "distance_too_large"),
        ('"a b"~999999', "distance_too_large"),
        ("(" * 9 + "a" + ")" * 9, "too_deep"),
        ("NOT " * 9 + "a", "too_deep"),
        ("(" * 999, "too_deep"),
        ("-(a OR " * 9 + "b" + ")" * 9, "too_deep"),
    ],
)
def test_limits(text: str, code: str) -> None:
    with pytest.raises(QueryTooComplex) as raised:
        parse(text)
    assert raised.value.code == code
    assert raised.value.parameter == "q"


@pytest.mark.parametrize(
    "text", ["a" * 1000, "a " * 64, "abc~ bcd~", '"a b"~20', "(" * 8 + "a" + ")" * 8, "NOT " * 8 + "a"]
)
def test_what_just_keeps_the_limits_is_read(text: str) -> None:
    assert parse(text).clause is not None


_pieces = st.sampled_from(
    (*'a b Oil AND OR NOT - -- ( ) " “ ” ~ ~2 * abc* abc~ headline: body: title: AND: : and http:// , . ½ ℝ …'.split(),
     *"– — − -- ? ?a a? C# + ++ | || && ! # @ ^2 🙂 $5 % « » （ ） ： ＊ 'a b' NEAR NEAR/3 .. [a TO b]".split(),
     *"d’Est กรุง ´ `".split(),
     "10\u202f500", "1 000", "\u00ad", "\u200b", "a-\nb",
     *"'s ’s O'Brien's AT&T W-2 1,000 U.S. 東京 東京~ a/b _ __ e\u0301 \u0301 AND~ OR* NOT.".split(), "\n", "\x00")
)  # fmt: skip
queries = st.one_of(
    st.text(max_size=80),
    st.tuples(st.lists(_pieces, max_size=14), st.sampled_from(["", " "])).map(lambda made: made[1].join(made[0])),
)


@settings(max_examples=600, deadline=None)
@given(queries)
@example("a AND OR b")
@example("a AND - b")
@example("(a AND) OR b")
@example("- a OR NOT")
@example('headline:"')
def test_any_text_is_read_and_its_canonical_form_reads_the_same(text: str) -> None:
    try:
        parsed = parse(text)
    except QueryTooComplex:
        return
    for warning in parsed.warnings:
        assert 0 <= warning.position < len(text)
    if parsed.clause is None:
        assert parsed.interpreted == ""
        return
    assume(len(parsed.interpreted) <= MAX_CHARACTERS)
    again = parse(parsed.interpreted)
    assert again.clause == parsed.clause
    assert again.interpreted == parsed.interpreted
    assert again.warnings == () or parsed.clause == Nothing()
    assert render(parsed.clause) == parsed.interpreted


def test_the_canonical_form_of_a_long_query_is_within_the_limits_too() -> None:
    parsed = parse("headline:(" + " ".join(["independence"] * 60) + ")")
    assert parse(parsed.interpreted).clause == parsed.clause


@pytest.mark.parametrize("text", ["a" * 2000, "(" * 1000, "-" * 1000, '"' * 1000, "OR " * 300, "a OR " * 100])
def test_hostile_text_ends_quickly_in_a_reading_or_a_refusal(text: str) -> None:
    with contextlib.suppress(QueryTooComplex):
        parse(text)


@pytest.mark.parametrize(
    ("text", "relaxed"),
    [
        ("a", "a"),
        ("a b", "a OR b"),
        ("a b -c", "(a OR b) -c"),
        ("-a -b", "-a -b"),
        ("a AND b", "a AND b"),
        ('"a b"', '"a b"'),
        ('a "b c"', 'a OR "b c"'),
        ("(a AND b) c", "a AND b OR c"),
        ("a (b OR c)", "a OR b OR c"),
        ("a b OR c", "a OR b OR c"),
        ("-(a b)", "-(a b)"),
        ("(a b) AND c", "(a OR b) AND c"),
    ],
)
def test_relax(text: str, relaxed: str) -> None:
    clause = parse(text).clause
    assert clause is not None
    assert relax(clause) == parse(relaxed).clause


@settings(max_examples=300, deadline=None)
@given(queries)
def test_relaxing_twice_changes_nothing_and_loses_no_word(text: str) -> None:
    try:
        clause = parse(text).clause
    except QueryTooComplex:
        return
    if clause is not None:
        once = relax(clause)
        assert relax(once) == once
        assert sorted(map(render, clause_leaves(once))) == sorted(map(render, clause_leaves(clause)))
        assert sorted(map(render, wanted_words(once))) == sorted(map(render, wanted_words(clause)))


def test_wanted_leaves_out_what_is_refused() -> None:
    clause = parse('a -b -(c "d e") headline:f').clause
    assert clause is not None
    assert [render(leaf) for leaf in wanted_words(clause)] == ["a", "headline:f"]
    assert [render(leaf) for leaf in clause_leaves(clause)] == ["a", "b", "c", '"d e"', "headline:f"]


_OPERATORS = ("OR", "AND", "NOT", "NEAR", "XOR")


@given(st.lists(st.sampled_from(("oil", "Price", "or", "x", "A", "near", *_OPERATORS)), min_size=1, max_size=6))
def test_mere_words_are_read_as_they_are_among_other_signs(words: list[str]) -> None:
    text = " ".join(words)
    assert parse(f" {text}  ").clause == parse(text).clause
    if not {*_OPERATORS} & {*words}:
        assert parse(text) == replace(parse(f"({text})"), text=text)
