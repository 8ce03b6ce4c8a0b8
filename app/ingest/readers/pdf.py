"""PDF: one article a file. The text is read by a program of its own, which may fail or be ended without harm."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import msgspec

from app.ingest import pdf_text
from app.ingest.readers.opened import Opened
from app.ingest.readers.record import FileUnusable, Record, Unusable, hashed
from app.ingest.readers.sniff import Nature

_PATIENCE = 3 * pdf_text.SECONDS
"""Seconds by the clock; those of the processor are bounded by the program itself."""
_DATE = re.compile(r"D?:?(\d{4})(\d\d)?(\d\d)?(?:(\d\d)(\d\d)(\d\d)?)?(?:(Z)|([+-]\d\d)'?(\d\d)?)?")
# What programs write where nobody gave a title.
_NO_TITLE = re.compile(
    r"untitled.*|.*\.(?:docx?|rtf|odt|indd|qxd|pdf|tex|pptx?|xlsx?|html?)|microsoft word\b.*|https?://.*|about:blank|\W*",
    re.IGNORECASE,
)


def read_pdf(stream: Opened, nature: Nature) -> Iterator[Record | Unusable]:  # noqa: ARG001  # it is no text
    if find_spec("pypdfium2") is None:
        raise FileUnusable('is PDF, which needs a package: pip install "dateline[documents]", then ingest it again')
    raw = stream.whole(pdf_text.MAX_BYTES)
    said = _said_in(raw)
    if refused := said.get("refused"):
        raise FileUnusable(str(refused))
    if not said["text"].strip():
        raise FileUnusable(
            f"has no text on its {said['pages']} pages, only pictures: make them text (with OCR) and give the result"
        )
    title = None if _NO_TITLE.fullmatch(said["title"] or "") else said["title"]
    first, _, rest = said["text"].partition("\n\n")
    fields = {
        "headline": title,
        "body": rest if title and rest and first.casefold() == title.casefold() else said["text"],
        "date": _day_made(said["created"] or ""),
        "authors": said["author"],
        "pages without text": said["empty"] or None,
    }
    yield Record(1, {name: value for name, value in fields.items() if value}, 0, hashed(raw))


def _said_in(raw: bytes) -> dict[str, Any]:
    command = [sys.executable, "-I", pdf_text.__file__]
    try:
        done = subprocess.run(command, input=raw, capture_output=True, timeout=_PATIENCE, check=True)  # noqa: S603  # our own
        answer: dict[str, Any] = msgspec.json.decode(done.stdout)
    except subprocess.TimeoutExpired:
        raise FileUnusable(f"takes more than {_PATIENCE} seconds to read: print it to a new PDF file") from None
    except (subprocess.CalledProcessError, msgspec.DecodeError):
        raise FileUnusable(
            f"cannot be read within {pdf_text.SECONDS} seconds and {pdf_text.MEMORY // 10**9} GB of memory, or is "
            "damaged: print it to a new PDF file"
        ) from None
    return answer


def _day_made(said: str) -> str | None:
    """`D:20250506100000+02'00'` -> `2025-05-06T10:00:00+02:00`."""
    found = _DATE.match(said)
    if found is None:
        return None
    year, month, day, hour, minute, second, utc, zone, minutes = found.groups()
    date = "-".join(filter(None, (year, month, day)))
    if not (day and hour):
        return date
    return f"{date}T{hour}:{minute}:{second or '00'}" + (utc or (f"{zone}:{minutes or '00'}" if zone else ""))
