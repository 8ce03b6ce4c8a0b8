"""Access: keys and their scopes, how often one may ask, and what browsers may do with an answer.

Reads are open unless a key is required; what writes names the scope it needs (`require_scope`). A key comes as
`Authorization: Bearer KEY`. A browser may send it as the password of its own dialogue: such a password comes along by
itself, whoever made the browser ask, so it lets one read, and never writes.
"""

from __future__ import annotations

import base64
import binascii
import threading
from collections.abc import Awaitable, Callable
from typing import NamedTuple
from urllib.parse import unquote_plus

from fastapi import Request
from starlette import datastructures
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import errors
from app.addresses import network
from app.archive import Archive
from app.http import problems
from app.http.asking import ask_rows
from app.http.prefix import path_within
from app.http.rates import Headers, RateLimiter
from app.store import keys
from app.store.tables import Key

# They say nothing of the articles: health for who watches the process, the contract and its page, what problems mean.
_OPEN = ("/healthz", "/readyz", "/openapi.json", "/docs", "/problems/", "/robots.txt", "/favicon.ico")

_UNCOUNTED = "/healthz"
"""Who asks whether a process answers must not wait for the database that counts."""

_ASKED_BY_FORM = ("/match",)
"""Pages that a form asks, for what is too long for an address: it changes nothing."""

MOST_PARAMETERS = 600
"""A search with every list at its longest has 510."""


class Keys:
    """The valid keys, read again whenever anybody has committed: a revoked one ends at once, in every process."""

    def __init__(self) -> None:
        self._state = -1
        self._valid: dict[str, Key] = {}
        self._lock = threading.Lock()

    def find(self, archive: Archive, given: str) -> Key | None:
        state = archive.database.version()
        with self._lock:
            if state != self._state:
                with archive.database.reading() as session:
                    self._valid = keys.valid_keys(session)
                self._state = state
            return keys.matching(self._valid, given)

    def admit(self, request: Request, given: str, scope: keys.Scope) -> Key:
        """Return the key that the request came with, or else the one that somebody typed into its form, if it may do
        this. Raises `KeyRequired`, `ScopeMissing`."""
        found: Key | None = request.state.key
        if found is None and given:
            found = self.find(request.app.state.archive, given)
            if found is None:
                raise errors.KeyRequired("The key is unknown or was revoked.")
        return check_scope(found, scope)


class Guard:
    """Lets a request in, with the key it came with in `state.key`, or refuses it."""

    def __init__(self, app: ASGIApp, *, require_key: bool, rates: RateLimiter | None) -> None:
        self._app, self._require_key, self._rates = app, require_key, rates
        self._keys = Keys()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["state"]["key"] = None
        refused = await self._judge(scope)
        told: Headers = []
        if self._rates is not None and path_within(scope) != _UNCOUNTED:
            # Also of one who guesses keys: guesses count.
            standing = await self._rates.take(scope["app"].state.archive, _caller_of(scope))
            told, refused = standing.headers, standing.exceeded or refused
        app = problems.domain_problem(Request(scope), refused) if refused is not None else self._app
        await app(scope, receive, _with_headers(send, told) if told else send)

    async def _judge(self, scope: Scope) -> errors.DatelineError | None:
        """Return why a request is refused, whoever it is."""
        try:
            _check_parameter_count(scope["query_string"])
            await self._identify(scope)
        except errors.DatelineError as error:
            return error
        return None

    async def _identify(self, scope: Scope) -> None:
        given, key = _presented_key(scope), None
        if given is not None:
            archive: Archive = scope["app"].state.archive
            key = await ask_rows(archive, self._keys.find, archive, given.key)
            if key is None:
                raise errors.KeyRequired("The key is unknown or was revoked.")
        is_read = scope["method"] in ("GET", "HEAD") or path_within(scope) in _ASKED_BY_FORM
        if given is None or not given.by_itself or is_read:
            scope["state"]["key"] = key
        if self._require_key and not path_within(scope).startswith(_OPEN):
            check_scope(key, "read")


def _check_parameter_count(query: bytes) -> None:
    """Count parameters before anything is made of them: an address has room for 16,000 parameters, and each would be
    explained."""
    if query.count(b"&") >= MOST_PARAMETERS:
        name = unquote_plus(query.split(b"&")[MOST_PARAMETERS].partition(b"=")[0][:100].decode("latin-1"))
        raise errors.InvalidParameter(name, f"It is one too many: a request has at most {MOST_PARAMETERS} parameters.")


def require_scope(scope: keys.Scope) -> Callable[[Request], Awaitable[Key]]:
    """A dependency: the request came with a key of that scope, which it gives."""

    async def check(request: Request) -> Key:
        return check_scope(request.state.key, scope)

    return check


def check_scope(key: Key | None, scope: keys.Scope) -> Key:
    """Return the key, if it may do this; raises `KeyRequired` or `ScopeMissing` otherwise."""
    if key is None:
        raise errors.KeyRequired("This needs a key: Authorization: Bearer KEY. Make one with: dateline keys create")
    if not keys.allows(key, scope):
        raise errors.ScopeMissing(scope)
    return key


class _PresentedKey(NamedTuple):
    """A key as sent; `by_itself`: as the password of a browser's dialogue."""

    key: str
    by_itself: bool


def _presented_key(scope: Scope) -> _PresentedKey | None:
    """Return the key; a header that is there but holds none, or several, is as wrong as an unknown key."""
    sent = [value for name, value in scope["headers"] if name == b"authorization"]
    if not sent:
        return None
    scheme, _, value = sent[0].decode("latin-1").partition(" ") if len(sent) == 1 else ("", "", "")
    if scheme.lower() == "bearer":
        return _PresentedKey(value.strip(), by_itself=False)
    try:
        password = (
            base64.b64decode(value, validate=True).decode().partition(":")[2] if scheme.lower() == "basic" else ""
        )
    except (binascii.Error, UnicodeDecodeError):
        password = ""
    return _PresentedKey(password, by_itself=True)


def _caller_of(scope: Scope) -> str:
    key: Key | None = scope["state"]["key"]
    if key is not None:
        return key.prefix
    return network(scope["client"][0]) if scope.get("client") else "nobody"


class Origins(CORSMiddleware):
    """What pages elsewhere may do. A question of a browser that is answered with no goes on as the OPTIONS that it is,
    which nothing here serves: so it counts against the rate, and is refused, logged and counted like any other."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._refuses(headers := datastructures.Headers(scope=scope), scope["method"]):
            await self.simple_response(scope, receive, send, headers)
        else:
            await super().__call__(scope, receive, send)

    def _refuses(self, headers: datastructures.Headers, method: str) -> bool:
        asks = method == "OPTIONS" and "origin" in headers and "access-control-request-method" in headers
        return asks and self.preflight_response(headers).status_code != 200


def _with_headers(send: Send, told: Headers) -> Send:
    async def telling(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *told]
        await send(message)

    return telling
