"""Articles as records of an export, and what writes them in each format.

A writer makes bytes of some records at a time. The rest of an export that broke off, put behind the records that came
whole, gives the same bytes as one that did not; but for Parquet, which has its table of contents at its end: there the
rest is a file of its own.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from io import RawIOBase, StringIO
from typing import Any, Protocol, TypedDict

import msgspec

from app.errors import InvalidParameter
from app.read.params import CitationFormat, ExportFormat
from app.read.references import Reference, bibtex, csl_json, ris


class _RecordEntity(TypedDict):
    id: str
    name: str
    type: str
    mentions: int


class _RecordProvenance(TypedDict):
    """`key` says which article it is, `record_sha256` is of all fields as they came in, `seal` of what stands here."""

    key: str
    sha256: str
    record_sha256: str
    file: str
    record: int
    ingested_at: str
    pipeline: str
    seal: str


class _RecordSubject(TypedDict, total=False):
    scheme: str
    code: str
    name: str


class ExportRecord(msgspec.Struct, kw_only=True, frozen=True, omit_defaults=True):
    """An article as the API has it, with what another archive needs to take it in as the same."""

    id: str
    external_id: str | None = None
    url: str | None = None
    headline: str
    headline_derived: bool
    date: str | None = None
    published_at: str | None = None
    dateline: str | None = None
    source: str | None = None
    authors: list[str]
    language: str
    rights: str | None = None
    urgency: int | None = None
    subjects: list[_RecordSubject] | None = None
    word_count: int
    revision: int
    body: str
    entities: list[_RecordEntity]
    provenance: _RecordProvenance


class Writer(Protocol):
    def begin(self) -> bytes: ...

    def add(self, records: Sequence[ExportRecord]) -> bytes: ...

    def end(self) -> bytes: ...


MEDIA_TYPES: dict[ExportFormat | CitationFormat, str] = {
    "text": "text/plain",
    "html": "text/html",
    "jsonl": "application/x-ndjson",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "ris": "application/x-research-info-systems",
    "bibtex": "application/x-bibtex",
    "csl-json": "application/vnd.citationstyles.csl+json",
}


def content_type(format: ExportFormat | CitationFormat) -> str:
    media_type = MEDIA_TYPES[format]
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def new_writer(format: ExportFormat, base: str | None, *, is_rest: bool) -> Writer:
    """Raises `InvalidParameter` where a package is missing. `base`: the address of this server, `is_rest`: what comes
    before was sent."""
    match format:
        case "jsonl":
            return _JsonLines()
        case "csv":
            return _Csv(is_rest)
        case "parquet":
            return _parquet_writer()
        case "csl-json":
            return _CslItems(base, is_rest)
        case "ris":
            return _References(ris, base)
        case "bibtex":
            return _References(bibtex, base)


class _JsonLines:
    def __init__(self) -> None:
        self._encoder = msgspec.json.Encoder()

    def begin(self) -> bytes:
        return b""

    def add(self, records: Sequence[ExportRecord]) -> bytes:
        return self._encoder.encode_lines(records)

    def end(self) -> bytes:
        return b""


# What a spreadsheet would take for a formula, also after spaces, and in the letters of East Asia.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r]")
# What it would take for a number, a date, a time or a truth value, and show as another: an id of digits alone, or with
# an E among them; "1-2", "May 5".
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_GAP = r"[\s.,/-]*"
_NUMBER = re.compile(
    r"(?!(?:0|[1-9]\d{0,9})\Z)(?=\D{0,40}\d)[\d\s.,:/%()$€£-]++(?:E[+-]?\d+|\s?[AP]M)?|TRUE|FALSE"
    rf"|\d{{1,4}}{_GAP}{_MONTH}(?:{_GAP}\d{{1,4}})?|{_MONTH}{_GAP}\d{{1,4}}(?:[\s.,/-]+\d{{1,4}})?",
    re.IGNORECASE,
)
_MOST_IN_A_CELL = 32_000
"""Characters: Excel holds 32,767, and spills what is over it across the rows below."""
_COLUMNS = [name for name in ExportRecord.__struct_fields__ if name != "provenance"]
_DATED = frozenset(("date", "published_at"))


class _Csv:
    """For spreadsheets: with a mark that says that it is UTF-8, CRLF, and nothing that is run as a formula."""

    def __init__(self, is_rest: bool) -> None:
        self._is_rest = is_rest

    def begin(self) -> bytes:
        return b"" if self._is_rest else b"\xef\xbb\xbf" + csv_lines([_COLUMNS])

    def add(self, records: Sequence[ExportRecord]) -> bytes:
        return csv_lines([[_cell_of(record, name) for name in _COLUMNS] for record in records])

    def end(self) -> bytes:
        return b""


def csv_lines(rows: Sequence[Sequence[str]]) -> bytes:
    """Return rows of a file for spreadsheets."""
    lines = StringIO(newline="")
    csv.writer(lines, lineterminator="\r\n").writerows(rows)
    return lines.getvalue().encode()


def _cell_of(record: ExportRecord, name: str) -> str:
    value = getattr(record, name)
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case list():
            value = "; ".join(map(_named_in_cell, value))
    return value if name in _DATED else text_cell(value)


def text_cell(text: str) -> str:
    """Return a text that a spreadsheet shows as it is, but for a sign before what it would take for something else."""
    text = f"'{text}" if _FORMULA.match(text) or _NUMBER.fullmatch(text) else text
    if len(text) <= _MOST_IN_A_CELL:
        return text
    return f"{text[:_MOST_IN_A_CELL]} … [cut; {len(text):,} characters in all]"


def _named_in_cell(value: str | dict[str, str]) -> str:
    if isinstance(value, str):
        return value
    name, kind = value.get("name"), value.get("type") or value.get("code")
    return f"{name} ({kind})" if name and kind else name or kind or ""


def _reference_of(record: ExportRecord, base: str | None) -> Reference:
    own = f"{base}articles/{record.id}" if base is not None else None
    return Reference(
        record.id, record.headline, tuple(record.authors), record.source, record.date, record.dateline,
        record.language, record.url or own,
    )  # fmt: skip


class _References:
    def __init__(self, written: Callable[[Reference], str], base: str | None) -> None:
        self._written, self._base = written, base

    def begin(self) -> bytes:
        return b""

    def add(self, records: Sequence[ExportRecord]) -> bytes:
        return "".join(self._written(_reference_of(record, self._base)) for record in records).encode()

    def end(self) -> bytes:
        return b""


class _CslItems:
    """A JSON array with an item on each line."""

    def __init__(self, base: str | None, is_rest: bool) -> None:
        self._base, self._lead = base, ",\n" if is_rest else "[\n"
        self._is_rest = is_rest

    def begin(self) -> bytes:
        return b""

    def add(self, records: Sequence[ExportRecord]) -> bytes:
        items = ",\n".join(csl_json(_reference_of(record, self._base)) for record in records)
        if not items:
            return b""
        lead, self._lead = self._lead, ",\n"
        return f"{lead}{items}".encode()

    def end(self) -> bytes:
        return b"\n]\n" if self._is_rest or self._lead == ",\n" else b"[]\n"


_ROWS_IN_GROUP = 1_000
_BYTES_IN_GROUP = 8_000_000


def writes_parquet() -> bool:
    """Return whether the packages that it takes are installed."""
    return find_spec("pyarrow") is not None


def _parquet_writer() -> Writer:
    if not writes_parquet():
        raise InvalidParameter(
            "format",
            'Parquet needs a package where this archive runs: pip install "dateline[parquet]".',
            suggestion="csv",
        )
    return _Parquet()


class _GrowingFile(RawIOBase):
    """Keeps what is written until it is taken, and goes on counting."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._written

    def write(self, data: Any, /) -> int:
        self._parts.append(bytes(data))
        self._written += len(self._parts[-1])
        return len(self._parts[-1])

    def take(self) -> bytes:
        piece = b"".join(self._parts)
        self._parts.clear()
        return piece


