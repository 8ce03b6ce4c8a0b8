from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import app
from app.errors import ArchiveBusy
from app.ingest.lock import writing_alone

HOLD = """
import sys
from pathlib import Path
from app.ingest.lock import writing_alone
with writing_alone(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_second_one_is_told_who_is_first(tmp_path: Path) -> None:
    lock = tmp_path / "ingest.lock"
    with writing_alone(lock), pytest.raises(ArchiveBusy) as busy, writing_alone(lock):
        pass
    assert busy.value.pid == os.getpid()
    with writing_alone(lock):
        pass


def test_a_killed_process_leaves_no_lock(tmp_path: Path) -> None:
    lock = tmp_path / "ingest.lock"
    command = [sys.executable, "-c", HOLD, str(lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path.cwd()) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(ArchiveBusy, match=f"pid {process.pid}"), writing_alone(lock):
            pass
        process.kill()
    with writing_alone(lock):
        assert lock.read_text() == str(os.getpid())


def test_who_waits_is_in_before_one_who_asks_again(tmp_path: Path) -> None:
    lock, ended, turns = tmp_path / "ingest.lock", threading.Event(), 0

    def run() -> None:
        nonlocal turns
        while not ended.is_set():
            with writing_alone(lock, 60):
                turns += 1
                time.sleep(0.02)

    runner = threading.Thread(target=run)
    runner.start()
    try:
        for _ in range(5):
            before = turns
            while turns == before:
                time.sleep(0.001)
            with writing_alone(lock, 20):
                time.sleep(0.01)
    finally:
        ended.set()
        runner.join()
    assert turns >= 5


def test_who_does_not_wait_holds_nobody_up(tmp_path: Path) -> None:
    lock = tmp_path / "ingest.lock"
    with writing_alone(lock):
        for patience in (0, 0.1):
            with pytest.raises(ArchiveBusy), writing_alone(lock, patience):
                pass
    with writing_alone(lock, 20), pytest.raises(ArchiveBusy), writing_alone(lock):
        pass


def test_only_a_lock_that_holds_on_all_machines_is_used() -> None:
    """A file alone keeps out nobody of another machine."""
    own = Path(app.__file__).parent / "ingest" / "lock.py"
    naming = [path for path in own.parents[1].rglob("*.py") if "writing_alone" in path.read_text(encoding="utf-8")]
    assert naming == [own]
