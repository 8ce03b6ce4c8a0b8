"""What the wire carries: every answer of `/v1`, as typed dictionaries.

Handlers build these as plain dictionaries and encode them at once; the same types give the OpenAPI schema. A key that
is `NotRequired` is left out where there is no value: nothing is ever null. `docs/api.md` explains them to users.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Annotated, Any, Literal, NotRequired, TypeVar, cast

from pydantic import Field
from typing_extensions import TypedDict

from app.enrich.likeness import LikenessReason
from app.ids import EntityType
from app.read.kinds import (
    ChangeKind,
    ContrastKind,
    CopyRuling,
    DecisionKind,
    Digest,
    Granularity,
    Interval,
    StoryDecisionKind,
    WithdrawalKind,
)
from app.search.attributes import FacetName
from app.search.engine import AxisName
from app.search.query import Match

ArticleId = Annotated[str, Field(description="16 hex digits.", examples=["78184646ba153278"])]
EntityId = Annotated[str, Field(description="Readable and stable.", examples=["person-narendra-modi"])]
CivilDay = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
CivilDate = Annotated[
    str,
    Field(
        description="A civil date as precise as it was given, never converted: a year, a month or a day.",
        pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$",
    ),
]
PublishedAt = Annotated[
    str,
    Field(
        description="`date` with the time of day as it was given, in ISO 8601: with its offset from UTC where one was "
        "given, with seconds where they were. Absent where no time was given.",
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?$",
        examples=["2025-05-05T14:30:00+02:00"],
    ),
]
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
SavedSearchId = Annotated[str, Field(description="16 hex digits.", examples=["1f0c9b7e52d4a683"])]
Offset = Annotated[int, Field(description="In Unicode code points of `body`.", ge=0)]
Count = Annotated[int, Field(ge=0)]
Path = Annotated[
    str, Field(description="Path and query on this server.", json_schema_extra={"format": "uri-reference"})
]
Next = Annotated[
    str,
    Field(description="The next page, ready to follow; absent on the last.", json_schema_extra={"format": "uri"}),
]


class Span(TypedDict):
    """A stretch of text: `start` is its first code point, `end` the one after its last."""

    start: Offset
    end: Offset


class IndexState(TypedDict):
    """Which state of the index gave an answer."""

    generation: Annotated[int, Field(description="Grows with every commit of the index.", ge=0)]
    sequence: Annotated[int, Field(description="Newest change of the archive that the index holds.", ge=0)]


class FilterInForce(TypedDict):
    """One condition besides the query text."""

    name: Annotated[str, Field(description="As the parameter of that name; `date` is given as its two bounds.")]
    value: str


class TermCount(TypedDict):
    """How many articles have this word, under the same filters."""

    text: str
    count: Count


class QueryWarning(TypedDict):
    """Something that was read otherwise than it may have been meant."""

    code: Annotated[str, Field(description="Stable; clients may match on it.")]
    message: str
    position: NotRequired[Annotated[int, Field(description="Offset into `q`, where it is about `q`.", ge=0)]]


class EntityNamed(TypedDict):
    """An entity of that name."""

    id: EntityId
    name: str


Ranked = Literal["words", "meaning"]


class QueryRead(TypedDict):
    """How the request was understood."""

    q: str
    match: Match
    relaxed: Annotated[bool, Field(description="No article has all the words, so any of them sufficed.")]
    interpreted: Annotated[str, Field(description="The query text in canonical form; means the same when sent as `q`.")]
    filters: list[FilterInForce]
    did_you_mean: NotRequired[Annotated[str, Field(description="Another spelling, one that does have hits.")]]
    terms: NotRequired[
        Annotated[list[TermCount], Field(description="Given where nothing matched or `relaxed` is set.")]
    ]
    entities: NotRequired[
        Annotated[list[EntityNamed], Field(description="The query text is the name of these; `entity` finds them.")]
    ]
    ranking: NotRequired[
        Annotated[Ranked, Field(description="By what the hits are ordered, where that is their relevance.")]
    ]
    warnings: list[QueryWarning]


class Snippet(TypedDict):
    """The stretch of the body that shows best why it matched."""

    text: str
    start: Offset
    end: Offset
    html: NotRequired[Annotated[str, Field(description="The text, escaped, with hits in `<mark>`.")]]
    matches: Annotated[list[Span], Field(description="Offsets into `body`, not into the snippet.")]


class HitEntity(TypedDict):
    """An entity that an article names."""

    id: EntityId
    type: EntityType
    label: Annotated[str, Field(description="Its name, for people.")]
    mentions: Annotated[int, Field(description="How often the article names it.", ge=1)]


class HitCopies(TypedDict):
    """The other articles that are the same piece of news: printed again, cut, continued or corrected."""

    count: Annotated[int, Field(description="How many, whether they match or not.", ge=1)]
    sources: Annotated[int, Field(description="Of how many sources they and this article are.", ge=0)]
    first_published: NotRequired[Annotated[CivilDate, Field(description="The earliest date of all of them.")]]


class HitStory(TypedDict):
    """The story that an article is in, with others that tell of the same event."""

    id: Annotated[ArticleId, Field(description="The id of its earliest article.")]
    article_count: Annotated[int, Field(description="Articles in it, whether they match or not.", ge=2)]


class Hit(TypedDict):
    """One article found. With `fields`, only those asked for and the `id`."""

    id: ArticleId
    external_id: NotRequired[Annotated[str, Field(description="The record's own id, as its source gave it.")]]
    url: NotRequired[Annotated[str, Field(description="Where to read it: at its publisher where known, else here.")]]
    headline: NotRequired[str]
    headline_html: NotRequired[Annotated[str, Field(description="The headline, escaped, with hits in `<mark>`.")]]
    headline_matches: NotRequired[
        Annotated[list[Span], Field(description="Where `q` hits, as offsets into `headline`.")]
    ]
    headline_derived: NotRequired[Annotated[bool, Field(description="The text came without one; made from its start.")]]
    date: NotRequired[CivilDate]
    published_at: NotRequired[PublishedAt]
    dateline: NotRequired[str]
    source: NotRequired[str]
    authors: NotRequired[list[str]]
    language: NotRequired[str]
    word_count: NotRequired[Count]
    score: NotRequired[Annotated[float, Field(description="Only comparable within one answer; absent by date.")]]
    snippet: NotRequired[Snippet]
    entities: NotRequired[
        Annotated[
            list[HitEntity], Field(description="With `include`: whom it names, the most telling first.", max_length=10)
        ]
    ]
    body: NotRequired[Annotated[str, Field(description="With `include`: the whole text.")]]
    copies: NotRequired[
        Annotated[HitCopies, Field(description="With `collapse=copies` or `include`, where there are any.")]
    ]
    story: NotRequired[
        Annotated[HitStory, Field(description="With `collapse=stories` or `include`, where others are in it.")]
    ]


class FacetValue(TypedDict):
    """One value of a facet."""

    value: str
    label: Annotated[str, Field(description="For people: the name of an entity, else the value.")]
    count: Count
    selected: Annotated[bool, Field(description="The request filters by it.")]
    url: Annotated[Path, Field(description="The same search with this value switched on, or off where selected.")]
    alias: NotRequired[Annotated[str, Field(description="The other name by which `facet_query` found an entity.")]]


class Facet(TypedDict):
    """Exact counts. `distinct` values in all, `missing` articles without one, `other` the counts not listed."""

    name: FacetName
    distinct: Count
    missing: Count
    imprecise: Annotated[int, Field(description="Articles dated by a year alone, which has no month.", ge=0)]
    other: Count
    values: list[FacetValue]


class SearchAnswer(TypedDict):
    """One page of a search."""

    query: QueryRead
    total: Annotated[int, Field(description="Exact, and the same on every page.", ge=0)]
    total_collapsed: NotRequired[
        Annotated[
            int,
            Field(
                description="With `collapse`: hits, where copies, or articles of a story, are one. `total` counts all.",
                ge=0,
            ),
        ]
    ]
    page: NotRequired[Annotated[int, Field(description="As asked for.", ge=1)]]
    pages: NotRequired[
        Annotated[int, Field(description="Given with `page`: how many can be asked for by their numbers.", ge=0)]
    ]
    results: list[Hit]
    facets: list[Facet]
    next: NotRequired[Next]
    index: IndexState
    took_ms: Annotated[float, Field(ge=0)]


class ComparedSide(TypedDict):
    """One of two searches that are compared: how it was read, and how many articles it finds."""

    query: QueryRead
    total: Annotated[int, Field(description="Articles, exact.", ge=0)]


class ContrastValue(TypedDict):
    """A value that is more frequent on one side: how many articles of either have it, exactly."""

    value: Annotated[str, Field(description="A word, the id of an entity, or a publisher.", examples=["oil"])]
    label: Annotated[str, Field(description="What to show for it.")]
    a: Count
    b: Count
    score: Annotated[float, Field(description="How surely it is no chance: above 0 for the first side, below for b.")]
    url: Annotated[Path, Field(description="The articles of that side which have it.")]


class ContrastValues(TypedDict):
    """What tells two searches apart, of one kind; on each side what tells most first."""

    kind: ContrastKind
    a: list[ContrastValue]
    b: list[ContrastValue]


class SearchContrast(TypedDict):
    """Two searches, and what is more frequent in one of them."""

    a: ComparedSide
    b: ComparedSide
    results: list[ContrastValues]


class TableValue(TypedDict):
    """A row or a column: a value, and how many articles of the search have it, whatever else they have."""

    value: Annotated[str, Field(examples=["person-neil-armstrong"])]
    label: Annotated[str, Field(description="What to show for it.")]
    total: Annotated[int, Field(description="Articles that have it, exact.", ge=0)]
    url: NotRequired[Annotated[Path, Field(description="These articles, where a search can ask for them.")]]


class TableAxis(TypedDict):
    """The rows or the columns of a table: periods in order, other values by number of articles."""

    attribute: AxisName
    distinct: Annotated[int, Field(description="Values in all, of which not all may be listed.", ge=0)]
    missing: Annotated[int, Field(description="Articles that have none.", ge=0)]
    values: list[TableValue]


class CrossTable(TypedDict):
    """How many articles of a search have a value of one attribute and one of another."""

    query: QueryRead
    total: Annotated[int, Field(description="Articles of the search, exact.", ge=0)]
    rows: TableAxis
    columns: TableAxis
    cells: Annotated[
        list[list[Count]], Field(description="A list for each row, with the number of articles for each column; exact.")
    ]


class TimelineBucket(TypedDict):
    """A stretch of days, both ends included, cut at the dates asked for."""

    start: CivilDay
    end: CivilDay
    count: Annotated[int, Field(description="Articles that match.", ge=0)]
    total: Annotated[int, Field(description="All articles there are.", ge=0)]
    ratio: Annotated[float, Field(description="`count` of `total`; 0 where there is none.", ge=0, le=1)]


class Timeline(TypedDict):
    """Counts by publication date, in order, with empty buckets filled in."""

    interval: Interval
    buckets: list[TimelineBucket]
    imprecise: Annotated[int, Field(description="Matching articles whose date says less than a bucket.", ge=0)]
    undated: Annotated[int, Field(description="Matching articles without a date.", ge=0)]


class Suggested(TypedDict):
    """A completion."""

    kind: Literal["entity", "phrase", "term", "headline"]
    text: str
    id: NotRequired[Annotated[str, Field(description="Of the entity, or of the article with this headline.")]]
    hint: NotRequired[str]
    count: Count


class Completions(TypedDict):
    """Completions of what was typed: entities, then whole queries, then words, then headlines."""

    suggestions: list[Suggested]


class Dateline(TypedDict):
    """Place and date at the head of a text, as printed."""

    text: str
    place_id: NotRequired[EntityId]


class Block(TypedDict):
    """A paragraph, or a headline inside the body."""

    kind: Literal["paragraph", "subhead"]
    start: Offset
    end: Offset


class Mention(TypedDict):
    """Where an entity is named."""

    start: Offset
    end: Offset
    text: str


class EntityMentions(TypedDict):
    """An entity and every place in the body where it is named.

    `demonyms` are words for what belongs to a country (`Indian`): they speak of the country and do not name it.
    """

    id: EntityId
    name: str
    type: EntityType
    mentions: list[Mention]
    demonyms: NotRequired[list[Mention]]


class Provenance(TypedDict):
    """Where an article came from."""

    file: str
    record: Annotated[int, Field(description="Number of the record in its file.", ge=0)]
    sha256: Annotated[str, Field(description="Of the content as ingested.")]
    ingested_at: Annotated[str, Field(json_schema_extra={"format": "date-time"})]
    pipeline: Annotated[str, Field(description="Version of what recognised its entities; empty where none did.")]


NamesState = Annotated[
    Literal["done", "pending", "skipped"],
    Field(description="`pending`: who and what it names is recognised soon. `skipped`: it was put in without that."),
]


DateValue = Annotated[
    str,
    Field(
        description="A day, a week, a month, a quarter or a year: ISO 8601 where that knows it.",
        examples=["2025-05-05", "2025-W18", "2025-05", "2025-Q2", "2025"],
    ),
]


class ArticleDate(TypedDict):
    """A date that an article speaks of, told from its own date where the text leaves something out."""

    text: str
    start: Offset
    end: Offset
    value: DateValue
    granularity: Granularity
    rule: Annotated[str, Field(description="How it was read; docs/entities.md lists the rules.")]
    confidence: Annotated[float, Field(description="How often that is right, about.", ge=0, le=1)]


class CalendarEntry(TypedDict):
    """A date, its days, and how many of the articles speak of it."""

    value: DateValue
    granularity: Granularity
    start: CivilDay
    end: CivilDay
    count: Annotated[int, Field(ge=1)]


class MentionedCalendar(TypedDict):
    """The dates that articles speak of, in order of their first days."""

    query: QueryRead
    articles: Annotated[int, Field(description="That meet the conditions.", ge=0)]
    results: list[CalendarEntry]


class Speaker(TypedDict):
    """Who says it, as the article has it, perhaps by a pronoun; and the entity, where one is named."""

    text: str
    start: Offset
    end: Offset
    entity_id: NotRequired[EntityId]
    name: NotRequired[Annotated[str, Field(description="Of the entity.")]]


class Quote(TypedDict):
    """What somebody says: `text` is `body[start:end]`, without its quotation marks."""

    text: str
    start: Offset
    end: Offset
    speaker: Speaker
    cue: NotRequired[Annotated[str, Field(description="The verb that brings it, where there is one.")]]
    rule: Annotated[str, Field(description="How it was found who speaks; docs/entities.md lists the rules.")]
    confidence: Annotated[float, Field(description="How often that is right, about.", ge=0, le=1)]


class QuotedArticle(TypedDict):
    """The article that a quote or a passage stands in."""

    id: ArticleId
    headline: str
    date: NotRequired[CivilDate]
    published_at: NotRequired[PublishedAt]
    source: NotRequired[str]
    url: Annotated[str, Field(description="Where to read it: at its publisher where known, else here.")]


class QuoteInArticle(Quote):
    """A quote with its article."""

    article: QuotedArticle


class QuotePage(TypedDict):
    """One page of quotes, those of the newest articles first."""

    query: QueryRead
    total: Annotated[int, Field(description="Quotes, exact.", ge=0)]
    results: list[QuoteInArticle]
    next: NotRequired[Next]


class ArticleLinks(TypedDict):
    """Where to go from here."""

    self: Path
    text: Path
    similar: Path


class Subject(TypedDict):
    """What the desk filed an article under: a code of a scheme, a name, or both."""

    scheme: NotRequired[Annotated[str, Field(description="Whose code it is, as the record says it.")]]
    code: NotRequired[Annotated[str, Field(examples=["medtop:20000344"])]]
    name: NotRequired[Annotated[str, Field(examples=["ferry"])]]


class Article(TypedDict):
    """One article, whole. `body` is as given; its parts are offsets into it."""

    id: ArticleId
    external_id: NotRequired[str]
    revision: Annotated[int, Field(ge=1)]
    status: Literal["published"]
    names: NamesState
    headline: str
    headline_derived: bool
    date: NotRequired[CivilDate]
    published_at: NotRequired[PublishedAt]
    dateline: NotRequired[Dateline]
    source: NotRequired[str]
    url: NotRequired[str]
    authors: list[str]
    language: str
    rights: NotRequired[Annotated[str, Field(description="Copyright and terms of use: a statement on each line.")]]
    urgency: NotRequired[Annotated[int, Field(description="As the desk gave it: 1 is most urgent.", ge=1, le=9)]]
    subjects: NotRequired[
        Annotated[list[Subject], Field(description="What the record says it is about, keywords among them.")]
    ]
    word_count: Count
    body: str
    blocks: list[Block]
    furniture: Annotated[
        list[Span],
        Field(
            description="Blocks of page furniture, which the source repeats in many articles: copyright, newsletters, "
            "credits of pictures. They stay in the body; names in them count nowhere."
        ),
    ]
    entities: list[EntityMentions]
    matches: NotRequired[Annotated[list[Span], Field(description="Where the `q` asked hits this body.")]]
    quotes: NotRequired[Annotated[list[Quote], Field(description="With `include`: what is said in it, and by whom.")]]
    dates: NotRequired[Annotated[list[ArticleDate], Field(description="With `include`: what dates it speaks of.")]]
    provenance: Provenance
    links: ArticleLinks


class LookedUp(TypedDict):
    """What became of one thing that was asked for."""

    id: Annotated[str, Field(description="Of the article; where there is none, what was asked for.")]
    url: NotRequired[Annotated[str, Field(description="The address that was asked for, as it was.")]]
    external_id: NotRequired[Annotated[str, Field(description="The publisher's id that was asked for.")]]
    status: Literal["found", "missing", "withdrawn"]
    reason: NotRequired[Annotated[str, Field(description="Why it was withdrawn.")]]
    article: NotRequired[Article]


class Lookup(TypedDict):
    """What was asked for in the order asked: ids, then addresses, then publishers' ids. One result each, or more where
    several articles are known so."""

    results: list[LookedUp]


class ArticleToPut(TypedDict, total=False):
    """An article that is sent. It has a headline or a body at least; fields by other usual names are read too."""

    id: Annotated[str, Field(description="Of its publisher: with `source` it says which article it is.")]
    headline: str
    body: Annotated[str, Field(description="Plain text, or HTML.")]
    date: Annotated[str, Field(description="The date of publication, perhaps with the time of day.")]
    dateline: str
    source: Annotated[str, Field(description="The publisher.")]
    url: str
    authors: list[str]
    language: Annotated[str, Field(description="A code such as `en`, which is the default.")]


class ArticlesToPut(ArticleToPut, total=False):
    """An article, or several as `articles`."""

    articles: list[ArticleToPut]


class ArticleWritten(TypedDict):
    """What became of an article. `duplicate`: another has the same text, and `id` is that one."""

    status: Literal["created", "revised", "unchanged", "duplicate"]
    id: ArticleId
    revision: Annotated[int, Field(ge=1)]
    names: NamesState


class RecordWritten(TypedDict):
    """What became of a record: as of an article, `withdrawn` (its article was, before), or `rejected` with a
    `reason`."""

    record: NotRequired[Annotated[int, Field(description="Its number; absent where it is all that is left.", ge=1)]]
    status: Literal["created", "revised", "unchanged", "duplicate", "withdrawn", "rejected"]
    id: NotRequired[ArticleId]
    revision: NotRequired[Annotated[int, Field(ge=1)]]
    names: NotRequired[NamesState]
    reason: NotRequired[Annotated[str, Field(description="Why it is no article.")]]


class WrittenCounts(TypedDict):
    """How many records became what."""

    created: Count
    revised: Count
    unchanged: Count
    duplicate: Count
    withdrawn: Count
    rejected: Count


class ArticlesWritten(TypedDict):
    """What became of each record, in the order sent. `names` is `pending` where it is of any of them."""

    counts: WrittenCounts
    names: NamesState
    notes: Annotated[list[str], Field(description="What else is to be said, such as fields that mean nothing here.")]
    results: list[RecordWritten]


class FilesToHandIn(TypedDict):
    """A form with files."""

    files: Annotated[
        list[Annotated[str, Field(json_schema_extra={"format": "binary"})]],
        Field(description="Each a part of the form with a file name."),
    ]


JobState = Literal["waiting", "running", "done", "failed"]


class Job(TypedDict):
    """Files or an address that was handed in, and how far the archive is with it."""

    id: Annotated[str, Field(examples=["5d0f2b9c81e4a637"])]
    state: JobState
    by: Annotated[str, Field(description="The name of the key that they came with.")]
    source: NotRequired[str]
    files: Annotated[list[str], Field(description="As they were called.")]
    created_at: Annotated[str, Field(description="UTC.")]
    updated_at: Annotated[str, Field(description="UTC.")]
    done: Annotated[int, Field(description="Bytes that are read.", ge=0)]
    total: Count
    counts: WrittenCounts
    notes: list[str]
    error: NotRequired[Annotated[str, Field(description="Why it failed.")]]


class RefusedRecord(TypedDict):
    """A record that is no article, and why; without `record` it is the file."""

    file: str
    record: NotRequired[Annotated[int, Field(ge=1)]]
    reason: str


class RejectedRecord(RefusedRecord):
    """A rejection, and what there is to do about it."""

    source: NotRequired[Annotated[str, Field(description="Given with the input, for records that name none.")]]
    seen_at: Annotated[Moment, Field(description="When it was last met.")]
    passed: Annotated[bool, Field(description="It was taken since, or its file has nothing to refuse any more.")]
    remedy: str


class RejectionPage(TypedDict):
    """What was refused, newest first."""

    results: list[RejectedRecord]
    total: Count
    next: NotRequired[Next]


class JobDetail(Job):
    """A job, with the first of what was rejected."""

    rejections: list[RefusedRecord]


class JobPage(TypedDict):
    """Jobs, newest first."""

    results: list[Job]
    total: Count
    next: NotRequired[Next]


FeedState = Literal["new", "ok", "unchanged", "failing", "gone", "paused"]


class NewsFeed(TypedDict):
    """A feed that the archive follows by itself."""

    id: Annotated[str, Field(examples=["c63097d02f4f"])]
    url: Annotated[str, Field(description="Where it is asked for: permanent moves are followed.")]
    title: NotRequired[Annotated[str, Field(description="What it calls itself.")]]
    source: NotRequired[Annotated[str, Field(description="The publisher, for entries that name none.")]]
    state: Annotated[
        FeedState,
        Field(
            description="`new`: not looked at yet. `ok`: the last look brought entries. `unchanged`: there was nothing "
            "new. `failing`: it is tried again, ever later. `gone`: the server says that it is no more. `paused`: it "
            "failed for weeks. The last two are looked at again when that is asked for."
        ),
    ]
    error: NotRequired[Annotated[str, Field(description="Why the last look failed.")]]
    failures: Annotated[int, Field(description="Looks in a row that failed.", ge=0)]
    every: Annotated[int, Field(description="Minutes from one look to the next, where the feed does not ask for more.")]
    fetch_pages: Annotated[bool, Field(description="Whether the pages are fetched that its entries point to.")]
    added_at: Annotated[str, Field(description="UTC.")]
    checked_at: NotRequired[Annotated[str, Field(description="The last look, UTC.")]]
    success_at: NotRequired[Annotated[str, Field(description="The last look that did not fail, UTC.")]]
    next_at: NotRequired[Annotated[str, Field(description="The next look, UTC; absent where there will be none.")]]
    articles: Annotated[int, Field(description="New articles that came of it so far.", ge=0)]
    counts: Annotated[WrittenCounts, Field(description="Of the last look that brought entries.")]


class NewsFeedPage(TypedDict):
    """Feeds, newest first."""

    results: list[NewsFeed]
    total: Count
    next: NotRequired[Next]


class SimilarArticles(TypedDict):
    """Articles about the same, nearest first."""

    results: list[Hit]
    total: Count
    ranking: Annotated[Ranked, Field(description="By what the nearest are found.")]


class CopyFound(TypedDict):
    """Another edition of the same piece of news. `copy`: nearly all of either is in the other. `excerpt`: it is nearly
    all in the article asked for, which says more. `expanded`: the reverse. `version`: each says something else too."""

    id: ArticleId
    kind: Literal["copy", "excerpt", "expanded", "version"]
    relation: NotRequired[
        Annotated[
            Literal["correction", "repeat", "update"],
            Field(description="What its headline says of an earlier edition: `CORRECTED - …`, `(RPT)`, `UPDATE 2-…`."),
        ]
    ]
    containment: Annotated[
        float,
        Field(description="How much of the shorter of both texts is in the other, page furniture aside.", ge=0, le=1),
    ]
    headline: str
    date: NotRequired[CivilDate]
    published_at: NotRequired[PublishedAt]
    source: NotRequired[str]
    url: NotRequired[
        Annotated[str, Field(description="Where it was published; here it is at `/v1/articles/{id}` in any case.")]
    ]
    word_count: Count


class ArticleCopies(TypedDict):
    """The other editions of an article, the longest first."""

    representative: Annotated[ArticleId, Field(description="The longest of all, of these the earliest.")]
    first_published: NotRequired[Annotated[CivilDate, Field(description="The earliest date of all.")]]
    total: Count
    results: list[CopyFound]


class TextSpan(TypedDict):
    """A stretch of a text, in code points: `start` is its first, `end` the one after its last."""

    start: Count
    end: Count


class MatchedPassage(TypedDict):
    """Words that stand in a text and in an article one behind the other: where in each, and how many."""

    text: Annotated[TextSpan, Field(description="Where they stand in the text that was sent.")]
    body: Annotated[TextSpan, Field(description="Where they stand in the article's `body`.")]
    words: Count


class ArticlePassages(TypedDict):
    """An article with what it has of a text."""

    article: QuotedArticle
    covered: Annotated[float, Field(description="How much of the text's words it has.", ge=0, le=1)]
    passages: Annotated[list[MatchedPassage], Field(description="In the order of the body; the 100 longest.")]


class TextMatch(TypedDict):
    """Where a text stands in the archive: the articles that have most of it, the earliest first."""

    words: Annotated[int, Field(description="Of the text.", ge=0)]
    covered: Annotated[float, Field(description="How much of them stands in any of the results.", ge=0, le=1)]
    total: Annotated[int, Field(description="Articles that have any part of it, exact.", ge=0)]
    results: list[ArticlePassages]


class StorySummary(TypedDict):
    """Articles that tell of one event."""

    id: Annotated[ArticleId, Field(description="The id of its earliest article. That of any other answers too.")]
    headline: Annotated[str, Field(description="Of the article that is most like the others, or as editors call it.")]
    first_date: NotRequired[CivilDate]
    last_date: NotRequired[CivilDate]
    article_count: Annotated[int, Field(ge=1)]
    source_count: Count


class FoundStory(StorySummary):
    """A story of which some articles meet the conditions."""

    matching: Annotated[int, Field(description="Articles of it that meet the conditions.", ge=1)]


class StoryPage(TypedDict):
    """Stories of several articles, of which some meet the conditions."""

    query: QueryRead
    total: Annotated[int, Field(description="Stories, exactly.", ge=0)]
    results: list[FoundStory]
    next: NotRequired[Next]


class StoryArticle(TypedDict):
    """An article of a story."""

    id: ArticleId
    headline: str
    date: NotRequired[CivilDate]
    published_at: NotRequired[PublishedAt]
    source: NotRequired[str]
    url: NotRequired[
        Annotated[str, Field(description="Where it was published; here it is at `/v1/articles/{id}` in any case.")]
    ]
    word_count: Count


class StoryEntity(TypedDict):
    """An entity that articles of a story name."""

    id: EntityId
    type: EntityType
    label: Annotated[str, Field(description="Its name, for people.")]
    articles: Annotated[int, Field(description="How many of the articles name it.", ge=1)]


class StoryDay(TypedDict):
    """A date of a story, and how many of its articles have it."""

    date: CivilDate
    count: Annotated[int, Field(ge=1)]


class Story(StorySummary):
    """A story: the articles that tell of one event, the earliest first."""

    moved_from: NotRequired[Annotated[ArticleId, Field(description="The id asked for, of an article in it.")]]
    entities: Annotated[list[StoryEntity], Field(description="Those that most of its articles name.", max_length=20)]
    articles: list[StoryArticle]
    timeline: Annotated[list[StoryDay], Field(description="Ascending; articles without a date are in none.")]
    related: Annotated[
        list[StorySummary], Field(description="Stories that have to do with it, the likest first.", max_length=10)
    ]


class DifferenceSpan(TypedDict):
    """A stretch of both bodies: the same, or what one has where the other has something else or nothing."""

    op: Literal["equal", "insert", "delete", "replace"]
    a: Span
    b: Span


class TextDifference(TypedDict):
    """The bodies of two articles, `a` and `b`, cut into stretches that join to all of either."""

    a: ArticleId
    b: ArticleId
    spans: list[DifferenceSpan]


class Alias(TypedDict):
    """A form under which an entity is named."""

    text: str
    count: Count


class Role(TypedDict):
    """What the text beside a name says that the person is."""

    text: str
    count: Annotated[int, Field(description="Articles that say so.", ge=0)]
    first_date: NotRequired[CivilDate]
    last_date: NotRequired[CivilDate]


class EntityLinks(TypedDict):
    """Where to go from here."""

    articles: Path
    related: Path
    similar_names: Path
    timeline: Path


class EntitySummary(TypedDict):
    """An entity, without its aliases."""

    id: EntityId
    name: str
    type: EntityType
    hint: NotRequired[Annotated[str, Field(description="What tells it from others of that name.")]]
    country: NotRequired[Annotated[str, Field(description="Of a place: two letters, ISO 3166-1.")]]
    article_count: Count
    mention_count: Count
    first_date: NotRequired[CivilDate]
    last_date: NotRequired[CivilDate]


class Entity(EntitySummary):
    """A person, an organisation, a place or an event named in the archive."""

    moved_from: NotRequired[
        Annotated[EntityId, Field(description="The id that was asked for, which is part of this one.")]
    ]
    aliases: list[Alias]
    roles: Annotated[list[Role], Field(description="What articles say that a person is, the most usual first.")]
    links: EntityLinks


class EntityPage(TypedDict):
    """One page of entities."""

    total: Count
    results: list[EntitySummary]
    next: NotRequired[Next]


class Decision(TypedDict):
    """What an editor decided about an entity. It stays in the log, also when it is undone by another."""

    number: Annotated[int, Field(description="In the order in which decisions work.", ge=1)]
    kind: DecisionKind
    entity: EntityId
    target: NotRequired[Annotated[EntityId, Field(description="What takes over.")]]
    alias: NotRequired[Annotated[str, Field(description="The form that was split off or pinned.")]]
    name: NotRequired[Annotated[str, Field(description="What it is to be called.")]]
    article: NotRequired[Annotated[ArticleId, Field(description="Where the mention is that was split off.")]]
    start: NotRequired[Offset]
    end: NotRequired[Offset]
    undoes: NotRequired[Annotated[int, Field(description="Number of the decision that this one undoes.", ge=1)]]
    undone_by: NotRequired[Annotated[int, Field(description="Number of the decision that undid this one.", ge=1)]]
    note: NotRequired[str]
    by: str
    at: Annotated[str, Field(json_schema_extra={"format": "date-time"})]


class StoryDecision(TypedDict):
    """What an editor decided about the story of an article. It stays in the log, also when it is undone by another."""

    number: Annotated[int, Field(description="In the order in which decisions work.", ge=1)]
    kind: StoryDecisionKind
    article: ArticleId
    other: NotRequired[
        Annotated[ArticleId, Field(description="The article that it is to be together with or apart from.")]
    ]
    headline: NotRequired[Annotated[str, Field(description="What the story is to be called.")]]
    undoes: NotRequired[Annotated[int, Field(description="Number of the decision that this one undoes.", ge=1)]]
    undone_by: NotRequired[Annotated[int, Field(description="Number of the decision that undid this one.", ge=1)]]
    note: NotRequired[str]
    by: str
    at: Annotated[str, Field(json_schema_extra={"format": "date-time"})]


class StoryDecisionTaken(TypedDict):
    """A decision about a story, and whether it shows."""

    decision: StoryDecision
    indexed: Annotated[bool, Field(description="It shows; else the ingest that runs will see to it.")]


class StoryDecisionPage(TypedDict):
    """One page of the log, newest first."""

    results: list[StoryDecision]
    total: Count
    next: NotRequired[Next]


class DecisionTaken(TypedDict):
    """A decision, and what it changed."""

    decision: Decision
    articles: Annotated[int, Field(description="Articles whose entities changed.", ge=0)]
    indexed: Annotated[bool, Field(description="Searches show it; else the ingest that runs will see to it.")]


class CopyDecision(TypedDict):
    """What an editor decided about two articles: that they are copies of one piece of news, or are not. It stays in the
    log, also when it is undone by another."""

    number: Annotated[int, Field(description="In the log of all decisions.", ge=1)]
    kind: CopyRuling
    article: ArticleId
    other: ArticleId
    undoes: NotRequired[Annotated[int, Field(description="Number of the decision that this one undoes.", ge=1)]]
    undone_by: NotRequired[Annotated[int, Field(description="Number of the decision that undid this one.", ge=1)]]
    note: NotRequired[str]
    by: str
    at: Moment


class CopyDecisionTaken(TypedDict):
    """A decision, and what it changed."""

    decision: CopyDecision
    articles: Annotated[int, Field(description="Articles that are in another group of copies now.", ge=0)]
    indexed: Annotated[bool, Field(description="Searches show it; else the ingest that runs will see to it.")]


class CopyDecisionPage(TypedDict):
    """One page of the decisions about copies, newest first."""

    results: list[CopyDecision]
    total: Count
    next: NotRequired[Next]


class DecisionPage(TypedDict):
    """One page of the log, newest first."""

    results: list[Decision]
    total: Count
    next: NotRequired[Next]


class Withdrawal(TypedDict):
    """An article was withdrawn, restored or erased. It stays in the log."""

    number: Annotated[int, Field(ge=1)]
    kind: WithdrawalKind
    article: ArticleId
    reason: NotRequired[Annotated[str, Field(description="Why; told to whoever asks for the article.")]]
    by: str
    at: Annotated[str, Field(json_schema_extra={"format": "date-time"})]


class WithdrawalTaken(TypedDict):
    """What was done."""

    withdrawal: Withdrawal
    indexed: Annotated[
        bool, Field(description="Searches show it, and of what was erased nothing is left; else it follows.")
    ]


class WithdrawalPage(TypedDict):
    """One page of the log, newest first."""

    results: list[Withdrawal]
    total: Count
    next: NotRequired[Next]


class SavedSearch(TypedDict):
    """A search that is asked again whenever articles arrive, and what became of it."""

    id: SavedSearchId
    name: str
    search: Annotated[str, Field(description="Its parameters, as the query string of a search.")]
    url: Annotated[Path, Field(description="The same search, now.")]
    by: Annotated[str, Field(description="The name of the key that saved it.")]
    created_at: Moment
    matches: Annotated[int, Field(ge=0, description="Articles that were new for it.")]
    webhook: NotRequired[Annotated[str, Field(description="The address that is told at once.")]]
    email: NotRequired[str]
    digest: NotRequired[Digest]
    next_digest_at: NotRequired[Moment]
    state: Annotated[
        Literal["on", "failing", "off"],
        Field(description="`off`: messages failed for five days, or an editor switched it off."),
    ]
    error: NotRequired[Annotated[str, Field(description="Why it is failing or off.")]]


class SavedSearchMade(TypedDict):
    """A search was saved."""

    saved: SavedSearch
    secret: NotRequired[
        Annotated[str, Field(description="What messages to the webhook are signed with; shown this once.")]
    ]


class SavedSearchPage(TypedDict):
    """Saved searches, newest first."""

    results: list[SavedSearch]
    total: Count
    next: NotRequired[Next]


class MatchedArticle(TypedDict):
    """An article that was new for a saved search."""

    article: ArticleId
    found_at: Moment
    headline: str
    date: NotRequired[CivilDate]
    source: NotRequired[str]


class MatchedArticlePage(TypedDict):
    """What was new for a saved search, last found first."""

    results: list[MatchedArticle]
    next: NotRequired[Next]


class SearchMessage(TypedDict):
    """A message about matches of a saved search."""

    id: Annotated[str, Field(description="The `webhook-id`, or the `Message-ID`; the same at every try.")]
    kind: Literal["webhook", "mail"]
    state: Literal["waiting", "done", "failed"]
    tries: Count
    created_at: Moment
    due_at: NotRequired[Annotated[Moment, Field(description="When it is tried next.")]]
    ended_at: NotRequired[Moment]
    answer: NotRequired[Annotated[str, Field(description="What the last try came to.")]]


class SearchMessagePage(TypedDict):
    """The log of messages, newest first; what ended is forgotten after 30 days."""

    results: list[SearchMessage]
    next: NotRequired[Next]


class ArchiveChange(TypedDict):
    """What happened to an article or an entity, and what it is now."""

    sequence: Annotated[int, Field(description="Of its last change.", ge=1)]
    type: Literal["article", "entity"]
    change: Annotated[
        ChangeKind,
        Field(
            description="What happened after `since`: the first that applies. Of an article: `withdrawn`, `erased`, "
            "`added`, `restored`, `revised`, `names`. Of an entity: `hidden`, `moved`, `removed`, `erased`, `added`, "
            "`renamed`, `counted`."
        ),
    ]
    id: NotRequired[Annotated[str, Field(description="Of the article or entity; absent where `id_sha256` is there.")]]
    id_sha256: NotRequired[
        Annotated[
            str,
            Field(
                description="Of an entity that is gone since an article was erased: the SHA-256 of its id, which is "
                "made of its name.",
                pattern="^[0-9a-f]{64}$",
            ),
        ]
    ]
    added: NotRequired[
        Annotated[int, Field(description="The number at which it first came, or came back, if it is there.", ge=1)]
    ]
    article: NotRequired[Annotated[Article, Field(description="As it is now, unless it is out of sight.")]]
    entity: NotRequired[Annotated[EntitySummary, Field(description="As it is now, unless it is gone.")]]
    moved_to: NotRequired[Annotated[EntityId, Field(description="The entity that it is part of now.")]]
    reason: NotRequired[Annotated[str, Field(description="Why the article was withdrawn or erased.")]]


class ChangePage(TypedDict):
    """What changed, in order: each article and entity once, at its last change."""

    results: list[ArchiveChange]
    next_since: Annotated[int, Field(description="Send it as `since` to go on.", ge=0)]
    latest: Annotated[int, Field(description="The number of the newest change.", ge=0)]
    archive: Annotated[str, Field(description="The history that the numbers are of. Send it along with `next_since`.")]
    next: NotRequired[Next]


class RelatedEntity(TypedDict):
    """An entity named in the same articles."""

    id: EntityId
    name: str
    type: EntityType
    count: Annotated[int, Field(description="Articles that name both.", ge=0)]
    lift: Annotated[float, Field(description="How many times more often than by chance.", ge=0)]


class RelatedPage(TypedDict):
    """One page of related entities."""

    results: list[RelatedEntity]
    total: Count
    next: NotRequired[Next]


class SimilarName(EntitySummary):
    """An entity that may be the same as another, by its name."""

    reason: Annotated[
        LikenessReason,
        Field(
            description="What differs: how it is spelt, a middle name, a short given name, `Jr.` or the like, a letter "
            "or two, a given name of which one has the initials, letters that sound alike, or the order of words."
        ),
    ]
    together: Annotated[int, Field(description="Articles that name both.", ge=0)]


class SimilarNames(TypedDict):
    """Entities that may be the same as one, the likest first."""

    results: list[SimilarName]
    total: Count


class FeedAuthor(TypedDict):
    """Somebody who wrote it."""

    name: str


class FeedDetails(TypedDict):
    """What JSON Feed has no field for."""

    id: ArticleId
    revision: int
    date: NotRequired[CivilDate]
    source: NotRequired[str]


class FeedItem(TypedDict):
    """An article in a feed."""

    id: Annotated[str, Field(description="The same for good, wherever the archive is.")]
    url: Annotated[str, Field(description="Its page here.")]
    external_url: NotRequired[Annotated[str, Field(description="Where its publisher has it.")]]
    title: str
    content_text: Annotated[str, Field(description="How it begins.")]
    date_published: NotRequired[Annotated[str, Field(description="Noon, of a day without a time.")]]
    date_modified: Annotated[str, Field(description="When it was added, or revised last.")]
    authors: NotRequired[list[FeedAuthor]]
    tags: NotRequired[Annotated[list[str], Field(description="Names in it, most telling first.")]]
    language: str
    details: Annotated[FeedDetails, Field(alias="_dateline")]


class JsonFeed(TypedDict):
    """A feed in [JSON Feed 1.1](https://www.jsonfeed.org/version/1.1/): what was added or revised last comes first."""

    version: str
    title: str
    home_page_url: Annotated[str, Field(description="The page of the search.")]
    feed_url: str
    items: list[FeedItem]


class Source(TypedDict):
    """A publisher."""

    name: str
    count: Count
    first_date: NotRequired[CivilDate]
    last_date: NotRequired[CivilDate]


class Sources(TypedDict):
    """All publishers in the archive."""

    results: list[Source]
    total: Count


class LaggingIndex(IndexState):
    """The index, and how many changes it is behind."""

    lag: Count


class MeaningStats(TypedDict):
    """Ranking by meaning: whether it is in use, and how far it is."""

    available: bool
    reason: NotRequired[Annotated[str, Field(description="What is missing, where it is not available.")]]
    model: NotRequired[Annotated[str, Field(description="The name of the model's folder.")]]
    articles: Annotated[int, Field(ge=0, description="That have a vector.")]
    waiting: Annotated[int, Field(ge=0, description="That are to get one.")]


class Stats(TypedDict):
    """The archive in figures."""

    articles: Count
    entities: Count
    mentions: Count
    sources: Count
    copies: Annotated[
        int, Field(description="Articles that are copies of others: so many `collapse=copies` leaves out of all.", ge=0)
    ]
    stories: Annotated[int, Field(description="Stories of several articles, as `/v1/stories` lists them.", ge=0)]
    quotes: Annotated[int, Field(description="Quotes of which the speaker is known.", ge=0)]
    dates: Annotated[int, Field(description="Places of texts that speak of a date.", ge=0)]
    stories_waiting: Annotated[int, Field(description="Articles whose story is still to be worked out.", ge=0)]
    first_date: NotRequired[CivilDate]
    last_date: NotRequired[CivilDate]
    index: LaggingIndex
    meaning: MeaningStats
    version: Annotated[str, Field(description="Of the program.")]


class Health(TypedDict):
    """The process answers."""

    status: Literal["ok"]


class Readiness(TypedDict):
    """Searches answer, on everything that was acknowledged."""

    status: Literal["ready"]
    lag: Count
    generation: Count
    sequence: Count


class Candidate(TypedDict):
    """One of several entities that a name may mean."""

    id: EntityId
    name: str
    type: EntityType
    hint: NotRequired[str]


class ProblemError(TypedDict):
    """One thing that is wrong: a `parameter` by name, or a place in the body as a JSON `pointer`."""

    parameter: NotRequired[str]
    pointer: NotRequired[str]
    code: NotRequired[Annotated[str, Field(description="Stable; given for limits of the query text.")]]
    message: str
    suggestion: NotRequired[str]
    candidates: NotRequired[list[Candidate]]


class Problem(TypedDict):
    """Every failure, as RFC 9457 has it."""

    type: Annotated[str, Field(json_schema_extra={"format": "uri-reference"}, examples=["/problems/not-found"])]
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    instance: Annotated[str, Field(json_schema_extra={"format": "uri-reference"})]
    request_id: str
    errors: list[ProblemError]


T = TypeVar("T")


def ordered(kind: type[T], shown: T, only: Set[str] | None = None) -> T:
    """`shown` with its keys in the order declared: people read answers too, and want the date above the body."""
    given = cast(dict[str, Any], shown)
    return cast(T, {name: given[name] for name in kind.__annotations__ if name in given and (not only or name in only)})
