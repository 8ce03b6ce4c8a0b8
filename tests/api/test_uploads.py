"""Files that are handed in over HTTP: kept, read beside the answers, and told of."""

from __future__ import annotations

import gzip
import json
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from sqlmodel import select

from app.api.app import create_api
from app.archive import open_archive
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.uploads import do_next_job, hand_in_address, shown_name
from app.settings import Settings
from app.store import keys
from app.store.jobs import load_job, note_progress
from app.store.rejections import list_rejections
from app.store.tables import Article, Rejection
from tests.fetch.web import serving
from tests.served import AS_ADMIN, Api, admit_the_admin, closed, serve
from tests.waiting import until


@contextmanager
def taking(folder: Path) -> Iterator[Api]:
    settings = Settings(data_dir=folder / "data", ingest_workers=1, max_upload_mb=1, recognise=False)
    with open_archive(settings) as archive:
        admit_the_admin(archive)
    app = create_api(settings)
    with serve(app) as client:
        yield Api(client, app, {"schemas": closed(app.openapi()["components"]["schemas"])})


@pytest.fixture
def handed(tmp_path: Path) -> Iterator[Api]:
    with taking(tmp_path) as api:
        yield api


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """For files that only their names tell apart: a process that reads them starts once."""
    with taking(tmp_path_factory.mktemp("named")) as api:
        yield api


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """For what comes to nothing, and leaves nothing."""
    with taking(tmp_path_factory.mktemp("refusing")) as api:
        yield api


def attempt(api: Api, *files: tuple[str, bytes], path: str = "/v1/uploads", **headers: str) -> httpx.Response:
    return api.http.post(path, files=[("files", file) for file in files], headers=AS_ADMIN | headers)


def hand_in(api: Api, *files: tuple[str, bytes], **headers: str) -> Any:
    answer = attempt(api, *files, **headers)
    assert answer.status_code == 202, answer.text
    job = api.checked("post", answer)
    assert answer.headers["Location"] == f"/v1/jobs/{job['id']}"
    return job


def done(api: Api, job: Any, patience: float = 120) -> Any:
    deadline = time.monotonic() + patience
    while True:
        found = api.checked("get", api.http.get(f"/v1/jobs/{job['id']}", headers=AS_ADMIN))
        if found["state"] in ("done", "failed"):
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.05)


def lines(*records: Any) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def note(number: int, text: str = "A keeper.") -> dict[str, Any]:
    return {"id": number, "title": f"Note {number}", "text": f"{text} Note {number}."}


def test_files_of_any_kind_are_read_and_what_is_none_is_told(handed: Api) -> None:
    job = hand_in(
        handed,
        ("news/a.jsonl", lines(note(1), {"id": 2}, note(3))),
        ("b.csv.gz", gzip.compress(b"title,text\nStorm,A storm came.\n")),
        ("c.txt", b"date 2025-05-05\n\nA whale was seen.\n"),
        ("d.bin", b"\0\1\2\3" * 100),
    )
    assert (job["state"], job["by"], job["files"]) == (
        "waiting",
        "admin",
        ["news/a.jsonl", "b.csv.gz", "c.txt", "d.bin"],
    )
    found = done(handed, job)
    assert (found["state"], found["done"]) == ("done", found["total"])
    assert {status: count for status, count in found["counts"].items() if count} == {"created": 4, "rejected": 2}
    assert {(each["file"], each.get("record"), each["reason"]) for each in found["rejections"]} == {
        ("news/a.jsonl", 2, "has neither a headline nor a body"),
        ("d.bin", None, "is not text"),
    }
    time.sleep(0.3)
    assert handed.get("/v1/search", q="whale")["total"] == 1
    assert handed.get("/v1/search", q="keeper")["total"] == 2
    until(lambda: not any(handed.archive.settings.uploads_dir.iterdir()))
    listed = handed.checked("get", handed.http.get("/v1/jobs", headers=AS_ADMIN))
    assert [each["id"] for each in listed["results"]] == [job["id"]]
    assert 'dateline_jobs{state="done"} 1.0' in handed.http.get("/metrics").text


