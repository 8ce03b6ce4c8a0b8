"""An entity: how often and when it is in the news, under which names, beside whom, and in which articles."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.http.deps import ArchiveDep, EntityId
from app.http.prefix import prefix_of
from app.http.responses import Moved, known_state
from app.ids import is_unresolved
from app.read.entities import companions, entity_summary, portrait, related
from app.read.quotes import latest_of
from app.read.similar_names import similar_name_view, similar_names
from app.read.timeline import as_share
from app.search.attributes import Filters
from app.search.query import Query
from app.store import entities as store
from app.store import tables
from app.store.decisions import survivor
from app.web.address import Address
from app.web.chart import measure_links, search_chart, shows_share
from app.web.life import company, roles_over_time
from app.web.pages import render_page
from app.web.results import results
from app.web.ways_out import ways_out

LATEST, RELATED, COMPANY, ROLES, SIMILAR, SAID = 8, 8, 8, 8, 5, 5

router = APIRouter(include_in_schema=False)


@router.get("/entities/{entity_id}")
def show_entity(request: Request, archive: ArchiveDep, entity_id: EntityId) -> Response:
    engine = archive.engine.still()
    with archive.database.reading() as session:
        shown = portrait(engine, session, _settled_entity(request, session, entity_id), roles=ROLES, latest=LATEST)
        beside = related(engine, session, entity_id, limit=RELATED).items
        telling = companions(engine, session, entity_id, limit=COMPANY)
        same, _ = similar_names(session, shown.entity, SIMILAR)
        said = latest_of(archive, engine, session, entity_id, SAID)
        listed = results(archive, session, shown.latest, known_state(request))
        oldest = Query(filters=Filters(entity=(entity_id,)), sort="date", limit=1)
        first = engine.search(oldest).hits if shown.entity.article_count > 1 else ()
    here = Address.of(request)
    dates = shown.dates
    if shows_share(here):
        dates = as_share(dates, engine.search(Query(sort="-date", limit=1, dates=True)).dates)
    articles = Address(f"{prefix_of(request.scope)}/", (("entity", entity_id),))
    chart = search_chart(dates, articles, share=shows_share(here))
    return render_page(
        request, "entity.html",
        entity=entity_summary(shown.entity), unresolved=is_unresolved(entity_id),
        aliases=shown.aliases, related=beside, results=listed, first=first,
        roles=roles_over_time(shown.roles, shown.entity.first_date, shown.entity.last_date),
        company=company(engine, entity_id, telling, chart, articles),
        similar=list(map(similar_name_view, same)), said=said,
        chart=chart, measures=measure_links(here), articles=articles,
        out=ways_out(request, articles, Address(f"/v1/entities/{entity_id}")),
    )  # fmt: skip


def _settled_entity(request: Request, session: Session, id: str) -> tables.Entity:
    """`Moved` to the page of the entity that took it in, where one did: a page has one address."""
    taken = survivor(session, id)
    if taken != id:
        query = f"?{request.url.query}" if request.url.query else ""
        raise Moved(request.url.path.replace(f"/{id}", f"/{taken}", 1) + query)
    return store.load_entity(session, id)
