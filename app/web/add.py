"""Adding articles: a form for files, and what becomes of them."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from app.errors import InvalidParameter
from app.http.deps import ArchiveDep, JobId, KeysDep, no_parameters
from app.http.forms import handed_in
from app.http.here import known_sender, may_add_without_key
from app.http.prefix import prefix_of
from app.ingest.uploads import hand_in
from app.read.jobs import job_detail
from app.store.jobs import load_job
from app.store.keys import Scope
from app.web.pages import render_page, unkept

router = APIRouter(include_in_schema=False)

_SCOPE: Scope = "ingest"
_LONGEST_SOURCE = 200


@router.get("/add", dependencies=[Depends(no_parameters)])
def show_form(request: Request, archive: ArchiveDep) -> Response:
    return unkept(render_page(request, "add.html", needs_key=not may_add_without_key(request, archive)))


@router.post("/add", dependencies=[Depends(no_parameters)])
async def take_form(request: Request, archive: ArchiveDep, keys: KeysDep) -> Response:
    """Take files from the page. A key comes as a field of the form, which no page elsewhere could fill in."""
    by = await run_in_threadpool(known_sender, request, archive, _SCOPE)
    async with handed_in(request) as form:
        if by is None:
            by = (await run_in_threadpool(keys.admit, request, form.fields.get("key", "").strip(), _SCOPE)).name
        source = form.fields.get("source", "").strip() or None
        if source is not None and len(source) > _LONGEST_SOURCE:
            raise InvalidParameter("source", f"A publisher has at most {_LONGEST_SOURCE} letters.")
        job = await run_in_threadpool(hand_in, archive, form.uploads, by, source)
    request.app.state.background.wake()
    return RedirectResponse(f"{prefix_of(request.scope)}/add/{job.id}", 303)


@router.get("/add/{job_id}", dependencies=[Depends(no_parameters)])
def show_upload(request: Request, archive: ArchiveDep, job_id: JobId) -> Response:
    """Show how far it is; whoever has the address handed it in."""
    with archive.database.reading() as session:
        job = job_detail(session, archive.settings, load_job(session, job_id))
    return unkept(render_page(request, "job.html", job=job, is_open=job["state"] in ("waiting", "running")))
