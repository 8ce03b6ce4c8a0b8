from __future__ import annotations

import html
import itertools
import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from app.search.attributes import Field
from app.search.engine import Document
from app.search.highlight import SNIPPET_LENGTH, Highlighter, mark, mark_all, matches, snippet
from app.search.query import Clause, Fuzzy, Phrase, Prefix, Word, allowed_edits, clause_leaves, parse
from app.text import normalise
from tests.growth import is_bounded
from tests.search import reference
from tests.search.generated import articles
from tests.search.generated import clauses as generated_clauses


def marked(query: str, text: str, field: Field = "body") -> str:
    return mark(text, matches(parse(query).clause, text, field)).replace("<mark>", "[").replace("</mark>", "]")


@pytest.mark.parametrize(
    ("query", "text", "shown"),
    [
        ("talks", "Talks on talking", "[Talks] on [talking]"),
        ('"talks"', "Talks on talking", "[Talks] on talking"),
        ("oil price", "the price of oil", "the [price] of [oil]"),
        ('"oil price"', "oil, price of an oil price rise", "[oil, price] of an [oil price] rise"),
        ('"oil price"', "the price of oil", "the price of oil"),
        ('"oil price"', "Oil\nprices, oil (price), oil price's", "Oil\nprices, [oil (price]), [oil price]&#x27;s"),
        ('"oil price"', "oil-price oil oil price, oil 'price", "[oil-price] oil [oil price], [oil &#x27;price]"),
        ('"oil rise"~2', "oil price may rise, oil fell", "[oil price may rise], oil fell"),
        ('"oil rise"~1', "oil price may rise", "oil price may rise"),
        ('"the end the"', "at the end.\n\nThe start", "at [the end.\n\nThe] start"),
        ("counter-terrorism", "counter-terrorism", "[counter-terrorism]"),
        ("counter-terrorism", "counter; terrorism, counterterrorism", "[counter; terrorism], [counterterrorism]"),
        ("counterterrorism", "a counter-terrorism unit, no counter", "a [counter-terrorism] unit, no counter"),
        ("counter", "a counter-terrorism unit", "a [counter]-terrorism unit"),
        ("att", "for AT&T’s share", "for [AT&amp;T]’s share"),
        ("us", "The U.S. and us", "The [U.S]. and [us]"),
        ("obrien", "O’Brien spoke", "[O’Brien] spoke"),
        ("1234.50", "$1,234.50 paid", "$[1,234.50] paid"),
        ("cafe", "Cafés and a café", "[Cafés] and a [café]"),
        ("東京", "in 東京都", "in [東京]都"),
        ("tal*", "Talks, tales and a stale one", "[Talks], [tales] and a stale one"),
        ("bnak~", "bank of a blank", "[bank] of a blank"),
        ("minsiter~", "the minister", "the [minister]"),
        ("-oil talks", "oil talks", "oil [talks]"),
        ("talks -(oil OR price)", "oil price talks", "oil price [talks]"),
        ("-oil", "oil", "oil"),
        ("headline:oil talks", "oil talks", "oil [talks]"),
        ("body:oil", "oil", "[oil]"),
        ("oil AND (talks OR price)", "price of oil", "[price] of [oil]"),
        ('"oil price" price', "oil price, price", "[oil price], [price]"),
        ("script", "<script>alert('x')</script>", "&lt;[script]&gt;alert(&#x27;x&#x27;)&lt;/[script]&gt;"),
        ("ababab", "a-babab, babab", "[a-babab], babab"),
        ("cooperate", "to co-operate, cooperating", "to [co-operate], [cooperating]"),
        ("1234", "$1,234 of 12345", "$[1,234] of 12345"),
        ("gesamtkonzept", "das Ge\u00adsamt\u200bkonzept.", "das [Ge\u00adsamt\u200bkonzept]."),
        ("ge\u00adsamt\u00adkonzept", "das Gesamtkonzept", "das [Gesamtkonzept]"),
        ("corporation", "the corpora-\ntion gave", "the [corpora-\ntion] gave"),
        ('"the corporation gave"', "when the corpora-\ntion gave", "when [the corpora-\ntion gave]"),
        ('"corporation gave"', "the corpora-\ntion gave", "the [corpora-\ntion gave]"),
        ('"counter terrorism unit"', "a counter-\nterrorism unit", "a [counter-\nterrorism unit]"),
        ("10500", "some 10\u202f500 came", "some [10\u202f500] came"),
        ('"some 10500 came"', "some 10\u202f500 came", "[some 10\u202f500 came]"),
        ("10 500", "some 10\u202f500 came", "some [10]\u202f[500] came"),
        ("10\u202f500", "some 10,500 or 10500 came", "some [10,500] or [10500] came"),
        ("estaing", "Giscard d’Estaing", "Giscard d’[Estaing]"),
        ("d'estaing", "Giscard dʼEstaing", "Giscard [dʼEstaing]"),
        ("2010", "२०१० ２０１０", "[२०१०] [２０１０]"),
        ("NGO", "NGOs and an NGO", "[NGOs] and an [NGO]"),
        ("F-16s", "an F-16 and F16s", "an [F-16] and [F16s]"),
        ("กรุง", "ไปกรุงเทพ", "ไป[กรุง]เทพ"),
        ("トヨタ", "ﾄﾖﾀは", "[ﾄﾖﾀ]は"),
        ("absent", "Talks", "Talks"),
        ("", "Talks", "Talks"),
        ("talks", "", ""),
    ],
)  # fmt: skip
def test_what_is_marked(query: str, text: str, shown: str) -> None:
    assert marked(query, text) == shown


