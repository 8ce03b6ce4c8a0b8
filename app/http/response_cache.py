"""Ready answers: what was asked before, of the same state of the archive, is sent again without asking anyone.

A reader turns pages back, a front end repeats its start page, a dashboard polls; pages for people are kept too. The
state is a few numbers that move with every commit to the rows and every generation of the index, so an answer is never
older than either; and the day, for `date_from=-7d`.

Since when it is what it is, a process has seen for itself: that is `Last-Modified`, for readers that know no tags.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from email.utils import formatdate
from time import time
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.archive import Archive, ArchiveState
from app.cache import Cache, Shelf
from app.errors import DatelineError
from app.http.asking import ask_rows
from app.http.metrics import Metrics
from app.http.prefix import base_address, path_within
from app.http.responses import KNOWN_STATE, client_tags
from app.read import relative_dates

MOST_BYTES = 6 * 1024 * 1024
"""Some 300 pages of 20 hits."""
LARGEST = 512 * 1024
"""Bytes of one answer; a larger one is seldom asked for twice and would push out many."""
STEADY_SECONDS = 2
"""Seconds that a state must have lasted to be told by the second in which it began: another process may have seen it a
little later, or the one before it a little longer."""


@dataclass(slots=True)
class _CachedResponse:
    start: Message = field(default_factory=dict)
    body: bytes = b""
    is_whole: bool = False
    route: Any = None

    @property
    def tag(self) -> str:
        return Headers(raw=self.start["headers"]).get("etag", "")

    @property
    def keeps(self) -> bool:
        if not self.is_whole or self.start.get("status") != 200 or len(self.body) > LARGEST:
            return False
        given = dict(self.start["headers"])
        return bool(given.get(b"etag")) and b"no-store" not in given.get(b"cache-control", b"")

    def add(self, message: Message) -> None:
        """Take a piece of the answer; of one that is too long, which may be very long, no more than shows that."""
        if len(self.body) <= LARGEST:
            self.body += message.get("body", b"")
        self.is_whole = not message.get("more_body", False)


class ResponseCache:
    """Below all that compresses, stamps or refuses, which is done for each request anew."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics
        self._cache = Cache(MOST_BYTES)
        self._state: object = None
        self._since = 0.0
        self._told: str | None = None
        self._kept: Shelf[_CachedResponse] = self._cache.shelf(_response_size)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_shareable(scope):
            await self._app(scope, receive, send)
            return
        archive: Archive = scope["app"].state.archive
        state = await ask_rows(archive, _archive_state, archive)
        if state is None:
            await self._app(scope, receive, send)
            return
        scope["state"][KNOWN_STATE] = state[0]
        shelf, key, asked = self._shelf(state), _cache_key(scope), Headers(scope=scope)
        sender = _DatedSender(send, asked, self._last_change())
        if kept := shelf.find(key):
            self._metrics.answered_from_cache()
            scope["route"] = kept.route
            await _send_cached(kept, asked, sender)
            return
        made = _CachedResponse()

        async def keeping(message: Message) -> None:
            if message["type"] == "http.response.start":
                made.start = {**message, "headers": list(message["headers"])}
            elif message["type"] == "http.response.body":
                made.add(message)
            await sender(message)

        await self._app(scope, receive, keeping)
        made.route = scope.get("route")
        # Where the archive moved meanwhile, nobody knows which state was answered from; but nobody asks again for the
        # answers of one that is gone.
        if made.keeps:
            shelf.put(key, made)

    def _shelf(self, state: object) -> Shelf[_CachedResponse]:
        """Return the answers of this state; those of an earlier one are let go of and never sent again."""
        if state != self._state:
            self._state, self._kept = state, self._cache.shelf(_response_size)
            self._since, self._told = time(), None
        return self._kept

    def _last_change(self) -> str | None:
        """Return when the present state began, as a header has it; None where that is too short ago to be told."""
        if self._told is None and time() - self._since >= STEADY_SECONDS:
            self._told = formatdate(self._since, usegmt=True)
        return self._told


class _DatedSender:
    """Sends an answer with `Last-Modified`, or 304 in its place to who has it since then and says nothing of a tag.

    What is of another state has another date, earlier or later by seconds: it must be the very same.
    """

    def __init__(self, send: Send, asked: Headers, last_change: str | None) -> None:
        self._send, self._last_change = send, last_change
        self._is_known = (
            last_change is not None and asked.get("if-modified-since") == last_change and "if-none-match" not in asked
        )
        self._withholds = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and self._last_change is not None and _is_tagged(message):
            message = self._started(
                {**message, "headers": [*message["headers"], (b"last-modified", self._last_change.encode())]}
            )
        elif self._withholds:
            message = {**message, "body": b""}
        await self._send(message)

    def _started(self, start: Message) -> Message:
        if start["status"] != 200 or not self._is_known:
            return start
        self._withholds = True
        return {**start, "status": 304, "headers": [each for each in start["headers"] if each[0] not in _OF_BODIES]}


_OF_BODIES = (b"content-length", b"content-type")


def _is_tagged(start: Message) -> bool:
    return start["status"] in (200, 304) and b"etag" in dict(start["headers"])


def _archive_state(archive: Archive) -> tuple[ArchiveState, date] | None:
    """Return what all answers depend on besides their question: what the archive holds, and the day, from which dates
    may be told. None where nobody can tell: the request goes on to the handlers, which say what is wrong."""
    try:
        return archive.state(), relative_dates.today()
    except DatelineError:
        return None


def _response_size(answer: _CachedResponse) -> int:
    return len(answer.body) + 2_000


def _is_shareable(scope: Scope) -> bool:
    """Return whether the answer may be kept: what somebody was shown for a key is not for the next one, who may have
    none."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    path = path_within(scope)
    is_read = path.startswith("/v1/") or _PAGES.fullmatch(path) is not None
    return is_read and b"authorization" not in dict(scope["headers"])


_PAGES = re.compile(r"/|/(articles|entities)/[^/]+|/(entities|sources|calendar|how-to-search)")
"""What says nothing but what the archive holds; other pages tell what is under way, or are forms."""


def _cache_key(scope: Scope) -> tuple[object, ...]:
    """Answers hold whole addresses, so the one that was asked at is part of the question."""
    return base_address(scope), scope["path"], scope["query_string"]


async def _send_cached(kept: _CachedResponse, asked: Headers, send: Send) -> None:
    if client_tags(asked) & {kept.tag, kept.tag.removeprefix("W/"), "*"}:
        headers = [(b"etag", kept.tag.encode()), (b"cache-control", b"no-cache")]
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({**kept.start, "headers": list(kept.start["headers"])})
    await send({"type": "http.response.body", "body": kept.body})
