"""Two searches, or two spans of time, compared."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.http.deps import ArchiveDep
from app.http.openapi import responses
from app.http.prefix import prefix_of
from app.http.responses import check_index_tag, reply
from app.http.route import ParameterRoute
from app.read.contrasting import compare_searches
from app.read.models import SearchContrast
from app.read.params import ContrastParams

router = APIRouter(tags=["Search"], route_class=ParameterRoute)


@router.get(
    "/v1/compare",
    operation_id="compareSearches",
    summary="Compare two searches",
    response_model=SearchContrast,
    responses=responses(503),
)
def compare_two(request: Request, archive: ArchiveDep, params: Annotated[ContrastParams, Query()]) -> Response:
    """Words, names and sources that are more frequent in one of two searches, such as two spans of time, than chance
    would have it, with the number of articles in both."""
    engine = archive.engine.still()
    with archive.database.reading() as session:
        tag = check_index_tag(request, archive, engine)
        contrast = compare_searches(archive, engine, session, params, f"{prefix_of(request.scope)}/v1/search")
    return reply(request, contrast, tag=tag)
