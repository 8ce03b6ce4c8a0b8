"""`dateline` in a process of its own, under conditions that only a process can have."""

from __future__ import annotations

import ctypes
import os
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]
Prepare = Callable[[], None]

# As <linux/prctl.h> and <linux/capability.h> have them.
_CAPBSET_DROP = 24
_PASSES_BY_PERMISSIONS = (1, 2)


def ordinary() -> None:
    """What is not permitted is not permitted to this process, also where the tests run as root."""
    if os.geteuid() == 0:
        for capability in _PASSES_BY_PERMISSIONS:
            ctypes.CDLL(None).prctl(_CAPBSET_DROP, capability, 0, 0, 0)


def full_disk(size: int) -> Prepare:
    """No file grows beyond `size` bytes."""

    def prepare() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return prepare


def dateline(
    folder: Path, *arguments: str | Path, prepare: Prepare | None = None, patience: float = 120
) -> subprocess.CompletedProcess[str]:
    """`patience`: seconds after which something hangs."""
    command = [sys.executable, "-m", "app", *map(str, arguments), "--data-dir", str(folder)]
    return subprocess.run(
        command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=patience, preexec_fn=prepare
    )


@contextmanager
def serving(
    folder: Path, *options: str, prepare: Prepare | None = None, log: IO[str] | int = subprocess.DEVNULL
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server process and its address, as printed. Its log goes nowhere, or into a file: a pipe that nobody reads
    would stop it."""
    command = [sys.executable, "-m", "app", "serve", "--port", "0", "--data-dir", str(folder), *options]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        preexec_fn=prepare,  # noqa: PLW1509
    )
    assert process.stdout is not None
    try:
        found = re.search(r"http://\S+?:\d+", process.stdout.readline())
        assert found is not None
        yield process, found[0]
    finally:
        process.terminate()
        process.communicate(timeout=60)
