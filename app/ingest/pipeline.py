"""The way in: paths to articles. One function for the command line, HTTP and tests."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from app.archive import Archive
from app.ingest.fetching import Fetcher, is_address
from app.ingest.formats import Format
from app.ingest.intake import Intake
from app.ingest.lock import queue_path
from app.ingest.mapping import FieldMap
from app.ingest.reading import Reading
from app.ingest.report import OnProgress, Report
from app.ingest.run import one_run
from app.ingest.settling import settled_when_stopped
from app.ingest.walk import Found, Places, again, at_address, check, is_gone, on_disk, own, walk
from app.store import rejections
from app.store.tables import Rejection


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """`source` is for records that name none. `workers` 0: as in the settings. `retry`: the files of unresolved
    rejections, besides the paths given. `patience`: seconds to wait for another who writes. `map` says which fields are
    ours, where their names do not. `fetch_pages`: with the pages that feeds point to."""

    source: str | None = None
    format: Format | None = None
    skip_entities: bool = False
    workers: int = 0
    retry: bool = False
    patience: float = 0.0
    map: FieldMap = field(default_factory=FieldMap)
    fetch_pages: bool = False


def ingest(
    paths: Sequence[Path],
    archive: Archive,
    options: IngestOptions | None = None,
    progress: OnProgress | None = None,
    *,
    below: Path | None = None,
    addresses: Sequence[str] = (),
) -> Report:
    """Take in what is at the paths, `below` as in `walk`, and at addresses of the web.

    Raises `InputUnreadable` for a path that is not there and `ArchiveBusy` where another writes or goes over files for
    too long, both before anything is changed. What is wrong inside a file is a rejection, never an error. Others may
    write between its batches.
    """
    options = options or IngestOptions()
    check(paths, _own(archive))
    with one_run(archive, options.patience) as turn, settled_when_stopped(archive):
        intake = Intake(archive, progress, options.workers, names=not options.skip_entities, turn=turn)
        ours = _own(archive)
        files = {found.path: found for found in walk(paths, ours, below=below)}
        files |= {found.path: found for found in map(at_address, addresses)}
        if options.retry:
            _add_refused(files, ours, archive, intake.tally.notes)
        hosts, pause = archive.settings.fetch_hosts.split(), archive.settings.fetch_pause
        is_fetched = any(found.url is not None for found in files.values())
        fetching = Fetcher(hosts, pages=options.fetch_pages, pause=pause) if is_fetched else nullcontext()
        with fetching as fetcher:
            reading = Reading(
                [*files.values()], options.source, options.format, intake.tally, intake.labels.of, options.map, fetcher
            )
            return intake.take(reading)


def _own(archive: Archive) -> Places:
    settings = archive.settings
    locks = (settings.lock_path, queue_path(settings.lock_path), settings.run_lock_path)
    return own(settings.database_path, settings.data_dir, settings.index_dir, *locks)


def _add_refused(files: dict[Path, Found], ours: Places, archive: Archive, notes: list[str]) -> None:
    """Add the files of which something was refused, but for those that are gone, which are noted."""
    with archive.database.reading() as session:
        rejected = rejections.files_to_retry(session)
    uploads = f"{archive.settings.uploads_dir.resolve()}/"
    if handed_in := sum(refused.path.startswith(uploads) for refused in rejected):
        notes.append(
            f"Handed in to a server were {handed_in:,} of the files with rejections. They are not kept: mend them and "
            "hand them in again by the same names."
        )
    for refused in rejected:
        if refused.path.startswith(uploads):
            continue
        if is_address(refused.file):
            found = at_address(refused.file)
            files.setdefault(found.path, _as_before(found, refused))
            continue
        path, name = on_disk(Path(refused.path), refused.file)
        if is_gone(path):
            notes.append(f"{refused.file} is gone.")
        elif path not in files:
            for found in again(path, name, ours):
                files.setdefault(found.path, _as_before(found, refused))


def _as_before(found: Found, refused: Rejection) -> Found:
    return replace(found, source=refused.source, format=cast("Format | None", refused.format))
