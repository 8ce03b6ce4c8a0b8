"""The application: made for settings that are handed in, alive for as long as its archive is open."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette_compress import CompressMiddleware

from app.api import articles, decisions, entities, health, openapi, problems, reply, search, timeline
from app.api.answers import Answers
from app.api.envelope import Envelope
from app.api.metrics import Metrics
from app.archive import Archive, open_archive
from app.errors import ArchiveBusy
from app.ingest.indexing import catch_up
from app.settings import Settings

log = logging.getLogger(__name__)


def create_app(settings: Settings) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with await run_in_threadpool(open_archive, settings, mend=True) as archive:
            await run_in_threadpool(_catch_up, archive)
            app.state.archive = archive
            yield

    app = FastAPI(
        title=openapi.TITLE,
        version=openapi.VERSION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # an address with a slash too many is not there, and says so like any other
    )
    app.state.metrics = Metrics()
    for room in (search, timeline, articles, entities, decisions, health):
        app.include_router(room.router)
    app.add_api_route("/", _front, include_in_schema=False)
    for layer in (problems, reply, openapi):
        layer.install(app)
    app.add_middleware(Answers, metrics=app.state.metrics)
    app.add_middleware(CompressMiddleware)
    app.add_middleware(Envelope, metrics=app.state.metrics)
    return app


def _catch_up(archive: Archive) -> None:
    try:
        catch_up(archive)
    except ArchiveBusy as error:
        # Whoever holds the lock brings the index up to date; until then /readyz says how far behind it is.
        log.info("%s", error)


async def _front() -> RedirectResponse:
    return RedirectResponse("/docs")
