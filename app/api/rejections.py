"""What could not be taken in, whichever way it came."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from app.http.deps import ArchiveDep, IngestDep, one_value_each
from app.http.openapi import NEEDS_KEY, responses
from app.http.responses import next_page_link, reply
from app.read import cursors
from app.read.holdings import refused_inputs, rejected_record
from app.read.models import RejectionPage
from app.read.params import RejectionParams

router = APIRouter(tags=["Archive"], dependencies=[Depends(one_value_each)])


@router.get(
    "/v1/rejections",
    operation_id="listRejections",
    summary="List what was refused, and why",
    response_model=RejectionPage,
    responses=responses(400, 401, 403, paged=True),
    openapi_extra=NEEDS_KEY,
)
def list_rejections_answer(
    request: Request, archive: ArchiveDep, _key: IngestDep, params: Annotated[RejectionParams, Query()]
) -> Response:
    """Records and files that are no articles, newest first, of files, addresses and feeds alike. Articles that are sent
    to `/v1/articles` are told at once what is refused, and nothing is kept of that."""
    asked = ("rejections", params.source or "", params.file or "", str(params.passed))
    after = cursors.decode_page_end(params.cursor, int, *asked)
    before = int(after[0]) if after is not None else None
    with archive.database.reading() as session:
        found, total = refused_inputs(
            archive, session, params.limit + 1, before,
            source=params.source, file=params.file, with_passed=params.passed,
        )  # fmt: skip
    shown = found[: params.limit]
    answer: RejectionPage = {"results": [rejected_record(each) for each in shown], "total": total}
    last = (shown[-1].row.id or 0, "") if len(found) > params.limit else None
    address, headers = next_page_link(request, cursors.encode_page_end(last, *asked) if last else None)
    if address is not None:
        answer["next"] = address
    return reply(request, answer, headers=headers)
