"""What an assistant may ask: to search, to read, to know who is who, to follow a story, to find where a text stands, to
count over time, to compare two spans.

Answers are short, because a model reads all of them; each article comes with its id and its address, to be cited. The
docstrings and descriptions here are what the model is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, NotRequired, cast

from pydantic import Field
from sqlmodel import Session
from typing_extensions import TypedDict

from app.archive import Archive
from app.errors import IndexUnavailable, InvalidParameter
from app.ids import TYPES, EntityType, is_entity_id
from app.ingest import standing
from app.read.conditions import Asked, read_conditions
from app.read.contrasting import compare_searches
from app.read.entities import entities_called, entity_summary, portrait, related
from app.read.facets import entity_ids
from app.read.hits import HitOptions, hit_views
from app.read.matching import FoundIn, find_text
from app.read.models import ContrastValue, EntitySummary, Hit, QuoteInArticle, StoryArticle, Timeline
from app.read.naming import entity_named
from app.read.params import MOST_MATCHED, Conditions, ContrastParams, QuoteParams, SearchParams
from app.read.quotes import find_spoken, quote_page
from app.read.salience import by_salience
from app.read.stories import story_view
from app.read.timeline import build_timeline
from app.search.answer import Answer, answer
from app.search.engine import ArticleHit, SearchEngine
from app.search.query import Query
from app.store import articles as store
from app.store import entities as named
from app.store.decisions import survivor

_NAMES = 12
"""Of an article, of an entity's neighbours, and of a span."""
_MOST_CHARACTERS = 12_000
_PASSAGES, _PASSAGE_CHARACTERS = 10, 500
"""Of one article that has parts of a text."""

Words = Annotated[
    str,
    Field(
        description='Words, "a phrase", OR, -not, pre*, wrod~ (nearly so spelt), headline:word, author:name. All words '
        "must match; where no article has them all, any may. Empty: every article."
    ),
]
Day = Annotated[str, Field(description="A day, month or year: 2025-05-05, 2025-05, 2025. Empty: no bound.")]
Names = Annotated[
    list[str],
    Field(description="Persons, organizations, places or events, by name or id; articles must name all of them."),
]
ArticleId = Annotated[str, Field(description="16 hex digits, as searches give them.")]


class FoundArticle(TypedDict):
    id: str
    headline: str
    date: NotRequired[str]
    source: NotRequired[str]
    snippet: str
    address: Annotated[str, Field(description="To cite.")]


class FoundArticles(TypedDict):
    total: Annotated[int, Field(description="Exact.")]
    total_collapsed: NotRequired[Annotated[int, Field(description="The same, copies counted once.")]]
    articles: list[FoundArticle]
    read_as: Annotated[str, Field(description="How the query was understood.")]
    any_word: Annotated[bool, Field(description="No article had all words: these have some of them.")]
    did_you_mean: NotRequired[str]
    warnings: list[str]
    cursor: NotRequired[Annotated[str, Field(description="Give it back to go on.")]]


class SimilarFound(TypedDict):
    articles: list[FoundArticle]


class EntityName(TypedDict):
    id: str
    name: str
    type: EntityType


class ReadArticle(TypedDict):
    id: str
    headline: str
    date: NotRequired[str]
    published_at: NotRequired[str]
    source: NotRequired[str]
    authors: list[str]
    dateline: NotRequired[str]
    address: str
    original: NotRequired[Annotated[str, Field(description="Where it was published.")]]
    text: str
    start: Annotated[int, Field(description="Where `text` begins in the whole text.")]
    next_start: NotRequired[Annotated[int, Field(description="Where to go on reading.")]]
    names: Annotated[list[EntityName], Field(description="Those that matter most to it.")]


class FoundEntities(TypedDict):
    total: int
    entities: list[EntitySummary]


