"""A pasted text is found where it stands: quoted, cut, changed or put together, and the earliest first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from app import cli
from app.archive import open_archive
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.withdrawing import change_status
from app.settings import Settings
from app.web.site import create_app
from tests.served import AS_ADMIN, Api, admit_the_admin, closed, serve

STORM = (
    "The harbour of Oslo reopened on Friday after a storm had closed it for three days, the port authority said.\n\n"
    "“We have waited for this morning like everybody else on the quay,” said Anna Lund, who runs the ferries.\n\n"
    "More than sixty ships lay outside in the fjord, and pilots will bring them in by size, the largest first."
)
LATER = STORM.replace("Friday", "Saturday").replace("sixty", "seventy") + "\n\nThe café on the quay opened, too."
QUOTED = (
    "Nobody knows what the week cost the port.\n\n"
    'She told them: "WE HAVE WAITED FOR THIS MORNING, like everybody else on the quay" and went on board.'
)
JSON = {"Content-Type": "application/json"}
RECORDS = [
    {"id": "quoted", "title": "Quoted", "text": QUOTED, "date": "2025-06-01", "source": "Coast Courier"},
    {"id": "later", "title": "Later", "text": LATER, "date": "2025-05-03", "source": "Coast Courier"},
    {"id": "first", "title": "First", "text": STORM, "date": "2025-05-02T08:00:00Z", "source": "Harbour Wire"},
    {"id": "undated", "title": "Undated", "text": "Of more than sixty ships lay outside in the fjord few were new."},
    {"id": "other", "title": "Another", "text": "The wheat harvest of the plains was good in every one of ten years."},
    {"id": "gone", "title": "Gone", "text": STORM, "date": "2020", "source": "Old Post"},
]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder = tmp_path_factory.mktemp("match")
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, RECORDS)), encoding="utf-8")
    settings = Settings(data_dir=folder / "data", recognise=False)
    with open_archive(settings) as archive:
        ingest([folder / "a.jsonl"], archive, IngestOptions(skip_entities=True))
        [gone] = archive.engine.identified("external_id", ["gone"])["gone"]
        change_status(archive, "withdraw", [gone], reason="so asked", by="tests")
    app = create_app(settings)
    with serve(app) as client:
        yield Api(client, app, {"schemas": closed(app.openapi()["components"]["schemas"])})


def match(api: Api, text: str, **more: object) -> Any:
    return api.post("/v1/match", {"text": text, **more})


def headlines(found: Any) -> list[str]:
    return [each["article"]["headline"] for each in found["results"]]


def bodies(api: Api, found: Any) -> list[list[str]]:
    """Return what the passages are in the bodies."""
    shown = []
    for each in found["results"]:
        body = api.get(f"/v1/articles/{each['article']['id']}")["body"]
        shown.append([body[part["body"]["start"] : part["body"]["end"]] for part in each["passages"]])
    return shown


def test_a_quotation_is_found_however_it_is_written_and_the_earliest_first(api: Api) -> None:
    text = "- we have waited for this morning, like EVERYBODY else..."
    found = match(api, text)
    assert (headlines(found), found["total"], found["covered"]) == (["First", "Later", "Quoted"], 3, 1.0)
    assert bodies(api, found)[0] == ["We have waited for this morning like everybody else"]
    for each in found["results"]:
        [part] = each["passages"]
        assert text[part["text"]["start"] : part["text"]["end"]] == text[2:-3]
        assert part["words"] == 9
    assert headlines(match(api, "The cafe on the quay opened")) == ["Later"]


def test_an_article_is_found_with_its_changed_version_and_what_quotes_it(api: Api) -> None:
    found = match(api, STORM)
    assert headlines(found) == ["First", "Later", "Quoted", "Undated"]
    assert found["results"][0]["covered"] == 1.0
    assert [len(each["passages"]) for each in found["results"]] == [1, 3, 1, 1]
    assert bodies(api, found)[1][0] == "The harbour of Oslo reopened on"
    assert headlines(match(api, STORM, limit=1)) == ["First"]


def test_parts_of_several_articles_are_found_in_a_text_of_ones_own(api: Api) -> None:
    text = f"My own words come first. {RECORDS[4]['text']} And then: {QUOTED[:42]}"
    found = match(api, text)
    assert headlines(found) == ["Quoted", "Another"]
    assert 0.6 < found["covered"] < 0.9
    assert match(api, "My own words that stand in none of all these articles.") == {
        "words": 11, "covered": 0.0, "total": 0, "results": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("body", "status", "member"),
    [
        ({"text": "three words only"}, 422, "text"),
        ({"text": "word " * 5000}, 422, "text"),
        ({"text": "…" * 50}, 422, "text"),
        ({"text": "a b c d", "limit": 1000}, 422, "limit"),
        ({"text": "a b c d", "n": 1}, 422, "n"),
        ({}, 422, "text"),
        ({"text": "x" * 300_000}, 413, None),
    ],
)
def test_what_cannot_be_looked_for_is_refused(api: Api, body: object, status: int, member: str | None) -> None:
    answer = api.http.post("/v1/match", json=body)
    assert answer.status_code == status
    if member:
        assert [each["pointer"] for each in api.problem(answer)["errors"]] == [f"/{member}"]
    assert api.http.get("/v1/match").status_code == 405


def test_a_long_text_is_taken_however_its_letters_are_written(api: Api) -> None:
    text = f"{'ж' * 19_800} {STORM[:100]}"
    answer = api.http.post("/v1/match", content=json.dumps({"text": text}), headers=JSON)
    assert answer.json()["total"] == 2
    odd = json.dumps({"text": "\ud800 surrogates are no words of any text here"})
    assert api.http.post("/v1/match", content=odd, headers=JSON).status_code in (200, 422)


def test_the_page_marks_both_sides_and_leads_to_the_spot(api: Api) -> None:
    page = api.http.get("/match").text
    assert '<form class="adding pasting" action="/match" method="post"' in page
    short = api.http.post("/match", files={"text": (None, "We have waited for this morning\r\nlike everybody else")})
    assert short.status_code == 303
    page = api.http.get(short.headers["Location"]).text
    assert "3 articles have a part of it" in page
    assert page.count("<mark>We have waited for this morning\nlike everybody else</mark>") == 4
    assert "<mark>WE HAVE WAITED FOR THIS MORNING, like everybody else</mark> on the quay" in page
    spot = page[page.index("/articles/") :].partition('"')[0].replace("&amp;", "&")
    assert spot.endswith("#p2")
    assert "<mark>We have waited for this morning like everybody else</mark>" in api.http.get(spot).text
    long = api.http.post("/match", files={"text": (None, f"{STORM}\n\n{'Nobody wrote this. ' * 80}")})
    assert (long.status_code, long.headers["Cache-Control"]) == (200, "no-store")
    assert "4 articles" in long.text
    assert api.http.get("/match", params={"text": "too few words"}).status_code == 422
    assert api.http.get("/articles/" + spot[10:26], params={"mark": "9-3"}).status_code == 422


def test_the_command_line_reads_a_file_or_what_is_piped(api: Api, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("texts") / "a.txt"
    file.write_text(QUOTED, encoding="utf-8")
    folder = str(api.archive.settings.data_dir)
    shown = CliRunner().invoke(cli.app, ["match", str(file), "--data-dir", folder])
    assert "1. First" in shown.stdout
    assert "   We have waited for this morning like everybody else on the quay" in shown.stdout
    told = CliRunner().invoke(cli.app, ["match", "-", "--json", "--data-dir", folder], input=QUOTED)
    assert json.loads(told.stdout)["results"][-1]["covered"] == 1.0
    nothing = CliRunner().invoke(cli.app, ["match", "-", "--data-dir", folder], input="four words of one's own")
    assert "No article" in nothing.stderr
    assert CliRunner().invoke(cli.app, ["match", "no-such.txt", "--data-dir", folder]).exit_code == 66


def test_where_reading_needs_a_key_the_form_is_asked_with_what_the_browser_keeps(api: Api) -> None:
    settings = api.archive.settings.model_copy(update={"require_key": True})
    admit_the_admin(api.archive)
    form = {"text": (None, f"{STORM}\n\n{'Nobody wrote this. ' * 80}")}
    with serve(create_app(settings)) as client:
        assert client.post("/match", files=form).status_code == 401
        key = AS_ADMIN["Authorization"].partition(" ")[2]
        assert "4 articles" in client.post("/match", files=form, auth=("anyone", key)).text
