"""What the archive holds and what it is doing, of one moment: for the page that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session

from app.archive import Archive
from app.disk import size_on_disk
from app.ingest.fetching import is_address
from app.ingest.posting import count_statuses
from app.read.jobs import job_view
from app.read.meaning import meaning_stats
from app.read.models import Job, RejectedRecord
from app.store import articles, feeds, jobs, rejections, searches, sent
from app.store.keys import list_keys
from app.store.relation_counts import RelationCounts, relation_counts
from app.store.sequence import count_changed_after
from app.store.tables import Rejection
from app.store.unnamed import count_waiting


@dataclass(frozen=True, slots=True)
class Holdings:
    """`size` is in bytes, of the whole data folder. `unnamed` articles await their names, which the server `recognises`
    or somebody will; the index is `behind` by so many changes. `under_way` are the jobs that are not done, the one that
    is read now first. So many feeds are being looked at, `unmeant` articles await a vector for ranking by meaning, and
    `unsent` messages of saved searches wait."""

    figures: articles.ArchiveStats
    related: RelationCounts
    sources: list[articles.SourceCount]
    size: int
    unnamed: int
    recognises: bool
    behind: int
    under_way: list[Job]
    feeds: int
    unmeant: int
    unsent: int

    @property
    def is_busy(self) -> bool:
        named, made = self.unnamed and self.recognises, self.feeds or self.unmeant
        return bool(named or made or self.behind or self.under_way or self.related.waiting)


@dataclass(frozen=True, slots=True)
class Post:
    """A request with an `Idempotency-Key` that brought articles, `by` whom and what became of them: `counts` by status.
    Others leave no trace but the articles."""

    by: str
    at: str
    finished: bool
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class RefusedInput:
    """A rejection, with what there is to do about it."""

    row: Rejection
    remedy: str


def holdings(archive: Archive, session: Session) -> Holdings:
    """Look at the index first: then the rows are never behind it."""
    shown = archive.engine.status().sequence
    return Holdings(
        figures=articles.archive_stats(session),
        related=relation_counts(session),
        sources=articles.source_counts(session),
        size=size_on_disk(archive.settings.data_dir),
        unnamed=count_waiting(session),
        recognises=archive.settings.recognise,
        behind=count_changed_after(session, shown),
        under_way=[job_view(job) for job in jobs.open_jobs(session)],
        feeds=feeds.count_due(session, datetime.now(UTC).isoformat(timespec="seconds")),
        unmeant=meaning_stats(archive)["waiting"],
        unsent=searches.count_unsent(session),
    )


def latest_posts(session: Session, limit: int) -> list[Post]:
    names = {key.prefix: key.name for key in list_keys(session)}
    found = sent.newest_sent(session, limit, datetime.now(UTC).isoformat())
    return [
        Post(
            names.get(each.caller, each.caller),
            each.begun_at,
            each.finished,
            count_statuses(results for _, results in sent.sent_parts(session, each.caller, each.key)),
        )
        for each in found
    ]


def refused_inputs(
    archive: Archive,
    session: Session,
    limit: int,
    before: int | None = None,
    *,
    source: str | None = None,
    file: str | None = None,
    with_passed: bool = False,
) -> tuple[list[RefusedInput], int]:
    """Return the rejections that stand, and those `with_passed` that passed since, newest first, and how many there
    are; of inputs given with that source, and of that file or what it holds."""
    found, total = rejections.newest_rejections(
        session, limit=limit, before=before, source=source, file=file, with_passed=with_passed
    )
    uploads = f"{archive.settings.uploads_dir.resolve()}/"
    return [RefusedInput(row, _remedy(row, uploads)) for row in found], total


def rejected_record(refused: RefusedInput) -> RejectedRecord:
    row = refused.row
    shown: RejectedRecord = {
        "file": row.file,
        "reason": row.reason,
        "seen_at": row.seen_at,
        "passed": row.resolved,
        "remedy": "None is needed: it passed since." if row.resolved else refused.remedy,
    }
    if row.record is not None:
        shown["record"] = row.record
    if row.source is not None:
        shown["source"] = row.source
    return shown


def _remedy(row: Rejection, uploads: str) -> str:
    if row.path.startswith(uploads):
        return "Mend the file, and hand it in again by the same name."
    if is_address(row.file):
        return "Once it is mended there: dateline ingest --retry"
    return "Mend the file, then: dateline ingest --retry"
