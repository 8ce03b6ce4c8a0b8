"""Mail, one message or a file of many (mbox): a record for each message, those attached to another included.

The text is that of the plain part where there is one that says as much as the page beside it. What is attached is named
and not read. A page saved as `.mhtml` is a message too, with the page as its text.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from base64 import b64decode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from email.errors import HeaderParseError, InvalidBase64LengthDefect
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.utils import parseaddr, parsedate_to_datetime

from app.ingest.markup import plain_text
from app.ingest.readers.lines import Line, lines
from app.ingest.readers.opened import Opened
from app.ingest.readers.record import MAX_RECORD, FileUnusable, Record, Refused, Unusable
from app.ingest.readers.sniff import Nature, detected
from app.ingest.readers.web_page import page_fields
from app.text import printable

# The parser asks of each line whether it ends one of the parts that are open, and calls itself for a part of a part.
_MOST_WORK = 30_000_000
_LONGEST_TYPE = 10_000
_LONGEST_VALUE = 2_000
_MOST_NAMED = 20
# Messages attached to messages. Deeper ones are attachments.
_DEEPEST_MESSAGE = 3
# Newsletters often say in their plain part that there is another one. A page that is no longer is as good as it.
_SHORT_PLAIN = 500
_MUCH_LONGER = 2
# The page reader leaves out what stands around an article; of a letter hardly anything does.
_MAIN_SHARE = 0.5

_SEPARATOR = re.compile(rb"From .*\d:\d\d.*\b\d{4}\b|From .*\b\d{4}\b.*\d:\d\d")
_FIELD = re.compile(rb"[!-9;-~]{1,76}:|>?From ")
# To look for a day and a time takes the square of a line's length.
_LONGEST_SEPARATOR = 1_000
_UNDATED = re.compile(rb"From (?:-|\S+@\S+)\s*$")
_MAIL_FIELD = re.compile(
    rb"(?:from|date|subject|message-id|received|return-path|delivered-to|mime-version|reply-to|x-[a-z-]{1,60}):",
    re.IGNORECASE,
)
_QUOTED_SEPARATOR = re.compile(rb"^>(>*From )", re.MULTILINE)
_TYPE = re.compile(rb"^content-type:.*(?:\n[ \t].*)*", re.IGNORECASE | re.MULTILINE)
_COUNT = re.compile(rb"\s*(\d{1,10})\s*\n")
_PHRASE_AND_ID = re.compile(r"\s*\"?(?P<phrase>[^<\"]*?)\"?\s*<(?P<id>[^<>]*)>")
_ADDRESS = re.compile(r"<?\s*(https?://[^\s<>]+)")
# Codecs that are no encoding of a text, or take the square of the time.
_NO_CHARSETS = frozenset(("idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"))
# What calls itself so is more than it says.
_WIDER = {"ascii": "utf-8", "iso8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949"}


@dataclass(slots=True)
class _RawMessage:
    """The bytes of one message as they arrive: beyond the limit they are not kept. Attachments stand at the
    end, so that the text is nearly always there."""

    offset: int
    kept: bytearray = field(default_factory=bytearray)
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)
    is_cut: bool = False

    def add(self, raw: bytes, *, dropped: bool = False) -> None:
        """`dropped`: a line that was over the limit by itself."""
        self.digest.update(raw)
        self.is_cut = self.is_cut or dropped or len(self.kept) + len(raw) > MAX_RECORD
        self.kept += raw[: MAX_RECORD - len(self.kept)]


@dataclass(slots=True)
class _Content:
    """What is in a message, or a part of one: its text, the parts that were read for it, and what is attached."""

    text: str = ""
    read: list[Message] = field(default_factory=list)
    attached: list[str] = field(default_factory=list)

    def add(self, other: _Content) -> None:
        self.text = "\n\n".join(filter(None, (self.text, other.text)))
        self.read += other.read
        self.attached += other.attached


def read_mail(stream: Opened, nature: Nature) -> Iterator[Record | Unusable]:  # noqa: ARG001  # each part says its own
    raw = _RawMessage(0)
    while chunk := stream.read():
        raw.add(chunk)
    raw.kept = raw.kept.removeprefix(b"\xef\xbb\xbf")
    # Apple Mail says above the message how long it is; what follows is its own.
    if count := _COUNT.match(raw.kept):
        raw.kept = raw.kept[count.end() : count.end() + int(count[1])]
    yield from _mail_records(1, raw)


def read_mbox(stream: Opened, nature: Nature) -> Iterator[Record | Unusable]:  # noqa: ARG001
    number = 0
    for raw in _messages_of(stream):
        raw.kept = bytearray(_QUOTED_SEPARATOR.sub(rb"\1", raw.kept))
        for record in _mail_records(number + 1, raw):
            number = record.number or number
            yield record


def _messages_of(stream: Opened) -> Iterator[_RawMessage]:
    """A message begins at a line of its own kind after an empty one, if a header follows; without the empty line, or
    the day in it, if one follows that mail alone has."""
    message: _RawMessage | None = None
    separator: Line | None = None
    after_gap = True
    for line in lines(stream, b"\n", 0):
        raw = line.raw or b""
        if separator and (_FIELD if after_gap else _MAIL_FIELD).match(raw):
            if message and message.kept:
                yield message
            message, separator, after_gap = _RawMessage(separator.offset), None, False
        message = message or _RawMessage(line.offset)
        if separator:
            message.add(separator.raw or b"")
            separator, after_gap = None, False
        dated = _SEPARATOR.match(raw[:_LONGEST_SEPARATOR])
        if dated or (after_gap and _UNDATED.match(raw[:_LONGEST_SEPARATOR])):
            separator, after_gap = line, after_gap and dated is not None
            continue
        if message.kept or not raw.startswith(b">From "):
            message.add(raw, dropped=line.raw is None)
        after_gap = not raw.strip()
    if message and separator:
        message.add(separator.raw or b"")
    if message and message.kept:
        yield message


def _mail_records(number: int, raw: _RawMessage) -> Iterator[Record | Unusable]:
    sha256 = raw.digest.hexdigest()
    if reason := _too_much(raw.kept):
        yield Unusable(number, reason, raw.offset, sha256)
        return
    try:
        message = BytesParser().parsebytes(raw.kept)
    except RecursionError:
        yield Unusable(number, "has parts in parts that are nested too deep: save its text alone", raw.offset, sha256)
        return
    cut = _last_leaf(message) if raw.is_cut else None
    for number, each in enumerate(_messages_in(message), number):  # noqa: B020  # goes on counting
        try:
            yield Record(number, _mail_fields(each, cut), raw.offset, sha256)
        except Refused as error:
            yield Unusable(number, str(error), raw.offset, sha256)


def _too_much(raw: bytes | bytearray) -> str | None:
    if not raw.strip():
        return "is empty"
    if raw.lower().count(b"boundary") * (raw.count(b"\n") + raw.count(b"\r")) > _MOST_WORK:
        return "has too many parts to be read: save its text alone"
    if any(len(header[0]) > _LONGEST_TYPE for header in _TYPE.finditer(raw)):
        return "has a header that is too long to be read: save its text alone"
    return None


def _messages_in(message: Message, depth: int = 0) -> Iterator[Message]:
    """The message, if there is anything in it but others, and those attached to it."""
    attached = [part for part in _leaf_parts(message) if part.get_content_type() == "message/rfc822"]
    inner = [each for part in attached for each in _payload_list(part)] if depth < _DEEPEST_MESSAGE else []
    if not inner or len(attached) < sum(1 for _ in _leaf_parts(message)):
        yield message
    for each in inner:
        yield from _messages_in(each, depth + 1)


def _leaf_parts(message: Message) -> Iterator[Message]:
    """The parts that hold no others of the same message, in order."""
    waiting = [message]
    while waiting:
        part = waiting.pop()
        if part.get_content_maintype() == "multipart":
            waiting += reversed(_payload_list(part))
        if not part.is_multipart() or part.get_content_maintype() != "multipart":
            yield part


def _payload_list(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [each for each in payload if isinstance(each, Message)] if isinstance(payload, list) else []


def _last_leaf(message: Message) -> Message:
    *_, last = _leaf_parts(message)
    inner = _payload_list(last)
    return _last_leaf(inner[-1]) if inner else last


def _mail_fields(message: Message, cut: Message | None) -> dict[str, object]:
    """Return the fields of the article that a message is. `cut` is a part of which the end is missing. Raises
    `Refused`."""
    headers = _Headers(message)
    if address := _saved_from(message, headers):
        return _saved_page(message, address, headers.date)
    content = _content_of(message)
    if any(part is cut for part in content.read):
        raise Refused(f"has a text over {MAX_RECORD:,} bytes, of which the end was not read: divide it")
    if not content.text.strip():
        named = f", but files attached ({_attachment_names(content.attached)}): save these and give them" * bool(
            content.attached
        )
        raise Refused(f"has no text{named}")
    name, mail_address = headers.sender
    source, is_author = _sender_as_source(headers, name, mail_address)
    fields = {
        "id": headers["message-id"].strip("<> "),
        "headline": headers["subject"],
        "body": content.text,
        "date": headers.date,
        "source": source,
        "authors": [name] if name and is_author else None,
        "url": found[1] if (found := _ADDRESS.match(headers["archived-at"])) else None,
        "language": headers["content-language"].partition(",")[0],
        "attachments": content.attached[:_MOST_NAMED],
    }
    return {name: value for name, value in fields.items() if value}


class _Headers:
    """The headers of a message as text, by their names in small letters; "" for one that is not there."""

    def __init__(self, message: Message) -> None:
        self._values: dict[str, str] = {}
        for name, value in message.raw_items():
            self._values.setdefault(name.lower(), str(value))

    def __getitem__(self, name: str) -> str:
        return _header_text(self._values.get(name, ""))

    def __contains__(self, name: str) -> bool:
        return name in self._values

    @property
    def sender(self) -> tuple[str, str]:
        """Name and address."""
        # Taken apart before it is decoded: a name may hold commas and quotes.
        name, address = parseaddr(" ".join(self._values.get("from", "")[:_LONGEST_VALUE].split()))
        name = _header_text(name)
        return ("" if "@" in name else name), address

    @property
    def date(self) -> str | None:
        said = self["date"] or self["received"].rpartition(";")[2].strip()
        try:
            return parsedate_to_datetime(said).isoformat()
        except (ValueError, TypeError, IndexError, OverflowError):
            return said or None


def _sender_as_source(headers: _Headers, name: str, address: str) -> tuple[str | None, bool]:
    """Return the source and whether the sender is an author: on a list to which people write, in a newsgroup and in
    letters he is, and a newsletter comes from its publisher."""
    listed = _PHRASE_AND_ID.match(headers["list-id"])
    list_name = (listed["phrase"] or listed["id"]) if listed else headers["list-id"]
    domain = address.rpartition("@")[2].lower() if "@" in address else ""
    if headers["newsgroups"]:
        return headers["newsgroups"].partition(",")[0], True
    if "list-post" in headers and "NO" not in headers["list-post"]:
        return list_name or domain, True
    if list_name or "list-unsubscribe" in headers:
        return name or list_name or domain, False
    return domain, True


def _header_text(value: str) -> str:
    """Return a header on one line, its encoded words decoded; bytes that no header may hold as what they look like."""
    value = " ".join(value[:_LONGEST_VALUE].split())
    if not value.isascii():
        value = _decoded_text(value.encode("utf-8", "surrogateescape"), None)
    if "=?" not in value:
        return value
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    return "".join(_decoded_text(raw, charset) if isinstance(raw, bytes) else raw for raw, charset in pieces).strip()


def _content_of(part: Message) -> _Content:
    kind, subtype = part.get_content_maintype(), part.get_content_subtype()
    if kind == "multipart" and part.is_multipart():
        children = _payload_list(part)
        if subtype == "encrypted":
            raise Refused("is encrypted: save it decrypted")
        if subtype == "alternative":
            return _best_of(children)
        return _content_of_all(children[:1] if subtype in ("related", "signed") else children)
    if part.get_content_type() == "message/rfc822":
        return _Content()
    if part.get_content_type() in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
        raise Refused("is encrypted or sealed: save it decrypted")
    is_page = part.get_content_type() == "text/html"
    is_text = is_page or kind == "multipart" or part.get_content_type() == "text/plain"
    if not is_text or part.get_content_disposition() == "attachment":
        return _Content(attached=[_attachment_name(part)])
    return _Content(_page_text(part) if is_page else _plain_part(part), [part])


def _content_of_all(parts: Iterable[Message]) -> _Content:
    content = _Content()
    for part in parts:
        content.add(_content_of(part))
    return content


def _best_of(parts: list[Message]) -> _Content:
    """Return the plain one of several forms of a text, unless it says much less than another one."""
    plain = _content_of_all(part for part in parts if part.get_content_type() == "text/plain")
    rich = _content_of_all(part for part in parts if part.get_content_type() != "text/plain")
    prefer_rich = len(plain.text) < _SHORT_PLAIN and len(rich.text) > _MUCH_LONGER * len(plain.text)
    chosen, other = (rich, plain) if prefer_rich else (plain, rich)
    return _Content(chosen.text, chosen.read, chosen.attached + other.attached)


def _plain_part(part: Message) -> str:
    text = _decoded_text(_part_bytes(part), _charset_of(part)).replace("\r\n", "\n").replace("\r", "\n")
    if str(part.get_param("format", "")).lower() == "flowed":
        text = _unflowed(text, joined_without_space=str(part.get_param("delsp", "")).lower() == "yes")
    return text.strip()


def _page_text(part: Message) -> str:
    """Return the main text of a page, or all of it where that is much more."""
    raw, charset = _part_bytes(part), _charset_of(part)
    whole = plain_text(_without_head(_decoded_text(raw, charset)))
    try:
        main = str(page_fields(raw, charset=charset)["body"])
    except Refused:
        return whole
    return main if len(main) >= _MAIN_SHARE * len(" ".join(whole.split())) else whole


def _without_head(page: str) -> str:
    lower = page.lower()
    start = lower.find("<head")
    end = lower.find("</head", start)
    return page[:start] + page[end:].partition(">")[2] if 0 <= start < end else page


def _unflowed(text: str, *, joined_without_space: bool) -> str:
    """Join the lines of a paragraph, as RFC 3676 says: a space at the end of a line goes on in the next one, if that is
    quoted as deep."""
    joined: list[str] = []
    goes_on = -1
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        said = line[depth:].removeprefix(" ")
        quote = f"{'>' * depth} " if depth else ""
        if said == "-- " or goes_on != depth:
            joined.append(quote)
        flows = said.endswith(" ") and said != "-- "
        joined[-1] += said[:-1] if flows and joined_without_space else said
        goes_on = depth if flows else -1
    return "\n".join(joined)


def _saved_from(message: Message, headers: _Headers) -> str | None:
    """Return the address of a page that a browser saved as a message."""
    if message.get_content_type() not in ("multipart/related", "text/html") or "message-id" in headers:
        return None
    page = next(_leaf_parts(message))
    found = _ADDRESS.match(headers["snapshot-content-location"] or _Headers(page)["content-location"])
    return found[1] if found else None


def _saved_page(message: Message, address: str, date: str | None) -> dict[str, object]:
    page = next(_leaf_parts(message))
    return page_fields(_part_bytes(page), address=address, fetched=date, charset=_charset_of(page))


def _part_bytes(part: Message) -> bytes:
    try:
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes) and any(isinstance(each, InvalidBase64LengthDefect) for each in part.defects):
            # It is given as it came: a letter of it is missing at its end.
            letters = b"".join(payload.split())
            payload = b64decode(letters[: len(letters) // 4 * 4])
    except ValueError:
        # An encoding of the transfer that is broken beyond what the library mends.
        payload = str(part.get_payload()).encode("utf-8", "surrogateescape")
    return payload if isinstance(payload, bytes) else b""


def _charset_of(part: Message) -> str | None:
    charset = part.get_param("charset")
    return charset if isinstance(charset, str) else part.get_content_charset()


def _decoded_text(raw: bytes, label: str | None) -> str:
    """Decode by what is said, else by what it looks like: what is said is wrong as often as not."""
    for name in (label, "utf-8"):
        try:
            encoding = codecs.lookup(name).name if name else "utf-8"
            if encoding not in _NO_CHARSETS:
                return raw.decode(_WIDER.get(encoding, encoding))
        except (LookupError, ValueError):
            continue
    try:
        text = raw.decode(detected(raw), "replace")
    except FileUnusable:
        text = raw.decode("utf-8", "replace")
    # Too few letters to tell: those of western programs are meant, unless most of them are UTF-8.
    is_guess = 2 * text.count("\ufffd") > sum(1 for letter in text if not letter.isascii())
    return raw.decode("cp1252", "replace") if is_guess else text


def _attachment_name(part: Message) -> str:
    return printable(_header_text(part.get_filename() or "")[:100]) or part.get_content_type()


def _attachment_names(attached: list[str]) -> str:
    more = f" and {len(attached) - _MOST_NAMED} more" if len(attached) > _MOST_NAMED else ""
    return ", ".join(attached[:_MOST_NAMED]) + more
