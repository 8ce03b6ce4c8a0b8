"""Articles over HTTP: new ones, as many as there are, and a new state of one."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from itertools import islice
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from app.archive import Archive
from app.errors import InvalidParameter
from app.http.deps import ArchiveDep, ArticleId, IngestDep, one_value_each
from app.http.headers import IdempotencyKey, checked_key
from app.http.openapi import NEEDS_KEY, body_of, responses
from app.http.responses import JSON, reply
from app.http.spool import Spooled, spooled_body
from app.http.turn import WriteTurn
from app.ingest.formats import Format
from app.ingest.posting import RepeatableRequest, Sent, Written, post, revise
from app.read.models import ArticlesWritten, ArticleWritten, WrittenCounts
from app.read.params import PostParams
from app.search.engine import STALE_SECONDS
from app.store.tables import Key

LINES = "application/x-ndjson"
"""Said in words alone: generators of clients stop at a type that they do not know."""
_FORMATS: dict[str, Format] = {JSON: "json", LINES: "jsonl"}
_LINES_AT_ONCE = 500
_REVISION = re.compile(r'(?:W/)?"([0-9]{1,9})"')

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match", description='The revision to replace, as `"2"`, or several with commas.', examples=['"2"']
    ),
]

router = APIRouter(tags=["Articles"], dependencies=[Depends(one_value_each)])


@router.post(
    "/v1/articles",
    operation_id="createArticles",
    summary="Put articles in",
    response_model=ArticlesWritten,
    responses=responses(400, 401, 403, 413, 415, 503, tagged=False),
    openapi_extra=NEEDS_KEY | body_of({JSON: "ArticlesToPut"}),
)
async def create_articles(
    request: Request,
    archive: ArchiveDep,
    key: IngestDep,
    params: Annotated[PostParams, Query()],
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """One article, a list of them, or one on each line (`application/x-ndjson`). Each is taken, or refused with a
    reason of its own; what is there already is not taken twice. All of them are found when the answer comes; the names
    in them follow."""
    turn: WriteTurn = request.app.state.write_turn
    async with spooled_body(request, (JSON, LINES), archive.settings.most_upload_bytes) as spooled:
        sent = _sent(request, spooled, key, params.source, idempotency_key)
        async with turn.taken() as patience:
            answer = await run_in_threadpool(post, archive, sent, patience)
    await _written_by(request, archive)
    return StreamingResponse(_written(answer), media_type=JSON, headers={"Cache-Control": "no-cache"})


@router.put(
    "/v1/articles/{article_id}",
    operation_id="reviseArticle",
    summary="Revise an article",
    response_model=ArticleWritten,
    responses=responses(400, 401, 403, 404, 410, 412, 413, 415, 503, tagged=False),
    openapi_extra=NEEDS_KEY | body_of({JSON: "ArticleToPut"}),
)
async def revise_article(
    request: Request,
    archive: ArchiveDep,
    key: IngestDep,
    article_id: ArticleId,
    params: Annotated[PostParams, Query()],
    idempotency_key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response:
    """Put another state in the place of an article's present one. All fields are replaced; `id`, `source` and `url`
    stay where they are left out."""
    revisions = _revisions(if_match)
    turn: WriteTurn = request.app.state.write_turn
    async with spooled_body(request, (JSON,), archive.settings.most_upload_bytes) as spooled:
        sent = _sent(request, spooled, key, params.source, idempotency_key)
        async with turn.taken() as patience:
            answer = await run_in_threadpool(revise, archive, article_id, sent, patience, revisions)
    await _written_by(request, archive)
    answer.close()
    assert answer.first is not None
    return reply(request, {name: value for name, value in answer.first.items() if name != "record"})


async def _written_by(request: Request, archive: Archive) -> None:
    """Let what was written be found when the answer comes, also by the other processes of this server."""
    request.app.state.background.wake()
    if archive.settings.workers > 1:
        await asyncio.sleep(2 * STALE_SECONDS)


def _sent(request: Request, spooled: Spooled, key: Key, source: str | None, idempotency_key: str | None) -> Sent:
    repeatable = None
    once = checked_key(idempotency_key)
    if once is not None:
        asked = (request.method, request.url.path, request.url.query, spooled.media_type, spooled.sha256)
        repeatable = RepeatableRequest(key.prefix, once, sha256("\n".join(asked).encode()).hexdigest())
    return Sent(spooled.file, _FORMATS[spooled.media_type], key.name, source, repeatable)


def _revisions(if_match: str | None) -> list[int] | None:
    if if_match is None or if_match.strip() == "*":
        return None
    found = [_REVISION.fullmatch(tag.strip()) for tag in if_match.split(",")]
    if not all(found):
        raise InvalidParameter("If-Match", 'It is a revision in quotes, as the article has it: "2".')
    return [int(each[1]) for each in found if each]


def _written(answer: Written) -> Iterator[bytes]:
    """The answer piece by piece: of a long stream it is too long to be made at once."""
    head: dict[str, Any] = {
        "counts": {status: answer.counts[status] for status in WrittenCounts.__annotations__},
        "names": "pending" if answer.pending else "done",
        "notes": list(answer.notes),
    }
    yield msgspec.json.encode(head)[:-1] + b',"results":['
    with closing(answer):
        lines, separator = answer.lines(), b""
        while some := [line.rstrip() for line in islice(lines, _LINES_AT_ONCE)]:
            yield separator + b",".join(some)
            separator = b","
    yield b"]}"