class _Parquet:
    """One row group for some rows: what is held of it is let go of with each."""

    def __init__(self) -> None:
        import pyarrow
        from pyarrow.parquet import ParquetWriter

        self._sink = _GrowingFile()
        self._schema = _parquet_schema(pyarrow)
        self._table = pyarrow.Table.from_pylist
        self._writer = ParquetWriter(self._sink, self._schema, compression="zstd")
        self._rows: list[Any] = []
        self._size = 0

    def begin(self) -> bytes:
        return self._sink.take()

    def add(self, records: Sequence[ExportRecord]) -> bytes:
        self._rows += [msgspec.structs.asdict(record) for record in records]
        self._size += sum(len(record.body) for record in records)
        if len(self._rows) >= _ROWS_IN_GROUP or self._size >= _BYTES_IN_GROUP:
            self._write()
        return self._sink.take()

    def end(self) -> bytes:
        if self._rows:
            self._write()
        self._writer.close()
        return self._sink.take()

    def _write(self) -> None:
        self._writer.write_table(self._table(self._rows, schema=self._schema))
        self._rows, self._size = [], 0


def _parquet_schema(arrow: Any) -> Any:
    text, number = arrow.string(), arrow.int64()
    entity = arrow.struct([("id", text), ("name", text), ("type", text), ("mentions", number)])
    kinds = {
        "headline_derived": arrow.bool_(),
        "authors": arrow.list_(text),
        "urgency": number,
        "subjects": arrow.list_(arrow.struct([("scheme", text), ("code", text), ("name", text)])),
        "word_count": number,
        "revision": number,
        "entities": arrow.list_(entity),
        "provenance": arrow.struct(
            [(name, number if name == "record" else text) for name in _RecordProvenance.__annotations__]
        ),
    }
    return arrow.schema([(name, kinds.get(name, text)) for name in ExportRecord.__struct_fields__])
