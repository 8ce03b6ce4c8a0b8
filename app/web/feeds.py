"""Feeds that are followed: how each is, and forms to add one, to look at it now and to follow it no longer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from app.archive import Archive
from app.http.deps import ArchiveDep, FeedId, no_parameters
from app.http.here import may_add_without_key
from app.http.prefix import prefix_of
from app.ingest.following import ask_again, new_feed
from app.read.feeds import feed_view
from app.read.models import NewsFeed
from app.read.params import NewsFeedBody, Params
from app.store import feeds as store
from app.store.keys import Scope
from app.web.forms import SentForm, sent_with
from app.web.pages import render_page, unkept

router = APIRouter(include_in_schema=False)

_SCOPE: Scope = "ingest"
_MOST = 500

FormDep = Annotated[SentForm, Depends(sent_with(_SCOPE))]


class FeedAct(Params):
    """What a form does to a feed."""

    act: Literal["check", "remove"]


@router.get("/feeds", dependencies=[Depends(no_parameters)])
def show_feeds(request: Request, archive: ArchiveDep) -> Response:
    with archive.database.reading() as session:
        found = [feed_view(row) for row in store.newest_feeds(session, _MOST)]
    waiting = any(map(_is_due, found))
    needs_key = not may_add_without_key(request, archive)
    page = render_page(request, "feeds.html", feeds=found, is_waiting=waiting, needs_key=needs_key)
    return unkept(page)


@router.post("/feeds", dependencies=[Depends(no_parameters)])
def take_feed(request: Request, archive: ArchiveDep, form: FormDep) -> Response:
    _follow(archive, form.fields)
    request.app.state.background.wake()
    return RedirectResponse(f"{prefix_of(request.scope)}/feeds", 303)


@router.get("/feeds/{feed_id}", dependencies=[Depends(no_parameters)])
def show_feed(request: Request, archive: ArchiveDep, feed_id: FeedId) -> Response:
    with archive.database.reading() as session:
        feed = feed_view(store.load_feed(session, feed_id))
    needs_key = not may_add_without_key(request, archive)
    return unkept(render_page(request, "feed.html", feed=feed, is_waiting=_is_due(feed), needs_key=needs_key))


@router.post("/feeds/{feed_id}", dependencies=[Depends(no_parameters)])
def change_feed(request: Request, archive: ArchiveDep, feed_id: FeedId, form: FormDep) -> Response:
    """Look at it now, or follow it no longer, and go back to where that shows."""
    act = FeedAct.checked(form.fields).act
    with archive.database.writing() as session:
        if act == "check":
            ask_again(session, feed_id)
        else:
            store.drop_feed(session, store.load_feed(session, feed_id).id)
    request.app.state.background.wake()
    at = f"/feeds/{feed_id}" if act == "check" else "/feeds"
    return RedirectResponse(prefix_of(request.scope) + at, 303)


def _is_due(feed: NewsFeed) -> bool:
    """Return whether it is looked at within seconds: the page shows what comes of it."""
    return "next_at" in feed and datetime.fromisoformat(feed["next_at"]) <= datetime.now(UTC)


def _follow(archive: Archive, fields: dict[str, str]) -> None:
    wants_pages = fields.pop("fetch_pages", None) is not None
    asked = NewsFeedBody.checked({**fields, "fetch_pages": wants_pages})
    feed = new_feed(asked.url, asked.source, asked.every, fetch_pages=asked.fetch_pages)
    with archive.database.writing() as session:
        store.add_feed(session, feed)
