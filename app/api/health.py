"""What the archive holds, and whether it is well."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Depends, Request, Response

from app.errors import IndexUnavailable
from app.http.deps import ArchiveDep, no_parameters
from app.http.keeper import Keeper
from app.http.metrics import Metrics
from app.http.openapi import responses
from app.http.responses import reply
from app.ingest.standing import lag
from app.read.meaning import meaning_stats
from app.read.models import Health, Readiness, Source, Sources, Stats, ordered
from app.store import articles as store
from app.store.feeds import count_feeds, success_age
from app.store.jobs import count_jobs
from app.store.relation_counts import relation_counts
from app.store.sequence import count_changed_after
from app.store.unnamed import count_waiting

router = APIRouter(tags=["Archive"], dependencies=[Depends(no_parameters)])


@router.get(
    "/v1/sources",
    operation_id="listSources",
    summary="List sources",
    response_model=Sources,
    responses=responses(),
)
def list_sources(request: Request, archive: ArchiveDep) -> Response:
    """All publishers, those of most articles first."""
    with archive.database.reading() as session:
        found = store.source_counts(session)
    answer: Sources = {"results": [_wire_source(each) for each in found], "total": len(found)}
    return reply(request, answer)


@router.get(
    "/v1/stats",
    operation_id="getStats",
    summary="Describe the archive in figures",
    response_model=Stats,
    responses=responses(503),
)
def get_stats(request: Request, archive: ArchiveDep) -> Response:
    """Count what there is, from when to when, and which state of it the index holds."""
    index = archive.engine.status()
    with archive.database.scanning() as session:
        found = store.archive_stats(session)
        behind = count_changed_after(session, index.sequence)
        related = relation_counts(session)
    answer: Stats = {
        "articles": found.articles,
        "entities": found.entities,
        "mentions": found.mentions,
        "sources": found.sources,
        "copies": related.copies,
        "stories": related.stories,
        "quotes": related.quotes,
        "dates": related.dates,
        "stories_waiting": related.waiting,
        "index": {"generation": index.generation, "sequence": index.sequence, "lag": behind},
        "meaning": meaning_stats(archive),
        "version": archive.version,
    }
    if found.first_date is not None:
        answer["first_date"] = found.first_date
    if found.last_date is not None:
        answer["last_date"] = found.last_date
    return reply(request, ordered(Stats, answer))


@router.get(
    "/healthz",
    operation_id="getHealth",
    summary="Ask whether the process answers",
    response_model=Health,
    responses=responses(tagged=False),
)
async def get_health(request: Request) -> Response:
    """Says nothing of the archive: for whoever restarts processes that hang."""
    answer: Health = {"status": "ok"}
    return reply(request, answer)


@router.get(
    "/readyz",
    operation_id="getReadiness",
    summary="Ask whether searches are complete",
    response_model=Readiness,
    responses=responses(503, tagged=False),
)
def get_readiness(request: Request, archive: ArchiveDep) -> Response:
    """Fails while the index is missing or behind the archive: for whoever sends requests here."""
    keeper: Keeper = request.app.state.keeper
    keeper.check()
    behind = lag(archive)
    if behind:
        raise IndexUnavailable(f"The index is {behind} changes behind the archive.")
    index = archive.engine.status()
    answer: Readiness = {
        "status": "ready",
        "lag": behind,
        "generation": index.generation,
        "sequence": index.sequence,
    }
    return reply(request, answer)


@router.get("/metrics", include_in_schema=False)
def get_metrics(request: Request, archive: ArchiveDep) -> Response:
    metrics: Metrics = request.app.state.metrics
    with archive.database.reading() as session:
        text = metrics.text(
            articles=archive.engine.status().documents,
            lag=lag(archive),
            unnamed=count_waiting(session),
            jobs=count_jobs(session),
            feeds=count_feeds(session),
            vectors=meaning_stats(archive),
            feed_age=success_age(session, datetime.now(UTC)),
            related=relation_counts(session),
        )
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def _wire_source(found: store.SourceCount) -> Source:
    source: Source = {"name": found.name, "count": found.count}
    if found.first_date is not None:
        source["first_date"] = found.first_date
    if found.last_date is not None:
        source["last_date"] = found.last_date
    return source
