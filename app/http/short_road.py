"""The short road for reads that are asked all the time: from the layers around the application straight to the handler.

Everything that is the same for all requests (the address, the id, the headers, the log, the meters, keys and rates,
compression, ready answers, search slots) lies outside of it, and the operation is the route's own: its parameters, its
handler, its schema. So there is nothing here that could differ from the ordinary road, which FastAPI leads: whatever is
to be refused or moved is left to that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import DatelineError
from app.http.prefix import path_within
from app.http.responses import Moved, NotModified, not_modified
from app.http.route import PromptRoute


class RoadMap:
    """Which route a path leads to. Routes of other rooms may be added while the application is put together."""

    def __init__(self) -> None:
        self._fixed: dict[str, PromptRoute | None] = {}
        self._patterns: list[tuple[re.Pattern[str], PromptRoute]] = []

    def add(self, routes: Iterable[BaseRoute]) -> None:
        for route in routes:
            path = getattr(route, "path", "")
            prompt = route if isinstance(route, PromptRoute) and route.takes_params else None
            if "{" not in path:
                self._fixed.setdefault(path, prompt)
            elif prompt is not None:
                self._patterns.append((prompt.path_regex, prompt))

    def find(self, path: str) -> tuple[PromptRoute, dict[str, str]] | None:
        """Return the route and what the path gives it; None where the ordinary road has to look."""
        if path in self._fixed:
            route = self._fixed[path]
            return (route, {}) if route is not None else None
        return next(
            ((route, match.groupdict()) for regex, route in self._patterns if (match := regex.match(path))), None
        )

    def close(self) -> None:
        """Send everything down the ordinary road."""
        self._fixed.clear()
        self._patterns.clear()


class ShortRoad:
    """Innermost of all layers."""

    def __init__(self, app: ASGIApp, roads: RoadMap) -> None:
        self._app, self._roads = app, roads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_read = scope["type"] == "http" and scope["method"] == "GET"
        found = self._roads.find(path_within(scope)) if is_read else None
        if found is None:
            await self._app(scope, receive, send)
            return
        scope["route"], scope["path_params"] = found
        request = Request(scope, receive, send)
        try:
            response = await found[0].answer_here(request)
        except NotModified as known:
            response = not_modified(known)
        except (DatelineError, HTTPException, Moved, RequestValidationError):
            await self._app(scope, receive, send)
            return
        await response(scope, receive, send)
