"""NITF, the XML of newswires: by itself, or inside NewsML-G2."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from app.ingest.readers import tree
from app.ingest.readers.opened import Opened
from app.ingest.readers.record import Record, Refused, Unusable
from app.ingest.readers.sniff import Nature

if TYPE_CHECKING:
    from lxml.etree import _Element

_BY = re.compile(r"^(?:by|von|par|por|di|da|av|af|door)\s*:?\s+(?=\S)", re.IGNORECASE)
_AND = re.compile(r"\s+(?:and|und|et|och|og|en|y|e)\s+|\s*[;|]\s*|\s+&\s+")


def read_nitf(stream: Opened, nature: Nature) -> Iterator[Record | Unusable]:
    yield from tree.read_items(stream, nature, lambda root: [root], nitf_fields)


def nitf_fields(nitf: _Element) -> dict[str, object]:
    """Return the fields of an article, named as ours. Raises `Refused` for one without text."""
    head = "body/body.head"
    content = [tree.text_of(each) for each in tree.elements_at(nitf, "body/body.content")]
    body = "\n\n".join(filter(None, content)) or tree.first_text(nitf, f"{head}/abstract")
    headline = tree.first_text(nitf, f"{head}/hedline/hl1") or tree.first_text(nitf, "head/title")
    if not body:
        raise Refused("is an NITF article without text (body.content)")
    docdata = "head/docdata"
    address = tree.first_text(nitf, "head/pubdata@ex-ref")
    fields = {
        "id": tree.first_text(nitf, f"{docdata}/doc-id@id-string"),
        "headline": headline,
        "body": body,
        "date": _issued(nitf, docdata),
        "dateline": tree.first_text(nitf, f"{head}/dateline"),
        "source": _distributor(nitf, docdata),
        "url": address if address.startswith(("http://", "https://")) else "",
        "authors": _bylines(nitf, head),
        "language": nitf.get("{http://www.w3.org/XML/1998/namespace}lang", ""),
        "rights": _rights_said(nitf, docdata),
        "urgency": tree.first_text(nitf, f"{docdata}/urgency@ed-urg"),
        "subjects": _topics(nitf, docdata),
    }
    return {name: value for name, value in fields.items() if value}


def _rights_said(nitf: _Element, docdata: str) -> list[str]:
    """Return what is said in words, else whose the copyright is and since when."""
    said = [text for text in tree.texts_at(nitf, "body/body.head/rights") if text]
    owners = (
        (each.get("year", ""), each.get("holder", "")) for each in tree.elements_at(nitf, f"{docdata}/doc.copyright")
    )
    return said or [" ".join(filter(None, ("©", year, holder))) for year, holder in owners if holder]


def _topics(nitf: _Element, docdata: str) -> list[dict[str, str]]:
    """Return subjects by the code of the IPTC and the narrowest name, then keywords and other classifiers."""
    names = ("detail", "matter", "type")
    coded = [
        {
            "code": each.get("tobject.subject.refnum") or each.get("tobject.subject.code", ""),
            "name": next(filter(None, (each.get(f"tobject.subject.{name}") for name in names)), ""),
        }
        for each in tree.elements_at(nitf, "head/tobject/tobject.subject")
    ]
    keys = [{"name": text} for text in tree.texts_at(nitf, f"{docdata}/key-list/keyword@key")]
    others = [
        {"scheme": each.get("type", ""), "name": tree.first_text(each, "") or each.get("value", "")}
        for each in tree.elements_at(nitf, f"{docdata}/identified-content/classifier")
    ]
    return coded + keys + others


def names_in(byline: str) -> list[str]:
    """Split a line of names: `By Jane Doe and John Roe` -> ["Jane Doe", "John Roe"]."""
    return [name for name in _AND.split(_BY.sub("", byline.strip())) if name]


def _issued(nitf: _Element, docdata: str) -> str:
    paths = (f"{docdata}/date.release@norm", f"{docdata}/date.issue@norm", "head/pubdata@date.publication")
    said = (tree.first_text(nitf, path) for path in (*paths, "body/body.head/dateline/story.date@norm"))
    return next(filter(None, said), "")


def _distributor(nitf: _Element, docdata: str) -> str:
    paths = ("body/body.head/distributor/org", "body/body.head/distributor", "head/pubdata@name")
    said = (tree.first_text(nitf, path) for path in (*paths, f"{docdata}/doc.copyright@holder"))
    return next(filter(None, said), "")


def _bylines(nitf: _Element, head: str) -> list[str]:
    """Return those marked as persons; else the line, without what the author is."""
    authors: list[str] = []
    for byline in tree.elements_at(nitf, f"{head}/byline"):
        persons = [name for name in tree.texts_at(byline, "person") if name]
        text = "".join([byline.text or "", *(child.tail or "" for child in byline)])
        authors += persons or names_in(" ".join(text.split()).rstrip(" ,"))
    return authors
