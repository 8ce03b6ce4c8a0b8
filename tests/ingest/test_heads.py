"""The head of a text, and front matter: what becomes a field, and what stays text."""

from __future__ import annotations

from pathlib import Path
from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.enrich.layout import split_date_header
from app.ingest.readers import Record, Unusable
from app.ingest.readers.heads import split_head
from tests.ingest.test_readers import records, written

BODY = "The ferry did not sail."


@pytest.mark.parametrize(
    ("head", "fields"),
    [
        ("Title: Ferry halted\n\n", {"Title": "Ferry halted"}),
        ("Headline: Ferry halted\n", {"Headline": "Ferry halted"}),
        ("TITLE: Ferry\r\nDATE: 5/13/2025\r\n\r\n", {"TITLE": "Ferry", "DATE": "5/13/2025"}),
        ("By: Jane Doe\nSource: Harbour Wire\n", {"authors": "Jane Doe", "Source": "Harbour Wire"}),
        ("By: Jane Doe\nAuthor: John Roe\n\n", {"authors": "Jane Doe; John Roe"}),
        ("Title: Ferry\n  halted\n\tby fog\nDate: 2025\n\n", {"Title": "Ferry halted by fog", "Date": "2025"}),
        ("Title: Ferry\nPage: 7\nDate: 2025\n\n", {"Title": "Ferry", "Page": "7", "Date": "2025"}),
        ("Title: Ferry\nDate: 2025\nText:\n", {"Title": "Ferry", "Date": "2025"}),
        ("Title: Ferry\nDate: 2025\nText: ", {"Title": "Ferry", "Date": "2025"}),
        ("\n\nPublication Date: May 5, 2025\n\n", {"Publication Date": "May 5, 2025"}),
        ("May 5, 2025\n", {"date": "May 5, 2025"}),
        ("Published 5 May 2025\n\n", {"date": "5 May 2025"}),
        ("First published on Monday, 5th of May 2025 at 10:30\n", {"date": "Monday, 5th of May 2025 at 10:30"}),
        ("2025-05-05T10:00:00Z\n", {"date": "2025-05-05T10:00:00Z"}),
        ("5.5.2025\n", {"date": "5.5.2025"}),
    ],
)
def test_heads_become_fields_and_never_body(head: str, fields: dict[str, str]) -> None:
    found = split_head(head + BODY)
    assert found.fields == fields
    assert found.body.strip() == BODY


OWN = " date 2025-05-0{0} Oslo: It did not sail {0}."
NAMED = "Title: Ferry {0}\nDate: 2025-05-0{0}\n\nIt did not sail {0}."


@pytest.mark.parametrize("text", [OWN, NAMED])
@pytest.mark.parametrize("between", ["\n\n", "\r\n\r\n", "\n-----\n", "\n\n=====\n\n", ""])
def test_each_of_several_texts_in_a_file_is_one(tmp_path: Path, text: str, between: str) -> None:
    if text == NAMED and not between:
        pytest.skip("a name of a field is one at the beginning of a line alone")
    joined = between.join(text.format(n) for n in (1, 2, 3))
    found = records(written(tmp_path / "a.txt", joined))
    alone = [records(written(tmp_path / "b.txt", text.format(n)))[0] for n in (1, 2, 3)]
    assert [each.fields for each in found if isinstance(each, Record)] == [
        each.fields for each in alone if isinstance(each, Record)
    ]
    assert [each.number for each in found] == [1, 2, 3]
    last = found[-1]
    assert joined.encode()[last.offset :].decode() == text.format(3).lstrip()


