"""The server that assistants talk to, over standard input and output (`dateline mcp`) or over HTTP (`/mcp`).

It keeps nothing of a conversation: each request stands for itself, so any process of a server may answer it. Over HTTP
it stands behind the same keys, rates, bounds and log as the API, and a tool takes a search slot as a search does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import wraps
from typing import Any

from anyio import to_thread
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import ToolAnnotations
from starlette.datastructures import State
from starlette.routing import Route

from app.archive import Archive
from app.assistants.door import ADDRESS, Protocol
from app.assistants.tools import Tools
from app.errors import DatelineError, InvalidParameter

_INSTRUCTIONS = (
    "An archive of news articles. Search with few words first, and narrow with names and dates; read an article before "
    "you say what it says; cite each with headline, source, date and address."
)
_ONLY_READS = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)

Slot = Callable[[], AbstractAsyncContextManager[object]]


def build_server(tools: Callable[[], Tools], version: str, slot: Slot = nullcontext) -> MCPServer[Any]:
    """Return a server of `tools`, which are asked for anew at each call; each call is within a `slot`."""
    server: MCPServer[Any] = MCPServer(
        "dateline", title="Dateline", instructions=_INSTRUCTIONS, version=version, subscriptions=False,
        log_level="WARNING",
    )  # fmt: skip
    for name, tool in vars(Tools).items():
        if not name.startswith("_"):
            server.add_tool(_in_thread(tool, tools, slot), name=name, annotations=_ONLY_READS)
    return server


def over_http(state: State, version: str) -> Protocol:
    """Return what answers at `/mcp` of an application, whose archive and search slots are in its `state`."""

    @asynccontextmanager
    async def slot() -> AsyncIterator[None]:
        await state.search_slots.acquire()
        try:
            yield
        finally:
            state.search_slots.release()

    server = build_server(lambda: Tools(state.archive), version, slot)
    # The layers of the application judge hosts and origins already.
    anybody = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    inner = server.streamable_http_app(
        streamable_http_path=ADDRESS, json_response=True, stateless_http=True, transport_security=anybody
    )
    [route] = inner.routes
    assert isinstance(route, Route)
    return route.app, server.session_manager.run()


def run_in_terminal(archive: Archive) -> None:
    """Serve one assistant over standard input and output, until it leaves."""
    build_server(lambda: Tools(archive), archive.version).run("stdio")


def _in_thread(tool: Callable[..., Any], tools: Callable[[], Tools], slot: Slot) -> Callable[..., Any]:
    """Return the tool as the server calls it: beside other requests, and with failures that a model can act on."""
    bound = getattr(Tools(None), tool.__name__)  # type: ignore[arg-type]  # for its signature alone

    @wraps(bound)
    async def called(*args: Any, **given: Any) -> Any:
        async with slot():
            try:
                return await to_thread.run_sync(lambda: getattr(tools(), tool.__name__)(*args, **given))
            except DatelineError as error:
                raise ToolError(_what_to_do(error)) from None

    return called


def _what_to_do(error: DatelineError) -> str:
    said = str(error)
    if isinstance(error, InvalidParameter):
        if error.suggestion:
            said += f" Did you mean {error.suggestion}?"
        if error.candidates:
            said += " It may be: " + "; ".join(
                f"{each.id} ({each.name}{f', {each.hint}' if each.hint else ''})" for each in error.candidates
            )
    return said
