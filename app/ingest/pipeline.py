"""The way in: paths to articles. One function for the command line, HTTP and tests."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import cast

from sqlmodel import Session

from app.archive import Archive
from app.ingest import indexing, recognition, rows
from app.ingest.draft import Draft
from app.ingest.labels import Labels
from app.ingest.lock import writing_alone
from app.ingest.readers import Format
from app.ingest.reading import FileEnd, Incoming, Reading, refusal
from app.ingest.recognition import Recognised, Recogniser, Task, Text
from app.ingest.report import OnProgress, Progress, Report, Stage, Tally
from app.ingest.settling import settled_when_stopped
from app.ingest.verdict import Judge, Met, Verdict, wanting
from app.ingest.walk import Found, Places, again, check, is_gone, own, walk
from app.store import articles, provenance, rejections
from app.store.linking import replace_names
from app.store.rejections import Refusal
from app.store.sequence import next_sequence
from app.store.tables import Rejection

_BATCH_WITH_NAMES = recognition.BATCH
# Without it the fixed cost of a transaction counts.
_BATCH_WITHOUT = 500
_BATCH_CHARACTERS = 4_000_000


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """`source` is for records that name none. `workers` 0: as in the settings. `retry`: the files of unresolved
    rejections, besides the paths given."""

    source: str | None = None
    format: Format | None = None
    skip_entities: bool = False
    workers: int = 0
    retry: bool = False


def ingest(
    paths: Sequence[Path],
    archive: Archive,
    options: IngestOptions | None = None,
    progress: OnProgress | None = None,
) -> Report:
    """Raises `InputUnreadable` for a path that is not there and `ArchiveBusy` where another ingest runs, both before
    anything is changed. What is wrong inside a file is a rejection, never an error."""
    check(paths, _own(archive))
    with writing_alone(archive.settings.lock_path), settled_when_stopped(archive):
        return _Run(archive, options or IngestOptions(), progress).run(paths)


@dataclass(slots=True)
class _Batch:
    drafts: list[Draft] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    ends: list[FileEnd] = field(default_factory=list)
    wanted: list[int] = field(default_factory=list)
    """Numbers of the drafts that were sent to recognition."""
    size: int = 0
    done: int = 0
    """Bytes read when it was full."""
    again: str | None = None
    """The file that is read again after it, of which nothing in it counts."""

    def add(self, incoming: Incoming) -> None:
        if isinstance(incoming, Draft):
            self.drafts.append(incoming)
            self.size += incoming.size
        elif isinstance(incoming, Refusal):
            self.refusals.append(incoming)
        elif isinstance(incoming, FileEnd):
            self.ends.append(incoming)
        else:
            self.again = incoming.path

    def is_full(self, limit: int) -> bool:
        """A file that is read again begins a batch: two readings of it are never in one."""
        if self.again is not None:
            return True
        return len(self.drafts) >= limit or self.size >= _BATCH_CHARACTERS or len(self.refusals) >= _BATCH_WITHOUT


class _Run:
    def __init__(self, archive: Archive, options: IngestOptions, progress: OnProgress | None) -> None:
        self._archive = archive
        self._options = options
        self._progress = progress
        self._names = not options.skip_entities
        self._pipeline = (lambda: archive.enricher.pipeline) if self._names else None
        self._tally = Tally()
        self._now = datetime.now(UTC).isoformat()
        self._labels = Labels(archive.database)
        self._met = Met()
        self._recogniser = Recogniser(
            archive.settings.model if self._names else None,
            lambda: archive.enricher,
            options.workers or archive.settings.recognising_processes,
        )
        self._pace = indexing.Pace()

    def run(self, paths: Sequence[Path]) -> Report:
        reading = Reading(self._files(paths), self._options.source, self._options.format, self._tally, self._labels.of)
        results = self._recogniser.run(self._tasks(reading))
        while (result := self._next(results)) is not None:
            batch, recognised = result
            with self._tally.timing("rows"):
                self._write(batch, dict(zip(batch.wanted, recognised, strict=True)))
            self._tell(reading, batch.done, "recognition" if self._names else "rows")
            if self._pace.is_due():
                with self._tally.timing("index"):
                    self._pace.apply(self._archive)
        self._tell(reading, reading.total, "index")
        with self._tally.timing("index"):
            self._pace.finish(self._archive)
        return self._tally.report()

    def _files(self, paths: Sequence[Path]) -> list[Found]:
        ours = _own(self._archive)
        files = {found.path: found for found in walk(paths, ours)}
        for refused in self._refused():
            path = Path(refused.path)
            if is_gone(path):
                self._tally.notes.append(f"{refused.file} is gone.")
            elif path not in files:
                files |= {
                    found.path: _as_before(found, refused)
                    for found in again(path, refused.file, ours)
                    if found.path not in files
                }
        return list(files.values())

    def _refused(self) -> list[Rejection]:
        if not self._options.retry:
            return []
        with self._archive.database.reading() as session:
            return rejections.files_to_retry(session)

    def _tasks(self, reading: Reading) -> Iterator[Task[_Batch]]:
        batches = self._batches(reading)
        while True:
            with self._tally.timing("reading"):
                batch = next(batches, None)
                if batch is None:
                    return
                with self._archive.database.reading() as session:
                    verdicts = Judge(self._pipeline, self._now, Met()).all(session, batch.drafts)
                batch.wanted = wanting(batch.drafts, verdicts)
            yield batch, [_text(batch.drafts[number], verdicts[number]) for number in batch.wanted]

    def _batches(self, reading: Reading) -> Iterator[_Batch]:
        limit = _BATCH_WITH_NAMES if self._names else _BATCH_WITHOUT
        batch = _Batch()
        for incoming in reading:
            batch.add(incoming)
            if batch.is_full(limit):
                batch.done = reading.done
                yield batch
                batch = _Batch()
        batch.done = reading.done
        yield batch

    def _next(self, results: Iterator[tuple[_Batch, list[Recognised]]]) -> tuple[_Batch, list[Recognised]] | None:
        """Waits for recognition; what was read meanwhile is counted as reading."""
        read = self._tally.seconds["reading"]
        started = perf_counter()
        result = next(results, None)
        self._tally.seconds["recognition"] += perf_counter() - started - (self._tally.seconds["reading"] - read)
        return result

    def _write(self, batch: _Batch, recognised: dict[int, Recognised]) -> None:
        with self._archive.database.writing() as session:
            # Judged again: batches that were still waiting when this one was judged first are rows by now.
            verdicts = Judge(self._pipeline, self._now, self._met).all(session, batch.drafts)
            missing = [n for n in wanting(batch.drafts, verdicts) if _is_missing(verdicts[n], recognised.get(n))]
            texts = [_text(batch.drafts[number], verdicts[number]) for number in missing]
            recognised |= zip(missing, self._recogniser.here(texts), strict=True)
            self._write_articles(session, batch.drafts, verdicts, recognised)
            self._write_provenance(session, batch.drafts, verdicts)
            refused = [
                refusal(d.origin, d.record.number, v.reason, d.record.sha256, d.record.offset)
                for d, v in zip(batch.drafts, verdicts, strict=True)
                if v.outcome == "rejected"
            ]
            rejections.store_rejections(session, [*batch.refusals, *refused], self._now)
            resolved = sum(rejections.resolve_rejections(session, end.path, self._now) for end in batch.ends)
        self._count(batch, verdicts, resolved)

    def _write_articles(
        self, session: Session, drafts: list[Draft], verdicts: list[Verdict], recognised: dict[int, Recognised]
    ) -> None:
        """Write in the order of the batch, so that of two states of one article in it the later one stays."""
        changed = wanting(drafts, verdicts)
        if not changed:
            return
        waiting = deque(changed)
        while waiting:
            # One article at most once in a statement: its states must follow each other.
            step: dict[str, int] = {}
            while waiting and verdicts[waiting[0]].article not in step:
                number = waiting.popleft()
                step[verdicts[number].article] = number
            self._write_step(session, [(drafts[n], verdicts[n], recognised[n]) for n in step.values()])

    def _write_step(self, session: Session, step: list[tuple[Draft, Verdict, Recognised]]) -> None:
        first = next_sequence(session, len(step))
        provenance.keep_revisions(session, [v.article for _, v, _ in step if v.outcome == "revised"])
        written = [
            rows.article(draft, verdict, found, sequence=sequence, now=self._now)
            for sequence, (draft, verdict, found) in enumerate(step, first)
            if verdict.writes_text
        ]
        provenance.put_articles(session, written)
        for sequence, (_, verdict, found) in enumerate(step, first):
            if not verdict.writes_text and found.enrichment is not None:
                place, pipeline = found.enrichment.dateline_place, found.enrichment.pipeline
                articles.set_names(session, verdict.article, pipeline, place, sequence)
        # Where the names of the former state are its own, their rows stay as they are.
        renamed = [(verdict.article, found.enrichment) for _, verdict, found in step if verdict.named is None]
        found_names = [(id, enrichment) for id, enrichment in renamed if enrichment is not None]
        replace_names(session, [id for id, _ in renamed], rows.names(found_names))

    def _write_provenance(self, session: Session, drafts: list[Draft], verdicts: list[Verdict]) -> None:
        pairs = list(zip(drafts, verdicts, strict=True))
        provenance.put_input_files(session, self._labels.take())
        provenance.put_keys(session, [(v.article, d.key) for d, v in pairs if v.is_rekeyed])
        provenance.put_times(session, [rows.time(d, v) for d, v in pairs if v.is_timed])
        provenance.put_sightings(session, [(v.article, seen) for _, v in pairs for seen in v.seen])
        provenance.put_copies(session, [rows.copy(d, v, self._now) for d, v in pairs if v.outcome == "duplicate"])
        provenance.drop_copies(session, [d.key for d, v in pairs if v.outcome == "new"])
        taken = [d for d, v in pairs if v.outcome in ("new", "duplicate")]
        provenance.drop_former_copies(session, {d.former_key: d.origin.file for d in taken if d.former_key})

    def _count(self, batch: _Batch, verdicts: list[Verdict], resolved: int) -> None:
        """Count after the commit: what is reported is there."""
        for draft, verdict in zip(batch.drafts, verdicts, strict=True):
            self._tally.count(verdict.outcome, str(draft.origin.path))
            if verdict.outcome != "rejected":
                self._tally.remark(str(draft.origin.path), undated=draft.date is None, cleaned=draft.cleaned)
            self._tally.recognised += verdict.needs_names
            self._tally.timed += verdict.is_timed
            self._tally.named += verdict.needs_names and verdict.outcome == "unchanged"
            self._pace.add(verdict.writes_text)
        for refused in batch.refusals:
            self._tally.count("rejected", refused.path)
        for end in batch.ends:
            self._tally.end(end.path)
        if batch.again is not None:
            self._tally.read_again(batch.again)
            self._now = _later(self._now)
        self._tally.apart = self._labels.apart
        self._tally.resolved += resolved

    def _tell(self, reading: Reading, done: int, stage: Stage) -> None:
        if self._progress is not None:
            counts = self._tally
            self._progress(Progress(done, reading.total, counts.read, counts.outcomes["rejected"], stage))


def _own(archive: Archive) -> Places:
    settings = archive.settings
    return own(settings.database_path, settings.data_dir, settings.index_dir, settings.lock_path)


def _as_before(found: Found, refused: Rejection) -> Found:
    return replace(found, source=refused.source, format=cast("Format | None", refused.format))


def _later(seen_at: str) -> str:
    """Another moment than this, also where the clock stands."""
    return max(datetime.now(UTC), datetime.fromisoformat(seen_at) + timedelta(microseconds=1)).isoformat()


def _text(draft: Draft, verdict: Verdict) -> Text:
    return Text(verdict.article, draft.headline, draft.dateline, draft.body, verdict.needs_names)


def _is_missing(verdict: Verdict, found: Recognised | None) -> bool:
    return found is None or (verdict.needs_names and found.enrichment is None)
