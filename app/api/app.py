"""The application: made for settings that are handed in, alive for as long as its archive is open."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette_compress import CompressMiddleware, add_compress_type

from app.api import (
    aggregate,
    articles,
    calendar,
    changes,
    compare,
    copies,
    decisions,
    entities,
    export,
    feed,
    feeds,
    health,
    match,
    quotes,
    rejections,
    search,
    searches,
    stories,
    timeline,
    uploads,
    withdrawals,
    writing,
)
from app.archive import open_archive
from app.http import openapi, problems
from app.http import responses as reply
from app.http.background import Background
from app.http.capacity import Capacity, SearchSlots
from app.http.envelope import REQUEST_ID, Envelope
from app.http.front import Front
from app.http.keeper import Keeper
from app.http.log import Log
from app.http.metrics import Metrics
from app.http.rates import RateLimiter, SharedRateLimiter
from app.http.response_cache import ResponseCache
from app.http.security import Guard, Origins
from app.http.short_road import RoadMap, ShortRoad
from app.http.streams import Streams
from app.http.turn import WriteTurn
from app.http.waiting import WAITING, WaitingRoom
from app.read.records import MEDIA_TYPES
from app.settings import Settings

_ROOMS = (
    search, export, feed, timeline, calendar, quotes, match, compare, aggregate, articles, copies, stories, writing,
    uploads, rejections, feeds, entities, decisions, withdrawals, searches, changes, health,
)  # fmt: skip
_OF_EXPORTS = ("Export-Cursor", "Export-Sequence", "Export-Total")
_RATES = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


def create_api(settings: Settings) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, WaitingRoom]]:
        with await run_in_threadpool(open_archive, settings, allow_missing_index=True) as archive:
            if archive.meaning is not None:
                await run_in_threadpool(archive.meaning.model.load)  # the first who asks shall not wait for it
            app.state.archive, app.state.keeper = archive, Keeper(archive)
            app.state.keeper.start()
            app.state.background = Background(archive)
            app.state.background.start()
            app.state.waiting_room = WaitingRoom(archive)
            yield {WAITING: app.state.waiting_room}
            await run_in_threadpool(app.state.background.stop)
            await run_in_threadpool(app.state.keeper.stop)

    app = FastAPI(
        title=openapi.TITLE,
        version=openapi.VERSION,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
        },  # who is served is told by our own meters and log
        redirect_slashes=False,  # an address with a slash too many is not there, and says so like any other
    )
    app.state.metrics, app.state.roads = Metrics(), RoadMap()
    for room in _ROOMS:
        app.include_router(room.router)
        app.state.roads.add(room.router.routes)
    problems.install_problems(app)
    reply.install_redirects(app)
    openapi.install_schema(app)
    _add_layers(app, settings)
    return app


def _add_layers(app: FastAPI, settings: Settings) -> None:
    """Add the layers around the handlers, from the innermost out."""
    metrics: Metrics = app.state.metrics
    app.state.write_turn = WriteTurn(settings.write_wait)
    app.state.search_slots = SearchSlots(settings.searches_at_once, settings.search_wait)
    app.state.streams = Streams()
    for media_type in set(MEDIA_TYPES.values()) - {MEDIA_TYPES["parquet"]}:
        # What is there is sent at once, and not when more has come.
        add_compress_type(media_type, streaming=True)
    app.add_middleware(ShortRoad, roads=app.state.roads)
    app.add_middleware(Capacity, slots=app.state.search_slots, metrics=metrics)
    app.add_middleware(ResponseCache, metrics=metrics)
    app.add_middleware(reply.CompressionFeed)
    app.add_middleware(CompressMiddleware)
    rates = SharedRateLimiter if settings.database_url.get_secret_value() else RateLimiter
    limiter = rates(settings.rate_limit) if settings.rate_limit else None
    app.add_middleware(Guard, require_key=settings.require_key, rates=limiter)
    if settings.cors_origins:
        app.add_middleware(
            Origins,
            allow_origins=settings.cors_origins.split(),
            allow_methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", REQUEST_ID],
            expose_headers=["Content-Disposition", "ETag", *_OF_EXPORTS, "Link", "Retry-After", *_RATES, REQUEST_ID],
        )
    app.add_middleware(
        Envelope,
        metrics=metrics,
        log=Log(settings),
        refuse=problems.handle_http_error,
        most_articles=settings.most_upload_bytes,
    )
    app.add_middleware(Front, public_url=settings.public_url, proxies=settings.trusted_proxies.split())
