"""The examples in the schema are answers that were given; `DATELINE_REFRESH_EXAMPLES=1` asks for them anew."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from app.http import openapi
from app.http.openapi import Example
from tests.served import AS_ADMIN, Api

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
    "created_at",
    "updated_at",
    "added",
    "added_at",
    "next_at",
    "date_modified",
    "number",
    "next_since",
    "latest",
    "archive",
}


BARREN = ("/similar_names", "/matches", "/deliveries", "/quotes", "/copies", "/stories")
"""Find nothing in the seeds, where no two names are so alike, no two articles one piece and nothing is new; or not
under every condition: few articles there quote anybody."""


def ask(client: httpx.Client, example: Example) -> Any:
    method = example.method or ("GET" if example.body is None else "POST")
    headers = example.headers | (AS_ADMIN if example.key else {})
    files = [("files", (name, text)) for name, text in example.files.items()] or None
    answer = client.request(method, example.request, json=example.body, headers=headers, files=files)
    assert answer.is_success, answer.text
    text = answer.text.replace(str(client.base_url).rstrip("/"), "http://localhost:8000")
    return json.loads(text) if answer.headers["Content-Type"].endswith("json") else text


def settled(answer: Any) -> Any:
    if isinstance(answer, dict):
        return {name: settled(value) for name, value in answer.items() if name not in VOLATILE}
    return [settled(value) for value in answer] if isinstance(answer, list) else answer


def test_examples_are_true(seeds: httpx.Client) -> None:
    given = openapi.load_examples()
    asked = {name: ask(seeds, example) for name, example in given.items()}
    taken = given["createWithdrawal"].request
    assert seeds.post(taken, json={"kind": "restore"}, headers=AS_ADMIN).is_success
    if os.environ.get("DATELINE_REFRESH_EXAMPLES"):
        fresh = {name: msgspec.structs.replace(given[name], answer=answer) for name, answer in asked.items()}
        FILE.write_bytes(msgspec.json.format(msgspec.json.encode(fresh), indent=2) + b"\n")
        given = openapi.load_examples()
    assert {name: settled(answer) for name, answer in asked.items()} == {
        name: settled(example.answer) for name, example in given.items()
    }


# Those that no request over seeds/ can show: its articles name no publisher, a cursor belongs to one query, a history's
# name to one archive.
FRUITLESS = {"source", "not_source", "author", "not_author", "cursor", "archive", "after"}

COMPANIONS = {"facet_query": ["facet"]}
"""What a parameter says nothing without."""


def requests_of(api: Api) -> list[tuple[str, dict[str, Any]]]:
    """Path and query of each parameter's own example, with those that its operation demands."""
    found = []
    for path, methods in api.app.openapi()["paths"].items():
        if "security" in methods.get("get", {}):
            # The log of decisions: over seeds/ nobody took any.
            continue
        for parameter in methods.get("get", {}).get("parameters", []):
            given = methods["get"]["parameters"]
            shown = {each["name"]: each["schema"]["examples"][0] for each in given}
            demanded = {each["name"] for each in given if each.get("required") and each["in"] == "query"}
            demanded |= {parameter["name"], *COMPANIONS.get(parameter["name"], ())}
            query = {name: shown[name] for name in demanded if f"{{{name}}}" not in path}
            found.append((path.format(**shown), query))
    return found


def test_the_example_of_every_parameter_finds_something_in_the_seeds(api: Api, seeds: httpx.Client) -> None:
    asked = requests_of(api)
    assert len(asked) > 50
    for path, query in asked:
        if not query.keys() & FRUITLESS:
            answer = seeds.get(path, params=query)
            assert answer.status_code == 200, f"{path} {query}: {answer.text}"
            if answer.headers["Content-Type"].startswith("application/json"):
                found = answer.json()
                rows = [found[name] for name in ("results", "suggestions", "buckets") if name in found]
                assert all(rows) or path.endswith(BARREN), f"{path} {query} finds nothing"


@pytest.mark.parametrize("path", ["/v1/search", "/v1/entities", "/v1/entities/person-narendra-modi/related"])
def test_a_cursor_is_shown_by_following_it(seeds: httpx.Client, path: str) -> None:
    first = seeds.get(path, params={"limit": 2}).json()
    second = seeds.get(first["next"]).json()
    assert not {each["id"] for each in first["results"]} & {each["id"] for each in second["results"]}
