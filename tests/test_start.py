"""How the command begins: without the warnings of what it is built on, and in one line where it cannot run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ARTICLE = " date 1969-07-21 HOUSTON, July 20 - Two astronauts landed on the Moon on Sunday."


def _python(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        check=False,
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.mark.parametrize("warnings", ["default", "error::SyntaxWarning"])
def test_code_of_others_is_compiled_without_a_word(tmp_path: Path, warnings: str) -> None:
    (tmp_path / "moon.txt").write_text(ARTICLE, encoding="utf-8")
    folder = ["--data-dir", str(tmp_path / "data")]
    nothing_compiled = {"PYTHONPYCACHEPREFIX": str(tmp_path / warnings), "PYTHONDONTWRITEBYTECODE": "1"}
    command = ["-W", warnings, "-m", "app"]
    told = _python(*command, "ingest", tmp_path / "moon.txt", "--skip-entities", *folder, **nothing_compiled)
    assert (told.returncode, "Syntax" in told.stderr) == (0, False), told.stderr
    told = _python(*command, "search", "moon", *folder, **nothing_compiled)
    assert (told.returncode, "Syntax" in told.stderr) == (0, False), told.stderr


@pytest.mark.parametrize("lacking", [["fcntl", "resource"], ["resource"], ["fcntl"]])
def test_a_system_that_lacks_what_it_builds_on_is_told_in_one_line(lacking: list[str]) -> None:
    program = f"import sys; sys.modules.update(dict.fromkeys({lacking})); from app.__main__ import main; main()"
    told = _python("-c", program)
    assert (told.returncode, told.stdout) == (1, "")
    [line] = told.stderr.splitlines()
    assert all(said in line for said in (*lacking, "Linux", "WSL"))


def test_the_installed_command_begins_where_the_module_does() -> None:
    [command] = [line for line in (ROOT / "pyproject.toml").read_text().splitlines() if line.startswith("dateline = ")]
    assert command == 'dateline = "app.__main__:main"'


def test_the_collector_stands_still_for_the_imports_alone(tmp_path: Path) -> None:
    program = """
import contextlib, gc, sys
from app.cli import command, run
from app.settings import Settings
sys.argv = ["dateline", "--help"]
with contextlib.suppress(SystemExit):
    run()
before = gc.isenabled()
with command.opened(Settings.read()):
    print(before, gc.isenabled())
"""
    told = _python("-c", program, DATELINE_DATA_DIR=str(tmp_path / "data"))
    assert told.stdout.splitlines()[-1] == "False True", told.stderr


def test_what_only_some_servers_need_is_loaded_by_those(tmp_path: Path) -> None:
    """What speaks with a cluster, writes to the index, bounds rates, and tells encodings apart."""
    program = f"""
import sys
from pathlib import Path
from app.api.app import create_api
from app.archive import open_archive
from app.settings import Settings
settings = Settings(data_dir=Path({str(tmp_path / "data")!r}))
create_api(settings)
with open_archive(settings):
    seldom = {{"opensearchpy", "urllib3", "whoosh", "rich", "limits", "charset_normalizer"}}
    loaded = {{name.partition(".")[0] for name in sys.modules}} & seldom
    assert not loaded, loaded
    assert "app.search.opensearch" not in sys.modules
"""
    told = _python("-c", program)
    assert told.returncode == 0, told.stderr


def test_a_search_for_words_loads_no_sqlalchemy_and_no_other_command(tmp_path: Path) -> None:
    (tmp_path / "moon.txt").write_text(ARTICLE, encoding="utf-8")
    folder = ["--data-dir", str(tmp_path / "data")]
    assert _python("-m", "app", "ingest", tmp_path / "moon.txt", "--skip-entities", *folder).returncode == 0
    program = f"""
import contextlib, sys
sys.argv = ["dateline", "search", "moon", *{folder}]
from app.cli import run
with contextlib.suppress(SystemExit):
    run()
print(*sorted({{"sqlalchemy", "sqlmodel", "app.read.models", "numpy"}} & set(sys.modules)))
"""
    told = _python("-c", program)
    assert told.stdout.splitlines()[0] == "1 article", told.stderr
    assert told.stdout.splitlines()[-1] == "numpy"
