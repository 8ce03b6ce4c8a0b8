"""How formats look: one question each about the beginning of a file, answered without reading on."""

from __future__ import annotations

import csv
import re
import tarfile
from dataclasses import dataclass

import msgspec

from app.ingest.fields import NAMES, plain

_DATE_HEADER = re.compile(r"\s*date[ \t]+\S*\d", re.IGNORECASE)
_MATTER_BEGINS = re.compile(
    r"\s*(?:---|\+\+\+)[ \t]*\r?\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*+(?P<field>[\"'\w][^\n:=]{0,60}[:=](?=\s))?"
)
_MATTER_ENDS = re.compile(r"^(?:---|\.\.\.|\+\+\+)[ \t]*\r?$", re.MULTILINE)
_LONGEST_MATTER = 100_000
_MARKDOWN = (".md", ".markdown", ".mdown")
_ARRAYS = re.compile(r"\[\s*\[\s*[\[\]{\"\d]")
_TAG = re.compile(r"\s*<(?:!--|\?|!|([A-Za-z][\w:.-]*))")
_DECLARED = re.compile(r"\s*<(?:\?xml|!doctype)", re.IGNORECASE)
_OF_PROSE = frozenset(
    "a b big blockquote br center code div dl em figure font h1 h2 h3 h4 h5 h6 hr i img li main ol p pre q s section "
    "small span strong sub sup table tt u ul".split()
)
_HTML_DOCTYPE = re.compile(r"<!doctype\s+html\b", re.IGNORECASE)
_FEEDS = ("rss", "rdf", "feed", "channel")
_NEWSML = frozenset(
    "newsml newsitem newsmessage packageitem conceptitem knowledgeitem planningitem catalogitem newsitemset".split()
)
SEPARATOR = re.compile(r"\"?sep=([^\w\"])\"?\s*", re.IGNORECASE)
"""The line that Excel writes above the header: `sep=;`."""
# One of these must be a column: without text there is no article. In a file that is not named so, a line that begins
# with "Summary," is no header.
TEXT_COLUMNS = {plain(name) for field in ("headline", "body") for name in NAMES[field] if "_" in name} | {
    "title", "headline", "text", "body", "content",
}  # fmt: skip
ALL_COLUMNS = {plain(name) for names in NAMES.values() for name in names}

MAIL_ENDINGS = (".eml", ".emlx", ".mht", ".mhtml")
SHEET_ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What people have and is not read, with what to do; asked after all formats that are no text.
NOT_READ = (
    (b"Rar!\x1a\x07", "is a RAR file: unpack it and give the folder"),
    (b"7z\xbc\xaf\x27\x1c", "is a 7-Zip file: unpack it and give the folder"),
    (b"\x28\xb5\x2f\xfd", "is packed with zstd: unpack it"),
    (b"\x04\x22\x4d\x18", "is packed with LZ4: unpack it"),
    (b"\x1f\x9d", "is packed with compress: unpack it"),
    (b"\x5d\x00\x00", "is packed with LZMA: unpack it"),
    (b"\x1f\x8b", "is packed twice: unpack it once"),
    (b"BZh", "is packed twice: unpack it once"),
    (b"\xfd7zXZ", "is packed twice: unpack it once"),
    (
        OLD_OFFICE,
        "is a file of an old Office program, an Outlook message, or encrypted: save it as .docx, .csv or .eml",
    ),
    (b"!BDN", "is a file of Outlook folders: export them as mail (mbox or .eml)"),
    (b"{\\rtf", "is RTF: save it as .docx or as text"),
    (b"SQLite format 3\0", "is a database: export its table as CSV"),
)
_FIRST_NAME = re.compile(rb"PK\x03\x04.{26}(.{1,100})", re.DOTALL)
TAR_ENDINGS = (".tar", ".tgz", ".tbz2", ".txz")

_MOST_HEADERS = 30_000
_HEADER = re.compile(rb"([!-9;-~]{1,76}):")
_LENGTH = re.compile(rb"\s*\d{1,10}\s*\n")
_SEPARATOR = re.compile(rb"\s*From (?=[^\r\n]{0,1000}\d{4})[^\r\n]*+\r?\n(?:>?From [^\r\n]*+\r?\n)*")
_OF_MAIL_ALONE = frozenset(("message-id", "received", "mime-version", "return-path", "delivered-to", "newsgroups"))
_OF_MAIL = _OF_MAIL_ALONE | {"from", "date", "subject"}


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a file. `text` is what it says without byte order marks, empty as long as only formats that are
    no text are asked. `ending` is the suffix of the file's name, in small letters and without `.gz`."""

    raw: bytes
    ending: str
    text: str = ""