@pytest.mark.parametrize("text", ["India's army", "India’s army"])
def test_a_possessive_is_marked_with_or_without_its_ending(text: str) -> None:
    (start, end), = matches(parse("india").clause, text)  # fmt: skip
    assert text[start:end] in ("India", text.split(maxsplit=1)[0])


def test_a_field_is_marked_in_itself_alone() -> None:
    assert marked("headline:oil talks", "oil talks", "headline") == "[oil] [talks]"
    assert marked("headline:oil talks", "oil talks", "dateline") == "oil [talks]"


@pytest.mark.parametrize("field", ["headline", "dateline", "body"])
@settings(max_examples=60, deadline=None)
@given(clause=generated_clauses)
def test_a_text_is_marked_where_and_only_where_a_wanted_leaf_occurs(field: Field, clause: Clause) -> None:
    for document in articles(25, seed=11):
        text = {"headline": document.headline, "dateline": document.dateline or "", "body": document.body}[field]
        for leaf in clause_leaves(clause):
            said = leaf.field in (None, field) and any(
                reference.occurrences(unit, document, field) for unit in reference.units(leaf)
            )
            assert bool(matches(leaf, text, field)) is said


_texts = st.text("aob <&>\"'\n-’.,東é", max_size=400).map(normalise)
_wordy = st.lists(
    st.sampled_from(["oil", "talks", "a", "counter-terrorism", "<b>", "O’Brien's", "x" * 70]), max_size=120
)
_bodies = st.one_of(_texts, st.tuples(_wordy, st.sampled_from([" ", "\n\n", ". "])).map(lambda m: m[1].join(m[0])))
_clauses: st.SearchStrategy[Clause] = st.one_of(
    st.builds(Word, st.sampled_from(["a", "ob", "oil", "counter-terrorism", "東", "OBrien"])),
    st.builds(Phrase, st.sampled_from(["a a", "oil talks", "a b"]), st.sampled_from([0, 3, 20])),
    st.builds(Prefix, st.sampled_from(["oil", "cou", "xxx"])),
    st.builds(Fuzzy, st.sampled_from(["oli", "ab"])),
)


@settings(max_examples=200, deadline=None)
@given(_clauses, _bodies)
def test_marks_stand_around_spans_and_the_text_is_unchanged(clause: Clause, body: str) -> None:
    spans = matches(clause, body)
    assert all(0 <= start < end <= len(body) for start, end in spans)
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))
    shown = mark(body, spans)
    assert html.unescape(re.sub("</?mark>", "", shown)) == body
    assert [html.unescape(piece) for piece in re.findall("<mark>(.*?)</mark>", shown, re.DOTALL)] == [
        body[start:end] for start, end in spans
    ]


@settings(max_examples=200, deadline=None)
@given(_clauses, _bodies)
def test_a_snippet_is_a_piece_of_the_body_with_its_matches(clause: Clause, body: str) -> None:
    shown = snippet(clause, body)
    assert shown.text == body[shown.start : shown.end]
    assert len(shown.text) <= SNIPPET_LENGTH
    assert shown.text == shown.text.strip()
    whole = matches(clause, body)
    assert all(shown.start <= start < end <= shown.end for start, end in shown.matches)
    # A match that reaches past the snippet is marked as far as it goes.
    assert all(any(a <= start and (end == b or end == shown.end < b) for a, b in whole) for start, end in shown.matches)
    again = mark(shown.text, shown.matches, shift=shown.start)
    assert html.unescape(re.sub("</?mark>", "", again)) == shown.text
    assert again.count("<mark>") == len(shown.matches)
    if body.strip():
        assert shown.text


@settings(max_examples=200, deadline=None)
@example(Word("a"), "東a")
@given(_clauses, _bodies)
def test_looking_only_where_a_form_may_begin_misses_none(clause: Clause, body: str) -> None:
    """A letter that folds into two makes the highlighter read every word; the one here stands after all others."""
    body = normalise(body)
    assert matches(clause, body) == [span for span in matches(clause, f"{body} \u1e9e") if span[1] <= len(body)]


