"""The clients of docs/clients.md, generated, checked by strict compilers, and run against a real server."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import sync_playwright

from tests.clients.conftest import ROOT, Run, blocks
from tests.web.browsers import installed

DOCUMENT = "docs/clients.md"

# Of the generator, not of the schema: its template for `with` hands on three arguments as a bare tuple.
STRICT = "[mypy]\nstrict = true\n[mypy-archive_client.client]\ndisable_error_code = arg-type\n"


STRICT_TS = [
    "--strict", "--noUncheckedIndexedAccess", "--lib", "es2022,dom,dom.iterable", "--target", "es2022",
    "--module", "commonjs",
]  # fmt: skip


def here(code: str, server: httpx.Client) -> str:
    return code.replace("http://localhost:8000", str(server.base_url).rstrip("/"))


def assert_said_all(said: str) -> None:
    """What the scenario prints, whatever the language's way to print a list."""
    assert len(set(re.findall(r"^([0-9a-f]{16}) ", said, re.MULTILINE))) == 21
    assert "21 articles, of which 3 name Mikhail Gorbachev" in said
    assert "beginning with gorb: Mikhail Gorbachev\n" in said
    assert "looked up: found missing\n" in said
    assert re.search(r"""^Vladimir Putin \[\s*['"]Vladimir Putin['"],?\s*['"]Putin['"]""", said, re.MULTILINE)
    assert re.search(r"""^\[\s*['"]Putin['"],?\s*['"]Vladimir Putin['"]""", said, re.MULTILINE)
    assert "0 other editions of 78184646ba153278" in said
    assert "3 quotes, the newest of 1994-05-11" in said
    assert "days spoken of: 1969-07-17 1969-07-20" in said
    assert "it stands in 72d60772a0e507fa from 870\n" in said
    assert "tells of the moon: aeronautics\n" in said
    assert "Neil Armstrong in 1969 3\n" in said
    assert "404 /problems/not-found" in said


WRITTEN = """\
one: created 1
one: created 1
several: 3
lines: 3 1 has neither a headline nor a body
revised: revised 2
late: 412 /problems/revision-changed
job: done 1 a.bin is not text
withdraw: 410
restore: Great storm
stream: 6 Note 0
moved: place-russia place-soviet-union
copies: together 1
copies: undo 0
story: together 2
story: undo 1
"""


def both_pieces(language: str, suffix: str, server: httpx.Client, writable: httpx.Client, folder: Path) -> None:
    """Write what asks and what puts articles in as two files beside the client."""
    for name, code, asked in zip(("read", "write"), blocks(DOCUMENT, language), (server, writable), strict=True):
        (folder / f"{name}{suffix}").write_text(here(code, asked), encoding="utf-8")


def test_python(server: httpx.Client, writable: httpx.Client, schema_file: Path, tmp_path: Path, run: Run) -> None:
    generator = ["openapi-python-client", "generate", "--path", schema_file, "--meta", "none"]
    assert "Warning" not in run(*generator, "--output-path", "archive_client", "--fail-on-warning")
    both_pieces("python", ".py", server, writable, tmp_path)
    (tmp_path / "mypy.ini").write_text(STRICT, encoding="utf-8")
    run(sys.executable, "-m", "mypy", "--cache-dir", "cache", "read.py", "write.py", "archive_client")
    assert_said_all(run(sys.executable, "read.py"))
    assert run(sys.executable, "write.py") == WRITTEN


def test_typescript(
    server: httpx.Client, writable: httpx.Client, schema_file: Path, tmp_path: Path, run: Run, node_tool: Run
) -> None:
    node_tool("openapi-ts", "--input", schema_file, "--output", "client")
    both_pieces("ts", ".ts", server, writable, tmp_path)
    node_tool("tsc", *STRICT_TS, "--outDir", "js", "read.ts", "write.ts")
    assert_said_all(run("node", "js/read.js"))
    assert run("node", "js/write.js") == WRITTEN


def test_go(server: httpx.Client, writable: httpx.Client, schema_file: Path, tmp_path: Path, run: Run) -> None:
    """Both pieces, as programs of one module with the client."""
    for program, package in (("java", "default-jre-headless"), ("go", "golang-go")):
        if shutil.which(program) is None:
            pytest.skip(f"no {program}: install it (on Debian `apt-get install {package}`), then `make test`")
    [made] = [each for each in blocks(DOCUMENT, "sh") if "openapi-generator-cli" in each]
    run("bash", "-ec", made.replace("http://localhost:8000/openapi.json", str(schema_file)))
    for name in ("read", "write"):
        (tmp_path / name).mkdir()
    both_pieces("go", "/main.go", server, writable, tmp_path)
    assert run("gofmt", "-l", "read", "write") == ""
    assert_said_all(run("go", "run", "./read"))
    assert run("go", "run", "./write") == WRITTEN


def test_a_browser(server: httpx.Client) -> None:
    program = installed()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(str(server.base_url))
        said = page.evaluate(f"async () => {{ {blocks(DOCUMENT, 'js')[0]} }}")
        browser.close()
    assert said == "21 articles, of which 3 name Mikhail Gorbachev"


@pytest.mark.parametrize("command", blocks(DOCUMENT, "sh")[0].splitlines())
def test_curl(server: httpx.Client, run: Run, command: str) -> None:
    address = str(server.base_url).removeprefix("http://").rstrip("/")
    answer = json.loads(run("curl", "--silent", *shlex.split(command.replace("localhost:8000", address))[1:]))
    assert answer.keys() & {"results", "body", "aliases", "status"}


def test_the_versions_in_the_document_are_those_that_were_tried() -> None:
    pinned = json.loads((ROOT / "tests/clients/package.json").read_text(encoding="utf-8"))["devDependencies"]
    assert pinned["typescript"].startswith("5.9.")
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in pinned.values())
