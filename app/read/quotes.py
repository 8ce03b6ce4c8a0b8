"""Quotes as they are shown: those of an article, and those that fit a search, a page at a time.

The engine says which articles, in which order, and in which of their quotes the words of a query stand; the rows say
who speaks there. So every condition of a search means here what it means there, and the total is exact. Where an engine
does not know what is a quote, the words are looked for in what is said.
"""

from __future__ import annotations

from array import array
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import msgspec
from sqlmodel import Session

from app.archive import Archive
from app.errors import InvalidCursor, InvalidParameter
from app.read import naming
from app.read.conditions import Asked, query_read, read_conditions
from app.read.models import Quote, QuotedArticle, QuoteInArticle, QuotePage, ordered
from app.read.params import QuoteParams
from app.search.answer import Answer
from app.search.engine import Hits, RankedQuotes, Ranking, SearchEngine
from app.search.query import Clause, Query, relax
from app.search.within import PassageQuery, widened
from app.store import entities
from app.store import quotes as store
from app.store.articles import load_articles
from app.store.decisions import survivor
from app.store.quotes import SpokenQuote
from app.store.tables import Article
from app.text import fingerprint

_NOBODY = ""
"""The id of no entity: it says nothing."""


class _QuotePlace(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """Where a page ended: behind the quote at `start` of the article that stood as number `place` in the ranking.
    `relaxed`: any word of the query was enough."""

    asked: str
    ranking: str
    relaxed: bool
    place: Annotated[int, msgspec.Meta(ge=0, le=2**53)]
    article: str
    start: Annotated[int, msgspec.Meta(ge=0, le=2**53)]


@dataclass(frozen=True, slots=True)
class QuotesFound:
    """A page of quotes, with the articles that they stand in. `speaker` is whose were asked for, `cursor` goes on
    behind them."""

    asked: Asked
    speaker: str | None
    relaxed: bool
    total: int
    quotes: list[SpokenQuote]
    articles: Mapping[str, Article]
    cursor: str | None


def quote_view(quote: SpokenQuote) -> Quote:
    shown: Quote = {
        "text": quote.text,
        "start": quote.start,
        "end": quote.end,
        "speaker": {"text": quote.speaker, "start": quote.speaker_start, "end": quote.speaker_end},
        "rule": quote.rule,
        "confidence": quote.confidence,
    }
    if quote.entity_id is not None and quote.entity_name is not None:
        shown["speaker"]["entity_id"] = quote.entity_id
        shown["speaker"]["name"] = quote.entity_name
    if quote.cue is not None:
        shown["cue"] = quote.cue
    return ordered(Quote, shown)


def quotes_of(session: Session, article_id: str) -> list[Quote]:
    """Return what is said in an article, in the order of its text."""
    return list(map(quote_view, store.spoken_in(session, [article_id]).get(article_id, ())))


def quote_page(found: QuotesFound, params: QuoteParams, base: str) -> QuotePage:
    """Return a page for the wire; `base` is the address of this server."""
    results: list[QuoteInArticle] = [
        {**quote_view(each), "article": quoted_article(found.articles[each.article_id], base)} for each in found.quotes
    ]
    read = query_read(params, found.asked, Answer(Hits(0, (), (), None, 0, 0), found.relaxed))
    return {"query": read, "total": found.total, "results": results}


def quoted_article(row: Article, base: str) -> QuotedArticle:
    """Return what is told of the article that something stands in; `base` is the address of this server."""
    shown: QuotedArticle = {"id": row.id, "headline": row.headline, "url": row.url or f"{base}v1/articles/{row.id}"}
    if row.date is not None:
        shown["date"] = row.date
    if row.published_at is not None:
        shown["published_at"] = row.published_at
    if row.source is not None:
        shown["source"] = row.source
    return ordered(QuotedArticle, shown)


def latest_of(archive: Archive, engine: SearchEngine, session: Session, speaker: str, limit: int) -> QuotesFound:
    """Find what an entity said last."""
    return find_spoken(archive, engine, session, QuoteParams.checked({"speaker": speaker, "limit": limit}))


def find_spoken(archive: Archive, engine: SearchEngine, session: Session, params: QuoteParams) -> QuotesFound:
    """Find the quotes that fit. `engine` stands still (`SearchEngine.still`)."""
    asked = read_conditions(archive.database, session, params)
    speaker, place = _speaker(session, params, asked), _decode_place(params)
    said = None if speaker is None else store.quotes_begun(session, speaker)
    query = Query(filters=asked.filters, sort=params.sort, limit=1, cursor=place.ranking if place else None)
    strict = asked.parsed.clause
    found = _Matching(engine, session, query, _clause_of(strict, params, place), speaker, said)
    relaxed = place is not None and place.relaxed
    if not found.total and place is None and params.match == "auto" and strict is not None and relax(strict) != strict:
        loose = _Matching(engine, session, query, relax(strict), speaker, said)
        relaxed, found = (True, loose) if loose.total else (False, found)
    quotes, last = found.page(place, params.limit)
    articles = load_articles(session, [quote.article_id for quote in quotes])
    cursor = None
    if last is not None:
        end = quotes[-1]
        cursor = _encode_place(
            _QuotePlace(_question_of(params), found.ranking.cursor, relaxed, last, end.article_id, end.start)
        )
    return QuotesFound(asked, speaker, relaxed, found.total, quotes, articles, cursor)


def _clause_of(clause: Clause | None, params: QuoteParams, place: _QuotePlace | None) -> Clause | None:
    is_loose = params.match == "any" or (place is not None and place.relaxed)
    return relax(clause) if is_loose and clause is not None else clause


def _speaker(session: Session, params: QuoteParams, asked: Asked) -> str | None:
    """Return the id of whose quotes are wanted, None where anybody's are. An unknown one says nothing, and a warning
    tells that."""
    if params.speaker_name is not None:
        if params.speaker is not None:
            raise InvalidParameter("speaker_name", "Give either speaker or speaker_name.")
        return naming.entity_named(session, params.speaker_name, "speaker_name", "speaker").id
    if params.speaker is None:
        return None
    id = survivor(session, params.speaker)
    if id not in entities.load_entities(session, [id]):
        asked.warnings.append({"code": "unknown_entity", "message": f"No article names an entity {params.speaker!r}."})
        return _NOBODY
    if id != params.speaker:
        asked.warnings.append({"code": "merged_entity", "message": f"{params.speaker!r} is part of {id!r} now."})
    return id


class _Matching:
    """The quotes that fit one reading of a query text (`clause`), of the articles that the `query` ranks.

    `said` are the quotes of a speaker, where they begin in each article; None where anybody's are wanted.
    """

    def __init__(
        self,
        engine: SearchEngine,
        session: Session,
        query: Query,
        clause: Clause | None,
        speaker: str | None,
        said: Mapping[str, Sequence[int]] | None,
    ) -> None:
        self._session, self._speaker = session, speaker
        wanted = replace(query, clause=widened(clause) if clause is not None else None)
        # Nobody is quoted: then no article need be ranked. A cursor is looked at in any case.
        is_empty = said is not None and not said and query.cursor is None
        self.ranking = Ranking(array("Q"), "", 0) if is_empty else engine.ranking(wanted)
        self._quotes = self._known_to(engine, clause, said)
        self.total = self._quotes.total

    def _known_to(
        self, engine: SearchEngine, clause: Clause | None, said: Mapping[str, Sequence[int]] | None
    ) -> RankedQuotes:
        known = engine.quotes(self.ranking, clause) if said is None or clause is not None else None
        if known is None:
            begun = store.quotes_begun(self._session, None) if said is None else said
            placed = {place: begun[id] for place, id in self.ranking.places(begun)}
            return RankedQuotes.of(placed if clause is None else self._with_words(clause, placed))
        if said is None:
            return known
        return known.among({place: set(said[id]) for place, id in self.ranking.places(said)})

    def _with_words(self, clause: Clause, places: Iterable[int]) -> Mapping[int, Sequence[int]]:
        """Return which quotes of articles at some places have the words, by what these say."""
        passages, at = (
            PassageQuery(clause),
            {id: place for place in places for id in self.ranking.ids(place, place + 1)},
        )
        found: defaultdict[int, list[int]] = defaultdict(list)
        for said in store.texts_said(self._session, list(at), self._speaker):
            for number in sorted(passages.met_by([text for _, _, text in said])):
                id, start, _ = said[number]
                found[at[id]].append(start)
        return found

    def page(self, place: _QuotePlace | None, limit: int) -> tuple[list[SpokenQuote], int | None]:
        """Return the quotes behind a place, and the place of the last article where more are to come."""
        resumed = first = self._resumed(place)
        # The first article may have been shown but for its last quotes.
        start = place.start if place is not None and self.ranking.find(place.article) == first else -1
        fitting = list[tuple[int, SpokenQuote]]()
        while len(fitting) <= limit and (held := self._quotes.held_from(first, limit + 1)):
            ids = {at: self.ranking.ids(at, at + 1)[0] for at in held}
            spoken = store.spoken_in(self._session, ids.values(), self._speaker)
            fitting += [
                (at, quote)
                for at, starts in held.items()
                for quote in spoken.get(ids[at], ())
                if quote.start in starts and (at > resumed or quote.start > start)
            ]
            first = max(held) + 1
        shown = fitting[:limit]
        return [quote for _, quote in shown], shown[-1][0] if len(fitting) > limit else None

    def _resumed(self, place: _QuotePlace | None) -> int:
        """Return where to go on: at the article of the last page, or where it stood, if it was withdrawn since."""
        if place is None:
            return 0
        found = self.ranking.find(place.article)
        return place.place if found is None else found


def _question_of(params: QuoteParams) -> str:
    return fingerprint(params.model_dump_json(exclude={"cursor", "limit"}))[:16]


def _encode_place(place: _QuotePlace) -> str:
    return urlsafe_b64encode(msgspec.json.encode(place)).rstrip(b"=").decode()


def _decode_place(params: QuoteParams) -> _QuotePlace | None:
    if params.cursor is None:
        return None
    try:
        place = msgspec.json.decode(
            urlsafe_b64decode(params.cursor + "=" * (-len(params.cursor) % 4)), type=_QuotePlace
        )
    except ValueError:  # of base64 and of msgspec alike
        raise InvalidCursor("The cursor is not one that this archive gave.") from None
    if place.asked != _question_of(params):
        raise InvalidCursor("The cursor belongs to another query.")
    return place
