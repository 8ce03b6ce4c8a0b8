"""The search that an article was opened from: its address has it, so the hits before and after are a link away."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from sqlmodel import Session

from app.archive import Archive
from app.errors import InvalidCursor
from app.http.prefix import prefix_of
from app.read.conditions import read_conditions
from app.search.answer import answer
from app.search.engine import Hits, SearchEngine
from app.web.address import Address, search_params


@dataclass(frozen=True, slots=True)
class Trail:
    """`results` is the page of results; `before` and `after` are articles beside this one, as far as there are any."""

    results: Address
    before: Address | None
    after: Address | None


def trail_of(request: Request, archive: Archive, engine: SearchEngine, session: Session, id: str) -> Trail | None:
    """Return the way back and on; None where the address tells no search, or one that has not found the article."""
    given = tuple(pair for pair in request.query_params.multi_items() if pair[1])
    if not given:
        return None
    params = search_params(request)
    asked = read_conditions(archive.database, session, params)
    root = prefix_of(request.scope)

    def hits_from(cursor: str | None) -> Hits:
        page = params.model_copy(update={"facet": [], "facet_query": "", "cursor": cursor})
        return answer(engine, page.to_query(asked.parsed.clause, asked.filters), params.match).hits

    def link(id: str, cursor: str | None = params.cursor) -> Address:
        pairs = Address("", given).without("cursor").pairs
        return Address(f"{root}/articles/{id}", (*pairs, ("cursor", cursor)) if cursor else pairs)

    try:
        shown = hits_from(params.cursor)
        ids = [hit.id for hit in shown.hits]
        if id not in ids:
            return None
        at = ids.index(id)
        after = link(ids[at + 1]) if at + 1 < len(ids) else None
        if after is None and shown.cursor is not None:
            following = hits_from(shown.cursor).hits
            after = link(following[0].id, shown.cursor) if following else None
    except InvalidCursor:
        return None
    return Trail(Address(f"{root}/", given), link(ids[at - 1]) if at else None, after)
