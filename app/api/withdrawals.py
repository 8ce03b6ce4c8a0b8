"""Articles out of sight: withdrawing, restoring and erasing one, and the log of all."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from app.http.deps import AdminDep, ArchiveDep, ArticleId, json_body, no_parameters, one_value_each
from app.http.openapi import NEEDS_KEY, responses
from app.http.responses import next_page_link, reply
from app.ingest.withdrawing import change_status
from app.read import cursors
from app.read.models import WithdrawalPage, WithdrawalTaken
from app.read.params import WithdrawalBody, WithdrawalParams
from app.read.withdrawals import withdrawal_view
from app.store import withdrawals as store

router = APIRouter(tags=["Withdrawals"], dependencies=[Depends(one_value_each)])


@router.post(
    "/v1/articles/{article_id}/withdrawals",
    operation_id="createWithdrawal",
    summary="Withdraw, restore or erase an article",
    status_code=201,
    response_model=WithdrawalTaken,
    responses=responses(400, 401, 403, 404, 409, 413, 415, tagged=False, success=201),
    openapi_extra=NEEDS_KEY,
    dependencies=[Depends(json_body), Depends(no_parameters)],
)
def create_withdrawal(
    request: Request, archive: ArchiveDep, key: AdminDep, article_id: ArticleId, body: WithdrawalBody
) -> Response:
    """A withdrawn article answers 410 with the reason and is found nowhere, until it is restored. An erased one is gone
    for good, from rows, index and free pages; backups that were made before still hold it."""
    done = change_status(archive, body.kind, [article_id], body.reason, key.name)
    answer: WithdrawalTaken = {"withdrawal": withdrawal_view(done.taken[0]), "indexed": done.indexed}
    return reply(request, answer, status=201)


@router.get(
    "/v1/withdrawals",
    operation_id="listWithdrawals",
    summary="List withdrawals",
    response_model=WithdrawalPage,
    responses=responses(400, 401, 403, paged=True),
    openapi_extra=NEEDS_KEY,
)
def list_withdrawals(
    request: Request, archive: ArchiveDep, _key: AdminDep, params: Annotated[WithdrawalParams, Query()]
) -> Response:
    """Says who withdrew, restored or erased what, when and why, newest first."""
    after = cursors.decode_page_end(params.cursor, int, "withdrawals")
    with archive.database.reading() as session:
        found, total = store.withdrawal_log(
            session, limit=params.limit + 1, before=int(after[0]) if after is not None else None
        )
    shown = found[: params.limit]
    answer: WithdrawalPage = {"results": [withdrawal_view(each) for each in shown], "total": total}
    last = (shown[-1].number or 0, "") if len(found) > params.limit else None
    address, headers = next_page_link(request, cursors.encode_page_end(last, "withdrawals") if last else None)
    if address is not None:
        answer["next"] = address
    return reply(request, answer, headers=headers)
