"""Parameters: one model for each operation. Unknown names are refused.

What needs the store to be read (`entity_name`) is resolved in `conditions.py` and handed to `filters()`.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    create_model,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from app.days import PATTERN, days_of
from app.errors import InvalidParameter
from app.ids import ChangedType, EntityType
from app.read import relative_dates
from app.read.kinds import (
    ContrastKind,
    CopyRuling,
    DecisionKind,
    Digest,
    Granularity,
    HitExtra,
    HitField,
    StoryDecisionKind,
    WithdrawalKind,
)
from app.read.suggestion import meant
from app.search.attributes import FILTERS, FacetName, Filter, Filters
from app.search.engine import AxisName
from app.search.query import Clause, Collapsed, FacetWords, Match, Query, Sort, question_in

CitationFormat = Literal["text", "html", "ris", "bibtex", "csl-json"]
ExportFormat = Literal["jsonl", "csv", "parquet", "ris", "bibtex", "csl-json"]
SuggestionKind = Literal["entity", "phrase", "term", "headline"]
FeedFormat = Literal["atom", "rss", "json"]

_CIVIL_DATE = "[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?"
DEEPEST = 10_000
"""The last hit that is reached by the number of its page: what stands before it is ranked each time."""
# A condition of more values is a list of ids, which the look-up serves better.
_MOST_VALUES = 50
MOST_MATCHED = 20_000
"""Characters of a text that is looked for."""
MOST_SOUGHT = 200
"""Articles that one look-up asks for in one way."""


# Said in the schema alone: `_civil_date` checks the calendar too, and `parse` refuses long texts with a stable code.
_DATE_SCHEMA: dict[str, Any] = {"pattern": f"^({_CIVIL_DATE}|{relative_dates.PATTERN})$"}
_QUERY_SCHEMA: dict[str, Any] = {"maxLength": 1000}


def _civil_date(text: str) -> str:
    """Return the date as a civil one, also where it was told from today."""
    if not re.fullmatch(_CIVIL_DATE, text) and not relative_dates.is_relative(text):
        raise PydanticCustomError(
            "civil_date", "A date is YYYY, YYYY-MM or YYYY-MM-DD, today, yesterday, or so long ago: -7d, -2w, -3m, -1y."
        )
    try:
        settled = relative_dates.settled_date(text)
        date_bounds(settled)
    except ValueError:
        raise PydanticCustomError("civil_date", "The calendar has no {text}.", {"text": text}) from None
    return settled


@lru_cache(10_000)
def date_bounds(text: str) -> tuple[str, str]:
    """First and last day of a year, a month or a day; `ValueError` where the calendar has no such."""
    year, month, day = ([int(part) for part in text.split("-")] + [0, 0])[:3]
    first = date(year, month if len(text) > 4 else 1, day if len(text) > 7 else 1)
    if len(text) > 7:
        return first.isoformat(), first.isoformat()
    last_month = first.month if len(text) > 4 else 12
    last_day = calendar.monthrange(year, last_month)[1]
    return first.isoformat(), date(year, last_month, last_day).isoformat()


def _digits(value: object) -> object:
    """Pydantic also reads `1_0`, `5.0`, `+5` and ` 5 `; a number has one way to be written."""
    if isinstance(value, str) and not re.fullmatch("[0-9]+", value):
        raise PydanticCustomError("int_digits", "A number is written with the digits 0 to 9 alone.")
    return value


_DIGITS = BeforeValidator(_digits)
CivilDate = Annotated[str, AfterValidator(_civil_date)]


def _stretch(text: str) -> str:
    """Return a stretch of the calendar, also where it was told from today."""
    if relative_dates.is_relative(text):
        return relative_dates.settled_date(text)
    try:
        days_of(text)
    except ValueError:
        raise PydanticCustomError(
            "civil_date",
            "A date that is spoken of is YYYY, YYYY-Qn, YYYY-MM, YYYY-Www or YYYY-MM-DD, or told from today: -7d.",
        ) from None
    return text


Stretch = Annotated[str, AfterValidator(_stretch)]
_STRETCH_SCHEMA: dict[str, Any] = {"pattern": f"^({PATTERN}|{relative_dates.PATTERN})$"}
Name = Annotated[str, Field(min_length=1, max_length=200)]
Names = Annotated[list[Name], Field(max_length=_MOST_VALUES)]
Limit = Annotated[int, Field(ge=1, le=100, description="Results on a page.", examples=[20]), _DIGITS]
Cursor = Annotated[
    str | None,
    Field(description="Where to go on, as a `next` gave it. Opaque, and bound to its query.", examples=["WzE0XQ"]),
]
Include = Annotated[list[HitExtra], Field(max_length=_MOST_VALUES)]
INCLUDED = (
    "What each hit shall have besides: `entities` (the ten most telling of those it names), `body` (the whole text), "
    "`authors` (also where `fields` leaves them out), `copies` (how many other editions of it there are), "
    "`story` (which articles tell of the same event)."
)
AnyInterval = Annotated[
    Literal["auto", "day", "week", "month", "year", "decade", "century"],
    Field(description="Length of a bucket; `auto` chooses by the span.", examples=["month"]),
]
Collapse = Literal["none", "copies"]
QueryText = Annotated[str, Field(json_schema_extra=_QUERY_SCHEMA)]


# Without null: what may be left out is left out.
_Text = Annotated[str, Field(max_length=200)] | SkipJsonSchema[None]
_LongText = Annotated[str, Field(max_length=500)] | SkipJsonSchema[None]
_Number = Annotated[int, Field(ge=0, lt=2**63), _DIGITS] | SkipJsonSchema[None]


class Params(BaseModel):
    """None at all: also an operation without parameters refuses what it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def checked(cls, given: Mapping[str, object]) -> Self:
        """Return what a page or the command line asks for. Raises `InvalidParameter` for the first that is wrong."""
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            wrong = error.errors()[0]
        name = str(wrong["loc"][0])
        if wrong["type"] == "extra_forbidden":
            raise InvalidParameter(
                name, f"There is no parameter {name!r} here.", suggestion=meant(name, cls.model_fields)
            )
        raise InvalidParameter(name, wrong["msg"].rstrip(".") + ".")


