"""What others call our fields, as one table, and which of the values that a record has for one of them is taken.

Names are compared without capitals, spaces and signs: `Publish Date`, `publishDate` and `publish_date` are one. The
names are those of newspaper4k, news-please, trafilatura, wallabag, JSON Feed, NewsAPI, the Guardian, the New York
Times, GDELT, Event Registry, Media Cloud, GNews, NewsData, WordPress, and collections that are passed around as CSV.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from math import isnan
from operator import itemgetter

from app.ingest.exported import exported

# In the order in which they are looked for; the first that holds anything is taken.
NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id", "article_id", "doc_id", "document_id", "news_id", "story_id", "guid", "uuid"),
    "headline": ("headline", "title", "web_title", "headline_text", "article_title", "post_title", "news_title"),
    "body": (
        "body", "text", "content", "maintext", "main_text", "full_text", "article_text", "article_body", "body_text",
        "content_text", "content_html", "body_html", "plain_text", "story_text", "post_content", "html", "article",
        "story", "lead_paragraph", "abstract", "summary", "description", "short_description", "excerpt", "snippet",
        "trail_text",
    ),
    "date": (
        "date", "published", "published_at", "publish_date", "date_publish", "date_published", "published_date",
        "publication_date", "pub_date", "published_on", "published_time", "publish_time", "web_publication_date",
        "first_published_at", "first_publication_date", "article_date", "post_date", "display_date", "issued",
        "dc_date", "date_time", "seen_date", "version_created", "first_created", "timestamp", "date_created",
        "created_at", "created",
    ),
    "time": ("time", "time_of_day", "pub_time", "publication_time"),
    "dateline": ("dateline",),
    "source": (
        "source", "source_name", "publisher", "publication", "newspaper", "outlet", "media_name", "news_source",
        "site_name", "source_domain", "domain", "domain_name", "host_name",
    ),
    "url": (
        "url", "link", "web_url", "article_url", "page_url", "canonical_url", "canonical_link", "permalink",
        "original_url", "href",
    ),
    "authors": ("authors", "author", "byline", "creator", "writer", "dc_creator"),
    "language": ("language", "lang", "language_code", "meta_lang"),
}  # fmt: skip
# What the desk says besides: all that is filled is taken, in this order (`codes.py`).
CODES: dict[str, tuple[str, ...]] = {
    "rights": (
        "rights", "copyright_notice", "copyright", "usage_terms", "dc_rights", "license", "licence",
    ),
    "urgency": ("urgency", "ed_urg", "editorial_urgency"),
    "subjects": (
        "subjects", "categories", "category", "section", "section_name", "article_section", "topics", "keywords",
        "news_keywords", "tags", "dc_subject",
    ),
}  # fmt: skip
LISTED = frozenset(("subjects", "categories", "topics", "keywords", "newskeywords", "tags"))
"""Names of fields in whose texts a comma parts one from the next."""

# Those before it say when an article was published, and not when a program met it.
_WHEN_MET = NAMES["date"].index("seen_date")
# A text under one of these is an article's, and not a few words about it: a feed has a description as well.
WHOLE_TEXTS = NAMES["body"][: NAMES["body"].index("lead_paragraph")]
WRAPPERS = frozenset(("_source", "fields", "attributes", "node", "document"))
"""Objects that hold more of the record that they stand in: Elasticsearch, the Guardian, JSON:API, GraphQL."""
# What programs write where there is nothing.
_NOTHING = frozenset(
    ("NULL", "Null", "null", "None", "none", "NaN", "nan", "NaT", "N/A", "n/a", "#N/A", "\\N", "undefined")
)
_NO_DATE = re.compile(
    r"n\.?d\.?|na|nil|unknown|undated|not available|no date|[-–—.?/_*]+"
    r"|0+|0000[-/.]00[-/.]00(?:[T ]00:00(?::00(?:\.0+)?)?)?Z?|00[-/.]00[-/.]0000|0001-01-01T00:00:00(?:\.0+)?Z?",
    re.IGNORECASE | re.ASCII,
)
_LONGEST_NOTHING = 30
# Where an object stands for a text: {"name": "Harbour Wire"}, {"main": ...}, {"rendered": ...}, {"#text": ...}.
_SAYING = (
    "name", "main", "rendered", "text", "value", "title", "original", "label", "content", "html", "oid", "date", "id",
)  # fmt: skip
_FULL_NAMES = ("name", "fullname", "original", "displayname", "title")
_PARTS_OF_NAMES = ("firstname", "first", "given", "lastname", "last", "family")
_NOT_PLAIN = re.compile(r"[\W_]+")
# Names of fields may be anything, even data; remembering them must not fill the memory.
_MOST_NAMES = 10_000
_LONGEST_NAME = 100


class _Slots(dict[str, tuple[str, int] | None]):
    """For each name met: which field it is, and its rank among the names of that field; None where it is none."""

    def __missing__(self, name: str) -> tuple[str, int] | None:
        if len(name) > _LONGEST_NAME:
            return None
        if len(self) >= _MOST_NAMES:
            self.clear()
        field, number = _NUMBERS.get(plain(name), (None, 0))
        # The name as it is in the table goes before `Name` and `_name`.
        self[name] = slot = None if field is None else (field, 2 * number + (name != _ALL_NAMES[field][number]))
        return slot


def plain(name: str) -> str:
    """`Publish Date` -> `publishdate`."""
    return _NOT_PLAIN.sub("", name).lower()


_ALL_NAMES = NAMES | CODES
_NUMBERS = {plain(name): (field, number) for field, names in _ALL_NAMES.items() for number, name in enumerate(names)}
_SLOTS = _Slots()
OURS = 2
"""A rank below this is of our own name of the field, in whatever spelling."""


def taken(fields: Mapping[str, object]) -> dict[str, tuple[int, object]]:
    """Return, by field of ours, the value that is taken and the rank of its name."""
    best: dict[str, tuple[int, object]] = {}
    for name, value in spread(fields):
        slot = _SLOTS[name]
        if slot is None or slot[0] in CODES or not is_filled(value):
            continue
        field, rank = slot
        if (field in best and rank >= best[field][0]) or (field == "date" and _is_no_date(value)):
            continue
        said = _text_for(value, field)
        if said is not None:
            best[field] = (rank, said)
    return best


def times(fields: Mapping[str, object]) -> Iterator[object]:
    """Yield what may say the time of day where the date does not, best first: other dates of publication, and times."""
    found = [
        (slot, value)
        for name, value in spread(fields)
        if (slot := _SLOTS[name]) and (slot[0] == "time" or (slot[0] == "date" and slot[1] < 2 * _WHEN_MET))
    ]
    for (field, _), value in sorted(found, key=itemgetter(0)):
        if is_filled(value):
            yield _text_for(value, field)


def coded(fields: Mapping[str, object]) -> Iterator[tuple[str, str, object]]:
    """Yield what the desk says, best first: the field of ours, the name that it has there, and the value."""
    met = ((slot, name, value) for name, value in spread(fields) if (slot := _SLOTS[name]) and slot[0] in CODES)
    for (field, _), name, value in sorted(met, key=itemgetter(0)):
        if is_filled(value):
            yield field, name, value


def field_of(name: str) -> str | None:
    """Return which of our fields a name means, None where none."""
    slot = _SLOTS[name]
    return slot[0] if slot else None


def unknown(fields: Mapping[str, object]) -> set[str]:
    """Names of fields that mean nothing to us."""
    if exported(fields) is not None:
        return set()
    return {name for name, _ in spread(fields) if _SLOTS[name] is None}


def is_filled(value: object) -> bool:
    """Return whether there is more than nothing, or the word for it."""
    if isinstance(value, str):
        text = value.strip() if len(value) <= _LONGEST_NOTHING else value
        return text != "" and text not in _NOTHING and not text.isspace()
    return value is not None and value not in ([], {}) and not (isinstance(value, float) and isnan(value))


def is_article(fields: Mapping[str, object]) -> bool:
    """Return whether it has a headline, or a text, perhaps in a wrapper. An object or a list may be anything."""
    return any(
        (slot[0] == "headline" or (slot[0] == "body" and _is_text(value))) and is_filled(value)
        for name, value in spread(fields)
        if (slot := _SLOTS[name])
    )


def has_text(fields: Mapping[str, object]) -> bool:
    """Return whether it has the text of an article: a description or a summary is none."""
    return any(
        slot[0] == "body" and slot[1] < 2 * len(WHOLE_TEXTS) and is_filled(value) and _is_text(value)
        for name, value in spread(fields)
        if (slot := _SLOTS[name])
    )


def is_whole(fields: Mapping[str, object]) -> bool:
    """Return whether it has both a headline and the text of an article."""
    return has_text(fields) and any((slot := _SLOTS[name]) and slot[0] == "headline" for name, _ in spread(fields))


def _is_text(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(each, str) for each in value))


def spread(fields: Mapping[str, object]) -> Iterable[tuple[str, object]]:
    """The fields, after those of its wrappers."""
    if WRAPPERS.isdisjoint(fields):
        return fields.items()
    wrapped = [(name, value) for name, value in fields.items() if name in WRAPPERS and isinstance(value, Mapping)]
    names = {name for name, _ in wrapped}
    inner = [pair for _, value in wrapped for pair in value.items()]
    return inner + [(name, value) for name, value in fields.items() if name not in names]


def _is_no_date(value: object) -> bool:
    if not isinstance(value, str | int) or isinstance(value, bool):
        return False
    text = str(value).strip()
    return len(text) <= _LONGEST_NOTHING and _NO_DATE.fullmatch(text) is not None


def _text_for(value: object, field: str) -> object:
    """The text that an object or a list stands for; anything else as it is, to be judged by its kind."""
    if field == "authors":
        return _names(value)
    if isinstance(value, Mapping):
        return _of_object(value)
    if isinstance(value, list):
        said = [_of_object(each) if isinstance(each, Mapping) else each for each in value if is_filled(each)]
        if field == "body" and all(isinstance(each, str) for each in said):
            return "\n\n".join(map(str, said)) or None
        return said[0] if said else None
    return value


def _of_object(value: Mapping[str, object]) -> object:
    """Its best text; the object itself where it has none that we know."""
    texts = {plain(name): each for name, each in value.items() if isinstance(each, str | int) and is_filled(each)}
    return next((texts[name] for name in _SAYING if name in texts), value)


def _names(value: object) -> object:
    """Authors are texts, objects with a name, or lists of these. A number is what a database calls one: nothing."""
    if isinstance(value, Mapping):
        return _name(value)
    if isinstance(value, list):
        names = [_name(each) if isinstance(each, Mapping) else each for each in value if is_filled(each)]
        return [name for name in names if name is not None] or None
    return None if isinstance(value, int | float) else value


def _name(author: Mapping[str, object]) -> object:
    parts = {plain(name): part for name, part in author.items() if isinstance(part, str) and is_filled(part)}
    whole = next((parts[name] for name in _FULL_NAMES if name in parts), None)
    return whole or " ".join(parts[name] for name in _PARTS_OF_NAMES if name in parts) or None
