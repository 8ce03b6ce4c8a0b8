"""Decisions of editors: taking one, and the log of all."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from app.http.deps import AdminDep, ArchiveDep, EntityId, json_body, no_parameters, one_value_each
from app.http.openapi import NEEDS_KEY, responses
from app.http.responses import next_page_link, reply
from app.ingest.deciding import decide
from app.read import cursors
from app.read.decisions import decision_view
from app.read.models import DecisionPage, DecisionTaken
from app.read.params import DecisionBody, DecisionParams
from app.store import decisions as store

router = APIRouter(tags=["Decisions"], dependencies=[Depends(one_value_each)])


@router.post(
    "/v1/entities/{entity_id}/decisions",
    operation_id="createEntityDecision",
    summary="Decide about an entity",
    status_code=201,
    response_model=DecisionTaken,
    responses=responses(400, 401, 403, 404, 409, 413, 415, tagged=False, success=201),
    openapi_extra=NEEDS_KEY,
    dependencies=[Depends(json_body), Depends(no_parameters)],
)
def create_entity_decision(
    request: Request, archive: ArchiveDep, key: AdminDep, entity_id: EntityId, body: DecisionBody
) -> Response:
    """Merge, split, rename, retype, hide, pin a name, or undo. It shows at once, and holds for whatever comes later."""
    done = decide(archive, store.Proposal(entity_id=entity_id, **body.model_dump()), key.name)
    answer: DecisionTaken = {
        "decision": decision_view(done.decision),
        "articles": done.articles,
        "indexed": done.indexed,
    }
    return reply(request, answer, status=201)


@router.get(
    "/v1/decisions",
    operation_id="listDecisions",
    summary="List decisions",
    response_model=DecisionPage,
    responses=responses(400, 401, 403, paged=True),
    openapi_extra=NEEDS_KEY,
)
def list_decisions(
    request: Request, archive: ArchiveDep, _key: AdminDep, params: Annotated[DecisionParams, Query()]
) -> Response:
    """Who decided what and when, newest first. Nothing is ever taken out of this log."""
    asked = ("decisions", params.entity or "")
    after = cursors.decode_page_end(params.cursor, int, *asked)
    before = int(after[0]) if after is not None else None
    with archive.database.reading() as session:
        found, total, undone = store.decision_log(
            session, entity_id=params.entity, limit=params.limit + 1, before=before
        )
    shown = found[: params.limit]
    answer: DecisionPage = {"results": [decision_view(each, undone) for each in shown], "total": total}
    last = (shown[-1].number or 0, "") if len(found) > params.limit else None
    address, headers = next_page_link(request, cursors.encode_page_end(last, *asked) if last else None)
    if address is not None:
        answer["next"] = address
    return reply(request, answer, headers=headers)