class _BaseConditions(Params):
    """The conditions that are no filter by a value of an article."""

    # The command line needs one of these models: each is made ready when it is first used.
    model_config = ConfigDict(defer_build=True)

    q: QueryText = Field(
        "",
        description='The query text: words, `"a phrase"`, `OR`, `-not`, `pre*`, `word~`, `headline:word`. '
        "Without it, every article that the other parameters admit.",
        examples=['"South Pole" -Moon'],
    )
    match: Match = Field(
        "auto",
        description="`auto`: all words must match, and where no article has all of them any word may. "
        "`all` and `any` are strict.",
        examples=["auto"],
    )
    date: CivilDate | None = Field(
        None,
        description="Published in this year, month or day; all of an article's date must lie in it.",
        examples=["2025-05"],
        json_schema_extra=_DATE_SCHEMA,
    )
    date_from: CivilDate | None = Field(
        None,
        description="Published then or later. Also told from today: `-7d`, `-2w`, `-3m`, `-1y`, `today`, `yesterday`.",
        examples=["2025-04-22"],
        json_schema_extra=_DATE_SCHEMA,
    )
    date_to: CivilDate | None = Field(
        None,
        description="Published then or earlier; a year or month counts to its last day, also as an article's date.",
        examples=["2025"],
        json_schema_extra=_DATE_SCHEMA,
    )
    mentions_date: Stretch | None = Field(
        None,
        description="Speaking of a date in this year, quarter, month, week or day.",
        examples=["1969-07"],
        json_schema_extra=_STRETCH_SCHEMA,
    )
    mentions_date_from: Stretch | None = Field(
        None,
        description="Speaking of a date then or later. Also told from today: `-7d`, `today`.",
        examples=["1969-07-20"],
        json_schema_extra=_STRETCH_SCHEMA,
    )
    mentions_date_to: Stretch | None = Field(
        None,
        description="Speaking of a date then or earlier; all of it must lie between the two.",
        examples=["1969-Q3"],
        json_schema_extra=_STRETCH_SCHEMA,
    )
    entity_name: Names = Field(
        default_factory=list,
        description="Names or aliases of entities; all of them are named. One that several share is refused with the "
        "candidates.",
        examples=[["Narendra Modi"]],
    )
    story: Annotated[str, Field(pattern="^[0-9a-f]{16}$")] | SkipJsonSchema[None] = Field(
        None,
        description="The id of a story, or of any article in it: only its articles.",
        examples=["78184646ba153278"],
    )


