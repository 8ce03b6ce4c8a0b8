"""Adding articles: a form for files, and what becomes of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from app.errors import InvalidParameter, KeyRequired
from app.http.deps import ArchiveDep, JobId, no_parameters
from app.http.forms import HandedIn, handed_in
from app.http.here import is_from_own_page, may_add_without_key
from app.http.prefix import prefix_of
from app.http.security import Keys, check_scope
from app.ingest.uploads import hand_in
from app.read.jobs import job_detail
from app.store.jobs import load_job
from app.store.keys import Scope
from app.web.pages import render_page

router = APIRouter(include_in_schema=False)

_SCOPE: Scope = "ingest"
_BY = "this machine"
_LONGEST_SOURCE = 200
_FORM = "multipart/form-data"


def _keys_of_app(request: Request) -> Keys:
    keys: Keys = request.app.state.keys
    return keys


KeysDep = Annotated[Keys, Depends(_keys_of_app)]


@router.get("/add", dependencies=[Depends(no_parameters)])
def show_form(request: Request, archive: ArchiveDep) -> Response:
    return _fresh(render_page(request, "add.html", needs_key=not may_add_without_key(request, archive)))


@router.post("/add", dependencies=[Depends(no_parameters)])
async def take_form(request: Request, archive: ArchiveDep, keys: KeysDep) -> Response:
    """Take files from the page. A key comes as a field of the form, which no page elsewhere could fill in."""
    by = await run_in_threadpool(_may_write, request, archive)
    async with handed_in(request) as form:
        if by is None:
            by = await run_in_threadpool(_by_field, archive, keys, form)
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
    return _fresh(render_page(request, "job.html", job=job, is_open=job["state"] in ("waiting", "running")))


def _may_write(request: Request, archive: ArchiveDep) -> str | None:
    """Return who sends, where that is clear before the form is read. Raises `KeyRequired` where the form cannot say."""
    if request.state.key is not None:
        return check_scope(request.state.key, _SCOPE).name
    if may_add_without_key(request, archive) and is_from_own_page(request):
        return _BY
    if not request.headers.get("content-type", "").startswith(_FORM):
        raise KeyRequired("Adding articles needs a key with the scope 'ingest'.")
    return None


def _by_field(archive: ArchiveDep, keys: Keys, form: HandedIn) -> str:
    given = form.fields.get("key", "").strip()
    found = keys.find(archive, given) if given else None
    if given and found is None:
        raise KeyRequired("The key is unknown or was revoked.")
    return check_scope(found, _SCOPE).name


def _fresh(response: Response) -> Response:
    """Kept by nobody: it depends on who asks, or changes from one moment to the next."""
    del response.headers["ETag"]
    response.headers["Cache-Control"] = "no-store"
    return response
