"""NewsML-G2: a news item, or a message with many. What carries no text of its own is told apart and refused. NewsML 1
is read by `newsml1`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from app.ingest.readers import newsml1, nitf, tree
from app.ingest.readers.opened import Opened
from app.ingest.readers.record import Record, Refused, Unusable
from app.ingest.readers.sniff import Nature
from app.urls import host_of

if TYPE_CHECKING:
    from lxml.etree import _Element

# Items of the standard, and what is said of those that are no articles.
_OTHERS = {
    "packageitem": "is a package: it names other items and has no text of its own",
    "conceptitem": "is a concept, not a news item",
    "knowledgeitem": "is a list of concepts, not a news item",
    "planningitem": "is a plan of coverage, not a news item",
    "catalogitem": "is a catalogue, not a news item",
}
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def read_newsml(stream: Opened, nature: Nature) -> Iterator[Record | Unusable]:
    yield from tree.read_items(stream, nature, _items_of_either, _fields_of_either)


def _items_of_either(root: _Element) -> list[_Element]:
    return newsml1.news_components(root) if tree.tag_of(root) == "newsml" else news_items(root)


def _fields_of_either(item: _Element) -> dict[str, object]:
    is_first = tree.tag_of(item.getroottree().getroot()) == "newsml"
    return newsml1.component_fields(item) if is_first else item_fields(item)


def news_items(root: _Element) -> list[_Element]:
    """Return the items of a document in their order, of whatever kind; a part of one is all there is."""
    found = [each for each in root.iter() if tree.tag_of(each) in {"newsitem", *_OTHERS} and _is_item(each, root)]
    return found or [root]


def item_fields(item: _Element) -> dict[str, object]:
    """Return the fields of a news item, named as ours. Raises `Refused` for all that is no text."""
    name = tree.tag_of(item)
    if name in _OTHERS:
        raise Refused(_OTHERS[name])
    if name != "newsitem":
        raise Refused(f"is a part of NewsML-G2 ({name}) without the newsItem around it")
    inner = _inline_text(item)
    guid = item.get("guid", "")
    fields = inner | {
        "id": guid,
        "headline": _main_headline(item) or inner.get("headline"),
        "date": _version_created(item) or inner.get("date"),
        "dateline": tree.first_text(item, "contentmeta/dateline") or inner.get("dateline") or _place_of_writing(item),
        "source": _provider_name(item) or inner.get("source"),
        "url": guid if guid.startswith(("http://", "https://")) else inner.get("url"),
        "authors": _credited(item) or inner.get("authors"),
        "language": _language_tag(item) or inner.get("language"),
        "rights": _rights_info(item) or inner.get("rights"),
        "urgency": tree.first_text(item, "contentmeta/urgency") or inner.get("urgency"),
        "subjects": _subject_matter(item) or inner.get("subjects"),
    }
    return {name: value for name, value in fields.items() if value}


def _is_item(element: _Element, root: _Element) -> bool:
    """A message lists the kinds of its items by empty elements of the same names, or refers to them."""
    return element is root or element.get("guid") is not None


def _inline_text(item: _Element) -> dict[str, object]:
    """Return what stands inline: NITF, XHTML, or plain text; of several renditions the first with text."""
    kind = tree.first_text(item, "itemmeta/itemclass@qcode").rpartition(":")[2]
    for element in (child for each in tree.elements_at(item, "contentset") for child in each):
        name = tree.tag_of(element)
        if name == "inlinexml":
            fields = _inline(element)
        elif name == "inlinedata":
            fields = {"body": _data(element)}
        else:
            continue
        if fields.get("body"):
            return fields
    elsewhere = next((each.get("href") for each in item.iter() if tree.tag_of(each) == "remotecontent"), None)
    if kind not in ("", "text", "composite"):
        raise Refused(f"is an item of kind {kind[:40]}, without a text")
    if elsewhere:
        raise Refused(f"has its text elsewhere ({elsewhere[:100]}), which is not fetched")
    raise Refused("is a news item without a text")


def _inline(element: _Element) -> dict[str, object]:
    for child in element:
        name = tree.tag_of(child)
        if name == "nitf":
            try:
                return nitf.nitf_fields(child)
            except Refused:
                continue
        if name == "html":
            text = "\n\n".join(map(tree.text_of, tree.elements_at(child, "body")))
            return {"headline": tree.first_text(child, "head/title"), "body": text}
        # Markup of another kind (events, results) is data, unless it is set in paragraphs.
        if name in ("p", "div", "body", "section", "article"):
            return {"body": tree.text_of(element)}
    return {}


def _data(element: _Element) -> str:
    if element.get("encoding"):
        raise Refused(f"has its text in {element.get('encoding', '')[:40]}, which is not read")
    text = "".join(map(str, element.itertext()))
    is_html = "html" in element.get("contenttype", "")
    return tree.text_of(tree.parse_html(text)) if is_html and text.strip() else text.strip()


def _main_headline(item: _Element) -> str:
    """The main one of several, which may be in several languages or lengths."""
    found = [
        each for each in tree.elements_at(item, "contentmeta/headline") if "".join(map(str, each.itertext())).strip()
    ]
    main = [each for each in found if "main" in each.get("role", "")] or [
        each for each in found if not each.get("role")
    ]
    return next((tree.first_text(each, "") for each in main or found), "") or tree.first_text(item, "itemmeta/title")


def _version_created(item: _Element) -> str:
    paths = ("itemmeta/versioncreated", "itemmeta/firstcreated", "contentmeta/contentcreated")
    return next(filter(None, (tree.first_text(item, path) for path in paths)), "")


def _place_of_writing(item: _Element) -> str:
    return tree.first_text(item, "contentmeta/located/name")


def _provider_name(item: _Element) -> str:
    """The provider by its name, else by its code, else by whom the item belongs to, else by the provider's address."""
    provider = "itemmeta/provider"
    said = (
        tree.first_text(item, f"{provider}/name"),
        tree.first_text(item, f"{provider}@literal"),
        tree.first_text(item, f"{provider}@qcode").rpartition(":")[2],
        tree.first_text(item, "rightsinfo/copyrightholder/name"),
        tree.first_text(item, "rightsinfo/copyrightholder@literal"),
        host_of(tree.first_text(item, f"{provider}@uri")),
    )
    return next(filter(None, said), "")


def _credited(item: _Element) -> list[str]:
    by = tree.first_text(item, "contentmeta/by")
    if by:
        return nitf.names_in(by)
    creators = [
        each for each in tree.elements_at(item, "contentmeta/creator") if "organisation" not in each.get("type", "")
    ]
    return [name for each in creators if (name := tree.first_text(each, "name") or each.get("literal", ""))]


def _rights_info(item: _Element) -> list[str]:
    paths = ("rightsinfo/copyrightnotice", "rightsinfo/usageterms")
    return [text for path in paths for text in tree.texts_at(item, path) if text]


def _subject_matter(item: _Element) -> list[dict[str, str]]:
    """Return subjects with their codes, of which the part before the colon stands for the scheme, and keywords."""
    found = []
    for each in tree.elements_at(item, "contentmeta/subject"):
        scheme, colon, code = each.get("qcode", "").partition(":")
        code = (code if colon else scheme) or each.get("uri") or each.get("literal") or ""
        found.append({"scheme": scheme if colon else "", "code": code, "name": tree.first_text(each, "name")})
    return found + [{"name": text} for text in tree.texts_at(item, "contentmeta/keyword")]


def _language_tag(item: _Element) -> str:
    return tree.first_text(item, "contentmeta/language@tag") or item.get(_LANGUAGE, "")
