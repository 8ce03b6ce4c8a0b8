"""Files made to break a reader, through the whole way in: each record is an article or a rejection, and memory stays
where it is."""

from __future__ import annotations

import calendar
import gzip
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlmodel import select

from app.archive import Archive
from app.ingest.pipeline import IngestOptions, ingest
from app.ingest.report import Report
from app.ingest.verify import verify
from app.search.query import Query, Word
from app.store.rejections import list_rejections
from app.store.tables import Article
from app.web.site import create_app
from tests.failures.command import ROOT, dateline, ordinary
from tests.served import serve

GOOD = b'{"title": "Good", "text": "A lighthouse."}\n'
DEEP = b'{"title": "Deep", "text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n"
NEVER_CLOSED = b'{"a":' * 100_000 + b"\n"


def taken(archive: Archive, path: Path, name: str, content: bytes) -> Report:
    """The report adds up, and what came in is sound."""
    file = path / name
    file.write_bytes(content)
    report = ingest([file], archive, IngestOptions(skip_entities=True))
    assert report.read == report.new + report.revised + report.unchanged + report.duplicate + report.rejected
    assert verify(archive, deep=True) == []
    return report


def reasons(archive: Archive) -> str:
    with archive.database.reading() as session:
        return "\n".join(rejection.reason for rejection in list_rejections(session))


@pytest.mark.parametrize(
    ("content", "new", "rejected", "reason"),
    [
        (GOOD + DEEP + NEVER_CLOSED, 1, 2, "nested"),
        (GOOD + b'{"title": "\\ud800 half", "text": "of a \\udfff pair"}\n', 1, 1, ""),
        (GOOD + '{"title": "é", "text": "é"}\n'.encode() + b'{"title": "\xff\xfe", "text": "x"}\n', 2, 1, "UTF-8"),
        (GOOD + b'{"title": "nul\\u0000", "text": "\\u0007bell\\u0000"}\n', 2, 0, ""),
        (GOOD + b'{"title": "T", "text": "x", "date": "0000-01-01"}\n', 1, 1, "0000"),
        (GOOD + b'{"title": "T", "text": "x", "date": "9999-12-31"}\n', 1, 1, "more than a year ahead"),
        (GOOD + b'{"title": "T", "text": "x", "date": "0001-01-01"}\n', 1, 1, "before 1600"),
        (GOOD + b'{"title": "T", "text": "x", "date": "10000-01-01"}\n', 1, 1, "10000"),
        (GOOD + b'{"title": "T", "text": "x", "date": "2023-02-29"}\n', 1, 1, "2023-02-29"),
        (GOOD + b'{"title": "T", "text": 1e400}\n', 1, 1, ""),
        (GOOD + b'{"id": ' + b"9" * 5_000 + b', "text": "x"}\n', 1, 1, ""),
        (GOOD + b'{"text": "x", "text": "twice"}\n{"a": {}, "a": {}, "text": "y"}\n', 3, 0, ""),
        (GOOD * 3, 1, 0, ""),
    ],
)
def test_json_lines(archive: Archive, tmp_path: Path, content: bytes, new: int, rejected: int, reason: str) -> None:
    report = taken(archive, tmp_path, "a.jsonl", content)
    assert (report.new, report.rejected) == (new, rejected), reasons(archive)
    assert reason in reasons(archive)
    assert archive.engine.search(Query(Word("lighthouse"))).total == 1


@pytest.mark.parametrize(
    ("content", "new", "rejected"),
    [
        (b"title,text\nA,one\nB,two,three\nC\n,\nD,four\n", 2, 2),
        (b'title,text\nA,"one\ntwo"\nB,"never closed\nC,three\n', 2, 1),
        (b"title,title,text\nA,B,one\n", 1, 0),
        (b"title;text\r\nA;one\r\nB;tw\x00o\r\n", 2, 0),
        (b'title,text\n=cmd|"/C calc"!A0,one\n', 1, 0),
        (b"title,text\n" + b"," * 100_000 + b"\nA,one\n", 1, 0),
        (b"title,text\n" + b"x," * 100_000 + b"\nA,one\n", 1, 1),
    ],
)
def test_csv(archive: Archive, tmp_path: Path, content: bytes, new: int, rejected: int) -> None:
    report = taken(archive, tmp_path, "a.csv", content)
    assert (report.new, report.rejected) == (new, rejected), reasons(archive)


def test_a_bomb_is_one_rejection(archive: Archive, tmp_path: Path) -> None:
    report = taken(archive, tmp_path, "a.jsonl.gz", gzip.compress(GOOD + b" " * 200_000_000))
    assert report.rejected == 1
    assert "unpacks to more than 100 times" in reasons(archive)


