"""Jobs as they are shown."""

from __future__ import annotations

from typing import cast

from sqlmodel import Session

from app.ingest.fetching import is_address
from app.ingest.walk import at_address
from app.read.models import Job, JobDetail, JobState, RefusedRecord, WrittenCounts
from app.settings import Settings
from app.store import jobs, tables

MOST_REJECTIONS = 1_000
"""Shown of a job: one that has more is as a whole not what it was taken for."""


def job_view(row: tables.UploadJob) -> Job:
    counts = {name: row.counts.get(name, 0) for name in WrittenCounts.__annotations__}
    view: Job = {
        "id": row.id,
        "state": cast(JobState, row.state),
        "by": row.by,
        "files": row.files,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "done": row.done,
        "total": row.total,
        "counts": cast(WrittenCounts, counts),
        "notes": row.notes,
    }
    if row.source is not None:
        view["source"] = row.source
    if row.error is not None:
        view["error"] = row.error
    return view


def job_detail(session: Session, settings: Settings, row: tables.UploadJob) -> JobDetail:
    if is_address(row.files[0]):
        # Others may have asked for it before.
        place = at_address(row.files[0]).place
        found = jobs.rejections_since(session, place, row.created_at, MOST_REJECTIONS)
    else:
        found = jobs.rejections_of(session, str((settings.uploads_dir / row.id).resolve()), MOST_REJECTIONS)
    rejections: list[RefusedRecord] = []
    for each in found:
        refused: RefusedRecord = {"file": each.file, "reason": each.reason}
        if each.record is not None:
            refused["record"] = each.record
        rejections.append(refused)
    return {**job_view(row), "rejections": rejections}
