"""Connections to one node, kept open between requests.

`opensearchpy` chooses the node and remembers which are gone; what goes over the wire is sent and read here, for a
third of what its own connections take of each search.
"""

from __future__ import annotations

import select
import socket
import ssl
import weakref
from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from opensearchpy import Connection
from opensearchpy.exceptions import ConnectionError as NoConnection
from opensearchpy.exceptions import ConnectionTimeout, SSLError

_AT_ONCE = 1 << 16
_LONGEST_HEAD = 1 << 16
_MOST_IDLE = 32
_WITHOUT_BODY = (204, 304)


class _Broken(OSError):
    """What came is no answer, or not all of one."""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class Wire(Connection):
    """As `opensearchpy` wants a connection. One object serves all threads, each request on a socket of its own."""

    def __init__(self, *, ssl_context: ssl.SSLContext | None = None, authorization: str = "", **settings: Any) -> None:
        super().__init__(**settings)
        self._ssl = ssl_context
        own = {"host": self.host.partition("//")[2], "content-type": "application/json"}
        if authorization:
            own["authorization"] = authorization
        self._head = _lines(own)
        self._idle: deque[socket.socket] = deque()
        weakref.finalize(self, _close_all, self._idle)

    def perform_request(
        self, method: str, url: str, params: Mapping[str, Any] | None = None, body: bytes | None = None,
        timeout: float | None = None, ignore: Collection[int] = (), headers: Mapping[str, str] | None = None,
    ) -> tuple[int, dict[str, str], bytes]:  # fmt: skip
        """Return status, headers and body of an answer that is fine. Raises `opensearchpy`'s errors for all others."""
        path = self.url_prefix + url + (f"?{urlencode(params)}" if params else "")
        content = body or b""
        head = f"{method} {path} HTTP/1.1{self._head}{_lines(headers or {})}\r\ncontent-length: {len(content)}\r\n\r\n"
        request = head.encode() + content
        try:
            answer = self._ask(request, timeout or self.timeout)
        except ssl.SSLError as error:
            raise SSLError("N/A", str(error), error) from error
        except TimeoutError as error:
            raise ConnectionTimeout("TIMEOUT", str(error), error) from error
        except OSError as error:
            raise NoConnection("N/A", str(error), error) from error
        if not (200 <= answer.status < 300 or answer.status in ignore):
            self._raise_error(answer.status, answer.body.decode(errors="replace"), answer.headers.get("content-type"))
        return answer.status, answer.headers, answer.body

    def close(self) -> None:
        _close_all(self._idle)

    def _ask(self, request: bytes, timeout: float) -> _Answer:
        wire = self._kept() or self._opened(timeout)
        try:
            wire.settimeout(timeout)
            wire.sendall(request)
            answer, stays = _read_answer(wire)
        except BaseException:
            wire.close()
            raise
        if stays and len(self._idle) < _MOST_IDLE:
            self._idle.append(wire)
        else:
            wire.close()
        return answer

    def _kept(self) -> socket.socket | None:
        """Return a socket that is open still, the one used last; None where there is none."""
        while self._idle:
            try:
                wire = self._idle.pop()
            except IndexError:
                break
            # Whatever comes before anything was asked is its end.
            poll = select.poll()
            poll.register(wire, select.POLLIN)
            if not poll.poll(0):
                return wire
            wire.close()
        return None

    def _opened(self, timeout: float) -> socket.socket:
        wire = socket.create_connection((self.hostname, self.port), timeout)
        try:
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return self._ssl.wrap_socket(wire, server_hostname=self.hostname) if self._ssl else wire
        except BaseException:
            wire.close()
            raise


def _close_all(idle: deque[socket.socket]) -> None:
    while idle:
        idle.pop().close()


def _lines(headers: Mapping[str, str]) -> str:
    return "".join(f"\r\n{name}: {value}" for name, value in headers.items())


def _read_answer(wire: socket.socket) -> tuple[_Answer, bool]:
    """Return an answer, and whether another may follow on the same socket."""
    came = bytearray()
    status, headers = 100, dict[str, str]()
    # What says "go on" has an answer behind it.
    while 100 <= status < 200:
        while (end := came.find(b"\r\n\r\n")) < 0:
            if len(came) > _LONGEST_HEAD:
                raise _Broken("an answer with no end of its head")
            came += _more(wire)
        version, status, headers = _head_of(came[:end])
        del came[: end + 4]
    stays = version != "HTTP/1.0" and headers.get("connection", "").lower() != "close"
    if status in _WITHOUT_BODY:
        return _Answer(status, headers, b""), stays
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return _Answer(status, headers, _read_chunks(wire, came)), stays
    if "content-length" in headers:
        _fill(wire, came, _length(headers["content-length"]))
        return _Answer(status, headers, bytes(came)), stays
    while more := wire.recv(_AT_ONCE):
        came += more
    return _Answer(status, headers, bytes(came)), False


def _head_of(head: bytearray) -> tuple[str, int, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    try:
        version, status, *_ = first.split(" ", 2)
        parts = (line.partition(":") for line in lines)
        return version, int(status), {name.strip().lower(): value.strip() for name, _, value in parts}
    except ValueError as error:
        raise _Broken("no answer of HTTP") from error


def _read_chunks(wire: socket.socket, came: bytearray) -> bytes:
    body = bytearray()
    while True:
        while (end := came.find(b"\r\n")) < 0:
            came += _more(wire)
        size = _length(bytes(came[:end]).split(b";")[0], 16)
        _fill(wire, came, end + 2 + size + 2)
        body += came[end + 2 : end + 2 + size]
        del came[: end + 2 + size + 2]
        if not size:
            return bytes(body)


def _length(written: str | bytes, base: int = 10) -> int:
    try:
        return int(written, base)
    except ValueError as error:
        raise _Broken("a length that is no number") from error


def _fill(wire: socket.socket, came: bytearray, size: int) -> None:
    while len(came) < size:
        came += _more(wire)


def _more(wire: socket.socket) -> bytes:
    more = wire.recv(_AT_ONCE)
    if not more:
        raise _Broken("the connection ended before the answer did")
    return more
