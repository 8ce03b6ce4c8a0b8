from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

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
