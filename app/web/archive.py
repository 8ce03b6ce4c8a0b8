"""The page "Archive": what it holds, what it is doing, and what became of what it was given.

Figures are for everybody who may read. What was handed in, refused or withdrawn is for those who may do so: with a key,
which `/archive/work` asks the browser for, or on the machine of an archive without keys.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlmodel import Session

from app.archive import Archive
from app.http.deps import ArchiveDep, no_parameters
from app.http.here import check_may_see, may_see
from app.read.feeds import feed_view
from app.read.holdings import RefusedInput, holdings, latest_posts, refused_inputs
from app.read.jobs import job_view
from app.read.models import Job
from app.store.feeds import newest_feeds
from app.store.jobs import count_jobs, newest_jobs
from app.store.withdrawals import WithdrawnArticle, withdrawn_articles
from app.web.address import Address
from app.web.pages import OlderParams, older_link, render_page, unkept

_FEW, _MANY = 8, 50
"""Rows of a list on the page itself, and where the list is all there is."""
_SOURCES = 100

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class ListSlice:
    """Rows of a list, of `total`. `older` is where it goes on."""

    jobs: list[Job]
    refused: list[RefusedInput]
    withdrawn: list[WithdrawnArticle]
    total: int
    older: Address | None


@router.get("/archive", dependencies=[Depends(no_parameters)])
def show_archive(request: Request, archive: ArchiveDep) -> Response:
    return _overview(request, archive, with_work=may_see(request, archive, "ingest"))


@router.get("/archive/work", dependencies=[Depends(no_parameters)])
def show_work(request: Request, archive: ArchiveDep) -> Response:
    """Show the same to those who have a key: without one it is refused, so that a browser asks for it."""
    check_may_see(request, archive, "ingest")
    return _overview(request, archive, with_work=True)


@router.get("/archive/jobs")
def list_jobs_page(request: Request, archive: ArchiveDep, params: OlderParams = Query()) -> Response:  # noqa: B008
    check_may_see(request, archive, "ingest")
    with archive.database.reading() as session:
        listed = _job_rows(session, _MANY, params.before)
    return _list_page(request, "Jobs", listed)


@router.get("/archive/rejections")
def list_rejections_page(request: Request, archive: ArchiveDep, params: OlderParams = Query()) -> Response:  # noqa: B008
    check_may_see(request, archive, "ingest")
    with archive.database.reading() as session:
        listed = _rejected(archive, session, _MANY, params.before)
    return _list_page(request, "Refused", listed)


@router.get("/archive/withdrawn")
def list_withdrawn_page(request: Request, archive: ArchiveDep, params: OlderParams = Query()) -> Response:  # noqa: B008
    check_may_see(request, archive, "admin")
    with archive.database.reading() as session:
        listed = _withdrawn(session, _MANY, params.before)
    return _list_page(request, "Withdrawn", listed)


def _overview(request: Request, archive: Archive, *, with_work: bool) -> Response:
    may_restore = with_work and may_see(request, archive, "admin")
    with archive.database.reading() as session:
        held = holdings(archive, session)
        page = render_page(
            request, "archive.html",
            held=held, sources=held.sources[:_SOURCES], may_see=with_work,
            jobs=_job_rows(session, _FEW) if with_work else None,
            posts=latest_posts(session, _FEW) if with_work else None,
            refused=_rejected(archive, session, _FEW) if with_work else None,
            withdrawn=_withdrawn(session, _FEW) if may_restore else None,
            feeds=[feed_view(row) for row in newest_feeds(session, _MANY)] if with_work else None,
        )  # fmt: skip
    return unkept(page)


def _list_page(request: Request, title: str, listed: ListSlice) -> Response:
    return unkept(render_page(request, "archive_list.html", title=title, listed=listed))


def _job_rows(session: Session, limit: int, before: int | None = None) -> ListSlice:
    found = newest_jobs(session, limit + 1, before)
    older = older_link("/archive/jobs", found[limit - 1].number) if len(found) > limit else None
    total = sum(count_jobs(session).values())
    return ListSlice([job_view(job) for job in found[:limit]], [], [], total, older)


def _rejected(archive: Archive, session: Session, limit: int, before: int | None = None) -> ListSlice:
    found, total = refused_inputs(archive, session, limit + 1, before)
    older = older_link("/archive/rejections", found[limit - 1].row.id) if len(found) > limit else None
    return ListSlice([], found[:limit], [], total, older)


def _withdrawn(session: Session, limit: int, before: int | None = None) -> ListSlice:
    found, total = withdrawn_articles(session, limit=limit + 1, before=before)
    older = older_link("/archive/withdrawn", found[limit - 1].log.number) if len(found) > limit else None
    return ListSlice([], [], found[:limit], total, older)
