"""WARC and ARC: each page that a server gave, however the crawler wrote it down."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.ingest.readers import Note, Opened, Record, Unusable, read
from tests.growth import is_bounded

TEXT = "The ferry to the island did not sail on Tuesday, since fog lay over the whole of the harbour."
PAGE = (
    "<!DOCTYPE html><html><head><title>Fog at the café</title></head>"
    f"<body><article><h1>Fog at the café</h1><p>{TEXT}</p></article></body></html>"
)


def response(body: bytes, headers: str = "Content-Type: text/html; charset=utf-8\r\n", status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\n{headers}\r\n".encode() + body


def record(content: bytes, kind: str = "response", address: str = "https://news.example/fog", more: str = "") -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {address}\r\nWARC-Date: 2025-05-07T09:00:00Z\r\n"
        f"Content-Type: application/http; msgtype={kind}\r\n{more}Content-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content + b"\r\n\r\n"


PAGE_RECORD = record(response(PAGE.encode()))


def records(path: Path, content: bytes) -> list[Record | Unusable]:
    return [each for each in every(path, content) if not isinstance(each, Note)]


def every(path: Path, content: bytes) -> list[Record | Unusable | Note]:
    path.write_bytes(content)
    with Opened(path) as stream:
        return [each for _, each in read(stream, path)]


def chunked(body: bytes, size: int = 100) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x;a=b\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    "content",
    [
        PAGE_RECORD,
        PAGE_RECORD.replace(b"\r\n", b"\n").replace(b"Content-Length: ", b"Content-Length:   "),
        record(response(PAGE.encode("cp1252"), "Content-Type: text/html; charset=windows-1252\r\n")),
        record(response(PAGE.encode(), "Content-Type: application/xhtml+xml\r\n")),
        record(response(gzip.compress(PAGE.encode()), "Content-Type: text/html\r\nContent-Encoding: gzip\r\n")),
        record(response(zlib.compress(PAGE.encode()), "Content-Type: text/html\r\nContent-Encoding: deflate\r\n")),
        record(
            response(zlib.compress(PAGE.encode())[2:-4], "Content-Type: text/html\r\nContent-Encoding: deflate\r\n")
        ),
        record(response(PAGE.encode(), "Content-Type: text/html\r\nContent-Encoding: gzip\r\n")),
        record(response(chunked(PAGE.encode()), "Content-Type: text/html\r\nTransfer-Encoding: chunked\r\n")),
        record(response(PAGE.encode(), "Content-Type: text/html\r\nTransfer-Encoding: chunked\r\n")),
        record(PAGE.encode(), "resource").replace(b"application/http; msgtype=resource", b"text/html"),
        b"filedesc://a.arc 0.0.0.0 20250507090000 text/plain 9\n1 0 a\nb c\n\nhttps://news.example/fog 1.2.3.4 "
        b"20250507090000 text/html %d\n%s\n" % (len(response(PAGE.encode())), response(PAGE.encode())),
    ],
    ids=range(12),
)  # fmt: skip
def test_a_page_is_read_however_it_was_kept(tmp_path: Path, content: bytes) -> None:
    if content.count(b"\r\n") == 0:
        length = len(response(PAGE.encode()).replace(b"\r\n", b"\n"))
        content = content.replace(b"  %d" % len(response(PAGE.encode())), b"  %d" % length)
    [found] = records(tmp_path / "a", content)
    assert isinstance(found, Record), found
    assert (found.fields["headline"], found.fields["body"]) == ("Fog at the café", TEXT)
    assert found.fields["url"] == "https://news.example/fog"
    assert content[found.offset :].lstrip().startswith((b"WARC/1.0", b"https://news.example/fog 1.2.3.4"))


def test_what_is_no_page_is_passed_over(tmp_path: Path) -> None:
    others = [
        record(b"software: x", "warcinfo"), record(b"GET /fog HTTP/1.1\r\n\r\n", "request"),
        record(response(b"x", status="301 Moved")), record(response(PAGE.encode(), status="404 Not Found")),
        record(response(b"\x89PNG", "Content-Type: image/png\r\n")), record(response(b"", ""), "revisit"),
    ]  # fmt: skip
    assert len(records(tmp_path / "a", b"".join([*others, PAGE_RECORD]))) == 1
    assert records(tmp_path / "a", b"".join(others)) == [Unusable(None, "holds no web page that a server gave")]


def test_documents_of_other_kinds_are_told(tmp_path: Path) -> None:
    others = b"".join(
        record(response(b"x", f"Content-Type: {kind}\r\n"))
        for kind in (
            "application/pdf",
            "application/rss+xml; charset=utf-8",
            "application/pdf",
            "text/css",
            "image/png",
        )
    )
    told = "2 of application/pdf, 1 of application/rss+xml"
    [_, note] = every(tmp_path / "a", PAGE_RECORD + others)
    assert note == Note(f"holds more than pages, which was passed over: {told}.")
    assert every(tmp_path / "a", others) == [Unusable(None, f"holds no web page that a server gave, but {told}")]


@pytest.mark.parametrize("kind", ["", "Content-Type: application/octet-stream\r\n"])
def test_a_page_of_which_the_server_said_nothing_is_one(tmp_path: Path, kind: str) -> None:
    [found] = records(tmp_path / "a", record(response(PAGE.encode(), kind)))
    assert isinstance(found, Record)


def test_what_is_damaged_costs_one(tmp_path: Path) -> None:
    for damaged, reason in (
        (PAGE_RECORD.replace(b"Content-Length: ", b"Content-Length: x"), "does not say how long it is"),
        (PAGE_RECORD.replace(b"WARC-Type: ", b"WARC-Type "), "has a header that is damaged"),
        (b"garbage\n" * 9, "is no record of a web archive"),
        (record(response(PAGE.encode()) * 2).replace(b"WARC-Type", b"WARC_Type"), None),
    ):
        found = records(tmp_path / "a", PAGE_RECORD + damaged + PAGE_RECORD)
        assert [isinstance(each, Record) for each in found] == ([True, False, True] if reason else [True, True])
        assert reason is None or f"{reason}: get the file again" in [getattr(each, "reason", "") for each in found]


def test_a_file_that_is_cut_says_so(tmp_path: Path) -> None:
    found = records(tmp_path / "a", PAGE_RECORD + PAGE_RECORD[:-100])
    assert isinstance(found[0], Record)
    assert found[1:] == [Unusable(None, "ends in the middle of a record: get it again")]
    packed = gzip.compress(PAGE_RECORD) + gzip.compress(PAGE_RECORD)[:-20]
    found = records(tmp_path / "a.warc.gz", packed)
    assert isinstance(found[0], Record)
    assert isinstance(found[-1], Unusable)
    assert found[-1].number is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (record(response(PAGE.encode() + b" " * 7_000_000)), "is a page of over 6,000,000 bytes"),
        (
            record(response(gzip.compress(b" " * 9_000_000), "Content-Type: text/html\r\nContent-Encoding: gzip\r\n")),
            "is",
        ),
        (record(response(b"x", "Content-Type: text/html\r\nContent-Encoding: br\r\n")), "is packed in a way"),
        (record(response(b"<html></html>")), "is a web page without a main text"),
    ],
    ids=range(4),
)
def test_a_page_that_cannot_be_read_names_its_address(tmp_path: Path, content: bytes, reason: str) -> None:
    found, after = records(tmp_path / "a", content + PAGE_RECORD)
    assert isinstance(found, Unusable)
    assert found.reason.startswith(reason)
    assert found.reason.endswith("(https://news.example/fog)")
    assert isinstance(after, Record)


@pytest.mark.parametrize(
    "line", [b"WARC/1.0\n", b"a: b\r\n", b"\n", b"x", b"WARC/1.0\nContent-Length: 0\n\n", b"\nWARC/1"]
)
def test_twice_the_bytes_take_twice_the_time(tmp_path: Path, line: bytes) -> None:
    def seconds(size: int) -> float:
        started = thread_time()
        records(tmp_path / "a.warc", b"WARC/1.0\n" + line * (size // len(line)))
        return thread_time() - started

    assert is_bounded(seconds, 200_000, 800_000, times=6, spare=0.5)


@settings(max_examples=40)
@given(st.data())
def test_no_damage_makes_a_web_archive_fail(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    content = bytearray(PAGE_RECORD + record(response(chunked(b"<p>fog"), "Transfer-Encoding: chunked\r\n")))
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(5, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert records(tmp_path_factory.getbasetemp() / "any.warc", bytes(content))
