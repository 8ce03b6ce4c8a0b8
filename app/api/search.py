"""Search and completion."""

from __future__ import annotations

from time import perf_counter
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from app.http.deps import ArchiveDep
from app.http.openapi import responses
from app.http.prefix import base_address
from app.http.responses import check_index_tag, known_state, next_page_link, reply
from app.http.route import PromptRoute
from app.read import naming
from app.read.conditions import query_read, read_conditions
from app.read.facets import facet_views, facet_words
from app.read.hits import HitOptions, hit_views
from app.read.models import Completions, SearchAnswer, Suggested, ordered
from app.read.params import AutocompleteParams, SearchParams
from app.search.answer import answer
from app.search.engine import Suggestion

router = APIRouter(tags=["Search"], route_class=PromptRoute)


@router.get(
    "/v1/search",
    operation_id="searchArticles",
    summary="Search articles",
    response_model=SearchAnswer,
    responses=responses(400, 503, paged=True),
)
def search_articles(request: Request, archive: ArchiveDep, params: Annotated[SearchParams, Query()]) -> Response:
    """Articles that match a query text and every condition given, with exact totals and counts."""
    started, given = perf_counter(), request.query_params.multi_items()
    # The index first: then the rows are never behind it, and know whatever it finds.
    engine = archive.engine.still()
    with archive.database.reading() as session:
        tag = check_index_tag(request, archive, engine)
        asked = read_conditions(archive.database, session, params)
        query = params.to_query(asked.parsed.clause, asked.filters, facet_words(session, params))
        found = answer(engine, query, params.match)
        view = HitOptions(found.clause, params.highlight, frozenset(params.fields), params.shown_besides())
        base, state = base_address(request.scope), known_state(request)
        page: SearchAnswer = {
            "query": query_read(params, asked, found),
            "total": found.hits.total,
            "results": hit_views(base, archive, session, found.hits.hits, view, state),
            "facets": facet_views(session, request.scope["path"], given, params, asked, found.hits.facets),
            "index": {"generation": found.hits.generation, "sequence": found.hits.sequence},
            "took_ms": 0.0,
        }
    if found.hits.collapsed is not None:
        page["total_collapsed"] = found.hits.collapsed
    if params.page is not None:
        hits = found.hits.total if found.hits.collapsed is None else found.hits.collapsed
        page["page"], page["pages"] = params.page, params.pages(hits)
    address, headers = next_page_link(request, found.hits.cursor)
    if address is not None:
        page["next"] = address
    page["took_ms"] = round((perf_counter() - started) * 1000, 2)
    return reply(request, ordered(SearchAnswer, page), tag=tag, headers=headers)


@router.get(
    "/v1/autocomplete",
    operation_id="autocomplete",
    summary="Complete what is being typed",
    response_model=Completions,
    responses=responses(503),
)
def autocomplete(request: Request, archive: ArchiveDep, params: Annotated[AutocompleteParams, Query()]) -> Response:
    """Entities by any of their names, words of the archive, and headlines that begin so; and of several words the whole
    query, as its last word goes on in the archive."""
    wanted = set(params.kind) or {"entity", "phrase", "term", "headline"}
    state = known_state(request)
    with archive.database.reading() as session:
        version = state.rows if state is not None else None
        entities = _suggested_entities(session, params, version) if "entity" in wanted else []
    others = archive.engine.suggest(params.q, params.limit) if wanted - {"entity"} else []
    texts = [_suggested_text(each) for each in others if each.kind in wanted]
    # Entities get half, and what the others leave: neither kind may crowd out the other.
    room = max(params.limit - len(texts), (params.limit + 1) // 2)
    suggestions: Completions = {"suggestions": [*entities[:room], *texts][: params.limit]}
    return reply(request, suggestions)


def _suggested_entities(session: Session, params: AutocompleteParams, version: int | None) -> list[Suggested]:
    found: list[Suggested] = []
    for entity, alias in naming.complete(session, params.q, params.limit, version):
        shown: Suggested = {
            "kind": "entity",
            "text": entity.name,
            "id": entity.id,
            "count": entity.article_count,
        }
        hint = naming.entity_hint(entity) if alias == entity.name else f"also: {alias}"
        if hint is not None:
            shown["hint"] = hint
        found.append(ordered(Suggested, shown))
    return found


def _suggested_text(suggestion: Suggestion) -> Suggested:
    shown: Suggested = {"kind": suggestion.kind, "text": suggestion.text, "count": suggestion.count}
    if suggestion.id is not None:
        shown["id"] = suggestion.id
    return shown
