"""Rights, urgency and subjects: how records say them, and what becomes of an article that gets others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from app.archive import Archive
from app.ingest.codes import LONGEST_SUBJECT, MOST_SUBJECTS, NO_CODES, codes_of
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.report import Report
from app.ingest.withdrawing import change_status
from app.store.tables import Article
from tests.conftest import NewArchive, WriteRecords
from tests.ingest.test_exported import exported_file

FERRY: dict[str, Any] = {"id": 1, "source": "Wire", "headline": "Ferry halted", "body": "Fog lay over the harbour."}
CODES: dict[str, Any] = {
    "rights": ["© Harbour Wire", "Not for <b>sale</b>."],
    "urgency": "3",
    "subjects": [{"scheme": "medtop", "code": "20000337", "name": "transport"}, "Fog &amp; ice"],
}


@pytest.mark.parametrize(
    ("fields", "subjects"),
    [
        ({"tags": "boats, fog"}, ["boats", "fog"]),
        ({"keywords": "boats; fog, and ice"}, ["boats", "fog, and ice"]),
        ({"category": "Arts, Culture"}, ["Arts, Culture"]),
        ({"Section": "News", "Tags": ["News", "boats, fog"]}, ["News", "boats, fog"]),
        ({"keywords": [{"name": "subject", "value": "Ferries"}]}, [{"scheme": "subject", "name": "Ferries"}]),
        ({"tags": [{"id": "tone/news", "webTitle": "News"}]}, [{"code": "tone/news", "name": "News"}]),
        ({"subjects": [{"literal": "Sea", "name": "Sea"}, {"name": "Sea"}]}, ["Sea"]),
        ({"subjects": [{"uri": "http://cv.example/1", "literal": "1"}]}, [{"code": "http://cv.example/1"}]),
        ({"subjects": {"code": 7}}, [{"code": "7"}]),
        ({"fields": {"topics": ["fog"]}, "id": 1}, ["fog"]),
        ({"tags": [1, None, [], {}, {"x": "y"}, " ", "x" * (LONGEST_SUBJECT + 1)], "category": 4, "topics": {}}, None),
        ({"tags": [f"{n}" for n in range(2 * MOST_SUBJECTS)]}, [f"{n}" for n in range(MOST_SUBJECTS)]),
    ],
)  # fmt: skip
def test_subjects_by_whatever_name(fields: dict[str, Any], subjects: list[Any] | None) -> None:
    wanted = [{"name": each} if isinstance(each, str) else each for each in subjects or []]
    assert [*(codes_of(fields).subjects or [])] == wanted


@pytest.mark.parametrize(
    ("said", "urgency"),
    [(1, 1), ("9", 9), (" 4 ", 4), (0, None), (10, None), (True, None), (3.0, None), ("high", None), ("²", None)],
)
def test_an_urgency_is_one_of_nine(said: object, urgency: int | None) -> None:
    assert codes_of({"urgency": said}).urgency == urgency


@pytest.mark.parametrize(
    ("fields", "rights"),
    [
        ({"copyright": "© A", "license": "https://a.example/terms"}, "© A\nhttps://a.example/terms"),
        ({"rights": {"text": "Not\n for &lt;all&gt;"}, "usageTerms": "Not"}, "Not\nfor <all>"),
        ({"rights": True, "copyright": 2025}, None),
    ],
)
def test_rights_are_statements_on_lines(fields: dict[str, Any], rights: str | None) -> None:
    assert codes_of(fields).rights == rights


def taken(archive: Archive, path: Path) -> Report:
    return ingest([path], archive, IngestOptions(workers=1, skip_entities=True))


def row_of(archive: Archive) -> dict[str, Any]:
    with archive.database.reading() as session:
        return session.exec(select(Article).order_by(col(Article.id))).one().model_dump()


def test_codes_go_round_and_their_order_says_nothing(
    new_archive: NewArchive, write_records: WriteRecords, tmp_path: Path
) -> None:
    one, other = new_archive(), new_archive()
    taken(one, write_records("a.jsonl", [FERRY | CODES]))
    row = row_of(one)
    assert (row["rights"], row["urgency"]) == ("© Harbour Wire\nNot for sale.", 3)
    assert row["subjects"] == [CODES["subjects"][0], {"name": "Fog & ice"}]
    path = exported_file(one, tmp_path / "export.jsonl")
    assert json.loads(path.read_text())["subjects"] == row["subjects"]
    taken(other, path)
    kept = ("rights", "urgency", "subjects", "record_sha256", "id", "revision")
    assert [row_of(other)[name] for name in kept] == [row[name] for name in kept]
    assert taken(one, path).unchanged == 1
    turned = FERRY | CODES | {"subjects": CODES["subjects"][::-1]}
    assert taken(one, write_records("a.jsonl", [turned])).unchanged == 1
    assert row_of(one) == row


def test_other_codes_are_a_revision(archive: Archive, write_records: WriteRecords) -> None:
    taken(archive, write_records("a.jsonl", [FERRY | CODES]))
    for other in ({"urgency": 1}, {"rights": "Free"}, {"subjects": ["fog"]}):
        assert taken(archive, write_records("a.jsonl", [FERRY | CODES | other])).revised == 1
    assert taken(archive, write_records("a.jsonl", [FERRY])).revised == 1
    assert row_of(archive)["subjects"] is None


@pytest.mark.parametrize("date", ["2025-05-05", "2025-05-05T10:00Z"])
@pytest.mark.parametrize("before", ["2025-05-05", "2025-05-05T10:00Z"])
def test_an_article_of_before_codes_were_kept_takes_them_over(
    archive: Archive, write_records: WriteRecords, before: str, date: str
) -> None:
    """It is unchanged for who reads it, and a copy that follows is told."""
    taken(archive, write_records("a.jsonl", [FERRY | {"date": before}]))
    former = row_of(archive)
    path = write_records("a.jsonl", [FERRY | CODES | {"date": date}])
    assert taken(archive, path).unchanged == 1
    row = row_of(archive)
    assert (row["revision"], row["urgency"], row["published_at"]) == (
        1,
        3,
        max(before, date) if "T" in before + date else None,
    )
    assert row["sequence"] > former["sequence"]
    for _ in range(2):
        assert taken(archive, path).unchanged == 1
        assert row_of(archive) == row


def test_nothing_of_them_is_left_of_an_erased_article(archive: Archive, write_records: WriteRecords) -> None:
    taken(archive, write_records("a.jsonl", [FERRY | CODES]))
    change_status(archive, "erase", [row_of(archive)["id"]], "asked for", "Ada")
    assert not {name for name in NO_CODES._fields if row_of(archive)[name] is not None}
