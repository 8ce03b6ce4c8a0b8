"""Adding articles: a form for files, a folder or an address, and what becomes of them."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from app.archive import Archive
from app.errors import InvalidParameter
from app.http.deps import ArchiveDep, JobId, KeysDep, no_parameters
from app.http.forms import HandedIn, handed_in
from app.http.here import known_sender, may_add_without_key
from app.http.prefix import prefix_of
from app.ingest.uploads import MOST_FILES, hand_in, hand_in_address
from app.read.jobs import job_detail
from app.store.jobs import load_job
from app.store.keys import Scope
from app.store.tables import UploadJob
from app.web.pages import render_page, unkept

router = APIRouter(include_in_schema=False)

_SCOPE: Scope = "ingest"
_LONGEST_SOURCE = 200
_FORM_BYTES = 100_000
"""Of what a request may hold, kept for what stands around the files in a form."""


@router.get("/add", dependencies=[Depends(no_parameters)])
def show_form(request: Request, archive: ArchiveDep) -> Response:
    most = archive.settings.most_upload_bytes - _FORM_BYTES
    return unkept(
        render_page(
            request, "add.html", needs_key=not may_add_without_key(request, archive), most=most, most_files=MOST_FILES
        )
    )


@router.post("/add", dependencies=[Depends(no_parameters)])
async def take_form(request: Request, archive: ArchiveDep, keys: KeysDep) -> Response:
    """Take files or an address from the page. A key comes as a field of the form, which no page elsewhere could fill
    in."""
    by = await run_in_threadpool(known_sender, request, archive, _SCOPE)
    async with handed_in(request) as form:
        if by is None:
            by = (await run_in_threadpool(keys.admit, request, form.fields.get("key", "").strip(), _SCOPE)).name
        job = await run_in_threadpool(_take_handed_in, archive, form, by)
    request.app.state.background.wake()
    return RedirectResponse(f"{prefix_of(request.scope)}/add/{job.id}", 303)


@router.get("/add/{job_id}", dependencies=[Depends(no_parameters)])
def show_upload(request: Request, archive: ArchiveDep, job_id: JobId) -> Response:
    """Show how far it is; whoever has the address handed it in."""
    with archive.database.reading() as session:
        job = job_detail(session, archive.settings, load_job(session, job_id))
    return unkept(render_page(request, "job.html", job=job, is_open=job["state"] in ("waiting", "running")))


def _take_handed_in(archive: Archive, form: HandedIn, by: str) -> UploadJob:
    source = form.fields.get("source", "").strip() or None
    if source is not None and len(source) > _LONGEST_SOURCE:
        raise InvalidParameter("source", f"A publisher has at most {_LONGEST_SOURCE} letters.")
    url = form.fields.get("url", "").strip()
    if url and form.uploads:
        raise InvalidParameter("url", "Hand in files or an address, one after the other.")
    if url:
        return hand_in_address(archive, url, by, source, pages="pages" in form.fields)
    if not form.uploads:
        raise InvalidParameter("files", "Choose files or a folder, or give an address.")
    return hand_in(archive, form.uploads, by, source)
