"""A look at a file of records before it is read: which way round its dates are, and whether it has texts at all.

It ends with the first record that has a text, unless a look at the beginning shows dates that may be either way round:
then the whole column is looked at, for its own values to decide.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.ingest import fields as names
from app.ingest.dates import DateOrder, order_shown, parse_published
from app.ingest.formats import Format
from app.ingest.mapping import FieldMap
from app.ingest.readers.record import Note, Record, Refused, Unusable
from app.ingest.shapes import shape_of

_RECORDS = frozenset[Format](("csv", "json", "jsonl", "sheet", "parquet"))
_EITHER_WAY = re.compile(rb"(?<!\d)\d{1,2}([-/])\d{1,2}\1\d{4}(?!\d)")
# Spreadsheets and Parquet.
_TABLES = (b"PK\x03\x04", b"PAR1", b"\xd0\xcf\x11\xe0")
_BEGINS = re.compile(rb"\s*[\[{\"]|[^\r\n]{0,2000}?[,;\t|]")
# As many records tell what the columns hold.
_SAMPLE = 50
_LONG = 200
_FEW = 10
_SHOWN = 5


@dataclass(slots=True)
class Survey:
    """`orders` are those of the columns of dates, by the rank of their names."""

    orders: dict[int, DateOrder] = field(default_factory=dict)
    texts: int = 0
    records: int = 0
    """Those that have a headline or a text, of all that were `seen`."""
    seen: int = 0
    is_textless: bool = False
    """Whether they come from a service that gives no texts."""
    looking: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Columns that mean nothing to us and look like one of our fields, by that field."""

    unknown: dict[str, None] = field(default_factory=dict)
    """Columns that mean nothing to us, in their order."""

    @property
    def refusal(self) -> str | None:
        """Why nothing of the file is taken: no record has a text, and it is not just a few headlines."""
        if self.seen > 1 and not self.records and self.unknown:
            met = _quoted([*self.unknown])
            return (
                f"has {self.seen:,} records and none with a headline or a text; of {met} say which these are: "
                "--map headline=NAME --map body=NAME"
            )
        if self.texts or self.is_textless or not self.records or (self.records < _FEW and not self.looking["body"]):
            return None
        columns = sorted(self.looking["body"])
        what = (
            f"{_quoted(columns)} may be it: --map body={columns[0]}" if columns else "say which it is: --map body=NAME"
        )
        return f"has {self.records:,} record{'s'[: self.records != 1]} and none with a text; {what}"

    @property
    def notes(self) -> list[str]:
        return [
            f"has a column that looks like the {'text' if ours == 'body' else ours} and was not taken: "
            f"{_quoted(sorted(columns))}; --map {ours}={min(columns)} takes it."
            for ours, columns in sorted(self.looking.items())
            if columns
        ]


def is_worth(head: bytes) -> bool:
    """Return whether a file may be one of records, by its beginning: others are not read twice."""
    if head.startswith(_TABLES):
        return True
    return _BEGINS.match(head.replace(b"\0", b"")[:4000].lstrip(b"\xef\xbb\xbf\xff\xfe")) is not None


def survey_records(
    head: bytes, records: Iterable[tuple[Format | None, Record | Unusable | Note]], given: FieldMap
) -> Survey:
    """Look at the records of a file that begins with `head`."""
    found = Survey()
    votes: defaultdict[int, set[DateOrder]] = defaultdict(set)
    has_either = given.date_order is None and _EITHER_WAY.search(head.replace(b"\0", b"")) is not None
    for format, record in records:
        if format not in _RECORDS:
            break
        if not isinstance(record, Record):
            continue
        shape = None if given.paths else shape_of(record.fields)
        found.is_textless = found.is_textless or (shape is not None and not shape.has_texts)
        fields = (shape or given).apply(record.fields)
        taken = names.taken(fields)
        found.seen += 1
        found.records += "headline" in taken or "body" in taken
        found.texts += "body" in taken
        if len(found.unknown) < _SAMPLE:
            found.unknown |= dict.fromkeys(each for each in fields if names.field_of(each) is None)
        if found.records <= _SAMPLE:
            _examine(found, fields, taken)
        if "date" in taken and (order := order_shown(taken["date"][1])):
            votes[taken["date"][0]].add(order)
        if (found.texts or found.is_textless) and found.records >= _SAMPLE and not has_either:
            break
    found.orders = {column: orders.pop() for column, orders in votes.items() if len(orders) == 1}
    return found


def _examine(found: Survey, fields: Mapping[str, object], taken: Mapping[str, tuple[int, object]]) -> None:
    body = taken["body"][1] if "body" in taken else ""
    longest = len(body) if isinstance(body, str) else 0
    for name in names.unknown(fields):
        value = fields.get(name)
        if isinstance(value, str) and len(value) > max(_LONG, longest) and value.count(" ") * 20 > len(value):
            found.looking["body"].add(name)
        elif "date" not in taken and isinstance(value, str) and _is_whole_date(value):
            found.looking["date"].add(name)


def _is_whole_date(value: str) -> bool:
    """Return whether it is a whole date: a year or a number may be anything."""
    text = value.strip()
    if not 8 <= len(text) <= 40 or text.isdecimal():
        return False
    try:
        return len(parse_published(text).date or "") == len("YYYY-MM-DD")
    except Refused as error:
        return "write it as YYYY-MM-DD" in str(error)


def _quoted(columns: list[str]) -> str:
    return ", ".join(repr(name[:40]) for name in columns[:_SHOWN])
