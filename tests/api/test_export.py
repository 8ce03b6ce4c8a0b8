"""Exports over HTTP: whole, of one moment, and gone on with where they broke off."""

from __future__ import annotations

import csv
import io
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from pyarrow.parquet import ParquetFile
from python_calamine import CalamineWorkbook

from app.api.app import create_api
from app.archive import Archive
from app.http.streams import Streams
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.withdrawing import change_status
from app.read.export import begin_export
from app.read.params import ExportParams
from app.settings import Settings
from tests.conftest import WriteRecords
from tests.served import Api, closed, serve

BULK = 400
FORMATS = ("jsonl", "csv", "parquet", "ris", "bibtex", "csl-json")
APPENDABLE = tuple(format for format in FORMATS if format != "parquet")


def numbered(first: int, last: int, **fields: Any) -> list[dict[str, Any]]:
    return [
        {
            "id": f"n{number}",
            "headline": f"Ferry {number} sails, {'again ' * (number % 4)}and more",
            "body": f"The ferry number {number} left the harbour. " * 30,
            "date": f"20{number % 23 + 1:02}-05-{number % 28 + 1:02}",
            "source": "Harbour Wire",
            **fields,
        }
        for number in range(first, last)
    ]


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Api]:
    app = create_api(Settings(data_dir=tmp_path / "empty"))
    with serve(app) as client:
        yield Api(client, app, {"schemas": closed(app.openapi()["components"]["schemas"])})


@pytest.fixture
def ferries(empty: Api, write_records: WriteRecords) -> Api:
    """An archive of its own for each test that changes it."""
    add(empty.archive, write_records("bulk.jsonl", numbered(0, BULK)))
    return empty


@pytest.fixture(scope="module")
def moored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """The same for all tests that only read it."""
    folder = tmp_path_factory.mktemp("moored")
    (folder / "bulk.jsonl").write_text("".join(json.dumps(each) + "\n" for each in numbered(0, BULK)), encoding="utf-8")
    app = create_api(Settings(data_dir=folder / "data"))
    with serve(app) as client:
        api = Api(client, app, {"schemas": closed(app.openapi()["components"]["schemas"])})
        add(api.archive, folder / "bulk.jsonl")
        yield api


def add(archive: Archive, path: Path) -> None:
    ingest([path], archive, IngestOptions(skip_entities=True))


def export(api: Api, **params: Any) -> httpx.Response:
    answer = api.http.get("/v1/export", params=params)
    assert answer.status_code == 200, answer.text
    return answer


def records(answer: httpx.Response) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.text.splitlines()]


def searched(api: Api, **params: Any) -> list[str]:
    ids: list[str] = []
    page = api.get("/v1/search", limit=100, fields=["id"], **params)
    while True:
        ids += [hit["id"] for hit in page["results"]]
        if "next" not in page:
            return ids
        page = api.http.get(page["next"]).json()


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"q": "ferry again"},
        {"q": "ferry again", "sort": "date"},
        {"sort": "date"},
        {"date_from": "2010", "date_to": "2015-05-12"},
        {"q": "again OR 7", "match": "any", "source": "Harbour Wire"},
        {"q": "ferry volcano"},
        {"q": "volcano"},
    ],
)
def test_it_holds_what_a_search_finds_in_its_order(moored: Api, params: dict[str, str]) -> None:
    answer = export(moored, format="jsonl", **params)
    assert [record["id"] for record in records(answer)] == searched(moored, **params)
    assert int(answer.headers["Export-Total"]) == moored.get("/v1/search", **params)["total"]


def test_a_limit_and_the_names_of_files(moored: Api) -> None:
    answer = export(moored, format="csv", q="Ferry, again!", date_from="2010", limit=3)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="dateline-ferry-again-2010.csv"'
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert len(list(csv.reader(io.StringIO(answer.text)))) == 4
    assert export(moored, format="bibtex", limit=1).headers["Content-Disposition"].endswith('"dateline-articles.bib"')