def _filter_parameter(filter: Filter) -> tuple[object, object]:
    return Names, Field(default_factory=list, description=filter.description, examples=[list(filter.examples)])


if TYPE_CHECKING:
    _Filtered = _BaseConditions
else:
    _Filtered = create_model(
        "_Filtered", __base__=_BaseConditions, **{name: _filter_parameter(one) for name, one in FILTERS.items()}
    )


PAGE_LOOKS = frozenset({"view", "bars"})
"""Parameters of the page that say how a search looks, and are nothing to the API."""


class Conditions(_Filtered):
    """Which articles: the parameters that searches, timelines and whatever else runs over a search have in common."""

    def filters(self, named: Iterable[str] = ()) -> Filters:
        """`named`: the entity ids that `entity_name` was resolved to."""
        given = {name: values for name in FILTERS if (values := getattr(self, name))}
        if called := [*given.get("entity", ()), *named]:
            given["entity"] = called
        date_from, date_to = self._bounds("date")
        mentions_from, mentions_to = self._bounds("mentions_date")
        chosen = {name: tuple(dict.fromkeys(values)) for name, values in given.items()}
        return Filters(
            date_from, date_to, mentions_from=mentions_from, mentions_to=mentions_to, story=self.story, **chosen
        )

    def _bounds(self, name: str) -> tuple[str | None, str | None]:
        """Return the first and the last day of a date that is given whole or by its two ends."""
        whole, begins, ends = getattr(self, name), getattr(self, f"{name}_from"), getattr(self, f"{name}_to")
        if whole is begins is ends is None:
            return None, None
        if whole:
            if begins or ends:
                raise InvalidParameter(name, f"Give either {name}, or {name}_from and {name}_to.")
            return days_of(whole)
        first, last = days_of(begins)[0] if begins else None, days_of(ends)[1] if ends else None
        if first and last and first > last:
            raise InvalidParameter(f"{name}_to", f"{ends} is before {name}_from, {begins}.")
        return first, last


class _SortedConditions(Conditions):
    sort: Sort | None = Field(
        None,
        description="`relevance` (the default with `q`), `-date` (newest first, the default without), `date`, "
        "`-added` (what came into the archive last first) or `added`.",
        examples=["-date"],
    )

    ranking: Literal["meaning", "words"] = Field(
        "meaning",
        description="How relevance is judged. `meaning`: where this archive can (see `/v1/stats`), the best hits of a "
        "question in mere words are ordered by what they mean too. `words`: by words alone. `query.ranking` says which "
        "it was; which articles are found is the same.",
        examples=["words"],
    )

    def question(self, clause: Clause | None) -> str | None:
        """Return what may be ranked by meaning."""
        return question_in(clause) if self.ranking == "meaning" else None

    def order(self) -> Sort:
        """Relevance is to a query text; without one the newest come first."""
        return self.sort or ("relevance" if self.q.strip() else "-date")

    def sorted_by(self, clause: Clause | None) -> Sort:
        """Return the order of a search for `clause`: without words nothing is more relevant than another."""
        return "-date" if clause is None and self.order() == "relevance" else self.order()


_SHOWN_COLLAPSED: dict[str, tuple[HitField, ...]] = {"none": (), "copies": ("copies",), "stories": ("story",)}


