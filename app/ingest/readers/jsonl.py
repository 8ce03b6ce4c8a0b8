"""JSON Lines: one object to a line. A broken line is one rejection; the next line is read all the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import msgspec

from app.ingest.readers.containers import unfold
from app.ingest.readers.lines import Line, lines
from app.ingest.readers.opened import Opened
from app.ingest.readers.record import MAX_RECORD, Record, Unusable, undecodable
from app.ingest.readers.sniff import Nature

# Articles nest two or three levels; a decoder of someone else's may not survive a thousand.
_MAX_DEPTH = 64
_NOT_A_NUMBER = re.compile(r"[:,\[]\s*+-?(?:NaN|Infinity)\b")


def read(stream: Opened, nature: Nature) -> Iterator[Record | Unusable]:
    number = 0
    stream.read(nature.mark)
    for line in lines(stream, nature.newline, nature.mark):
        if line.raw is not None and not line.raw.strip(b" \t\r\n\0"):
            continue
        for record in _records(number + 1, line, nature):
            number = record.number or number
            yield record


def _records(number: int, line: Line, nature: Nature) -> Iterator[Record | Unusable]:
    if line.raw is None:
        yield Unusable(number, f"is over {MAX_RECORD:,} bytes", line.offset, line.sha256)
        return
    try:
        fields = decode_object(line.raw.decode(nature.encoding))
    except UnicodeDecodeError as error:
        yield Unusable(number, undecodable(error), line.offset, line.sha256)
    except NotAnObject as error:
        yield Unusable(number, str(error), line.offset, line.sha256)
    else:
        yield from unfold(number, fields, line.offset, line.sha256)


class NotAnObject(ValueError):
    """The text is not a JSON object that can be used; says why."""


def decode_object(text: str) -> dict[str, object]:
    try:
        value = _decode(text)
    except msgspec.DecodeError as error:
        raise NotAnObject(f"is not valid JSON: {str(error).removeprefix('JSON is malformed: ')}") from None
    except RecursionError:
        raise NotAnObject(f"is nested deeper than {_MAX_DEPTH}") from None
    if not isinstance(value, dict):
        raise NotAnObject(f"is not a JSON object but {_json_kind(value)}")
    if text.count("{") + text.count("[") > _MAX_DEPTH and _depth(value) > _MAX_DEPTH:
        raise NotAnObject(f"is nested deeper than {_MAX_DEPTH}")
    return value


def _decode(text: str) -> object:
    """Decode a line, also where it begins with a mark, or has NaN, which is no JSON but what Python and pandas
    write."""
    text = text.removeprefix("\ufeff")
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        if not _NOT_A_NUMBER.search(text):
            raise
    try:
        return json.loads(text)
    except ValueError:
        return msgspec.json.decode(text)


def _json_kind(value: object) -> str:
    names = {list: "an array", str: "a text", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), "null")


def _depth(value: object) -> int:
    """Breadth first: no recursion, whatever the depth."""
    depth = 0
    level = [value]
    while level:
        depth += 1
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return depth
