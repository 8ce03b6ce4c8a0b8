"""The text of an element tree (HTML, XHTML, NITF, what trafilatura makes of a page), as a browser would set it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from html.entities import html5
from typing import TYPE_CHECKING

from app.ingest.readers.opened import Opened
from app.ingest.readers.record import FileUnusable, Record, Refused, Unusable, hashed
from app.ingest.readers.sniff import Nature

if TYPE_CHECKING:
    from lxml.etree import _Element
    from lxml.html import HtmlElement

_PARAGRAPHS = frozenset(
    # HTML
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr main menu nav ol p pre section summary table tbody tfoot thead ul "
    # NITF, and what trafilatura makes of a page
    "block bq credit datasource hl1 hl2 note nitf-table quote head list code".split()
)
_LINES = frozenset("br lb li item option row tr".split())
_CELLS = frozenset("td th cell".split())
_UNSEEN = frozenset(
    # What a browser does not show, and what is no text: pictures bring captions and credits of their own.
    "script style noscript template svg iframe object embed video audio math head-meta title "
    "media media-reference media-metadata media-producer graphic form-data".split()
)
_DECLARATION = re.compile(rb"\s*<\?xml\b[^>]{0,200}?(encoding\s*=)?[^>]{0,200}>")
_TEXT_DECLARATION = re.compile(r"\A\s*<\?xml\b[^>]{0,400}>")
_EMPTY_LINES = re.compile(r"\n{3,}")
_SPACES = re.compile(r"[ \t\r\n\f]+")
MAX_XML = 20_000_000
"""Bytes of an XML file, of which the tree takes ten times as much memory."""
DEEPEST = 250
"""Elements in each other. A page has some 30; a reader that calls itself for each must not run out of stack."""


def text_of(root: _Element) -> str:
    """Return the text below `root`: paragraphs parted by an empty line, no tags. Raises `Refused` where it uses
    entities that the file declares itself, which are never resolved."""
    text = "".join(_pieces_of(root))
    lines = (line.strip(" \t") for line in text.split("\n"))
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


def tag_of(element: _Element) -> str:
    """Return the name of an element without its namespace, "" for a comment or the like."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def is_too_deep(root: _Element) -> bool:
    """Return whether elements stand in each other deeper than a page's."""
    level = [root]
    for _ in range(DEEPEST):
        if not level:
            return False
        level = [child for element in level for child in element]
    return True


def _pieces_of(element: _Element) -> Iterator[str]:
    name = tag_of(element)
    if name in _UNSEEN:
        return
    before, after = _gaps(name)
    yield before
    yield _collapsed(element.text)
    for child in element:
        if isinstance(child.tag, str):
            yield from _pieces_of(child)
        elif entity := getattr(child, "name", ""):
            yield _entity_text(entity)
        yield _collapsed(child.tail)
    yield after


def _gaps(name: str) -> tuple[str, str]:
    if name in _PARAGRAPHS:
        return "\n\n", "\n\n"
    if name in _LINES:
        return "\n", ""
    return ("\t", "") if name in _CELLS else ("", "")


def _collapsed(text: str | None) -> str:
    return _SPACES.sub(" ", text) if text else ""


def _entity_text(entity: str) -> str:
    """Return what HTML calls by this name; nothing that a file declares."""
    try:
        return html5[f"{entity};"]
    except KeyError:
        raise Refused(f"uses an entity that is not HTML's ({f'&{entity};'[:40]}): those are not resolved") from None


def parse_xml(raw: bytes) -> _Element:
    """Parse XML. Nothing is fetched, no DTD is read and no entity resolved. Raises `Refused` for what is not
    well-formed, or nested too deep."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise Refused(f"is not well-formed XML: {' '.join(str(error).split())[:200]}") from None
    if is_too_deep(root):
        raise Refused(f"is nested deeper than {DEEPEST}")
    return root


def parse_html(text: str, *, whole: bool = False) -> HtmlElement:
    """Parse HTML, a page or a piece of one. Raises `Refused` where there is none, and where it is nested too deep."""
    from lxml import etree, html

    parser = html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True, default_doctype=False
    )
    raw = (text if whole else f"<html><body>{text}</body></html>").encode("utf-8", "replace")
    try:
        page = html.document_fromstring(raw, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise Refused(f"is no web page that can be read: {str(error)[:80]}") from None
    if is_too_deep(page):
        raise Refused(f"is nested deeper than {DEEPEST}")
    return page


def read_items(
    stream: Opened,
    nature: Nature,
    items: Callable[[_Element], list[_Element]],
    fields_of: Callable[[_Element], Mapping[str, object]],
) -> Iterator[Record | Unusable]:
    """Yield what `fields_of` makes of each of the `items` of an XML file, or why it makes nothing."""
    from lxml import etree

    try:
        root = parse_xml(in_utf8(stream.whole(MAX_XML), nature))
    except Refused as error:
        raise FileUnusable(str(error)) from None
    for number, item in enumerate(items(root), 1):
        sha256 = hashed(etree.tostring(item, with_tail=False))
        try:
            yield Record(number, fields_of(item), 0, sha256)
        except Refused as error:
            yield Unusable(number, str(error), 0, sha256)


def in_utf8(raw: bytes, nature: Nature) -> bytes:
    """Return XML as it is where it says its encoding, else in UTF-8. A mark goes before what it says: programs that
    write files again in another encoding leave the declaration as it was."""
    declaration = _DECLARATION.match(raw)
    if declaration and declaration[1] and not nature.mark:
        return raw
    text = raw[nature.mark :].decode(nature.encoding, "replace")
    return _TEXT_DECLARATION.sub("", text, count=1).encode("utf-8", "replace")


def first_text(element: _Element, path: str) -> str:
    """Return the text of the first element that a path of names leads to and that has any; "" without one. A step is
    a name, whatever its namespace; `@name` at the end is an attribute."""
    return next((text for text in texts_at(element, path) if text), "")


def texts_at(element: _Element, path: str) -> Iterator[str]:
    """Yield the texts, on one line each, of all that a path of names leads to."""
    names, _, attribute = path.partition("@")
    for found in elements_at(element, names.strip("/")):
        text = found.get(attribute, "") if attribute else "".join(_pieces_of(found))
        yield " ".join(text.split())


def elements_at(element: _Element, path: str) -> list[_Element]:
    """Return the elements that a path of names leads to, whatever their namespaces."""
    level = [element]
    for name in path.split("/") if path else ():
        level = [child for parent in level for child in parent if tag_of(child) == name]
    return level
