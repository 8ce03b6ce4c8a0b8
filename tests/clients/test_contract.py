"""The schema that was agreed stands in docs/openapi.json. Nothing changes unseen, and nothing breaks a client.

`dateline openapi > docs/openapi.json` agrees to the schema as it is now.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.clients.conftest import ROOT, Run
from tests.clients.contract import breaks, changes

AGREED = ROOT / "docs/openapi.json"


@pytest.fixture
def schema(schema_file: Path) -> Any:
    return json.loads(schema_file.read_text(encoding="utf-8"))


@pytest.fixture
def agreed() -> Any:
    return json.loads(AGREED.read_text(encoding="utf-8"))


def test_no_change_breaks_a_client(schema: Any, agreed: Any) -> None:
    assert breaks(agreed, schema) == []


def test_every_change_is_agreed_to(schema: Any, agreed: Any) -> None:
    assert changes(agreed, schema) == [], "If this is meant: dateline openapi > docs/openapi.json"


def search(schema: Any) -> Any:
    return schema["paths"]["/v1/search"]["get"]


def model(schema: Any, name: str) -> Any:
    return schema["components"]["schemas"][name]


def parameter(schema: Any, name: str) -> Any:
    return next(each for each in search(schema)["parameters"] if each["name"] == name)


@pytest.mark.parametrize(
    ("said", "change"),
    [
        ("GET /v1/search operationId is gone", lambda s: s["paths"].pop("/v1/search")),
        ("GET /v1/search operationId was", lambda s: search(s).update(operationId="search")),
        ("parameter limit type is gone", lambda s: search(s)["parameters"].remove(parameter(s, "limit"))),
        ("parameter limit maximum was 100 and is 50", lambda s: parameter(s, "limit")["schema"].update(maximum=50)),
        ("parameter limit default was 20", lambda s: parameter(s, "limit")["schema"].update(default=10)),
        ("each value person is gone", lambda s: parameter(s, "facet")["schema"]["items"]["enum"].remove("person")),
        ("parameter q is now demanded", lambda s: parameter(s, "q").update(required=True)),
        ("Hit.date is gone", lambda s: model(s, "Hit")["properties"].pop("date")),
        ("Hit.id is always there is gone", lambda s: model(s, "Hit")["required"].remove("id")),
        ("Hit.word_count was", lambda s: model(s, "Hit")["properties"]["word_count"].update(type="string")),
        ("answer 503 is gone", lambda s: search(s)["responses"].pop("503")),
        ("FetchBody.more is now demanded", lambda s: model(s, "FetchBody")["required"].append("more")),
    ],
)  # fmt: skip
def test_what_breaks_is_named(schema: Any, said: str, change: Callable[[Any], object]) -> None:
    changed = copy.deepcopy(schema)
    change(changed)
    assert any(said in each for each in breaks(schema, changed)), breaks(schema, changed)
    assert changes(schema, changed)


@pytest.mark.parametrize(
    "change",
    [
        lambda s: parameter(s, "limit")["schema"].update(maximum=200),
        lambda s: parameter(s, "facet")["schema"]["items"]["enum"].append("tone"),
        lambda s: search(s)["parameters"].append({"name": "tone", "in": "query", "schema": {"type": "string"}}),
        lambda s: model(s, "Hit")["properties"].update(tone={"type": "string"}),
        lambda s: search(s).update(summary="Find articles"),
    ],
)
def test_what_only_adds_breaks_nothing_and_is_named(schema: Any, change: Callable[[Any], object]) -> None:
    changed = copy.deepcopy(schema)
    change(changed)
    assert breaks(schema, changed) == []
    assert changes(schema, changed)


def test_redocly_has_no_finding(schema_file: Path, node_tool: Run) -> None:
    said = node_tool("redocly", "lint", "--extends", "recommended", "--format", "json", schema_file)
    assert json.loads(said[said.index("{") : said.rindex("}") + 1])["problems"] == []


def test_spectral_has_no_finding(schema_file: Path, tmp_path: Path, node_tool: Run) -> None:
    ruleset = tmp_path / "rules.yaml"
    ruleset.write_text('extends: ["spectral:oas"]\n', encoding="utf-8")
    assert "No results" in node_tool("spectral", "lint", schema_file, "--ruleset", ruleset, "--fail-severity", "hint")
