"""Spares time that no test needs. pytest loads it before all else (`addopts` in pyproject.toml)."""

from __future__ import annotations

import gc
import os
import sys
from functools import cache

# What is imported is compiled once, also where no process is told to leave such files: servers start by the hundred.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Names are recognised as for users, who load NumPy after that (`app/enrich/recogniser.py`): in two thirds of the time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# `jsonschema` would build forty grammars for formats that no schema of ours has: a second in each process.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # so it cannot be imported
# Imports and the collection of tests make many objects and no garbage; to look for it takes a quarter of their time.
gc.disable()


def pytest_configure() -> None:
    """Read the certificates once, for all clients together: none asks over TLS, and to read them takes half of what a
    server in a thread and its client cost."""
    import httpx  # no sooner: what it imports is to be compiled as said above
    from httpx._transports import default

    vars(default)["create_ssl_context"] = cache(httpx.create_ssl_context)
    _build_commands_once()


def _build_commands_once() -> None:
    """Build the tree of all commands once, and not for each command that a test gives."""
    import typer.main

    vars(typer.main)["get_command"] = cache(typer.main.get_command)


def pytest_collection_finish() -> None:
    """Let the collector work, and never go through what was imported and collected: a second each time."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()
