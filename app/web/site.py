"""The site: the pages and their files, put onto an application that serves the API."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from starlette.routing import Match

from app.api.app import create_api
from app.http import problems
from app.http.prefix import path_within
from app.http.security import Keys
from app.read.models import Problem
from app.settings import Settings
from app.web import (
    add,
    aggregate,
    archive,
    article,
    calendar,
    compare,
    copy_decisions,
    crawlers,
    difference,
    entity,
    feeds,
    match,
    names,
    publishers,
    quotes,
    search,
    searches,
    searching,
    stories,
    story_decisions,
    withdrawing,
)  # fmt: skip
from app.web.pages import ASSETS, Assets, problem_page

ROOMS = (
    search, article, difference, copy_decisions, names, entity, quotes, story_decisions, stories, match, compare,
    aggregate, publishers, calendar, searching, add, archive, feeds, searches, withdrawing,
)  # fmt: skip
_FOR_PROGRAMS = ("/v1/", "/docs/", "/assets/")


def create_app(settings: Settings) -> FastAPI:
    """The API with the pages over it: what `dateline serve` serves."""
    app = create_api(settings)
    for room in (*ROOMS, crawlers):
        app.include_router(room.router)
    app.mount(ASSETS, Assets(), name="assets")
    app.state.render_problem = _render_problem
    app.state.keys = Keys()
    return app


def _render_problem(request: Request, problem: Problem) -> Response:
    """Answer with a problem. Where a page was asked for, problems are pages too, also those of layers that no route has
    been chosen in."""
    return problem_page(request, problem) if _is_page(request) else problems.render_json(request, problem)


def _is_page(request: Request) -> bool:
    if any(route.matches(request.scope)[0] != Match.NONE for room in ROOMS for route in room.router.routes):
        return True
    # A wrong address, followed or typed by somebody.
    is_of_programs = path_within(request.scope).startswith(_FOR_PROGRAMS)
    return not is_of_programs and "text/html" in request.headers.get("accept", "")
