"""The examples in docs/api.md, run against the articles in seeds/ as a newcomer would."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from app.http.problems import KINDS
from tests.served import AS_ADMIN

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs/api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```sh\n(curl (?:(?!```).)*)\n```\n```json\n(.*?)\n```", DOCUMENT, re.DOTALL)


def run(client: httpx.Client, command: str) -> Any:
    """What this curl command prints, as if the server were at the address that the documents use."""
    words = iter(shlex.split(command)[1:])
    path, pairs, body, headers, method = "", [], None, None, ""
    for word in words:
        if word in ("-d", "--data-urlencode"):
            name, _, value = next(words).partition("=")
            pairs.append((name, value))
        elif word == "--json":
            body = json.loads(next(words))
        elif word == "-H":
            assert next(words) == "Authorization: Bearer $KEY"
            headers = AS_ADMIN
        elif word == "-X":
            method = next(words)
        elif word != "-G":
            path = word.removeprefix("localhost:8000")
    method, params = method or ("GET" if body is None else "POST"), urlencode(pairs) or None
    answer = client.request(method, path, params=params, json=body, headers=headers)
    return json.loads(answer.text.replace(str(client.base_url).rstrip("/"), "http://localhost:8000"))


def assert_holds(whole: Any, part: Any, where: str = "") -> None:
    """`part` may leave out keys and the later entries of lists, and nothing else."""
    if isinstance(part, dict):
        for name, value in part.items():
            assert name in whole, f"{where}.{name}"
            assert_holds(whole[name], value, f"{where}.{name}")
    elif isinstance(part, list) and part:
        assert len(whole) >= len(part), where
        for number, value in enumerate(part):
            assert_holds(whole[number], value, f"{where}[{number}]")
    else:
        assert whole == part, where


@pytest.mark.parametrize(("command", "answer"), EXAMPLES, ids=[command for command, _ in EXAMPLES])
def test_examples_are_true(seeds: httpx.Client, command: str, answer: str) -> None:
    assert_holds(run(seeds, command), json.loads(answer))


def test_every_problem_is_listed_with_its_status() -> None:
    rows = re.findall(r"^\| (\d{3}) \| `/problems/([\w-]+)` \|", DOCUMENT, re.MULTILINE)
    assert {slug: int(status) for status, slug in rows} == {slug: kind.status for slug, kind in KINDS.items()}
