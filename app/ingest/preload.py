"""Imported by the server process of `worker.py`, for its effect."""

from __future__ import annotations

from app.ingest.worker import preload

preload()
