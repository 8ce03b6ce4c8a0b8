"""Answers as ready bytes with a tag, and 304 for whoever has them already.

The bytes are built here and not by a response model: for a page of hits that is a sixth of the time. The models stay
for the schema, and a test holds the bytes against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import urlencode

import msgspec
from fastapi import FastAPI, Request, Response

from app.archive import Archive
from app.text import fingerprint

JSON = "application/json"
_encode = msgspec.json.Encoder().encode


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


def install(app: FastAPI) -> None:
    app.add_exception_handler(NotModified, _not_modified)
    app.add_exception_handler(Moved, _moved)


def tagged(request: Request, *parts: str) -> str:
    """A tag that changes with `parts`; `NotModified` where the client has it.

    Weak: compression changes the bytes, and the time taken differs, but what is said is the same.
    """
    tag = f'W/"{fingerprint(*parts)[:24]}"'
    given = request.headers.get("if-none-match")
    if given is not None and {part.strip() for part in given.split(",")} & {tag, tag.removeprefix("W/"), "*"}:
        raise NotModified(tag)
    return tag


def reply(
    request: Request,
    answer: Mapping[str, object] | str,
    *,
    tag: str | None = None,
    headers: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """`answer` as JSON, or as plain text. Without a `tag` of its own it is tagged by its bytes."""
    plain = isinstance(answer, str)
    body = answer.encode() if isinstance(answer, str) else _encode(answer)
    stamps = {"ETag": tag or tagged(request, sha256(body).hexdigest()), "Cache-Control": "no-cache", **(headers or {})}
    return Response(body, status, stamps, "text/plain" if plain else JSON)


def indexed(request: Request, archive: Archive) -> str:
    """A tag known before the search is run: same archive, same index, same question, same answer."""
    status = archive.engine.status()
    state = (archive.version, str(status.generation), str(status.sequence), str(archive.newest()))
    return tagged(request, *state, str(request.url))


def next_page(request: Request, cursor: str | None) -> tuple[str | None, dict[str, str]]:
    """The address that goes on from here, and the headers that say so."""
    if cursor is None:
        return None, {}
    items = [item for item in request.query_params.multi_items() if item[0] != "cursor"]
    address = f"{str(request.url).partition('?')[0]}?{urlencode([*items, ('cursor', cursor)])}"
    return address, {"Link": f'<{address}>; rel="next"'}


async def _moved(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Moved)
    # Not for ever: an editor may undo what joined them.
    return Response(status_code=301, headers={"Location": error.address, "Cache-Control": "no-cache"})


async def _not_modified(_request: Request, error: Exception) -> Response:
    assert isinstance(error, NotModified)
    return Response(status_code=304, headers={"ETag": error.tag, "Cache-Control": "no-cache"})
