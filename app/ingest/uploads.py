"""Files that are handed in: kept in the data folder until they are done, and read as those of the command line are. An
address of the web that is handed in is kept as a file that says so, and fetched when its turn comes.

What is done of a job is noted in the transaction of each batch, so that one which was cut off goes on behind it.
"""

from __future__ import annotations

import logging
import re
import secrets
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path, PurePosixPath
from time import time
from typing import BinaryIO

import msgspec
from sqlmodel import Session

from app.archive import Archive
from app.disk import fsync_path
from app.entry import unfit
from app.errors import DatelineError, FetchRefused, InvalidParameter, RequestChanged, StorageFailed
from app.fetch import LONGEST_URL, checked_address
from app.ingest.fetching import Fetcher, is_address
from app.ingest.intake import Became, Intake
from app.ingest.lock import turns
from app.ingest.posting import STATUS_OF
from app.ingest.reading import FileEnd, Incoming, Reading
from app.ingest.walk import Found, at_address, walk
from app.store import jobs, rejections
from app.store.tables import UploadJob
from app.store.unnamed import put_in_queue
from app.text import fingerprint, printable

log = logging.getLogger(__name__)

MOST_FILES = 1_000
_PIECE = 1024 * 1024
_COMING = 3600
"""Seconds for which files may be on their way into their folder."""
_MOST_TRIES = 3
"""A job in whose midst the process ended as often is given up: it would end it for ever."""
_NOT_IN_NAMES = re.compile(r"[^\w.,()\[\] -]")
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was handed in. `name` may be a path below the folder that was chosen."""

    name: str
    file: BinaryIO


class _KeptAddress(msgspec.Struct):
    """An address as it is kept. In `UploadJob.files` it stands as it is: no name of a file has two slashes."""

    url: str
    pages: bool


def hand_in(
    archive: Archive, uploads: Sequence[Upload], by: str, source: str | None, once: str | None = None
) -> UploadJob:
    """Keep the files and queue a job for them. `once` says that it is the same as an earlier one, which is then
    returned. Raises `InvalidParameter` for no files or too many, and `RequestChanged`."""
    if not 0 < len(uploads) <= MOST_FILES:
        raise InvalidParameter("files", f"Hand in 1 to {MOST_FILES:,} files at once.")
    return _queue_job(archive, uploads, [shown_name(upload.name) for upload in uploads], by, source, once)


def hand_in_address(
    archive: Archive, url: str, by: str, source: str | None, once: str | None = None, *, pages: bool = False
) -> UploadJob:
    """Queue a job that fetches what is at an address, with the `pages` that a feed points to. Raises as `hand_in`."""
    url = url.strip()
    if len(url) > LONGEST_URL or (wrong := unfit(url)):
        what = f"is longer than {LONGEST_URL:,} characters" if len(url) > LONGEST_URL else f"holds {wrong}"
        raise InvalidParameter("url", f"It {what}, which no address needs.")
    try:
        checked_address(url)
    except FetchRefused:
        raise InvalidParameter("url", "It is no address of the web, such as https://news.example/page.") from None
    asked = Upload("address.json", BytesIO(msgspec.json.encode(_KeptAddress(url, pages))))
    return _queue_job(archive, [asked], [url], by, source, once)


def _queue_job(
    archive: Archive, uploads: Sequence[Upload], files: list[str], by: str, source: str | None, once: str | None
) -> UploadJob:
    id = fingerprint("job", once)[:16] if once is not None else secrets.token_hex(8)
    folder = archive.settings.uploads_dir / id
    unfinished = folder.with_name(f".{id}-{secrets.token_hex(4)}")
    try:
        digest = _keep(uploads, unfinished, source)
        with archive.database.writing() as session:
            if (same := jobs.find_job(session, id)) is not None:
                if same.sha256 != digest:
                    raise RequestChanged(str(once).rpartition("\t")[2])
                return same
            _put_in_place(unfinished, folder)
            now = datetime.now(UTC).isoformat(timespec="seconds")
            size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
            job = UploadJob(
                id=id, state="waiting", by=by, source=source, files=files, created_at=now, updated_at=now,
                total=size, sha256=digest,
            )  # fmt: skip
            for old in jobs.forget_jobs(session, now):
                rejections.forget_rejections(session, str((archive.settings.uploads_dir / old).resolve()))
            jobs.add_job(session, job)
    except OSError as error:
        raise StorageFailed(f"What is handed in cannot be kept: {error.strerror}.") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return job


def shown_name(name: str) -> str:
    """Return the name of a file as it is shown_name, whatever the client calls it: it is never a path here."""
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", ".", "..")]
    return printable("/".join(parts))[-_LONGEST_NAME:].lstrip("/") or "file"


def next_job_here(archive: Archive, session: Session) -> UploadJob | None:
    """Return the job whose turn it is, of those whose files this machine has: no other can read them."""
    if not archive.database.is_shared:
        return jobs.next_job(session)
    folder = archive.settings.uploads_dir
    kept = [each.name for each in folder.iterdir() if not each.name.startswith(".")] if folder.exists() else []
    return jobs.next_job(session, kept) if kept else None


def do_next_job(archive: Archive) -> bool:
    """Do the job whose turn it is. Return whether there was one."""
    with archive.database.writing() as session:
        job = next_job_here(archive, session)
        if job is None:
            return False
        folder = archive.settings.uploads_dir / job.id
        error = _hopeless(job, folder)
        if error is not None:
            jobs.note_progress(session, job.id, state="failed", error=error, updated_at=_this_second())
        else:
            jobs.note_progress(session, job.id, state="running", tries=job.tries + 1, updated_at=_this_second())
    if error is None:
        _do_or_leave(archive, job, folder)
    shutil.rmtree(folder, ignore_errors=True)
    return True


def _do_or_leave(archive: Archive, job: UploadJob, folder: Path) -> None:
    """A disk that gives trouble is not the job's fault: it is not counted against it."""
    try:
        _do(archive, job, folder)
    except DatelineError:
        with suppress(DatelineError), archive.database.writing() as session:
            jobs.note_progress(session, job.id, tries=job.tries)
        raise


