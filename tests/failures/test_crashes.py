"""Killed at any point, an archive loses nothing that it acknowledged, and its index and its rows agree."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.failures.crashing import DISTURBANCES, LIVES, SCENARIOS

ROOT = Path(__file__).parents[2]
QUICK = [
    "alert", "backup", "copy", "erase", "fetch", "furnish", "join", "keys", "mend", "put", "rebuild", "revise",
    "upload",
    "withdraw",
]  # fmt: skip
"""Without a language model to load, or Alembic. What is joined was posted before."""
SPARSE = {"copy": 21}
"""What has so many steps that fewer of them are taken."""

SHORT = {"backup": 17, "keys": 20}
"""Steps of what has fewer than all others."""


Crashing = Callable[..., Any]


@pytest.fixture(scope="module")
def crashing() -> Iterator[Crashing]:
    """Asks one process for everything: it has imported all that is needed, and forks."""
    # One thread each: the processes are forked.
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.failures.crashing", "serve"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def ask(*arguments: str | int | Path) -> Any:
            print(json.dumps(list(map(str, arguments))), file=process.stdin, flush=True)
            answer = json.loads(process.stdout.readline() or "null")  # type: ignore[union-attr]  # it is, as above
            assert answer is not None, "it failed: what it said of it stands among the errors"
            return answer

        yield ask
        process.stdin.close()


def test_killed_at_every_step_of_an_ingest_that_merges(crashing: Crashing, tmp_path: Path) -> None:
    assert crashing("points", "ingest", tmp_path / "points", 1) > 50


@pytest.mark.parametrize("scenario", QUICK)
def test_killed_at_one_step_in_seven(crashing: Crashing, tmp_path: Path, scenario: str) -> None:
    """`make torture` takes all of them."""
    stride = SPARSE.get(scenario, 7)
    assert crashing("points", scenario, tmp_path / "points", stride) >= 3 * stride


@pytest.mark.parametrize("kind", sorted(DISTURBANCES))
def test_an_index_that_is_disturbed_at_one_step_in_17(crashing: Crashing, tmp_path: Path, kind: str) -> None:
    """However a commit is disturbed, no index passes for whole that lacks articles. `make torture` takes all steps."""
    assert crashing("disturbances", kind, tmp_path / "points", 17) > 100


@pytest.mark.torture
@pytest.mark.parametrize("kind", sorted(DISTURBANCES))
def test_an_index_that_is_disturbed_at_every_step(crashing: Crashing, tmp_path: Path, kind: str) -> None:
    assert crashing("disturbances", kind, tmp_path / "points", 1) > 100


def test_thirty_random_kills_beside_a_reader(crashing: Crashing, tmp_path: Path) -> None:
    cut_off = crashing("kills", "rebuild", 30, tmp_path / "kills", 1)
    assert cut_off.keys() == {"ingest", "rebuild"}


@pytest.mark.torture
@pytest.mark.parametrize("scenario", sorted(SCENARIOS))
def test_killed_at_every_step(crashing: Crashing, tmp_path: Path, scenario: str) -> None:
    assert crashing("points", scenario, tmp_path / "points", 1) >= SHORT.get(scenario, 21)


@pytest.mark.torture
@pytest.mark.parametrize("life", sorted(LIVES))
def test_random_kills(crashing: Crashing, tmp_path: Path, life: str) -> None:
    """150 in all. Every kind of act of a life is cut off at least once."""
    cut_off = crashing("kills", life, 25, tmp_path / "kills", 100)
    assert sum(cut_off.values()) >= 15, cut_off
    assert cut_off.keys() == set(LIVES[life]), cut_off
