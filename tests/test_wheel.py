"""What gets installed works away from the sources: the wheel holds all that it needs, migrations included."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ARTICLE = " date 1969-07-21 HOUSTON, July 20 - Two astronauts landed on the Moon on Sunday."


def call(*command: str | Path, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, *map(str, command)],
        check=False,
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = tmp_path_factory.mktemp("built")
    call("-m", "hatchling", "build", "--target", "wheel", "--directory", built, cwd=ROOT)
    [wheel] = built.glob("*.whl")
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder)
    return folder


def test_a_wheel_begins_an_archive_and_searches_it(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "moon.txt").write_text(ARTICLE, encoding="utf-8")
    where = call("-c", "import app; print(app.__file__)", cwd=tmp_path, PYTHONPATH=str(installed))
    assert Path(where.strip()).is_relative_to(installed)
    call("-m", "app", "ingest", "moon.txt", "--skip-entities", cwd=tmp_path, PYTHONPATH=str(installed))
    assert '"total": 1' in call("-m", "app", "search", "moon", "--json", cwd=tmp_path, PYTHONPATH=str(installed))


def test_a_wheel_holds_the_package_alone(installed: Path) -> None:
    assert sorted(path.name for path in installed.iterdir() if path.suffix != ".dist-info") == ["app"]
    held = {str(path.relative_to(installed / "app")) for path in (installed / "app").rglob("*.py")}
    sources = {str(path.relative_to(ROOT / "app")) for path in (ROOT / "app").rglob("*.py")}
    assert {name for name in held - sources if not name.startswith("migrations/")} == set()
    assert sources <= held


def test_a_wheel_holds_every_word_list(installed: Path) -> None:
    lists = {path.relative_to(ROOT): path.read_bytes() for path in (ROOT / "app/enrich/lexicon").glob("*.txt")}
    assert lists
    assert {path: (installed / path).read_bytes() for path in lists} == lists


def test_a_wheel_holds_what_the_pages_are_made_of(installed: Path) -> None:
    sources = {
        path.relative_to(ROOT) for folder in ("templates", "static") for path in (ROOT / "app/web" / folder).iterdir()
    }
    assert len(sources) > 10
    assert [path for path in sources if not (installed / path).exists()] == []