def test_a_file_that_is_handed_in_again_is_the_same_file(handed: Api) -> None:
    assert done(handed, hand_in(handed, ("a.jsonl", lines(note(1), note(2)))))["counts"]["created"] == 2
    again = done(handed, hand_in(handed, ("a.jsonl", lines(note(1, "Two keepers."), note(2)))))
    assert (again["counts"]["revised"], again["counts"]["unchanged"]) == (1, 1)
    other = done(handed, hand_in(handed, ("b.jsonl", lines(note(1, "Another keeper.")))))
    assert other["counts"]["created"] == 1
    with handed.archive.database.writing() as session:
        key = keys.create_key(session, "desk", ["ingest"], "")
    theirs = hand_in(handed, ("a.jsonl", lines(note(1, "Their keeper."))), Authorization=f"Bearer {key}")
    assert done(handed, theirs)["counts"]["created"] == 1


def fetched(api: Api, url: str, **body: Any) -> Any:
    answer = api.http.post("/v1/fetches", json={"url": url, **body}, headers=AS_ADMIN, params={"source": "Wire"})
    assert answer.status_code == 202, answer.text
    return done(api, api.checked("post", answer))


FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title>
<item><title>Fog</title><link>{page}</link><guid>1</guid><description>The ferry did not sail.</description></item>
</channel></rss>"""
PAGE = """<!DOCTYPE html><html lang="en"><head><title>Fog</title></head><body><article><h1>Fog</h1>
<p>The ferry did not sail on Monday, and three hundred people spent the night in the old town hall of the harbour.</p>
<p>The fog is to lift at noon, and the ferry company has promised two more boats for those who were left behind.</p>
</article></body></html>"""


def test_an_address_is_fetched_in_the_background(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", ingest_workers=1, recognise=False, fetch_hosts="127.0.0.1")
    with open_archive(settings) as archive:
        admit_the_admin(archive)
    app = create_api(settings)
    with serving() as web, serve(app) as client:
        web.put("/fog", PAGE.encode())
        web.put("/feed", FEED.format(page=web.url("/fog")).encode(), "application/rss+xml")
        api = Api(client, app, {"schemas": closed(app.openapi()["components"]["schemas"])})
        job = fetched(api, web.url("/feed"))
        assert (job["files"], job["counts"]["created"], job["rejections"]) == ([web.url("/feed")], 1, [])
        assert job["done"] == job["total"]
        assert "/fog" not in [path for path, _ in web.asked]
        assert fetched(api, web.url("/feed"), pages=True)["counts"]["revised"] == 1
        assert fetched(api, web.url("/feed"), pages=True)["counts"]["unchanged"] == 1
        gone = fetched(api, web.url("/gone"))
        assert gone["counts"]["rejected"] == 1
        assert [each["file"] for each in gone["rejections"]] == [web.url("/gone")]
        assert "404" in gone["rejections"][0]["reason"]
        web.put("/gone", PAGE.replace("Fog", "Fog again").encode())
        assert fetched(api, web.url("/gone"))["rejections"] == []
        with open_archive(settings) as archive, archive.database.reading() as session:
            assert [each.resolved for each in session.exec(select(Rejection))] == [True]
        until(lambda: not any(settings.uploads_dir.iterdir()))


def test_the_own_networks_are_not_fetched_from(handed: Api) -> None:
    with serving() as web:
        job = fetched(handed, web.url("/"))
        assert job["counts"]["rejected"] == 1
        assert web.asked == []


def test_a_fetch_that_was_cut_off_begins_anew(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", ingest_workers=1, fetch_hosts="127.0.0.1")
    with serving() as web, open_archive(settings) as archive:
        web.put("/feed", FEED.format(page=web.url("/fog")).encode(), "application/rss+xml")
        job = hand_in_address(archive, web.url("/feed"), "desk", None)
        with archive.database.writing() as session:
            note_progress(session, job.id, state="running", counts={"created": 1}, tries=1)
        assert do_next_job(archive)
        with archive.database.reading() as session:
            found = load_job(session, job.id)
            assert (found.state, found.counts) == ("done", {"created": 1})


@pytest.mark.parametrize(
    "body",
    [{}, {"url": "ftp://a.example/"}, {"url": "https://"}, {"url": "https:///x"}, {"url": "https://a.example/\u202e"},
     {"url": "https://a.example/" + "a" * 4_000}, {"url": "https://a.example/", "depth": 2}, {"url": "https://[::1"},
     {"url": "https://a]"}, {"url": "https://\u2100.example/"}, {"url": "https://a.example:99999/"}],
)  # fmt: skip
def test_what_is_no_address_is_refused(refusing: Api, body: Any) -> None:
    answer = refusing.http.post("/v1/fetches", json=body, headers=AS_ADMIN)
    assert answer.status_code == 422
    refusing.problem(answer)


def test_two_files_of_one_name_are_two(handed: Api) -> None:
    job = hand_in(handed, ("2024/a.jsonl", lines(note(1))), ("2025/a.jsonl", lines(note(1, "Later."))))
    assert done(handed, job)["counts"]["created"] == 2


def test_the_same_form_with_the_same_key_is_the_same_job(handed: Api) -> None:
    once = {"Idempotency-Key": "5f0c"}
    first, again = (hand_in(handed, ("a.jsonl", lines(note(1))), **once) for _ in range(2))
    assert first["id"] == again["id"]
    assert done(handed, first)["counts"]["created"] == 1
    assert hand_in(handed, ("a.jsonl", lines(note(1))), **once)["state"] == "done"
    other = attempt(handed, ("a.jsonl", lines(note(2))), **once)
    assert (other.status_code, handed.problem(other)["type"]) == (422, "/problems/request-changed")


def test_a_source_is_for_those_that_name_none(handed: Api) -> None:
    answer = attempt(handed, ("a.jsonl", lines(note(1))), path="/v1/uploads?source=Coast%20Courier")
    assert done(handed, answer.json())["source"] == "Coast Courier"
    with handed.archive.database.reading() as session:
        [article] = session.exec(select(Article)).all()
        assert article.source == "Coast Courier"
        assert session.exec(select(Rejection)).all() == []


NAMES = ["../../../etc/passwd", "/etc/passwd", "..\\..\\x", "a/../../b", ".hidden", "x" * 300 + ".txt", "a\nb"]


def beside(api: Api, folder: Path) -> Iterator[Path]:
    """Yield what is below a folder and not in the archive's own, where work goes on."""
    for path in folder.iterdir():
        yield path
        if path.is_dir() and path != api.archive.settings.data_dir:
            yield from beside(api, path)


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_file_is_never_a_path(named: Api, name: str) -> None:
    folder = named.archive.settings.data_dir.parent
    before = set(beside(named, folder))
    assert ".." not in shown_name(name).split("/")
    assert not shown_name(name).startswith("/")
    text = f"date 2025-05-05\n\nA whale was seen by {NAMES.index(name)}.\n"
    job = hand_in(named, (name, text.encode()))
    assert done(named, job)["counts"]["created"] == 1
    assert set(beside(named, folder)) == before


