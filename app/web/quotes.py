"""What people say: quotes with their dates, each a link to the spot where it stands."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from app.http.deps import ArchiveDep
from app.read.params import QuoteParams
from app.read.quotes import find_spoken
from app.store import entities as store
from app.web.address import Address, filled_fields
from app.web.pages import Way, render_page

SORTS = (("-date", "Newest first"), ("date", "Oldest first"))
LIMIT = 20

router = APIRouter(include_in_schema=False)


@router.get("/quotes")
def show_quotes(request: Request, archive: ArchiveDep) -> Response:
    params, here = QuoteParams.checked({"limit": LIMIT, **filled_fields(request)}), Address.of(request)
    with archive.database.reading() as session:
        found = find_spoken(archive, archive.engine.still(), session, params)
        named = store.load_entities(session, [found.speaker] if found.speaker else [])
    call = Address("/v1/quotes", here.pairs)
    return render_page(
        request, "quotes.html",
        here=here, params=params, found=found, speaker=named.get(found.speaker or ""),
        sorts=[Way(label, here.having(sort=sort), sort == params.sort) for sort, label in SORTS],
        next=found.cursor and here.having(cursor=found.cursor), call=call, curl=call.curl(request),
    )  # fmt: skip
