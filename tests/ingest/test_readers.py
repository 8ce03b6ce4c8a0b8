from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ingest.formats import FORMATS, Format
from app.ingest.readers import Note, Opened, Record, Unusable, read, reader_of
from app.ingest.readers.json_array import _Lost, _pieces
from app.ingest.readers.kinds import KINDS
from app.ingest.readers.lines import lines
from app.ingest.readers.record import MAX_RECORD
from app.ingest.readers.sniff import Nature, sniff


def records(path: Path, forced: Format | None = None) -> list[Record | Unusable]:
    with Opened(path) as stream:
        return [record for _, record in read(stream, path, forced) if not isinstance(record, Note)]


def written(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("name", "head", "format"),
    [
        ("a.txt", " date 2001-02-03 Oslo: Snow.", "text"),
        ("a", "Just words.", "text"),
        pytest.param("a", "A line without end. " * 10_000, "text", id="long line"),
        ("a.md", " date 2001-02-03 Oslo: Snow.", "text"),
        ("a.txt", "One, two, and three.\nFour, five.", "text"),
        ("a.txt", '{"title": "T"}\n{"title": "U"}', "jsonl"),
        ("a.json", '{"title": "T"}\n{"title": "U"}', "jsonl"),
        ("a.json", '{"broken\n{"title": "U"}', "jsonl"),
        ("a.json", '{\n "title": "T"\n}', "json"),
        ("a.json", '{"articles": [\n{"title": "T"},\n{"title": "U"}\n]}', "json"),
        ("a.dat", ' [ {"title": "T"}]', "json"),
        ("a.txt", "[]", "json"),
        ("a.txt", "[Reuters] said so.", "text"),
        ("a.txt", "id,title,text\n1,T,B", "csv"),
        ("a", "title\tcontent\nT\tB", "csv"),
        ("a.csv", "name\nvalue", "csv"),
        ("a.jsonl", "oops\n{}", "jsonl"),
        ("a.jsonl", '{"title": "T"}', "jsonl"),
        ("a.jsonl", '{\n "title": "T"\n}', "json"),
        ("a.json", '{"title": "T"}', "json"),
        ("a.csv", "sep=;\nid;title\n1;T", "csv"),
        ("a.txt", '"sep=|"\nid|title\n1|T', "csv"),
        ("a.txt", "Summary, abstract and description.\nMore.", "text"),
        ("a.txt", "<john> Hello.\n<mary> Hello, <john>.", "text"),
        ("a.txt", "<p>Hello, <b>world</b>.</p>", "text"),
        ("a.json", '[["title", "text"], ["T", "B"]]', "json"),
        ("a.txt", "[[Category:Ferries]] halted.", "text"),
        ("a.txt", "<!DOCTYPE html>\n<title>T</title>", "page"),
        ("a", '<?xml version="1.0"?>\n<!-- <nitf> -->\n<!DOCTYPE x [<!ENTITY a "b">]><x:HTML>', "page"),
        ("a.htm", "<p>A piece of a page</p>", "page"),
        ("a.xml", '<?xml version="1.0"?><newsItem xmlns="http://iptc.org/std/nar/2006-10-01/">', "newsml"),
        ("a.xml", '<nar:newsMessage xmlns:nar="http://iptc.org/std/nar/2006-10-01/">', "newsml"),
        ("a.xml", '<!DOCTYPE nitf SYSTEM "nitf.dtd">\n<nitf>', "nitf"),
        ("a.txt", "<nitf is what a text may begin with, also.", "nitf"),
    ],
)
def test_the_format_is_in_the_content(name: str, head: str, format: Format) -> None:
    assert sniff(head.encode(), Path(name).suffix).format == format


def test_each_format_is_one_line_of_the_table_and_has_a_reader() -> None:
    assert sorted(kind.format for kind in KINDS) == sorted(FORMATS)
    assert all(callable(reader_of(kind.format)) for kind in KINDS if not kind.is_container)
    endings = [ending for kind in KINDS for ending in kind.endings]
    assert len(set(endings)) == len(endings)


