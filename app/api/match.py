"""Where a text stands in the archive."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response

from app.http.capacity import hold_index_slot
from app.http.deps import ArchiveDep, json_body, no_parameters
from app.http.openapi import responses
from app.http.responses import reply
from app.read.matching import find_text, text_match
from app.read.models import TextMatch
from app.read.params import MatchBody

router = APIRouter(tags=["Search"])


@router.post(
    "/v1/match",
    operation_id="matchText",
    summary="Find where a text stands",
    response_model=TextMatch,
    responses=responses(400, 413, 415, 503, tagged=False),
    dependencies=[Depends(json_body), Depends(no_parameters), Depends(hold_index_slot, scope="function")],
)
def match_text(request: Request, archive: ArchiveDep, body: MatchBody) -> Response:
    """The articles that have the text or parts of it, eight words one behind the other or more: where these stand in
    either. Capitals, accents, punctuation and the shape of quotation marks say nothing. The earliest article first."""
    engine = archive.engine.still()
    with archive.database.reading() as session:
        found = find_text(engine, session, body.text, body.limit)
        return reply(request, text_match(found, str(request.base_url)))
