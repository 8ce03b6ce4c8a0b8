"""Forms with files, as browsers and curl send them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi import Request
from python_multipart.multipart import parse_options_header
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.types import Message

from app.ingest.uploads import MOST_FILES, Upload

_MOST_FIELDS = 10
_TAIL = 300
"""Bytes: a boundary has 70 at most."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """`fields` are those that are no files. Where a form was sent without choosing a file, browsers send one without a
    name."""

    uploads: list[Upload]
    fields: Mapping[str, str]


@asynccontextmanager
async def handed_in(request: Request) -> AsyncIterator[HandedIn]:
    """Take in a form; its files go with the block, and are on disk where they are large."""
    media_type, options = parse_options_header(request.headers.get("content-type"))
    if media_type != b"multipart/form-data":
        raise HTTPException(415)
    end, tail = b"--%b--" % options.get(b"boundary", b""), b""

    async def receive() -> Message:
        nonlocal tail
        message = await request.receive()
        tail = (tail + message.get("body", b""))[-_TAIL:]
        return message

    async with Request(request.scope, receive).form(max_files=MOST_FILES, max_fields=_MOST_FIELDS) as form:
        if not tail.rstrip().endswith(end):
            # The parser would pass over a file that does not end.
            raise HTTPException(400, "The form is cut off: its last line is missing.")
        sent = [(name, value) for name, value in form.multi_items()]
        files = [value for _, value in sent if isinstance(value, UploadFile)]
        yield HandedIn(
            [Upload(file.filename, file.file) for file in files if file.filename],
            {name: value for name, value in sent if isinstance(value, str)},
        )
