"""What a file is, by its first bytes: encoding, line end, format. Its name decides only where they leave it open."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import Literal, get_args

import msgspec
from charset_normalizer import from_bytes

from app.ingest.fields import NAMES, plain
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
# Of this one the detector knows little in short texts. Its quotes are capitals in the other, and its letters signs.
_APPLE = "mac_roman"
_ODD = re.compile(r"[a-zß-öø-ÿœšž][À-ÖØ-ÞŒŠŸŽ]|[ß-öø-ÿœšž][A-Z]|[^\W\d_][^\w\s\x00-\x7f’–—…]\w|\ufffd")
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
# The mark of UTF-8, taken for Windows-1252 and written as UTF-8.
_MISTAKEN: dict[str, tuple[bytes, ...]] = {
    "utf-8": ("ï»¿".encode(),),
    "utf-16-le": (),
    "utf-16-be": (),
}
_FOREIGN = re.compile(rb"[\x80-\xff]+")
_BROKEN = re.compile("[\udc80-\udcff]")
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_DATE_HEADER = re.compile(r"\s*date[ \t]+\S*\d", re.IGNORECASE)
_MARKUP = re.compile(r"\s*<(?:\?xml|!doctype|html|rss|feed|rdf|newsitem|nitf|newsml)", re.IGNORECASE)
_TEXT_ENDINGS = ("", ".txt", ".text")
SEPARATOR = re.compile(r"\"?sep=([^\w\"])\"?\s*", re.IGNORECASE)
"""The line that Excel writes above the header: `sep=;`."""
# One of these must be a column: without text there is no article. In a file that is not named so, a line that begins
# with "Summary," is no header.
_TEXT_COLUMNS = {plain(name) for field in ("headline", "body") for name in NAMES[field] if "_" in name} | {
    "title", "headline", "text", "body", "content",
}  # fmt: skip
_ALL_COLUMNS = {plain(name) for names in NAMES.values() for name in names}


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
    delimiter = _delimiter(text, _ALL_COLUMNS) if format == "csv" else None
    return Nature(format, encoding, mark, newline.encode(encoding), delimiter or ",")


def _marked(head: bytes) -> tuple[int, str] | None:
    """Each program on its way may have put one before the file, the last one perhaps before what it took for text."""
    for mark, encoding in _MARKS:
        length = 0
        while found := next((m for m in (mark, *_MISTAKEN[encoding]) if head.startswith(m, length)), b""):
            length += len(found)
        if head.startswith(mark):
            return length, encoding
    return None


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
    """Judge by lines, or by letters where lines are long: a few damaged records do not make it another encoding."""
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
    guessed = _WESTERN if _WESTERN in likely else likely[0]
    return _APPLE if is_latin and 2 * _oddness(sample, _APPLE) < _oddness(sample, guessed) else guessed


def _oddness(sample: bytes, encoding: str) -> int:
    """Return how often a letter or sign stands where none of its kind does, were it this encoding."""
    return sum(1 for _ in _ODD.finditer(sample.decode(encoding, "replace")))


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
    if ending == ".csv" or _delimiter(text, _TEXT_COLUMNS):
        return "csv"
    if ending in _TEXT_ENDINGS:
        return "text"
    raise FileUnusable(f"has a format that is not known ({printable(ending)}); --format forces one")


def _json_or_lines(text: str, ending: str) -> Format:
    """Objects that end with their line are JSON Lines, a broken one among them; one object alone, on however many
    lines, is JSON."""
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    is_alone = len(lines) == 1
    if ending in (".jsonl", ".ndjson"):
        return "jsonl" if is_alone or any(map(_is_object, lines)) else "json"
    return "json" if is_alone or not any(map(_is_object, lines)) else "jsonl"


def _is_object(line: str) -> bool:
    try:
        return isinstance(msgspec.json.decode(line), dict)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return False


def _delimiter(text: str, columns: set[str]) -> str | None:
    """Return what separates the columns of the first line, if that line names some of ours; Excel may say it above
    that."""
    # No names of columns are as long; the csv module refuses a cell of 131,072 letters.
    first, second = [*text.lstrip("\r\n").splitlines()[:2], ""][:2]
    said = SEPARATOR.fullmatch(first)
    for delimiter in said[1] if said else ",;\t|":
        row = (second if said else first)[:100_000]
        names = {plain(name) for name in next(csv.reader([row], delimiter=delimiter), [])}
        if len(names) > 1 and names & columns:
            return delimiter
    return said[1] if said else None