@pytest.mark.parametrize(
    "text",
    [
        " date 2025-05-05 Oslo: They said the\ndate 2025-05-06 was wrong. So was the date 2025-05-07 that they gave.",
        "Title: Ferry\nDate: 2025-05-05\n\nTitle: it has none.\nDate: nor that.",
        "Title: Ferry\nDate: 2025-05-05\n\nQ: Why?\n\nA: Fog.\n\nTitle: it has none.",
    ],
)
def test_a_text_that_speaks_of_dates_and_titles_is_one(tmp_path: Path, text: str) -> None:
    assert len(records(written(tmp_path / "a.txt", text))) == 1


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("FERRY HALTED\nMay 5, 2025\nHARBOUR TOWN - It did.", "FERRY HALTED\n\nHARBOUR TOWN - It did."),
        ("Ferry halted\n\nMay 5, 2025\n\nIt did.", "Ferry halted\n\nIt did."),
        ("Ferry halted\nBy Jane Doe\nMay 5, 2025\nIt did.", "Ferry halted\n\nIt did."),
    ],
)
def test_a_date_below_the_headline_is_taken_out(text: str, body: str) -> None:
    assert split_head(text).body == body
    assert split_head(text).fields["date"] == "May 5, 2025"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Prose.",
        "Source: that is what they call the spring.\nIt was found.",
        "By: the sea, by the river.\nIt was found.",
        "London: The mayor said so.\n\nMore.",
        "Note: this is a text.\n\nIt goes on.",
        "Summary: this is a text.\n\nIt goes on.",
        "Text: this is a text.\n\nIt goes on.",
        "Date: a fruit of the palm.\n\nIt is sweet.",
        "From: jane@a.example\nSubject: Fog\n\nDear all,",
        "The treaty was signed on\nMay 5, 2025\nin Oslo.",
        "It rained.\nIt snowed.\nMay 5, 2025\nIt rained again.",
        "One.\n\nTwo.\n\nThree.\n\nFour.\n\nMay 5, 2025\n\nSix.",
        "A line that is long " * 10 + "\n\nMay 5, 2025\n\nMore.",
        "May 5\n\nMore.",
        "May 5, 2025",
        "Title - subtitle\n\nMore.",
        "http: //a.example\n\nMore.",
    ],
)
def test_prose_is_left_as_it_is(text: str) -> None:
    assert split_head(text) == ({}, text)


@given(st.text(max_size=200))
def test_no_letter_of_a_text_is_lost(text: str) -> None:
    fields, body = split_head(text)
    assert body == text or fields
    assert all(value in " ".join(text.split()) for value in " ".join(fields.values()).split())


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=100))
def test_the_given_format_is_read_as_ever(tmp_path_factory: pytest.TempPathFactory, rest: str) -> None:
    text = f" date 2025-05-05 {rest}"
    path = tmp_path_factory.getbasetemp() / "given.txt"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    [found] = records(path, "text")
    if isinstance(found, Record):
        assert found.fields == dict(zip(("date", "body"), split_date_header(text), strict=True))


def matter(path: Path, text: str) -> Record | Unusable:
    [found] = records(written(path, text))
    return found


@pytest.mark.parametrize("name", ["a.md", "a.txt", "a"])
@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: T\ndate: 2025-05-05\n---\n",
        '+++\ntitle = "T"\ndate = 2025-05-05\n+++\n',
        "---\r\ntitle: T\r\ndate: 2025-05-05\r\n...\r\n",
        "---\ntitle: !!python/name:os.system T\ndate: 2025-05-05\n---\n",
    ],
)  # fmt: skip
def test_front_matter_is_fields_by_whatever_name(tmp_path: Path, name: str, text: str) -> None:
    found = matter(tmp_path / name, text + BODY)
    assert isinstance(found, Record)
    assert found.fields == {"title": "T", "date": "2025-05-05", "body": BODY}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("---\ntitle: 'T\n---\nBody.", "front matter that is not valid YAML: line "),
        ("---\na: [b\n---\nBody.", "front matter that is not valid YAML: line "),
        ("---\na: " + "[" * 5_000 + "\n---\nBody.", "front matter that is not valid YAML"),
        ("+++\ntitle = T\n+++\nBody.", "front matter that is not valid TOML"),
        ('{\n"a": oops\n}\nBody.', "front matter that is not valid JSON"),
    ],
)
def test_bad_front_matter_is_a_rejection_and_never_text(tmp_path: Path, text: str, reason: str) -> None:
    found = matter(tmp_path / "a.md", text)
    assert isinstance(found, Unusable)
    assert reason in found.reason


def test_front_matter_that_laughs_costs_nothing(tmp_path: Path) -> None:
    lines = [
        "a: &a [x, x, x, x, x, x, x, x]",
        *(f"{b}: &{b} [{f'*{a}, ' * 8}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
    ]
    started = thread_time()
    found = matter(tmp_path / "a.md", "---\ntitle: T\n" + "\n".join(lines) + "\n---\nBody.")
    assert thread_time() - started < 20
    assert isinstance(found, Record)
    assert found.fields["title"] == "T"


def test_a_rule_at_the_head_is_no_front_matter(tmp_path: Path) -> None:
    for text in ("---\nThe ferry did not sail.\n---\nMore.", "---\n\nThe ferry.\n", "***\nThe ferry.\n"):
        found = matter(tmp_path / "a.txt", text)
        assert isinstance(found, Record)
        assert found.fields["body"] == text


def test_an_address_that_is_a_path_is_none(tmp_path: Path) -> None:
    found = matter(tmp_path / "a.md", "---\ntitle: T\npermalink: /about/\nurl: https://a.example/1\n---\nBody.")
    assert isinstance(found, Record)
    assert found.fields == {"title": "T", "url": "https://a.example/1", "body": "Body."}