@given(st.lists(st.sampled_from(["oil", "talks", "prices", "a", "harbour", "counter-terrorism"]), max_size=150))
def test_a_snippet_begins_and_ends_at_a_word_and_shows_a_match(words: list[str]) -> None:
    body, clause = " ".join(words), parse("oil").clause
    shown = snippet(clause, body)
    assert shown.text.split() == [] or set(shown.text.split()) <= set(words)
    assert shown.start == 0 or body[shown.start - 1] == " "
    assert shown.end == len(body) or body[shown.end] == " "
    assert bool(shown.matches) is ("oil" in words)


def test_a_snippet_prefers_the_place_with_most_different_hits() -> None:
    body = "oil " * 5 + "filler " * 100 + "oil price talks " + "filler " * 100
    shown = snippet(parse("oil price talks").clause, body)
    assert [body[start:end] for start, end in shown.matches] == ["oil", "price", "talks"]


def test_without_a_match_the_snippet_is_the_beginning() -> None:
    body = "  The first words. " + "more " * 100
    assert snippet(parse("absent").clause, body).start == 2
    assert snippet(None, body).text.startswith("The first words.")
    assert snippet(None, "").text == ""


def test_a_long_passage_is_still_shown() -> None:
    body = "filler " * 60 + "government " + "international " * 18 + "agreement " + "filler " * 60
    assert snippet(parse('"government agreement"~20').clause, body).matches


FURNISHED = ["Advertisement", "The harbour was closed. " * 9, "Read our harbour newsletter", "It opens on Monday. " * 9]


def furnished() -> tuple[str, list[tuple[int, int]]]:
    """A body whose first and third blocks are furniture, with these."""
    body = "\n\n".join(FURNISHED)
    return body, [(body.index(block), body.index(block) + len(block)) for block in FURNISHED[::2]]


@pytest.mark.parametrize("query", [None, "absent", "harbour", "closed", "monday", "newsletter OR closed"])
def test_a_snippet_stays_clear_of_furniture(query: str | None) -> None:
    body, furniture = furnished()
    shown = snippet(parse(query).clause if query else None, body, furniture)
    assert all(shown.end <= start or shown.start >= end for start, end in furniture)
    assert len(shown.text) > 100
    assert bool(shown.matches) == (query not in (None, "absent"))


def test_what_is_found_in_furniture_alone_is_shown_there() -> None:
    shown = snippet(parse('"harbour newsletter"').clause, *furnished())
    assert "Read our harbour newsletter" in shown.text
    assert len(shown.matches) == 1


def test_a_lead_of_a_few_words_before_furniture_is_none() -> None:
    body = "Photos\n\nAnn Berg\n\nPhotos\n\nThe harbour was closed by a storm."
    assert snippet(None, body, [(0, 6), (18, 24)]).text.startswith("The harbour")
    assert snippet(None, "Photos", [(0, 6)]).text == "Photos"


TOLD = "The committee met for hours. " * 12


@pytest.mark.parametrize(
    ("body", "begins"),
    [
        (f"{TOLD}After the talks of the week, Mr. Ito said the oil would flow. {TOLD}", "After the talks"),
        (f"{TOLD}\n\n“We went on,” said Ito of the oil that was left.\n\n{TOLD}", "“We went on,”"),
        (f"{TOLD}{'the long list of names, ' * 20}oil and more.", "of names"),
        (f"Oil was found. {TOLD}", "Oil was found"),
    ],
    ids=["in a paragraph", "of a paragraph", "too long a sentence", "at the head"],
)
def test_a_snippet_begins_at_a_sentence_where_there_is_room(body: str, begins: str) -> None:
    shown = snippet(parse("oil").clause, body)
    assert shown.matches
    assert begins in shown.text[:30]
    assert shown.opens is shown.text.startswith(begins)


def test_a_sentence_gives_way_to_the_hits_behind_it() -> None:
    body = f"{TOLD}It was said {'at length ' * 8}that oil {'and more ' * 10}has a price. {TOLD}"
    shown = snippet(parse("oil price").clause, body)
    assert [body[start:end] for start, end in shown.matches] == ["oil", "price"]


def test_a_snippet_of_one_endless_word() -> None:
    shown = snippet(parse("x").clause, "x" * 5000)
    assert 0 < len(shown.text) <= SNIPPET_LENGTH


def test_marks_of_a_document_like_those_the_search_finds() -> None:
    document = Document("0" * 16, "Oil talks", "Talks on oil", dateline="Oil City")
    clause = parse("headline:oil OR dateline:oil").clause
    assert matches(clause, document.body) == []
    assert matches(clause, document.headline, "headline") == [(0, 3)]
    assert matches(clause, document.dateline or "", "dateline") == [(0, 3)]


