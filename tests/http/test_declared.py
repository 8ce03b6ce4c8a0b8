"""What an operation declares of its query."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute

from app.api.app import create_api
from app.http.declared import declared_parameters
from app.settings import Settings


def operations(found: Iterable[Any]) -> Iterator[APIRoute]:
    for each in found:
        if (router := getattr(each, "original_router", None)) is not None:
            yield from operations(router.routes)
        elif isinstance(each, APIRoute):
            yield each


def test_parameters_are_those_of_the_schema(tmp_path: Path) -> None:
    app = create_api(Settings(data_dir=tmp_path / "data"))
    paths = app.openapi()["paths"]
    found: dict[str, dict[str, bool]] = {}
    told: dict[str, dict[str, bool]] = {}
    for route in operations(app.routes):
        for method in route.methods or ():
            declared = paths.get(route.path, {}).get(method.lower(), {}).get("parameters", [])
            told[f"{method} {route.path}"] = {
                each["name"]: each["schema"].get("type") == "array" for each in declared if each["in"] == "query"
            }
            asked = Request({"type": "http", "route": route})
            found[f"{method} {route.path}"] = declared_parameters(asked)
    assert found == told
    assert sum(len(each) for each in found.values()) > 100
