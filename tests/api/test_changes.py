"""Changes over HTTP: on an archive of their own, since they change what others ask about."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.api.app import create_api
from app.archive import open_archive
from app.ingest.deciding import decide
from app.ingest.indexing import index_in_time
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.withdrawing import change_status
from app.settings import Settings
from app.store.backup import write_backup
from app.store.decisions import Proposal
from tests.conftest import RECORDS
from tests.following import Mirror, contents
from tests.served import Api, admit_the_admin, closed, serve


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    # Sixty wait for their turn at once, however slow the machine is.
    settings = Settings(data_dir=tmp_path / "data", ingest_workers=1, searches=1, search_wait=60)
    with open_archive(settings) as archive:
        read(archive, RECORDS[:3])
        admit_the_admin(archive)
    app = create_api(settings)
    with serve(app) as client:
        yield Api(client, app, {"schemas": closed(app.openapi()["components"]["schemas"])})


def read(archive: Any, records: list[dict[str, Any]], **options: Any) -> None:
    path = archive.settings.data_dir.parent / "a.jsonl"
    path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    ingest([path], archive, IngestOptions(**options))


def told(answer: Any) -> list[tuple[str, str]]:
    return [(each["change"], each.get("id", "")) for each in answer["results"]]


def article_id(api: Api, external_id: str) -> str:
    found = api.get("/v1/search", q="", fields=["external_id"], limit=100)["results"]
    return next(str(hit["id"]) for hit in found if hit["external_id"] == external_id)


def test_what_happens_to_an_article_is_told_with_what_it_is_now(api: Api) -> None:
    id = article_id(api, "truce-1")
    everything = api.get("/v1/changes", limit=1000)
    assert {change for change, _ in told(everything)} == {"added"}
    assert next(each for each in everything["results"] if each.get("id") == id)["article"] == api.get(
        f"/v1/articles/{id}"
    )

    def since_then() -> dict[str, Any]:
        nonlocal everything
        everything = api.get("/v1/changes", since=everything["latest"], archive=everything["archive"])
        [mine] = [each for each in everything["results"] if each.get("id") == id]
        return dict(mine)

    corrected = RECORDS[0] | {"text": RECORDS[0]["text"] + " Modi spoke again."}
    read(api.archive, [corrected], skip_entities=True)
    revised = since_then()
    assert (revised["change"], revised["article"]["revision"], revised["article"]["entities"]) == ("revised", 2, [])
    read(api.archive, [corrected])
    named = since_then()
    assert (named["change"], named["article"]["names"]) == ("names", "done")
    change_status(api.archive, "withdraw", [id], "A mistake.", "admin")
    withdrawn = since_then()
    del withdrawn["sequence"]
    assert withdrawn == {"type": "article", "change": "withdrawn", "id": id, "reason": "A mistake."}
    change_status(api.archive, "restore", [id], None, "admin")
    assert (restored := since_then())["change"] == "restored"
    assert restored["article"] == named["article"]
    change_status(api.archive, "erase", [id], "Asked for.", "admin")
    assert since_then()["change"] == "erased"


def test_what_happens_to_an_entity_is_told(api: Api) -> None:
    since = api.get("/v1/changes")["latest"]

    def after(proposal: Proposal) -> dict[str, dict[str, Any]]:
        nonlocal since
        decide(api.archive, proposal, "admin")
        answer = api.get("/v1/changes", since=since, type="entity")
        since = answer["latest"]
        return {each["id"]: each for each in answer["results"]}

    putin = "person-vladimir-putin"
    renamed = after(Proposal("rename", putin, name="V. V. Putin"))
    assert (renamed[putin]["change"], renamed[putin]["entity"]["name"]) == ("renamed", "V. V. Putin")
    assert after(Proposal("hide", putin))[putin]["change"] == "hidden"
    shown = api.archive
    with shown.database.reading() as session:
        assert putin not in contents(session)[1]
    merged = after(Proposal("merge", "place-india", target="place-pakistan"))
    assert (merged["place-india"]["change"], merged["place-india"]["moved_to"]) == ("moved", "place-pakistan")
    assert merged["place-pakistan"]["change"] == "counted"
    apart = after(Proposal("undo", "place-india", undoes=3))
    assert {apart[id]["change"] for id in ("place-india", "place-pakistan")} == {"added", "counted"}
    change_status(api.archive, "withdraw", [article_id(api, "strike-1")], "A mistake.", "admin")
    assert ("removed", "place-halversund") in told(api.get("/v1/changes", since=since))


def test_of_an_erased_article_nothing_is_told_that_it_said(api: Api) -> None:
    mirror = Mirror()
    mirror.read_on(lambda **asked: api.get("/v1/changes", **asked))
    change_status(api.archive, "erase", [article_id(api, "strike-1")], "Asked for.", "admin")
    answer = api.get("/v1/changes")
    text = json.dumps(answer).casefold()
    for said in ("halversund", "dockers", "night shifts", "strike-1", "coast courier"):
        assert said not in text
    assert [each["reason"] for each in answer["results"] if each["change"] == "erased" and "id" in each] == [
        "Asked for."
    ]
    mirror.read_on(lambda **asked: api.get("/v1/changes", **asked))
    assert "place-halversund" not in mirror.entities
    with api.archive.database.reading() as session:
        assert mirror.contents() == contents(session)


def test_an_answer_is_bounded_and_says_where_more_is(api: Api) -> None:
    whole = api.get("/v1/changes", limit=1000)
    assert "next" not in whole
    assert whole["next_since"] == whole["latest"]
    first = api.http.get("/v1/changes", params={"limit": 2})
    assert first.links["next"]["url"] == first.json()["next"]
    found, page = first.json()["results"], first.json()
    while "next" in page:
        page = api.http.get(page["next"]).json()
        found += page["results"]
    assert [each["sequence"] for each in found] == sorted(each["sequence"] for each in whole["results"])
    ids = [each["id"] for each in whole["results"]]
    assert sorted(ids) == sorted(set(ids))
    kinds = [{each["type"] for each in api.get("/v1/changes", type=type)["results"]} for type in ("article", "entity")]
    assert kinds == [{"article"}, {"entity"}]


def test_long_articles_make_an_answer_short(api: Api) -> None:
    # Of long words: an index takes a fifth of the time for them, and what counts is bytes.
    texts = [f"Article {number}. " + ("long" * 15 + " ") * 155_000 for number in range(3)]
    read(api.archive, [{"id": f"long-{number}", "text": text} for number, text in enumerate(texts)], skip_entities=True)
    since, sizes = api.get("/v1/changes", type="entity")["latest"] - 3, []
    while True:
        page = api.http.get("/v1/changes", params={"since": since}).json()
        sizes.append(len(page["results"]))
        since = page["next_since"]
        if "next" not in page:
            break
    assert sizes == [2, 1]


def test_a_number_of_another_history_is_refused(api: Api, tmp_path: Path) -> None:
    answer = api.get("/v1/changes")
    wrongs: list[dict[str, str | int]] = [{"since": answer["latest"] + 1}, {"since": 1, "archive": "0123456789abcdef"}]
    for wrong in wrongs:
        problem = api.problem(api.http.get("/v1/changes", params=wrong))
        assert (problem["status"], problem["type"]) == (410, "/problems/history-unknown")
        assert "since 0" in problem["detail"]
    restored = Settings(data_dir=tmp_path / "restored")
    restored.data_dir.mkdir()
    write_backup(api.archive.database, restored.database_path)
    with serve(create_api(restored)) as other:
        known: dict[str, str | int] = {"since": answer["latest"], "archive": answer["archive"]}
        assert other.get("/v1/changes", params=known).status_code == 410
        assert other.get("/v1/changes", params={"since": answer["latest"]}).status_code == 200
    assert api.get("/v1/changes", **known)["results"] == []


def test_parameters_are_checked(api: Api) -> None:
    for wrong in ({"since": -1}, {"wait": 61}, {"limit": 1001}, {"type": "source"}, {"archive": "x"}, {"sinc": 1}):
        assert api.http.get("/v1/changes", params=wrong).status_code == 422, wrong


def test_an_answer_is_asked_for_again_with_its_tag(api: Api) -> None:
    first = api.http.get("/v1/changes")
    again = api.http.get("/v1/changes", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_keys_are_asked_for_as_by_other_reads(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", require_key=True)
    with serve(create_api(settings)) as client:
        assert client.get("/v1/changes").status_code == 401


def test_who_waits_is_answered_when_something_happens_and_takes_nothing_from_others(api: Api) -> None:
    known = api.get("/v1/changes")
    asked = {"since": known["latest"], "archive": known["archive"], "wait": 60}
    # More than there are threads, on a server that runs one search at a time.
    with ThreadPoolExecutor(60) as pool, httpx.Client(base_url=api.http.base_url, timeout=90) as client:
        waiting = [pool.submit(client.get, "/v1/changes", params=asked) for _ in range(60)]
        until_so_many_wait(api.app, 60)
        assert api.get("/v1/search", q="truce")["total"] == 2
        assert api.get("/v1/stats")["articles"] == 3
        assert not any(each.done() for each in waiting)
        gone = article_id(api, "truce-1")
        change_status(api.archive, "withdraw", [gone], "A mistake.", "admin")
        answers = [each.result().json() for each in waiting]
    assert all(("withdrawn", gone) in told(answer) for answer in answers)


def test_who_waits_and_leaves_is_waited_for_no_more(api: Api) -> None:
    with wait_for_changes(api):
        until_so_many_wait(api.app, 1)
    until_so_many_wait(api.app, 0)
    # Nothing happened meanwhile, and the minute is not over.
    with wait_for_changes(api):
        until_so_many_wait(api.app, 1)


def test_an_answer_without_changes_is_not_kept_for_the_next_who_waits(api: Api) -> None:
    asked = {"since": api.get("/v1/changes")["latest"], "wait": 1}
    for _ in range(2):
        answer = api.http.get("/v1/changes", params=asked)
        assert (answer.json()["results"], answer.headers["Cache-Control"]) == ([], "no-store")
        # An answer that was kept would come before its time is over.
        assert answer.elapsed.total_seconds() > 0.9


def test_who_waits_is_let_go_when_the_server_stops(tmp_path: Path) -> None:
    app = create_api(Settings(data_dir=tmp_path / "data"))
    with ThreadPoolExecutor(1) as pool:
        with serve(app) as client:
            address = client.base_url.join("/v1/changes?wait=60")
            waiting = pool.submit(httpx.get, address, timeout=90)
            until_so_many_wait(app, 1)
        answer = waiting.result()
    assert answer.json()["results"] == []
    assert answer.elapsed.total_seconds() < 60


def test_so_many_wait_and_no_more(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.http.waiting._MOST", 1)
    with wait_for_changes(api):
        until_so_many_wait(api.app, 1)
        refused = api.http.get("/v1/changes", params={"since": api.get("/v1/changes")["latest"], "wait": 60})
        assert api.problem(refused)["type"] == "/problems/overloaded"
        assert refused.headers["Retry-After"]


@contextmanager
def wait_for_changes(api: Api) -> Iterator[None]:
    """Ask for what changes within a minute, and hang up after the block."""
    asked = f"/v1/changes?since={api.get('/v1/changes')['latest']}&wait=60"
    host, port = api.http.base_url.host, api.http.base_url.port or 80
    with socket.create_connection((host, port)) as line:
        line.sendall(f"GET {asked} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        yield


def until_so_many_wait(app: FastAPI, count: int) -> None:
    while app.state.waiting_room.waiting != count:
        time.sleep(0.01)


def test_who_reads_while_two_write_misses_nothing(api: Api) -> None:
    records = [
        each | {"id": f"{each['id']}-{n}", "text": f"{each['text']} No. {n}."} for n in range(4) for each in RECORDS[:5]
    ]
    known = article_id(api, "strike-1")

    def decide_and_withdraw() -> None:
        for n in range(8):
            decide(api.archive, Proposal("rename", "place-moscow", name=f"Moscow {n}"), "admin", patience=0)
            change_status(api.archive, "restore" if n % 2 else "withdraw", [known], "So.", "admin", patience=0)

    mirror = Mirror()
    with ThreadPoolExecutor(2) as pool:
        writing = [pool.submit(read, api.archive, records), pool.submit(decide_and_withdraw)]
        while not all(each.done() for each in writing):
            mirror.read_on(lambda **asked: api.get("/v1/changes", **asked), limit=3)
        for each in writing:
            each.result()
    index_in_time(api.archive, 60)
    mirror.read_on(lambda **asked: api.get("/v1/changes", **asked), limit=3)
    with api.archive.database.reading() as session:
        assert mirror.contents() == contents(session)
    assert mirror.entities["place-moscow"]["name"] == "Moscow 7"


def test_the_loop_of_the_documents_makes_a_mirror(api: Api) -> None:
    document = (Path(__file__).parents[2] / "docs/api.md").read_text(encoding="utf-8")
    [loop] = [code for code in re.findall(r"```python\n(.*?)```", document, re.DOTALL) if "/v1/changes" in code]
    loop = loop.replace("http://localhost:8000", str(api.http.base_url).rstrip("/")).replace('"wait": 60', '"limit": 5')
    begun, going_on = loop.replace("while True:", "for _ in range(20):").split("\nfor ", 1)
    kept: dict[str, Any] = {}
    exec(begun, kept)
    for act in (lambda: None, lambda: change_status(api.archive, "erase", [article_id(api, "strike-1")], "So.", "me")):
        act()
        exec(f"for {going_on}", kept)
        with api.archive.database.reading() as session:
            assert (kept["articles"], kept["entities"]) == contents(session)
