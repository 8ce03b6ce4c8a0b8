"""A scratch PostgreSQL from Debian's binaries, run by an ordinary user, reached by a socket in its own folder."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL


def binaries() -> Path | None:
    """The folder of the newest server that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return found[-1].parent if found else None


@dataclass(frozen=True)
class Server:
    """`folder` holds its data and its socket."""

    bin: Path
    folder: Path
    user: str
    settings: str

    @property
    def url(self) -> URL:
        return URL.create("postgresql+psycopg", "dateline", database="postgres", query={"host": str(self.folder)})

    def database(self, name: str) -> str:
        """Return the address of a database."""
        return self.url.set(database=name).render_as_string(hide_password=False)

    def create(self, name: str, *options: str) -> str:
        """Make a database, as its administrator would. Returns its address."""
        self.run("createdb", "-h", str(self.folder), "-U", "dateline", *options, name)
        return self.database(name)

    def start(self) -> None:
        self.run("pg_ctl", "-D", self._data, "-o", self.settings, "-l", str(self.folder / "log"), "-w", "start")

    def stop(self) -> None:
        self.run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")

    def kill(self) -> None:
        """As the system ends it that has no more memory: all its processes, none of which is asked. A start would take
        what is left of them for a server, where nobody waits for processes without a parent."""
        processes = self._processes()
        _send_all(processes, signal.SIGKILL)
        for pid in processes:
            while (stat := Path(f"/proc/{pid}/stat")).exists() and ") Z " not in stat.read_text():
                time.sleep(0.01)
        (self.folder / "data" / "postmaster.pid").unlink()
        (self.folder / ".s.PGSQL.5432.lock").unlink()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Have it answer nothing and refuse nothing for as long as the block lasts, as behind a network that is cut."""
        processes = self._processes()
        _send_all(processes, signal.SIGSTOP)
        try:
            yield
        finally:
            _send_all(processes, signal.SIGCONT)

    def _processes(self) -> list[int]:
        """Return the server's process, and those that it has started."""
        parent = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        return [parent, *map(int, children)]

    def make(self) -> None:
        self.run("initdb", "-D", self._data, "--locale=C", "--encoding=UTF8", "-A", "trust", "-U", "dateline", "-N")

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def run(self, tool: str, *options: str) -> None:
        other = self.user if os.getuid() == 0 else None
        command = (str(self.bin / tool), *options)
        done = subprocess.run(
            command, cwd=self.folder, user=other, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


def _send_all(processes: Iterable[int], number: int) -> None:
    for pid in processes:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


@contextmanager
def serving(bin: Path, *, durable: bool = False) -> Iterator[Server]:
    """Run a server for as long as the block lasts; `durable`: what it says is written is on disk. It refuses to run as
    root, and then is Debian's own user."""
    user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    # A socket's path may have some hundred bytes: pytest's own folders are too long.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    settings = f"-c fsync={'on' if durable else 'off'} -c listen_addresses='' -c unix_socket_directories='{folder}'"
    server = Server(bin, folder, user, settings)
    try:
        shutil.chown(folder, user)
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


@contextmanager
def running(bin: Path) -> Iterator[URL]:
    with serving(bin) as server:
        yield server.url