class SearchParams(_SortedConditions):
    limit: Limit = 20
    cursor: Cursor = None
    page: Annotated[int, Field(ge=1), _DIGITS] | None = Field(
        None,
        description=f"The number of a page, in place of a `cursor`; down to hit {DEEPEST:,}. `next` goes on from any.",
        examples=[1],
    )
    facet: list[FacetName] = Field(
        default_factory=list,
        max_length=_MOST_VALUES,
        description="What to count the matches by.",
        examples=[["person", "place"]],
    )
    facet_limit: Annotated[
        int, Field(ge=1, le=100, description="Values listed of each facet.", examples=[10]), _DIGITS
    ] = 10
    facet_query: Annotated[str, Field(max_length=200)] = Field(
        "",
        description="To search inside the facets: they count only values with a word that begins so, and entities with "
        "such a name.",
        examples=["mod"],
    )
    highlight: Literal["html", "offsets", "none"] = Field(
        "html",
        description="`html`: snippets around the hits, also as escaped HTML with `<mark>`. `offsets`: the same without "
        "HTML. `none`: the opening of the body.",
        examples=["html"],
    )
    fields: list[HitField] = Field(
        default_factory=list,
        max_length=_MOST_VALUES,
        description="Only these fields of each hit; `id` is always there.",
        examples=[["headline", "date"]],
    )
    include: Include = Field(default_factory=list, description=INCLUDED, examples=[["entities"]])
    collapse: Literal["none", "copies", "stories"] = Field(
        "none",
        description="`copies`: of articles that are one piece of news only the one that ranks first is a hit, with the "
        "number of its `copies`. `stories`: of articles that tell of one event, copies among them, with its `story`. "
        "`total` and the facets count all, `total_collapsed` the hits.",
        examples=["copies"],
    )

    def shown_besides(self) -> frozenset[HitField]:
        """Return what each hit shall have besides."""
        return frozenset((*self.include, *_SHOWN_COLLAPSED[self.collapse]))

    def offset(self) -> int:
        """Return how many hits stand before the page. Raises `InvalidParameter` for a page that cannot be served."""
        if self.page is None:
            return 0
        if self.cursor is not None:
            raise InvalidParameter("page", "Give either page or cursor.")
        if self.page * self.limit > max(DEEPEST, self.limit):
            raise InvalidParameter(
                "page",
                f"Page numbers reach to hit {DEEPEST:,}: with limit={self.limit} to page {DEEPEST // self.limit:,}. "
                "Follow next from there, or narrow the search.",
            )
        return (self.page - 1) * self.limit

    def pages(self, total: int) -> int:
        """Return how many pages can be asked for by their numbers."""
        return -(-min(total, DEEPEST // self.limit * self.limit) // self.limit)

    def to_query(self, clause: Clause | None, filters: Filters, words: FacetWords | None = None) -> Query:
        """`filters` are those of `filters()`, ids of merged entities replaced; `words` those that `facet_query` means.

        Raises `InvalidParameter` for what cannot be served together.
        """
        if self.facet_query and not self.facet:
            raise InvalidParameter("facet_query", "It searches inside facets: name them in facet.")
        return Query(
            clause=clause,
            filters=filters,
            sort=self.sorted_by(clause),
            limit=self.limit,
            cursor=self.cursor,
            offset=self.offset(),
            facets=tuple(dict.fromkeys(self.facet)),
            facet_limit=self.facet_limit,
            facet_words=words,
            collapse=None if self.collapse == "none" else self.collapse,
            question=self.question(clause),
        )


class ExportParams(_SortedConditions):
    format: ExportFormat = Field(
        description="`jsonl`: everything, to be taken in again by another archive. `csv`: for spreadsheets. `parquet`: "
        "for programs of data science. `ris`, `bibtex`, `csl-json`: references, for programs that keep them.",
        examples=["csv"],
    )
    limit: Annotated[int, Field(ge=1, lt=2**63), _DIGITS] | SkipJsonSchema[None] = Field(
        None, description="Articles at most; without it, all of them.", examples=[1000]
    )
    cursor: Annotated[
        str | None,
        Field(
            description="To go on with an answer that broke off: what its header `Export-Cursor` said.",
            examples=["WzE0XQ"],
        ),
    ] = None
    after: Annotated[str, Field(max_length=64)] | SkipJsonSchema[None] = Field(
        None,
        description="With `cursor`: the id of the last article that came whole. What follows it is sent, to be put "
        "behind that.",
        examples=["78184646ba153278"],
    )

    collapse: Collapse = Field(
        "none",
        description="`copies`: of articles that are one piece of news only the one that ranks first is sent.",
        examples=["copies"],
    )

    def to_query(self, clause: Clause | None, filters: Filters) -> Query:
        """Return the query whose every hit is sent; its limit says nothing."""
        collapse: Collapsed | None = None if self.collapse == "none" else self.collapse
        return Query(
            clause, filters, self.sorted_by(clause), limit=1, cursor=self.cursor, collapse=collapse,
            question=self.question(clause),
        )  # fmt: skip


class QuoteParams(Conditions):
    """`q` is asked of quotes, the other conditions of the articles that they stand in."""

    q: QueryText = Field(
        "",
        description="Words that the quote itself has, in the language of searches; without it, every quote.",
        examples=["world"],
    )
    match: Match = Field(
        "auto",
        description="`auto`: all words must be in the quote, and where no quote has all of them any word may. `all` "
        "and `any` are strict.",
        examples=["any"],
    )
    speaker: _Text = Field(None, description="The id of the entity that says it.", examples=["person-nelson-mandela"])
    speaker_name: _Text = Field(
        None,
        description="Its name or alias. One that several share is refused with the candidates.",
        examples=["Nelson Mandela"],
    )
    sort: Literal["-date", "date"] = Field(
        "-date", description="`-date`: newest articles first. `date`: oldest first.", examples=["date"]
    )
    limit: Limit = 20
    cursor: Cursor = None


class MentionedDatesParams(Conditions):
    granularity: Granularity | SkipJsonSchema[None] = Field(
        None, description="Only dates of this length.", examples=["day"]
    )


class StoriesParams(Conditions):
    sort: Literal["-last_date", "size"] = Field(
        "-last_date",
        description="`-last_date`: those last told of first. `size`: those of most articles first.",
        examples=["size"],
    )
    limit: Limit = 20
    cursor: Cursor = None


class StoryParams(Params):
    limit: Limit = 100


class TimelineParams(Conditions):
    interval: AnyInterval = "auto"


SIDES: tuple[Literal["a", "b"], ...] = ("a", "b")


def _sided_parameters() -> Iterator[tuple[str, tuple[object, FieldInfo]]]:
    """Yield each condition once more for each of two sides, under its name with the side's letter before it."""
    for side, nth in zip(SIDES, ("first", "second"), strict=True):
        for name, whole in Conditions.model_fields.items():
            field, kind = copy(whole), whole.annotation
            field.description = f"As `{name}`, of the {nth} side alone."
            if name == "match":
                field.default, kind = None, Match | None
            yield f"{side}_{name}", (kind, field)


if TYPE_CHECKING:
    _Sided = Conditions
else:
    _Sided = create_model("_Sided", __base__=Conditions, **dict(_sided_parameters()))


class ContrastParams(_Sided):
    """Two searches. A condition without a letter before it holds for both sides; words of both are all wanted."""

    kind: list[ContrastKind] = Field(
        default_factory=list,
        max_length=_MOST_VALUES,
        description="What is compared; without it, words, names and sources.",
        examples=[["word", "person"]],
    )
    limit: Annotated[int, Field(ge=1, le=100, description="Values of each kind and side.", examples=[10]), _DIGITS] = 10

    def side(self, letter: Literal["a", "b"]) -> Conditions:
        """Return the conditions of a side. Raises `InvalidParameter` for one that is given for it and for both."""
        given: dict[str, object] = {}
        for name in Conditions.model_fields:
            both, own = getattr(self, name), getattr(self, f"{letter}_{name}")
            if name == "q" and own and both:
                own, both = f"({both}) ({own})", ""
            if own and name in self.model_fields_set and both:
                raise InvalidParameter(f"{letter}_{name}", f"Give either {name}, for both sides, or {letter}_{name}.")
            if own or both:
                given[name] = own or both
        return Conditions.checked(given)


class CrossParams(Conditions):
    """A search, and two attributes that its articles are counted by."""

    rows: AxisName = Field(description="The attribute that makes the rows.", examples=["person"])
    columns: AxisName = Field(description="The one that makes the columns.", examples=["year"])
    rows_limit: Annotated[int, Field(ge=1, le=200, description="Rows at most.", examples=[10]), _DIGITS] = 20
    columns_limit: Annotated[int, Field(ge=1, le=200, description="Columns at most.", examples=[12]), _DIGITS] = 20
    format: Literal["json", "csv"] = Field("json", description="`csv`: for spreadsheets.", examples=["csv"])


class FeedParams(Conditions):
    """A feed has its own order, and waits for all words: what merely has some of them is no news."""

    match: Match = Field(
        "auto",
        description="`auto` and `all`: all words must match. `any`: any word may.",
        examples=["all"],
    )
    format: FeedFormat = Field("atom", description="How it is written.", examples=["json"])
    limit: Annotated[int, Field(ge=1, le=100, description="Entries at most.", examples=[20]), _DIGITS] = 50
    collapse: Collapse = Field(
        "none",
        description="`copies`: what came after a copy of it that matches too is no entry.",
        examples=["copies"],
    )


class SavedSearchFeedParams(Params):
    format: FeedFormat = Field("atom", description="How it is written.", examples=["json"])
    limit: Annotated[int, Field(ge=1, le=100, description="Entries at most.", examples=[20]), _DIGITS] = 50


class EntityTimelineParams(Params):
    interval: AnyInterval = "auto"


class AutocompleteParams(Params):
    q: Annotated[str, Field(max_length=200)] = Field(
        description="The beginning of a name, a word or a headline.", examples=["mod"]
    )
    limit: Limit = 8
    kind: list[SuggestionKind] = Field(
        default_factory=list,
        max_length=_MOST_VALUES,
        description="Only completions of these kinds.",
        examples=[["entity"]],
    )


class ArticleParams(Params):
    q: QueryText = Field(
        "", description="A query text; `matches` then says where it hits this body.", examples=['"full support"']
    )
    include: list[Literal["quotes", "dates"]] = Field(
        default_factory=list,
        max_length=_MOST_VALUES,
        description="What it shall have besides: `quotes` (what is said in it, and by whom), `dates` (what days "
        "it speaks of).",
        examples=[["quotes"]],
    )


class CitationParams(Params):
    format: CitationFormat = Field(
        "text",
        description="`text`, `html`: a sentence for a footnote, in the style of Chicago. `ris`, `bibtex`, `csl-json`: "
        "for programs that keep references.",
        examples=["bibtex"],
    )


class SimilarParams(Params):
    limit: Limit = 10
    by: Literal["words", "meaning"] = Field(
        "words",
        description="`meaning`: of those that share its words, the nearest in meaning first, where this archive can "
        "tell; `ranking` in the answer says whether it could.",
        examples=["meaning"],
    )


class CopiesParams(Params):
    limit: Limit = 100


class EntityParams(Params):
    name: str | None = Field(
        None,
        max_length=200,
        description="The beginning of a word in a name or an alias; where nobody has one, what is spelled nearly so.",
        examples=["mod"],
    )
    type: EntityType | None = Field(
        None,
        description="Only entities of this type.",
        examples=["person"],
    )
    sort: Literal["-count", "name"] = Field(
        "-count", description="`-count`: most articles first. `name`: by name.", examples=["name"]
    )
    limit: Limit = 20
    cursor: Cursor = None


class RelatedParams(Params):
    type: EntityType | None = Field(
        None,
        description="Only entities of this type.",
        examples=["place"],
    )
    limit: Limit = 20
    cursor: Cursor = None


class SimilarNamesParams(Params):
    limit: Limit = 20


class DecisionParams(Params):
    entity: str | None = Field(
        None, max_length=200, description="Only decisions about this entity.", examples=["person-narendra-modi"]
    )
    limit: Limit = 20
    cursor: Cursor = None


class DecisionBody(BaseModel):
    """`docs/api.md` says which fields each kind needs. Strings have bounds; what they mean, the store checks."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: DecisionKind
    target: _Text = Field(None, description="`merge`, `split`: an entity that is there.")
    alias: _Text = Field(None, description="`split`, `pin`: a form under which articles name it.")
    name: _Text = Field(None, description="`rename`: what to call it; `split`: what to call the new one.")
    type: EntityType | SkipJsonSchema[None] = Field(None, description="`retype`: what it is.")
    article: _Text = Field(None, description="`split`: the article of the one mention meant, with `start` and `end`.")
    start: _Number = Field(None, description="Offset of that mention in `body`.")
    end: _Number = Field(None, description="Where it ends.")
    undoes: _Number = Field(None, description="`undo`: the number of a decision.")
    note: _Text = Field(None, description="Why; for those who read the log.")


class CopyDecisionBody(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: CopyRuling = Field(
        description="`together`: they are one piece of news. `apart`: they are not, whatever they share. `undo`: take "
        "a decision back."
    )
    other: _Text = Field(None, description="`together`, `apart`: the id of the other article.")
    undoes: _Number = Field(None, description="`undo`: the number of a decision.")
    note: _Text = Field(None, description="Why; for those who read the log.")


class StoryDecisionBody(BaseModel):
    """`docs/api.md` says what each kind needs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: StoryDecisionKind
    other: _Text = Field(None, description="`together`, `apart`: the id of the other article.")
    headline: _LongText = Field(None, description="`headline`: what to call the story.")
    undoes: _Number = Field(None, description="`undo`: the number of a decision.")
    note: _Text = Field(None, description="Why; for those who read the log.")


class CopyDecisionParams(Params):
    article: str | None = Field(
        None, max_length=64, description="Only decisions about this article.", examples=["78184646ba153278"]
    )
    limit: Limit = 20
    cursor: Cursor = None


class StoryDecisionParams(Params):
    limit: Limit = 20
    cursor: Cursor = None


class JobParams(Params):
    limit: Limit = 20
    cursor: Cursor = None


class RejectionParams(Params):
    source: str | None = Field(
        None, max_length=1000, description="Only of inputs that were given with this source.", examples=["Harbour Wire"]
    )
    file: str | None = Field(
        None,
        max_length=2000,
        description="Only of this file or address, as it is shown, or of what it holds.",
        examples=["storm.txt"],
    )
    passed: bool = Field(False, description="Also those that passed since.", examples=[True])
    limit: Limit = 20
    cursor: Cursor = None


class WithdrawalParams(Params):
    limit: Limit = 20
    cursor: Cursor = None


class WithdrawalBody(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: WithdrawalKind
    reason: Annotated[str, Field(max_length=500)] | SkipJsonSchema[None] = Field(
        None,
        description="Why; whoever asks for the article is told. Needed to `withdraw` and to `erase`.",
        examples=["published by mistake"],
    )


class SavedSearchParams(Params):
    limit: Limit = 20
    cursor: Cursor = None


class SavedSearchBody(Params):
    """A search to save, and whom to tell."""

    name: Annotated[str, Field(min_length=1, max_length=200)] = Field(
        description="What to call it, in messages too.", examples=["Pahalgam"]
    )
    search: Annotated[str, Field(min_length=1, max_length=8000)] = Field(
        description="The query string of a search, or its address, here or on the page. `match=auto` is saved as "
        "`all`: what has only some of the words is no news.",
        examples=["q=Pahalgam&entity=place-india"],
    )
    webhook: Annotated[str, Field(max_length=2000)] | SkipJsonSchema[None] = Field(
        None,
        description="An address that is sent each match at once, as Standard Webhooks wants it.",
        examples=["https://desk.example/hooks/dateline"],
    )
    secret: Annotated[str, Field(max_length=200)] | SkipJsonSchema[None] = Field(
        None, description="What messages are signed with: `whsec_` and base64. Left out, one is made."
    )
    email: Annotated[str, Field(max_length=254)] | SkipJsonSchema[None] = Field(
        None, description="Who gets a mail with what is new.", examples=["desk@news.example"]
    )
    digest: Digest | SkipJsonSchema[None] = Field(None, description="How often there is mail; `day` if not given.")


class SavedSearchChange(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    state: Literal["on", "off"] = Field(description="`on` goes on with what comes from now on.")


class NewsFeedParams(Params):
    limit: Limit = 20
    cursor: Cursor = None


class NewsFeedBody(Params):
    url: Annotated[str, Field(max_length=4_000)] = Field(
        description="The address of a feed, or of a page that links one alone.", examples=["https://news.example/feed"]
    )
    source: _Text = Field(None, description="The publisher, for entries that name none.", examples=["Harbour Wire"])
    every: Annotated[int, Field(ge=5, le=10_080, strict=True)] = Field(
        60, description="Minutes from one look to the next, where the feed does not ask for more."
    )
    fetch_pages: Annotated[bool, Field(strict=True)] = Field(
        False, description="Whether to fetch the pages that its entries point to, for their whole text."
    )


class ChangesParams(Params):
    since: Annotated[
        int,
        Field(
            ge=0,
            lt=2**63,
            description="Only what changed after this number: the `next_since` of the last answer. 0 gives all there "
            "is.",
            examples=[0],
        ),
        _DIGITS,
    ] = 0
    archive: _Text = Field(
        None,
        pattern="^[0-9a-f]{16}$",
        description="The `archive` that came with that number; that of another, or of before a backup was restored, is "
        "refused.",
        examples=["6f1c0b7d92e4a358"],
    )
    type: ChangedType | SkipJsonSchema[None] = Field(
        None, description="Only articles, or only entities.", examples=["article"]
    )
    limit: Annotated[
        int, Field(ge=1, le=1000, description="Changes in an answer; fewer where articles are long.", examples=[100]),
        _DIGITS,
    ] = 100  # fmt: skip
    wait: Annotated[
        int,
        Field(ge=0, le=60, description="Seconds to wait for a change where there is none.", examples=[0]),
        _DIGITS,
    ] = 0


class PostParams(Params):
    source: _Text = Field(None, description="The publisher, for articles that name none.", examples=["Harbour Wire"])


class FetchBody(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(
        max_length=4_000,
        pattern=r"^[Hh][Tt][Tt][Pp][Ss]?://\S+$",
        description="The address of a page, a feed or a file.",
        examples=["https://news.example/feed"],
    )
    pages: bool = Field(False, description="Of a feed, also fetch the pages that its entries point to.")


class MatchBody(Params):
    text: Annotated[str, Field(max_length=MOST_MATCHED)] = Field(
        description="What is looked for: a quotation, a paragraph, a whole article.",
        examples=["That's one small step for man, one giant leap for mankind."],
    )
    limit: Annotated[int, Field(ge=1, le=100, description="Articles at most.", examples=[20], strict=True)] = 20


class LookupBody(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"minProperties": 1})

    ids: list[Annotated[str, Field(max_length=64)]] = Field(
        default_factory=list,
        max_length=MOST_SOUGHT,
        description="Article ids, at most 200.",
        examples=[["78184646ba153278"]],
    )
    urls: list[Annotated[str, Field(max_length=4_000)]] = Field(
        default_factory=list,
        max_length=MOST_SOUGHT,
        description="Addresses of articles at their publishers, at most 200. They are compared without `https`, "
        "`www.`, a slash at the end, the fragment and the parameters of campaigns; nothing is fetched.",
        examples=[["https://news.example/2025/05/talks?utm_source=x"]],
    )
    external_ids: list[Annotated[str, Field(max_length=1_000)]] = Field(
        default_factory=list,
        max_length=MOST_SOUGHT,
        description="Ids that publishers gave, at most 200.",
        examples=[["storm-1"]],
    )

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if not self.model_fields_set:
            raise PydanticCustomError("nothing_sought", "Give ids, urls or external_ids.")
        return self
