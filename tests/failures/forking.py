"""Commands of `dateline` without the second that each takes to import what it needs.

One process has imported everything and opened nothing. It forks for each command that it is asked for, and what is
forked goes on as `python -m app` does, to an end of its own: it may be killed, stopped and waited for. The processes
that do what waits beside a server come from one fork server for all servers, which has loaded the language model too.

    python -m tests.failures.forking SOCKET    # the number of a socket that stands open
"""

from __future__ import annotations

import atexit
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

import uvicorn.supervisors  # noqa: F401  # what a server imports at last

import app.cli
import app.web.site  # noqa: F401
from app.ingest import worker
from app.settings import Settings
from tests import rows, spawning
from tests.failures.acts import warm_up

_ROOT = Path(__file__).parents[2]
_CLOSED = 256
"""No file below this number stays open in a command."""


class Forked:
    """A process that was forked so, as `subprocess.Popen` would have it."""

    def __init__(self, arguments: list[str], out: int, errors: int) -> None:
        asked = os.memfd_create("asked")
        os.pwrite(asked, json.dumps([arguments, dict(os.environ)]).encode(), 0)
        self._told, tell = os.pipe()
        socket.send_fds(_parent(), [b"?"], [asked, out, errors, tell])
        os.close(asked)
        os.close(tell)
        self.arguments = arguments
        self.returncode: int | None = None
        self.pid = self._read()

    def _read(self) -> int:
        number = b""
        while not number.endswith(b"\n"):
            number += os.read(self._told, 1) or b"?\n"
        return int(number)

    def poll(self) -> int | None:
        """Return how it ended, or none where it runs. A signal is a negative number."""
        if self.returncode is None and select.select([self._told], [], [], 0)[0]:
            self.returncode = self._read()
            os.close(self._told)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        until = None if timeout is None else time.monotonic() + timeout
        while (ended := self.poll()) is None:
            left = None if until is None else until - time.monotonic()
            if left is not None and left < 0:
                raise subprocess.TimeoutExpired(self.arguments, timeout or 0)
            select.select([self._told], [], [], left)
        return ended

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


@cache
def _parent() -> socket.socket:
    """Return the socket to the process that forks, which ends when this one does."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    # Settings are those of whoever asks for a command, and not of the test that asks first.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
    environment |= {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(_ROOT)}
    command = [sys.executable, "-m", "tests.failures.forking", str(theirs.fileno())]
    process = subprocess.Popen(
        command, cwd=_ROOT, env=environment, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL
    )
    theirs.close()

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


def _serve(asking: socket.socket) -> None:
    """Fork for each command that is asked for. In each of these processes this returns too, to become the command."""
    waited_for = select.poll()
    waited_for.register(asking, select.POLLIN)
    running: dict[int, tuple[int, int]] = {}
    while True:
        for ready, _ in waited_for.poll():
            if ready in running:
                waited_for.unregister(ready)
                child, tell = running.pop(ready)
                _tell(tell, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
                os.close(ready)
                os.close(tell)
                continue
            given = socket.recv_fds(asking, 1, 4)[1]
            if not given:
                return
            asked, out, errors, tell = given
            if (child := os.fork()) == 0:
                asking.close()
                _become(asked, out, errors)
                return
            for each in (asked, out, errors):
                os.close(each)
            _tell(tell, child)
            ends = os.pidfd_open(child)
            running[ends] = child, tell
            waited_for.register(ends, select.POLLIN)


def _tell(tell: int, number: int) -> None:
    """Say it, unless nobody listens any more."""
    with suppress(BrokenPipeError):
        os.write(tell, f"{number}\n".encode())


def _become(asked: int, out: int, errors: int) -> None:
    """Take the arguments, the environment and the output of a command, as if it had been started with them."""
    with open(asked) as file:
        arguments, environment = json.load(file)
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None  # it goes by the environment
    if rows.SERVER in environment:
        rows.follow_the_tests()
    sys.argv = ["dateline", *arguments]
    os.dup2(out, 1)
    os.dup2(errors, 2)
    os.closerange(3, _CLOSED)
    spawning.inherit()
    # What these were before may have been something that one can seek in.
    sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w", buffering=1, errors="backslashreplace")


def main() -> None:
    warm_up()
    os.environ[worker.PRELOADED] = Settings().model
    spawning.begin(_CLOSED)
    with socket.socket(fileno=int(sys.argv[1])) as asking:
        _serve(asking)
    if sys.argv[0] == "dateline":
        runpy.run_module("app", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
