"""The log: one line for each request, for programs (JSON) or for people; what libraries say takes the same form.

A line has the request's id, route, status and milliseconds. It has the address of who asked only where the request was
refused, and what was searched for only where the settings ask for that.
"""

from __future__ import annotations

import sys
from contextvars import ContextVar
from typing import Any

import msgspec
import structlog
from starlette.types import Scope
from structlog.typing import EventDict, Processor

from app.settings import Settings

# Also in lines that others write while the request is at work, such as the server's traceback of a defect.
_request: ContextVar[str | None] = ContextVar("request", default=None)

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_TIMES = structlog.processors.TimeStamper(fmt="iso", utc=True)


class Log:
    def __init__(self, settings: Settings) -> None:
        self._queries = settings.log_queries
        self._logger = structlog.wrap_logger(
            _Stderr(),
            processors=[_TIMES, structlog.processors.add_log_level, _line(settings)],
            wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[settings.log_level]),
        )

    def begin(self, id: str) -> None:
        _request.set(id)

    def answered(self, scope: Scope, route: str, status: int, seconds: float) -> None:
        state = scope["state"]
        line: dict[str, Any] = {
            "id": state["request_id"],
            "method": scope["method"],
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 2),
        }
        if (key := state.get("key")) is not None:
            line["key"] = key.prefix
        if (problem := state.get("problem")) is not None:
            line |= {"problem": problem, "client": scope["client"][0] if scope.get("client") else None}
        if self._queries:
            line["query"] = scope["query_string"].decode("latin-1")
        # A refusal may be an attack, a failure is ours; a word misspelt is the day's work.
        refused = status in (401, 403, 413, 429, 503)
        self._logger.log(40 if status == 500 else 30 if refused else 20, "request", **line)


def config(settings: Settings) -> dict[str, Any]:
    """For `logging.config`: the server's own lines and those of libraries."""
    level = settings.log_level.upper()
    # At `info` the server tells of each start and stop; that is for those who look for something.
    quiet = "WARNING" if level == "INFO" else level
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": [_TIMES, structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name, _identified],
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderer(settings)],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": quiet},
        "loggers": {"app": {"level": level}, "uvicorn": {"level": quiet}},
    }


def _line(settings: Settings) -> Processor:
    """Not the renderer below: columns and colours take it 60 µs for each request."""
    if settings.log_format == "json":
        return structlog.processors.JSONRenderer(serializer=_encode)
    return structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"])


def _renderer(settings: Settings) -> list[Processor]:
    if settings.log_format == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(serializer=_encode)]
    return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]


def _identified(_logger: Any, _name: str, event: EventDict) -> EventDict:
    if (id := _request.get()) is not None:
        event["id"] = id
    return event


def _encode(event: EventDict, **_: Any) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()


class _Stderr:
    """Found anew for each line: who started us may have put another in its place."""

    def msg(self, line: str) -> None:
        # In one piece: several processes write to the same place.
        sys.stderr.write(line + "\n")
        sys.stderr.flush()

    debug = info = warning = error = log = msg