def test_the_names_of_formats_come_without_a_reader() -> None:
    script = (
        "import sys, app.ingest.formats; sys.exit(any(name.startswith('app.ingest.readers') for name in sys.modules))"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_a_forced_format_wins() -> None:
    assert sniff(b'{"title": "T"}', ".json", "text").format == "text"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"", "is empty"),
        ("a.jsonl", b" \n\n", "is empty"),
        ("a.png", bytes(range(32)) * 20, "is not text"),
        ("a.xml", b"<?xml version='1.0'?><svg></svg>", "is markup of a kind that is not read (<svg>)"),
        ("a.txt", b"<DOC>\n<DOCNO>1</DOCNO>\n</DOC>\n<DOC>", "is markup of a kind that is not read (<DOC>)"),
        ("a", b"<articles>\n<article>T</article>\n</articles>", "is markup of a kind that is not read (<articles>)"),
        (
            "a.csv.gz",
            gzip.compress(gzip.compress(b"title,text\nT,B\n", mtime=0), mtime=0),
            "is packed twice: unpack it once",
        ),
        ("a.csv.Z", b"\x1f\x9d\x90abc", "is packed with compress: unpack it"),
        ("a.py", b"import os\n", "has a format that is not known (.py); --format forces one"),
        ("a.\x1b[31m", b"import os\n", "has a format that is not known (.\\x1b[31m); --format forces one"),
    ],
)
def test_a_file_that_is_nothing_we_know_is_one_rejection(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    [found] = records(written(tmp_path / name, content))
    assert isinstance(found, Unusable)
    assert (found.number, found.reason.partition(": export it")[0]) == (None, reason)


def test_one_bad_record_of_a_thousand_costs_one(tmp_path: Path) -> None:
    for bad in (b'{"title": "never', b'{"title": "\xff\xfe"}', b"null", b'{"title": "\xed\xa0\x80"}'):
        sound = [json.dumps({"id": n, "title": f"Number {n} é"}, ensure_ascii=False).encode() for n in range(1000)]
        sound[499] = bad
        found = records(written(tmp_path / "a.jsonl", b"\n".join(sound)))
        assert [record.number for record in found] == list(range(1, 1001))
        assert [record.number for record in found if isinstance(record, Unusable)] == [500]


def test_a_rejection_can_be_found_again_in_the_file(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", '{"title": "é"}\n\n{"title": oops}\n{"title": "T"}\n')
    bad = records(path)[1]
    assert isinstance(bad, Unusable)
    assert bad.offset is not None
    assert path.read_bytes()[bad.offset :].startswith(b'{"title": oops}')


def test_a_record_over_the_limit_is_dropped_and_the_next_one_read(tmp_path: Path) -> None:
    long = json.dumps({"title": "x" * MAX_RECORD})
    path = written(tmp_path / "a.jsonl", f'{{"title": "A"}}\n{long}\n{{"title": "B"}}\n')
    first, second, third = records(path)
    assert isinstance(second, Unusable)
    assert second.reason == "is over 10,000,000 bytes"
    assert [record.fields for record in (first, third) if isinstance(record, Record)] == [
        {"title": "A"},
        {"title": "B"},
    ]
    assert isinstance(third, Record)
    assert path.read_bytes()[third.offset :] == b'{"title": "B"}\n'


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    for depth in (100, 100_000):
        path = written(tmp_path / "a.jsonl", '{"title": "T", "x": ' + "[" * depth + "]" * depth + '}\n{"title": "U"}\n')
        first, second = records(path)
        assert isinstance(first, Unusable)
        assert first.reason == "is nested deeper than 64"
        assert isinstance(second, Record)
    many = json.dumps({"title": "T", "tags": [[n] for n in range(200)]})
    assert all(isinstance(record, Record) for record in records(written(tmp_path / "b.jsonl", many)))


def test_gzip_that_unpacks_without_end_is_stopped(tmp_path: Path) -> None:
    bomb = written(tmp_path / "a.jsonl.gz", gzip.compress(b'{"title": "A"}\n' + b" " * 50_000_000))
    found = records(bomb)
    assert found[-1] == Unusable(None, "unpacks to more than 100 times its size")
    small = written(tmp_path / "b.jsonl.gz", gzip.compress(b'{"title": "A"}\n' * 50_000))
    assert len(records(small)) == 50_000


@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_damaged_gzip_keeps_what_could_be_read(tmp_path: Path, damage: str) -> None:
    lines = b"".join(b'{"title": "%s"}\n' % os.urandom(40).hex().encode() for _ in range(40_000))
    packed = bytearray(gzip.compress(lines))
    if damage == "cut":
        del packed[-2000:]
    else:
        packed[-1500] ^= 255
    found = records(written(tmp_path / "a.jsonl.gz", bytes(packed)))
    last = found[-1]
    assert isinstance(last, Unusable)
    assert last.number is None
    assert last.reason.startswith("damaged gzip data")
    assert len(found) > 10_000


def test_old_line_ends(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "title,text\rOne,first\rTwo,second\r")
    assert [record.fields for record in records(path) if isinstance(record, Record)] == [
        {"title": "One", "text": "first"},
        {"title": "Two", "text": "second"},
    ]


def test_the_end_of_an_array_is_the_end(tmp_path: Path) -> None:
    found = records(written(tmp_path / "a.json", '[{"title": "T"}] trailing'))
    assert isinstance(found[0], Record)
    assert isinstance(found[1], Unusable)
    assert found[1].reason == "something follows the end of the array"
    open_array = records(written(tmp_path / "b.json", '[{"title": "T"},'))
    assert isinstance(open_array[1], Unusable)
    assert open_array[1].reason == "is missing: the array is not closed"
    assert records(written(tmp_path / "c.json", "[]")) == []


@pytest.mark.parametrize(
    "bad", ['{"title": "never closed, "text": "T"}', '{"title": "cut', '{"title": ["x", {"y": 1}', "{"]
)
@pytest.mark.parametrize("indent", [None, 2])
def test_a_quote_or_bracket_that_does_not_close_costs_one_record(tmp_path: Path, bad: str, indent: int | None) -> None:
    sound = [json.dumps({"title": f"T{n}", "tags": [{"a": n}, {"b": n}]}, indent=indent) for n in range(50)]
    lines = [text.replace("\n", "\n  ") for text in sound]
    lines[20] = bad
    found = records(written(tmp_path / "a.json", "[\n  " + ",\n  ".join(lines) + "\n]\n"))
    assert [record.number for record in found if isinstance(record, Unusable)] == [21]
    titles = [record.fields["title"] for record in found if isinstance(record, Record)]
    assert titles == [f"T{n}" for n in range(50) if n != 20]


@pytest.mark.parametrize(
    "long", [b'{"a": [' + b"{}," * 3_400_000 + b"1]}", b'{"a": "' + b"\\\\n" * 4_000_000 + b'"}', b"1" * 11_000_000]
)
def test_a_value_over_the_limit_is_dropped_and_the_next_one_read(tmp_path: Path, long: bytes) -> None:
    """Looked at once: by the limit, 150 chunks from the start for each of them would take minutes."""
    path = written(tmp_path / "a.json", b'[{"title": "A"},' + long + b',{"title": "B"}]')
    first, second, third = records(path)
    assert isinstance(first, Record)
    assert second == Unusable(2, "is over 10,000,000 bytes", 16)
    assert isinstance(third, Record)
    assert third.fields == {"title": "B"}
    assert path.read_bytes()[third.offset :] == b'{"title": "B"}]'


@pytest.mark.parametrize("pairs", [1_000_000, pytest.param(3_000_000, marks=pytest.mark.torture)])
def test_every_record_beside_one_with_millions_of_brackets_is_accounted_for(tmp_path: Path, pairs: int) -> None:
    path = written(tmp_path / "a.json", b'[{"a":[' + b"{}," * pairs + b'1]},{"title":"next"}]')
    assert [record.number for record in records(path)] == [1, 2]


def test_a_value_over_the_limit_that_is_not_closed_ends_at_the_next_line(tmp_path: Path) -> None:
    for size, rest in ((12_000_000, "is over 10,000,000 bytes"), (9_000_000, None)):
        content = b'[\n {"title": "A"},\n {"title": "' + b"x" * size + b',\n {"title": "B"}\n]'
        found = records(written(tmp_path / "a.json", content))
        assert [isinstance(record, Record) for record in found] == [True, False, True]
        assert isinstance(found[1], Unusable)
        assert rest is None or found[1].reason == rest
    assert records(written(tmp_path / "b.json", b'[{"title": "A"},{"b": "' + b"x" * 12_000_000))[1:] == [
        Unusable(2, "is over 10,000,000 bytes; the rest of the file was not read", 16)
    ]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(json_values, max_size=6), st.integers(1, 40), st.booleans())
def test_an_array_is_cut_where_its_values_end(values: list[object], size: int, pretty: bool) -> None:
    raw = json.dumps(values, indent=1 if pretty else None, ensure_ascii=False).encode()
    pieces = list(_pieces((raw[at : at + size] for at in range(0, len(raw), size)), 0))
    assert [json.loads(piece.raw) for piece in pieces if not isinstance(piece, _Lost)] == values
    assert all(not isinstance(piece, _Lost) and raw[piece.offset :].startswith(piece.raw) for piece in pieces)


@given(st.binary(max_size=200), st.integers(1, 30))
def test_no_bytes_make_the_array_reader_fail_or_hang(raw: bytes, size: int) -> None:
    pieces = list(_pieces((raw[at : at + size] for at in range(0, len(raw), size)), 0))
    assert len(pieces) <= len(raw) + 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_lines_join_to_the_file(tmp_path: Path, encoding: str) -> None:
    # U+0A0A and U+010A hold the byte of a line end, at even and at odd places.
    text = "".join(f"ਊĊ {'x' * (n % 977)}\n" for n in range(3000)) + "last"
    path = written(tmp_path / "a", text.encode(encoding))
    with Opened(path) as stream:
        found = list(lines(stream, "\n".encode(encoding), 0))
    assert b"".join(line.raw or b"" for line in found) == path.read_bytes()
    assert [(line.raw or b"").decode(encoding) for line in found] == text.splitlines(keepends=True)
    at = 0
    for line in found:
        assert line.offset == at
        at += len(line.raw or b"")


@given(st.binary(max_size=300), st.sampled_from(FORMATS))
def test_no_bytes_make_a_reader_fail(tmp_path_factory: pytest.TempPathFactory, raw: bytes, format: Format) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    assert isinstance(records(written(path, raw), format), list)


@pytest.mark.parametrize("mark", ["\ufeff", "\ufeff\ufeff", "\ufeff\ufeff\ufeff"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_any_number_of_marks_is_none_of_the_text(tmp_path: Path, mark: str, encoding: str) -> None:
    for name, content in (
        ("a.csv", "id,title\n1,T\n"),
        ("a.jsonl", '{"id": "1", "title": "T"}\n'),
        ("a.json", '[{"id": "1", "title": "T"}]'),
    ):
        [found] = records(written(tmp_path / name, (mark + content).encode(encoding)))
        assert isinstance(found, Record)
        assert found.fields == {"id": "1", "title": "T"}


def test_a_mark_that_was_taken_for_text_is_none(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + "ï»¿id,title\n1,Größe\n".encode()
    [found] = records(written(tmp_path / "a.csv", content))
    assert isinstance(found, Record)
    assert found.fields == {"id": "1", "title": "Größe"}


@pytest.mark.parametrize("separator", [";", ",", "|", "\t", "^"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_separator_may_be_said_above_the_header(tmp_path: Path, separator: str, quote: str) -> None:
    rows = ["id;title;text", "1;T;B"]
    content = "\r\n".join([f"{quote}sep={separator}{quote}", *(row.replace(";", separator) for row in rows), ""])
    [found] = records(written(tmp_path / "a.csv", content))
    assert isinstance(found, Record)
    assert found.fields == {"id": "1", "title": "T", "text": "B"}
    assert (tmp_path / "a.csv").read_bytes()[found.offset :].startswith(b"1")


def test_of_twin_columns_the_first_that_is_filled_counts(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "id,text,Text,text\n1,,B,\n2,A,A,\n3,A,B,C\n4,NULL,,B\n")
    assert [record.fields for record in records(path) if isinstance(record, Record)] == [
        {"id": "1", "text": "B"},
        {"id": "2", "text": "A"},
        {"id": "3", "text": "A", "text (2)": "B", "text (3)": "C"},
        {"id": "4", "text": "B"},
    ]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("mac_roman", "Café"),
        ("mac_roman", "Señor Núñez à São Paulo"),
        ("mac_roman", "It’s “fine” – naïve"),
        ("mac_roman", "«Voilà» l’été, Straße"),
        ("cp1252", "Señor"),
        ("cp1252", "It’s “fine” – naïve café"),
        ("cp1252", "Ünïcode ÄRGER £5 ©2001 ½ CAFÉ"),
        ("cp1252", "«Voilà» l’été, Œuvre œuvre"),
    ],
)
def test_a_few_letters_tell_the_encoding(tmp_path: Path, encoding: str, text: str) -> None:
    [found] = records(written(tmp_path / "a.csv", f"id,title\n1,{text.replace(',', '')}\n".encode(encoding)))
    assert isinstance(found, Record)
    assert found.fields["title"] == text.replace(",", "")


def test_a_number_that_is_none_is_nothing(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.jsonl", '{"title": "NaN: a", "date": NaN}\n{"title": NaN oops}\n{"title": "Infinity"}\n'
    )
    assert [isinstance(record, Record) for record in records(path)] == [True, False, True]


def test_nature_names_the_code_unit() -> None:
    assert sniff("title,text\na,b".encode("utf-16"), ".csv") == Nature("csv", "utf-16-le", 2, b"\n\0")
