"""Feeds that are followed: how each is, and a form to add one."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from app.archive import Archive
from app.errors import KeyRequired
from app.http.deps import ArchiveDep, no_parameters
from app.http.forms import handed_in
from app.http.here import is_from_own_page, may_add_without_key
from app.http.security import check_scope
from app.ingest.following import new_feed
from app.read.feeds import feed_view
from app.read.params import NewsFeedBody
from app.store import feeds as store
from app.web.add import KeysDep
from app.web.pages import render_page

router = APIRouter(include_in_schema=False)

MOST_FEEDS_SHOWN = 500


@router.get("/feeds", dependencies=[Depends(no_parameters)])
def show_feeds(request: Request, archive: ArchiveDep) -> Response:
    with archive.database.reading() as session:
        found = [feed_view(row) for row in store.newest_feeds(session, MOST_FEEDS_SHOWN)]
    waiting = any(feed["state"] == "new" for feed in found)
    needs_key = not may_add_without_key(request, archive)
    page = render_page(request, "feeds.html", feeds=found, is_waiting=waiting, needs_key=needs_key)
    # Kept by nobody: it depends on who asks, and changes from one moment to the next.
    del page.headers["ETag"]
    page.headers["Cache-Control"] = "no-store"
    return page


@router.post("/feeds", dependencies=[Depends(no_parameters)])
async def take_feed(request: Request, archive: ArchiveDep, keys: KeysDep) -> Response:
    """Add the feed of the form. A key comes as a field of it, which no page elsewhere could fill in."""
    is_known = await run_in_threadpool(_is_known_to_write, request, archive)
    async with handed_in(request) as form:
        fields = {name: value.strip() for name, value in form.fields.items() if value.strip()}
    key = fields.pop("key", "")
    if not is_known:
        found = await run_in_threadpool(keys.find, archive, key)
        check_scope(found, "ingest")
    await run_in_threadpool(_follow, archive, fields)
    request.app.state.background.wake()
    return RedirectResponse(f"{request.scope.get('root_path', '')}/feeds", 303)


def _is_known_to_write(request: Request, archive: Archive) -> bool:
    """Return whether it is clear before the form is read that it may. Raises `KeyRequired` where that cannot say."""
    if request.state.key is not None:
        check_scope(request.state.key, "ingest")
        return True
    if may_add_without_key(request, archive) and is_from_own_page(request):
        return True
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise KeyRequired("Following feeds needs a key with the scope 'ingest'.")
    return False


def _follow(archive: Archive, fields: dict[str, str]) -> None:
    wants_pages = fields.pop("fetch_pages", None) is not None
    asked = NewsFeedBody.checked({**fields, "fetch_pages": wants_pages})
    feed = new_feed(asked.url, asked.source, asked.every, fetch_pages=asked.fetch_pages)
    with archive.database.writing() as session:
        store.add_feed(session, feed)
