"""Names again, for articles that an older version of the pipeline read, or that were ingested without.

Batch after batch, each in a transaction of its own: what is not done yet keeps its old names, a server goes on
answering, and a run that was stopped is continued by the next one, for each article says which version read it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from sqlmodel import Session

from app.archive import Archive
from app.enrich.layout import lay_out
from app.ingest import rows
from app.ingest.lock import Turn
from app.ingest.report import OnProgress, Progress, Tally
from app.ingest.run import BATCH, Run, Task, one_run
from app.ingest.settling import settled_when_stopped
from app.store import articles
from app.store.linking import replace_names
from app.store.sequence import next_sequence
from app.store.tables import Article

if TYPE_CHECKING:
    from app.enrich.enricher import LaidOut
    from app.enrich.resolve import Enrichment


@dataclass(frozen=True, slots=True)
class Enriched:
    """`read` articles, of which `unnamed` had had no names recognised at all, with version `pipeline`."""

    read: int
    unnamed: int
    pipeline: str
    elapsed: float


def enrich(archive: Archive, workers: int = 0, progress: OnProgress | None = None) -> Enriched:
    """Raises `ArchiveBusy` where another process writes. `workers` 0: as in the settings."""
    with one_run(archive) as turn, settled_when_stopped(archive):
        return _Enriching(archive, workers, progress, turn).all()


class _Enriching:
    def __init__(self, archive: Archive, workers: int, progress: OnProgress | None, turn: Turn) -> None:
        self._archive = archive
        self._progress = progress
        self._pipeline = archive.enricher.pipeline
        self._tally = Tally()
        self._run = Run(archive, self._tally, workers, turn=turn)
        with archive.database.reading() as session:
            self._total = articles.count_to_read_again(session, self._pipeline)

    def all(self) -> Enriched:
        self._run.over(self._tasks(), self._write, self._tell)
        tally = self._tally
        return Enriched(tally.recognised, tally.named, self._pipeline, perf_counter() - tally.started)

    def _tasks(self) -> Iterator[Task[list[Article]]]:
        last = ""
        while True:
            with self._archive.database.reading() as session:
                batch = articles.to_read_again(session, self._pipeline, last, BATCH)
            if not batch:
                return
            last = batch[-1].id
            yield batch, [laid_out(article) for article in batch]

    def _write(self, batch: list[Article], recognised: list[Enrichment]) -> int:
        """A text that was revised meanwhile has its names from whoever did that, or waits for them."""
        with self._archive.database.writing() as session:
            same = articles.unrevised(session, {article.id: article.revised for article in batch})
            put_names(
                session,
                [(article.id, each) for article, each in zip(batch, recognised, strict=True) if article.id in same],
            )
        self._tally.recognised += len(same)
        self._tally.named += sum(not article.pipeline and article.id in same for article in batch)
        return len(same)

    def _tell(self, batch: list[Article] | None) -> None:
        if self._progress is not None and batch is not None:
            read = self._tally.recognised
            self._progress(Progress(read, self._total, read, 0, "recognition"))


def put_names(session: Session, found: Sequence[tuple[str, Enrichment]]) -> None:
    """Write what was recognised in articles, by id, in the place of the names that they had. One that was withdrawn
    meanwhile has none."""
    shown = articles.published_of(session, [id for id, _ in found])
    found = [(id, enrichment) for id, enrichment in found if id in shown]
    if not found:
        return
    for sequence, (id, enrichment) in enumerate(found, next_sequence(session, len(found))):
        articles.set_names(session, id, enrichment.pipeline, enrichment.dateline_place, sequence)
    replace_names(session, [id for id, _ in found], rows.names(found))


def laid_out(article: Article) -> LaidOut:
    headline = None if article.headline_derived else article.headline
    from app.enrich.enricher import LaidOut

    return LaidOut(article.id, article.body, lay_out(article.body, headline, article.dateline), article.date)
