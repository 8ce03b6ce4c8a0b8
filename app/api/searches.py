"""Saved searches: saving one, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from app.alerts.saving import save_search
from app.http.deps import AlertsDep, ArchiveDep, SearchId, json_body, no_parameters, one_value_each
from app.http.openapi import NEEDS_KEY, Responses, responses
from app.http.prefix import path_within
from app.http.responses import check_tag, next_page_link, reply
from app.http.syndication import FEED_TYPES, FEED_WRITERS, SyndicatedFeed
from app.read import cursors
from app.read.models import (
    JsonFeed,
    MatchedArticlePage,
    SavedSearch,
    SavedSearchMade,
    SavedSearchPage,
    SearchMessagePage,
)
from app.read.news import news_entries
from app.read.params import SavedSearchBody, SavedSearchChange, SavedSearchFeedParams, SavedSearchParams
from app.read.searches import delivery_view, match_view, saved_search_view
from app.store import searches as store
from app.text import one_line

router = APIRouter(tags=["Saved searches"], dependencies=[Depends(one_value_each)])
T = TypeVar("T")


@router.post(
    "/v1/searches",
    operation_id="createSavedSearch",
    summary="Save a search",
    status_code=201,
    response_model=SavedSearchMade,
    responses=responses(400, 401, 403, 409, 413, 415, tagged=False, success=201),
    openapi_extra=NEEDS_KEY,
    dependencies=[Depends(json_body), Depends(no_parameters)],
)
def create_saved_search(request: Request, archive: ArchiveDep, key: AlertsDep, body: SavedSearchBody) -> Response:
    """From now on each article that is new for it is told once: at once to a webhook, and in mails."""
    made = save_search(archive, body, key.name)
    answer: SavedSearchMade = {"saved": saved_search_view(made, 0)}
    if made.secret is not None:
        answer["secret"] = made.secret
    return reply(request, answer, status=201, headers={"Location": f"/v1/searches/{made.id}"})


@router.get(
    "/v1/searches",
    operation_id="listSavedSearches",
    summary="List saved searches",
    response_model=SavedSearchPage,
    responses=responses(400, 401, 403, paged=True),
    openapi_extra=NEEDS_KEY,
)
def list_saved_searches(
    request: Request, archive: ArchiveDep, _key: AlertsDep, params: Annotated[SavedSearchParams, Query()]
) -> Response:
    """Lists all of them, whoever saved them, newest first."""
    with archive.database.reading() as session:
        found = store.list_searches(session, params.limit + 1, _before(params.cursor, "searches"))
        matches = store.count_matches(session, [row.number or 0 for row in found])
        total = store.count_searches(session)
    shown, address, headers = _page(request, found, params.limit, lambda row: row.number or 0, "searches")
    views = [saved_search_view(row, matches.get(row.number or 0, 0)) for row in shown]
    answer: SavedSearchPage = {"results": views, "total": total}
    if address is not None:
        answer["next"] = address
    return reply(request, answer, headers=headers)


@router.get(
    "/v1/searches/{search_id}",
    operation_id="getSavedSearch",
    summary="Read a saved search",
    response_model=SavedSearch,
    responses=responses(401, 403, 404),
    openapi_extra=NEEDS_KEY,
    dependencies=[Depends(no_parameters)],
)
def get_saved_search(request: Request, archive: ArchiveDep, _key: AlertsDep, search_id: SearchId) -> Response:
    """Says how it does, and what keeps it from being told."""
    return reply(request, _view(archive, search_id))


@router.patch(
    "/v1/searches/{search_id}",
    operation_id="changeSavedSearch",
    summary="Switch a saved search on or off",
    response_model=SavedSearch,
    responses=responses(400, 401, 403, 404, 413, 415, tagged=False),
    openapi_extra=NEEDS_KEY,
    dependencies=[Depends(json_body), Depends(no_parameters)],
)
def change_saved_search(
    request: Request, archive: ArchiveDep, _key: AlertsDep, search_id: SearchId, body: SavedSearchChange
) -> Response:
    """While it is off nothing is new for it."""
    with archive.database.writing() as session:
        store.switch_search(session, search_id, is_on=body.state == "on")
    return reply(request, _view(archive, search_id))


@router.delete(
    "/v1/searches/{search_id}",
    operation_id="deleteSavedSearch",
    summary="Delete a saved search",
    response_model=SavedSearch,
    responses=responses(401, 403, 404, tagged=False),
    openapi_extra=NEEDS_KEY,
    dependencies=[Depends(no_parameters)],
)
def delete_saved_search(request: Request, archive: ArchiveDep, _key: AlertsDep, search_id: SearchId) -> Response:
    """Ends it, and forgets what it found; answers with what it was."""
    was = _view(archive, search_id)
    with archive.database.writing() as session:
        store.delete_search(session, search_id)
    return reply(request, was)


@router.get(
    "/v1/searches/{search_id}/matches",
    operation_id="listSearchMatches",
    summary="List what was new for a saved search",
    response_model=MatchedArticlePage,
    responses=responses(400, 401, 403, 404, paged=True),
    openapi_extra=NEEDS_KEY,
)
def list_search_matches(
    request: Request,
    archive: ArchiveDep,
    _key: AlertsDep,
    search_id: SearchId,
    params: Annotated[SavedSearchParams, Query()],
) -> Response:
    """Lists each article once, last found first."""
    asked = ("matches", search_id)
    with archive.database.reading() as session:
        search = store.load_search(session, search_id)
        found = store.found_articles(session, search, params.limit + 1, _before(params.cursor, *asked))
    shown, address, headers = _page(request, found, params.limit, lambda row: row[0], *asked)
    answer: MatchedArticlePage = {"results": [match_view(article, at) for _, article, at in shown]}
    if address is not None:
        answer["next"] = address
    return reply(request, answer, headers=headers)


@router.get(
    "/v1/searches/{search_id}/deliveries",
    operation_id="listSearchDeliveries",
    summary="List the messages of a saved search",
    response_model=SearchMessagePage,
    responses=responses(400, 401, 403, 404, paged=True),
    openapi_extra=NEEDS_KEY,
)
def list_search_deliveries(
    request: Request,
    archive: ArchiveDep,
    _key: AlertsDep,
    search_id: SearchId,
    params: Annotated[SavedSearchParams, Query()],
) -> Response:
    """Says of each message whether it arrived, how often it was tried, and what came of it."""
    asked = ("deliveries", search_id)
    with archive.database.reading() as session:
        search = store.load_search(session, search_id)
        found = store.list_deliveries(session, search, params.limit + 1, _before(params.cursor, *asked))
    shown, address, headers = _page(request, found, params.limit, lambda row: row.number or 0, *asked)
    answer: SearchMessagePage = {"results": [delivery_view(row) for row in shown]}
    if address is not None:
        answer["next"] = address
    return reply(request, answer, headers=headers)


def _as_feeds() -> Responses:
    """Return what a feed may answer: a model for JSON, text for the others."""
    found = responses(400, 401, 403, 404)
    found[200]["content"] = {FEED_TYPES[name]: {"schema": {"type": "string"}} for name in ("atom", "rss")}
    return found


class _FeedOfMatches(JSONResponse):
    media_type = FEED_TYPES["json"]


@router.get(
    "/v1/searches/{search_id}/feed",
    operation_id="getSavedSearchFeed",
    summary="Follow a saved search",
    response_model=JsonFeed,
    response_class=_FeedOfMatches,
    responses=_as_feeds(),
    openapi_extra=NEEDS_KEY,
)
def get_saved_search_feed(
    request: Request,
    archive: ArchiveDep,
    _key: AlertsDep,
    search_id: SearchId,
    params: Annotated[SavedSearchFeedParams, Query()],
) -> Response:
    """What was new for it, last found first, as Atom, RSS or JSON Feed. Readers of feeds may send the key as the
    password of HTTP Basic."""
    return feed_of_search(request, archive, search_id, params)


def feed_of_search(request: Request, archive: ArchiveDep, search_id: str, params: SavedSearchFeedParams) -> Response:
    """Answer with the feed of a saved search, under the address that was asked. Raises `NotFound`."""
    with archive.database.reading() as session:
        search = store.load_search(session, search_id)
        found = [article for _, article, _ in store.found_articles(session, search, params.limit)]
        entries = news_entries(archive, session, found)
    root = str(request.base_url).rstrip("/")
    given = urlencode(request.query_params.multi_items())
    feed = SyndicatedFeed(
        title=f"Dateline: {one_line(search.name)}",
        root=root,
        address=f"{root}{path_within(request.scope)}{'?' if given else ''}{given}",
        page=f"{root}/?{urlencode(search.parameters, doseq=True)}",
        entries=entries,
    )
    written = FEED_WRITERS[params.format](feed)
    headers = {"ETag": check_tag(request, written.decode()), "Cache-Control": "no-cache"}
    return Response(written, headers=headers, media_type=FEED_TYPES[params.format])


def _view(archive: ArchiveDep, id: str) -> SavedSearch:
    with archive.database.reading() as session:
        row = store.load_search(session, id)
        return saved_search_view(row, store.count_matches(session, [row.number or 0]).get(row.number or 0, 0))


def _before(cursor: str | None, *asked: str) -> int | None:
    after = cursors.decode_page_end(cursor, int, *asked)
    return int(after[0]) if after is not None else None


def _page(
    request: Request, found: list[T], limit: int, number_of: Callable[[T], int], *asked: str
) -> tuple[list[T], str | None, dict[str, str]]:
    """Return the rows of a page, of which one more was asked for, and where the next one is."""
    shown = found[:limit]
    last = (number_of(shown[-1]), "") if len(found) > limit else None
    address, headers = next_page_link(request, cursors.encode_page_end(last, *asked) if last else None)
    return shown, address, headers
