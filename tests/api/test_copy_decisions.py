"""Editors join and part copies, over HTTP, on the page and on the command line; it is found at once, and undone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app import cli
from app.archive import open_archive
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.verify import verify
from app.settings import Settings
from app.web.site import create_app
from tests.api.test_copies import RECORDS
from tests.served import AS_ADMIN, Api, admit_the_admin, closed, serve


@pytest.fixture
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder = tmp_path_factory.mktemp("deciding")
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, RECORDS)), encoding="utf-8")
    settings = Settings(data_dir=folder / "data", recognise=False)
    with open_archive(settings) as archive:
        ingest([folder / "a.jsonl"], archive, IngestOptions(skip_entities=True))
        admit_the_admin(archive)
    app = create_app(settings)
    with serve(app) as client:
        yield Api(client, app, {"schemas": closed(app.openapi()["components"]["schemas"])})


def ids_of(api: Api) -> dict[str, str]:
    return {hit["external_id"]: hit["id"] for hit in api.get("/v1/search", limit=100)["results"]}


def decide(api: Api, article: str, status: int = 201, **body: object) -> Any:
    answer = api.http.post(f"/v1/articles/{article}/copies/decisions", json=body, headers=AS_ADMIN)
    assert answer.status_code == status, answer.text
    return api.checked("post", answer) if status == 201 else api.problem(answer)


def collapsed(api: Api) -> int:
    found: int = api.get("/v1/search", collapse="copies")["total_collapsed"]
    return found


def test_a_decision_shows_at_once_and_is_undone(api: Api) -> None:
    ids = ids_of(api)
    assert collapsed(api) == 2
    made = decide(api, ids["whole"], kind="apart", other=ids["cut"], note="Other news.")
    assert (made["decision"]["kind"], made["articles"], made["indexed"]) == ("apart", made["articles"], True)
    assert made["articles"] > 0
    assert collapsed(api) == 3
    listed = {each["id"] for each in api.get(f"/v1/articles/{ids['whole']}/copies")["results"]}
    assert ids["cut"] not in listed
    joined = decide(api, ids["other"], kind="together", other=ids["whole"])
    assert collapsed(api) == 2
    assert verify(api.archive, deep=True) == []
    for number in (made["decision"]["number"], joined["decision"]["number"]):
        decide(api, ids["whole"], kind="undo", undoes=number)
    assert collapsed(api) == 2
    log = api.checked("get", api.http.get("/v1/decisions/copies", params={"limit": 3}, headers=AS_ADMIN))
    assert ([each["kind"] for each in log["results"]], log["total"]) == (["undo", "undo", "together"], 4)
    rest = api.http.get(log["next"], headers=AS_ADMIN).json()["results"]
    assert [(each["note"], each["undone_by"], each["by"]) for each in rest] == [("Other news.", 3, "admin")]
    of_one = api.http.get("/v1/decisions/copies", params={"article": ids["other"]}, headers=AS_ADMIN).json()
    assert of_one["total"] == 2
    assert api.http.get("/v1/decisions", headers=AS_ADMIN).json()["total"] == 0


def test_what_cannot_be_decided_is_refused(api: Api) -> None:
    ids = ids_of(api)
    assert api.http.post(f"/v1/articles/{ids['whole']}/copies/decisions", json={}).status_code == 401
    assert api.http.get("/v1/decisions/copies").status_code == 401
    for body, status in (
        ({"kind": "together"}, 422), ({"kind": "together", "other": "0" * 16}, 404), ({"kind": "merge"}, 422),
        ({"kind": "undo", "undoes": 7}, 422), ({"kind": "apart", "other": ids["whole"]}, 422),
    ):  # fmt: skip
        decide(api, ids["whole"], status, **body)
    decide(api, ids["whole"], kind="apart", other=ids["cut"])
    assert "Decision 1" in decide(api, ids["cut"], 409, kind="together", other=ids["whole"])["detail"]


def test_the_page_of_two_articles_asks_an_editor(api: Api) -> None:
    ids = ids_of(api)
    path = f"/articles/{ids['whole']}/diff/{ids['cut']}"
    page = api.http.get(path).text
    assert re.search(r'<button name="kind" value="apart">', page)
    assert api.http.post(path, data={"kind": "apart", "key": "wrong"}).status_code == 401
    assert collapsed(api) == 2
    key = AS_ADMIN["Authorization"].partition(" ")[2]
    answer = api.http.post(path, data={"kind": "apart", "key": key})
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    assert collapsed(api) == 3
    assert re.search(r'<button name="kind" value="together">', api.http.get(path).text)


def test_the_command_line_decides_and_lists(api: Api) -> None:
    ids = ids_of(api)

    def run(*given: str) -> Result:
        return CliRunner().invoke(cli.app, ["copies", *given, "--data-dir", str(api.archive.settings.data_dir)])

    assert "Decision 1: apart" in run(ids["whole"], ids["cut"], "--apart", "--by", "Ann", "--note", "No.").stdout
    assert re.search(r"1 +apart .* Ann ", run(ids["cut"], "--log").stdout)
    assert json.loads(run(ids["cut"], "--log", "--json").stdout)["results"][0]["note"] == "No."
    assert "Decision 2: undo" in run(ids["cut"], "--undo", "1").stdout
    assert run(ids["whole"], ids["cut"], "--apart", "--together").exit_code == 2
    assert "Nothing was decided" in run(ids["other"], "--log").stderr
