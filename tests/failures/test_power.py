"""Power that fails at any moment takes nothing that was acknowledged, and leaves nothing that disagrees."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.failures.command import ROOT
from tests.failures.power import CALLS, UNKNOWN
from tests.failures.test_disk_fails import STRACE, needs_strace

pytestmark = needs_strace


def _python(*arguments: str | Path, before: tuple[str, ...] = ()) -> str:
    command = [*before, sys.executable, "-B", "-m", "tests.failures.power", *map(str, arguments)]
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=3_000
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _traced(folder: Path, extent: str) -> Path:
    """Let an archive live under strace. Returns the trace."""
    life, trace = folder / "life", folder / "trace"
    life.mkdir()
    strace = (*STRACE, "-xx", "-s", "60000000", "-o", str(trace), "-e", f"trace={CALLS},{UNKNOWN}")
    _python("live", life, extent, before=strace)
    touching = [line for line in trace.read_text(encoding="latin-1").splitlines() if _is_unknown(line)]
    assert touching == []
    return trace


def _is_unknown(line: str) -> bool:
    return line.split(maxsplit=1)[1].partition("(")[0] in UNKNOWN.split(",")


@pytest.mark.parametrize(
    ("extent", "every", "least"),
    [("quick", "32", 100), pytest.param("full", "3", 1_000, marks=pytest.mark.torture)],
)
def test_power_that_fails(tmp_path: Path, extent: str, every: str, least: int) -> None:
    trace = _traced(tmp_path, extent)
    *faults, last = _python("replay", trace, tmp_path / "state", every, "1").splitlines()
    print(last)  # noqa: T201  # what is measured
    assert faults == []
    assert int(last.split()[0]) >= least
    # The same on a disk that keeps nothing when it is told to: else all this could find nothing.
    found = _python("unsynced", trace, tmp_path / "state", "32" if extent == "quick" else "64", "2")
    assert found.startswith("fault")