@pytest.mark.parametrize("format", APPENDABLE)
@pytest.mark.parametrize("q", ["", "ferry again"])
def test_the_rest_behind_what_came_is_the_whole(moored: Api, format: str, q: str) -> None:
    whole = export(moored, format=format, q=q)
    ids = searched(moored, q=q)
    for last in (0, len(ids) // 2, len(ids) - 1):
        rest = export(moored, format=format, q=q, cursor=whole.headers["Export-Cursor"], after=ids[last])
        before = export(moored, format=format, q=q, limit=last + 1).content.removesuffix(b"\n]\n")
        assert before + rest.content == whole.content
        assert int(rest.headers["Export-Total"]) == len(ids) - last - 1


@pytest.mark.parametrize("q", ["", "ferry again"])
def test_the_rest_is_of_the_same_moment(ferries: Api, write_records: WriteRecords, q: str) -> None:
    """Articles that came since are not in it, those revised since are as they are now, and those withdrawn are gone."""
    whole = records(first := export(ferries, format="jsonl", q=q, sort="date"))
    cut = len(whole) // 3
    revised, withdrawn = whole[cut + 5], whole[cut + 9]
    number = int(revised["external_id"].removeprefix("n"))
    add(ferries.archive, write_records("more.jsonl", numbered(BULK, BULK + 50)))
    add(ferries.archive, write_records("new.jsonl", numbered(number, number + 1, body="Ferry again, corrected.")))
    change_status(ferries.archive, "withdraw", [withdrawn["id"]], "wrong", "a test")
    told = {"format": "jsonl", "q": q, "sort": "date", "cursor": first.headers["Export-Cursor"]}
    rest = records(export(ferries, **told, after=whole[cut]["id"]))
    assert [each["id"] for each in rest] == [each["id"] for each in whole[cut + 1 :] if each != withdrawn]
    [now] = [each for each in rest if each["id"] == revised["id"]]
    assert (now["revision"], now["body"]) == (2, "Ferry again, corrected.")
    for id, why in ((withdrawn["id"], "withdrawn"), (revised["id"], "revised")):
        refused = ferries.http.get("/v1/export", params={**told, "after": id})
        assert refused.status_code == 400
        assert why in ferries.problem(refused)["detail"]


def test_what_goes_on_is_checked(moored: Api) -> None:
    first = export(moored, format="csv")
    alone = moored.http.get("/v1/export", params={"format": "csv", "after": searched(moored)[0]})
    assert [each["parameter"] for each in moored.problem(alone)["errors"]] == ["after"]
    other = {"format": "csv", "q": "again", "cursor": first.headers["Export-Cursor"]}
    assert moored.http.get("/v1/export", params=other).status_code == 400
    assert moored.http.get("/v1/export", params={"format": "xml"}).status_code == 422
    assert moored.http.get("/v1/export").status_code == 422


def test_an_ingest_changes_nothing_of_what_is_being_sent(ferries: Api, write_records: WriteRecords) -> None:
    before = export(ferries, format="jsonl").content
    changed = write_records("changed.jsonl", numbered(0, BULK + 50, body="Another text."))
    # More than fits into the buffers between the two, so that the server waits.
    with ferries.http.stream("GET", "/v1/export?format=jsonl", headers={"Accept-Encoding": "identity"}) as answer:
        pieces = answer.iter_raw(1000)
        received = next(pieces)
        add(ferries.archive, changed)
        gone = records(export(ferries, format="jsonl"))[-1]["id"]
        received += b"".join(pieces)
    assert received == before
    assert gone in received.decode()


def test_what_is_withdrawn_meanwhile_is_left_out(ferries: Api) -> None:
    last = searched(ferries)[-1]
    pieces = export_pieces(ferries)
    next(pieces)
    change_status(ferries.archive, "withdraw", [last], "wrong", "a test")
    assert last not in b"".join(pieces).decode()


def export_pieces(api: Api) -> Iterator[bytes]:
    return begin_export(api.archive, api.archive.engine.still(), ExportParams.checked({"format": "jsonl"}), None).pieces


def test_a_broken_connection_is_gone_on_with(moored: Api) -> None:
    """The client is killed in the midst; the server lets go of its snapshot, and the rest makes it whole."""
    whole = export(moored, format="jsonl").text
    address = (moored.http.base_url.host, cast(int, moored.http.base_url.port))
    with socket.create_connection(address) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.sendall(b"GET /v1/export?format=jsonl HTTP/1.1\r\nHost: test\r\n\r\n")
        received = b""
        while received.count(b"\n{") < 30:
            received += client.recv(4096)
    head, _, body = received.partition(b"\r\n\r\n")
    [cursor] = [line[15:].decode() for line in head.split(b"\r\n") if line.lower().startswith(b"export-cursor:")]
    lines = [line for line in unchunked(body).split(b"\n") if line.endswith(b"}}")]
    last = json.loads(lines[-1])["id"]
    rest = export(moored, format="jsonl", cursor=cursor, after=last).text
    assert b"".join(line + b"\n" for line in lines).decode() + rest == whole
    wait_for(lambda: streams_of(moored).free == 8)


def unchunked(body: bytes) -> bytes:
    found = b""
    while b"\r\n" in body:
        size, _, body = body.partition(b"\r\n")
        found, body = found + body[: int(size, 16)], body[int(size, 16) + 2 :]
    return found


def streams_of(api: Api) -> Streams:
    streams: Streams = api.app.state.streams
    return streams


def wait_for(what: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_who_takes_nothing_is_cut_off(ferries: Api, write_records: WriteRecords) -> None:
    """Others are served meanwhile, and when it has ended nothing of it is left."""
    body = "The ferry sails. " + ("far" * 20 + " ") * 56_000  # long words, which are soon indexed
    add(ferries.archive, write_records("large.jsonl", numbered(BULK, BULK + 8, body=body)))
    streams_of(ferries).patience = 0.5
    address = (ferries.http.base_url.host, cast(int, ferries.http.base_url.port))
    with socket.create_connection(address) as client:
        client.sendall(b"GET /v1/export?format=jsonl&sort=date HTTP/1.1\r\nHost: test\r\n\r\n")
        client.recv(10)
        wait_for(lambda: streams_of(ferries).free == 7)
        assert ferries.get("/v1/search", q="ferry", limit=1)["total"] == BULK + 8
        wait_for(lambda: streams_of(ferries).free == 8)
        received = b""
        while piece := client.recv(1 << 20):
            received += piece
    assert not received.endswith(b"0\r\n\r\n")


def test_only_so_many_at_once(ferries: Api) -> None:
    streams_of(ferries).free = 0
    refused = ferries.http.get("/v1/export", params={"format": "csv"})
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert ferries.problem(refused)["type"] == "/problems/overloaded"


def test_a_head_makes_no_body(moored: Api) -> None:
    answer = moored.http.head("/v1/export", params={"format": "jsonl"})
    assert (answer.status_code, answer.headers["Export-Total"]) == (200, str(BULK))


def test_it_is_tagged_and_compressed(moored: Api) -> None:
    for encoding in ("gzip", "br", "zstd"):
        asked = {"Accept-Encoding": encoding}
        answer = moored.http.get("/v1/export?format=jsonl", headers=asked)
        assert answer.headers["Content-Encoding"] == encoding
    again = moored.http.get("/v1/export?format=jsonl", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


HOSTILE = [
    '=HYPERLINK("http://evil.example")', "+1", "-1+2", "@SUM(A1)", "\t=1", " =1", "＝1", 'say "x", y', "ré – 日本",
]  # fmt: skip


def test_csv_is_safe_in_spreadsheets(empty: Api, write_records: WriteRecords) -> None:
    given = [
        {"id": str(n), "headline": text, "body": f'{text}\n\nSecond, with "marks".', "authors": [text, "B"]}
        for n, text in enumerate(HOSTILE)
    ]
    given.append({"id": "long", "headline": "Long", "body": "word " * 20_000})
    add(empty.archive, write_records("hostile.jsonl", given))
    answer = export(empty, format="csv", sort="date")
    assert answer.content.startswith("\ufeffid,external_id,url,headline,".encode())
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert len(rows) == len(given)
    for row in rows:
        for value in row.values():
            assert not value.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "＝"))
            assert len(value) < 32_767
    kept = {row["external_id"]: row for row in rows}
    assert kept["7"]["headline"] == HOSTILE[7]
    assert kept["7"]["body"] == given[7]["body"]
    assert "characters in all" in kept["long"]["body"]
    assert all(line.endswith(b"\r") for line in answer.content.split(b"\n")[-2:-1])


NUMBERS = [
    "007", "1234567890123456", "12345678901234e5", "1E5", "3-4", "1/2", "10:30", "10:30 am", "12 %", "$5", "TRUE",
    "1.0", "1" * 41, "May 5", "5 May 2025", "1-Jun", "Sept. 11, 2001", "1,234.5", "(12)",
]  # fmt: skip
WORDS = ["May", "5 boats", "Mayor 5 of 9", "e5", "78184646ba153278", "12 e 5 more", "..."]


def numbers_and_words(empty: Api, write_records: WriteRecords) -> list[dict[str, str]]:
    """Return the rows of a table of texts that are like numbers, and of others."""
    given = [
        {"id": text, "headline": text, "body": f'Said "{text}",\n\nand; left – 日本.', "date": "2025-05-05T10:30"}
        for text in (*NUMBERS, *WORDS)
    ]
    given.append({"id": "41", "headline": "1234567890", "date": "1969"})
    add(empty.archive, write_records("numbers.jsonl", given))
    table = export(empty, format="csv", sort="date").content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(table, newline="")))


