from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.ingest.draft import Draft, Origin, draft
from app.ingest.formats import Format
from app.ingest.readers import Record
from app.ingest.readers.record import Refused


def made(
    fields: dict[str, Any], *, format: Format = "jsonl", file: str = "news.jsonl", source: str | None = None
) -> Draft:
    return draft(Record(1, fields, 0, ""), format, Origin(file, Path("/anywhere") / file, source))


@pytest.mark.parametrize(
    "fields",
    [{"id": "a\0"}, {"source": "\x1bS"}, {"url": "u\x07"}, {"author": ["A", "B\0"]}, {"author": "A\0"}, {"text": "\0"}],
)
def test_control_characters_in_any_field_are_told(fields: dict[str, Any]) -> None:
    assert made({"title": "T", "id": 7}).cleaned == frozenset()
    assert made({"title": "T", **fields}).cleaned == {"control characters"}


def test_what_is_cleaned_is_told_by_its_kind() -> None:
    found = made({"title": "Oca\xaddo&#39;s", "text": "<p>Rain.</p>", "authors": ["A\x92s"]})
    assert (found.headline, found.body, found.authors) == ("Ocado's", "Rain.", ("A’s",))
    assert found.cleaned == {"control characters", "invisible characters", "markup"}


def test_usual_names_of_fields() -> None:
    for headline in ("title", "headline"):
        for body in ("text", "body", "content"):
            for date in ("date", "published", "published_at"):
                found = made({headline: "H", body: "B", date: "2001", "author": "A", "tags": 1})
                assert (found.headline, found.body, found.date, found.authors) == ("H", "B", "2001", ("A",))


def test_ours_comes_before_theirs_and_what_is_empty_is_not_there() -> None:
    found = made(
        {"title": "Title", "headline": "Headline", "body": "", "text": "Text", "date": None, "published": "2001"}
    )
    assert (found.headline, found.body, found.date) == ("Headline", "Text", "2001")


def test_body_is_as_given_but_for_controls_line_ends_and_normal_form() -> None:
    found = made({"text": "  Cafe\u0301\r\n\tmen\x0bu\x07  \n"})
    assert found.body == "  Café\n\tmen\nu  \n"
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
    assert made({"id": 1, "title": "T"}).key == "file\tanywhere/news.jsonl\t1"
    assert made({"id": 1, "title": "T"}, file="news.jsonl.gz").key == "file\tanywhere/news.jsonl\t1"
    assert made({"id": 1, "title": "T", "source": "Wire"}).key == "id\tWire\t1"
    assert made({"id": 1, "title": "T", "source": {"name": "Wire"}}).key == "id\tWire\t1"
    assert made({"title": "T", "url": "https://a.example/1"}).key == "url\ta.example/1?"
    assert made({"title": "T"}).key == made({"title": "T"}, file="other.jsonl").key
    assert made({"id": "1\t2", "title": "T"}).key == "file\tanywhere/news.jsonl\t1 2"


def test_a_publisher_by_another_name_is_shown_and_leaves_the_key_as_it_was() -> None:
    found = made({"id": 1, "title": "T", "site_name": "Wire"})
    assert (found.source, found.key) == ("Wire", "file\tanywhere/news.jsonl\t1")
    assert made({"id": 1, "title": "T", "site_name": "Wire"}, source="Given").key == "id\tGiven\t1"
    assert made({"guid": "g", "title": "T", "link": "https://a.example/1"}).key == "url\ta.example/1?"
    assert made({"guid": "g", "title": "T"}).key == "file\tanywhere/news.jsonl\tg"


@pytest.mark.parametrize(
    ("fields", "former"),
    [
        ({"id": 1}, ["id\tnews.jsonl\t1"]),
        ({"id": 0}, ["id\tnews.jsonl\t0"]),
        ({"id": 1, "source": "Wire"}, []),
        ({"id": 1, "Source": "Wire"}, ["id\tnews.jsonl\t1"]),
        ({"url": "https://a.example/1"}, ["url\thttps://a.example/1"]),
        ({"url": "https://a.example/1"}, ["url\thttp://www.a.example/1/"]),
        (
            {"url": "HTTP://www.A.example/1/?a=b#c"},
            ["url\thttps://a.example/1?a=b", "url\tHTTP://www.A.example/1/?a=b#c"],
        ),
        ({"url": "https://a.example/1?utm_source=x"}, ["url\thttps://a.example/1?utm_source=x"]),
        ({}, []),
    ],
)
def test_the_keys_of_earlier_versions_are_known(fields: dict[str, Any], former: list[str]) -> None:
    found = made({"title": "T", **fields}).former_keys
    assert set(former) <= set(found)
    assert former or not found


