"""Two searches compared: each count is what the search says that stands behind it."""

from __future__ import annotations

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
from tests.served import Api, closed, serve


def _articles() -> Iterator[dict[str, object]]:
    for number in range(30):
        is_early = number < 12
        who = "President Boris Yeltsin" if is_early else "President Vladimir Putin"
        what = "a strike of miners" if is_early else "a harvest of wheat"
        more = "The sea was calm." if number % 3 else "A ferry came late, an odd thing."
        day = f"{1995 if is_early else 2005}-03-{number % 28 + 1:02}"
        yield {
            "id": f"{number}", "title": f"Report {number}", "date": day,
            "text": f"{who} spoke of {what} in Moscow on a Monday in March. {more}",
            "source": "Harbour Wire" if is_early or number % 4 else "Coast Courier",
        }  # fmt: skip


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder = tmp_path_factory.mktemp("compare")
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, _articles())), encoding="utf-8")
    settings = Settings(data_dir=folder / "data", ingest_workers=1)
    with open_archive(settings) as archive:
        ingest([folder / "a.jsonl"], archive)
    app = create_app(settings)
    with serve(app) as client:
        yield Api(client, app, {"schemas": closed(app.openapi()["components"]["schemas"])})


def told(contrast: Any, kind: str, side: str) -> list[tuple[str, int, int]]:
    [group] = [each for each in contrast["results"] if each["kind"] == kind]
    return [(each["label"], each["a"], each["b"]) for each in group[side]]


def test_what_tells_two_spans_apart_is_counted_as_searches_count_it(api: Api) -> None:
    spans = {"a_date": "1995", "b_date_from": "2000"}
    contrast = api.get("/v1/compare", **spans)
    assert (contrast["a"]["total"], contrast["b"]["total"]) == (12, 18)
    assert [each["kind"] for each in contrast["results"]][:2] == ["word", "person"]
    assert {word for word, *_ in told(contrast, "word", "a")} == {"boris", "miners", "strike", "yeltsin"}
    assert told(contrast, "person", "b") == [("Vladimir Putin", 0, 18)]
    assert told(contrast, "place", "a") == told(contrast, "place", "b") == []
    for group in contrast["results"]:
        for side in ("a", "b"):
            for row in group[side]:
                assert (row["score"] > 0) == (side == "a")
                assert api.get(row["url"])["total"] == row[side], row
    only = api.get("/v1/compare", kind=["person", "word"], limit=1, **spans)
    assert [(each["kind"], len(each["a"])) for each in only["results"]] == [("person", 1), ("word", 1)]


def test_conditions_hold_for_both_sides_or_for_one(api: Api) -> None:
    contrast = api.get("/v1/compare", q="moscow", a_q="ferry", b_q="-ferry", source="Harbour Wire")
    assert (contrast["a"]["total"], contrast["b"]["total"]) == (8, 17)
    assert contrast["a"]["query"]["interpreted"] == "moscow ferry"
    assert "ferry" not in dict.fromkeys(word for word, *_ in told(contrast, "word", "a")), "it was asked for"
    assert ("late", 8, 0) in told(contrast, "word", "a")
    row = next(row for row in contrast["results"][0]["a"] if row["value"] == "late")
    assert api.get(row["url"])["total"] == 8
    assert api.get("/v1/compare", a_q="ferry nowhere", b_q="calm")["a"]["query"]["relaxed"]
    same = api.get("/v1/compare", q="moscow")
    assert all(not each["a"] and not each["b"] for each in same["results"])


@pytest.mark.parametrize(
    ("wrong", "parameter"),
    [
        ({"date": "1995", "a_date": "1996"}, "a_date"),
        ({"a_date": "1996", "a_date_from": "1995"}, "a_date"),
        ({"b_entity_name": "Nobody Atall"}, "b_entity_name"),
        ({"b_q": "((((((((((((((((a"}, "b_q"),
        ({"a_limit": "3"}, "a_limit"),
        ({"kind": "wrod"}, "kind"),
        ({"a_date": "1995-13"}, "a_date"),
        ({"limit": "101"}, "limit"),
    ],
)
def test_what_is_wrong_is_named_as_it_was_given(api: Api, wrong: dict[str, str], parameter: str) -> None:
    problem = api.problem(api.http.get("/v1/compare", params=wrong))
    assert (problem["status"], problem["errors"][0]["parameter"]) == (422, parameter)


def test_the_page_has_both_sides_with_links(api: Api) -> None:
    assert 'action="/compare"' in api.http.get("/compare").text
    page = api.http.get("/compare", params={"a_date_to": "1995", "b_date_from": "2005", "language": "en"}).text
    assert "12 articles" in page
    assert "18 articles" in page
    assert '<input type="hidden" name="language" value="en">' in page
    [link] = re.findall(r'<a href="([^"]+)">Vladimir Putin</a>', page)
    assert "18 articles" in api.http.get(link.replace("&amp;", "&")).text
    [call] = re.findall(r'href="(/v1/compare[^"]+)"', page)
    assert api.http.get(call.replace("&amp;", "&")).json()["a"]["total"] == 12


@pytest.mark.parametrize(
    ("given", "headings"),
    [
        ({"a_date_to": "1995", "b_date_from": "2005"}, ["until 31 December 1995", "from 1 January 2005"]),
        ({"a_date": "1995", "b_date": "2005-02"}, ["1995", "February 2005"]),
        ({"date_to": "2006", "a_date_from": "1995-05"}, ["1 May 1995 to 31 December 2006", "until 31 December 2006"]),
        ({"a_q": "report", "b_q": "one two", "b_match": "any"}, ["report", "any word of one two"]),
        ({"a_entity_name": "Boris Yeltsin", "b_q": "report", "language": "en"}, ["Boris Yeltsin, en", "report, en"]),
        ({"q": "report", "b_q": "annual"}, ["report", "(report) (annual)"]),
        ({"a_q": "report"}, ["report", "all articles"]),
    ],
)
def test_the_page_says_of_each_side_what_it_is(api: Api, given: dict[str, str], headings: list[str]) -> None:
    page = api.http.get("/compare", params=given).text
    assert re.findall(r'<th scope="col">[\d,]+ articles?<span>(.*?)</span>', page) == headings


def test_the_command_line_says_the_same(api: Api) -> None:
    given = ["compare", "--a-to", "1995", "--b-from", "2005", "--data-dir", str(api.archive.settings.data_dir)]
    shown = CliRunner().invoke(cli.app, given)
    assert "12 articles, and 18" in shown.stdout
    assert re.search(r"Boris Yeltsin +12 +0 +Vladimir Putin +18 +0", shown.stdout)
    plain = json.loads(CliRunner().invoke(cli.app, [*given, "--json", "--kind", "person"]).stdout)
    assert told(plain, "person", "a") == [("Boris Yeltsin", 12, 0)]
    assert CliRunner().invoke(cli.app, [*given, "--kind", "wrod"]).exit_code == 2
