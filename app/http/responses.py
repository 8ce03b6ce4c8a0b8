"""Answers as ready bytes with a tag, and 304 for whoever has them already.

The bytes are built here and not by a response model: for a page of hits that is a sixth of the time. The models stay
for the schema, and a test holds the bytes against it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import quote_plus, urlencode

import msgspec
from fastapi import FastAPI, Request, Response
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.archive import Archive, ArchiveState
from app.http.prefix import whole_address
from app.read.relative_dates import settled_date
from app.search.attributes import DATES, MENTIONED_DATES
from app.search.engine import SearchEngine
from app.store.receipts import OF_ONE_INDEX
from app.text import fingerprint

JSON = "application/json"
PIECE = 128 * 1024
"""Bytes: a hundredth of a second of compression, at the worst. Nearly every answer is smaller, and goes as a whole."""

KNOWN_STATE = "known_state"
"""In the state of a scope: that of the archive, where it was asked for."""

_encode = msgspec.json.Encoder().encode
_AS_WE_WRITE = re.compile(rb"[\w.~-]+=[\w.~+-]*(&[\w.~-]+=[\w.~+-]*)*")
"""A query string that would be the same if it were taken apart and written again."""
_TOLD_FROM_TODAY = (*DATES, *MENTIONED_DATES)


class NotModified(Exception):
    """The client has this answer: no failure, but the shortest way out of a handler."""

    def __init__(self, tag: str) -> None:
        super().__init__(tag)
        self.tag = tag


class Moved(Exception):
    """What was asked for is part of something else now: no failure either."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


class CompressionFeed:
    """Answers on their way to the compression, with what that does not do for them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def passing(message: Message) -> None:
            # It stands for an answer that says so; with no body there is nothing to compress.
            if message["type"] == "http.response.start" and message["status"] == 304:
                message["headers"] = [*message["headers"], (b"vary", b"Accept-Encoding")]
            body: bytes = message.get("body", b"")
            if len(body) <= PIECE:
                await send(message)
                return
            for start in range(0, len(body), PIECE):
                more = start + PIECE < len(body) or message.get("more_body", False)
                await send({**message, "body": body[start : start + PIECE], "more_body": more})
                # Compression works where all requests are served: between two pieces the others have their turn.
                await asyncio.sleep(0)

        await self._app(scope, receive, passing)


def install_redirects(app: FastAPI) -> None:
    app.add_exception_handler(NotModified, _handle_not_modified)
    app.add_exception_handler(Moved, _handle_moved)


def check_tag(request: Request, *parts: str) -> str:
    """A tag that changes with `parts`; `NotModified` where the client has it or, by `*`, anything."""
    return _raise_if_known(request, _weak_tag(*parts), client_tags(request.headers))


def client_tags(given: Headers) -> set[str]:
    """The tags that a client has, in however many headers it says so."""
    if b"if-none-match" not in dict(given.raw):
        return set()
    return {tag.strip() for line in given.getlist("if-none-match") for tag in line.split(",")}


def reply(
    request: Request,
    answer: Mapping[str, object] | str,
    *,
    tag: str | None = None,
    headers: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """`answer` as JSON, or as plain text. Without a `tag` of its own it is tagged by its bytes; what a POST did or
    found has none."""
    plain = isinstance(answer, str)
    body = answer.encode() if isinstance(answer, str) else _encode(answer)
    stamps = {"Cache-Control": "no-cache", **(headers or {})}
    if request.method == "GET":
        tag = tag or _weak_tag(sha256(body).hexdigest())
        stamps["ETag"] = _raise_if_known(request, tag, client_tags(request.headers))
    return Response(body, status, stamps, "text/plain" if plain else JSON)


def check_index_tag(request: Request, archive: Archive, engine: SearchEngine) -> str:
    """A tag known before the search of `engine` is run: same archive, same index, same question, same answer.

    Whether there is one is not known yet, so `*`, which is any answer, says nothing here: `reply` heeds it.
    """
    status, newest = engine.status(), archive.newest(known_state(request))
    # Two machines may give one number to different states of their own indexes.
    whose = status.token[:OF_ONE_INDEX] if archive.has_own_index else ""
    state = (archive.version, whose, str(status.generation), str(status.sequence), str(status.vectors), str(newest))
    days = (value for name, value in _settled_items(request) if name in _TOLD_FROM_TODAY)
    return _raise_if_known(
        request, _weak_tag(*state, whole_address(request.scope), *days), client_tags(request.headers) - {"*"}
    )


def known_state(request: Request) -> ArchiveState | None:
    """Return the state that the archive had when the request began; None where nobody asked."""
    state: ArchiveState | None = request.scope["state"].get(KNOWN_STATE)
    return state


def _weak_tag(*parts: str) -> str:
    """Weak: compression changes the bytes, and the time taken differs, but what is said is the same."""
    return f'W/"{fingerprint(*parts)[:24]}"'


def _raise_if_known(request: Request, tag: str, known: set[str]) -> str:
    # A HEAD comes as a GET; for whatever else the client asks that something be done.
    if request.method == "GET" and known & {tag, tag.removeprefix("W/"), "*"}:
        raise NotModified(tag)
    return tag


def next_page_link(request: Request, cursor: str | None) -> tuple[str | None, dict[str, str]]:
    """The address that goes on from here, and the headers that say so."""
    if cursor is None:
        return None, {}
    # A page goes on from the day on which the first was asked for.
    items = [item for item in _settled_items(request) if item[0] not in ("cursor", "page")]
    query = request.scope["query_string"]
    if _AS_WE_WRITE.fullmatch(query) and items == request.query_params.multi_items():
        address = f"{whole_address(request.scope)}&cursor={quote_plus(cursor)}"
    else:
        address = f"{whole_address(request.scope).partition('?')[0]}?{urlencode([*items, ('cursor', cursor)])}"
    return address, {"Link": f'<{address}>; rel="next"'}


def _settled_items(request: Request) -> list[tuple[str, str]]:
    """Return the parameters, dates that are told from today as those that they mean."""
    given = request.query_params.multi_items()
    return [(name, settled_date(value) if name in _TOLD_FROM_TODAY else value) for name, value in given]


async def _handle_moved(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Moved)
    # Not for ever: an editor may undo what joined them.
    return Response(status_code=301, headers={"Location": error.address, "Cache-Control": "no-cache"})


async def _handle_not_modified(_request: Request, error: Exception) -> Response:
    assert isinstance(error, NotModified)
    return not_modified(error)


def not_modified(known: NotModified) -> Response:
    return Response(status_code=304, headers={"ETag": known.tag, "Cache-Control": "no-cache"})
