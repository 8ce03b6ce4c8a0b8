"""CSV with a header line. A quote that never closes costs the line it stands in, not the rest of the file."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator

from app.ingest.fields import is_filled
from app.ingest.readers.lines import Line, lines
from app.ingest.readers.looks import SEPARATOR
from app.ingest.readers.opened import Opened
from app.ingest.readers.record import MAX_RECORD, FileUnusable, Record, Unusable, hashed, undecodable
from app.ingest.readers.sniff import Nature

# What may be looked at and given back again, in bytes, of which a line counts some more: so much, and so much for each
# byte that was taken. Enough for two records over the limit.
_FREE = 42_000_000
_SHARE = 4
_OF_A_LINE = 64
_NEVER_CLOSED = "has a quote that is never closed"


class _TooLong(ValueError):
    pass


class _Rows:
    """Rows of cells with the lines they were made of; `back()` gives all but the first of those lines back.

    A quote that never closes is looked for to the end of the file, or the record limit. Where that happens again and
    again, each look is no longer than half of what may still be looked at.
    """

    def __init__(self, stream: Opened, nature: Nature) -> None:
        self._lines = lines(stream, nature.newline, nature.mark)
        self._returned: deque[Line] = deque()
        self._nature = nature
        self.taken: list[Line] = []
        self._wasted = 0
        self._parser = self._new_parser()

    def next(self) -> list[str] | None:
        """The next row, None at the end. Raises `csv.Error`, `UnicodeDecodeError` and `_TooLong`."""
        self.taken.clear()
        return next(self._parser, None)

    def back(self) -> None:
        returned = self.taken[1:]
        self._returned.extendleft(reversed(returned))
        self._wasted += sum(len(line.raw or b"") + _OF_A_LINE for line in returned)
        del self.taken[1:]
        self._parser = self._new_parser()

    def is_separator(self, line: Line) -> bool:
        return SEPARATOR.fullmatch((line.raw or b"").decode(self._nature.encoding)) is not None

    def _new_parser(self) -> Iterator[list[str]]:
        return csv.reader(self._texts(), delimiter=self._nature.delimiter, strict=True)

    def _texts(self) -> Iterator[str]:
        size = looked_at = reach = 0
        while (line := self._returned.popleft() if self._returned else next(self._lines, None)) is not None:
            if not self.taken:
                size = looked_at = 0
                reach = (_FREE + _SHARE * line.offset - self._wasted) // 2
            else:
                looked_at += len(line.raw or b"") + _OF_A_LINE
            size += len(line.raw or b"")
            self.taken.append(line)
            if line.raw is None or size > MAX_RECORD:
                raise _TooLong(f"is over {MAX_RECORD:,} bytes")
            if looked_at > max(reach, 0):
                raise _TooLong(_NEVER_CLOSED)
            yield line.raw.decode(self._nature.encoding)


def read(stream: Opened, nature: Nature) -> Iterator[Record | Unusable]:
    # The default, 128 KB, is less than a long article; the record limit above is the one that counts.
    csv.field_size_limit(2 * MAX_RECORD)
    stream.read(nature.mark)
    rows = _Rows(stream, nature)
    header = _header(rows)
    number = 0
    while True:
        try:
            cells = rows.next()
        except (csv.Error, UnicodeDecodeError, _TooLong) as error:
            number += 1
            rows.back()
            yield Unusable(number, _why(error), rows.taken[0].offset, rows.taken[0].sha256)
            continue
        if cells is None:
            return
        if not any(cells):
            continue
        number += 1
        yield _record(number, header, cells, rows.taken)


def _header(rows: _Rows) -> list[str]:
    try:
        cells = rows.next()
        while cells is not None and (not any(cells) or _names_separator(rows)):
            cells = rows.next()
    except (csv.Error, UnicodeDecodeError, _TooLong) as error:
        raise FileUnusable(f"has a header line that {_why(error)}") from None
    return [cell.strip().lower() for cell in cells or []]


def _names_separator(rows: _Rows) -> bool:
    """Excel's `sep=;` above the header; what it says was seen when the file was recognised."""
    return len(rows.taken) == 1 and rows.is_separator(rows.taken[0])


def _record(number: int, header: list[str], cells: list[str], taken: list[Line]) -> Record | Unusable:
    sha256 = taken[0].sha256 if len(taken) == 1 else hashed(b"".join(line.raw or b"" for line in taken))
    if len(cells) != len(header):
        return Unusable(number, f"has {len(cells)} cells under {len(header)} columns", taken[0].offset, sha256)
    return Record(number, cells_by_name(header, cells), taken[0].offset, sha256)


def cells_by_name(header: list[str], cells: list[str]) -> dict[str, str]:
    """Return, of columns with one name, the first that is filled; others with something else in them under a name of
    their own, so that they are not lost without a word."""
    fields = dict(zip(header, cells, strict=True))
    if len(fields) == len(header):
        return fields
    fields = {}
    for name, cell in zip(header, cells, strict=True):
        first = fields.get(name, "")
        if not is_filled(first):
            fields[name] = cell
        elif is_filled(cell) and cell != first:
            fields[f"{name} ({sum(each.startswith(f'{name} (') for each in fields) + 2})"] = cell
    return fields


def _why(error: csv.Error | UnicodeDecodeError | _TooLong) -> str:
    if isinstance(error, UnicodeDecodeError):
        return undecodable(error)
    if str(error) == "unexpected end of data":
        return _NEVER_CLOSED
    if "expected after" in str(error):
        return "has a quote that does not close at the end of its cell"
    return str(error) if isinstance(error, _TooLong) else f"is not valid CSV: {error}"
