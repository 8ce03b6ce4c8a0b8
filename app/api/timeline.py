"""Counts over time of a search."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.http.deps import ArchiveDep
from app.http.openapi import responses
from app.http.responses import check_index_tag, reply
from app.http.route import PromptRoute
from app.read.conditions import read_conditions
from app.read.models import Timeline
from app.read.params import TimelineParams
from app.read.timeline import build_timeline
from app.search.answer import answer
from app.search.query import Query as SearchQuery

router = APIRouter(tags=["Search"], route_class=PromptRoute)


@router.get(
    "/v1/timeline",
    operation_id="getTimeline",
    summary="Count matches over time",
    response_model=Timeline,
    responses=responses(503),
)
def get_timeline(request: Request, archive: ArchiveDep, params: Annotated[TimelineParams, Query()]) -> Response:
    """How many articles of each day, week, month, year, decade or century match, and of how many."""
    engine = archive.engine.still()
    with archive.database.reading() as session:
        tag = check_index_tag(request, archive, engine)
        asked = read_conditions(archive.database, session, params)
    query = SearchQuery(clause=asked.parsed.clause, filters=asked.filters, sort="-date", limit=1, dates=True)
    found = answer(engine, query, params.match)
    return reply(request, build_timeline(found.hits.dates, params.interval, asked.filters), tag=tag)