def test_csv_has_no_text_that_a_spreadsheet_shows_as_another(empty: Api, write_records: WriteRecords) -> None:
    rows = {row["external_id"].removeprefix("'"): row for row in numbers_and_words(empty, write_records)}
    for text in NUMBERS:
        assert rows[text]["headline"] == f"'{text}"
    for text in WORDS:
        assert rows[text]["headline"] == rows[text]["external_id"] == text
    assert rows["007"]["date"] == "2025-05-05"
    assert rows["007"]["revision"] == "1"
    assert [rows["41"][name] for name in ("external_id", "headline", "date")] == ["41", "1234567890", "1969"]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_csv_opens_in_libreoffice(empty: Api, write_records: WriteRecords, tmp_path: Path) -> None:
    """As its dialogue proposes to read it: comma, quotes, and UTF-8 for the mark."""
    rows = numbers_and_words(empty, write_records)
    (tmp_path / "export.csv").write_bytes(export(empty, format="csv", sort="date").content)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--infilter=CSV:44,34,76,1", "--convert-to", "xlsx", "export.csv"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=300)
    header, *cells = CalamineWorkbook.from_path(tmp_path / "export.xlsx").get_sheet_by_index(0).to_python()
    assert len(cells) == len(rows)
    for row, opened in zip(rows, [dict(zip(header, each, strict=True)) for each in cells], strict=True):
        for name in ("id", "external_id", "headline", "body", "language", "word_count"):
            assert opened[name] == (float(row[name]) if row[name].isdecimal() else row[name])
        if row["published_at"]:
            assert opened["published_at"] == datetime.fromisoformat(row["published_at"])
        assert opened["date"] == (date.fromisoformat(row["date"]) if len(row["date"]) == 10 else int(row["date"]))


def test_parquet_is_read_back(api: Api) -> None:
    whole = records(export(api, format="jsonl"))
    answer = export(api, format="parquet")
    table = ParquetFile(io.BytesIO(answer.content)).read().to_pylist()
    assert [{name: value for name, value in row.items() if value is not None} for row in table] == whole


def test_parquet_without_its_package_says_so(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.read.records.find_spec", lambda name: None)
    refused = api.http.get("/v1/export", params={"format": "parquet", "q": "truce"})
    [wrong] = api.problem(refused)["errors"]
    assert (refused.status_code, wrong["parameter"]) == (422, "format")
    assert "dateline[parquet]" in wrong["message"]
