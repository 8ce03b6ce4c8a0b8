"""The path below which readers find this server where a proxy has put it there, such as `/news`; mostly none.

As ASGI has it, `path` in a scope holds it and `root_path` says what it is. Links to other addresses begin with it, and
whoever tells requests apart by their address leaves it out.
"""

from __future__ import annotations

from starlette.types import Scope


def prefix_of(scope: Scope) -> str:
    """Return what comes before each address of this server, also below a mounted folder."""
    return str(scope.get("app_root_path", scope.get("root_path", "")))


def path_within(scope: Scope) -> str:
    """Return the path that was asked for as this server names it."""
    return str(scope["path"]).removeprefix(prefix_of(scope))
