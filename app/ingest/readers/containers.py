"""Objects that hold records instead of being one: answers of news services, feeds, dumps of databases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from app.ingest import fields as names
from app.ingest.readers import ninjs
from app.ingest.readers.json_feed import feed_entries, is_json_feed
from app.ingest.readers.json_table import table_rows
from app.ingest.readers.record import Record, Refused, Unusable, hashed

# Lists of things that belong to one article, some of them with a title and a text of their own.
_PARTS = frozenset(
    "aggregations attachments author authors blocks books buckets captions categories category comments "
    "concepts creators embeds enclosures entities errors facets figures galleries gallery hubs images keywords "
    "links locations media mentions multimedia notes orgs paragraphs people persons photos pictures places "
    "quotes references related relatedarticles relatedcontent relatedstories relateditems replies revisions "
    "rights sections seealso sources subjects suggestions tags topics translations updates versions videos "
    "warnings".split()
)
# Lists by these names hold records, whatever they look like, or none.
_RECORDS = frozenset("articles docs documents edges entries hits items news posts records results stories".split())
_DEEPEST = 6
# As many of a list tell what it is of.
_SAMPLE = 20
_MOST_NAMED = 5


class Unclear(ValueError):
    """What in a container is to be read cannot be told; says what was found and what to do."""


def unfold(number: int, fields: Mapping[str, object], offset: int, sha256: str) -> Iterator[Record | Unusable]:
    """The record itself, or those that it holds, numbered from `number` on."""
    if ninjs.is_ninjs(fields):
        yield from _of_ninjs(number, fields, offset, sha256)
        return
    try:
        inner = records_in(fields) if not is_json_feed(fields) else _entries_of(fields)
    except Unclear as error:
        yield Unusable(number, str(error), offset, sha256)
        return
    if inner is None:
        yield Record(number, fields, offset, sha256)
        return
    for at, each in enumerate(inner, number):
        sha256 = hashed(msgspec.json.encode(each))
        if not isinstance(each, Mapping):
            yield Unusable(at, "is not a JSON object", offset, sha256)
        elif ninjs.is_ninjs(each):
            yield from _of_ninjs(at, each, offset, sha256)
        else:
            yield Record(at, each, offset, sha256)


def _entries_of(feed: Mapping[str, object]) -> Sequence[object]:
    if entries := feed_entries(feed):
        return entries
    raise Unclear("is a feed without entries")


def _of_ninjs(number: int, item: Mapping[str, object], offset: int, sha256: str) -> Iterator[Record | Unusable]:
    for at, each in enumerate(ninjs.ninjs_items(item), number):
        try:
            yield Record(at, ninjs.ninjs_fields(each), offset, sha256)
        except Refused as error:
            yield Unusable(at, str(error), offset, sha256)


def records_in(fields: Mapping[str, object]) -> Sequence[object] | None:
    """The records that an object holds, None where it is one itself. Raises `Unclear`."""
    if (rows := table_rows(fields)) is not None:
        return rows
    if not any(_may_hold(name, value) for name, value in fields.items()):
        return None
    lists = {path: value for path, value in _lists(fields, "") if is_of_records(path)}
    articles = {path: value for path, value in lists.items() if any(map(_is_article, value[:_SAMPLE]))}
    articles = articles or {path: value for path, value in lists.items() if is_named_for_records(path)}
    if names.has_text(fields):
        if any(
            names.has_text(each) for value in articles.values() for each in value[:_SAMPLE] if isinstance(each, Mapping)
        ):
            raise Unclear(f"has a text of its own and a list of articles in {named(articles)}: make two files of them")
        return None
    articles = articles or {path: value for path, value in _named_articles(fields) if is_of_records(path)}
    if articles:
        return articles[chosen(articles)]
    wrapped = {name: value for name, value in fields.items() if isinstance(value, Mapping) and _is_article(value)}
    if len(wrapped) == 1 and not _is_article(fields):
        [(name, inner)] = wrapped.items()
        return [{each: value for each, value in fields.items() if each != name} | dict(inner)]
    if within := _text_within(fields):
        raise Unclear(f"has no text of its own, but objects in {within[:60]!r} have: make a file of these alone")
    if _is_article(fields):
        return None
    if lists:
        raise Unclear(f"has neither a headline nor a body, nor have the objects in {named(lists)}")
    return None


def _may_hold(name: str, value: object) -> bool:
    """A quick look, since nearly all objects are records."""
    if type(value) is list:
        return type(value[0]) is dict if value else name.lower() in _RECORDS
    return type(value) is dict


def chosen(paths: Mapping[str, object]) -> str:
    """The only one that holds anything. Raises `Unclear` where there are several."""
    paths = {path: value for path, value in paths.items() if value} or paths
    if len(paths) > 1 and any(paths.values()):
        raise Unclear(
            f"holds several lists of objects ({named(paths)}): make a file of each that holds articles, with it alone"
        )
    return next(iter(paths))


def named(paths: Mapping[str, object]) -> str:
    shown = [repr(path[:60]) for path in [*paths][:_MOST_NAMED]]
    return ", ".join(shown) + (f" and {len(paths) - _MOST_NAMED} more" if len(paths) > _MOST_NAMED else "")


def is_of_records(path: str) -> bool:
    """Return whether a list by that name may hold records, and not parts of one."""
    return not any(names.plain(part) in _PARTS for part in path.split("."))


def is_named_for_records(path: str) -> bool:
    return names.plain(path.rpartition(".")[2]) in _RECORDS


def _lists(fields: Mapping[str, object], above: str, depth: int = 1) -> Iterator[tuple[str, list[object]]]:
    """Lists that hold objects, or would, wherever objects lead to them, by their path."""
    for name, value in fields.items():
        path = f"{above}{name}"
        if isinstance(value, list):
            if _may_hold(name, value):
                yield path, value
        elif isinstance(value, Mapping) and depth < _DEEPEST:
            yield from _lists(value, f"{path}.", depth + 1)


def _named_articles(
    fields: Mapping[str, object], above: str = "", depth: int = 0
) -> Iterator[tuple[str, list[object]]]:
    """Yield objects that hold nothing but articles, each by a name or number of its own, by their path."""
    if len(fields) > (not is_named_for_records(above)) and all(map(_is_article, fields.values())):
        yield above, list(fields.values())
        return
    for name, value in fields.items():
        if isinstance(value, Mapping) and depth < _DEEPEST:
            yield from _named_articles(value, f"{above}.{name}" if above else name, depth + 1)


def _text_within(fields: Mapping[str, object]) -> str | None:
    """Return the name of a field in which, however deep, there is an article with its text; None where none is."""
    for name, value in fields.items():
        # An object by the name of a field of ours stands for its text.
        level = [value] if name not in names.WRAPPERS and not names.field_of(name) else []
        for _ in range(_DEEPEST):
            if any(isinstance(each, Mapping) and names.is_whole(each) for each in level):
                return name
            level = [inner for outer in level for inner in _values(outer)]
    return None


def _values(value: object) -> Iterable[object]:
    return value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()


def _is_article(value: object) -> bool:
    return isinstance(value, Mapping) and names.is_article(value)
