"""The intake of drafts: judged against what the archive has, named, and written with where they came from.

Whatever yields drafts can be taken in: files are one `Feed`, and all others get the same verdicts, batches and report.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from sqlmodel import Session

from app.archive import Archive
from app.ingest import rows
from app.ingest.draft import Draft
from app.ingest.labels import Labels
from app.ingest.lock import Turn
from app.ingest.reading import FileEnd, Incoming, refusal
from app.ingest.report import OnProgress, Outcome, Progress, Report, Stage, Tally
from app.ingest.run import BATCH, Run, Task
from app.ingest.verdict import Judge, Met, Verdict
from app.store import articles, furniture, provenance, rejections
from app.store.copies import renew_copies
from app.store.linking import replace_furnished, replace_names
from app.store.rejections import Refusal
from app.store.sequence import next_sequence

if TYPE_CHECKING:
    from app.enrich.enricher import LaidOut
    from app.enrich.resolve import Enrichment

# Without names the fixed cost of a transaction counts.
_BATCH_WITHOUT_NAMES = 500
_BATCH_CHARACTERS = 4_000_000


class Feed(Protocol):
    """What an intake takes, in order. `done` grows to `total`, in bytes or whatever is counted: it is for progress."""

    @property
    def done(self) -> int: ...

    @property
    def total(self) -> int: ...

    def __iter__(self) -> Iterator[Incoming]: ...


@dataclass(frozen=True, slots=True)
class Became:
    """What became of a record. `record` is None where it is the rest of what was read; `article` is the id it went to,
    or is a copy of."""

    record: int | None
    outcome: Outcome
    article: str | None = None
    revision: int | None = None
    reason: str = ""


class Journal(Protocol):
    """Who sent the records and is told what became of each."""

    def note(self, session: Session, became: Sequence[Became]) -> None:
        """Take down what became of a batch, in order, in the transaction that makes it so."""


@dataclass(slots=True)
class _Batch:
    drafts: list[Draft] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    ends: list[FileEnd] = field(default_factory=list)
    wanted: list[int] = field(default_factory=list)
    """Numbers of the drafts that were sent to recognition."""
    size: int = 0
    done: int = 0
    """What the feed had done when it was full."""
    again: str | None = None
    """The file that is read again after it, of which nothing in it counts."""

    def add(self, incoming: Incoming) -> None:
        if isinstance(incoming, Draft):
            self.drafts.append(incoming)
            self.size += incoming.size
        elif isinstance(incoming, Refusal):
            self.refusals.append(incoming)
        elif incoming.changed:
            self.again = incoming.path
        else:
            self.ends.append(incoming)

    def is_full(self, limit: int) -> bool:
        """A file that is read again begins a batch: two readings of it are never in one."""
        if self.again is not None:
            return True
        fill = len(self.drafts) >= limit or self.size >= _BATCH_CHARACTERS
        return fill or len(self.refusals) >= _BATCH_WITHOUT_NAMES


_Judged = tuple[Draft, Verdict, "Enrichment | None"]


class Intake:
    """The caller must hold the lock. `tally` and `labels` are also for the feed that reads the files; where they were
    read before, it is theirs. `keep_refusals`: what is refused is kept as a rejection, besides that the `journal` is
    told. `turn` as in `Run`: between batches others may write, but for a second one that has labels to give."""

    def __init__(
        self,
        archive: Archive,
        progress: OnProgress | None,
        workers: int,
        *,
        names: bool,
        journal: Journal | None = None,
        keep_refusals: bool = True,
        tally: Tally | None = None,
        turn: Turn = nullcontext,
    ) -> None:
        self.tally = tally or Tally()
        self.labels = Labels(archive.database)
        self._archive = archive
        self._progress = progress
        self._journal, self._keep_refusals = journal, keep_refusals
        self._pipeline = (lambda: archive.enricher.pipeline) if names else None
        self._limit = BATCH if names else _BATCH_WITHOUT_NAMES
        self._stage: Stage = "recognition" if names else "rows"
        self._run = Run(archive, self.tally, workers, names=names, turn=turn)
        self._now = datetime.now(UTC).isoformat()
        self._met = Met()

    def take(self, feed: Feed) -> Report:
        def tell(batch: _Batch | None) -> None:
            if self._progress is not None:
                done = feed.total if batch is None else batch.done
                read, rejected = self.tally.read, self.tally.outcomes["rejected"]
                self._progress(Progress(done, feed.total, read, rejected, "index" if batch is None else self._stage))

        self._run.over(self._tasks(feed), self._write, tell)
        return self.tally.report()

    def _tasks(self, feed: Feed) -> Iterator[Task[_Batch]]:
        batches = self._batches(feed)
        while True:
            with self.tally.timing("reading"):
                batch = next(batches, None)
                if batch is None:
                    return
                texts = self._wanted(batch) if self._pipeline is not None else []
            yield batch, texts

    def _wanted(self, batch: _Batch) -> list[LaidOut]:
        """Return the texts of a batch that are to be sent to recognition, and note which these are."""
        with self._archive.database.reading() as session:
            verdicts = Judge(self._pipeline, self._now, Met()).all(session, batch.drafts)
        batch.wanted = [number for number, verdict in enumerate(verdicts) if verdict.needs_names]
        return [_text(batch.drafts[number], verdicts[number]) for number in batch.wanted]

    def _batches(self, feed: Feed) -> Iterator[_Batch]:
        batch = _Batch()
        for incoming in feed:
            batch.add(incoming)
            if batch.is_full(self._limit):
                batch.done = feed.done
                yield batch
                batch = _Batch()
        batch.done = feed.done
        yield batch

    def _write(self, batch: _Batch, recognised: list[Enrichment]) -> int:
        found = dict(zip(batch.wanted, recognised, strict=True))
        with self._archive.database.writing() as session:
            # Judged again: batches that were still waiting when this one was judged first are rows by now.
            verdicts = Judge(self._pipeline, self._now, self._met).all(session, batch.drafts)
            missing = [n for n, verdict in enumerate(verdicts) if verdict.needs_names and n not in found]
            texts = [_text(batch.drafts[number], verdicts[number]) for number in missing]
            found |= zip(missing, self._run.recognise(texts), strict=True)
            judged = [(d, v, found.get(n)) for n, (d, v) in enumerate(zip(batch.drafts, verdicts, strict=True))]
            for step in _steps(judged):
                self._write_articles(session, step)
            self._write_provenance(session, judged)
            if self._journal is not None:
                self._journal.note(session, _became(batch, judged))
            if self._keep_refusals:
                rejections.store_rejections(session, _refused(batch, judged), self._now)
            resolved = sum(
                rejections.resolve_rejections(session, end.path, self._now, inside=end.inside) for end in batch.ends
            )
        self._count(batch, judged, resolved)
        return sum(verdict.writes_text for verdict in verdicts)

    def _write_articles(self, session: Session, step: list[_Judged]) -> None:
        first = next_sequence(session, len(step))
        provenance.keep_revisions(session, [v.article for _, v, _ in step if v.outcome == "revised"])
        written = [
            rows.article(draft, verdict, found, sequence=sequence, now=self._now)
            for sequence, (draft, verdict, found) in enumerate(step, first)
            if verdict.writes_text
        ]
        former = furniture.texts_of(session, [v.article for _, v, _ in step if v.outcome == "revised"])
        provenance.put_articles(session, written)
        marked = furniture.renew(session, written, former)
        for sequence, (_, verdict, found) in enumerate(step, first):
            if not verdict.writes_text and found is not None:
                articles.set_names(session, verdict.article, found.pipeline, found.dateline_place, sequence)
        # Where the names of the former state are its own, their rows stay as they are.
        renamed = [(verdict.article, found) for _, verdict, found in step if verdict.named is None]
        names = rows.names((id, found) for id, found in renamed if found is not None)
        # A new article in which no names were looked for has none, and never had any.
        had = [v.article for _, v, found in step if v.named is None and (found is not None or v.outcome != "new")]
        if had:
            replace_names(session, had, names)
        replace_furnished(session, marked - {id for id, _ in renamed})
        ids = {row["id"] for row in written}
        articles.touch(session, (marked | renew_copies(session, marked | ids)) - ids)

    def _write_provenance(self, session: Session, judged: list[_Judged]) -> None:
        pairs = [(draft, verdict) for draft, verdict, _ in judged]
        provenance.put_input_files(session, self.labels.take())
        provenance.put_keys(session, [(v.article, d.key) for d, v in pairs if v.is_rekeyed])
        provenance.put_completions(session, [rows.completion(d, v.completed) for d, v in pairs if v.completed])
        provenance.put_sightings(session, [(v.article, seen) for _, v in pairs for seen in v.seen])
        provenance.put_copies(session, [rows.copy(d, v, self._now) for d, v in pairs if v.outcome == "duplicate"])
        provenance.drop_copies(session, [d.key for d, v in pairs if v.outcome == "new"])
        taken = [d for d, v in pairs if v.outcome in ("new", "duplicate")]
        provenance.drop_former_copies(session, {key: d.origin.file for d in taken for key in d.former_keys})

    def _count(self, batch: _Batch, judged: list[_Judged], resolved: int) -> None:
        """Count after the commit: what is reported is there."""
        for draft, verdict, _ in judged:
            path = draft.origin.on_disk
            self.tally.count(verdict.outcome, path)
            if verdict.outcome != "rejected":
                self.tally.remark(path, undated=draft.date is None, cleaned=draft.cleaned)
            self.tally.recognised += verdict.needs_names
            self.tally.completed += verdict.completed is not None
            self.tally.named += verdict.needs_names and verdict.outcome == "unchanged"
        for refused in batch.refusals:
            self.tally.count("rejected", refused.container or refused.path)
        for end in batch.ends:
            self.tally.end(end.path)
        if batch.again is not None:
            self.tally.read_again(batch.again)
            self._now = _moment_after(self._now)
        self.tally.apart = self.labels.apart
        self.tally.resolved += resolved


def _refused(batch: _Batch, judged: list[_Judged]) -> list[Refusal]:
    refused = [
        refusal(draft.origin, draft.record.number, verdict.reason, draft.record.sha256, draft.record.offset)
        for draft, verdict, _ in judged
        if verdict.outcome == "rejected"
    ]
    return [*batch.refusals, *refused]


def _became(batch: _Batch, judged: list[_Judged]) -> list[Became]:
    """Return what became of each record, in the order of the records."""
    taken = [
        Became(draft.record.number, verdict.outcome, verdict.article, verdict.revision)
        for draft, verdict, _ in judged
        if verdict.outcome != "rejected"
    ]
    refused = [Became(each.record, "rejected", reason=each.reason) for each in _refused(batch, judged)]
    return sorted([*taken, *refused], key=lambda each: (each.record is None, each.record))


def _text(draft: Draft, verdict: Verdict) -> LaidOut:
    from app.enrich.enricher import LaidOut

    return LaidOut(verdict.article, draft.body, draft.layout, draft.date)


def _steps(judged: Iterable[_Judged]) -> Iterator[list[_Judged]]:
    """Cut what changes an article so that none is twice in a step: its states must follow each other, and of two in one
    batch the later one stays."""
    step: dict[str, _Judged] = {}
    for draft, verdict, found in judged:
        if not (verdict.writes_text or verdict.needs_names):
            continue
        if verdict.article in step:
            yield list(step.values())
            step = {}
        step[verdict.article] = (draft, verdict, found)
    if step:
        yield list(step.values())


def _moment_after(seen_at: str) -> str:
    """Another moment than this, also where the clock stands."""
    return max(datetime.now(UTC), datetime.fromisoformat(seen_at) + timedelta(microseconds=1)).isoformat()
