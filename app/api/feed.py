"""A search as a feed, for readers that ask again and again."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from app.http.deps import ArchiveDep
from app.http.openapi import Responses, responses
from app.http.responses import check_index_tag
from app.http.route import ParameterRoute
from app.http.syndication import FEED_TYPES, FEED_WRITERS, SyndicatedFeed
from app.read.conditions import read_conditions
from app.read.models import JsonFeed
from app.read.news import feed_title, latest_entries
from app.read.params import FeedParams

router = APIRouter(tags=["Search"], route_class=ParameterRoute)

_FEED_ONLY = ("format", "limit")
"""Parameters of the feed, which its search for people does not have."""


def _declared() -> Responses:
    """Return what it may answer: a model for JSON, text for the others."""
    found = responses(503)
    found[200]["content"] = {FEED_TYPES[name]: {"schema": {"type": "string"}} for name in ("atom", "rss")}
    return found


class _JsonFeedResponse(JSONResponse):
    media_type = FEED_TYPES["json"]


@router.get(
    "/v1/feed",
    operation_id="getSearchFeed",
    summary="Follow a search",
    response_model=JsonFeed,
    response_class=_JsonFeedResponse,
    responses=_declared(),
)
def get_feed(request: Request, archive: ArchiveDep, params: Annotated[FeedParams, Query()]) -> Response:
    """The articles of a search as Atom, RSS or JSON Feed. What was added or revised last comes first, however old."""
    # The index first: then the rows are never behind it, and know whatever it finds.
    engine = archive.engine.still()
    with archive.database.reading() as session:
        tag = check_index_tag(request, archive, engine)
        asked = read_conditions(archive.database, session, params)
        title, entries = feed_title(params, asked), latest_entries(archive, engine, session, params, asked)
    root, given = str(request.base_url).rstrip("/"), request.query_params.multi_items()
    conditions = urlencode([item for item in given if item[0] not in _FEED_ONLY])
    feed = SyndicatedFeed(
        title=f"Dateline: {title}" if title else "Dateline",
        root=root,
        address=_with_query(f"{root}/v1/feed", urlencode(given)),
        page=_with_query(f"{root}/", conditions),
        entries=entries,
    )
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    return Response(FEED_WRITERS[params.format](feed), headers=headers, media_type=FEED_TYPES[params.format])


def _with_query(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path
