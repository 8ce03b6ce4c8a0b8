"""Articles over HTTP, against the real server: what becomes of each, and that nothing is done twice."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import select

from app.api.app import create_api
from app.archive import Archive, open_archive
from app.errors import ArchiveBusy
from app.ingest import posting
from app.ingest.lock import writing_alone
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.report import Progress
from app.ingest.uploads import Upload, hand_in
from app.ingest.verify import verify
from app.search.query import Query, Word
from app.settings import Settings
from app.store import keys
from app.store.tables import Article, Rejection, SentRequest
from tests.conftest import RECORDS, WriteRecords
from tests.served import AS_ADMIN, Api, admit_the_admin, closed, serve

LINES = {"Content-Type": "application/x-ndjson"}


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Api]:
    """An empty archive."""
    settings = Settings(data_dir=tmp_path / "data", ingest_workers=1, write_wait=0.3, max_upload_mb=1, recognise=False)
    with open_archive(settings) as archive:
        admit_the_admin(archive)
    app = create_api(settings)
    with serve(app) as client:
        yield Api(client, app, {"schemas": closed(app.openapi()["components"]["schemas"])})


def send(api: Api, body: Any, **headers: str) -> Any:
    answer = attempt(api, body, **headers)
    assert answer.status_code == 200, answer.text
    return api.checked("post", answer)


def attempt(api: Api, body: Any, path: str = "/v1/articles", **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return api.http.post(path, content=content, headers=AS_ADMIN | {"Content-Type": "application/json"} | headers)


def lines(*records: Any) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def statuses(answer: Any) -> list[str]:
    return [result["status"] for result in answer["results"]]


def note(number: int, text: str = "A keeper.", **more: Any) -> dict[str, Any]:
    return {"id": f"note-{number}", "title": f"Note {number}", "text": text, "source": "Harbour Wire"} | more


def rows(archive: Archive) -> dict[str, Article]:
    with archive.database.reading() as session:
        return {str(each.external_id): each for each in session.exec(select(Article))}


def test_each_record_is_answered_in_order_and_found_at_once(written: Api) -> None:
    sent = [note(n) for n in range(50)]
    answer = send(written, {"articles": [*sent[:20], {"id": "x"}, *sent[20:], note(3, "Another keeper.")]})
    assert [each["record"] for each in answer["results"]] == list(range(1, 53))
    assert statuses(answer) == ["created"] * 20 + ["rejected"] + ["created"] * 30 + ["revised"]
    assert answer["counts"] == {
        "created": 50,
        "revised": 1,
        "unchanged": 0,
        "duplicate": 0,
        "withdrawn": 0,
        "rejected": 1,
    }
    assert answer["results"][20]["reason"] == "has neither a headline nor a body"
    found = written.get("/v1/search", q="keeper", limit=100)
    assert found["total"] == 50
    assert {each["id"] for each in found["results"]} == {r["id"] for r in answer["results"] if "id" in r}
    with written.archive.database.reading() as session:
        assert session.exec(select(Rejection)).all() == []


@pytest.mark.parametrize("body", [note(1), [note(1)], {"articles": [note(1)]}])
def test_an_article_alone_a_list_and_an_object_with_one_are_the_same(written: Api, body: Any) -> None:
    assert statuses(send(written, body)) == ["created"]
    assert statuses(send(written, lines(note(1)), **LINES)) == ["unchanged"]


def test_a_broken_line_is_rejected_and_the_next_is_read(written: Api) -> None:
    answer = send(written, lines(note(1)) + b'{"title": broken\n\n\xff\xfe\n[1]\n' + lines(note(2)), **LINES)
    assert statuses(answer) == ["created", "rejected", "rejected", "rejected", "created"]
    assert all(each["reason"] for each in answer["results"] if each["status"] == "rejected")


@pytest.mark.parametrize("body", [b"", b"{", b"null", b'"text"', b"5", b"{}", b'[{"id": "x"}]', b"<html>"])
@pytest.mark.parametrize("headers", [{}, LINES])
def test_what_holds_nothing_but_one_record_that_is_none_is_refused(
    written: Api, body: bytes, headers: dict[str, str]
) -> None:
    answer = attempt(written, body, **headers)
    assert answer.status_code == 422, answer.text
    problem = written.problem(answer)
    assert problem["type"] == "/problems/invalid-body"
    assert problem["errors"][0]["message"]


def test_a_record_is_told_by_what_says_so(written: Api) -> None:
    named = {"id": "1", "title": "A", "text": "One."}
    assert statuses(send(written, [named, {**named, "source": "Wire", "text": "Two."}])) == ["created"] * 2
    assert statuses(send(written, {**named, "text": "Three."})) == ["revised"]
    addressed = {"url": "https://news.example/a", "title": "B", "text": "Four."}
    assert statuses(send(written, [addressed, {**addressed, "text": "Five."}, addressed])) == [
        "created",
        "revised",
        "unchanged",
    ]
    bare = {"title": "C", "text": "Six."}
    assert statuses(send(written, [bare, bare, {**bare, "text": "Seven."}])) == ["created", "unchanged", "created"]
    assert statuses(send(written, {**bare, "id": "9", "source": "Wire"})) == ["duplicate"]


def test_ids_without_a_source_belong_to_the_name_of_the_key(written: Api) -> None:
    mine = send(written, {"id": "1", "title": "A", "text": "One."})["results"][0]
    with written.archive.database.writing() as session:
        made = [keys.create_key(session, name, ["ingest"], "") for name in ("desk", "desk", "wire")]
    ids = []
    for number, key in enumerate(made):
        article = {"id": "1", "title": "A", "text": f"Two of {number}."}
        answer = send(written, article, Authorization=f"Bearer {key}")
        ids.append(answer["results"][0]["id"])
    assert ids[0] == ids[1]
    assert len({*ids, mine["id"]}) == 3


def test_a_source_is_for_those_that_name_none(written: Api) -> None:
    answer = attempt(written, [{"title": "A", "text": "One."}, note(1)], "/v1/articles?source=Coast%20Courier")
    found = [written.get(f"/v1/articles/{each['id']}")["source"] for each in answer.json()["results"]]
    assert found == ["Coast Courier", "Harbour Wire"]


def test_what_was_sent_is_as_if_it_came_in_a_file(written: Api, archive: Archive, write_records: WriteRecords) -> None:
    sourced = [{"source": "Wire", **record} for record in RECORDS[:8]]
    send(written, lines(*sourced), **LINES)
    ingest([write_records("a.jsonl", sourced)], archive)
    volatile = {"file", "ingested_at", "sequence", "revised", "pipeline", "dateline_place"}
    ours, theirs = (
        {id: row.model_dump(exclude=volatile) for id, row in rows(each).items()} for each in (written.archive, archive)
    )
    assert ours == theirs
    again = ingest([write_records("a.jsonl", sourced)], written.archive)
    assert again.unchanged == len(sourced)


def test_a_packed_body_is_unpacked_within_bounds(written: Api) -> None:
    sent = lines(note(1), note(2))
    packed = gzip.compress(sent[:50]) + gzip.compress(sent[50:])
    assert statuses(send(written, packed, **LINES, **{"Content-Encoding": "gzip"})) == ["created"] * 2
    for body, status in ((packed[:-5], 422), (b"no gzip", 422), (gzip.compress(b" " * 2_000_000), 413)):
        assert attempt(written, body, **LINES, **{"Content-Encoding": "gzip"}).status_code == status
    assert attempt(written, packed, **LINES, **{"Content-Encoding": "br"}).status_code == 415


def test_bodies_have_a_bound_of_their_own(written: Api) -> None:
    assert statuses(send(written, note(1, "A keeper of a lighthouse. " * 30_000))) == ["created"]
    assert attempt(written, b" " * 1_000_001).status_code == 413
    pieces = (b" " * 300_000 for _ in range(4))
    answer = written.http.post("/v1/articles", content=pieces, headers=AS_ADMIN | LINES)
    assert answer.status_code == 413
    assert attempt(written, b" " * 70_000, "/v1/articles/lookup").status_code == 413


def test_records_have_a_bound_and_what_is_over_it_is_said(written: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "MOST_RECORDS", 3)
    answer = send(written, lines(*map(note, range(5))), **LINES)
    assert statuses(answer) == ["created"] * 3 + ["rejected"]
    assert "record" not in answer["results"][3]


def test_the_same_request_is_done_once_and_answered_the_same(written: Api) -> None:
    once = {"Idempotency-Key": "5f0c"}
    first = attempt(written, [note(1), {"id": "x"}, note(2)], **once)
    send(written, note(1, "Meanwhile another."))
    again = attempt(written, [note(1), {"id": "x"}, note(2)], **once)
    assert first.json() == again.json()
    assert rows(written.archive)["note-1"].body == "Meanwhile another."
    elsewhere = attempt(written, [note(1), {"id": "x"}, note(2)], "/v1/articles?source=S", **once)
    for other in (attempt(written, [note(1)], **once), elsewhere):
        assert other.status_code == 422
        assert written.problem(other)["type"] == "/problems/request-changed"
    assert attempt(written, note(1), **{"Idempotency-Key": "no space"}).status_code == 422
    assert attempt(written, note(1), **{"Idempotency-Key": "x" * 256}).status_code == 422


def test_a_key_of_another_caller_is_another_request(written: Api) -> None:
    once = {"Idempotency-Key": "5f0c"}
    send(written, note(1), **once)
    with written.archive.database.writing() as session:
        key = keys.create_key(session, "desk", ["ingest"], "")
    assert statuses(send(written, note(2), **once, Authorization=f"Bearer {key}")) == ["created"]


def test_a_request_is_forgotten_after_a_day(written: Api) -> None:
    once = {"Idempotency-Key": "5f0c"}
    send(written, note(1), **once)
    with written.archive.database.writing() as session:
        [request] = session.exec(select(SentRequest))
        request.begun_at = "2026-01-01T00:00:00+00:00"
        session.add(request)
    assert statuses(send(written, note(2), **once)) == ["created"]


def test_who_writes_waits_for_another_and_not_for_ever(written: Api) -> None:
    with writing_alone(written.archive.settings.lock_path):
        refused = attempt(written, note(1))
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
        assert written.problem(refused)["type"] == "/problems/archive-busy"
    assert rows(written.archive) == {}
    lock = writing_alone(written.archive.settings.lock_path)
    lock.__enter__()
    threading.Timer(0.1, lock.__exit__, (None, None, None)).start()
    assert statuses(send(written, note(1))) == ["created"]


def test_clients_and_an_ingest_at_once_take_turns(tmp_path: Path, write_records: WriteRecords) -> None:
    settings = Settings(data_dir=tmp_path / "data", ingest_workers=1, write_wait=60, recognise=False)
    with open_archive(settings) as archive:
        admit_the_admin(archive)
    file = write_records("a.jsonl", [note(n) for n in range(1_000, 1_600)])
    handed_in = BytesIO("".join(json.dumps(note(n)) + "\n" for n in range(10_000, 11_500)).encode())
    with serve(create_api(settings)) as client, ThreadPoolExecutor(9) as pool, open_archive(settings) as archive:

        def post(number: int) -> int:
            sent = [note(10 * number + n) for n in range(10)]
            return client.post("/v1/articles", json=sent, headers=AS_ADMIN).status_code

        job = hand_in(archive, [Upload("b.jsonl", handed_in)], "desk", None)
        posts = [pool.submit(post, n) for n in range(16)]
        options = IngestOptions(skip_entities=True, patience=60)
        ingested = pool.submit(ingest, [file], archive, options)
        assert [each.result() for each in posts] == [200] * 16
        assert ingested.result().new == 600
        deadline = time.monotonic() + 120
        while client.get(f"/v1/jobs/{job.id}", headers=AS_ADMIN).json()["state"] != "done":
            assert time.monotonic() < deadline
            time.sleep(0.1)
        archive.engine.look()
        assert archive.engine.search(Query(Word("keeper"))).total == 2_260


def test_between_the_batches_of_a_long_ingest_others_write(tmp_path: Path, write_records: WriteRecords) -> None:
    settings = Settings(data_dir=tmp_path / "data", ingest_workers=1, write_wait=20, recognise=False)
    with open_archive(settings) as archive:
        admit_the_admin(archive)
    file = write_records("a.jsonl", [note(n) for n in range(1_000, 3_000)])
    with serve(create_api(settings)) as client, open_archive(settings) as archive:
        statuses: list[int] = []

        def post(progress: Progress) -> None:
            if progress.stage != "index":
                sent = [note(len(statuses), "A seal.")]
                statuses.append(client.post("/v1/articles", json=sent, headers=AS_ADMIN).status_code)

        def ingest_too(_: Progress) -> None:
            ingest([file], archive, IngestOptions(skip_entities=True))

        with pytest.raises(ArchiveBusy):
            ingest([file], archive, IngestOptions(skip_entities=True), ingest_too)
        report = ingest([file], archive, IngestOptions(skip_entities=True), post)
        assert set(statuses) == {200}
        assert len(statuses) >= 4
        assert report.read == 2_000
        archive.engine.look()
        assert archive.engine.search(Query(Word("seal"))).total == len(statuses)
        assert archive.engine.search(Query(Word("keeper"))).total == 2_000
        assert verify(archive, deep=True) == []


def put(api: Api, id: str, body: Any, **headers: str) -> httpx.Response:
    return api.http.put(f"/v1/articles/{id}", json=body, headers=AS_ADMIN | headers)


def test_a_state_is_put_in_the_place_of_another(written: Api) -> None:
    id = send(written, note(1, url="https://news.example/1", author="Desk"))["results"][0]["id"]
    answer = put(written, id, {"title": "Anew", "text": "A seal."}, **{"If-Match": '"1"'})
    assert written.checked("put", answer) == {"status": "revised", "id": id, "revision": 2, "names": "pending"}
    shown = written.get(f"/v1/articles/{id}")
    assert (shown["headline"], shown["body"], shown["authors"]) == ("Anew", "A seal.", [])
    assert (shown["external_id"], shown["source"], shown["url"]) == ("note-1", "Harbour Wire", "https://news.example/1")
    assert put(written, id, {"title": "Anew", "text": "A seal."}).json()["status"] == "unchanged"
    assert written.get("/v1/search", q="seal")["total"] == 1
    assert written.get("/v1/search", q="keeper")["total"] == 0
    assert statuses(send(written, note(1, "A whale."))) == ["revised"]


def test_an_article_without_an_id_is_corrected(written: Api) -> None:
    id = send(written, {"title": "A", "text": "One."})["results"][0]["id"]
    assert put(written, id, {"title": "A", "text": "Two."}).json()["id"] == id
    assert statuses(send(written, {"title": "A", "text": "Two."})) == ["duplicate"]
    assert len(rows(written.archive)) == 1


def test_a_state_is_not_put_in_the_place_of_one_that_nobody_saw(written: Api) -> None:
    id = send(written, note(1))["results"][0]["id"]
    for tag, status in (('"2"', 412), ('"1", "2"', 200), ('W/"2"', 200), ("*", 200), ("2", 422)):
        assert put(written, id, {"title": "A", "text": tag}, **{"If-Match": tag}).status_code == status, tag


def test_what_cannot_be_put_changes_nothing(written: Api) -> None:
    id = send(written, note(1))["results"][0]["id"]
    bodies: list[Any] = [{}, {"id": "other", "title": "A", "text": "B"}, [note(1), note(2)], {"articles": []}, "text"]
    for body in bodies:
        answer = put(written, id, body)
        assert (answer.status_code, written.problem(answer)["type"]) == (422, "/problems/invalid-body"), body
    assert put(written, "0" * 16, note(1)).status_code == 404
    with written.archive.database.writing() as session:
        withdrawn = session.get_one(Article, id)
        withdrawn.status = "withdrawn"
        session.add(withdrawn)
    assert put(written, id, note(1)).status_code == 410


def test_a_put_that_comes_again_is_done_once(written: Api) -> None:
    id = send(written, note(1))["results"][0]["id"]
    once = {"Idempotency-Key": "5f0c", "If-Match": '"1"'}
    first, again = (put(written, id, {"title": "A", "text": "B."}, **once) for _ in range(2))
    assert first.json() == again.json() == {"status": "revised", "id": id, "revision": 2, "names": "pending"}


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_who_may_not_write_is_told_before_the_body_is_read(written: Api, method: str) -> None:
    path = "/v1/articles" if method == "POST" else "/v1/articles/0000"
    assert written.http.request(method, path, content=b"x" * 900_000).status_code == 401
