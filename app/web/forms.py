"""Forms of the pages that change something: who sent one, and what it says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from app.http.deps import ArchiveDep, KeysDep
from app.http.forms import handed_in
from app.http.here import known_sender
from app.store.keys import Scope


@dataclass(frozen=True, slots=True)
class SentForm:
    """`fields` are those that were filled in, but for the key."""

    by: str
    fields: dict[str, str]


def sent_with(scope: Scope) -> Callable[[Request, ArchiveDep, KeysDep], Awaitable[SentForm]]:
    """Make a dependency: a form from whoever may do this. A key comes as a field of it, which no page elsewhere could
    fill in."""

    async def read(request: Request, archive: ArchiveDep, keys: KeysDep) -> SentForm:
        by = await run_in_threadpool(known_sender, request, archive, scope)
        async with handed_in(request) as form:
            fields = {name: value.strip() for name, value in form.fields.items() if value.strip()}
        key = fields.pop("key", "")
        if by is None:
            by = (await run_in_threadpool(keys.admit, request, key, scope)).name
        return SentForm(by, fields)

    return read
