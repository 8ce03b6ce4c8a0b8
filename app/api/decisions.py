"""Decisions of editors: taking one, and the log of all."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from app.http.deps import AdminDep, ArchiveDep, ArticleId, EntityId, json_body, no_parameters, one_value_each
from app.http.openapi import NEEDS_KEY, responses
from app.http.responses import next_page_link, reply
from app.ingest.deciding import decide, decide_copies
from app.read import cursors
from app.read.decisions import copy_decision_view, decision_view
from app.read.models import CopyDecisionPage, CopyDecisionTaken, DecisionPage, DecisionTaken
from app.read.params import CopyDecisionBody, CopyDecisionParams, DecisionBody, DecisionParams
from app.store import decisions as store
from app.store.copy_decisions import CopyProposal, copy_decision_log

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


@router.post(
    "/v1/articles/{article_id}/copies/decisions",
    operation_id="createCopyDecision",
    summary="Decide about copies",
    status_code=201,
    response_model=CopyDecisionTaken,
    responses=responses(400, 401, 403, 404, 409, 410, 413, 415, tagged=False, success=201),
    openapi_extra=NEEDS_KEY,
    dependencies=[Depends(json_body), Depends(no_parameters)],
)
def create_copy_decision(
    request: Request, archive: ArchiveDep, key: AdminDep, article_id: ArticleId, body: CopyDecisionBody
) -> Response:
    """Say that an article and another are copies of one piece of news, or are not, or undo that. It shows at once, and
    holds for the two texts whatever comes later."""
    done = decide_copies(archive, CopyProposal(article=article_id, **body.model_dump()), key.name)
    answer: CopyDecisionTaken = {
        "decision": copy_decision_view(done.decision),
        "articles": done.articles,
        "indexed": done.indexed,
    }
    return reply(request, answer, status=201)


@router.get(
    "/v1/decisions/copies",
    operation_id="listCopyDecisions",
    summary="List decisions about copies",
    response_model=CopyDecisionPage,
    responses=responses(400, 401, 403, paged=True),
    openapi_extra=NEEDS_KEY,
)
def list_copy_decisions(
    request: Request, archive: ArchiveDep, _key: AdminDep, params: Annotated[CopyDecisionParams, Query()]
) -> Response:
    """List who joined or parted which articles and when, newest first. Nothing is ever taken out of this log."""
    asked = ("copy decisions", params.article or "")
    after = cursors.decode_page_end(params.cursor, int, *asked)
    before = int(after[0]) if after is not None else None
    with archive.database.reading() as session:
        found, total, undone = copy_decision_log(session, article=params.article, limit=params.limit + 1, before=before)
    shown = found[: params.limit]
    answer: CopyDecisionPage = {"results": [copy_decision_view(each, undone) for each in shown], "total": total}
    last = (shown[-1].number or 0, "") if len(found) > params.limit else None
    address, headers = next_page_link(request, cursors.encode_page_end(last, *asked) if last else None)
    if address is not None:
        answer["next"] = address
    return reply(request, answer, headers=headers)


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
    """List who decided what and when, newest first. Nothing is ever taken out of this log."""
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
