"""The days that articles speak of."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.http.deps import ArchiveDep
from app.http.openapi import responses
from app.http.responses import check_index_tag, reply
from app.http.route import ParameterRoute
from app.read.mentioned import mentioned_calendar
from app.read.models import MentionedCalendar
from app.read.params import MentionedDatesParams

router = APIRouter(tags=["Search"], route_class=ParameterRoute)


@router.get(
    "/v1/calendar",
    operation_id="getCalendar",
    summary="Count the dates that articles speak of",
    response_model=MentionedCalendar,
    responses=responses(503),
)
def get_calendar(request: Request, archive: ArchiveDep, params: Annotated[MentionedDatesParams, Query()]) -> Response:
    """Every day, week, month, quarter and year that articles which meet the conditions speak of, and how many do."""
    engine = archive.engine.still()
    with archive.database.reading() as session:
        tag = check_index_tag(request, archive, engine)
        found = mentioned_calendar(archive, engine, session, params)
    return reply(request, found, tag=tag)
