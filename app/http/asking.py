"""Where the rows are asked while a request is looked at: on the spot, or in a thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from starlette.concurrency import run_in_threadpool

from app.archive import Archive

P = ParamSpec("P")
T = TypeVar("T")


async def ask_rows(archive: Archive, ask: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """Return what `ask` does. A file answers sooner than the way to a thread takes; a database on another machine may
    be slow or away, and whoever does not need it is to be served meanwhile."""
    if archive.database.is_shared:
        return await run_in_threadpool(ask, *given, **named)
    return ask(*given, **named)
