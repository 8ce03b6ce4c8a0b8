"""The list of editors' decisions about copies, and undoing one. They are taken where two versions face each other."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from app.http.deps import ArchiveDep, KeysDep, no_parameters
from app.http.here import check_may_see
from app.http.prefix import prefix_of
from app.ingest.deciding import decide_copies
from app.read.decisions import copy_decision_view
from app.store.copy_decisions import CopyProposal, copy_decision_log
from app.store.tables import Decision
from app.web.decided import MANY, UndoneField, number_undone, with_headlines
from app.web.pages import OlderParams, older_link, render_page, unkept
from app.web.withdrawing import KeyField

_LIST = "/copies/decisions"

router = APIRouter(include_in_schema=False)


@router.get(_LIST)
def list_copy_decisions_page(
    request: Request, archive: ArchiveDep, params: OlderParams = Query()  # noqa: B008
) -> Response:  # fmt: skip
    check_may_see(request, archive, "admin")
    with archive.database.reading() as session:
        log, total, undone = copy_decision_log(session, limit=MANY + 1, before=params.before)
        rows = with_headlines(session, [copy_decision_view(each, undone) for each in log[:MANY]])
    older = older_link(_LIST, log[MANY - 1].number) if len(log) > MANY else None
    return unkept(render_page(request, "copy_decisions.html", rows=rows, total=total, older=older))


@router.post(_LIST, dependencies=[Depends(no_parameters)])
def undo_copy_decision(
    request: Request, archive: ArchiveDep, keys: KeysDep, key: KeyField = "", undoes: UndoneField = ""
) -> Response:
    by = keys.admit(request, key.strip(), "admin").name
    number = number_undone(undoes)
    with archive.database.reading() as session:
        undone = session.get(Decision, number)
        article = undone.article_id if undone is not None else None
    decide_copies(archive, CopyProposal("undo", article or "", undoes=number), by)
    return RedirectResponse(f"{prefix_of(request.scope)}{_LIST}", 303)
