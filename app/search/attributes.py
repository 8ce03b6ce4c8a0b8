"""Attributes: what articles are filtered and counted by, as data.

A `ValueView` is what the index keeps of one attribute: the values of each article. A filter chooses articles by the
values of a view, a grouping counts them for a facet. The engine, the parameters, the schema, the facets and the page
all read the tables here, so that a new attribute is a row in each of them and a line nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Literal, cast

from app.ids import UNRESOLVED, EntityType
from app.text import fold

if TYPE_CHECKING:
    from app.search.engine import Document

FacetName = Literal[EntityType, "source", "author", "dateline", "language", "year", "month"]
Field = Literal["headline", "body", "dateline", "source", "author"]
"""What a word of a query can be asked of: the texts of an article, and the values of `WORDED`."""
How = Literal["all", "any", "none"]


def place_key(place: str) -> str:
    """Return the form under which a dateline's place is filtered and counted: capitals, as newspapers print it."""
    return fold(place).upper()


def _as_given(value: str) -> str:
    return value


@dataclass(frozen=True, slots=True)
class ValueView:
    """`read` gives the raw values of a document; `key` the form in which two spellings of one value are the same.

    The key is what is kept and shown, unless `spelt`: then values are kept as they are spelt and only compared by it.
    """

    name: str
    read: Callable[[Document], Iterable[str | None]]
    key: Callable[[str], str] = _as_given
    spelt: bool = False

    def values(self, document: Document) -> tuple[str, ...]:
        """Return the values of a document, each once, in the order in which it has them."""
        found: dict[str, str] = {}
        for value in filter(None, self.read(document)):
            key = self.key(value)
            found.setdefault(key, value if self.spelt else key)
        return tuple(found.values())


ENTITY = ValueView("entity", lambda document: document.entities)
SOURCE = ValueView("source", lambda document: (document.source,))
AUTHOR = ValueView("author", lambda document: document.authors, fold, spelt=True)
PLACE = ValueView("place", lambda document: (document.place,), place_key)
LANGUAGE = ValueView("language", lambda document: (document.language,))
MENTIONED = ValueView("mentioned", lambda document: document.mentioned)

VIEWS = (ENTITY, SOURCE, AUTHOR, PLACE, LANGUAGE, MENTIONED)
"""In the order in which segments hold them."""
WORDED: dict[str, ValueView] = {"source": SOURCE, "author": AUTHOR}
"""Views whose values are found by their words, under the name of the field."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on the values of a view, and the parameter of that name. `how` many of the wanted values an article
    must have; `verb` stands before a value where the condition is shown to a reader."""

    name: str
    view: ValueView
    how: How
    description: str
    examples: tuple[str, ...]
    verb: str


def _filter_field(view: ValueView, how: How, description: str, *examples: str, verb: str = "") -> tuple[str, ...]:
    """Declare a field of `Filters`, empty unless given."""
    row = {"view": view, "how": how, "description": description, "examples": examples, "verb": verb}
    return cast(tuple[str, ...], field(default=(), metadata=row))


@dataclass(frozen=True, slots=True)
class Filters:
    """What an article must be besides matching. Dates are inclusive ISO days ("YYYY-MM-DD"); an article whose date is a
    month or a year passes where all of its days do; and so does one that speaks of a day, a week, a month, a quarter or
    a year from `mentions_from` to `mentions_to`. Ids are entity ids."""

    date_from: str | None = None
    date_to: str | None = None
    entity: tuple[str, ...] = _filter_field(ENTITY, "all", "Entity ids; all of them are named.", "person-narendra-modi")
    entity_any: tuple[str, ...] = _filter_field(
        ENTITY, "any", "Entity ids; at least one of them is named.", "place-india", "place-pakistan", verb="any of: "
    )
    not_entity: tuple[str, ...] = _filter_field(
        ENTITY, "none", "Entity ids; none of them is named.", "place-russia", verb="without "
    )
    source: tuple[str, ...] = _filter_field(SOURCE, "any", "Publishers; any of them.", "Reuters")
    not_source: tuple[str, ...] = _filter_field(SOURCE, "none", "Publishers; none of them.", "Reuters", verb="not ")
    author: tuple[str, ...] = _filter_field(
        AUTHOR, "any", "Authors, in capitals or not; any of them.", "Jane Doe", verb="by "
    )
    not_author: tuple[str, ...] = _filter_field(
        AUTHOR, "none", "Authors, in capitals or not; none of them.", "Jane Doe", verb="not by "
    )
    dateline: tuple[str, ...] = _filter_field(PLACE, "any", "Places in the dateline; any of them.", "New Delhi")
    language: tuple[str, ...] = _filter_field(LANGUAGE, "any", "Language codes; any of them.", "en")
    mentions_from: str | None = None
    mentions_to: str | None = None
    story: str | None = None
    """The id of a story."""

    def of(self, name: str) -> tuple[str, ...]:
        """Return the values wanted under the filter of that name."""
        return cast(tuple[str, ...], getattr(self, name))


EVERYTHING = Filters()
FILTERS = {each.name: Filter(name=each.name, **each.metadata) for each in fields(Filters) if each.metadata}
DATES = ("date", "date_from", "date_to")
"""The parameters that choose articles by day."""
MENTIONED_DATES = ("mentions_date", "mentions_date_from", "mentions_date_to")
"""Those that choose them by what days they speak of."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """What a facet counts: the values of a view that begin with `prefix` and do not end with `without`. Without a view,
    parts of the calendar.

    `filters` can choose a value of it. The facet leaves its `own` one out, so that a reader sees what each other value
    would give. `title` heads it on the page, which lists the facets in this order; "" keeps it off the page.
    """

    title: str
    view: ValueView | None
    filters: tuple[str, ...]
    own: str
    prefix: str = ""
    without: str = ""


def _entity_grouping(title: str, type: str) -> Grouping:
    return Grouping(title, ENTITY, ("entity", "entity_any"), "entity_any", f"{type}-", UNRESOLVED)


FACETS: dict[FacetName, Grouping] = {
    "person": _entity_grouping("People", "person"),
    "place": _entity_grouping("Places", "place"),
    "organization": _entity_grouping("Organizations", "organization"),
    "event": _entity_grouping("Events", "event"),
    "source": Grouping("Sources", SOURCE, ("source",), "source"),
    "author": Grouping("Authors", AUTHOR, ("author",), "author"),
    "language": Grouping("Languages", LANGUAGE, ("language",), "language"),
    "dateline": Grouping("", PLACE, ("dateline",), "dateline"),
    "year": Grouping("", None, DATES, "date"),
    "month": Grouping("", None, DATES, "date"),
}
