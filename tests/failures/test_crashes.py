"""Killed at any point, an archive loses nothing that it acknowledged, and its index and its rows agree."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.failures.crashing import SCENARIOS

ROOT = Path(__file__).parents[2]


def crashing(*arguments: str | int | Path) -> int:
    # One thread each: the processes are forked.
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.failures.crashing", *map(str, arguments)]
    done = subprocess.run(command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=3600)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_killed_at_every_step_of_an_ingest_that_merges(tmp_path: Path) -> None:
    assert crashing("points", "ingesting", tmp_path / "points", 1) > 50


@pytest.mark.parametrize("scenario", sorted(SCENARIOS.keys() - {"ingesting", "migrating"}))
def test_killed_at_one_step_in_seven(tmp_path: Path, scenario: str) -> None:
    """`make torture` takes all of them."""
    assert crashing("points", scenario, tmp_path / "points", 7) > 25


def test_thirty_random_kills_beside_a_reader(tmp_path: Path) -> None:
    assert crashing("kills", 30, tmp_path / "kills", 1) == 30


@pytest.mark.torture
@pytest.mark.parametrize("scenario", sorted(SCENARIOS))
def test_killed_at_every_step(tmp_path: Path, scenario: str) -> None:
    assert crashing("points", scenario, tmp_path / "points", 1) > 25


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(5))
def test_random_kills(tmp_path: Path, seed: int) -> None:
    assert crashing("kills", 30, tmp_path / "kills", 100 + seed) == 30
