"""Jobs: files that were handed in, and how far the archive is with them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, text, update
from sqlmodel import Session, col, select

from app.errors import NotFound
from app.store.tables import Rejection, UploadJob

_KEPT = timedelta(days=30)
"""After its end."""
_OPEN = ("waiting", "running")


def add_job(session: Session, job: UploadJob) -> None:
    session.add(job)
    session.flush()


def forget_jobs(session: Session, now: str) -> list[str]:
    """Forget those that ended long before `now`, and return their ids."""
    until = (datetime.fromisoformat(now) - _KEPT).isoformat()
    ended = col(UploadJob.state).not_in(_OPEN), col(UploadJob.updated_at) < until
    ids = list(session.exec(select(UploadJob.id).where(*ended)))
    session.connection().execute(delete(UploadJob).where(*ended))
    return ids


def earlier_jobs(session: Session, job: UploadJob) -> list[str]:
    """Return the ids of those that came from the same sender before."""
    wanted = select(UploadJob.id).where(UploadJob.by == job.by, col(UploadJob.number) < job.number)
    return list(session.exec(wanted))


def find_job(session: Session, id: str) -> UploadJob | None:
    return session.exec(select(UploadJob).where(UploadJob.id == id)).first()


def load_job(session: Session, id: str) -> UploadJob:
    found = find_job(session, id)
    if found is None:
        raise NotFound("job", id)
    return found


def newest_jobs(session: Session, limit: int, before: int | None = None) -> list[UploadJob]:
    """Newest first, those with a lower number than `before`."""
    wanted = select(UploadJob).order_by(col(UploadJob.number).desc()).limit(limit)
    return list(session.exec(wanted if before is None else wanted.where(col(UploadJob.number) < before)))


def open_jobs(session: Session) -> list[UploadJob]:
    """Return those that are not done, in the order in which they will be."""
    wanted = select(UploadJob).where(col(UploadJob.state).in_(_OPEN))
    return list(session.exec(wanted.order_by(text("state = 'waiting'"), col(UploadJob.number))))


def next_job(session: Session, of: Collection[str] | None = None) -> UploadJob | None:
    """Return the one to be done now: the one that was begun, or the oldest that waits; where ids are given, `of` these
    alone."""
    wanted = select(UploadJob).where(col(UploadJob.state).in_(_OPEN))
    if of is not None:
        wanted = wanted.where(col(UploadJob.id).in_(of))
    return session.exec(wanted.order_by(text("state = 'waiting'"), col(UploadJob.number)).limit(1)).first()


def count_jobs(session: Session) -> dict[str, int]:
    """Return how many there are of each state."""
    found = session.exec(select(UploadJob.state, func.count()).group_by(col(UploadJob.state)))
    return {"waiting": 0, "running": 0, "done": 0, "failed": 0} | dict(found.all())


def note_progress(session: Session, id: str, **columns: object) -> None:
    """Set columns of a job, in the transaction of what it did."""
    session.connection().execute(update(UploadJob).where(col(UploadJob.id) == id).values(**columns))


def rejections_of(session: Session, folder: str, limit: int) -> Sequence[Rejection]:
    """Return what was refused of the files below a folder."""
    return _first_rejections(session, _below(folder), limit)


def rejections_since(session: Session, place: str, since: str, limit: int) -> Sequence[Rejection]:
    """Return what was refused at a place or below it at that time or later, and still is."""
    stands = (col(Rejection.path) == place) | _below(place), ~col(Rejection.resolved), col(Rejection.seen_at) >= since
    return _first_rejections(session, and_(*stands), limit)


def _below(folder: str) -> ColumnElement[bool]:
    return col(Rejection.path).between(f"{folder}/", f"{folder}0")  # "0" comes after "/"


def _first_rejections(session: Session, which: ColumnElement[bool], limit: int) -> Sequence[Rejection]:
    return session.exec(select(Rejection).where(which).order_by(col(Rejection.id)).limit(limit)).all()
