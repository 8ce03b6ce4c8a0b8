"""Changes of the archive, for whoever keeps a copy."""

from __future__ import annotations

from time import monotonic
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from app.archive import Archive
from app.http.capacity import SearchSlots
from app.http.deps import ArchiveDep, one_value_each
from app.http.openapi import responses
from app.http.responses import reply
from app.http.waiting import WaitingRoom
from app.read.changes import Changes, changes_since
from app.read.models import ChangePage
from app.read.params import ChangesParams

router = APIRouter(tags=["Archive"], dependencies=[Depends(one_value_each)])

_RESPONSES = responses(410, 503, paged=True)
_RESPONSES[410]["description"] = "The number is of another history."


@router.get(
    "/v1/changes",
    operation_id="listChanges",
    summary="Follow changes",
    response_model=ChangePage,
    responses=_RESPONSES,
)
async def list_changes(request: Request, archive: ArchiveDep, params: Annotated[ChangesParams, Query()]) -> Response:
    """What was added, revised, withdrawn, restored, erased or named otherwise after `since`, in order, with what it is
    now. With `wait` an answer without changes is held back until there is one."""
    room: WaitingRoom = request.app.state.waiting_room
    until = monotonic() + params.wait
    found = await _read_changes(request, archive, params)
    while params.wait and not found.rows and await room.wait(request, found.latest, until):
        found = await _read_changes(request, archive, params)
    answer: ChangePage = {
        "results": found.rows,
        "next_since": found.next_since,
        "latest": found.latest,
        "archive": found.history,
    }
    # To be kept, an answer must not depend on when it was asked for.
    headers = {"Cache-Control": "no-store"} if params.wait else {}
    if found.more:
        answer["next"] = _address_of_more(request, found)
        headers["Link"] = f'<{answer["next"]}>; rel="next"'
    return reply(request, answer, headers=headers)


async def _read_changes(request: Request, archive: Archive, params: ChangesParams) -> Changes:
    """Read in a thread, and at the cost of a search: so many do at once, and none while it waits."""
    slots: SearchSlots = request.app.state.search_slots
    await slots.acquire()
    try:
        return await run_in_threadpool(_asked_for, archive, params)
    finally:
        slots.release()


def _asked_for(archive: Archive, params: ChangesParams) -> Changes:
    with archive.database.reading() as session:
        return changes_since(session, params.since, limit=params.limit, history=params.archive, type=params.type)


def _address_of_more(request: Request, found: Changes) -> str:
    moved = {"since": str(found.next_since), "archive": found.history}
    kept = [item for item in request.query_params.multi_items() if item[0] not in moved]
    return f"{str(request.url).partition('?')[0]}?{urlencode([*kept, *moved.items()])}"
