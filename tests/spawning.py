"""Processes that Python would start anew, forked from one that has loaded what they need.

Beside a server runs a process that does what waits. In the tests there are hundreds of such servers, and each of these
processes would take a second to import the same modules again.
"""

from __future__ import annotations

from fcntl import F_DUPFD, fcntl
from multiprocessing import context, forkserver, popen_forkserver, resource_tracker
from typing import Any
from unittest.mock import patch

from app.http.beside import work_beside

_server: Any = forkserver.ForkServer()
_spawn = vars(context)["SpawnProcess"]._Popen


def fork_what_works_beside() -> None:
    """From now on this process starts what works beside a server by a fork server, which begins with the first."""
    _server.set_forkserver_preload(["app.cli.server", "app.alerts", "app.web.site", "app.ingest.preload"])
    vars(context)["SpawnProcess"]._Popen = staticmethod(_fork)


def _fork(process: Any) -> Any:
    if process._target is not work_beside:
        return _spawn(process)  # the server itself, which goes by the environment of who starts it
    # Ours, and not the one that a process has for what it means to fork.
    with patch.object(forkserver, "connect_to_new_process", _server.connect_to_new_process):
        return popen_forkserver.Popen(process)


def begin(lowest: int) -> None:
    """Start the server for all that are forked from this process. It is reached by a file of at least this number."""
    fork_what_works_beside()
    _server.ensure_running()
    _server._forkserver_alive_fd = fcntl(_server._forkserver_alive_fd, F_DUPFD, lowest)


def inherit() -> None:
    """Use the server of the process that this one was forked from. Neither it nor what watches over semaphores is a
    child of this one."""
    tracker: Any = resource_tracker._resource_tracker
    tracker._fd = tracker._pid = None
    _server.ensure_running = tracker.ensure_running
