"""Fields by other names, columns of dates that are either way round, and files in which no text was found."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from app.errors import InputUnreadable
from app.ingest.dates import parse_published
from app.ingest.draft import Draft
from app.ingest.fields import NAMES
from app.ingest.mapping import FieldMap, load_profile, parse_map, save_profile
from app.ingest.readers.record import Refused
from app.ingest.reading import Reading
from app.ingest.report import Tally
from app.ingest.shapes import known_shapes
from app.ingest.walk import walk
from app.store.rejections import Refusal

LONG = "The ferry did not sail on Monday, and three hundred people spent the night in the old town hall. " * 4


def taken(path: Path, content: str, given: FieldMap | None = None) -> tuple[list[Draft], list[str], Tally]:
    path.write_text(content, encoding="utf-8")
    tally = Tally()
    reading = Reading([*walk([path])], source=None, format=None, tally=tally, map=given or FieldMap())
    incoming = list(reading)
    drafts = [each for each in incoming if isinstance(each, Draft)]
    return drafts, [each.reason for each in incoming if isinstance(each, Refusal)], tally


def rows(header: str, *cells: str) -> str:
    return "\n".join([header, *cells])


@pytest.mark.parametrize(
    ("record", "paths", "fields"),
    [
        ({"Article": "B", "x": 1}, {"body": "Article"}, {"body": "B", "x": 1}),
        ({"article": "B"}, {"body": "Article"}, {"body": "B"}),
        ({"a": {"b": "B"}}, {"body": "a.b"}, {"body": "B", "a": {"b": "B"}}),
        ({"a": [{"b": "B"}]}, {"body": "a.0.b"}, {"body": "B", "a": [{"b": "B"}]}),
        ({"a.b": "A", "a": {"b": "B"}}, {"body": "a.b"}, {"body": "A", "a": {"b": "B"}}),
        ({"teaser": "A", "text": "T"}, {"body": "teaser"}, {"body": "A"}),
        (
            {"_source": {"title": "T", "x": "B"}, "body": "no"},
            {"body": "_source.x"},
            {"body": "B", "title": "T", "x": "B"},
        ),
        ({"Article": " ", "text": "T"}, {"body": "Article"}, {"Article": " ", "text": "T"}),
        ({"a": "B"}, {"body": "a.b.c.9"}, {"a": "B"}),
        ({"headline": "H"}, {"body": "headline", "headline": "headline"}, {"body": "H", "headline": "H"}),
    ],
)
def test_a_field_is_taken_by_its_path(record: dict[str, Any], paths: dict[str, str], fields: dict[str, Any]) -> None:
    assert FieldMap({ours: [theirs] for ours, theirs in paths.items()}).apply(record) == fields


def test_a_map_says_which_column_is_what(tmp_path: Path) -> None:
    content = rows("Nr;Artikel;Tag", "1;The ferry sails.;2025-05-05", "2;Snow fell.;2025-05-06")
    drafts, refused, tally = taken(
        tmp_path / "a.csv", content, FieldMap(parse_map(["body=Artikel", "date=Tag", "id=Nr"]))
    )
    assert [(draft.external_id, draft.body, draft.date) for draft in drafts] == [
        ("1", "The ferry sails.", "2025-05-05"),
        ("2", "Snow fell.", "2025-05-06"),
    ]
    assert refused == []
    assert tally.ignored == set()


@pytest.mark.parametrize("given", ["body", "body=", "=Article", "text=Article", "time=x"])
def test_a_map_that_cannot_be_is_told(given: str) -> None:
    with pytest.raises(
        InputUnreadable, match="is not one of our fields = one of yours; ours are id, headline, body, date"
    ):
        parse_map([given])


def test_a_profile_is_kept(tmp_path: Path) -> None:
    made = FieldMap({"body": ["Article"], "date": ["a.b", "c"]}, "day")
    save_profile(tmp_path / "profiles", "le-monde", made)
    assert load_profile(tmp_path / "profiles", "le-monde") == made
    with pytest.raises(InputUnreadable, match=r"no profile 'other' \(le-monde\)"):
        load_profile(tmp_path / "profiles", "other")


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "a" * 61, "ä"])
def test_a_name_of_a_profile_never_becomes_a_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputUnreadable, match="cannot be the name of a profile"):
        save_profile(tmp_path, name, FieldMap({"body": ["x"]}))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content", ["", "[]", '{"map": []}', '{"map": {"no": "x"}}', '{"map": {}, "date_order": "year"}']
)
def test_a_damaged_profile_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(InputUnreadable):
        load_profile(tmp_path, "a")


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (["5/6/2025", "13/6/2025"], ["2025-06-05", "2025-06-13"]),
        (["5/6/2025", "6/13/2025"], ["2025-05-06", "2025-06-13"]),
        (["5-6-2025 10:00", "13-06-2025"], ["2025-06-05", "2025-06-13"]),
        (["5/6/2025", "7/8/2025"], [None, None]),
        (["5/6/2025", "13/6/2025", "6/13/2025"], [None, "2025-06-13", "2025-06-13"]),
        (["5/5/2025", "2025-06-13", "5/6/2025"], ["2025-05-05", "2025-06-13", None]),
    ],
)
@pytest.mark.parametrize("ending", ["csv", "jsonl", "json"])
def test_a_whole_column_decides_by_its_own_values(
    tmp_path: Path, ending: str, dates: list[str], expected: list[str | None]
) -> None:
    records = [{"id": number, "text": "Snow.", "date": date} for number, date in enumerate(dates)]
    content = {
        "csv": rows("id,text,date", *(f"{each['id']},Snow.,{each['date']}" for each in records)),
        "jsonl": "\n".join(map(json.dumps, records)),
        "json": json.dumps(records),
    }[ending]
    drafts, refused, _ = taken(tmp_path / f"a.{ending}", content)
    assert [draft.date for draft in drafts] == [date for date in expected if date]
    assert len(refused) == expected.count(None)
    for reason in refused:
        assert "2025-05-06 or 2025-06-05" in reason or "2025-07-08 or 2025-08-07" in reason
        assert "--date-order day or month" in reason


def test_columns_decide_for_themselves(tmp_path: Path) -> None:
    """By their names: `date` and `published` of one file may come from two programs."""
    records = [
        {"text": "A", "date": "5/6/2025"},
        {"text": "B", "date": "13/6/2025"},
        {"text": "C", "published": "5/6/2025"},
        {"text": "D", "published": "6/13/2025"},
    ]
    drafts, _, _ = taken(tmp_path / "a.jsonl", "\n".join(map(json.dumps, records)))
    assert [draft.date for draft in drafts] == ["2025-06-05", "2025-06-13", "2025-05-06", "2025-06-13"]


def test_what_decides_may_stand_far_below(tmp_path: Path) -> None:
    cells = [f"{number},Snow.,5/6/2025" for number in range(5_000)]
    drafts, refused, _ = taken(tmp_path / "a.csv", rows("id,text,date", *cells, "n,Snow.,31/12/2024"))
    assert {draft.date for draft in drafts} == {"2025-06-05", "2024-12-31"}
    assert refused == []


@pytest.mark.parametrize(("order", "date"), [("day", "2025-06-05"), ("month", "2025-05-06")])
def test_an_order_that_is_given_decides(tmp_path: Path, order: Any, date: str) -> None:
    content = rows("id,text,date", "1,Snow.,5/6/2025", "2,Snow.,13/6/2025", "3,Snow.,6/13/2025")
    drafts, _, _ = taken(tmp_path / "a.csv", content, FieldMap(date_order=order))
    assert [draft.date for draft in drafts] == [date, "2025-06-13", "2025-06-13"]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("1599-12-31", "before 1600"),
        ("0025-05-05", "before 1600"),
        ("1066", "before 1600"),
        ("9999-12-31", "more than a year ahead"),
        ("2525", "more than a year ahead"),
        ("5 May 2125", "more than a year ahead"),
    ],
)
def test_dates_that_no_newspaper_has_are_refused(given: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        parse_published(given)


def test_dates_at_the_bounds_are_taken() -> None:
    assert parse_published("1600-01-01").date == "1600-01-01"
    assert parse_published("1600").date == "1600"


def test_a_file_without_any_text_is_one_rejection_that_says_what_to_do(tmp_path: Path) -> None:
    content = rows(
        "id,title,artikel", *(f"{number},Title {number},{LONG}{number}".replace(", and", " and") for number in range(3))
    )
    drafts, refused, _ = taken(tmp_path / "a.csv", content)
    assert drafts == []
    assert refused == ["has 3 records and none with a text; 'artikel' may be it: --map body=artikel"]
    drafts, refused, _ = taken(tmp_path / "a.csv", content, FieldMap({"body": ["artikel"]}))
    assert (len(drafts), refused) == (3, [])


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_columns_of_which_none_is_known_are_one_rejection_that_names_them(tmp_path: Path, name: str) -> None:
    stories = [{"nr": str(n), "titel": f"Snow {n}", "artikel": f"It fell {n} times."} for n in range(3)]
    lines = [",".join(stories[0]), *(",".join(each.values()) for each in stories)]
    content = rows(*lines) if name == "a.csv" else "\n".join(map(json.dumps, stories))
    _, refused, _ = taken(tmp_path / name, content)
    told = "has 3 records and none with a headline or a text; of 'nr', 'titel', 'artikel' say which these are"
    assert refused == [f"{told}: --map headline=NAME --map body=NAME"]
    paths = {"headline": ["titel"], "body": ["artikel"]}
    assert len(taken(tmp_path / name, content, FieldMap(paths))[0]) == 3


@pytest.mark.parametrize(
    ("name", "content"), [("a.csv", "title,text\n"), ("a.json", "[]"), ("a.json", '{"articles": []}')]
)
def test_a_file_without_a_record_says_so(tmp_path: Path, name: str, content: str) -> None:
    _, refused, tally = taken(tmp_path / name, content)
    assert (refused, tally.notes) == ([], [f"{name} holds no records."])


def test_a_thousand_headlines_are_no_articles_unless_it_is_said(tmp_path: Path) -> None:
    content = rows("publish_date,headline_text", *(f"2025-05-05,Snow falls {number} times" for number in range(1_000)))
    drafts, refused, _ = taken(tmp_path / "a.csv", content)
    assert drafts == []
    assert refused == ["has 1,000 records and none with a text; say which it is: --map body=NAME"]
    drafts, refused, _ = taken(tmp_path / "a.csv", content, FieldMap({"body": ["headline_text"]}))
    assert (len(drafts), refused) == (1_000, [])


def test_a_few_headlines_and_a_file_with_one_text_are_taken(tmp_path: Path) -> None:
    assert len(taken(tmp_path / "a.jsonl", '{"title": "A"}\n{"title": "B"}')[0]) == 2
    headlines = [json.dumps({"title": f"T{number}"}) for number in range(100)]
    assert len(taken(tmp_path / "b.jsonl", "\n".join([*headlines, '{"title": "T", "text": "B"}']))[0]) == 101


def test_columns_that_look_like_a_text_or_a_date_are_named(tmp_path: Path) -> None:
    records = [{"title": "T", "summary": "Short.", "artikel": LONG, "tag": "2025-05-05", "nr": "20250505"}] * 3
    drafts, refused, tally = taken(tmp_path / "a.jsonl", "\n".join(map(json.dumps, records)))
    assert (len(drafts), refused) == (3, [])
    assert tally.notes == [
        "a.jsonl has a column that looks like the text and was not taken: 'artikel'; --map body=artikel takes it.",
        "a.jsonl has a column that looks like the date and was not taken: 'tag'; --map date=tag takes it.",
    ]
    assert taken(tmp_path / "b.jsonl", json.dumps({"text": LONG, "date": "2025", "note": "May 5, 2025"}))[2].notes == []


def test_services_that_give_no_texts_give_headlines(tmp_path: Path) -> None:
    """All others must have a text somewhere: see above."""
    story = {
        "media_name": "Wire",
        "media_url": "wire.example",
        "publish_date": "2025-05-05",
        "url": "https://w.example/",
    }
    stories = [{**story, "title": f"T{n}", "url": f"https://w.example/{n}", "language": "en"} for n in range(30)]
    assert len(taken(tmp_path / "a.json", json.dumps({"stories": stories}))[0]) == 30
    article = {"seendate": "20250505T101500Z", "domain": "w.example", "language": "German", "sourcecountry": "Austria"}
    articles = [{**article, "title": f"T{n}", "url": f"https://w.example/{n}"} for n in range(30)]
    drafts, refused, _ = taken(tmp_path / "b.json", json.dumps({"articles": articles}))
    assert ({draft.language for draft in drafts}, len(drafts), refused) == ({"de"}, 30, [])


def test_a_map_that_is_given_goes_before_what_is_known_of_a_service(tmp_path: Path) -> None:
    article = {
        "seendate": "20250505T101500Z",
        "domain": "w.example",
        "title": "T",
        "url": "https://w.example/1",
        "x": "B",
    }
    drafts, _, _ = taken(tmp_path / "b.json", json.dumps([article]), FieldMap({"body": ["x"]}))
    assert [draft.body for draft in drafts] == ["B"]


def test_each_shape_of_a_service_is_valid() -> None:
    shapes = known_shapes()
    assert [shape.name for shape in shapes] == ["event_registry", "gdelt", "media_cloud", "new_york_times"]
    assert all(shape.map.paths.keys() <= NAMES.keys() and len(shape.signs) > 3 for shape in shapes)


def test_a_damaged_file_is_a_rejection_by_whoever_reads_it(tmp_path: Path) -> None:
    whole = gzip.compress(rows("id,text,date", *(f"{n},Snow {n * n}.,5/6/2025" for n in range(1_000))).encode())
    for number, raw in enumerate((whole[:-2000], whole[:20], b"\x1f\x8b\x08junk" * 100)):
        (tmp_path / f"{number}.csv.gz").write_bytes(raw)
    reading = Reading([*walk([tmp_path])], source=None, format=None, tally=Tally())
    refused = [each.reason for each in reading if isinstance(each, Refusal)]
    assert sum("damaged gzip data" in reason for reason in refused) == 3