class DescribedEntity(TypedDict):
    entity: EntitySummary
    roles: Annotated[list[str], Field(description="What articles call it, most often first.")]
    also_called: list[str]
    beside: Annotated[list[str], Field(description="Who is named in the same articles, with how many.")]
    latest: list[FoundArticle]


class FoundQuote(TypedDict):
    text: str
    speaker: Annotated[str, Field(description="Who says it, as the article has it where nobody is known by it.")]
    headline: str
    date: NotRequired[str]
    article: ArticleId
    address: Annotated[str, Field(description="To cite.")]


class CitedArticle(TypedDict):
    id: ArticleId
    headline: str
    date: NotRequired[str]
    source: NotRequired[str]
    address: Annotated[str, Field(description="To cite.")]


class FoundQuotes(TypedDict):
    total: int
    quotes: list[FoundQuote]


class FoundPassages(TypedDict):
    article: CitedArticle
    covered: Annotated[float, Field(description="How much of the text it has.")]
    passages: Annotated[list[str], Field(description="As they stand in the article.")]


class ReadStory(TypedDict):
    headline: str
    total: Annotated[int, Field(description="Articles in it; 1 where no other tells of the same.")]
    articles: Annotated[list[CitedArticle], Field(description="The earliest first.")]
    names: Annotated[list[str], Field(description="Whom they name, with in how many.")]


class FoundText(TypedDict):
    total: Annotated[int, Field(description="Articles that have any part of it, exact.")]
    covered: float
    articles: Annotated[list[FoundPassages], Field(description="Those that have most of it, the earliest first.")]


class ComparedSpan(TypedDict):
    date_from: str
    date_to: str
    total: int
    names: Annotated[list[str], Field(description="Who is named most, with how many articles.")]
    articles: Annotated[list[FoundArticle], Field(description="The best, or the newest.")]


class Comparison(TypedDict):
    first: ComparedSpan
    second: ComparedSpan
    only_first: Annotated[list[str], Field(description="Named in the first span and not at all in the second.")]
    only_second: list[str]
    more_in_first: Annotated[
        list[str],
        Field(
            description="Words and names that more articles have than chance would have it, those that tell most "
            "first; with how many articles of the first and of the second span."
        ),
    ]
    more_in_second: list[str]


