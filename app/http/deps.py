"""Dependencies of the handlers: what they are handed, and what is checked before any of them runs.

All are async although they wait for nothing: a plain function would cost a trip to a thread each.
"""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from fastapi import Depends, Path, Query, Request
from starlette.exceptions import HTTPException

from app.archive import Archive
from app.errors import InvalidParameter
from app.http.declared import declared_parameters
from app.http.security import Keys, require_scope
from app.read.params import Params
from app.store.tables import Key


async def _archive(request: Request) -> Archive:
    archive: Archive = request.app.state.archive
    return archive


async def _keys_for_forms(request: Request) -> Keys:
    keys: Keys = request.app.state.keys
    return keys


async def one_value_each(request: Request) -> None:
    """FastAPI takes the last of a parameter that is given twice; here nothing is ignored silently."""
    given = request.query_params.multi_items()
    if len(given) == len(request.query_params):
        return
    known = declared_parameters(request)
    for name, count in Counter(name for name, _ in given).items():
        if count > 1 and not known.get(name, True):
            raise InvalidParameter(name, f"It takes one value and was given {count} times.")


async def no_parameters(_params: Annotated[Params, Query()]) -> None:
    """Refuse any parameter, for an operation that has none."""


async def json_body(request: Request) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise HTTPException(415)


IngestDep = Annotated[Key, Depends(require_scope("ingest"))]
AlertsDep = Annotated[Key, Depends(require_scope("alerts"))]
AdminDep = Annotated[Key, Depends(require_scope("admin"))]
KeysDep = Annotated[Keys, Depends(_keys_for_forms)]
ArchiveDep = Annotated[Archive, Depends(_archive)]
ArticleId = Annotated[str, Path(description="The article's id.", max_length=64, examples=["78184646ba153278"])]
JobId = Annotated[str, Path(description="The job's id.", max_length=64, examples=["5d0f2b9c81e4a637"])]
SearchId = Annotated[str, Path(description="The saved search's id.", max_length=64, examples=["1f0c9b7e52d4a683"])]
FeedId = Annotated[str, Path(description="The feed's id.", max_length=64, examples=["c63097d02f4f"])]
EntityId = Annotated[str, Path(description="The entity's id.", max_length=200, examples=["person-narendra-modi"])]
