"""A disk that cannot keep what it was given: whichever call says so, the command ends and the next one mends it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.failures.command import ROOT, dateline

CALLS = "fsync,fdatasync"
STRACE = ("strace", "--seccomp-bpf", "-f", "-qq")
"""Stops a process at those calls alone that are traced."""
needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="apt install strace")


def failing(folder: Path, when: int, *command: str | Path) -> subprocess.CompletedProcess[str]:
    """A command of whose calls to put something on disk one fails; EIO is what a broken disk says."""
    trace = folder.parent / "trace"
    injected = f"inject={CALLS}:error=EIO:when={when}"
    traced = [*STRACE, "-o", str(trace), "-e", f"trace={CALLS}", "-e", injected]
    asked = [sys.executable, "-m", "app", *map(str, command), "--data-dir", str(folder)]
    return subprocess.run([*traced, *asked], check=False, cwd=ROOT, capture_output=True, text=True, timeout=300)


def fails_everywhere(filled: Path, tmp_path: Path, stride: int) -> int:
    """How many calls there are in the ingest of ten articles."""
    file = tmp_path / "more.jsonl"
    file.write_text("".join(json.dumps({"id": n, "text": f"A lighthouse, {n}."}) + "\n" for n in range(100, 110)))
    for when in range(1, 1_000, stride):
        folder = tmp_path / "now"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(filled, folder)
        ended = failing(folder, when, "ingest", file, "--skip-entities")
        if "INJECTED" not in (tmp_path / "trace").read_text():
            assert ended.returncode == 0, ended.stderr
            return when
        # What SQLite tidies up at the end may fail and lose nothing.
        assert ended.returncode in (0, 74), ended.stderr
        assert "Traceback" not in ended.stderr
        if ended.returncode:
            assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr
        again = dateline(folder, "ingest", file, "--skip-entities")
        assert again.returncode == 0, again.stderr
        assert json.loads(dateline(folder, "search", "lighthouse", "--json").stdout)["total"] == 50
        assert dateline(folder, "verify").returncode == 0
    raise AssertionError


@needs_strace
def test_one_call_in_five_that_puts_on_disk_fails(filled: Path, tmp_path: Path) -> None:
    assert fails_everywhere(filled, tmp_path, 5) > 5


@needs_strace
@pytest.mark.torture
def test_each_call_that_puts_on_disk_fails(filled: Path, tmp_path: Path) -> None:
    assert fails_everywhere(filled, tmp_path, 1) > 5
