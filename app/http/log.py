"""The log: one line for each request, for programs (JSON) or for people; what libraries say takes the same form.

A line has the request's id, route, status and milliseconds. It has the address of who asked only where the request was
refused, and what was searched for only where the settings ask for that. A traceback tells where our code failed, never
with which values.
"""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import msgspec
from starlette.types import Scope

from app.settings import Settings

# It goes without where there is none, and would show exceptions by it, as no line here does: 4 MB of every server.
_had_rich = "rich" in sys.modules
if not _had_rich:
    sys.modules["rich"] = None  # type: ignore[assignment]
import structlog  # noqa: E402
from structlog.typing import EventDict, Processor  # noqa: E402

if not _had_rich:
    del sys.modules["rich"]

# Also in lines that others write while the request is at work, such as the server's traceback of a defect.
_request: ContextVar[str | None] = ContextVar("request", default=None)

_SERVERS = ("asyncio", "uvicorn.error")
"""Loggers of what stands around the handling of requests, and reports what fails there."""

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_TIMES = structlog.processors.TimeStamper(fmt="iso", utc=True)


class Log:
    def __init__(self, settings: Settings) -> None:
        self._queries = settings.log_queries
        self._least = _LEVELS[settings.log_level]
        self._render = _json_line if settings.log_format == "json" else _logfmt_line

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
        level = "error" if status == 500 else "warning" if refused else "info"
        if _LEVELS[level] >= self._least:
            now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
            text = self._render({**line, "event": "request", "timestamp": now, "level": level})
            # Found anew for each line: who started us may have put another in its place. In one piece: several
            # processes write there.
            sys.stderr.write(f"{text}\n")
            sys.stderr.flush()


def logging_config(settings: Settings) -> dict[str, Any]:
    """Return what `logging.config` takes: the server's own lines and those of libraries."""
    level = settings.log_level.upper()
    # At `info` the server tells of each start and stop; that is for those who look for something.
    quiet = "WARNING" if level == "INFO" else level
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": [_TIMES, structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name, _add_id],
        "processors": [_error_text, structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(settings)],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": quiet},
        "loggers": {"app": {"level": level}, "uvicorn": {"level": quiet}},
    }


def _renderer(settings: Settings) -> Processor:
    if settings.log_format == "json":
        return structlog.processors.JSONRenderer(serializer=_encode)
    # Its own way to show an exception prints the variables of every function that it came through.
    plain = structlog.dev.plain_traceback
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)


def _json_line(line: EventDict) -> str:
    return msgspec.json.encode(line).decode()


_FIRST = dict.fromkeys(("timestamp", "level", "event"))
_TO_QUOTE = re.compile('[ ="]')


def _logfmt_line(line: EventDict) -> str:
    """Render a request as structlog's logfmt does, in a fifth of the time. Not as libraries below: columns and colours
    take it 60 µs."""
    return " ".join([f"{name}={_logfmt_value(value)}" for name, value in {**_FIRST, **line}.items()])


def _logfmt_value(value: object) -> str:
    text = "" if value is None else str(value)
    if _TO_QUOTE.search(text):
        text = text.replace("\\", "\\\\").replace('"', '\\"')
        text = f'"{text}"'
    return text.replace("\n", "\\n")


def _error_text(_logger: Any, _name: str, event: EventDict) -> EventDict:
    """The exception of a line as text. What it says itself is left out where a client may have had a part in it: a
    message often quotes the value that could not be borne, and that may be what was searched for, or a key."""
    told = event.pop("exc_info", None)
    error = told[1] if isinstance(told, tuple) else told
    if isinstance(error, BaseException):
        quiet = _request.get() is not None or event.get("logger") in _SERVERS
        if event.get("logger") == "asyncio":
            # Then come what was called, with which values, and the exception in its own words.
            event["event"] = re.split(r"[\n(<]", event["event"])[0]
        event["exception"] = "".join(_trace_lines(error) if quiet else traceback.format_exception(error)).rstrip()
    return event


def _trace_lines(error: BaseException) -> Iterator[str]:
    """Yield where it was raised, and its kind; before it what it came of, after it what it holds."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from _trace_lines(cause)
        yield "\nAnd then:\n\n"
    yield from traceback.format_tb(error.__traceback__)
    yield f"{type(error).__module__}.{type(error).__qualname__}\n"
    for each in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        yield "\nIn it:\n\n"
        yield from _trace_lines(each)


def _add_id(_logger: Any, _name: str, event: EventDict) -> EventDict:
    if (id := _request.get()) is not None:
        event["id"] = id
    return event


def _encode(event: EventDict, **_: Any) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()
