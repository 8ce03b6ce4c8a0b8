"""Counts by two attributes: each number is what the search says that it leads to."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from app import cli
from app.archive import open_archive
from app.ingest.pipeline import ingest
from app.settings import Settings
from app.web.site import create_app
from tests.conftest import RECORDS
from tests.served import Api, closed, serve


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder = tmp_path_factory.mktemp("aggregate")
    odd = {"id": "odd", "text": "Anna Lund and Narendra Modi spoke.", "source": "=1+2", "date": "2001-05-03"}
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, [*RECORDS, odd])), encoding="utf-8")
    settings = Settings(data_dir=folder / "data", ingest_workers=1)
    with open_archive(settings) as archive:
        ingest([folder / "a.jsonl"], archive)
    app = create_app(settings)
    with serve(app) as client:
        yield Api(client, app, {"schemas": closed(app.openapi()["components"]["schemas"])})


def values(axis: Any) -> list[tuple[str, int]]:
    return [(each["label"], each["total"]) for each in axis["values"]]


@pytest.mark.parametrize(
    "asked",
    [
        {"rows": "source", "columns": "month"},
        {"rows": "person", "columns": "place"},
        {"rows": "person", "columns": "source", "q": "truce OR tide", "date_to": "2010"},
        {"rows": "dateline", "columns": "year", "source": "Coast Courier"},
        {"rows": "organization", "columns": "person", "entity": "person-narendra-modi"},
    ],
)
def test_totals_are_those_of_the_searches_they_lead_to(api: Api, asked: dict[str, str]) -> None:
    table = api.get("/v1/aggregate", **asked)
    whole = {name: value for name, value in asked.items() if name not in ("rows", "columns")}
    assert table["total"] == api.get("/v1/search", limit=1, **whole)["total"]
    for name in ("rows", "columns"):
        assert (table[name]["attribute"], len(table[name]["values"])) == (asked[name], min(table[name]["distinct"], 20))
        for each in table[name]["values"]:
            assert api.get(each["url"])["total"] == each["total"]
    assert [len(row) for row in table["cells"]] == [len(table["columns"]["values"])] * len(table["rows"]["values"])


def test_periods_stand_in_order_and_the_rest_by_number(api: Api) -> None:
    table = api.get("/v1/aggregate", rows="source", columns="month", date="2001", columns_limit=4)
    months = [each["value"] for each in table["columns"]["values"]]
    assert months == ["2001-09", "2001-10", "2001-11", "2001-12"]
    assert table["columns"]["distinct"] == 12
    assert values(table["rows"]) == [("Almanac", 40), ("Coast Courier", 20), ("=1+2", 1)]
    assert [sum(row) for row in table["cells"]] == [15, 5, 0], "of the months that are told"
    kinds = api.get("/v1/aggregate", rows="type", columns="source", source="=1+2")
    assert ("person", 1) in values(kinds["rows"])
    assert "url" not in kinds["rows"]["values"][0]


def test_a_table_opens_in_a_spreadsheet(api: Api) -> None:
    asked = {"rows": "source", "columns": "year", "q": "tide OR Lund", "date": "2001", "format": "csv"}
    answer = api.http.get("/v1/aggregate", params=asked)
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert 'filename="source-year.csv"' in answer.headers["Content-Disposition"]
    lines = list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))
    assert lines == [
        ["source", "articles", "2001"], ["articles", "61", "61"], ["Almanac", "40", "40"],
        ["Coast Courier", "20", "20"], ["'=1+2", "1", "1"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "parameter"),
    [
        ({"rows": "person"}, "columns"),
        ({"rows": "person", "columns": "word"}, "columns"),
        ({"rows": "person", "columns": "year", "rows_limit": "201"}, "rows_limit"),
        ({"rows": "person", "columns": "year", "sort": "date"}, "sort"),
    ],
)
def test_what_cannot_be_counted_is_refused(api: Api, wrong: dict[str, str], parameter: str) -> None:
    problem = api.problem(api.http.get("/v1/aggregate", params=wrong))
    assert (problem["status"], problem["errors"][0]["parameter"]) == (422, parameter)


def test_each_number_of_the_page_is_a_link(api: Api) -> None:
    page = api.http.get("/aggregate", params={"rows": "source", "columns": "year", "q": "tide", "language": "en"}).text
    [url] = re.findall(r'<td><a href="([^"]+)">40</a></td>', page)
    assert "40 articles" in api.http.get(url.replace("&amp;", "&")).text
    assert '<input type="hidden" name="language" value="en">' in page
    [sheet] = re.findall(r'<a href="([^"]+)">CSV', page)
    assert api.http.get(sheet.replace("&amp;", "&")).headers["Content-Type"].startswith("text/csv")
    assert "Nothing to count" in api.http.get("/aggregate", params={"q": "xylophone"}).text


def test_the_command_line_prints_a_table_or_a_file(api: Api) -> None:
    given = ["aggregate", "source", "year", "tide", "--data-dir", str(api.archive.settings.data_dir)]
    assert re.search(r"Almanac +40 +40", CliRunner().invoke(cli.app, given).stdout)
    assert CliRunner().invoke(cli.app, [*given, "--csv"]).stdout.splitlines()[-2] == "Almanac,40,40"
    assert json.loads(CliRunner().invoke(cli.app, [*given, "--json"]).stdout)["total"] == 60
    assert CliRunner().invoke(cli.app, [*given[:1], "word", *given[2:]]).exit_code == 2
