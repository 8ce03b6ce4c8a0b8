"""Spreadsheets and Parquet: rows under the names of their columns, as of CSV."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from importlib.util import find_spec
from io import BytesIO
from typing import IO, cast

import msgspec

from app.ingest.fields import plain
from app.ingest.readers.csv import cells_by_name
from app.ingest.readers.looks import TEXT_COLUMNS
from app.ingest.readers.opened import Opened
from app.ingest.readers.record import MAX_RECORD, FileUnusable, Record, Unusable, hashed
from app.ingest.readers.sniff import Nature
from app.ingest.readers.zipped import BROKEN_ZIP, CarefulFile
from app.text import printable

# The library unpacks a whole sheet.
_MOST_UNPACKED = 300_000_000
_MOST_BYTES = 100_000_000
_ROWS_AT_ONCE = 16
_MOST_COLUMNS = 2_000
# Above a header may stand a title, a date and an empty line.
_HEADER_WITHIN = 20
_ASKED_FOR = "title, headline, text, body, content"


def read_sheets(stream: Opened, nature: Nature) -> Iterator[Record | Unusable]:  # noqa: ARG001  # it is no text
    _need("python_calamine", "a spreadsheet", extra="sheets")
    from python_calamine import CalamineError, load_workbook

    raw = stream.whole(_MOST_BYTES)
    _check_unpacked(raw)
    number = 0
    try:
        book = load_workbook(BytesIO(raw))
        for name in book.sheet_names:
            for record in _sheet_records(name, book.get_sheet_by_name(name).iter_rows(), number):
                number = record.number or number
                yield record
    except CalamineError as error:
        if "assword" in str(error):
            raise FileUnusable("is encrypted: save it without its password") from None
        raise FileUnusable(f"is a damaged spreadsheet ({error}): open it and save it as CSV") from None
    if not number:
        raise FileUnusable("is a spreadsheet without a row")


def read_parquet(stream: Opened, nature: Nature) -> Iterator[Record | Unusable]:  # noqa: ARG001
    _need("pyarrow", "Parquet", extra="parquet")
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    try:
        table = ParquetFile(stream.file())
        groups = (table.metadata.row_group(number) for number in range(table.metadata.num_row_groups))
        stream.allowance.count(sum(group.total_byte_size for group in groups))
        names = [plain(name) for name in table.schema_arrow.names]
        if len(names) > _MOST_COLUMNS:
            raise FileUnusable(f"has more than {_MOST_COLUMNS:,} columns: write those of the articles alone")
        if not TEXT_COLUMNS.intersection(names):
            raise FileUnusable(f"has no column with a headline or a text ({_ASKED_FOR}): rename one")
        number = 0
        for batch in table.iter_batches(batch_size=_ROWS_AT_ONCE):
            for row in batch.to_pylist():
                number += 1
                yield _row_record(number, {name: _json_value(value) for name, value in row.items()})
    except (ArrowException, OSError, ValueError) as error:
        raise FileUnusable(f"is a damaged Parquet file ({str(error).splitlines()[0][:200]}): write it anew") from None


def _need(package: str, what: str, *, extra: str) -> None:
    if find_spec(package) is None:
        raise FileUnusable(f'is {what}, which needs a package: pip install "dateline[{extra}]", then ingest it again')


def _check_unpacked(raw: bytes) -> None:
    if not raw.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(cast("IO[bytes]", CarefulFile(BytesIO(raw)))) as package:
            unpacked = sum(info.file_size for info in package.infolist())
    except BROKEN_ZIP as error:
        raise FileUnusable(f"is a damaged spreadsheet ({error}): open it and save it anew") from None
    if unpacked > _MOST_UNPACKED:
        raise FileUnusable(f"unpacks to more than {_MOST_UNPACKED:,} bytes: save it as CSV")


def _sheet_records(name: str, rows: Iterator[Sequence[object]], number: int) -> Iterator[Record | Unusable]:
    """The rows under the first line that names a column of ours; a sheet without one is a rejection, an empty one is
    nothing."""
    header: list[str] = []
    is_empty = True
    for at, row in enumerate(rows):
        cells = [_cell_text(value) for value in row]
        is_empty = is_empty and not any(cells)
        if header and any(cells):
            number += 1
            yield _row_record(number, cells_by_name(header, cells))
        elif {plain(cell) for cell in cells} & TEXT_COLUMNS:
            header = [cell.strip().lower() for cell in cells]
        elif at >= _HEADER_WITHIN and not header:
            break
    if not header and not is_empty:
        yield Unusable(
            number + 1,
            f"is sheet {printable(name)!r}, which has no columns with a headline or a text ({_ASKED_FOR}) in its first "
            f"{_HEADER_WITHIN} lines",
        )


def _row_record(number: int, fields: Mapping[str, object]) -> Record | Unusable:
    raw = msgspec.json.encode(fields)
    if len(raw) > MAX_RECORD:
        return Unusable(number, f"is over {MAX_RECORD:,} bytes")
    return Record(number, fields, 0, hashed(raw))


def _cell_text(value: object) -> str:
    """Return a cell as CSV would have it: a whole number without a fraction, a day without its midnight."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _json_value(value: object) -> object:
    """Return a value of Parquet as JSON would have it."""
    if isinstance(value, Mapping):
        return {str(name): _json_value(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_json_value(each) for each in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if value is None or isinstance(value, str | int | float) else _cell_text(value)
