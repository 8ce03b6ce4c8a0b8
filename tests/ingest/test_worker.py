from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.archive import Archive, open_archive
from app.errors import SettingsInvalid
from app.ingest.pipeline import IngestOptions, ingest
from tests.conftest import WriteRecords

START = """
import os, time
from app.ingest import worker
if __name__ == "__main__":
    with worker.pool("no_such_model", 2) as pool:
        print(*{pool.submit(os.getpid).result() for _ in range(20)}, flush=True)
        time.sleep(60)
"""


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at processes through /proc")
def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "start.py"
    script.write_text(START)
    environment = os.environ | {"PYTHONPATH": str(Path.cwd())}
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        pids = [int(pid) for pid in process.stdout.readline().split()]
        assert pids
        assert all(is_alive(pid) for pid in pids)
        process.kill()
    deadline = time.monotonic() + 10
    while any(is_alive(pid) for pid in pids):
        assert time.monotonic() < deadline, "a worker outlived its parent"
        time.sleep(0.05)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_model_that_is_not_there_is_said_so(archive: Archive, write_records: WriteRecords, workers: int) -> None:
    path = write_records("a.jsonl", [{"id": n, "text": f"Number {n}"} for n in range(300)])
    settings = archive.settings.model_copy(update={"model": "no_such_model"})
    with open_archive(settings) as other, pytest.raises(SettingsInvalid, match="no_such_model"):
        ingest([path], other, IngestOptions(workers=workers))
