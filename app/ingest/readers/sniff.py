"""What a file is, by its first bytes: encoding, line end, format. Its name decides only where they leave it open."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import Literal, get_args

import msgspec
from charset_normalizer import from_bytes

from app.ingest.readers.record import FileUnusable

Format = Literal["text", "jsonl", "json", "csv"]
FORMATS: tuple[Format, ...] = get_args(Format)

# Enough to meet the first accented letter of nearly any file.
HEAD = 1_000_000
# The detector's cost grows with the sample and its answer does not get better beyond this.
_SAMPLE = 100_000

# Short texts fit several encodings nearly alike; then the one that most western software wrote is meant.
_WESTERN = "cp1252"
_TIE = 0.1

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_DATE_HEADER = re.compile(r"\s*date[ \t]+\S*\d", re.IGNORECASE)
_MARKUP = re.compile(r"\s*<(?:\?xml|!doctype|html|rss|feed|rdf|newsitem|nitf|newsml)", re.IGNORECASE)
_TEXT_ENDINGS = ("", ".txt", ".text")
# One of these must be a column: without text there is no article.
_TEXT_COLUMNS = {"title", "headline", "text", "body", "content"}


@dataclass(frozen=True, slots=True)
class Nature:
    """`mark` is the length of the byte order mark. `newline` is one code unit in the encoding."""

    format: Format
    encoding: str
    mark: int
    newline: bytes
    delimiter: str = ","


def sniff(head: bytes, ending: str, forced: Format | None = None) -> Nature:
    """`ending` is the suffix of the file's name without `.gz`."""
    if not head:
        raise FileUnusable("is empty")
    mark, encoding = _marked(head) or (0, _detect(head))
    text = head[mark:].decode(encoding, "replace")
    if len(_BINARY.findall(text)) > len(text) // 10:
        raise FileUnusable("is not text")
    if not text.strip():
        raise FileUnusable("is empty")
    format = forced or _format(text, ending)
    newline = "\r" if "\r" in text and "\n" not in text else "\n"
    delimiter = _delimiter(text) if format == "csv" else None
    return Nature(format, encoding, mark, newline.encode(encoding), delimiter or ",")


def _marked(head: bytes) -> tuple[int, str] | None:
    return next(((len(mark), encoding) for mark, encoding in _MARKS if head.startswith(mark)), None)


def _detect(head: bytes) -> str:
    """UTF-8 where most lines with other than ASCII are: a few damaged records do not make it another encoding."""
    foreign = [line for line in head.splitlines()[: 1 << 16] if not line.isascii()]
    if len(head) == HEAD and len(foreign) > 1:
        foreign.pop()  # cut off in the middle of a letter, perhaps
    sound = sum(1 for line in foreign if _is_utf8(line))
    if sound * 2 >= len(foreign) and (sound or not foreign):
        return "utf-8"
    found = list(from_bytes(b"\n".join(foreign)[:_SAMPLE]))
    if not found:
        raise FileUnusable("is in no encoding that could be detected")
    likely = [match.encoding for match in found if match.chaos <= found[0].chaos + _TIE]
    return _WESTERN if _WESTERN in likely else likely[0]


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _format(text: str, ending: str) -> Format:
    start = text.lstrip()
    if start.startswith("["):
        if start[1:].lstrip()[:1] in ("{", "]", ""):
            return "json"
    elif start.startswith("{"):
        return _json_or_lines(start, ending)
    if _DATE_HEADER.match(text):
        return "text"
    if _MARKUP.match(text):
        raise FileUnusable("has a format that is not known (markup)")
    if ending in (".jsonl", ".ndjson"):
        return "jsonl"
    if ending == ".csv" or _delimiter(text):
        return "csv"
    if ending in _TEXT_ENDINGS:
        return "text"
    raise FileUnusable(f"has a format that is not known ({ending}); --format forces one")


def _json_or_lines(text: str, ending: str) -> Format:
    """One object over many lines is JSON; objects that end with their line are JSON Lines, a broken one among them."""
    if ending in (".jsonl", ".ndjson"):
        return "jsonl"
    for line in text.splitlines()[:50]:
        try:
            if isinstance(msgspec.json.decode(line), dict):
                return "jsonl"
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            continue
    return "json"


def _delimiter(text: str) -> str | None:
    """What separates the columns of the first line, if that line names some of ours."""
    first = text.lstrip("\r\n").splitlines()[0]
    for delimiter in (",", ";", "\t", "|"):
        names = {name.strip().lower() for name in next(csv.reader([first], delimiter=delimiter), [])}
        if len(names) > 1 and names & _TEXT_COLUMNS:
            return delimiter
    return None
