"""Files over HTTP: handing them in, and what becomes of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from app.http.deps import ArchiveDep, IngestDep, JobId, json_body, no_parameters, one_value_each
from app.http.forms import handed_in
from app.http.headers import IdempotencyKey, checked_key
from app.http.openapi import NEEDS_KEY, body_of, responses
from app.http.prefix import prefix_of
from app.http.responses import next_page_link, reply
from app.ingest.uploads import hand_in, hand_in_address
from app.read import cursors
from app.read.jobs import job_detail, job_view
from app.read.models import Job, JobDetail, JobPage
from app.read.params import FetchBody, JobParams, PostParams
from app.store import jobs as store
from app.store.tables import Key, UploadJob

router = APIRouter(tags=["Articles"], dependencies=[Depends(one_value_each)])


@router.post(
    "/v1/uploads",
    operation_id="createUpload",
    summary="Hand in files",
    status_code=202,
    response_model=Job,
    responses=responses(400, 401, 403, 413, 415, 503, tagged=False, success=202),
    openapi_extra=NEEDS_KEY | body_of({"multipart/form-data": "FilesToHandIn"}),
)
async def create_upload(
    request: Request,
    archive: ArchiveDep,
    key: IngestDep,
    params: Annotated[PostParams, Query()],
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Files of any kind that the command line takes. They are kept, and read in the background: the answer is a job."""
    once = _job_key(key, idempotency_key)
    async with handed_in(request) as form:
        job = await run_in_threadpool(hand_in, archive, form.uploads, key.name, params.source, once)
    return _accepted(request, job)


@router.post(
    "/v1/fetches",
    operation_id="createFetch",
    summary="Have an address fetched",
    status_code=202,
    response_model=Job,
    responses=responses(400, 401, 403, 413, 415, 503, tagged=False, success=202),
    openapi_extra=NEEDS_KEY,
    dependencies=[Depends(json_body)],
)
def create_fetch(
    request: Request,
    archive: ArchiveDep,
    key: IngestDep,
    params: Annotated[PostParams, Query()],
    body: FetchBody,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """A page, a feed or a file on the web, which is fetched in the background: the answer is a job. Addresses that lead
    into the networks of the server are refused there."""
    job = hand_in_address(archive, body.url, key.name, params.source, _job_key(key, idempotency_key), pages=body.pages)
    return _accepted(request, job)


@router.get(
    "/v1/jobs",
    operation_id="listJobs",
    summary="List jobs",
    response_model=JobPage,
    responses=responses(400, 401, 403, paged=True),
    openapi_extra=NEEDS_KEY,
)
def list_jobs(
    request: Request, archive: ArchiveDep, _key: IngestDep, params: Annotated[JobParams, Query()]
) -> Response:
    """Lists what was handed in, newest first. A job that ended is forgotten after 30 days."""
    after = cursors.decode_page_end(params.cursor, int, "jobs")
    with archive.database.reading() as session:
        found = store.newest_jobs(session, params.limit + 1, int(after[0]) if after is not None else None)
        total = sum(store.count_jobs(session).values())
    shown = found[: params.limit]
    answer: JobPage = {"results": [job_view(job) for job in shown], "total": total}
    last = (shown[-1].number or 0, "") if len(found) > params.limit else None
    address, headers = next_page_link(request, cursors.encode_page_end(last, "jobs") if last else None)
    if address is not None:
        answer["next"] = address
    return reply(request, answer, headers=headers)


@router.get(
    "/v1/jobs/{job_id}",
    operation_id="getJob",
    summary="Read a job",
    response_model=JobDetail,
    responses=responses(401, 403, 404),
    openapi_extra=NEEDS_KEY,
    dependencies=[Depends(no_parameters)],
)
def get_job(request: Request, archive: ArchiveDep, _key: IngestDep, job_id: JobId) -> Response:
    """Says how far it is, how many records became what, and which were rejected: the first 1,000."""
    with archive.database.reading() as session:
        answer: JobDetail = job_detail(session, archive.settings, store.load_job(session, job_id))
    return reply(request, answer)


def _job_key(key: Key, idempotency_key: str | None) -> str | None:
    """Return what says that two requests are one job: keys of two senders are two."""
    once = checked_key(idempotency_key)
    return f"{key.prefix}\t{once}" if once else None


def _accepted(request: Request, job: UploadJob) -> Response:
    request.app.state.background.wake()
    answer: Job = job_view(job)
    return reply(request, answer, status=202, headers={"Location": f"{prefix_of(request.scope)}/v1/jobs/{job.id}"})
