"""References that programs which keep them read, each read back by a reader of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rispy
from bibtexparser.entrypoint import parse_string

from app.api.app import create_api
from app.ingest.pipeline import IngestOptions, ingest
from app.settings import Settings
from tests.conftest import WriteRecords
from tests.served import Api, closed, serve

HARD: list[dict[str, Any]] = [
    {"id": "1", "headline": "50% of {all} \\ $ & _ # ~ ^ are", "authors": ["Ann and Bob", "Jr., Tom", "Zoë Ó"],
     "source": "A & B", "date": "2025-05-04", "url": "https://news.example/a_b?x={1}&y=50%25#z", "body": "x"},
    {"id": "2", "headline": "Line\nbreak  - ER  - ", "date": "1969-07", "body": "y"},
    {"id": "3", "headline": "<b>Bold</b> \u201cquoted\u201d?", "date": "1969", "body": "z", "authors": ["<i>"]},
]  # fmt: skip


@pytest.fixture
def hard(tmp_path: Path, write_records: WriteRecords) -> Iterator[Api]:
    app = create_api(Settings(data_dir=tmp_path / "hard"))
    with serve(app) as client:
        api = Api(client, app, {"schemas": closed(app.openapi()["components"]["schemas"])})
        ingest([write_records("hard.jsonl", HARD)], api.archive, IngestOptions(skip_entities=True))
        yield api


def sent(api: Api, format: str) -> str:
    answer = api.http.get("/v1/export", params={"format": format, "sort": "-date"})
    assert answer.status_code == 200
    return answer.text


def test_bibtex_is_read_back(hard: Api) -> None:
    library = parse_string(sent(hard, "bibtex"))
    assert not library.failed_blocks
    first, second, third = library.entries
    assert (first.entry_type, second.entry_type) == ("article", "misc")
    assert first["author"] == "{Ann and Bob} and {Jr., Tom} and Zoë Ó"
    assert first["url"] == "https://news.example/a_b?x=%7B1%7D&y=50%25#z"
    assert (first["year"], first["month"], first["day"]) == ("2025", "5", "4")
    assert second["month"] == "7"
    assert "month" not in third


def test_ris_is_read_back(hard: Api) -> None:
    first, second, third = rispy.loads(sent(hard, "ris"))
    assert first["title"] == HARD[0]["headline"]
    assert first["authors"] == HARD[0]["authors"]
    assert (first["year"], first["date"]) == ("2025", "2025/05/04/")
    assert second["title"].startswith("Line break")
    assert third["date"] == "1969///"


def test_csl_items_have_what_is_known(hard: Api) -> None:
    first, second, third = json.loads(sent(hard, "csl-json"))
    assert first["issued"] == {"date-parts": [[2025, 5, 4]]}
    assert second["issued"] == {"date-parts": [[1969, 7]]}
    assert third["type"] == "article-newspaper"
    assert second["URL"].endswith(f"/articles/{second['id']}")


def test_one_article_is_cited(hard: Api) -> None:
    ids = [each["id"] for each in json.loads(sent(hard, "csl-json"))]
    for format, begins in (
        ("text", "Ann and Bob, Jr., Tom, and Zoë Ó, \u201c50%"), ("ris", "TY  - NEWS"), ("bibtex", "@article{news-"),
        ("csl-json", '[{"id"'),
    ):  # fmt: skip
        answer = hard.http.get(f"/v1/articles/{ids[0]}/citation", params={"format": format})
        assert answer.status_code == 200
        assert answer.text.startswith(begins)
    html = hard.http.get(f"/v1/articles/{ids[2]}/citation", params={"format": "html"})
    assert html.headers["Content-Type"].startswith("text/html")
    assert "<b>" not in html.text
    assert hard.http.get("/v1/articles/0000000000000000/citation").status_code == 404
