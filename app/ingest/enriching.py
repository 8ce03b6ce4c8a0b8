"""Names again, for articles that an older version of the pipeline read, or that were ingested without.

Batch after batch, each in a transaction of its own: what is not done yet keeps its old names, a server goes on
answering, and a run that was stopped is continued by the next one, for each article says which version read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter

from app.archive import Archive
from app.enrich.resolve import Enrichment
from app.ingest import rows
from app.ingest.indexing import Pace
from app.ingest.lock import writing_alone
from app.ingest.recognition import BATCH, Recognised, Recogniser, Task, Text
from app.ingest.report import OnProgress, Progress
from app.ingest.settling import settled_when_stopped
from app.store import articles
from app.store.linking import replace_names
from app.store.sequence import next_sequence
from app.store.tables import Article


@dataclass(frozen=True, slots=True)
class Enriched:
    """`read` articles, of which `unnamed` had had no names recognised at all, with version `pipeline`."""

    read: int
    unnamed: int
    pipeline: str
    elapsed: float


def enrich(archive: Archive, workers: int = 0, progress: OnProgress | None = None) -> Enriched:
    """Raises `ArchiveBusy` where another process writes. `workers` 0: as in the settings."""
    with writing_alone(archive.settings.lock_path), settled_when_stopped(archive):
        return _Run(archive, workers, progress).run()


class _Run:
    def __init__(self, archive: Archive, workers: int, progress: OnProgress | None) -> None:
        self._archive = archive
        self._progress = progress
        self._pipeline = archive.enricher.pipeline
        processes = workers or archive.settings.recognising_processes
        self._recogniser = Recogniser(archive.settings.model, lambda: archive.enricher, processes)
        self._pace = Pace()
        self._read = self._unnamed = 0

    def run(self) -> Enriched:
        started = perf_counter()
        with self._archive.database.reading() as session:
            total = articles.count_to_read_again(session, self._pipeline)
        for batch, recognised in self._recogniser.run(self._tasks()):
            self._write(batch, recognised)
            self._tell(total)
            if self._pace.is_due():
                self._pace.apply(self._archive)
        self._pace.finish(self._archive)
        return Enriched(self._read, self._unnamed, self._pipeline, perf_counter() - started)

    def _tasks(self) -> Iterator[Task[list[Article]]]:
        last = ""
        while True:
            with self._archive.database.reading() as session:
                batch = articles.to_read_again(session, self._pipeline, last, BATCH)
            if not batch:
                return
            last = batch[-1].id
            yield batch, [_text(article) for article in batch]

    def _write(self, batch: list[Article], recognised: list[Recognised]) -> None:
        """No ingest can have changed the texts meanwhile: the lock is held."""
        found: list[tuple[str, Enrichment]] = [
            (article.id, each.enrichment)
            for article, each in zip(batch, recognised, strict=True)
            if each.enrichment is not None
        ]
        with self._archive.database.writing() as session:
            for sequence, (id, enrichment) in enumerate(found, next_sequence(session, len(found))):
                articles.set_names(session, id, enrichment.pipeline, enrichment.dateline_place, sequence)
            replace_names(session, [id for id, _ in found], rows.names(found))
        self._read += len(found)
        self._unnamed += sum(not article.pipeline for article in batch)
        self._pace.add(len(found))

    def _tell(self, total: int) -> None:
        if self._progress is not None:
            self._progress(Progress(self._read, total, self._read, 0, "recognition"))


def _text(article: Article) -> Text:
    headline = None if article.headline_derived else article.headline
    return Text(article.id, headline, article.dateline, article.body, needs_names=True)