class Tools:
    """Each takes what it asks from one moment of the archive. Raises `DatelineError` as the API does."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def search_articles(  # noqa: PLR0913  # what a model may say of a search
        self,
        query: Words = "",
        names: Names = [],  # noqa: B006  # never changed; the schema shows it
        date_from: Day = "",
        date_to: Day = "",
        source: Annotated[str, Field(description="A publisher.")] = "",
        author: str = "",
        sort: Annotated[Literal["best", "newest", "oldest"], Field(description="What comes first.")] = "best",
        limit: Annotated[int, Field(ge=1, le=20)] = 8,
        cursor: str = "",
        collapse: Annotated[
            Literal["none", "copies"],
            Field(description="`copies`: of articles that are one piece of news, reprinted or corrected, only one."),
        ] = "none",
    ) -> FoundArticles:
        """Search the archive of news articles. Totals are exact."""
        given = _conditions(query, names, date_from, date_to) | {
            "source": [source] if source else [],
            "author": [author] if author else [],
            "sort": {"best": None, "newest": "-date", "oldest": "date"}[sort],
            "limit": limit,
            "cursor": cursor or None,
            "collapse": collapse,
        }
        params, engine = SearchParams.checked(given), self._engine()
        with self._archive.database.reading() as session:
            asked = read_conditions(self._archive.database, session, params)
            found = answer(engine, params.to_query(asked.parsed.clause, asked.filters), params.match)
            articles = self._shown(session, found.hits.hits, found)
        shown: FoundArticles = {
            "total": found.hits.total,
            "articles": articles,
            "read_as": asked.parsed.interpreted,
            "any_word": found.relaxed,
            "warnings": [warning["message"] for warning in asked.warnings],
        }
        if found.did_you_mean is not None:
            shown["did_you_mean"] = found.did_you_mean
        if found.hits.collapsed is not None:
            shown["total_collapsed"] = found.hits.collapsed
        if found.hits.cursor is not None:
            shown["cursor"] = found.hits.cursor
        return shown

    def read_article(
        self,
        id: ArticleId,
        start: Annotated[int, Field(ge=0, description="Where to begin in a long text.")] = 0,
        length: Annotated[int, Field(ge=200, le=_MOST_CHARACTERS, description="Characters at most.")] = 6_000,
    ) -> ReadArticle:
        """Read an article, or the next part of a long one."""
        with self._archive.database.reading() as session:
            row = store.load_article(session, id)
            entities = store.named_entities(session, [id])[id]
        telling = by_salience(entities, row.headline, self._archive.engine.status().documents)[:_NAMES]
        text = store.told_text(row)
        shown: ReadArticle = {
            "id": id,
            "headline": row.headline,
            "authors": row.authors,
            "address": self._address(id),
            "text": text[start : start + length],
            "start": start,
            "names": [{"id": each.id, "name": each.name, "type": cast(EntityType, each.type)} for each in telling],
        }
        more = {
            "date": row.date,
            "published_at": row.published_at,
            "source": row.source,
            "dateline": row.dateline,
            "original": row.url,
            "next_start": start + length if start + length < len(text) else None,
        }
        return cast(ReadArticle, shown | {name: value for name, value in more.items() if value is not None})

    def find_names(
        self,
        name: Annotated[str, Field(description="The beginning of any word of a name.")],
        type: Annotated[EntityType | Literal[""], Field(description="Only of this type.")] = "",
        limit: Annotated[int, Field(ge=1, le=20)] = 8,
    ) -> FoundEntities:
        """Find persons, organizations, places and events that articles name. Those in most articles come first."""
        with self._archive.database.reading() as session:
            page = entities_called(session, name, type=type or None, sort="-count", limit=limit)
        return {"total": page.total, "entities": [entity_summary(each) for each in page.items]}

    def describe_name(
        self, name: Annotated[str, Field(description="A name, or an id as `find_names` gives it.")]
    ) -> DescribedEntity:
        """Say who or what somebody is in the articles: roles, other names, who is named beside, the latest articles."""
        engine = self._engine()
        with self._archive.database.reading() as session:
            id = survivor(session, name) if is_entity_id(name) else entity_named(session, name).id
            seen = portrait(engine, session, named.load_entity(session, id), roles=_NAMES, latest=3)
            beside = related(engine, session, id, limit=_NAMES)
            latest = self._shown(session, seen.latest)
        return {
            "entity": entity_summary(seen.entity),
            "roles": [role.text for role in seen.roles],
            "also_called": [alias.text for alias in seen.aliases[:_NAMES]],
            "beside": [_with_count(each["name"], each["count"]) for each in beside.items],
            "latest": latest,
        }

    def count_over_time(
        self,
        query: Words = "",
        names: Names = [],  # noqa: B006
        date_from: Day = "",
        date_to: Day = "",
        interval: Literal["auto", "day", "week", "month", "year", "decade"] = "auto",
    ) -> Timeline:
        """Count the articles that match, by day, week, month or year, and of how many."""
        params, engine = Conditions.checked(_conditions(query, names, date_from, date_to)), self._engine()
        with self._archive.database.reading() as session:
            asked = read_conditions(self._archive.database, session, params)
        found = answer(engine, _query(asked, limit=1, dates=True), params.match)
        return build_timeline(found.hits.dates, interval, asked.filters)

    def find_similar(self, id: ArticleId, limit: Annotated[int, Field(ge=1, le=20)] = 8) -> SimilarFound:
        """Find articles about the same as one."""
        engine = self._engine()
        with self._archive.database.reading() as session:
            row = store.load_article(session, id)
            found = engine.similar(id, row.headline, store.told_text(row), limit)
            return {"articles": self._shown(session, found.hits)}

    def read_story(self, id: ArticleId, limit: Annotated[int, Field(ge=1, le=100)] = 20) -> ReadStory:
        """List the articles that tell of the same event as one, whoever printed them, from the first report on."""
        with self._archive.database.reading() as session:
            story = story_view(session, id, limit)
        return {
            "headline": story["headline"],
            "total": story["article_count"],
            "articles": [self._cited(each) for each in story["articles"]],
            "names": [_with_count(each["label"], each["articles"]) for each in story["entities"][:_NAMES]],
        }

    def find_quotes(
        self,
        query: Words = "",
        speaker: Annotated[str, Field(description="Who says it, by name or id. Empty: whoever.")] = "",
        names: Names = [],  # noqa: B006
        date_from: Day = "",
        date_to: Day = "",
        limit: Annotated[int, Field(ge=1, le=50)] = 10,
    ) -> FoundQuotes:
        """Find what people say, word for word, with who says it: the newest first."""
        said_by = {"speaker" if is_entity_id(speaker) else "speaker_name": speaker or None}
        given = {**_conditions(query, names, date_from, date_to), **said_by, "limit": limit}
        params, engine = QuoteParams.checked(given), self._engine()
        with self._archive.database.reading() as session:
            found = find_spoken(self._archive, engine, session, params)
            page = quote_page(found, params, f"{self._archive.settings.address}/")
        return {"total": page["total"], "quotes": [self._quote(each) for each in page["results"]]}

    def find_text(
        self,
        text: Annotated[str, Field(max_length=MOST_MATCHED, description="A quotation, a paragraph, an article.")],
        limit: Annotated[int, Field(ge=1, le=20)] = 5,
    ) -> FoundText:
        """Find which articles have a text or parts of it, word for word: where a quotation comes from, who printed it
        first, what was copied."""
        engine = self._engine()
        with self._archive.database.reading() as session:
            found = find_text(engine, session, text, limit)
        articles = [self._passages(each) for each in found.articles]
        return {"total": found.total, "covered": found.covered, "articles": articles}

    def compare_spans(
        self,
        first_from: Day,
        first_to: Day,
        second_from: Day,
        second_to: Day,
        query: Words = "",
        names: Names = [],  # noqa: B006
    ) -> Comparison:
        """Compare two spans of time: how much was written, who was named, and what the best articles are."""
        engine, both = self._engine(), _conditions(query, names, "", "")
        spans = {"a_date_from": first_from, "a_date_to": first_to, "b_date_from": second_from, "b_date_to": second_to}
        with self._archive.database.reading() as session:
            first, of_first = self._span(engine, session, _conditions(query, names, first_from, first_to))
            second, of_second = self._span(engine, session, _conditions(query, names, second_from, second_to))
            params = ContrastParams.checked({**both, **{name: day for name, day in spans.items() if day}})
            contrast = compare_searches(self._archive, engine, session, params, "")
        return {
            "first": first,
            "second": second,
            "only_first": [name for name in of_first if name not in of_second][:_NAMES],
            "only_second": [name for name in of_second if name not in of_first][:_NAMES],
            "more_in_first": _most_telling([row for group in contrast["results"] for row in group["a"]]),
            "more_in_second": _most_telling([row for group in contrast["results"] for row in group["b"]]),
        }

    def _span(self, engine: SearchEngine, session: Session, given: dict[str, object]) -> tuple[ComparedSpan, list[str]]:
        """Return a span as it is shown, and all who are named in it, those in most articles first."""
        params = Conditions.checked(given)
        asked = read_conditions(self._archive.database, session, params)
        if not asked.filters.date_from or not asked.filters.date_to:
            raise InvalidParameter("date_from", "A span has a first day and a last.")
        found = answer(engine, _query(asked, limit=3, facets=TYPES, facet_limit=100), params.match)
        labels = named.labels(session, entity_ids(found.hits.facets))
        buckets = sorted((bucket for facet in found.hits.facets for bucket in facet.buckets), key=lambda b: -b.count)
        shown: ComparedSpan = {
            "date_from": asked.filters.date_from,
            "date_to": asked.filters.date_to,
            "total": found.hits.total,
            "names": [_with_count(labels[bucket.value], bucket.count) for bucket in buckets[:_NAMES]],
            "articles": self._shown(session, found.hits.hits, found),
        }
        return shown, [labels[bucket.value] for bucket in buckets]

    def _engine(self) -> SearchEngine:
        """Return the index as it is now. Raises `IndexUnavailable` where it is not this archive's."""
        if not standing.is_ours(self._archive):
            raise IndexUnavailable("The index is not there yet. Articles can be read by id meanwhile.")
        return self._archive.engine.still()

    def _shown(self, session: Session, hits: Sequence[ArticleHit], found: Answer | None = None) -> list[FoundArticle]:
        view = HitOptions(found.clause if found else None, "offsets" if found else "none")
        base = f"{self._archive.settings.address}/"
        return [self._found(hit) for hit in hit_views(base, self._archive, session, hits, view)]

    def _found(self, hit: Hit) -> FoundArticle:
        shown: FoundArticle = {
            "id": hit["id"],
            "headline": hit["headline"],
            "snippet": hit["snippet"]["text"],
            "address": self._address(hit["id"]),
        }
        if "date" in hit:
            shown["date"] = hit["date"]
        if "source" in hit:
            shown["source"] = hit["source"]
        return shown

    def _quote(self, quote: QuoteInArticle) -> FoundQuote:
        speaker, article = quote["speaker"], quote["article"]
        shown: FoundQuote = {
            "text": quote["text"],
            "speaker": speaker.get("name", speaker["text"]),
            "headline": article["headline"],
            "article": article["id"],
            "address": self._address(article["id"]),
        }
        if "date" in article:
            shown["date"] = article["date"]
        return shown

    def _passages(self, found: FoundIn) -> FoundPassages:
        row = found.article
        article: CitedArticle = {"id": row.id, "headline": row.headline, "address": self._address(row.id)}
        if row.date is not None:
            article["date"] = row.date
        if row.source is not None:
            article["source"] = row.source
        spans = [(each["body"]["start"], each["body"]["end"]) for each in found.passages[:_PASSAGES]]
        passages = [row.body[start:end][:_PASSAGE_CHARACTERS] for start, end in spans]
        return {"article": article, "covered": found.covered, "passages": passages}

    def _cited(self, told: StoryArticle) -> CitedArticle:
        article: CitedArticle = {"id": told["id"], "headline": told["headline"], "address": self._address(told["id"])}
        if "date" in told:
            article["date"] = told["date"]
        if "source" in told:
            article["source"] = told["source"]
        return article

    def _address(self, id: str) -> str:
        return f"{self._archive.settings.address}/articles/{id}"


def _conditions(query: str, names: Sequence[str], first: str, last: str) -> dict[str, object]:
    ids = [name for name in names if is_entity_id(name)]
    return {
        "q": query,
        "entity": ids,
        "entity_name": [name for name in names if name not in ids],
        "date_from": first or None,
        "date_to": last or None,
    }


def _query(asked: Asked, **how: Any) -> Query:
    clause = asked.parsed.clause
    return Query(clause, asked.filters, "-date" if clause is None else "relevance", **how)


def _most_telling(rows: Sequence[ContrastValue]) -> list[str]:
    """Return what tells two spans apart in few words, what tells most first."""
    ordered = sorted(rows, key=lambda row: -abs(row["score"]))
    return [f"{row['label']} ({row['a']:,} and {row['b']:,})" for row in ordered[: 2 * _NAMES]]


def _with_count(name: str, count: int) -> str:
    return f"{name} ({count:,})"
