"""Dates that articles speak of, as they are shown: of one article, and of all that a search finds, with counts."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from typing import cast

from sqlmodel import Session

from app.archive import Archive
from app.days import days_of
from app.enrich.dates.spans import granularity_of
from app.errors import InvalidParameter
from app.read.conditions import query_read, read_conditions
from app.read.kinds import Granularity
from app.read.models import ArticleDate, CalendarEntry, MentionedCalendar
from app.read.params import MentionedDatesParams
from app.search.answer import answer
from app.search.engine import SearchEngine
from app.search.query import Query
from app.store import mentioned as store

MOST_DATES = 5_000
"""What an answer may have; nobody looks through more."""


def article_dates(session: Session, article_id: str) -> list[ArticleDate]:
    return [
        {
            "text": row.text,
            "start": row.start,
            "end": row.end,
            "value": row.value,
            "granularity": cast(Granularity, row.granularity),
            "rule": row.rule,
            "confidence": row.confidence,
        }
        for row in store.dates_of(session, article_id)
    ]


def mentioned_calendar(
    archive: Archive, engine: SearchEngine, session: Session, params: MentionedDatesParams
) -> MentionedCalendar:
    """Count the dates of all articles that meet the conditions. `engine` stands still (`SearchEngine.still`)."""
    asked = read_conditions(archive.database, session, params)
    query = Query(asked.parsed.clause, asked.filters, "-date", limit=1)
    found = answer(engine, query, params.match)
    ranking = engine.ranking(Query(found.clause, asked.filters, "-date", limit=1))
    first, last = asked.filters.mentions_from or "0001-01-01", asked.filters.mentions_to or "9999-12-31"
    counted = store.count_mentioned(session, ranking.ids(0, len(ranking)), first[:4], f"{last[:4]}-~")
    results = [
        each for each in _calendar_entries(counted, first, last) if params.granularity in (None, each["granularity"])
    ]
    if len(results) > MOST_DATES:
        raise InvalidParameter(
            "mentions_date_from",
            f"The articles speak of {len(results):,} dates; {MOST_DATES:,} is the limit. Give a shorter time.",
        )
    return {"query": query_read(params, asked, found), "articles": len(ranking), "results": results}


def _calendar_entries(counted: list[tuple[str, int]], first: str, last: str) -> list[CalendarEntry]:
    return sorted(_between(counted, first, last), key=itemgetter("start", "end"))


def _between(counted: list[tuple[str, int]], first: str, last: str) -> Iterator[CalendarEntry]:
    for value, count in counted:
        start, end = days_of(value)
        if first <= start and end <= last:
            yield {"value": value, "granularity": granularity_of(value), "start": start, "end": end, "count": count}
