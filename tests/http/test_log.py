"""The log: one line a request, and never more of a reader than was asked for."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from logging.config import dictConfig
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from fastapi import FastAPI, Request, Response
from starlette.middleware import Middleware

from app.api.app import create_api
from app.http import log
from app.settings import Settings
from tests.served import AS_ADMIN, admit_the_admin, serve

Captured = pytest.CaptureFixture[str]


def lines(folder: Path, captured: Captured, path: str, **given: Any) -> list[str]:
    with serve(create_api(Settings(data_dir=folder, **given))) as client:
        client.get(path, headers={"X-Request-ID": "mine"})
    return [line for line in captured.readouterr().err.splitlines() if "mine" in line]


def test_a_line_for_programs(tmp_path: Path, capsys: Captured) -> None:
    [line] = lines(tmp_path, capsys, "/v1/articles/abc?q=secret", log_format="json")
    read = json.loads(line)
    assert read.pop("timestamp").endswith("Z")
    assert read.pop("ms") > 0
    assert read == {
        "level": "info",
        "event": "request",
        "id": "mine",
        "method": "GET",
        "route": "/v1/articles/{article_id}",
        "status": 404,
        "problem": "not-found",
        "client": "127.0.0.1",
    }


def test_a_line_for_people_holds_neither_words_nor_address(tmp_path: Path, capsys: Captured) -> None:
    [line] = lines(tmp_path, capsys, "/v1/search?q=secret")
    assert "route=/v1/search status=200 ms=" in line
    assert "secret" not in line
    assert "127.0.0.1" not in line


def test_unless_the_words_are_asked_for(tmp_path: Path, capsys: Captured) -> None:
    [line] = lines(tmp_path, capsys, "/v1/search?q=secret", log_queries=True, log_format="json")
    assert json.loads(line)["query"] == "q=secret"


@pytest.mark.parametrize("query", ['q="a b"', "a=\\", "plain", "a\\b", 'é "', "", "two\nlines", "\\ \n"])
def test_a_line_for_people_is_logfmt_as_structlog_writes_it(query: str, capsys: Captured) -> None:
    scope = {"state": {"request_id": "mine"}, "method": "GET", "query_string": query.encode("latin-1")}
    log.Log(Settings(log_queries=True)).answered(scope, "/v1/search", 200, 0.001)
    line = capsys.readouterr().err
    told = line.split()[0].partition("=")[2]
    event = {
        "event": "request", "id": "mine", "method": "GET", "route": "/v1/search", "status": 200, "ms": 1.0,
        "query": query, "timestamp": told, "level": "info",
    }  # fmt: skip
    renderer = structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"])
    assert line == renderer(None, "info", event) + "\n"


def test_a_refusal_is_a_warning_with_its_reason_and_address(tmp_path: Path, capsys: Captured) -> None:
    [line] = lines(tmp_path, capsys, "/v1/search", require_key=True, log_format="json", log_level="warning")
    read = json.loads(line)
    assert (read["level"], read["problem"], read["client"]) == ("warning", "key-required", "127.0.0.1")


# The client is in this process too, and its own lines are none of the server's.
_SET = {"uvicorn.error": logging.NOTSET, "httpx": logging.WARNING, "httpcore": logging.WARNING}


@contextmanager
def logged(settings: Settings) -> Iterator[None]:
    """As a server process logs, which tests otherwise keep silent."""
    loggers = [logging.root, *map(logging.getLogger, ("app", "uvicorn", *_SET))]
    before = [(each.handlers[:], each.level, each.propagate) for each in loggers]
    for logger in loggers[1:]:
        logger.handlers, logger.propagate = [], True
        logger.setLevel(_SET.get(logger.name, logger.level))
    try:
        dictConfig(log.logging_config(settings))
        yield
    finally:
        for logger, (handlers, level, propagate) in zip(loggers, before, strict=True):
            logger.handlers[:], logger.propagate = handlers, propagate
            logger.setLevel(level)


@pytest.mark.parametrize("format", ["json", "console"])
def test_what_libraries_say_takes_the_same_form(capsys: Captured, format: str) -> None:
    with logged(Settings.model_validate({"log_format": format})):
        logging.getLogger("another").warning("Something %s.", "happened")
    shown = capsys.readouterr().err
    assert "Something happened." in shown
    if format == "json":
        assert json.loads(shown)["logger"] == "another"


def _fail_at_once(request: Request) -> None:
    held = request.headers["authorization"], request.query_params["q"]
    raise KeyError(*held)


def _fail_because(request: Request) -> None:
    try:
        _fail_at_once(request)
    except KeyError as error:
        raise ValueError(f"It cannot be {error}.") from error


def _fail_in_a_group(request: Request) -> None:
    failed: list[Exception] = []
    for fail in (_fail_at_once, _fail_because):
        try:
            fail(request)
        except (KeyError, ValueError) as error:
            failed.append(error)
    raise ExceptionGroup(request.query_params["q"], failed)


class _Failing:
    """A layer around the handlers that has a defect."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == "/layer":
            _fail_because(Request(scope))
        await self._app(scope, receive, send)