def mailbox(head: Head) -> bool:
    """Return whether it begins with the line above a message, and the headers of one."""
    first = _SEPARATOR.match(head.raw)
    return first is not None and bool(_header_names(head.raw[first.end() :]) & _OF_MAIL)


def mail(head: Head) -> bool:
    """Return whether it begins with headers that only mail has, or is named so and begins with headers."""
    # Apple Mail writes the length of the message above it.
    names = _header_names(_LENGTH.sub(b"", head.raw, count=1) if head.ending == ".emlx" else head.raw)
    if head.ending in MAIL_ENDINGS and names:
        return True
    return "from" in names and bool(names & _OF_MAIL_ALONE or ("date" in names and names & {"subject", "to"}))


def _header_names(raw: bytes) -> set[str]:
    """Return the names of the headers above the first empty line, none where something else stands above it."""
    names: set[str] = set()
    for line in raw[:_MOST_HEADERS].removeprefix(b"\xef\xbb\xbf").splitlines():
        field = _HEADER.match(line)
        if field:
            names.add(field[1].decode("ascii").lower())
        elif not line.strip():
            break
        elif not names or line[:1] not in (b" ", b"\t"):
            # The last line may be cut.
            return names if len(raw) > _MOST_HEADERS and names else set()
    return names


def pdf(head: Head) -> bool:
    """Return whether it says so within its first kilobyte, where readers look for it."""
    return b"%PDF-" in head.raw[:1024]


def docx(head: Head) -> bool:
    return _office_part(head) == "word" or (_office_part(head) == "" and head.ending in (".docx", ".docm"))


def sheet(head: Head) -> bool:
    """Return whether it is a spreadsheet of any office program."""
    if _office_part(head) == "xl" or b"opendocument.spreadsheet" in head.raw[30:120]:
        return True
    return head.ending in SHEET_ENDINGS and (_office_part(head) == "" or head.raw.startswith(OLD_OFFICE))


def web_archive(head: Head) -> bool:
    return head.raw.startswith((b"WARC/", b"filedesc://"))


def parquet(head: Head) -> bool:
    return head.raw.startswith(b"PAR1")


def not_read(head: Head) -> str | None:
    """Return why a file cannot be read that is known by its first bytes."""
    if _office_part(head) is not None:
        return "is an Office file that is no text and no table: save it as PDF"
    if head.raw.startswith(b"PK") and head.raw[30:46] == b"mimetypeapplicat":
        return "is an OpenDocument or EPUB file: save it as .docx or PDF"
    return next((reason for begins, reason in NOT_READ if head.raw.startswith(begins)), None)


def zipped(head: Head) -> bool:
    """Return whether it is a ZIP file that is no document itself."""
    return not not_read(head) and head.raw.startswith((b"PK\3\4", b"PK\5\6"))


def _office_part(head: Head) -> str | None:
    """Return which office program made a package, "" where its beginning does not tell, None for any other file. A ZIP
    file that holds such packages begins with the name of one."""
    first = _FIRST_NAME.match(head.raw)
    if first is None or b"[Content_Types].xml" not in head.raw:
        return None
    if not first[1].startswith((b"[Content_Types].xml", b"_rels/", b"docProps/", b"word/", b"xl/", b"customXml/")):
        return None
    return next((part for part in ("word", "xl") if f"{part}/".encode() in head.raw), "")


