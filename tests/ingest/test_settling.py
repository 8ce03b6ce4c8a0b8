"""What is counted of names agrees with the articles, whatever an ingest was stopped by."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

import app.archive
from app.archive import open_archive
from app.cli.command import telling_what_is_left
from app.errors import StorageFailed
from app.ingest import settling
from app.ingest.pipeline import ingest
from app.ingest.report import Progress
from app.settings import Settings
from app.store.articles import archive_stats
from tests.conftest import NewArchive, WriteRecords
from tests.failures.command import ROOT, dateline


def records(count: int) -> list[dict[str, object]]:
    """Articles that each name someone of their own, and all of them the same town."""
    names = [f"{one}{two}{three}" for one in ("Berg", "Lind", "Strand") for two in "aeio" for three in ("ström", "dal")]
    return [
        {"id": n, "title": f"Number {n}", "text": f"Anna {names[n % 24]} met Boris Lund in Geneva. {n}"}
        for n in range(count)
    ]


def default_signals() -> None:
    """A suite that is started in the background hands on that Ctrl-C is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


def stopped(folder: Path, file: Path, sent: signal.Signals) -> str:
    """What an ingest says that gets the signal once it has written names."""
    command = [sys.executable, "-m", "app", "ingest", str(file), "--workers", "1", "--data-dir", str(folder)]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=default_signals,  # noqa: PLW1509
    ) as process:
        while mentions(folder) == 0:
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(sent)
        return process.communicate(timeout=120)[1]


def mentions(folder: Path) -> int:
    """As the rows have them, also while the archive is being made."""
    try:
        with closing(app.archive.open_database(Settings(data_dir=folder))) as database:
            [(count,)] = database.rows("SELECT count(*) FROM mention")
    except StorageFailed:
        return 0
    return int(count)


def counted(folder: Path) -> int:
    with open_archive(Settings(data_dir=folder)) as archive, archive.database.reading() as session:
        return archive_stats(session).mentions


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_ingest_that_is_stopped_counts_the_names_it_wrote(
    folder: Path, write_records: WriteRecords, sent: signal.Signals
) -> None:
    assert stopped(folder, write_records("many.jsonl", records(20_000)), sent).splitlines()[-1] == "Stopped."
    assert 0 < counted(folder) == mentions(folder)


def kill_one(left: Path) -> Path:
    """Return the folder that an ingest leaves which is killed once it has written names."""
    file = left / "many.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in records(20_000)), encoding="utf-8")
    stopped(left / "data", file, signal.SIGKILL)
    return left / "data"


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kill_one(tmp_path_factory.mktemp("killed"))


@pytest.fixture
def left(request: pytest.FixtureRequest, folder: Path) -> Path:
    """What was left, for one test: a copy, or where a copied folder holds no rows one that was killed for it."""
    if request.config.option.database == "postgresql":
        return kill_one(folder.parent)
    shutil.copytree(request.getfixturevalue("killed"), folder)
    return folder


@pytest.mark.parametrize("command", [("stats",), ("entities", "list"), ("entities", "show", "place-geneva")])
def test_what_a_killed_ingest_left_is_counted_by_the_command_that_shows_it(
    left: Path, command: tuple[str, ...]
) -> None:
    assert counted(left) < mentions(left)
    shown = dateline(left, *command, "--json")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert 0 < counted(left) == mentions(left)
    if command == ("stats",):
        assert json.loads(shown.stdout)["mentions"] == mentions(left)


def test_where_it_would_take_long_a_stopped_ingest_says_what_is_left(
    new_archive: NewArchive,
    write_records: WriteRecords,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(settling, "_QUICK", 2)
    archive = new_archive()

    def stop(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), telling_what_is_left(archive):
        ingest([write_records("many.jsonl", records(70))], archive, progress=stop)
    waiting = settling.left(archive)
    assert waiting > 20
    assert f"{waiting} names are not counted yet" in capsys.readouterr().err
    settling.make_up(archive)
    assert settling.left(archive) == 0
