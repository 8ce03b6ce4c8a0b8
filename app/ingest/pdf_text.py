"""A program of its own that reads a PDF from its input and writes what that says as JSON: `readers/pdf.py` runs it.

Apart from the rest, because the library is C++ and the file may be hostile: it may take too long, or end the process.
It imports nothing of ours, so that it starts at once.
"""

from __future__ import annotations

import json
import re
import resource
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from typing import Any

SECONDS = 60
MEMORY = 2_000_000_000
MAX_BYTES = 100_000_000
MAX_PAGES = 3_000
MAX_CHARACTERS = 10_000_000

# What the library writes for a hyphen at the end of a line, which it has joined with the next one.
_HYPHEN = re.compile("[\ufffe\x02]")
_ENDS = (".", "!", "?", ":", "”", '"', "’")
_PAGE_NUMBER = re.compile(r"\W*\d{1,4}\W*")
# A line that stands so many times the usual distance below the last one begins a paragraph; so much further in, of the
# height of a line, as well.
_GAP = 1.35
_INDENT = 0.8
_SAME_LINE = 0.5


class TooMuch(Exception):
    """A bound was reached; says which and what to do."""


def main() -> int:
    for bound, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_CORE, 0)):
        # Not every system has each of them.
        with suppress(ValueError, OSError):
            resource.setrlimit(bound, (most, most))
    raw = sys.stdin.buffer.read()
    try:
        answer = said_by(raw)
    except TooMuch as error:
        answer = {"refused": str(error)}
    json.dump(answer, sys.stdout)
    return 0


def said_by(raw: bytes) -> dict[str, Any]:
    """Return title, author, day, text, and how many pages there are and have no text. Raises `TooMuch`."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(raw)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise TooMuch("is encrypted: save it without its password") from None
        raise TooMuch("is a damaged PDF file: get it again") from None
    if len(document) > MAX_PAGES:
        raise TooMuch(f"has more than {MAX_PAGES:,} pages: divide it")
    pages = [_page_lines(document, number) for number in range(len(document))]
    told = document.get_metadata_dict(skip_empty=True)
    return {
        "title": told.get("Title"),
        "author": told.get("Author"),
        "created": told.get("CreationDate"),
        "pages": len(pages),
        "empty": sum(not page for page in pages),
        "text": "\n\n".join(_paragraphs(pages)),
    }


def _page_lines(document: Any, number: int) -> list[tuple[str, float, float, float]]:
    """Return the lines of a page in the order of the text, each with its left, bottom and top. A page that is damaged
    has none."""
    import pypdfium2

    try:
        page = document[number]
        text_page = page.get_textpage()
        text = text_page.get_text_range()
    except pypdfium2.PdfiumError:
        return []
    if len(text) > MAX_CHARACTERS:
        raise TooMuch(f"has more than {MAX_CHARACTERS:,} characters on a page: divide it")
    lines, at = [], 0
    for line in text.split("\n"):
        said = line.strip("\r ")
        if said:
            first = at + len(line) - len(line.lstrip())
            try:
                left, bottom, _, top = text_page.get_charbox(first)
            except (pypdfium2.PdfiumError, IndexError):
                left = bottom = top = 0.0
            lines.append((_HYPHEN.sub("", said), left, bottom, top))
        at += len(line) + 1
    text_page.close()
    page.close()
    return [line for n, line in enumerate(lines) if n not in (0, len(lines) - 1) or not _PAGE_NUMBER.fullmatch(line[0])]


def _paragraphs(pages: list[list[tuple[str, float, float, float]]]) -> Iterator[str]:
    paragraph = ""
    size = 0
    steps = sorted(above[2] - line[2] for page in pages for above, line in pairwise(page) if above[2] > line[2])
    usual = steps[len(steps) // 4] if steps else 0.0
    for page in pages:
        before: tuple[str, float, float, float] | None = None
        for line in page:
            size += len(line[0])
            if size > MAX_CHARACTERS:
                raise TooMuch(f"has more than {MAX_CHARACTERS:,} characters: divide it")
            if paragraph and _begins(line, before, usual, paragraph):
                yield paragraph
                paragraph = ""
            paragraph = f"{paragraph} {line[0]}".lstrip()
            before = line
    if paragraph:
        yield paragraph


def _begins(
    line: tuple[str, float, float, float], before: tuple[str, float, float, float] | None, usual: float, said: str
) -> bool:
    """Return whether a paragraph begins with the line. At the top of a column or page, if the last sentence ended."""
    if before is None or line[2] > before[2]:
        return said.endswith(_ENDS)
    height = before[3] - before[2]
    step = before[2] - line[2]
    if step < _SAME_LINE * height:
        return False
    is_larger = abs((line[3] - line[2]) - height) > _SAME_LINE * height and step > usual
    return step > _GAP * usual or is_larger or (line[1] - before[1] > _INDENT * usual and said.endswith(_ENDS))


if __name__ == "__main__":
    sys.exit(main())
