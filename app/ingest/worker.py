"""Processes that hold the language model, and share it.

They are forked from a server process that has done nothing but load the model, so each costs 75 MB and not 430: the
model's pages are common to all until someone writes to them. They are never forked from the process that ingests,
which has threads and open index files.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

from app.errors import SettingsInvalid

if TYPE_CHECKING:
    from app.enrich.enricher import Enricher, LaidOut
    from app.enrich.resolve import Enrichment

# The server process is told in the environment which model to load. Not the name of the setting: this process and what
# it starts go on reading that.
PRELOADED = "_DATELINE_PRELOAD"

_loaded: dict[str, Enricher] = {}


def pool(model: str, processes: int) -> ProcessPoolExecutor:
    os.environ[PRELOADED] = model
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["app.ingest.preload"])
    # The pool's semaphores go with an ingest that is stopped; a worker that is forked after that would complain. This
    # process has none, and is there once the model is loaded.
    first = context.Process(target=_nothing, daemon=True)
    first.start()
    first.join()
    return ProcessPoolExecutor(processes, context, initializer=_prepare)


def enricher(model: str) -> Enricher:
    """Loads what the server process has not, so that a failure to load comes back as an error and not as a broken
    pool."""
    from app.enrich.enricher import Enricher

    if model not in _loaded:
        _loaded[model] = Enricher(model)
    return _loaded[model]


def recognise(model: str, texts: Sequence[LaidOut]) -> list[Enrichment]:
    return enricher(model).enrich(texts)


def preload() -> None:
    """Load the model in the server process. What it cannot load, its children will say."""
    if model := os.environ.get(PRELOADED):
        try:
            enricher(model)
        except SettingsInvalid:
            return
    # The collector writes to every object it looks at, and a page written to is no longer shared.
    gc.collect()
    gc.freeze()


def _nothing() -> None:
    pass


def _prepare() -> None:
    """Ctrl-C is for the parent, which ends its workers; and a worker must not outlive a parent that was killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
