"""A run over batches of texts: names are recognised, rows written, and the index follows.

One for all that brings texts: files, drafts from elsewhere, and articles that are read again. Recognition is nearly all
of the cost, so it is spread over processes while the next batches are read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, nullcontext
from itertools import chain, islice
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

from app.archive import Archive
from app.errors import WorkerLost
from app.ingest import worker
from app.ingest.indexing import Pace, join_pieces
from app.ingest.lock import Turn, ingest_lock, run_lock, turns
from app.ingest.report import Tally

if TYPE_CHECKING:
    # The rules of recognition take 3 MB: a server that only reads does without.
    from app.enrich.enricher import LaidOut
    from app.enrich.resolve import Enrichment

B = TypeVar("B")
Task = tuple[B, "list[LaidOut]"]
"""A batch, of whatever kind, with the texts of it that need names."""
Named = tuple[B, "list[Enrichment]"]

# Loading a model in new processes takes as long as recognising about this many articles in the present one.
_FEW = 100
_LOOK_AHEAD = 3
BATCH = 64
"""Texts handed over at once: they take seconds, so progress moves and the processes share the work evenly."""


@contextmanager
def one_run(archive: Archive, patience: float = 0.0) -> Iterator[Turn]:
    """Keep other runs out, and give what takes the turn to write. Raises `ArchiveBusy` where another runs or writes for
    longer than `patience` seconds."""
    with run_lock(archive, patience):
        with ingest_lock(archive, patience):
            pass  # who has waited so long once waits for as long as it takes: what is begun is not left half done
        yield turns(archive)


class Run:
    """`workers` 0: as in the settings. Without `names` no batch may have texts. `turn` is taken to write a batch; the
    caller must hold the lock where there is none."""

    def __init__(
        self, archive: Archive, tally: Tally, workers: int = 0, *, names: bool = True, turn: Turn = nullcontext
    ) -> None:
        self._archive = archive
        self._tally = tally
        self._processes = (workers or archive.settings.recognising_processes) if names else 1
        self._pace = Pace(names=names)
        self._turn = turn

    def over(
        self,
        tasks: Iterator[Task[B]],
        write: Callable[[B, list[Enrichment]], int],
        tell: Callable[[B | None], None],
    ) -> None:
        """Write each batch in a transaction of its own, in the order in which they come. `write` returns how many
        articles it brought; `tell` is called after each batch, while others may write, and with None before the index
        is brought up to date at the end."""
        named = self._named(tasks)
        while (result := self._next(named)) is not None:
            batch, found = result
            with self._turn(), self._tally.timing("rows"):
                self._pace.add(write(batch, found))
            tell(batch)
            if self._pace.is_due():
                with self._turn(), self._tally.timing("index"):
                    self._pace.apply(self._archive)
                self._join_pieces()
        tell(None)
        with self._turn(), self._tally.timing("index"):
            self._pace.finish(self._archive)
        self._join_pieces()

    def _join_pieces(self) -> None:
        """Tidy the index between two turns; where the caller holds the lock, whoever works in the background does."""
        if self._turn is not nullcontext:
            with self._tally.timing("index"):
                while join_pieces(self._archive):
                    pass

    def recognise(self, texts: Sequence[LaidOut]) -> list[Enrichment]:
        """Recognise in this process; the model is only loaded for something to read."""
        return self._archive.enricher.enrich(texts) if texts else []

    def _next(self, named: Iterator[Named[B]]) -> Named[B] | None:
        """Wait for recognition; what was read meanwhile is counted as reading."""
        seconds = self._tally.seconds
        read = seconds["reading"]
        started = perf_counter()
        result = next(named, None)
        seconds["recognition"] += perf_counter() - started - (seconds["reading"] - read)
        return result

    def _named(self, tasks: Iterator[Task[B]]) -> Iterator[Named[B]]:
        ahead = list(islice(tasks, _LOOK_AHEAD))
        small = len(ahead) < _LOOK_AHEAD and sum(len(texts) for _, texts in ahead) < _FEW
        tasks = chain(ahead, tasks)
        if self._processes < 2 or small:
            return ((batch, self.recognise(texts)) for batch, texts in tasks)
        return self._spread(tasks)

    def _spread(self, tasks: Iterator[Task[B]]) -> Iterator[Named[B]]:
        model = self._archive.settings.model
        with worker.pool(model, self._processes) as pool:
            waiting: deque[tuple[B, Future[list[Enrichment]] | None]] = deque()
            try:
                for batch, texts in tasks:
                    waiting.append((batch, pool.submit(worker.recognise, model, texts) if texts else None))
                    # Two batches to each process keep all of them busy and bound what waits in memory.
                    if len(waiting) > 2 * self._processes:
                        yield _result(*waiting.popleft())
                while waiting:
                    yield _result(*waiting.popleft())
            except BrokenProcessPool as error:
                raise WorkerLost from error
            finally:
                pool.shutdown(cancel_futures=True)


def _result(batch: B, future: Future[list[Enrichment]] | None) -> Named[B]:
    return batch, future.result() if future is not None else []
