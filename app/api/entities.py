"""Entities: list, one, those beside it, and its time in the news."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlmodel import Session

from app.http.deps import ArchiveDep, EntityId, one_value_each
from app.http.openapi import responses
from app.http.prefix import prefix_of
from app.http.responses import check_index_tag, next_page_link, reply
from app.http.route import PromptRoute
from app.read import cursors
from app.read.entities import entity_page, entity_summary, portrait, related, role_view
from app.read.models import Entity, EntityPage, RelatedPage, SimilarNames, Timeline
from app.read.params import EntityParams, EntityTimelineParams, Params, RelatedParams, SimilarNamesParams
from app.read.similar_names import similar_name_view, similar_names
from app.read.timeline import as_share, build_timeline
from app.search.attributes import Filters
from app.search.query import Query as SearchQuery
from app.store import entities as store
from app.store import tables
from app.store.decisions import survivor

router = APIRouter(tags=["Entities"], dependencies=[Depends(one_value_each)], route_class=PromptRoute)


@router.get(
    "/v1/entities",
    operation_id="listEntities",
    summary="List entities",
    response_model=EntityPage,
    responses=responses(400, paged=True),
)
def list_entities(request: Request, archive: ArchiveDep, params: Annotated[EntityParams, Query()]) -> Response:
    """Persons, organisations, places and events, those in most articles first."""
    page, cursor = entity_page(archive, params)
    answer: EntityPage = {"total": page.total, "results": [entity_summary(entity) for entity in page.items]}
    address, headers = next_page_link(request, cursor)
    if address is not None:
        answer["next"] = address
    return reply(request, answer, headers=headers)


@router.get(
    "/v1/entities/{entity_id}",
    operation_id="getEntity",
    summary="Read an entity",
    response_model=Entity,
    responses=responses(404, 503),
)
def get_entity(
    request: Request, archive: ArchiveDep, entity_id: EntityId, _params: Annotated[Params, Query()]
) -> Response:
    """An entity with every form under which articles name it. The id of one that is part of another gives that one."""
    engine, root = archive.engine.still(), prefix_of(request.scope)
    with archive.database.reading() as session:
        shown = portrait(engine, session, found_entity(session, entity_id))
    id = shown.entity.id
    moved = {"moved_from": entity_id} if id != entity_id else {}
    answer = {
        **entity_summary(shown.entity),
        **moved,
        "aliases": [{"text": alias.text, "count": alias.count} for alias in shown.aliases],
        "roles": [role_view(each) for each in shown.roles],
        "links": {
            "articles": f"{root}/v1/search?{urlencode({'entity': id})}",
            "related": f"{root}/v1/entities/{id}/related",
            "similar_names": f"{root}/v1/entities/{id}/similar_names",
            "timeline": f"{root}/v1/entities/{id}/timeline",
        },
    }
    return reply(request, answer)


@router.get(
    "/v1/entities/{entity_id}/related",
    operation_id="listRelatedEntities",
    summary="List related entities",
    response_model=RelatedPage,
    responses=responses(400, 404, 503, paged=True),
)
def list_related_entities(
    request: Request, archive: ArchiveDep, entity_id: EntityId, params: Annotated[RelatedParams, Query()]
) -> Response:
    """Entities named in the same articles, those in most first; `lift` says how far that is more than chance."""
    asked = ("related", entity_id, params.type or "")
    after = cursors.decode_page_end(params.cursor, int, *asked)
    engine = archive.engine.still()
    with archive.database.reading() as session:
        id = found_entity(session, entity_id).id
        page = related(engine, session, id, type=params.type, limit=params.limit, after=after)
    answer: RelatedPage = {"results": page.items, "total": page.total}
    address, headers = next_page_link(request, cursors.encode_page_end(page.next, *asked) if page.next else None)
    if address is not None:
        answer["next"] = address
    return reply(request, answer, headers=headers)


@router.get(
    "/v1/entities/{entity_id}/similar_names",
    operation_id="listSimilarNames",
    summary="List entities that may be the same",
    response_model=SimilarNames,
    responses=responses(404),
)
def list_similar_names(
    request: Request, archive: ArchiveDep, entity_id: EntityId, params: Annotated[SimilarNamesParams, Query()]
) -> Response:
    """Entities with so like a name that they may be one with it, the likest first, and in how many articles both stand.

    What a decision parted is not among them.
    """
    with archive.database.reading() as session:
        found, total = similar_names(session, found_entity(session, entity_id), params.limit)
    answer: SimilarNames = {"results": [similar_name_view(each) for each in found], "total": total}
    return reply(request, answer)


@router.get(
    "/v1/entities/{entity_id}/timeline",
    operation_id="getEntityTimeline",
    summary="Count an entity's articles over time",
    response_model=Timeline,
    responses=responses(404, 503),
)
def get_entity_timeline(
    request: Request, archive: ArchiveDep, entity_id: EntityId, params: Annotated[EntityTimelineParams, Query()]
) -> Response:
    """How many articles name it, of all there are."""
    engine = archive.engine.still()
    with archive.database.reading() as session:
        tag = check_index_tag(request, archive, engine)
        id = found_entity(session, entity_id).id
    naming_it = engine.search(_dates_query(Filters(entity=(id,)))).dates
    everything = engine.search(_dates_query(Filters())).dates
    return reply(request, build_timeline(as_share(naming_it, everything), params.interval), tag=tag)


def found_entity(session: Session, id: str) -> tables.Entity:
    """Return the entity of that id, or the one that took it in."""
    return store.load_entity(session, survivor(session, id))


def _dates_query(filters: Filters) -> SearchQuery:
    return SearchQuery(filters=filters, sort="-date", limit=1, dates=True)
