"""Requests to a running server, and what they cost it: CPU time of its process, and how long they took from outside."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import msgspec

from tests.bench.peers import c_groonga
from tests.bench.queries import Request

_START_SECONDS = 60
_IDLE = 0.03
"""CPU seconds that a server takes in a second in which nothing is asked, at most."""
_TICK = 0.02
"""Seconds; two ticks of the slowest clock that Linux is built with."""
_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Load:
    """Milliseconds; `cpu` for a request on average, `total` of the hits in all `answers`."""

    cpu: float
    p50: float
    p95: float
    total: int
    answers: int


@dataclass(frozen=True, slots=True)
class Server:
    peer: str
    port: int
    process: int

    def path(self, request: Request) -> str:
        if request.path:
            return request.path
        if self.peer == "groonga":
            return c_groonga.address(request.text, request.facets)
        if self.peer != "ours":
            return "/search?" + urlencode({"q": request.text, "facets": "1" if request.facets else "0"})
        facets = [("facet", "source"), ("facet", "year")] if request.facets else []
        return "/v1/search?" + urlencode([("q", request.text), ("limit", "20"), *facets])

    def total(self, answer: bytes) -> int:
        """Return how many articles a search has found."""
        if self.peer == "groonga":
            return c_groonga.total(answer)
        return int(msgspec.json.decode(answer)["total"])

    def memory(self, name: str) -> float:
        return memory(self.process, name)

    def cpu_seconds(self) -> float:
        """Linux gives each process a clock, exact where /proc counts hundredths; see clock_getcpuclockid(3)."""
        # What runs is counted when it stops, or at the next tick of the system: both come before this ends.
        time.sleep(_TICK)
        return time.clock_gettime(~self.process << 3 | 2)


def memory(process: int, name: str = "VmRSS") -> float:
    """Return MB: `VmRSS` of all that is in memory now, `RssAnon` without mapped files."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    (found,) = (line for line in lines if line.startswith(f"{name}:"))
    return int(found.split()[1]) / 1_024


@contextmanager
def serving(peer: str, folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Ours is `dateline serve` over an archive, with `settings`; the others a minimal route over their index."""
    with socket.socket() as free:
        free.bind((_HOST, 0))
        port = free.getsockname()[1]
    if peer == "ours":
        command = [sys.executable, "-m", "app", "serve", "--data-dir", str(folder), "--port", str(port)]
    elif peer == "groonga":
        command = c_groonga.server(folder, _HOST, port)
    else:
        command = [sys.executable, "-m", "tests.bench.serve", peer, str(folder), str(port)]
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("DATELINE_") or name == "DATELINE_EMBEDDING_MODEL"
    }
    process = subprocess.Popen(command, env={**environment, **(settings or {})}, stdout=subprocess.DEVNULL)
    try:
        _wait(process, port)
        yield Server(peer, port, process.pid)
    finally:
        process.terminate()
        process.wait()


def settle(server: Server) -> None:
    """Wait until a server does nothing any more: at its start it looks through the index."""
    before = -1.0
    while (now := server.cpu_seconds()) - before > _IDLE:
        before = now
        time.sleep(1)


def run(server: Server, requests: Sequence[Request], connections: int, seconds: float) -> Load:
    """All requests, spread evenly over the connections; each waits for its answer before it asks again. After
    `seconds` no more are sent; each connection has sent one at least."""
    shares = [requests[i::connections] for i in range(connections)]
    before, until = server.cpu_seconds(), time.monotonic() + seconds
    with ThreadPoolExecutor(connections) as pool:
        answered = pool.map(lambda share: _ask(server, share, until), shares)
        answers = [answer for some in answered for answer in some]
    spent = server.cpu_seconds() - before
    times = sorted(time for time, _ in answers)
    return Load(
        cpu=spent * 1_000 / len(answers),
        p50=times[len(times) // 2],
        p95=times[len(times) * 95 // 100],
        total=sum(total for _, total in answers),
        answers=len(answers),
    )


def _ask(server: Server, requests: Sequence[Request], until: float) -> list[tuple[float, int]]:
    connection = http.client.HTTPConnection(_HOST, server.port)
    answers = []
    for request in requests:
        started = time.perf_counter()
        connection.request("GET", server.path(request))
        answer = connection.getresponse()
        body = answer.read()
        taken = (time.perf_counter() - started) * 1_000
        if answer.status != http.client.OK:
            raise http.client.HTTPException(f"{server.peer} answered {answer.status} to {server.path(request)}")
        answers.append((taken, 0 if request.path else server.total(body)))
        if time.monotonic() > until:
            break
    connection.close()
    return answers


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        with socket.socket() as attempt:
            if attempt.connect_ex((_HOST, port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"The server on port {port} did not start.")
