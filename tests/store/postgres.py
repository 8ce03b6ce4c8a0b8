"""A scratch PostgreSQL from Debian's binaries, run by an ordinary user, reached by a socket in its own folder."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL


def binaries() -> Path | None:
    """The folder of the newest server that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return found[-1].parent if found else None


@contextmanager
def running(bin: Path) -> Iterator[URL]:
    """A server for as long as the block lasts. It refuses to run as root, and then is Debian's own user."""
    user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    # A socket's path may have some hundred bytes: pytest's own folders are too long.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))

    def run(*command: str) -> None:
        other = user if os.getuid() == 0 else None
        done = subprocess.run(command, cwd=folder, user=other, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr

    try:
        shutil.chown(folder, user)
        data = str(folder / "data")
        run(str(bin / "initdb"), "-D", data, "--locale=C", "--encoding=UTF8", "-A", "trust", "-U", "dateline", "-N")
        settings = f"-c fsync=off -c listen_addresses='' -c unix_socket_directories='{folder}'"
        run(str(bin / "pg_ctl"), "-D", data, "-o", settings, "-l", str(folder / "log"), "-w", "start")
        try:
            yield URL.create("postgresql+psycopg", "dateline", database="postgres", query={"host": str(folder)})
        finally:
            run(str(bin / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)
