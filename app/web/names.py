"""All names: who, what and where the archive writes of, those in most articles first or by the alphabet."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from app.http.deps import ArchiveDep
from app.read.entities import entity_page, entity_summary
from app.search.attributes import ENTITY, FACETS
from app.web.address import Address, entity_params
from app.web.pages import Way, render_page

KINDS = (("", "All"), *((name, row.title) for name, row in FACETS.items() if row.view is ENTITY))
SORTS = (("-count", "Most articles"), ("name", "A to Z"))
LIMIT = 99
"""Three columns of 33: about a screen."""

router = APIRouter(include_in_schema=False)


@router.get("/entities")
def show_names(request: Request, archive: ArchiveDep) -> Response:
    params, here = entity_params(request, LIMIT), Address.of(request)
    page, cursor = entity_page(archive, params)
    call = Address("/v1/entities", here.pairs)
    return render_page(
        request, "names.html",
        here=here, params=params, total=page.total, names=[entity_summary(entity) for entity in page.items],
        kinds=[Way(label, _of_kind(here, kind), kind == (params.type or "")) for kind, label in KINDS],
        sorts=[Way(label, here.having(sort=sort), sort == params.sort) for sort, label in SORTS],
        next=cursor and here.having(cursor=cursor), call=call, curl=call.curl(request),
    )  # fmt: skip


def _of_kind(here: Address, kind: str) -> Address:
    return here.having(type=kind) if kind else here.without("type")
