"""DOCX: one article a file. Its paragraphs are read as a stream; macros, links and pictures are left alone."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import IO, cast

from lxml import etree

from app.ingest.readers.opened import Opened
from app.ingest.readers.record import MAX_RECORD, FileUnusable, Record, Unusable, hashed
from app.ingest.readers.sniff import Nature
from app.ingest.readers.zipped import BROKEN_ZIP, CarefulFile

# A novel has 5 MB of it, nearly all of which is markup.
_LONGEST_PART = 100_000_000
_MOST_BYTES = 100_000_000
_DOCUMENT = re.compile(r"word/document\d*\.xml")
_NOTES = {"word/footnotes.xml", "word/endnotes.xml"}
_PROPERTIES = "docProps/core.xml"
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "‑"}
_UNSEEN = frozenset(("del", "moveFrom", "Fallback", "instrText", "delText"))
_TITLES = frozenset(("title", "titel", "titre", "titulo"))


@dataclass(slots=True)
class _Paragraph:
    pieces: list[str] = field(default_factory=list)
    style: str = ""

    def add(self, name: str, element: etree._Element) -> None:
        """Take over an element that ended; it is not kept."""
        if name == "t":
            self.pieces.append(element.text or "")
        elif name in _SIGNS:
            self.pieces.append(_SIGNS[name])
        elif name == "pStyle":
            self.style = next((value.lower() for key, value in element.items() if key.endswith("}val")), "")


def read_docx(stream: Opened, nature: Nature) -> Iterator[Record | Unusable]:  # noqa: ARG001  # it is no text
    raw = stream.whole(_MOST_BYTES)
    try:
        with zipfile.ZipFile(cast("IO[bytes]", CarefulFile(BytesIO(raw)))) as package:
            fields = _docx_fields(package)
    except BROKEN_ZIP as error:
        raise FileUnusable(f"is a damaged document ({error}): open it and save it anew") from None
    except etree.XMLSyntaxError as error:
        raise FileUnusable(f"is a damaged document ({error.msg}): open it and save it anew") from None
    if not fields.get("body"):
        raise FileUnusable("has no text, only pictures perhaps: make them text (with OCR) and give the result")
    yield Record(1, fields, 0, hashed(raw))


def _docx_fields(package: zipfile.ZipFile) -> dict[str, object]:
    document = next(filter(_DOCUMENT.fullmatch, package.namelist()), None)
    if document is None:
        raise FileUnusable("is a document without a text (word/document.xml): open it and save it anew")
    title, paragraphs = _paragraphs_in(package, document)
    for name in _NOTES.intersection(package.namelist()):
        paragraphs += _paragraphs_in(package, name)[1]
    told = _properties(package)
    # Word puts there whatever the first line was when the file was new; what is set as a title is surer.
    headline = title or told.get("title")
    if paragraphs and paragraphs[0] == headline:
        del paragraphs[0]
    fields = {
        "headline": headline,
        "body": "\n\n".join(paragraphs),
        "date": told.get("created"),
        "authors": told.get("creator"),
        "language": told.get("language"),
    }
    return {name: value for name, value in fields.items() if value}


def _paragraphs_in(package: zipfile.ZipFile, part: str) -> tuple[str | None, list[str]]:
    """Return what is set as a title, and all paragraphs with those of tables, boxes and notes."""
    title: str | None = None
    paragraphs: list[str] = []
    # A box stands inside a paragraph and holds others.
    open_ones: list[_Paragraph] = [_Paragraph()]
    unseen = size = 0
    for event, element in _events(package, part):
        name = element.tag.rpartition("}")[2]
        if name in _UNSEEN:
            unseen += 1 if event == "start" else -1
        elif unseen:
            continue
        elif event == "start" and name == "p":
            open_ones.append(_Paragraph())
        elif event == "end" and name != "p":
            open_ones[-1].add(name, element)
        elif event == "end":
            paragraph = open_ones.pop()
            text = "".join(paragraph.pieces).strip()
            size += len(text)
            if size > MAX_RECORD:
                raise FileUnusable(f"has a text of over {MAX_RECORD:,} characters: divide it")
            if text:
                paragraphs.append(text)
                title = title or (text if paragraph.style in _TITLES else None)
            _drop_element(element)
    return title, paragraphs


def _drop_element(element: etree._Element) -> None:
    """Drop what was read: a document is never whole in memory."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _events(package: zipfile.ZipFile, part: str) -> Iterator[tuple[str, etree._Element]]:
    """Go through a part of the package. Raises `FileUnusable` for one that is too long or declares entities."""
    if package.getinfo(part).file_size > _LONGEST_PART:
        raise FileUnusable(f"has more than {_LONGEST_PART:,} bytes of text and markup: divide it")
    with package.open(part) as source:
        events = etree.iterparse(
            source, ("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
            remove_comments=True, remove_pis=True,
        )  # fmt: skip
        for event, element in events:
            if event == "start" and element.getparent() is None and element.getroottree().docinfo.doctype:
                raise FileUnusable("declares entities, which no document does: open it and save it anew")
            yield event, element


def _properties(package: zipfile.ZipFile) -> dict[str, str]:
    if _PROPERTIES not in package.namelist():
        return {}
    return {
        element.tag.rpartition("}")[2]: " ".join((element.text or "").split())
        for event, element in _events(package, _PROPERTIES)
        if event == "end" and (element.text or "").strip()
    }
