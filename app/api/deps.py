"""What handlers are handed, and what is checked before any of them runs.

All are async although they wait for nothing: a plain function would cost a trip to a thread each.
"""

from __future__ import annotations

import secrets
from collections import Counter
from typing import Annotated

from fastapi import Depends, Path, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from app.api.openapi import declared
from app.api.params import Params
from app.archive import Archive
from app.errors import InvalidParameter


async def _archive(request: Request) -> Archive:
    archive: Archive = request.app.state.archive
    return archive


async def one_value_each(request: Request) -> None:
    """FastAPI takes the last of a parameter that is given twice; here nothing is ignored silently."""
    given = request.query_params.multi_items()
    if len(given) == len(request.query_params):
        return
    known = declared(request)
    for name, count in Counter(name for name, _ in given).items():
        if count > 1 and known.get(name, {"type": "array"}).get("type") != "array":
            raise InvalidParameter(name, f"It takes one value and was given {count} times.")


async def no_parameters(_params: Annotated[Params, Query()]) -> None:
    """For an operation without parameters: it refuses those it is given."""


async def json_body(request: Request) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise HTTPException(415)


_bearer = HTTPBearer(scheme_name="adminKey", description="The key of DATELINE_ADMIN_KEY.", auto_error=False)


async def _admin(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> str:
    """The name under which the log keeps what the caller decides."""
    archive: Archive = request.app.state.archive
    key = archive.settings.admin_key.get_secret_value()
    if not key:
        raise HTTPException(403, "Nobody may do this here: set DATELINE_ADMIN_KEY and start the server again.")
    # In constant time: how long it takes must not tell how much of a guess was right. In bytes: headers are latin-1.
    if given is None or not secrets.compare_digest(given.credentials.encode("latin-1"), key.encode()):
        wrong = "needs a key" if given is None else "needs another key"
        message = f"This {wrong}: send the one of DATELINE_ADMIN_KEY as `Authorization: Bearer ...`."
        raise HTTPException(401, message, {"WWW-Authenticate": "Bearer"})
    return "admin"


AdminDep = Annotated[str, Depends(_admin)]
ArchiveDep = Annotated[Archive, Depends(_archive)]
ArticleId = Annotated[str, Path(description="The article's id.", max_length=64, examples=["4733ca42cb406978"])]
EntityId = Annotated[str, Path(description="The entity's id.", max_length=200, examples=["person-narendra-modi"])]