@given(st.text("keps", min_size=3, max_size=9), st.lists(st.text("keps", min_size=1, max_size=11), max_size=30))
def test_a_misspelling_is_marked_wherever_it_is_near_enough(word: str, words: list[str]) -> None:
    body = " ".join(words)
    near = [(m.start(), m.end()) for m in re.finditer(r"\S+", body) if OSA.distance(m[0], word) <= allowed_edits(word)]
    assert matches(Fuzzy(word), body) == near


@pytest.mark.parametrize("between", [" ", "-", "--"])
@pytest.mark.parametrize(
    ("query", "number"), [("tide", 50_000), ('"tide tide"', 1), ('"tide harbour"~3', 0), ('"tide sea"', 0)]
)
def test_a_text_of_hits_alone_is_read_once_whatever_stands_between_them(query: str, between: str, number: int) -> None:
    """Read from its beginning for each of them, it would take an hour."""
    text = between.join(["tide"] * 50_000)
    spans = matches(parse(query).clause, text)
    assert len(spans) == number
    assert spans == [] or (spans[0][0], spans[-1][1]) == (0, len(text))


@pytest.mark.parametrize("piece", ["a-\n", "1 000 ", "l'a,", "a\u00ad", "ไ", "1\u00a0000 ", "\u00ad\n"])
@pytest.mark.parametrize("query", ["a", "1000", '"a b c"', '"1000 aaaa b"'])
def test_marking_takes_time_in_proportion_to_the_text(piece: str, query: str) -> None:
    clause = parse(query).clause

    def seconds(count: int) -> float:
        started = time.thread_time()
        matches(clause, piece * count)
        return time.thread_time() - started

    seconds(100)
    assert is_bounded(seconds, 5_000, 20_000, times=20, spare=0.5)


@pytest.mark.parametrize("odd", ["corpora-\ntion", "10 500", "Straße", "1\u00a0000", "26 1987", "soft\u00adly"])
def test_one_odd_word_does_not_have_the_whole_text_read(odd: str) -> None:
    """Every newspaper page has one; to look at each word of a text takes many times as long as to look for some."""
    clause, plain = parse("harbour").clause, "the tide was high over the old town wall " * 5_000

    def seconds(odd_ones: int) -> float:
        text = f"{plain}{odd} {plain}" if odd_ones else plain + plain
        started = time.thread_time()
        for _ in range(5):
            matches(clause, text)
        return time.thread_time() - started

    seconds(0)
    assert is_bounded(seconds, 0, 1, times=10, spare=0.02)


@pytest.mark.parametrize(
    ("query", "body", "shown"),
    [
        ("corporation", "a corpora-\ntion and\n corporation", "a [corpora-\ntion] and\n [corporation]"),
        ("ration", "a corpora-\n tion, ration", "a corpora-\n tion, [ration]"),
        ("500", "10 500 kilos, 500 of them", "10 [500] kilos, [500] of them"),
        ("strasse", "die Straße (strasse)", "die [Straße] ([strasse])"),
        ("softly", "soft\u00adly \u00adsoftly", "[soft\u00adly] \u00ad[softly]"),
        ("s", "Pakistan `s army\n `s s.", "Pakistan `s army\n `s [s]."),
    ],
)  # fmt: skip
def test_a_word_is_marked_whole_whatever_stands_in_it(query: str, body: str, shown: str) -> None:
    assert marked(query, body) == shown


_ODD_BODIES = [
    "",
    "oil-",
    "\x01 oil\x02",
    "price",
    "1 000",
    "U.S. oil\n",
    "-",
    "ｏｉｌ 1\u00a0000",
    "oil price oil-\nprices",
]


@pytest.mark.parametrize(
    "query", ["oil", "oil price", '"oil price"', '"price oil"', "pri*", "oli~", "us", "1000", None]
)
def test_a_page_of_texts_is_marked_as_each_of_them(query: str | None) -> None:
    """No word and no phrase goes on from one text to the next."""
    clause = parse(query).clause if query else None
    for bodies in itertools.permutations(_ODD_BODIES, 3):
        page = Highlighter(clause)
        found = [matches(clause, body) for body in bodies]
        assert page.matches_in(bodies) == found
        assert page.snippets([(body, ()) for body in bodies]) == [snippet(clause, body) for body in bodies]
        marked = [(body, spans, 0) for body, spans in zip(bodies, found, strict=True)]
        assert mark_all(marked) == [mark(*each) for each in marked]


def test_signs_that_stand_for_marks_are_shown_where_a_text_has_them() -> None:
    assert mark("a \x01<b>\x03", [(4, 5)]) == "a \x01&lt;<mark>b</mark>&gt;\x03"
