"""PDF, DOCX, spreadsheets and Parquet: what they say is read, and what they could do is not done."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.ingest import pdf_text
from app.ingest.readers import Note, Opened, Record, Unusable, read
from app.ingest.readers.sniff import sniff
from tests.ingest.documents import docx, package, page, paragraph, pdf, xlsx

FOG = (50.0, 700.0, "The fog lifted.")
ENCRYPTED = "/Encrypt<</Filter/Standard/V 1/R 2/O({0})/U({0})/P -4>>/ID[(0)(0)]".format("0123456789abcdef" * 2)


def records(path: Path, content: bytes) -> list[Record | Unusable]:
    path.write_bytes(content)
    with Opened(path) as stream:
        return [record for _, record in read(stream, path) if not isinstance(record, Note)]


def fields_of(path: Path, content: bytes) -> dict[str, object]:
    [record] = records(path, content)
    assert isinstance(record, Record), record
    return dict(record.fields)


def reason(path: Path, content: bytes) -> str:
    [record] = records(path, content)
    assert isinstance(record, Unusable), record
    return record.reason


@pytest.mark.parametrize(
    ("name", "content", "format"),
    [
        ("a", pdf([page([FOG])]), "pdf"),
        ("a.dat", b"\n" + pdf([page([FOG])]), "pdf"),
        ("a", docx(paragraph("Fog.")), "docx"),
        ("a", xlsx({"A": [["title"]]}), "sheet"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "sheet"),
        ("a", b"PAR1" + bytes(100), "parquet"),
        ("a.zip", package({}).replace(b"[Content_Types].xml", b"a document fog.docx"), "zip"),
    ],
)
def test_a_document_is_told_by_its_content(name: str, content: bytes, format: str) -> None:
    assert sniff(content, Path(name).suffix).format == format


def test_a_container_of_documents_is_no_document() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("word/fog.docx", docx(paragraph("Fog.")))
        archive.writestr("a.xlsx", xlsx({"A": [["title"]]}))
    assert sniff(target.getvalue().replace(b"word/fog", b"text/fog"), ".zip").format == "zip"


@pytest.mark.parametrize(
    ("content", "what_to_do"),
    [
        (b"Rar!\x1a\x07\x01\x00" + bytes(50), "unpack it and give the folder"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(50), "unpack it and give the folder"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(50), "save it as .docx, .csv or .eml"),
        (b"{\\rtf1 The fog lifted.}", "save it as .docx or as text"),
        (b"SQLite format 3\0" + bytes(50), "export its table as CSV"),
        (package({"ppt/presentation.xml": "<p/>"}), "save it as PDF"),
    ],
)
def test_what_is_not_read_says_what_to_do(tmp_path: Path, content: bytes, what_to_do: str) -> None:
    assert what_to_do in reason(tmp_path / "a.dat", content)


def test_lines_of_a_page_are_joined_to_paragraphs(tmp_path: Path) -> None:
    first = [(50, 780, "The fog lay over the"), (50, 766, "quay and the har-"), (50, 752, "bour.")]
    second = [(50, 724, "It lifted when the"), (50, 710, "ferry"), (290, 30, "1")]
    columns = [
        (50, 780, "sailed."),
        (50, 766, "So it was said"),
        (320, 780, "in the right column."),
        (290, 30, "- 2 -"),
    ]
    told = fields_of(tmp_path / "a", pdf([page([*first, *second]), page(columns)]))
    assert str(told["body"]).split("\n\n") == [
        "The fog lay over the quay and the harbour.",
        "It lifted when the ferry sailed. So it was said in the right column.",
    ]


@pytest.mark.parametrize(
    ("info", "told"),
    [
        ("/Title(Fog)/Author(Ann Keeper)", {"headline": "Fog", "authors": "Ann Keeper"}),
        ("/CreationDate(D:20250506100000+02'00')", {"date": "2025-05-06T10:00:00+02:00"}),
        ("/CreationDate(D:20250506100000Z)", {"date": "2025-05-06T10:00:00Z"}),
        ("/CreationDate(D:20250506)", {"date": "2025-05-06"}),
        ("/CreationDate(yesterday)", {}),
        ("/Title(Microsoft Word - fog.doc)", {}),
        ("/Title(fog.indd)", {}),
        ("/Title<FEFF00CA0074>", {"headline": "Êt"}),
    ],
)
def test_a_pdf_says_what_it_is_called(tmp_path: Path, info: str, told: dict[str, str]) -> None:
    found = fields_of(tmp_path / "a", pdf([page([FOG])], info))
    assert found == {"body": "The fog lifted.", **told}


def test_pages_without_text_are_counted_and_a_pdf_of_pictures_refused(tmp_path: Path) -> None:
    assert fields_of(tmp_path / "a", pdf([page([FOG]), "0 0 9 9 re f"]))["pages without text"] == 1
    assert reason(tmp_path / "a", pdf(["0 0 9 9 re f"] * 3)).startswith("has no text on its 3 pages, only pictures")


@pytest.mark.parametrize(
    ("content", "begins"),
    [
        (lambda: pdf([page([FOG])], trailer=ENCRYPTED), "is encrypted: save it without its password"),
        (lambda: b"%PDF-1.4\nnothing", "is a damaged PDF file"),
        (lambda: pdf([page([FOG])] * 3_001), "has more than 3,000 pages"),
        (lambda: b"%PDF-1.4\n" + bytes(100_000_000), "is over 100,000,000 bytes"),
    ],
    ids=range(4),
)
def test_a_pdf_that_cannot_be_read_says_what_to_do(tmp_path: Path, content: Callable[[], bytes], begins: str) -> None:
    assert reason(tmp_path / "a", content()).startswith(begins)


def test_a_pdf_that_takes_memory_ends_itself_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What happens when the bound is reached, at a bound that is reached at once."""
    program = tmp_path / "pdf_text.py"
    program.write_text(Path(pdf_text.__file__).read_text().replace("MEMORY = 2_000_000_000", "MEMORY = 1_000_000"))
    monkeypatch.setattr(pdf_text, "__file__", str(program))
    assert reason(tmp_path / "a", pdf([page([FOG])])).startswith("cannot be read within 60 seconds and 2 GB of memory")