def tarred(head: Head) -> bool:
    """Return whether it begins with the header of a file, which has its own checksum; an empty one is zeros."""
    try:
        tarfile.TarInfo.frombuf(head.raw[:512], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return head.ending in TAR_ENDINGS and not any(head.raw[:1024])
    return True


def json_lines(head: Head) -> bool:
    """Return whether objects end with their line, a few broken ones among them. Of one object on many lines a list may
    end with such a line, and one alone is JSON where the name does not say otherwise."""
    text = head.text.lstrip()
    if not text.startswith("{"):
        return False
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    whole = sum(map(_is_object, lines))
    if head.ending in (".jsonl", ".ndjson"):
        return whole > 0 or len(lines) == 1
    return len(lines) > 1 and 2 * whole >= len(lines)


def json_whole(head: Head) -> bool:
    """Return whether it begins with an object or an array of objects, which are no lines: asked after `json_lines`. In
    an array of arrays each is refused for itself."""
    text = head.text.lstrip()
    return (
        text.startswith("{")
        or (text.startswith("[") and text[1:].lstrip()[:1] in ("{", "]", ""))
        or bool(_ARRAYS.match(text))
    )


def dated_text(head: Head) -> bool:
    return _DATE_HEADER.match(head.text) is not None


def front_matter(head: Head) -> bool:
    """Return whether it begins with fields between two lines of `---` or `+++`; in Markdown also with an object of JSON
    that a text follows."""
    begins = _MATTER_BEGINS.match(head.text)
    if begins and begins["field"] and _MATTER_ENDS.search(head.text, begins.end(), begins.end() + _LONGEST_MATTER):
        return True
    return head.ending in _MARKDOWN and head.text.lstrip().startswith(("{\n", "{\r"))


def feed(head: Head) -> bool:
    return root_element(head.text) in _FEEDS


def web_page(head: Head) -> bool:
    return root_element(head.text) in ("html", "head", "body")


def news_item(head: Head) -> bool:
    return root_element(head.text) in _NEWSML


def nitf_article(head: Head) -> bool:
    return root_element(head.text) == "nitf"


def root_element(text: str) -> str:
    """Return the name of the outermost element of markup, in small letters and without its prefix; "" where the text is
    none. A page is `html` by its doctype alone, but a feed is a feed under whatever doctype."""
    before, found = find_root(text)
    name = found[1].rpartition(":")[2].lower() if found else ""
    is_page = name not in (*_FEEDS, *_NEWSML, "nitf") and _HTML_DOCTYPE.search(before) is not None
    return "html" if is_page else name


def unread_root(text: str) -> str:
    """Return the outermost element of markup that no reader knows; "" for any other text. One that only begins with a
    word in brackets is prose, and so is one whose author set it in HTML."""
    declared, (_, found) = _DECLARED.match(text), find_root(text)
    if found is None:
        return declared[0].strip()[1:] if declared else ""
    name = str(found[1])
    is_markup = declared or re.search(rf"</{re.escape(name)}\s*>", text)
    return name if is_markup and name.lower() not in _OF_PROSE else ""


def find_root(text: str) -> tuple[str, re.Match[str] | None]:
    """Return what stands before the outermost element of markup, without comments, and where that begins; None where it
    does not."""
    kept: list[str] = []
    at = 0
    while (found := _TAG.match(text, at)) and found[1] is None:
        opening = found[0].lstrip()
        closing = "-->" if opening == "<!--" else "?>" if opening == "<?" else _end_of_doctype(text, found.end())
        end = text.find(closing, found.end())
        if end < 0:
            return "".join(kept) + text[at:], None
        if opening != "<!--":
            kept.append(text[at : end + len(closing)])
        at = end + len(closing)
    return "".join(kept), found


def _end_of_doctype(text: str, start: int) -> str:
    """Return `]>` where it declares things of its own, each of which ends with `>`."""
    bracket, end = text.find("[", start), text.find(">", start)
    return ">" if bracket < 0 or end < bracket else "]>"


def columns(head: Head) -> bool:
    return column_delimiter(head.text, TEXT_COLUMNS) is not None


def _is_object(line: str) -> bool:
    try:
        return isinstance(msgspec.json.decode(line), dict)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return False


def column_delimiter(text: str, columns: set[str]) -> str | None:
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


def likely_delimiter(text: str) -> str | None:
    """Return what parts the first two lines in as many cells each: of a table whose columns have names of its own."""
    lines = [line[:100_000] for line in text.lstrip("\r\n").splitlines()[:2]]
    cells = {each: [len(next(csv.reader([line], delimiter=each), [])) for line in lines] for each in ",;\t|"}
    alike = [each for each, counts in cells.items() if len(counts) > 1 and counts[0] == counts[1] > 1]
    return max(alike, key=lambda each: cells[each][0], default=None)
