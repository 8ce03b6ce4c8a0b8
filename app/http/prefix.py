"""The path below which readers find this server where a proxy has put it there, such as `/news`; mostly none.

As ASGI has it, `path` in a scope holds it and `root_path` says what it is. Links to other addresses begin with it, and
whoever tells requests apart by their address leaves it out.
"""

from __future__ import annotations

from functools import lru_cache

from starlette.datastructures import URL
from starlette.types import Scope


def prefix_of(scope: Scope) -> str:
    """Return what comes before each address of this server, also below a mounted folder."""
    return str(scope.get("app_root_path", scope.get("root_path", "")))


def path_within(scope: Scope) -> str:
    """Return the path that was asked for as this server names it."""
    return str(scope["path"]).removeprefix(prefix_of(scope))


def base_address(scope: Scope) -> str:
    """Return the address of this server as `Request.base_url` has it, in a tenth of the time."""
    host = next((value for name, value in scope["headers"] if name == b"host"), None)
    server = scope.get("server")
    return _base_address(scope["scheme"], host, tuple(server) if server else None, prefix_of(scope))


def whole_address(scope: Scope) -> str:
    """Return the address that was asked for as `Request.url` has it, likewise."""
    origin = base_address(scope).removesuffix("/").removesuffix(prefix_of(scope))
    path = scope["path"].replace("?", "%3F").replace("#", "%23").replace("\\", "%5C")
    query = scope["query_string"].decode()
    return f"{origin}{path}?{query}" if query else f"{origin}{path}"


@lru_cache(maxsize=1_000)
def _base_address(scheme: str, host: bytes | None, server: tuple[str, int | None] | None, prefix: str) -> str:
    headers = [] if host is None else [(b"host", host)]
    path = prefix if prefix.endswith("/") else f"{prefix}/"
    return str(URL(scope={"scheme": scheme, "headers": headers, "server": server, "path": path}))
