"""Feeds that the archive follows by itself: adding and removing them, and how they are."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from app.http.deps import ArchiveDep, FeedId, IngestDep, json_body, no_parameters, one_value_each
from app.http.openapi import NEEDS_KEY, responses
from app.http.responses import next_page_link, reply
from app.ingest.following import ask_again, new_feed
from app.read import cursors
from app.read.feeds import feed_view
from app.read.models import NewsFeed, NewsFeedPage
from app.read.params import NewsFeedBody, NewsFeedParams
from app.store import feeds as store

router = APIRouter(tags=["Feeds"], dependencies=[Depends(one_value_each)])

_ADDED = responses(400, 401, 403, 409, 413, 415, 503, tagged=False, success=201)
_ADDED[409]["description"] = "It is followed already."


@router.get(
    "/v1/feeds",
    operation_id="listFeeds",
    summary="List feeds",
    response_model=NewsFeedPage,
    responses=responses(400, paged=True),
)
def list_feeds(request: Request, archive: ArchiveDep, params: Annotated[NewsFeedParams, Query()]) -> Response:
    """Lists what the archive follows, newest first: how each is, and when it is looked at next."""
    after = cursors.decode_page_end(params.cursor, int, "feeds")
    with archive.database.reading() as session:
        found = store.newest_feeds(session, params.limit + 1, int(after[0]) if after is not None else None)
        total = sum(store.count_feeds(session).values())
    shown = found[: params.limit]
    answer: NewsFeedPage = {"results": [feed_view(feed) for feed in shown], "total": total}
    last = (shown[-1].number or 0, "") if len(found) > params.limit else None
    address, headers = next_page_link(request, cursors.encode_page_end(last, "feeds") if last else None)
    if address is not None:
        answer["next"] = address
    return reply(request, answer, headers=headers)


@router.post(
    "/v1/feeds",
    operation_id="createFeed",
    summary="Follow a feed",
    status_code=201,
    response_model=NewsFeed,
    responses=_ADDED,
    openapi_extra=NEEDS_KEY,
    dependencies=[Depends(json_body), Depends(no_parameters)],
)
def create_feed(request: Request, archive: ArchiveDep, _key: IngestDep, body: NewsFeedBody) -> Response:
    """Adds a feed, which is looked at within seconds: read it again to see whether it is one."""
    feed = new_feed(body.url, body.source, body.every, fetch_pages=body.fetch_pages)
    with archive.database.writing() as session:
        store.add_feed(session, feed)
    request.app.state.background.wake()
    answer: NewsFeed = feed_view(feed)
    return reply(request, answer, status=201, headers={"Location": f"/v1/feeds/{feed.id}"})


@router.get(
    "/v1/feeds/{feed_id}",
    operation_id="getFeed",
    summary="Read a feed",
    response_model=NewsFeed,
    responses=responses(404),
    dependencies=[Depends(no_parameters)],
)
def get_feed(request: Request, archive: ArchiveDep, feed_id: FeedId) -> Response:
    """Says how it is, when it was looked at and when it is next, and what came of it."""
    with archive.database.reading() as session:
        answer: NewsFeed = feed_view(store.load_feed(session, feed_id))
    return reply(request, answer)


@router.post(
    "/v1/feeds/{feed_id}/check",
    operation_id="checkFeed",
    summary="Look at a feed now",
    status_code=202,
    response_model=NewsFeed,
    responses=responses(401, 403, 404, 503, tagged=False, success=202),
    openapi_extra=NEEDS_KEY,
    dependencies=[Depends(no_parameters)],
)
def check_feed(request: Request, archive: ArchiveDep, _key: IngestDep, feed_id: FeedId) -> Response:
    """Makes it due now, whatever its state: it is looked at in the background."""
    with archive.database.writing() as session:
        feed = ask_again(session, feed_id)
    request.app.state.background.wake()
    answer: NewsFeed = feed_view(feed)
    return reply(request, answer, status=202, headers={"Location": f"/v1/feeds/{feed.id}"})


@router.delete(
    "/v1/feeds/{feed_id}",
    operation_id="deleteFeed",
    summary="Follow a feed no longer",
    response_model=NewsFeed,
    responses=responses(401, 403, 404, 503, tagged=False),
    openapi_extra=NEEDS_KEY,
    dependencies=[Depends(no_parameters)],
)
def delete_feed(request: Request, archive: ArchiveDep, _key: IngestDep, feed_id: FeedId) -> Response:
    """Removes it, and answers with what it was. Its articles stay."""
    with archive.database.writing() as session:
        feed = store.load_feed(session, feed_id)
        store.drop_feed(session, feed.id)
    answer: NewsFeed = feed_view(feed)
    return reply(request, answer)
