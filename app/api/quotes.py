"""What people say."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.http.deps import ArchiveDep
from app.http.openapi import responses
from app.http.responses import check_index_tag, next_page_link, reply
from app.http.route import ParameterRoute
from app.read.models import QuotePage
from app.read.params import QuoteParams
from app.read.quotes import find_spoken, quote_page

router = APIRouter(tags=["Search"], route_class=ParameterRoute)


@router.get(
    "/v1/quotes",
    operation_id="listQuotes",
    summary="List quotes",
    response_model=QuotePage,
    responses=responses(400, 503, paged=True),
)
def list_quotes(request: Request, archive: ArchiveDep, params: Annotated[QuoteParams, Query()]) -> Response:
    """What is said in articles that meet every condition, and by whom; those of the newest articles first."""
    engine = archive.engine.still()
    with archive.database.reading() as session:
        tag = check_index_tag(request, archive, engine)
        found = find_spoken(archive, engine, session, params)
        page = quote_page(found, params, str(request.base_url))
    address, headers = next_page_link(request, found.cursor)
    if address is not None:
        page["next"] = address
    return reply(request, page, tag=tag, headers=headers)