def test_links_out_of_the_folder_and_things_that_are_no_files(archive: Archive, tmp_path: Path) -> None:
    secret = tmp_path / "secret.jsonl"
    secret.write_bytes(b'{"title": "Secret", "text": "secret"}\n')
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "out.jsonl").symlink_to(secret)
    (folder / "up.jsonl").symlink_to("../secret.jsonl")
    (folder / "loop").symlink_to(folder)
    (folder / "self").symlink_to("self")
    (folder / "device").symlink_to("/dev/zero")
    report = ingest([folder], archive, IngestOptions(skip_entities=True))
    assert (report.new, report.rejected) == (0, 4), reasons(archive)
    assert archive.engine.search(Query(Word("secret"))).total == 0


def test_a_folder_that_may_be_read_but_not_entered_costs_itself_alone(tmp_path: Path) -> None:
    given, closed = tmp_path / "given", tmp_path / "given" / "closed"
    closed.mkdir(parents=True)
    for file in (given / "a.jsonl", closed / "b.jsonl", closed / "c.jsonl", given / "d.jsonl"):
        file.write_bytes(GOOD.replace(b"lighthouse", file.name.encode()))
    closed.chmod(0o444)
    try:
        done = dateline(tmp_path / "data", "ingest", given, "--skip-entities", prepare=ordinary)
        unreachable = dateline(tmp_path / "data", "ingest", closed / "b.jsonl", "--skip-entities", prepare=ordinary)
    finally:
        closed.chmod(0o755)
    assert done.returncode == 0, done.stderr
    assert re.findall(r"(new|rejected) +(\d+)", done.stdout) == [("new", "2"), ("rejected", "1")]
    assert unreachable.returncode == 66
    assert "cannot be reached: Permission denied" in unreachable.stderr


MEASURED = """
import sys
from pathlib import Path
from app.archive import open_archive
from app.ingest.pipeline import IngestOptions, ingest
from app.settings import Settings
with open_archive(Settings(data_dir=Path(sys.argv[1]))) as archive:
    report = ingest([Path(path) for path in sys.argv[2:]], archive, IngestOptions(skip_entities=True))
# Not getrusage: its maximum is that of the process we were forked from.
[most] = [line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
print(report.new, report.rejected, most)
"""


def most_memory(folder: Path, *files: Path) -> tuple[int, int, int]:
    command = [sys.executable, "-c", MEASURED, str(folder), *map(str, files)]
    done = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True, timeout=600)
    new, rejected, kilobytes = map(int, done.stdout.split())
    return new, rejected, kilobytes * 1024


# Long enough to be taken for text, whatever follows.
HEADS = {
    "large.jsonl": GOOD * 30_000 + b'{"title": "Large", "text": "',
    "large.json": b"[" + (GOOD.strip() + b",\n") * 30_000 + b'{"title": "Large", "text": "',
    "large.csv": b"title,text\n" + b"Good,A lighthouse.\n" * 80_000 + b'Large,"',
    "large.txt": b" date 2020-01-01\n\nLarge ",
}


@pytest.mark.torture
@pytest.mark.parametrize("name", sorted(HEADS))
def test_a_line_of_two_gigabytes_costs_no_memory(tmp_path: Path, name: str) -> None:
    """Sparse: it takes no room on the disk either."""
    small, large = tmp_path / "small.jsonl", tmp_path / name
    small.write_bytes(GOOD)
    with large.open("wb") as file:
        file.write(HEADS[name])
        file.truncate(2_000_000_000)
        file.seek(0, 2)
        file.write(b'"}\n' + json.dumps({"title": "After", "text": "after"}).encode() + b"\n")
    _, _, before = most_memory(tmp_path / "one", small)
    new, rejected, most = most_memory(tmp_path / "other", large)
    assert new == {"large.csv": 2, "large.json": 2, "large.jsonl": 2, "large.txt": 0}[name]
    # The end of the array is missing.
    assert rejected == (2 if name == "large.json" else 1)
    assert most - before < 100_000_000


@pytest.mark.torture
def test_a_bomb_of_four_gigabytes_costs_no_memory(tmp_path: Path) -> None:
    small, bomb = tmp_path / "small.jsonl", tmp_path / "bomb.jsonl.gz"
    small.write_bytes(GOOD)
    with gzip.open(bomb, "wb", compresslevel=1) as file:
        file.write(GOOD)
        for _ in range(400):
            file.write(bytes(10_000_000))
    _, _, before = most_memory(tmp_path / "one", small)
    new, rejected, most = most_memory(tmp_path / "other", bomb)
    assert (new, rejected) == (0, 1)
    assert most - before < 100_000_000


def test_a_line_far_over_the_limit_costs_no_memory(tmp_path: Path) -> None:
    large = tmp_path / "large.jsonl"
    with large.open("wb") as file:
        file.write(GOOD * 30_000 + b"{")
        file.truncate(300_000_000)
        file.seek(0, 2)
        file.write(b"}\n" + json.dumps({"title": "After", "text": "after"}).encode() + b"\n")
    new, rejected, most = most_memory(tmp_path / "data", large)
    assert (new, rejected) == (2, 1)
    assert most < 250_000_000


