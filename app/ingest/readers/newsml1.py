"""NewsML 1, as agencies sent it before G2: a tree of components, each with lines about it and pieces of content.

A component that has a headline and a text is an article, the outermost one: what stands below it are its parts. Of
these the text is in the one whose role says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from app.ingest.readers import nitf, tree
from app.ingest.readers.record import Refused

if TYPE_CHECKING:
    from lxml.etree import _Element

# Roles of components in whose content the text is, in this order, and of others with words that are not of it.
_TEXTS = ("main", "body", "bodytext", "maintext", "text", "story", "article", "")
_NOT_TEXTS = frozenset(
    "headline subheadline stylesheet caption logo contact photo picture graphic thumbnail quicklook preview video "
    "audio animation byline dateline slugline keyword".split()
)
_NAME = "formalname"
# What is said of an item or a component stands before its parts, of which there may be any number.
_MOST_LINES = 50
_ORDINAL = "ordinal"
"""Attribute that is set: which article of its item a component is, but for the first."""


def news_components(root: _Element) -> list[_Element]:
    """Return the articles of a document in their order; of an item without one the item itself."""
    found: list[_Element] = []
    for item in (each for each in root.iter() if tree.tag_of(each) == "newsitem"):
        components = [each for each in item.iter() if tree.tag_of(each) == "newscomponent" and _has_article(each)]
        inner = {below for each in components for below in each.iterdescendants()}
        outer = [each for each in components if each not in inner] or [item]
        for number, each in enumerate(outer[1:], 2):
            each.set(_ORDINAL, str(number))
        found += outer
    return found or [root]


def component_fields(component: _Element) -> dict[str, object]:
    """Return the fields of an article, named as ours. Raises `Refused` for an item without a text."""
    body, inner = _text_in(component)
    if not body:
        raise Refused("is a news item without a text")
    around = [component, *component.iterancestors("{*}NewsComponent", "{*}NewsItem", "{*}NewsML")]
    lines, made = "newslines/", "newsmanagement/"
    fields = inner | {
        "id": _item_id(component, around),
        "headline": tree.first_text(component, f"{lines}headline") or inner.get("headline"),
        "body": body,
        "date": _first_of(around, f"{made}thisrevisioncreated", f"{made}firstcreated") or inner.get("date"),
        "dateline": _first_of(around, f"{lines}dateline") or inner.get("dateline"),
        "source": _sender(around) or inner.get("source"),
        "authors": nitf.names_in(_first_of(around, f"{lines}byline")) or inner.get("authors"),
        "language": _first_named(around, "descriptivemetadata/language") or inner.get("language"),
        "rights": _first_of(around, f"{lines}copyrightline", "rightsmetadata/copyright") or inner.get("rights"),
        "urgency": _first_named(around, "newsmanagement/urgency") or inner.get("urgency"),
        "subjects": _subject_codes(around) or inner.get("subjects"),
    }
    return {name: value for name, value in fields.items() if value}


def _has_article(component: _Element) -> bool:
    return bool(tree.first_text(component, "newslines/headline")) and any(
        tree.tag_of(each) == "datacontent" and "".join(map(str, each.itertext())).strip() for each in component.iter()
    )


def _text_in(component: _Element) -> tuple[str, dict[str, object]]:
    """Return the text, with the fields that it says of itself where it is NITF: of the best role all there is."""
    texts: dict[str, list[tuple[str, dict[str, object]]]] = {}
    for content in (each for each in component.iter() if tree.tag_of(each) == "contentitem"):
        for data in tree.elements_at(content, "datacontent"):
            text, fields = _content(data)
            if text:
                texts.setdefault(_role(content, component), []).append((text, fields))
    role = min(texts, key=lambda role: _TEXTS.index(role) if role in _TEXTS else len(_TEXTS), default=None)
    if role is None or role in _NOT_TEXTS:
        return "", {}
    # Named in the report, so that they are not left out without a word.
    others = {f"part of role {each}": True for each in texts if each != role and each not in _NOT_TEXTS}
    return "\n\n".join(text for text, _ in texts[role]), texts[role][0][1] | others


def _role(content: _Element, component: _Element) -> str:
    """Return the role of the nearest component around it that says one."""
    for around in content.iterancestors():
        if role := _first_named([around], "role"):
            return role.lower()
        if around is component:
            break
    return ""


def _content(data: _Element) -> tuple[str, dict[str, object]]:
    for child in data:
        name = tree.tag_of(child)
        if name == "nitf":
            try:
                fields = nitf.nitf_fields(child)
            except Refused:
                return "", {}
            return str(fields.pop("body")), fields
        if name == "html":
            return "\n\n".join(map(tree.text_of, tree.elements_at(child, "body"))), {}
    return tree.text_of(data), {}


def _item_id(component: _Element, around: list[_Element]) -> str:
    """Return the id of the item, without the number of its revision; of one article of several in it with its own."""
    parts = [
        _first_of(around, f"identification/newsidentifier/{name}") for name in ("providerid", "dateid", "newsitemid")
    ]
    return ":".join(["urn:newsml", *parts, *filter(None, [component.get(_ORDINAL)])]) if all(parts) else ""


def _sender(around: list[_Element]) -> str:
    """Return who provides the item, else who sent the document, else whose text it is."""
    provider = _first_named(around, "administrativemetadata/provider/party")
    sent = _first_named(around, "newsenvelope/sentfrom/party")
    return provider or sent or _first_named(around, "administrativemetadata/source/party")


def _subject_codes(around: list[_Element]) -> list[dict[str, str]]:
    codes = (code for each in around for code in _said_of(each, "descriptivemetadata/subjectcode"))
    return [{"code": name} for code in codes for each in code if (name := _formal_name(each))]


def _first_of(around: list[_Element], *paths: str) -> str:
    texts = (tree.first_text(found, "") for path in paths for each in around for found in _said_of(each, path))
    return next(filter(None, texts), "")


def _first_named(around: list[_Element], path: str) -> str:
    """Return the formal name of the first element at a path, of the innermost that has one."""
    return next(filter(None, (_formal_name(found) for each in around for found in _said_of(each, path))), "")


def _said_of(element: _Element, path: str) -> Iterator[_Element]:
    first, _, rest = path.partition("/")
    for child in element[:_MOST_LINES]:
        if tree.tag_of(child) == first:
            yield from tree.elements_at(child, rest)


def _formal_name(element: _Element) -> str:
    return next((value for name, value in element.items() if name.lower() == _NAME), "").strip()
