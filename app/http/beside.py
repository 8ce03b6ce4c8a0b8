"""The process beside a server, from its first import to its end. It imports little itself: the Python that loads it
has loaded nothing yet.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.settings import Settings

log = logging.getLogger(__name__)


def work_beside(settings: Settings) -> None:
    """Do what the process is for, to its end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends this
    threading.Thread(target=_end_with_server, daemon=True).start()
    # What is imported makes many objects and hardly any garbage; to look for it takes a fourth of the time.
    gc.disable()
    from app.alerts import Alerts
    from app.archive import open_archive
    from app.errors import ArchiveBusy, DatelineError
    from app.ingest.background import work
    from app.ingest.embedding import VectorMaker
    from app.ingest.erasing import Eraser

    gc.freeze()
    gc.enable()
    try:
        with open_archive(settings) as archive:
            work(archive, [VectorMaker(archive)], [Alerts(archive), Eraser(archive)])
    except ArchiveBusy:
        return
    except DatelineError as error:
        log.error("Work beside the server stopped: %s", error)  # a disk or a setting, no defect
        raise SystemExit(1) from None


def _end_with_server() -> None:
    """A server that was killed leaves none behind."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
