"""What a file is, by its first bytes: format, and for text its encoding and line end. Its name decides only where they
leave it open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.ingest.formats import Format
from app.ingest.readers.kinds import KINDS, KINDS_BY_FORMAT, Kind
from app.ingest.readers.looks import ALL_COLUMNS, Head, column_delimiter, likely_delimiter, not_read, unread_root
from app.ingest.readers.record import FileUnusable
from app.text import printable

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

_TEXT_KINDS = tuple(kind for kind in KINDS if kind.is_text)
_BINARY_KINDS = tuple(kind for kind in KINDS if not kind.is_text)


@dataclass(frozen=True, slots=True)
class Nature:
    """The format; the rest is of text alone. `mark` is the length of the byte order mark. `newline` is one code unit in
    the encoding."""

    format: Format
    encoding: str = "utf-8"
    mark: int = 0
    newline: bytes = b"\n"
    delimiter: str = ","


def sniff(raw: bytes, ending: str, forced: Format | None = None) -> Nature:
    """`raw` is the beginning of the file, `ending` the suffix of its name without `.gz`."""
    if not raw:
        raise FileUnusable("is empty")
    if found := _binary(raw, ending, forced):
        return Nature(found)
    if forced is None and (reason := not_read(Head(raw, ending))):
        raise FileUnusable(reason)
    mark, encoding = mark_of(raw) or (0, detected(raw))
    text = raw[mark:].decode(encoding, "replace")
    if len(_BINARY.findall(text)) > len(text) // 10:
        raise FileUnusable("is not text")
    if not text.strip():
        raise FileUnusable("is empty")
    format = forced or _textual(Head(raw, ending, text))
    newline = "\r" if "\r" in text and "\n" not in text else "\n"
    delimiter = column_delimiter(text, ALL_COLUMNS) or likely_delimiter(text) if format == "csv" else None
    return Nature(format, encoding, mark, newline.encode(encoding), delimiter or ",")


def container(raw: bytes, ending: str, forced: Format | None = None) -> Kind | None:
    """Return what kind of container a file is, None where it holds records. A format that is forced is that of the
    files inside, as it would be of those of a folder."""
    if forced is not None and KINDS_BY_FORMAT[forced].is_container:
        return KINDS_BY_FORMAT[forced]
    kind = _looking(_BINARY_KINDS, Head(raw, ending))
    return kind if kind is not None and kind.is_container else None


def _binary(raw: bytes, ending: str, forced: Format | None) -> Format | None:
    """Return the format that is no text, None where it is to be read as text."""
    if forced is not None:
        return None if KINDS_BY_FORMAT[forced].is_text else forced
    found = _looking(_BINARY_KINDS, Head(raw, ending))
    return found.format if found else None


def _textual(head: Head) -> Format:
    if found := _looking(_TEXT_KINDS, head):
        return found.format
    if root := unread_root(head.text):
        shown = f"<{printable(root)[:60]}>"
        raise FileUnusable(
            f"is markup of a kind that is not read ({shown}): export it as RSS, NewsML-G2, NITF, JSON or CSV"
        )
    named = next((kind.format for kind in _TEXT_KINDS if head.ending in kind.endings), None)
    if named is None:
        raise FileUnusable(f"has a format that is not known ({printable(head.ending)}); --format forces one")
    return named


def _looking(kinds: Iterable[Kind], head: Head) -> Kind | None:
    return next((kind for kind in kinds if kind.looks(head)), None)


def mark_of(head: bytes) -> tuple[int, str] | None:
    """Return the length of the mark and the encoding it stands for; None without one. Each program on the way may have
    put one before the file, the last one perhaps before what it took for text."""
    for mark, encoding in _MARKS:
        length = 0
        while found := next((m for m in (mark, *_MISTAKEN[encoding]) if head.startswith(m, length)), b""):
            length += len(found)
        if head.startswith(mark):
            return length, encoding
    return None


def detected(head: bytes) -> str:
    """Return the encoding that bytes without a mark look like. Raises `FileUnusable` where they look like none."""
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
    # Nearly all files say what they are, or are UTF-8, and a server holds it for nothing.
    from charset_normalizer import from_bytes

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
