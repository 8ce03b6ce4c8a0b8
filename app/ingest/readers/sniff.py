"""What a file is, by its first bytes: encoding, line end, format. Its name decides only where they leave it open."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import Literal, get_args

import msgspec
from charset_normalizer import from_bytes

from app.ingest.readers.record import FileUnusable
from app.text import printable

Format = Literal["text", "jsonl", "json", "csv"]
FORMATS: tuple[Format, ...] = get_args(Format)

# Enough to meet the first accented letter of nearly any file.
HEAD = 1_000_000
# The detector's cost grows with the sample and its answer does not get better beyond this.
_SAMPLE = 100_000

# Short texts fit several encodings nearly alike; then the one that most western software wrote is meant.
_WESTERN = "cp1252"
_TIE = 0.1
# Only such as leave ASCII as it is: a few odd bytes in a file that can be read do not make all of it something else.
_LATIN = (_WESTERN, "cp1250", "iso8859_2", "iso8859_15", "cp1254", "cp1257", "mac_roman")
_OTHERS = (
    "cp1251", "koi8_r", "koi8_u", "iso8859_5", "cp866", "mac_cyrillic", "cp1253", "iso8859_7", "cp1255", "cp1256",
    "cp874", "cp932", "euc_jp", "gb18030", "big5", "cp949",
)  # fmt: skip
# In Latin scripts a letter with an accent stands among others without (1.2 bytes in French, 1.8 in Polish); elsewhere
# a word is foreign from its first letter to its last (3 in Big5, 7 in Russian).
_LATIN_RUN = 2
# Two or three words: fewer are as likely garbage.
_ENOUGH = 16

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_FOREIGN = re.compile(rb"[\x80-\xff]+")
_BROKEN = re.compile("[\udc80-\udcff]")
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
    if wide := _wide(head):
        return wide
    lines = head.splitlines()[: 1 << 16]
    foreign = [line for line in lines if not line.isascii()]
    if len(head) == HEAD and len(foreign) > 1:
        foreign.pop()  # cut off in the middle of a letter, perhaps
    if _is_mostly_utf8(foreign):
        return "utf-8"
    encoding = _guess(b"\n".join(foreign)[:_SAMPLE])
    if encoding is None and len(foreign) * 2 > len(lines):
        raise FileUnusable("is in no encoding that could be detected")
    # Where nothing fits, the lines that are not UTF-8 are rejected, and the others read.
    return encoding or "utf-8"


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: one byte in two of every letter, space and line end of ASCII is zero."""
    first, second = head[::2].count(0), head[1::2].count(0)
    if max(first, second) * 20 < len(head) or min(first, second) * 100 > max(first, second):
        return None
    return "utf-16-be" if first > second else "utf-16-le"


def _is_mostly_utf8(foreign: list[bytes]) -> bool:
    """By lines, or by letters where lines are long: a few damaged records do not make it another encoding."""
    sound = sum(1 for line in foreign if _is_utf8(line))
    if sound * 2 >= len(foreign):
        return True
    text = b"\n".join(foreign).decode("utf-8", "surrogateescape")
    broken = len(_BROKEN.findall(text))
    return sum(1 for letter in text if letter > "\x7f") >= 2 * broken


def _guess(sample: bytes) -> str | None:
    runs = _FOREIGN.findall(sample)
    size = sum(map(len, runs))
    is_latin = size < _LATIN_RUN * len(runs)
    if not is_latin and size < _ENOUGH:
        return None
    found = list(from_bytes(sample, cp_isolation=list(_LATIN if is_latin else _OTHERS)))
    if not found:
        return None
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
    raise FileUnusable(f"has a format that is not known ({printable(ending)}); --format forces one")


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
    # No names of columns are as long; the csv module refuses a cell of 131,072 letters.
    first = text.lstrip("\r\n").splitlines()[0][:100_000]
    for delimiter in (",", ";", "\t", "|"):
        names = {name.strip().lower() for name in next(csv.reader([first], delimiter=delimiter), [])}
        if len(names) > 1 and names & _TEXT_COLUMNS:
            return delimiter
    return None
