"""docs/tour.md, line by line, as a newcomer would type it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from tests.clients.conftest import ROOT, blocks

DOCUMENT = "docs/tour.md"
FRONT = "curl -sf localhost:9000/?q=moon"


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return str(taken.getsockname()[1])


def script() -> str:
    """The blocks of the document as one script: what serves goes on in the background until the end."""
    lines = "\n".join(blocks(DOCUMENT, "sh"))
    awaited = "\\g<0> >/dev/null 2>&1 &\nuntil curl -sf {0} >/dev/null; do sleep 0.1; done"
    lines = re.sub(r"^dateline serve$", awaited.format("localhost:8000/healthz"), lines, flags=re.MULTILINE)
    lines = re.sub(r"^python front.py$", awaited.format("localhost:9000"), lines, flags=re.MULTILINE)
    return f"set -e\ntrap 'kill $(jobs -p)' EXIT\n{lines}\n{FRONT}\n"


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("tour")
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    archive, front = free_port(), free_port()
    (folder / "front.py").write_text(_at(blocks(DOCUMENT, "python")[0], archive, front), encoding="utf-8")
    path = os.pathsep.join([str(ROOT / ".venv/bin"), os.environ["PATH"]])
    environment = os.environ | {"PATH": path, "DATELINE_PORT": archive, "DATELINE_INGEST_WORKERS": "1"}
    command = ["bash", "-c", _at(script(), archive, front)]
    done = subprocess.run(
        command, check=False, cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _at(text: str, archive: str, front: str) -> str:
    return text.replace("localhost:8000", f"localhost:{archive}").replace("9000", front)


@pytest.mark.parametrize(
    "said",
    [
        r"^new +36$",
        r"36 articles, up to date",
        r"^4 articles$",
        r'"date":"1986-04-29"',
        r'"label":"Neil Armstrong","count":3',
        r'"start":"1969-01-01","end":"1969-12-31","count":3',
        r'"id":"place-houston"',
        r'"suggestion":"entity_name"',
        r'"headline":"Harbour closed by fog"',
        r"<h2>The television pictures of the first man on the Moon",
        r"<p>Neil Armstrong: 3</p>",
    ],
)
def test_the_tour_shows_what_it_says(shown: str, said: str) -> None:
    assert re.search(said, shown, re.MULTILINE), shown


def test_every_block_of_the_tour_is_run() -> None:
    text = Path(ROOT / DOCUMENT).read_text(encoding="utf-8")
    assert len(re.findall(r"^```\w", text, re.MULTILINE)) == len(blocks(DOCUMENT, "sh")) + 1
