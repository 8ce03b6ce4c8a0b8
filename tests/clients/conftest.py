"""The schema and a server to ask, as whoever generates a client has them; and Node, where it is installed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from app.api.app import create_api
from app.archive import open_archive
from app.ingest.pipeline import IngestOptions, ingest
from app.settings import Settings
from app.web.site import create_app
from tests.served import AS_ADMIN, admit_the_admin, serve

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / ".venv/node/node_modules/.bin"

Run = Callable[..., str]


@pytest.fixture(scope="session")
def schema_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("schema")
    file = folder / "openapi.json"
    file.write_text(json.dumps(create_api(Settings(data_dir=folder)).openapi()), encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an archive that holds what `make run` takes in."""
    folder = tmp_path_factory.mktemp("clients") / "data"
    with open_archive(Settings(data_dir=folder, ingest_workers=1)) as archive:
        ingest([ROOT / "seeds"], archive, IngestOptions())
    return folder


@pytest.fixture(scope="session")
def server(seeded: Path) -> Iterator[httpx.Client]:
    with serve(create_app(Settings(data_dir=seeded))) as client:
        yield client


@pytest.fixture
def writable(seeded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    """Another archive of that kind, with the key of an admin in the environment."""
    shutil.copytree(seeded, tmp_path / "data")
    settings = Settings(data_dir=tmp_path / "data", ingest_workers=1, recognise=False)
    with open_archive(settings) as archive:
        admit_the_admin(archive)
    monkeypatch.setenv("DATELINE_KEY", AS_ADMIN["Authorization"].removeprefix("Bearer "))
    with serve(create_app(settings)) as client:
        yield client


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a program in the temporary folder; a failure shows what it said."""

    def called(*command: str | Path) -> str:
        search = os.pathsep.join([str(ROOT / ".venv/bin"), os.environ["PATH"]])
        environment = os.environ | {"PATH": search, "NO_COLOR": "1", "REDOCLY_TELEMETRY": "off"}
        # A generator runs too short for a compiler that takes pains: half of what it takes.
        environment |= {"JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}
        # So does a program in Go: most of it is to compile the library of Go, for the first time.
        environment |= {"CGO_ENABLED": "0", "GOFLAGS": f"{os.environ.get('GOFLAGS', '')} -gcflags=all=-l"}
        done = subprocess.run(
            [str(part) for part in command],
            check=False,
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    return called


@pytest.fixture
def node_tool(run: Run) -> Run:
    """Runs one of the programs of package.json."""
    if not TOOLS.exists():
        pytest.skip("no Node tools: install Node 18.18 or newer with npm, then `make test`")

    def called(name: str, *arguments: str | Path) -> str:
        return run(TOOLS / name, *arguments)

    return called


def blocks(document: str, language: str) -> list[str]:
    """The code of a language in a document, in order."""
    text = (ROOT / document).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
