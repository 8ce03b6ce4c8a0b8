from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ingest.draft import Draft, Origin, Refused, draft, parse_date, unknown_fields
from app.ingest.readers import Format, Record


def made(
    fields: dict[str, Any], *, format: Format = "jsonl", file: str = "news.jsonl", source: str | None = None
) -> Draft:
    return draft(Record(1, fields, 0, ""), format, Origin(file, Path("/anywhere") / file, source))


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("2025", "2025"),
        (2025, "2025"),
        ("2025-05", "2025-05"),
        ("2025-05-05", "2025-05-05"),
        ("2025/5/5", "2025-05-05"),
        ("1987-02-26T15:01:01.79", "1987-02-26"),
        ("2025-05-05T23:30:00-11:00", "2025-05-05"),
        ("2025-05-05T00:30Z", "2025-05-05"),
        ("2025-05-05 23:59:59", "2025-05-05"),
        ("Mon, 05 May 2025 23:30:00 -1100", "2025-05-05"),
        ("Mon, 5 May 2025 9:30:00 +0000 (UTC)", "2025-05-05"),
        ("2025-05-05T10:00:00.123456789+05:30", "2025-05-05"),
        ("2025-05-05T10:00:00+01:00[Europe/London]", "2025-05-05"),
        ("2025-05-05 10:00:00 +0000", "2025-05-05"),
        ("2025-05-05 10:00:00.5 UTC", "2025-05-05"),
        ("2025-05-05 9:05 PM EST", "2025-05-05"),
        ("2025-05-05T100000Z", "2025-05-05"),
        ("2016-12-31T23:59:60Z", "2016-12-31"),
        ("2025-05-05T24:00", "2025-05-05"),
        ("5 May 2025", "2025-05-05"),
        ("  ", None),
        (None, None),
    ],
)
def test_dates_are_civil_and_keep_their_precision(written: str | int | None, date: str | None) -> None:
    assert parse_date(written) == date


@pytest.mark.parametrize(
    "written",
    [
        "2025-02-30", "2025-13", "0000", "0000-01-01", "yesterday", "05/06/2025", 541350061, "2025-05-05x", "20250",
        "2024-05-05T99:99:99+99:99", "2024-05-05 25:00", "2024-05-05 10:60", "2024-05-05T10:00:61",
        "2024-05-05T10:00+99:00", "2024-05-05 10:00 and more nonsense", "5 May 2024 10:00 or so", "5 May 2024 99:00",
    ],
)  # fmt: skip
def test_a_date_that_cannot_be_is_refused_with_the_text_seen(written: str | int) -> None:
    with pytest.raises(Refused, match=re.escape(str(written))):
        parse_date(written)


@given(st.text())
def test_any_text_is_a_date_or_refused(text: str) -> None:
    try:
        date = parse_date(text)
    except Refused:
        return
    assert date is None or len(date) in (4, 7, 10)


@pytest.mark.parametrize(
    "fields",
    [{"id": "a\0"}, {"source": "\x1bS"}, {"url": "u\x07"}, {"author": ["A", "B\0"]}, {"author": "A\0"}, {"text": "\0"}],
)
def test_control_characters_in_any_field_are_told(fields: dict[str, Any]) -> None:
    assert made({"title": "T", "id": 7}).cleaned is False
    assert made({"title": "T", **fields}).cleaned is True


def test_usual_names_of_fields() -> None:
    for headline in ("title", "headline"):
        for body in ("text", "body", "content"):
            for date in ("date", "published", "published_at"):
                found = made({headline: "H", body: "B", date: "2001", "author": "A", "tags": 1})
                assert (found.headline, found.body, found.date, found.authors) == ("H", "B", "2001", ("A",))
    assert unknown_fields(Record(1, {"title": "", "tags": 1, "page": 2}, 0, "")) == {"tags", "page"}


