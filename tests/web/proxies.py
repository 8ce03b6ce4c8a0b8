"""A real nginx before a server, as the documentation sets one up."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_MANUAL = Path(__file__).parents[2] / "docs" / "operations.md"
_FOLDERS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def installed_nginx() -> str:
    """The program to start; the test is skipped, and says what to install, where there is none."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        pytest.skip("no nginx: install it (Debian: apt-get install nginx-light)")
    return program


def documented(path: str, port: int, behind: int) -> str:
    """The `server` of the documentation, for `path` on `port` of this machine, without encryption."""
    example = re.search(r"```nginx\n(.*?)```", _MANUAL.read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    text = re.sub(r" *ssl_certificate.*\n", "", example[1])
    for said, meant in (
        ("443 ssl", f"127.0.0.1:{port}"),
        ("127.0.0.1:8000", f"127.0.0.1:{behind}"),
        ("/archive", path),
    ):
        assert said in text
        text = text.replace(said, meant)
    return text


@contextmanager
def nginx(folder: Path, path: str, behind: int, *, bare: bool = False) -> Iterator[str]:
    """Where it serves `path` on this machine. `bare`: it says nothing of itself, and leaves the path on."""
    port = free_port()
    server = documented(path, port, behind)
    if bare:
        server = re.sub(r" *proxy_set_header.*\n", "", server).replace(f":{behind}/;", f":{behind};")
    temporary = "".join(f"{name}_temp_path {folder}/{name};\n" for name in _FOLDERS)
    settings = (
        f"daemon off; master_process off; pid {folder}/pid; events {{}}\nhttp {{ access_log off;\n{temporary}{server}}}"
    )
    (folder / "nginx.conf").write_text(settings, encoding="utf-8")
    with (folder / "log").open("w") as log:
        started = subprocess.Popen(
            [installed_nginx(), "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")], stderr=log
        )
    try:
        wait_for(port, started, folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        started.terminate()
        started.wait(60)


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def wait_for(port: int, started: subprocess.Popen[bytes], log: Path) -> None:
    while True:
        assert started.poll() is None, log.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
