"""ninjs, the news industry's JSON, in its versions 1 to 3: one item, with others that it carries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.ingest import fields as names
from app.ingest.readers import nitf, tree
from app.ingest.readers.record import Refused

# Beside `uri`, which every item has. Names are compared as those of fields: version 3 writes `versionCreated`.
_SIGNS = frozenset(
    "versioncreated pubstatus bodies bodyxhtml headlines renditions associations representationtype "
    "eventdetails".split()
)
_PICTURES = frozenset(("picture", "graphic"))
_DEEPEST = 5


def is_ninjs(fields: Mapping[str, object]) -> bool:
    """Return whether an object is an item of ninjs."""
    return isinstance(fields.get("uri"), str) and any(names.plain(name) in _SIGNS for name in fields)


def ninjs_items(item: Mapping[str, object], depth: int = 0) -> Iterator[Mapping[str, object]]:
    """Yield the item, and the texts that are associated with it; its pictures are a part of it."""
    yield item
    carried = item.get("associations")
    for each in carried.values() if isinstance(carried, Mapping) else carried if isinstance(carried, list) else ():
        if isinstance(each, Mapping) and depth < _DEEPEST and is_ninjs(each) and _has_body(each):
            yield from ninjs_items(each, depth + 1)


def ninjs_fields(item: Mapping[str, object]) -> dict[str, object]:
    """Return the fields of an item, named as ours; those that mean nothing to us stay as they are. Raises `Refused` for
    what is no text."""
    given = _by_plain_name(item)
    kind = str(given.get("type") or ("event" if "eventdetails" in given else "text"))
    body = _best_body(given)
    if kind in _PICTURES or (not body and kind not in ("text", "composite")):
        raise Refused(f"is an item of type {kind[:40]}, without a text of its own")
    uri = str(item.get("uri"))
    fields = {
        "id": uri,
        "headline": _best_headline(given),
        "body": body or _best_form(given, "descriptions", "description"),
        "date": _first_filled(given, "versioncreated", "firstcreated", "contentcreated"),
        "dateline": _first_filled(given, "located"),
        "source": _agency(given),
        "url": uri if uri.startswith(("http://", "https://")) else None,
        "authors": nitf.names_in(_first_filled(given, "byline", "by") or ""),
        "language": _first_filled(given, "language"),
        "rights": [text for name in _RIGHTS if (text := _first_filled(given, name))],
        "urgency": given.get("urgency"),
        "subjects": given.get("subjects") or given.get("subject"),
        "keywords": given.get("keywords"),
    }
    rest = {name: item[name] for name in names.unknown(item) if names.plain(name) not in _READ}
    return rest | {name: value for name, value in fields.items() if value}


_READ = frozenset(
    "uri bodies bodytext bodyxhtml headlines descriptions descriptiontext descriptionxhtml located by contentcreated "
    "copyrightholder infosources type standard version associations subject copyrightnotice usageterms".split()
)
_RIGHTS = ("copyrightnotice", "usageterms")


def _has_body(item: Mapping[str, object]) -> bool:
    return item.get("type") not in _PICTURES and _best_body(_by_plain_name(item)) is not None


def _by_plain_name(item: Mapping[str, object]) -> dict[str, object]:
    return {names.plain(name): value for name, value in item.items()}


def _first_filled(given: Mapping[str, object], *wanted: str) -> str | None:
    return next((value for name in wanted if isinstance(value := given.get(name), str) and value.strip()), None)


def _best_headline(given: Mapping[str, object]) -> str | None:
    return (
        _first_filled(given, "headline")
        or _best_form(given, "headlines", "headline")
        or _first_filled(given, "title", "slugline")
    )


def _best_body(given: Mapping[str, object]) -> str | None:
    return _best_form(given, "bodies", "body")


def _best_form(given: Mapping[str, object], many: str, one: str) -> str | None:
    """The best of several forms of a text: version 1 has `body_xhtml`, `body_text`; later ones a list of objects."""
    listed = given.get(many)
    forms = [
        (str(each.get("contenttype") or each.get("contentType") or ""), value, str(each.get("role") or ""))
        for each in (listed if isinstance(listed, list) else [])
        if isinstance(each, Mapping) and isinstance(value := each.get("value"), str) and value.strip()
    ]
    forms += [
        ("text/html" if name.endswith("xhtml") else "text/plain", value, "")
        for name, value in given.items()
        if name.startswith(one) and name != many and isinstance(value, str) and value.strip()
    ]
    # The main one first, and that which has its paragraphs marked.
    forms.sort(key=lambda form: (form[2] not in ("main", "", "html", "text"), "html" not in form[0]))
    return next((text for kind, value, _ in forms if (text := _form_text(kind, value))), None)


def _form_text(kind: str, value: str) -> str:
    if "nitf" in kind:
        try:
            root = tree.parse_xml(value.encode())
        except Refused:
            return tree.text_of(tree.parse_html(value))
        return str(nitf.nitf_fields(root)["body"]) if tree.tag_of(root) == "nitf" else tree.text_of(root)
    return tree.text_of(tree.parse_html(value)) if "html" in kind else value.strip()


def _agency(given: Mapping[str, object]) -> str | None:
    listed = given.get("infosources")
    for each in listed if isinstance(listed, list) else []:
        if isinstance(each, Mapping) and isinstance(name := each.get("name"), str) and name.strip():
            return name
    return _first_filled(given, "provider", "copyrightholder")
