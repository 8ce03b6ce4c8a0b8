"""Decisions over HTTP: on an archive of their own, since they change what others ask about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.api.app import create_api
from app.archive import open_archive
from app.errors import DecisionInvalid
from app.ingest.pipeline import ingest
from app.settings import Settings
from app.store.decisions import Proposal, record_decision
from tests.conftest import RECORDS
from tests.served import AS_ADMIN, Api, admit_the_admin, closed, serve

MODI, PUTIN = "person-narendra-modi", "person-vladimir-putin"


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder: Path = tmp_path_factory.mktemp("edited")
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, RECORDS[:2])), encoding="utf-8")
    settings = Settings(data_dir=folder / "data", ingest_workers=1)
    with open_archive(settings) as archive:
        ingest([folder / "a.jsonl"], archive)
        admit_the_admin(archive)
    app = create_api(settings)
    with serve(app) as client:
        yield Api(client, app, {"schemas": closed(app.openapi()["components"]["schemas"])})


def take(api: Api, entity: str, **body: Any) -> Any:
    answer = api.http.post(f"/v1/entities/{entity}/decisions", json=body, headers=AS_ADMIN)
    assert answer.status_code == 201, answer.text
    return api.checked("post", answer)["decision"]


def undo(api: Api, decision: Any) -> Any:
    return take(api, decision["entity"], kind="undo", undoes=decision["number"])


def test_a_merged_entity_gives_the_one_that_took_it_in(edited: Api) -> None:
    assert "moved_from" not in edited.get(f"/v1/entities/{PUTIN}")
    merged = take(edited, PUTIN, kind="merge", target=MODI, note="a test")
    taker = edited.get(f"/v1/entities/{MODI}")
    moved = edited.get(f"/v1/entities/{PUTIN}")
    assert moved.pop("moved_from") == PUTIN
    assert moved == taker
    assert PUTIN not in "".join(taker["links"].values())
    for part, asked in (("related", {"type": "place"}), ("timeline", {"interval": "year"}), ("similar_names", {})):
        given = edited.get(f"/v1/entities/{PUTIN}/{part}", **asked)
        assert given == edited.get(f"/v1/entities/{MODI}/{part}", **asked)
    first = edited.get(f"/v1/entities/{PUTIN}/related", limit=1)
    assert PUTIN in first["next"]
    assert edited.checked("get", edited.http.get(first["next"]))["total"] == first["total"]
    page = edited.get("/v1/search", entity=PUTIN, facet="person")
    assert page["total"] == 2
    assert page["query"]["filters"] == [{"name": "entity", "value": MODI}]
    assert [warning["code"] for warning in page["query"]["warnings"]] == ["merged_entity"]
    [value] = page["facets"][0]["values"]
    assert (value["value"], value["selected"]) == (MODI, True)
    assert PUTIN not in value["url"]
    assert edited.get("/v1/search", not_entity=PUTIN)["total"] == 0
    assert edited.get("/v1/timeline", entity_any=PUTIN, interval="year")["buckets"][0]["count"] == 2
    undo(edited, merged)
    assert edited.get(f"/v1/entities/{PUTIN}")["name"] == "Vladimir Putin"
    assert edited.get("/v1/search", entity=PUTIN)["query"]["warnings"] == []


def test_a_tag_given_before_a_decision_is_void_after_it(edited: Api) -> None:
    for path in ("/v1/search?facet=place", "/v1/entities/place-moscow", f"/v1/entities/{MODI}/related?limit=100"):
        tag = edited.http.get(path).headers["ETag"]
        assert edited.http.get(path, headers={"If-None-Match": tag}).status_code == 304
        renamed = take(edited, "place-moscow", kind="rename", name="Moskva")
        fresh = edited.http.get(path, headers={"If-None-Match": tag})
        assert fresh.status_code == 200
        assert "Moskva" in fresh.text
        undo(edited, renamed)


def test_what_is_hidden_is_shown_nowhere(edited: Api) -> None:
    article = edited.get("/v1/search", q="hosts OR host", entity="place-moscow")["results"][0]["id"]
    assert edited.get(f"/v1/articles/{article}")["dateline"]["place_id"] == "place-moscow"
    hidden = take(edited, "place-moscow", kind="hide")
    assert edited.http.get("/v1/entities/place-moscow").status_code == 404
    shown = edited.get(f"/v1/articles/{article}")
    assert "place-moscow" not in json.dumps({**shown, "body": ""})
    for path in ("/v1/entities?name=Mosc", "/v1/autocomplete?q=mosc&kind=entity", f"/v1/entities/{MODI}/related"):
        assert "place-moscow" not in edited.http.get(path).text
    undo(edited, hidden)
    assert "place_id" in edited.get(f"/v1/articles/{article}")["dateline"]


@pytest.mark.parametrize("character", ["\x1b[2J", "\x00", "\u202e", "\u2066", "\u200b", "\r"])
@pytest.mark.parametrize(
    ("entity", "body"),
    [
        (MODI, {"kind": "rename", "name": "Naren{}dra"}),
        (MODI, {"kind": "pin", "alias": "Na{}Mo"}),
        (PUTIN, {"kind": "merge", "target": MODI, "note": "a {} note"}),
        (PUTIN, {"kind": "split", "alias": "Putin", "name": "Pu{}tin"}),
    ],
)
def test_what_is_not_seen_is_never_kept(edited: Api, entity: str, body: dict[str, str], character: str) -> None:
    sent = {name: value.format(character) for name, value in body.items()}
    [name] = [name for name, value in sent.items() if value != body[name]]
    answer = edited.http.post(f"/v1/entities/{entity}/decisions", json=sent, headers=AS_ADMIN)
    assert answer.status_code == 422
    [error] = edited.problem(answer)["errors"]
    assert error["pointer"] == f"/{name}"
    assert f"U+{ord(character[0]):04X}" in error["message"]
    with edited.archive.database.reading() as session, pytest.raises(DecisionInvalid):
        record_decision(session, Proposal(entity_id=entity, **sent), by="test", at="")  # type: ignore[arg-type]


def test_a_conflict_says_which_decision_stands_against_it(edited: Api) -> None:
    merged = take(edited, PUTIN, kind="merge", target=MODI)
    answer = edited.http.post(
        f"/v1/entities/{PUTIN}/decisions", json={"kind": "merge", "target": MODI}, headers=AS_ADMIN
    )
    assert answer.status_code == 409
    assert f"{PUTIN} is part of {MODI}" in edited.problem(answer)["detail"]
    undo(edited, merged)


def test_the_log_is_paged_newest_first_and_never_kept_for_those_without_a_key(edited: Api) -> None:
    decision = take(edited, MODI, kind="pin", alias="NaMo", note="initials")
    undone = undo(edited, decision)
    page = edited.checked("get", edited.http.get("/v1/decisions", params={"limit": 2}, headers=AS_ADMIN))
    assert [each["number"] for each in page["results"]] == [undone["number"], decision["number"]]
    assert page["results"][1] == {**decision, "undone_by": undone["number"]}
    assert decision["by"] == "admin"
    numbers = [each["number"] for each in page["results"]]
    while "next" in page:
        page = edited.checked("get", edited.http.get(page["next"], headers=AS_ADMIN))
        numbers += [each["number"] for each in page["results"]]
    assert numbers == list(range(page["total"], 0, -1))
    about = edited.http.get("/v1/decisions", params={"entity": "place-moscow"}, headers=AS_ADMIN).json()
    assert {each["entity"] for each in about["results"]} == {"place-moscow"}
    assert edited.http.get("/v1/decisions?limit=2").status_code == 401


def test_a_decision_that_is_taken_is_told_also_to_who_has_any_answer(edited: Api) -> None:
    answer = edited.http.post(
        f"/v1/entities/{MODI}/decisions",
        json={"kind": "pin", "alias": "Narendrabhai"},
        headers=AS_ADMIN | {"If-None-Match": "*"},
    )
    assert (answer.status_code, "ETag" in answer.headers) == (201, False)
    undo(edited, edited.checked("post", answer)["decision"])
