"""What an archive exported is the same archive when an empty one takes it in."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from app.archive import Archive, open_archive
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.report import Report
from app.read.export import begin_export
from app.read.params import ExportParams
from app.settings import Settings
from app.store.tables import Article, ArticleEntity
from tests.conftest import RECORDS, NewArchive, WriteRecords

SEEDS = Path(__file__).parents[2] / "seeds"
KEPT = [
    "id", "key", "external_id", "revision", "headline", "headline_derived", "date", "published_at", "dateline", "place",
    "source", "url", "authors", "language", "rights", "urgency", "subjects", "word_count", "content_sha256",
    "record_sha256", "blocks", "body",
]  # fmt: skip


def exported_file(archive: Archive, path: Path) -> Path:
    export = begin_export(archive, archive.engine.still(), ExportParams.checked({"format": "jsonl"}), None)
    path.write_bytes(b"".join(export.pieces))
    return path


def rows(archive: Archive) -> list[list[Any]]:
    with archive.database.reading() as session:
        found = session.exec(select(Article).where(Article.status == "published").order_by(col(Article.id)))
        return [[getattr(row, name) for name in KEPT] for row in found]


def entities(archive: Archive) -> set[tuple[Any, ...]]:
    with archive.database.reading() as session:
        return {(e.article_id, e.key, e.entity_id, e.name, e.count) for e in session.exec(select(ArticleEntity))}


def taken(archive: Archive, path: Path, **options: Any) -> Report:
    return ingest([path], archive, IngestOptions(workers=1, **options))


def test_the_seeds_go_round(new_archive: NewArchive, tmp_path: Path) -> None:
    one, other = new_archive(), new_archive()
    taken(one, SEEDS)
    path = exported_file(one, tmp_path / "export.jsonl")
    report = taken(other, path)
    assert (report.new, report.rejected, report.notes) == (len(rows(one)), 0, ())
    assert rows(other) == rows(one)
    assert entities(other) == entities(one)
    assert taken(one, path).unchanged == len(rows(one))
    assert taken(other, SEEDS).unchanged == len(rows(one))


ODD: list[dict[str, Any]] = [
    {"id": "a", "headline": "Only a headline", "source": "Wire", "date": "1969"},
    {"id": "b", "text": "Imprecise. A & B say &amp;lt; 5 <b>times</b>.", "date": "1969-07", "source": "Wire"},
    {"url": "https://news.example/c?x=1&y=2", "title": "By its address", "date": "2025-05-05T14:30:00+02:00"},
    {
        "title": "By its content",
        "text": "MOSCOW, May 13 (Reuters) - Text.\n\nMore of it; and more.",
        "authors": ["A; B"],
    },
    {"id": 7, "title": "No publisher", "text": "Text", "dateline": "OSLO, May 1 -", "language": "no", "author": "X;Y"},
    {"id": "e", "title": " Spaces  and\tmore ", "text": "\n\n  indented\r\n\u0007bell\n\n=1+1", "source": "Wire"},
]


def test_odd_records_go_round(new_archive: NewArchive, write_records: WriteRecords, tmp_path: Path) -> None:
    one, other = new_archive(), new_archive()
    taken(one, write_records("odd.jsonl", [*ODD, *RECORDS]), skip_entities=True)
    changed = [{**record, "text": "Another text."} for record in RECORDS[:2]]
    taken(one, write_records("changed.jsonl", changed), skip_entities=True)
    path = exported_file(one, tmp_path / "export.jsonl")
    report = taken(other, path, skip_entities=True)
    assert report.rejected == 0
    assert rows(other) == rows(one)
    assert {2, 1} == {row[KEPT.index("revision")] for row in rows(other)}
    assert taken(one, path, skip_entities=True).unchanged == len(rows(one))
    # As earlier versions wrote them, which had no seal.
    records = [json.loads(line) for line in path.read_text().splitlines()]
    for record in records:
        del record["provenance"]["seal"]
    assert taken(one, write_records("old.jsonl", records), skip_entities=True).unchanged == len(rows(one))


def test_an_edited_record_is_a_revision(new_archive: NewArchive, write_records: WriteRecords, tmp_path: Path) -> None:
    archive = new_archive()
    taken(archive, write_records("one.jsonl", RECORDS[:1]), skip_entities=True)
    record = json.loads(exported_file(archive, tmp_path / "export.jsonl").read_text())
    record["body"] = "Corrected by hand."
    report = taken(archive, write_records("edited.jsonl", [record]), skip_entities=True)
    assert report.revised == 1
    [row] = rows(archive)
    assert (row[KEPT.index("body")], row[KEPT.index("revision")]) == ("Corrected by hand.", 2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "../../etc"}, {"revision": 0}, {"revision": True}, {"provenance": {"key": "x"}},
        {"provenance": {"key": "no key", "record_sha256": ""}}, {"provenance": "none"},
    ],
)  # fmt: skip
def test_what_only_looks_like_it_is_any_record(archive: Archive, write_records: WriteRecords, wrong: Any) -> None:
    record = {
        "id": "78184646ba153278", "headline": "H", "body": "B", "revision": 3,
        "provenance": {"key": "id\tWire\t1", "record_sha256": ""}, **wrong,
    }  # fmt: skip
    taken(archive, write_records("false.jsonl", [record]), skip_entities=True)
    [row] = rows(archive)
    assert row[KEPT.index("key")] != "id\tWire\t1"
    assert row[KEPT.index("revision")] == 1


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
_DATES = st.one_of(
    st.none(),
    st.dates(min_value=date(1700, 1, 1), max_value=date(2026, 1, 1)).map(lambda day: day.isoformat()),
    st.sampled_from(["1999", "1999-05", "2024-02-29T23:59:59-05:00", "2024-02-29 10:00"]),
)
# Parts of which datelines are made, in any order.
_DATELINES = st.lists(
    st.sampled_from([
        "PARIS", "q", "Oslo", "May 5", "(Reuters)", "-", "—", ":", ",", "/", "New York", "12", "1911-12-14", "and more",
    ]),
    max_size=6,
).map(" ".join)  # fmt: skip


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(st.lists(st.fixed_dictionaries({"headline": _TEXT, "body": _TEXT, "date": _DATES}, optional={
    "id": st.one_of(st.integers(0, 99), _TEXT), "source": _TEXT, "url": _TEXT, "authors": st.lists(_TEXT, max_size=3),
    "dateline": st.one_of(_TEXT, _DATELINES), "tags": st.lists(_TEXT, max_size=3), "rights": _TEXT,
    "urgency": st.integers(0, 9), "language": st.sampled_from(["en", "DE", "pt-BR"]),
}), min_size=1, max_size=8))  # fmt: skip
def test_any_archive_goes_round(tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, Any]]) -> None:
    folder = tmp_path_factory.mktemp("round")
    given_file = folder / "given.jsonl"
    given_file.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    with open_archive(Settings(data_dir=folder / "one")) as one, open_archive(Settings(data_dir=folder / "two")) as two:
        taken(one, given_file, skip_entities=True)
        taken(two, exported_file(one, folder / "export.jsonl"), skip_entities=True)
        assert rows(two) == rows(one)
        for archive in (one, two):
            assert taken(archive, folder / "export.jsonl", skip_entities=True).unchanged == len(rows(one))
            assert rows(archive) == rows(one)