def _defective(settings: Settings) -> FastAPI:
    app = create_api(settings)
    for path, fail in (("/once", _fail_at_once), ("/because", _fail_because), ("/group", _fail_in_a_group)):
        app.add_api_route(path, fail)

    @app.get("/begun")
    async def fail_when_begun(request: Request) -> Response:
        class Broken(Response):
            async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
                await send({"type": "http.response.start", "status": 200, "headers": []})
                _fail_because(request)

        return Broken()

    @app.get("/task")
    async def fail_aside(request: Request) -> Response:
        async def fail() -> None:
            _fail_because(request)

        task = asyncio.get_running_loop().create_task(fail())
        await asyncio.wait([task])
        return Response()

    @app.get("/callback")
    async def fail_in_a_callback(request: Request) -> Response:
        # A callback is told of with what it was given.
        asyncio.get_running_loop().call_soon(lambda *_: _fail_because(request), request.query_params["q"])
        await asyncio.sleep(0)
        return Response()

    app.user_middleware.append(Middleware(_Failing))  # below the others
    return app


@pytest.mark.parametrize("format", ["json", "console"])
@pytest.mark.parametrize("level", ["debug", "info"])
def test_a_defect_is_told_by_its_place_alone(tmp_path: Path, capsys: Captured, format: str, level: str) -> None:
    settings = Settings.model_validate({"data_dir": tmp_path, "log_format": format, "log_level": level})
    app, told = _defective(settings), list[str]()
    with logged(settings), serve(app, silent=False) as client:
        admit_the_admin(app.state.archive)
        for path in ("once", "because", "group", "layer", "begun", "task", "callback"):
            try:
                client.get(f"/{path}?q=wanted-word", headers=AS_ADMIN)
            except httpx.RemoteProtocolError:
                assert path == "begun"
            client.get("/v1/entities?name=wanted-word")
            told.append(capsys.readouterr().err)
            assert "_fail_because" in told[-1] or path == "once", path
    told.append(capsys.readouterr().err)
    for held in ("wanted", AS_ADMIN["Authorization"].partition("_")[2], "locals"):
        assert held not in "".join(told)


def test_a_defect_can_be_found_by_what_the_log_says(tmp_path: Path, capsys: Captured) -> None:
    settings = Settings(data_dir=tmp_path)
    app = _defective(settings)
    with logged(settings), serve(app, silent=False) as client:
        admit_the_admin(app.state.archive)
        assert client.get("/group?q=a", headers=AS_ADMIN).status_code == 500
    told = capsys.readouterr().err
    assert told.count("builtins.KeyError") == 2
    assert "builtins.ValueError" in told
    assert "builtins.ExceptionGroup" in told
    assert "_fail_because" in told


def test_outside_of_requests_an_error_says_all(capsys: Captured) -> None:
    with logged(Settings()):
        try:
            raise OSError("The disk is gone.")
        except OSError:
            logging.getLogger("another").exception("It failed.")
    assert "OSError: The disk is gone." in capsys.readouterr().err