NAMES = [
    b"-rf", b"--force", b"new\nline.jsonl", b"quote'\".jsonl", b"$(reboot).jsonl", b"\xe2\x80\xaegpj.jsonl", b" ",
    "é\u0301 的 🙂.jsonl".encode(), b"\x1b[31mred.jsonl", b"a" * 250, b"<script>.jsonl", b"%00%2f.jsonl",
]  # fmt: skip
HIDDEN, NO_TEXT = b"....jsonl", b"bytes-\xff\xfe.jsonl"


def test_names_of_files_with_every_oddity(archive: Archive, tmp_path: Path) -> None:
    """Read, kept with what came from them, and shown: neither a page nor a terminal takes a name for anything else."""
    folder = os.fsencode(tmp_path / "given")
    os.mkdir(folder)  # noqa: PTH102  # names that no text is
    for number, name in enumerate([*NAMES, HIDDEN, NO_TEXT]):
        with open(folder + b"/" + name, "wb") as file:  # noqa: PTH123
            file.write(json.dumps({"id": number, "text": f"A lighthouse, {number}."}).encode() + b"\nno record\n")
    report = ingest([Path(os.fsdecode(folder))], archive, IngestOptions(skip_entities=True))
    assert (report.new, report.rejected) == (len(NAMES), len(NAMES) + 1), reasons(archive)
    assert "has a name that is no UTF-8" in reasons(archive)
    assert verify(archive, deep=True) == []
    listed = dateline(archive.settings.data_dir, "rejections")
    assert listed.returncode == 0, listed.stderr
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", listed.stdout)
    assert "bytes-\\xff\\xfe.jsonl" in listed.stdout
    with serve(create_app(archive.settings)) as client:
        found = client.get("/v1/search?q=lighthouse&limit=100").json()["results"]
        assert len(found) == len(NAMES)
        for hit in found:
            assert client.get(f"/v1/articles/{hit['id']}").status_code == 200
            page = client.get(f"/articles/{hit['id']}")
            assert page.status_code == 200
            assert "<script>." not in page.text


MARKS = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), 0xAD, *range(0x200B, 0x2010), *range(0x2028, 0x202F),
         *range(0x2060, 0x2070), 0xFEFF, *range(0xFFF9, 0xFFFD), 0xFFFE, 0xE0001, 0x10FFFF)]  # fmt: skip


def test_every_control_character_and_mark_of_direction_in_every_field(archive: Archive, tmp_path: Path) -> None:
    fields = ("id", "title", "text", "source", "url", "author", "dateline", "language")
    records = [
        {"id": f"{ord(mark)}", "title": f"Title {ord(mark)}", "text": f"A lighthouse, number {ord(mark)}.", name: value}
        for mark in MARKS
        for name in fields
        for value in [f"{mark}light{mark}house {ord(mark)} {name}{mark}"]
    ]
    content = "".join(json.dumps(record) + "\n" for record in records).encode()
    report = taken(archive, tmp_path, "marks.jsonl", content)
    assert report.read == len(records)
    with archive.database.reading() as session:
        articles = session.exec(select(Article)).all()
    kept = "".join(f"{each.headline}{each.body}{each.source}{each.url}{each.dateline}" for each in articles)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", kept)
    with serve(create_app(archive.settings)) as client:
        answer = client.get("/v1/search?q=lighthouse&limit=100&facet=source&facet=language")
        assert answer.json()["total"] > len(MARKS)
        assert client.get("/?q=lighthouse").status_code == 200


def test_every_year_from_0_to_9999(archive: Archive, tmp_path: Path) -> None:
    """Each at its first and last day, and as the year alone; what the calendar has, and a newspaper may have, is found
    under its year."""
    taken_years = [1600, 1752, 1899, 1900, 1969, 1970, 2000]
    years = [0, 1, 2, 99, 100, 1582, *taken_years, 2525, 9998, 9999]
    days = ["{:04}", "{:04}-01-01", "{:04}-12-31", "{:04}-02-29"]
    written = [day.format(year) for year in years for day in days]
    content = "".join(json.dumps({"text": f"A lighthouse on {date}.", "date": date}) + "\n" for date in written)
    report = taken(archive, tmp_path, "years.jsonl", content.encode())
    leap = sum(calendar.isleap(year) for year in taken_years)
    # The year zero alone is what databases write for no date.
    assert report.new == 1 + 3 * len(taken_years) + leap, reasons(archive)
    with serve(create_app(archive.settings)) as client:
        for year in taken_years:
            asked = {"q": "lighthouse", "date": f"{year:04}"}
            assert client.get("/v1/search", params=asked).json()["total"] == 3 + calendar.isleap(year)
        for interval in ("auto", "day", "week", "month", "year", "decade", "century"):
            answer = client.get("/v1/timeline", params={"q": "lighthouse", "interval": interval})
            assert answer.status_code in (200, 422), answer.text
        assert client.get("/?q=lighthouse").status_code == 200
