"""The container's description is one that its tools read, and speaks of settings that there are."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from app.settings import Settings

ROOT = Path(__file__).parent.parent


def compose() -> list[str] | None:
    """The command as it is installed: a part of `docker` by now, a program of its own before."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if (
            shutil.which(command[0])
            and subprocess.run([*command, "version"], check=False, capture_output=True).returncode == 0
        ):
            return command
    return None


def test_compose_reads_its_file() -> None:
    command = compose()
    if command is None:
        pytest.skip("docker compose is not installed")
    read = subprocess.run([*command, "config"], check=False, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert read.returncode == 0, read.stderr
    assert "read_only: true" in read.stdout
    settings = {f"DATELINE_{name.upper()}" for name in Settings.model_fields}
    named = {line.split(":")[0].strip() for line in read.stdout.splitlines() if line.strip().startswith("DATELINE_")}
    assert named
    assert named <= settings