def test_what_earlier_versions_knew_by_its_content_is_known_by_its_link() -> None:
    found = made({"title": "T", "link": "https://a.example/1"})
    assert f"content\t{found.content_sha256}" in found.former_keys


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://a.example/1?utm_source=rss", "https://a.example/1"),
        ("https://a.example/1?UTM_Medium=x&id=7&fbclid=y#part", "https://a.example/1?id=7#part"),
        ("https://a.example/?p=12&amp;utm_campaign=z", "https://a.example/?p=12"),
        ("https://a.example/?gclid=1&msclkid=2&mc_cid=3&_ga=4", "https://a.example/"),
        ("https://a.example/?ga=1&source=x&campaign=y", "https://a.example/?ga=1&source=x&campaign=y"),
        ("https://a.example/?q=a&b=&c", "https://a.example/?q=a&b=&c"),
        ("https://a.example/#utm_source=x", "https://a.example/#utm_source=x"),
    ],
)
def test_an_address_goes_without_what_tells_who_followed_it(url: str, kept: str) -> None:
    assert made({"title": "T", "url": url}).url == kept


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


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"date": "2025-05-05T14:30:00+02:00"}, "2025-05-05T14:30:00+02:00"),
        ({"webPublicationDate": "2025-05-05T14:30:00Z"}, "2025-05-05T14:30:00Z"),
        ({"pubDate": "Mon, 05 May 2025 14:30:00 +0200"}, "2025-05-05T14:30:00+02:00"),
        ({"published": {"$date": 1746455400000}}, "2025-05-05T14:30:00Z"),
        ({"created_at": "2025-05-05 14:30"}, "2025-05-05T14:30"),
        ({"date": "2025-05-05", "time": "14:30"}, "2025-05-05T14:30"),
        ({"date": "2025-05-05", "publishedAt": "2025-05-05T14:30:00Z"}, "2025-05-05T14:30:00Z"),
        ({"date": "2025-05-05", "publish_time": "14:30:00"}, "2025-05-05T14:30:00"),
        ({"date": "2025-05-05", "time": "14:30", "published_at": "2025-05-05T14:31"}, "2025-05-05T14:31"),
        ({"date": "2025-05-05T10:00", "published_at": "2025-05-05T14:31"}, "2025-05-05T10:00"),
        # Another day, and the day on which a program met it.
        ({"date": "2025-05-05", "published_at": "2025-05-06T00:30:00Z"}, None),
        ({"date": "2025-05-05", "created_at": "2025-05-05T23:00:00Z"}, None),
        ({"date": "2025-05", "time": "14:30"}, None),
        ({"date": "2025-05-05", "time": ["?"], "pub_date": 7}, None),
        ({"time": "14:30"}, None),
        ({"date": "2025-05-05"}, None),
    ],
)
def test_the_time_of_day_is_of_the_date_or_of_another_field_with_that_day(
    fields: dict[str, Any], at: str | None
) -> None:
    found = made({"title": "T", **fields})
    assert found.published_at == at
    assert found.date in (None, "2025-05-05", "2025-05")


def test_a_time_belongs_to_the_record_and_not_to_the_content() -> None:
    timed, later, bare = (made({"title": "T", "date": f"2025-05-05{time}"}) for time in ("T14:30", "T15:00", ""))
    assert timed.content_sha256 == later.content_sha256 == bare.content_sha256
    assert len({timed.record_sha256, later.record_sha256, bare.record_sha256}) == 3
    assert timed.untimed_sha256 == bare.record_sha256
    assert bare.sha256_at("2025-05-05T14:30") == timed.record_sha256


@pytest.mark.parametrize("fields", [{}, {"title": " ", "text": "\n\x00"}, {"source": "Wire", "date": "2001"}])
def test_without_headline_and_body_there_is_no_article(fields: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="neither a headline nor a body"):
        made(fields)


@pytest.mark.parametrize(
    "fields", [{"title": 1}, {"title": "T", "authors": [1]}, {"title": "T", "source": {"colour": "red"}}]
)
def test_a_field_of_the_wrong_kind_is_named(fields: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=r"has a field of the wrong kind: (headline|authors|source)"):
        made(fields)
