"""Imported by the server process of `worker.py`, for its effect."""

from __future__ import annotations

import signal

# Ctrl-C reaches the whole group of processes: it is for the one that ingests, which ends this one and its children.
# Before all else, for what follows takes a second. The children of the server process take their own measures.
signal.signal(signal.SIGINT, signal.SIG_IGN)

from app.ingest.worker import preload  # noqa: E402

preload()
