"""The examples in the schema are answers that were given; `DATELINE_REFRESH_EXAMPLES=1` asks for them anew."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import httpx
import msgspec

from app.api import openapi
from app.api.openapi import Example
from tests.api.served import AS_ADMIN

FILE = Path(openapi.__file__).parent / "examples.json"

# Differ between two runs, or with every change of the ranking.
VOLATILE = {
    "took_ms",
    "ingested_at",
    "score",
    "next",
    "index",
    "version",
    "generation",
    "sequence",
    "pipeline",
    "at",
    "number",
}


def ask(client: httpx.Client, example: Example) -> Any:
    method, headers = "GET" if example.body is None else "POST", AS_ADMIN if example.key else None
    answer = client.request(method, example.request, json=example.body, headers=headers)
    assert answer.is_success, answer.text
    if not answer.headers["Content-Type"].startswith("application/json"):
        return answer.text
    return json.loads(answer.text.replace(str(client.base_url).rstrip("/"), "http://localhost:8000"))


def settled(answer: Any) -> Any:
    if isinstance(answer, dict):
        return {name: settled(value) for name, value in answer.items() if name not in VOLATILE}
    return [settled(value) for value in answer] if isinstance(answer, list) else answer


def test_examples_are_true(seeds: httpx.Client) -> None:
    given = openapi.examples()
    asked = {name: ask(seeds, example) for name, example in given.items()}
    if os.environ.get("DATELINE_REFRESH_EXAMPLES"):
        fresh = {name: msgspec.structs.replace(given[name], answer=answer) for name, answer in asked.items()}
        FILE.write_bytes(msgspec.json.format(msgspec.json.encode(fresh), indent=2) + b"\n")
        given = openapi.examples()
    assert {name: settled(answer) for name, answer in asked.items()} == {
        name: settled(example.answer) for name, example in given.items()
    }
