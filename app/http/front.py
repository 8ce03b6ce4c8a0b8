"""The address under which readers reach this server: what the settings say, else what a trusted proxy says, else what
was asked.

It is put into the request itself, so that whatever makes a link, keeps an answer or compares an origin goes by it.
What proxies say (`X-Forwarded-…`) is believed of those that the settings name: anybody can send such headers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.addresses import unmap_ipv4
from app.http.envelope import REFUSED
from app.http.framing import is_host
from app.settings import PROXY_PREFIX

_FORWARDED = b"x-forwarded-"
"""How the name of each header begins in which a proxy says something."""
_TOLD = "told"
"""In the state of a scope, until the client behind the proxy is known too."""


class PublicAddress(NamedTuple):
    """An empty part is as the request has it. `prefix` has no slash at its end."""

    scheme: str = ""
    host: str = ""
    prefix: str = ""

    @classmethod
    def of(cls, url: str) -> PublicAddress:
        scheme, _, rest = url.partition("://")
        host, slash, path = rest.partition("/")
        return cls(scheme, host, (slash + path).rstrip("/"))

    @classmethod
    def told_by(cls, headers: Headers) -> PublicAddress:
        """Return what a proxy says. `ValueError` where no address can have such a part."""
        scheme, host = _nearest(headers, "x-forwarded-proto").lower(), _nearest(headers, "x-forwarded-host")
        prefix = _nearest(headers, "x-forwarded-prefix").rstrip("/")
        if (
            scheme not in ("", "http", "https")
            or not (is_host(host) or not host)
            or not _PREFIX_PATTERN.fullmatch(prefix)
        ):
            raise ValueError(scheme, host, prefix)
        return cls(scheme, host, prefix)


class Front:
    """Outermost: all others see the request as the reader sent it."""

    def __init__(self, app: ASGIApp, *, public_url: str, proxies: Iterable[str]) -> None:
        self._app = app
        self._public = PublicAddress.of(public_url) if public_url else None
        self._clients = ProxyHeadersMiddleware(self._forward, list(map(unmap_ipv4, proxies)))  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        if not any(name.startswith(_FORWARDED) for name, _ in scope["headers"]):
            state[_TOLD] = self._public
            await self._forward(scope, receive, send)
            return
        try:
            state[_TOLD] = self._public or self._told(scope)
        except ValueError:
            state.setdefault(REFUSED, 400)
        await self._clients(scope, receive, send)  # type: ignore[arg-type]

    def _told(self, scope: Scope) -> PublicAddress:
        trusted = scope.get("client") and scope["client"][0] in self._clients.trusted_hosts
        return PublicAddress.told_by(Headers(scope=scope)) if trusted else PublicAddress()

    async def _forward(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = scope["state"].pop(_TOLD, None)
        if address is not None and REFUSED not in scope["state"]:
            _readdress(scope, address)
        await self._app(scope, receive, send)


def _readdress(scope: Scope, address: PublicAddress) -> None:
    """Proxies may take the prefix off or leave it; here it is always there."""
    if address.scheme:
        scope["scheme"] = address.scheme
    if address.host:
        others = [header for header in scope["headers"] if header[0] != b"host"]
        scope["headers"] = [(b"host", address.host.encode()), *others]
    if address.prefix:
        scope["root_path"] = address.prefix
        if scope["path"] == address.prefix:
            scope["path"] += "/"
        elif not scope["path"].startswith(f"{address.prefix}/"):
            scope["path"] = address.prefix + scope["path"]
            scope["raw_path"] = address.prefix.encode() + scope.get("raw_path", b"")


def _nearest(headers: Headers, name: str) -> str:
    """Return what the nearest proxy says: one that adds to a header adds behind what it was sent."""
    return ",".join(headers.getlist(name)).rpartition(",")[2].strip()


_PREFIX_PATTERN = re.compile(PROXY_PREFIX)