def test_ours_comes_before_theirs_and_what_is_empty_is_not_there() -> None:
    found = made(
        {"title": "Title", "headline": "Headline", "body": "", "text": "Text", "date": None, "published": "2001"}
    )
    assert (found.headline, found.body, found.date) == ("Headline", "Text", "2001")


def test_body_is_as_given_but_for_controls_line_ends_and_normal_form() -> None:
    found = made({"text": "  Cafe\u0301\r\n\tmen\x00u\x07  \n"})
    assert found.body == "  Café\n\tmenu  \n"
    assert found.cleaned
    assert not made({"text": "Line\r\nends\x85are no noise"}).cleaned


def test_a_given_dateline_loses_its_dash() -> None:
    assert made({"title": "T", "dateline": "CLEVELAND, Feb 26 -"}).dateline == "CLEVELAND, Feb 26"
    assert made({"title": "T", "dateline": " - "}).dateline is None


def test_language_and_source_have_defaults() -> None:
    assert made({"title": "T"}, source="Wire").source == "Wire"
    assert made({"title": "T", "source": "Own"}, source="Wire").source == "Own"
    assert (made({"title": "T"}).language, made({"title": "T", "language": "DE"}).language) == ("en", "de")


def test_the_key_is_the_record_s_own_id_under_its_source_or_file() -> None:
    assert made({"id": 1, "title": "T"}).key == "id\tnews.jsonl\t1"
    assert made({"id": 1, "title": "T"}, file="news.jsonl.gz").key == "id\tnews.jsonl\t1"
    assert made({"id": 1, "title": "T", "source": "Wire"}).key == "id\tWire\t1"
    assert made({"title": "T", "url": "https://a.example/1"}).key == "url\thttps://a.example/1"
    assert made({"title": "T"}).key == made({"title": "T"}, file="other.jsonl").key
    assert made({"id": "1\t2", "title": "T"}).key == "id\tnews.jsonl\t1 2"


@pytest.mark.parametrize(
    ("file", "id"),
    [
        ("000_4733ca42cb406978.txt", "4733ca42cb406978"),
        ("4733ca42cb406978.txt.gz", "4733ca42cb406978"),
        ("000_4733CA42CB406978.txt", None),
        ("x4733ca42cb406978.txt", None),
        ("4733ca42cb40697.txt", None),
    ],
)
def test_a_text_file_keeps_the_id_in_its_name(file: str, id: str | None) -> None:
    found = made({"body": "B"}, format="text", file=file)
    assert (found.id == id) == (id is not None)
    assert len(found.id) == 16
    assert made({"body": "B"}, file=file).id != id


def test_hashes_tell_content_from_record() -> None:
    one = made({"id": 1, "title": "T", "text": "B", "date": "2001-02-03", "author": "A"})
    same_words = made({"id": 2, "title": "T", "text": "B", "date": "2001-02-03", "author": "Z"})
    next_day = made({"id": 1, "title": "T", "text": "B", "date": "2001-02-04", "author": "A"})
    assert one.content_sha256 == same_words.content_sha256 != next_day.content_sha256
    assert len({one.record_sha256, same_words.record_sha256, next_day.record_sha256}) == 3
    moved = made({"id": 1, "title": "TB", "text": "", "date": "2001-02-03", "author": "A"})
    assert moved.content_sha256 != one.content_sha256


@pytest.mark.parametrize("fields", [{}, {"title": " ", "text": "\n\x00"}, {"source": "Wire", "date": "2001"}])
def test_without_headline_and_body_there_is_no_article(fields: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="neither a headline nor a body"):
        made(fields)


@pytest.mark.parametrize(
    "fields", [{"title": 1}, {"title": "T", "authors": [1]}, {"title": "T", "source": {"name": "W"}}]
)
def test_a_field_of_the_wrong_kind_is_named(fields: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=r"has a field of the wrong kind: (headline|authors|source)"):
        made(fields)