FORM = {"Content-Type": "multipart/form-data; boundary=x"}
PART = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\nA whale.'


# Of a part that does not end Starlette leaves the file to the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"json": {}}, 415),
        ({"data": {"source": "x"}, "files": [("files", ("", b""))]}, 422),
        ({"content": b"--x\r\nbroken", "headers": FORM}, 400),
        ({"content": PART, "headers": FORM}, 400),
        ({"content": PART + b"\r\n" + PART, "headers": FORM}, 400),
        ({"content": b"", "headers": {"Content-Type": "multipart/form-data"}}, 400),
        ({"files": [("files", ("a.txt", b"x" * 1_000_001))]}, 413),
        ({"files": [("files", (f"{n}.txt", b"x")) for n in range(1_001)]}, 400),
    ],
)
def test_what_is_no_form_with_files_is_refused(refusing: Api, sent: dict[str, Any], status: int) -> None:
    headers = AS_ADMIN | sent.pop("headers", {})
    answer = refusing.http.post("/v1/uploads", **sent, headers=headers)
    assert answer.status_code == status, answer.text
    refusing.problem(answer)
    assert refusing.http.get("/v1/jobs", headers=AS_ADMIN).json()["total"] == 0


def test_there_is_no_job_by_any_id(refusing: Api) -> None:
    assert refusing.http.get("/v1/jobs/none", headers=AS_ADMIN).status_code == 404


def test_jobs_are_listed_page_by_page(handed: Api) -> None:
    ids = [hand_in(handed, ("a.jsonl", lines(note(n))))["id"] for n in range(5)]
    found: list[str] = []
    address = "/v1/jobs?limit=2"
    while address:
        page = handed.http.get(address, headers=AS_ADMIN).json()
        found += [each["id"] for each in page["results"]]
        address = page.get("next", "")
    assert found == ids[::-1]


