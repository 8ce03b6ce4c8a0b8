"""Feeds that are followed: how each is, and a form to add one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from app.archive import Archive
from app.http.deps import ArchiveDep, no_parameters
from app.http.here import may_add_without_key
from app.http.prefix import prefix_of
from app.ingest.following import new_feed
from app.read.feeds import feed_view
from app.read.params import NewsFeedBody
from app.store import feeds as store
from app.store.keys import Scope
from app.web.forms import SentForm, sent_with
from app.web.pages import render_page, unkept

router = APIRouter(include_in_schema=False)

_SCOPE: Scope = "ingest"
_MOST = 500

FormDep = Annotated[SentForm, Depends(sent_with(_SCOPE))]


@router.get("/feeds", dependencies=[Depends(no_parameters)])
def show_feeds(request: Request, archive: ArchiveDep) -> Response:
    with archive.database.reading() as session:
        found = [feed_view(row) for row in store.newest_feeds(session, _MOST)]
    waiting = any(feed["state"] == "new" for feed in found)
    needs_key = not may_add_without_key(request, archive)
    page = render_page(request, "feeds.html", feeds=found, is_waiting=waiting, needs_key=needs_key)
    return unkept(page)


@router.post("/feeds", dependencies=[Depends(no_parameters)])
def take_feed(request: Request, archive: ArchiveDep, form: FormDep) -> Response:
    _follow(archive, form.fields)
    request.app.state.background.wake()
    return RedirectResponse(f"{prefix_of(request.scope)}/feeds", 303)


def _follow(archive: Archive, fields: dict[str, str]) -> None:
    wants_pages = fields.pop("fetch_pages", None) is not None
    asked = NewsFeedBody.checked({**fields, "fetch_pages": wants_pages})
    feed = new_feed(asked.url, asked.source, asked.every, fetch_pages=asked.fetch_pages)
    with archive.database.writing() as session:
        store.add_feed(session, feed)