def test_the_program_needs_nothing_of_ours() -> None:
    script = f"import runpy, sys; runpy.run_path({pdf_text.__file__!r}); sys.exit('app' in sys.modules)"
    subprocess.run([sys.executable, "-I", "-c", script], check=True)


@settings(max_examples=8)
@given(st.data())
def test_no_damage_makes_a_pdf_fail(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    content = bytearray(pdf([page([FOG])]))
    for _ in range(4):
        content[data.draw(st.integers(5, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert records(tmp_path_factory.getbasetemp() / "any.pdf", bytes(content))


def test_a_document_is_read_as_it_stands(tmp_path: Path) -> None:
    body = (
        paragraph("Fog ", "lifts", style="Title")
        + "<w:p><w:r><w:t>One</w:t><w:tab/><w:t>two</w:t><w:br/><w:t>three.</w:t></w:r>"
        + "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins><w:r><w:t> New.</w:t></w:r></w:ins></w:p>"
        + f"<w:tbl><w:tr><w:tc>{paragraph('A')}</w:tc><w:tc>{paragraph('B')}</w:tc></w:tr></w:tbl>"
        + f"<w:p><w:r><w:t>Before </w:t><w:txbxContent>{paragraph('Box.')}</w:txbxContent><w:t>after.</w:t></w:r></w:p>"
    )
    notes = f'<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">{paragraph("Note.")}</w:footnotes>'
    assert fields_of(tmp_path / "a", docx(body, "Old title", word__footnotes=notes)) == {
        "headline": "Fog lifts",
        "body": "One\ttwo\nthree. New.\n\nA\n\nB\n\nBox.\n\nBefore after.\n\nNote.",
        "date": "2025-05-06T10:00:00Z",
        "authors": "Ann Keeper",
    }
    assert fields_of(tmp_path / "a", docx(paragraph("Fog.")))["headline"] == "Ferry halted by fog"


ENTITIES = '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "{}"><!ENTITY b SYSTEM "file:///etc/passwd">]><w>&a;&b;</w>'


@pytest.mark.parametrize(
    ("content", "begins"),
    [
        (lambda: docx(""), "has no text"),
        (lambda: package({"word/other.xml": "<w/>"}), "is a document without a text"),
        (lambda: package({"word/document.xml": "<w><broken>"}), "is a damaged document"),
        (lambda: package({"word/document.xml": ENTITIES.format("x" * 99)}), "declares entities"),
        (lambda: package({"word/document.xml": ENTITIES.format("x" * 99).encode("utf-16")}), "declares entities"),
        (lambda: package({"word/document.xml": b"<w>" + b" " * 100_000_001}), "has more than 100,000,000 bytes"),
        (lambda: package({"word/document.xml": "<w>" + "<t>fog fog fog</t>" * 300_000 + "</w>"}), "has no text"),
        (lambda: docx(paragraph("Fog."))[:-40], "is a damaged document"),
        (
            lambda: docx("".join(paragraph("fog " * 250_000) for _ in range(11))),
            "has a text of over 10,000,000 characters",
        ),
    ],
    ids=range(9),
)
def test_a_document_that_cannot_be_read_says_what_to_do(
    tmp_path: Path, content: Callable[[], bytes], begins: str
) -> None:
    assert reason(tmp_path / "a.docx", content()).startswith(begins)


@given(st.data())
def test_no_damage_makes_a_document_fail(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from([docx(paragraph("Fog.")), xlsx({"A": [["title"], ["Fog"]]})])))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(4, len(content) - 1))] = data.draw(st.integers(0, 255))
    records(tmp_path_factory.getbasetemp() / "any", bytes(content))


def test_a_sheet_is_read_as_csv_is(tmp_path: Path) -> None:
    pytest.importorskip("python_calamine")
    sheets: dict[str, list[list[str | float | None]]] = {
        "News": [
            ["Export of May"], [None], ["ID", "Title", "text", "Text"],
            [41, "Fog", None, "B"], [], [42.5, "Sun", "A", "A"],
        ],
        "Empty": [],
        "Staff": [["who"], ["Ann"]],
        "More": [["title"], ["Rain"]],
    }  # fmt: skip
    found = records(tmp_path / "a.xlsx", xlsx(sheets))
    assert [each.number for each in found] == [1, 2, 3, 4]
    assert [each.fields for each in found if isinstance(each, Record)] == [
        {"id": "41", "title": "Fog", "text": "B"},
        {"id": "42.5", "title": "Sun", "text": "A"},
        {"title": "Rain"},
    ]
    assert isinstance(found[2], Unusable)
    assert found[2].reason.startswith("is sheet 'Staff', which has no columns with a headline or a text")


@pytest.mark.parametrize(
    ("content", "begins"),
    [
        (lambda: xlsx({"A": []}), "is a spreadsheet without a row"),
        (lambda: xlsx({"A": [["title"]]})[:-30], "is a damaged spreadsheet"),
        (lambda: package({"xl/workbook.xml": "<broken"}), "is a damaged spreadsheet"),
        (lambda: package({"xl/workbook.xml": b" " * 300_000_001}), "unpacks to more than 300,000,000 bytes"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "is a damaged spreadsheet"),
    ],
    ids=range(5),
)
def test_a_sheet_that_cannot_be_read_says_what_to_do(tmp_path: Path, content: Callable[[], bytes], begins: str) -> None:
    pytest.importorskip("python_calamine")
    assert reason(tmp_path / "a.xls", content()).startswith(begins)


def test_parquet_is_read_row_by_row(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = {
        "id": [1, 2],
        "title": ["Fog", "Sun"],
        "published": [datetime(2025, 5, 6, 10, tzinfo=UTC), None],
        "authors": [["Ann Keeper"], []],
        "source": [{"name": "Harbour Wire"}, None],
    }
    parquet.write_table(pyarrow.table(rows), tmp_path / "a")
    found = records(tmp_path / "a", (tmp_path / "a").read_bytes())
    assert [each.fields for each in found if isinstance(each, Record)] == [
        {
            "id": 1,
            "title": "Fog",
            "published": "2025-05-06T10:00:00+00:00",
            "authors": ["Ann Keeper"],
            "source": {"name": "Harbour Wire"},
        },
        {"id": 2, "title": "Sun", "published": None, "authors": [], "source": None},
    ]
    parquet.write_table(pyarrow.table({"who": ["Ann"]}), tmp_path / "b")
    assert reason(tmp_path / "b", (tmp_path / "b").read_bytes()).startswith("has no column with a headline or a text")
    parquet.write_table(pyarrow.table({"text": [" " * 30_000_000]}), tmp_path / "d", compression="zstd")
    assert reason(tmp_path / "d", (tmp_path / "d").read_bytes()) == "unpacks to more than 100 times its size"
    assert reason(tmp_path / "c", b"PAR1" + bytes(100) + b"PAR1").startswith("is a damaged Parquet file")


@pytest.mark.parametrize(
    ("module", "content", "extra"),
    [
        ("pypdfium2", pdf([page([FOG])]), "documents"),
        ("python_calamine", xlsx({"A": [["title"]]}), "sheets"),
        ("pyarrow", b"PAR1" + bytes(100), "parquet"),
    ],
)
def test_an_extra_that_is_not_installed_is_named(tmp_path: Path, module: str, content: bytes, extra: str) -> None:
    """In a process of its own, which cannot find the package."""
    (tmp_path / "a").write_bytes(content)
    script = (
        f"import sys; sys.modules[{module!r}] = None\n"
        "from pathlib import Path\n"
        "from app.ingest.readers import Opened, read\n"
        "path = Path(sys.argv[1])\n"
        "with Opened(path) as stream:\n"
        "    print([record.reason for _, record in read(stream, path)])\n"
    )
    done = subprocess.run([sys.executable, "-c", script, tmp_path / "a"], capture_output=True, text=True, check=True)
    assert f'pip install "dateline[{extra}]"' in done.stdout
