"""Whether a request comes from this very machine, by its browser: such may add articles to an archive without keys.

What a browser sends without being asked proves nothing of who made it ask. So a form must come from a page of this
server (`Origin`), that was asked for by a name that no stranger can give to this machine, and through no proxy: who
stands before one is not here.
"""

from __future__ import annotations

import ipaddress
import re

from fastapi import Request

from app.archive import Archive
from app.errors import KeyRequired
from app.http.security import check_scope
from app.store.keys import Scope, allows, valid_keys

_THIS_MACHINE = "this machine"
_FORM = "multipart/form-data"
_NAMES = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?")
_OF_PROXIES = (
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-prefix",
    "x-forwarded-proto",
    "x-real-ip",
)


def may_add_without_key(request: Request, archive: Archive) -> bool:
    """Return whether this machine's browser asks, of an archive that nobody has made a key for. One that has a public
    address stands behind a proxy."""
    settings = archive.settings
    if not settings.local_writes or settings.require_key or settings.public_url or not _is_here(request):
        return False
    with archive.database.reading() as session:
        return not valid_keys(session)


def may_see(request: Request, archive: Archive, scope: Scope) -> bool:
    """Return whether pages show what this scope is for: to its key, or on the machine of an archive without keys."""
    if request.state.key is not None:
        return allows(request.state.key, scope)
    return scope != "admin" and may_add_without_key(request, archive)


def check_may_see(request: Request, archive: Archive, scope: Scope) -> None:
    """Raises `KeyRequired`, so that a browser asks for a key, or for another one; and `ScopeMissing` for others."""
    if may_see(request, archive, scope):
        return
    if request.state.key is not None and request.headers["authorization"].lower().startswith("basic"):
        raise KeyRequired(f"That key is good, but not for this: enter one with the scope {scope!r}.")
    check_scope(request.state.key, scope)


def known_sender(request: Request, archive: Archive, scope: Scope) -> str | None:
    """Return who sends a form, where that is clear before it is read; else its field for a key must say. Raises
    `KeyRequired` for what is no form."""
    if request.state.key is not None:
        return check_scope(request.state.key, scope).name
    if may_add_without_key(request, archive) and _is_from_own_page(request):
        return _THIS_MACHINE
    if not request.headers.get("content-type", "").startswith(_FORM):
        raise KeyRequired(f"This needs a key with the scope {scope!r}.")
    return None


def _is_from_own_page(request: Request) -> bool:
    """Return whether a form was sent by a page of this server. Browsers say so of each that they post."""
    return request.headers.get("origin", "") == f"{request.url.scheme}://{request.headers.get('host', '')}"


def _is_here(request: Request) -> bool:
    # Proxies that say nothing of themselves speak the old version mostly.
    if request.client is None or request.scope["http_version"] == "1.0":
        return False
    if any(name in request.headers for name in _OF_PROXIES):
        return False
    return _is_loopback(request.client.host) and bool(_NAMES.fullmatch(request.headers.get("host", "")))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
