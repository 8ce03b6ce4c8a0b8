"""Articles out of sight over HTTP: on an archive of their own, since they change what others ask about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.api.app import create_api
from app.archive import open_archive
from app.ingest.pipeline import ingest
from app.settings import Settings
from tests.conftest import RECORDS
from tests.served import AS_ADMIN, Api, admit_the_admin, closed, serve


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, RECORDS[:3])), encoding="utf-8")
    settings = Settings(data_dir=tmp_path / "data", ingest_workers=1)
    with open_archive(settings) as archive:
        ingest([tmp_path / "a.jsonl"], archive)
        admit_the_admin(archive)
    app = create_api(settings)
    with serve(app) as client:
        yield Api(client, app, {"schemas": closed(app.openapi()["components"]["schemas"])})


def take(api: Api, id: str, **body: Any) -> Any:
    answer = api.http.post(f"/v1/articles/{id}/withdrawals", json=body, headers=AS_ADMIN)
    assert answer.status_code == 201, answer.text
    return api.checked("post", answer)


def counted(api: Api) -> int:
    return int(api.get("/v1/entities/person-vladimir-putin")["article_count"])


def test_every_way_to_an_article_is_closed_and_opened_again(api: Api) -> None:
    before = api.get("/v1/search", facet=["person", "place"])
    known = counted(api)
    gone = next(hit["id"] for hit in before["results"] if hit["external_id"] == "truce-1")
    done = take(api, gone, kind="withdraw", reason="Published by mistake.")
    assert done["indexed"]
    assert api.get("/v1/search")["total"] == 2
    assert gone not in [hit["id"] for hit in api.get("/v1/search", q="truce")["results"]]
    for address in (f"/v1/articles/{gone}", f"/v1/articles/{gone}/text", f"/v1/articles/{gone}/similar"):
        answer = api.http.get(address)
        assert answer.status_code == 410
        assert "Published by mistake." in api.problem(answer)["detail"]
    [looked_up] = api.post("/v1/articles/lookup", {"ids": [gone]})["results"]
    assert looked_up == {"id": gone, "status": "withdrawn", "reason": "Published by mistake."}
    assert counted(api) == known - 1
    assert api.get("/v1/stats")["articles"] == 2
    take(api, gone, kind="restore")
    after = api.get("/v1/search", facet=["person", "place"])
    assert (after["total"], after["facets"]) == (before["total"], before["facets"])


def test_the_log_says_who_and_why(api: Api) -> None:
    [one, two, _] = [hit["id"] for hit in api.get("/v1/search")["results"]]
    take(api, one, kind="withdraw", reason="A mistake.")
    take(api, two, kind="erase", reason="Asked for.")
    first = api.checked("get", api.http.get("/v1/withdrawals", params={"limit": 1}, headers=AS_ADMIN))
    assert first["total"] == 2
    [erased] = first["results"]
    assert (erased["kind"], erased["article"], erased["reason"], erased["by"]) == ("erase", two, "Asked for.", "admin")
    [withdrawn] = api.http.get(first["next"], headers=AS_ADMIN).json()["results"]
    assert (withdrawn["kind"], withdrawn["article"]) == ("withdraw", one)


def test_what_cannot_be_done_says_why(api: Api) -> None:
    [id, *_] = [hit["id"] for hit in api.get("/v1/search")["results"]]
    address = f"/v1/articles/{id}/withdrawals"
    assert api.http.post(address, json={"kind": "withdraw", "reason": "x"}).status_code == 401
    assert api.http.get("/v1/withdrawals").status_code == 401
    for body, status in [
        ({"kind": "withdraw"}, 422),
        ({"kind": "hide", "reason": "x"}, 422),
        ({"kind": "restore"}, 409),
        ({"kind": "withdraw", "reason": "x" * 501}, 422),
    ]:
        answer = api.http.post(address, json=body, headers=AS_ADMIN)
        assert answer.status_code == status, answer.text
        api.problem(answer)
    unknown = api.http.post(f"/v1/articles/{'0' * 16}/withdrawals", json={"kind": "restore"}, headers=AS_ADMIN)
    assert unknown.status_code == 404
