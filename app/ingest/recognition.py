"""Layout and names of drafts: in this process, or spread over others. It is nearly all of the cost of an ingest."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import chain, islice
from typing import TypeVar

from app.enrich.enricher import Enricher, LaidOut
from app.enrich.layout import Layout, lay_out
from app.enrich.resolve import Enrichment
from app.errors import WorkerLost
from app.ingest import worker

B = TypeVar("B")

# Loading a model in new processes takes as long as recognising about this many articles in the present one.
_FEW = 100
_LOOK_AHEAD = 3
BATCH = 64
"""Texts handed over at once: they take seconds, so progress moves and the processes share the work evenly."""


@dataclass(frozen=True, slots=True)
class Text:
    """What recognition needs of a draft; `id` is the article's. Without `needs_names` it is only laid out."""

    id: str
    headline: str | None
    dateline: str | None
    body: str
    needs_names: bool


@dataclass(frozen=True, slots=True)
class Recognised:
    """`enrichment` is None where names were not needed."""

    layout: Layout
    enrichment: Enrichment | None


Task = tuple[B, list[Text]]
Done = tuple[B, list[Recognised]]


def recognise(texts: Sequence[Text], enricher: Enricher | None) -> list[Recognised]:
    layouts = [lay_out(text.body, text.headline, text.dateline) for text in texts]
    sources = [
        LaidOut(text.id, text.body, layout) for text, layout in zip(texts, layouts, strict=True) if text.needs_names
    ]
    found = iter(enricher.enrich(sources) if enricher is not None and sources else ())
    return [
        Recognised(layout, next(found) if text.needs_names else None)
        for text, layout in zip(texts, layouts, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Recogniser:
    """Batches come out in the order in which they went in. `load` is for this process, `model` for the others; None:
    layout alone."""

    model: str | None
    load: Callable[[], Enricher]
    processes: int

    def run(self, tasks: Iterator[Task[B]]) -> Iterator[Done[B]]:
        ahead = list(islice(tasks, _LOOK_AHEAD))
        small = len(ahead) < _LOOK_AHEAD and sum(len(texts) for _, texts in ahead) < _FEW
        tasks = chain(ahead, tasks)
        if self.model is None or self.processes < 2 or small:
            for batch, texts in tasks:
                yield batch, self.here(texts)
        else:
            yield from self._spread(tasks, self.model)

    def here(self, texts: Sequence[Text]) -> list[Recognised]:
        """Recognise in this process; the model is only loaded for something to read."""
        return recognise(texts, self.load() if any(text.needs_names for text in texts) else None)

    def _spread(self, tasks: Iterator[Task[B]], model: str) -> Iterator[Done[B]]:
        with worker.pool(model, self.processes) as pool:
            waiting: deque[tuple[B, Future[list[Recognised]] | None]] = deque()
            try:
                for batch, texts in tasks:
                    waiting.append((batch, pool.submit(_work, model, texts) if texts else None))
                    # Two batches to each process keep all of them busy and bound what waits in memory.
                    if len(waiting) > 2 * self.processes:
                        yield _result(waiting.popleft())
                while waiting:
                    yield _result(waiting.popleft())
            except BrokenProcessPool as error:
                raise WorkerLost from error
            finally:
                pool.shutdown(cancel_futures=True)


def _work(model: str, texts: Sequence[Text]) -> list[Recognised]:
    return recognise(texts, worker.enricher(model))


def _result(waiting: tuple[B, Future[list[Recognised]] | None]) -> Done[B]:
    batch, future = waiting
    return batch, future.result() if future is not None else []
