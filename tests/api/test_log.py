"""The log: one line a request, and never more of a reader than was asked for."""

from __future__ import annotations

import json
import logging
from logging.config import dictConfig
from pathlib import Path
from typing import Any

import pytest

from app.api import log
from app.api.app import create_app
from app.settings import Settings
from tests.api.served import serve

Captured = pytest.CaptureFixture[str]


def lines(folder: Path, captured: Captured, path: str, **given: Any) -> list[str]:
    with serve(create_app(Settings(data_dir=folder, **given))) as client:
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


def test_a_refusal_is_a_warning_with_its_reason_and_address(tmp_path: Path, capsys: Captured) -> None:
    [line] = lines(tmp_path, capsys, "/v1/search", require_key=True, log_format="json", log_level="warning")
    read = json.loads(line)
    assert (read["level"], read["problem"], read["client"]) == ("warning", "key-required", "127.0.0.1")


@pytest.mark.parametrize("format", ["json", "console"])
def test_what_libraries_say_takes_the_same_form(capsys: Captured, format: str) -> None:
    before = logging.root.handlers[:], logging.root.level
    try:
        dictConfig(log.config(Settings.model_validate({"log_format": format})))
        logging.getLogger("another").warning("Something %s.", "happened")
    finally:
        logging.root.handlers[:], level = before
        logging.root.setLevel(level)
    shown = capsys.readouterr().err
    assert "Something happened." in shown
    if format == "json":
        assert json.loads(shown)["logger"] == "another"
