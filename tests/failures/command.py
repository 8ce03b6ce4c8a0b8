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
from tempfile import TemporaryFile
from typing import IO

from tests.failures.forking import Forked

ROOT = Path(__file__).parents[2]
Prepare = Callable[[], None]
Process = subprocess.Popen[bytes] | Forked

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
    """`patience`: seconds after which something hangs. What is to be prepared is started by itself, else forked."""
    given = [*map(str, arguments), "--data-dir", str(folder)]
    if prepare is not None:
        command = [sys.executable, "-m", "app", *given]
        return subprocess.run(
            command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=patience, preexec_fn=prepare
        )
    with TemporaryFile("w+") as out, TemporaryFile("w+") as errors:
        process = Forked(given, out.fileno(), errors.fileno())
        try:
            ended = process.wait(patience)
        finally:
            process.kill()
        out.seek(0)
        errors.seek(0)
        return subprocess.CompletedProcess(given, ended, out.read(), errors.read())


@contextmanager
def serving(
    folder: Path, *options: str, prepare: Prepare | None = None, log: IO[str] | None = None, alone: bool = False
) -> Iterator[tuple[Process, str]]:
    """A server process and its address, as printed. Its log goes nowhere, or into a file: a pipe that nobody reads
    would stop it. `alone`: it is started by itself, so that it shares its memory with nobody."""
    given = ["serve", "--port", "0", "--data-dir", str(folder), *options]
    reading, writing = os.pipe()
    with os.fdopen(reading) as printed:
        with os.fdopen(writing, "w") as out, Path(os.devnull).open("w") as nowhere:
            errors = log or nowhere
            process: Process
            if alone or prepare is not None:
                command = [sys.executable, "-m", "app", *given]
                process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=errors, preexec_fn=prepare)  # noqa: PLW1509
            else:
                process = Forked(given, out.fileno(), errors.fileno())
        try:
            found = re.search(r"http://\S+?:\d+", printed.readline())
            assert found is not None
            yield process, found[0]
        finally:
            process.terminate()
            process.wait(60)