def test_what_was_rejected_stands_until_the_file_is_handed_in_again(handed: Api) -> None:
    def standing() -> list[str]:
        with handed.archive.database.reading() as session:
            found = list_rejections(session)
        return sorted(f"{each.file} {each.record}" for each in found)

    done(handed, hand_in(handed, ("a.jsonl", lines(note(1), {"id": 2})), ("b.jsonl", lines({"id": 3}))))
    assert standing() == ["a.jsonl 2", "b.jsonl 1"]
    retried = ingest([], handed.archive, IngestOptions(skip_entities=True, retry=True))
    assert retried.read == 0
    assert retried.notes[0].startswith("Handed in to a server were 2 of the files with rejections.")
    assert standing() == ["a.jsonl 2", "b.jsonl 1"]
    done(handed, hand_in(handed, ("a.jsonl", lines(note(1), note(2), {"id": 4}))))
    assert standing() == ["a.jsonl 3", "b.jsonl 1"]
    with handed.archive.database.writing() as session:
        key = keys.create_key(session, "desk", ["ingest"], "")
    done(handed, hand_in(handed, ("b.jsonl", lines(note(3))), Authorization=f"Bearer {key}"))
    assert standing() == ["a.jsonl 3", "b.jsonl 1"]
    done(handed, hand_in(handed, ("b.jsonl", lines(note(3)))))
    assert standing() == ["a.jsonl 3"]


def test_with_a_job_go_its_rejections(handed: Api) -> None:
    job = done(handed, hand_in(handed, ("a.jsonl", lines({"id": 2}))))
    with handed.archive.database.writing() as session:
        note_progress(session, job["id"], updated_at="2020-01-01T00:00:00+00:00")
    done(handed, hand_in(handed, ("b.jsonl", lines(note(1)))))
    with handed.archive.database.reading() as session:
        assert list_rejections(session, resolved=True) == []


def test_rejections_of_all_ways_in_are_listed_page_by_page(handed: Api, tmp_path: Path) -> None:
    def listed(**query: Any) -> list[str]:
        address, found = f"/v1/rejections?{urlencode({'limit': 2, **query})}", []
        while address:
            page = handed.checked("get", handed.http.get(address, headers=AS_ADMIN))
            found += [f"{each['file']} {each.get('record')}" for each in page["results"]]
            address = page.get("next", "")
        assert page["total"] == len(found)
        return found

    done(handed, hand_in(handed, ("a.jsonl", lines({"id": 1}, note(2), {"id": 3})), ("b.bin", b"\0\1\2\3" * 100)))
    folder = tmp_path / "news"
    folder.mkdir()
    with zipfile.ZipFile(folder / "c.zip", "w") as packed:
        packed.writestr("in/d.jsonl", lines({"id": 4}))
    (folder / "c.zip5").write_bytes(lines({"id": 5}))
    ingest([folder], handed.archive, IngestOptions(skip_entities=True, source="Wire"))
    ours = ["news/c.zip5 1", "news/c.zip/in/d.jsonl 1"]
    assert listed() == [*ours, "b.bin None", "a.jsonl 3", "a.jsonl 1"]
    assert listed(source="Wire") == ours
    assert listed(file="a.jsonl") == ["a.jsonl 3", "a.jsonl 1"]
    assert listed(file="news/c.zip") == listed(file="news/c.zip/in") == ours[1:]
    assert listed(file="news/c.zip", source="Other") == []
    [shown] = handed.http.get("/v1/rejections?file=b.bin", headers=AS_ADMIN).json()["results"]
    assert (shown["reason"], shown["passed"]) == ("is not text", False)
    assert shown["remedy"] == "Mend the file, and hand it in again by the same name."

    done(handed, hand_in(handed, ("b.bin", lines(note(6)))))
    assert listed(file="b.bin") == []
    assert listed(file="b.bin", passed="true") == ["b.bin None"]
    first = handed.http.get("/v1/rejections?limit=2", headers=AS_ADMIN).json()["next"]
    assert handed.http.get(f"{first}&file=b.bin", headers=AS_ADMIN).status_code == 400
    assert handed.http.get("/v1/rejections").status_code == 401
