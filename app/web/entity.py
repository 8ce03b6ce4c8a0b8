"""An entity: how often and when it is in the news, under which names, beside whom, and in which articles."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from app.api.entities import found_entity
from app.http.deps import ArchiveDep, EntityId
from app.read.entities import summary
from app.read.models import EntitySummary
from app.search.attributes import Filters
from app.search.query import Query
from app.store import entities as store
from app.store.tables import Entity
from app.web.address import Address
from app.web.chart import over_time
from app.web.pages import render
from app.web.picture import picture
from app.web.results import results

LATEST, RELATED, ROLES = 8, 16, 6

router = APIRouter(include_in_schema=False)


@router.get("/entities/{entity_id}")
def show_entity(request: Request, archive: ArchiveDep, entity_id: EntityId) -> Response:
    engine = archive.engine.still()
    latest = Query(filters=Filters(entity=(entity_id,)), sort="-date", limit=LATEST, dates=True)
    with archive.database.reading() as session:
        entity = found_entity(request, session, entity_id)
        aliases, roles = store.aliases(session, entity_id), store.roles(session, entity_id, limit=ROLES)
        related = store.related(session, entity_id, limit=RELATED)
        found = engine.search(latest)
        listed = results(archive, session, found.hits)
    articles = Address(f"{request.scope.get('root_path', '')}/", (("entity", entity_id),))
    call = Address(f"/v1/entities/{entity_id}")
    return render(
        request, "entity.html",
        entity=_counted(entity, found.total), aliases=aliases, roles=roles,
        related=related, picture=picture(related.items), results=listed,
        chart=over_time(found.dates, articles), articles=articles, total=found.total,
        call=call, curl=call.curl(str(request.base_url)),
    )  # fmt: skip


def _counted(entity: Entity, articles: int) -> EntitySummary:
    """The sums of an entity wait for the end of an ingest; what else is on the page does not."""
    return summary(Entity(**{**entity.model_dump(), "article_count": articles}))