def _hopeless(job: UploadJob, folder: Path) -> str | None:
    """Return why a job cannot be done, ever."""
    if job.tries >= _MOST_TRIES:
        return f"The process that read it was ended {job.tries} times: most likely it takes too much memory."
    return None if folder.exists() else "Its files are gone from the data folder. Hand them in again."


def sweep(archive: Archive) -> None:
    """Remove what a kill left of files whose job is done, or never was."""
    if not archive.settings.uploads_dir.exists():
        return
    with archive.database.writing() as session:  # nobody hands in meanwhile
        for folder in archive.settings.uploads_dir.iterdir():
            job = jobs.find_job(session, folder.name)
            is_coming = folder.name.startswith(".") and time() - folder.stat().st_mtime < _COMING
            if not is_coming and (job is None or job.state in ("done", "failed")):
                shutil.rmtree(folder, ignore_errors=True)


def _keep(uploads: Sequence[Upload], folder: Path, source: str | None) -> str:
    """Write the files, each in a folder of its own by its number. Return the hash of all that was handed in."""
    digest = sha256((source or "").encode())
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    for number, upload in enumerate(uploads):
        place = folder / f"{number:04}"
        place.mkdir(mode=0o700, parents=True)
        own = _NOT_IN_NAMES.sub("_", PurePosixPath(shown_name(upload.name)).name).lstrip(".") or "file"
        digest.update(f"\n{upload.name}\n".encode("utf-8", "surrogatepass"))
        with (place / own).open("xb") as kept:
            while piece := upload.file.read(_PIECE):
                digest.update(piece)
                kept.write(piece)
        fsync_path(place / own)
        fsync_path(place)
    fsync_path(folder)
    return digest.hexdigest()


def _put_in_place(unfinished: Path, folder: Path) -> None:
    """The folder takes its name before the row that speaks of it is there; one by that name is none of a job's."""
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)
    fsync_path(folder.parent)


def _do(archive: Archive, job: UploadJob, folder: Path) -> None:
    turn = turns(archive)
    with _what_to_read(archive, job, folder) as (files, fetcher):
        # What is at an address may be another thing by now, so it is read from its beginning.
        journal = _JobJournal(job, Counter() if fetcher else Counter(job.counts))
        intake = Intake(archive, None, 1, names=False, journal=journal, turn=turn)
        label = (lambda found: found.name) if fetcher else (lambda found: f"HTTP/{job.by}/{found.name}")
        reading = Reading(files, job.source, None, intake.tally, label, fetcher=fetcher)
        journal.reading = reading
        report = intake.take(reading if fetcher else _Rest(reading, sum(job.counts.values())))
    with archive.database.writing() as session:
        # A file that is handed in again stands for the one before.
        former = [str((archive.settings.uploads_dir / id).resolve()) for id in jobs.earlier_jobs(session, job)]
        rejections.supersede_rejections(session, former, set(job.files))
        jobs.note_progress(
            session, job.id, state="done", done=job.total, notes=list(report.notes), updated_at=_this_second()
        )


@contextmanager
def _what_to_read(archive: Archive, job: UploadJob, folder: Path) -> Iterator[tuple[list[Found], Fetcher | None]]:
    """Give what a job is to read: the files in its folder, or an address with what fetches it."""
    if not is_address(job.files[0]):
        yield [replace(found, name=_name_in_job(found, job, folder)) for found in walk([folder])], None
        return
    [kept] = folder.rglob("address.json")
    asked = msgspec.json.decode(kept.read_bytes(), type=_KeptAddress)
    hosts, pause = archive.settings.fetch_hosts.split(), archive.settings.fetch_pause
    with Fetcher(hosts, pages=asked.pages, pause=pause) as fetcher:
        yield [at_address(asked.url)], fetcher


def _name_in_job(found: Found, job: UploadJob, folder: Path) -> str:
    """Return what the client calls the file. The folder that a file stands in is its number."""
    number = int(found.path.relative_to(folder.resolve()).parts[0])
    return job.files[number]


@dataclass(slots=True)
class _Rest:
    """What a reading yields, without the records that are dealt with. A file's end says nothing here: what was refused
    of a file is not read again."""

    reading: Reading
    dealt_with: int

    @property
    def done(self) -> int:
        return self.reading.done

    @property
    def total(self) -> int:
        return self.reading.total

    def __iter__(self) -> Iterator[Incoming]:
        left = self.dealt_with
        for incoming in self.reading:
            if isinstance(incoming, FileEnd):
                continue
            if left:
                left -= 1
                continue
            yield incoming


@dataclass(slots=True)
class _JobJournal:
    job: UploadJob
    counts: Counter[str]
    reading: Reading | None = None

    def note(self, session: Session, became: Sequence[Became]) -> None:
        put_in_queue(session, [each.article for each in became if each.article is not None])
        self.counts.update(STATUS_OF.get(each.outcome, each.outcome) for each in became)
        done = self.reading.done if self.reading is not None else 0
        # Tried anew: it has come further than where it was cut off.
        columns = {"counts": dict(self.counts), "done": done, "updated_at": _this_second(), "tries": 1}
        jobs.note_progress(session, self.job.id, **columns)


def _this_second() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
