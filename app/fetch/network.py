"""Connections that lead to public addresses alone.

A name is looked up here, and the connection made to what was found: were it looked up again to connect, it could be
another address by then. So names that lead into the machine's own networks are refused, in whatever way they came:
given, in a feed, or as the target of a redirect.
"""

from __future__ import annotations

import math
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from typing import Any

import httpcore

from app.addresses import is_public
from app.errors import FetchRefused


class Deadline(threading.local):
    """When what this thread asks for must have come, by the monotonic clock: a server that sends a byte now and then is
    never silent, and would not be left otherwise."""

    at = math.inf

    def within(self, timeout: float | None) -> float:
        """Return the seconds that one step may take. Raises httpcore's own error when there are none left."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("It took too long")
        return min(left, math.inf if timeout is None else timeout)


class _Timed(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.within(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secure = self._stream.start_tls(ssl_context, server_hostname, self._deadline.within(timeout))
        return _Timed(secure, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class PublicNetwork(httpcore.NetworkBackend):
    """`allowed` are hosts, by name or address, that are connected to wherever they are."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = frozenset(host.lower() for host in allowed)
        self._network = httpcore.SyncBackend()
        self.deadline = Deadline()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failed: Exception | None = None
        until = time.monotonic() + self.deadline.within(timeout or 60.0)
        for address in self._addresses(host, port):
            left = until - time.monotonic()
            if left <= 0:
                break
            try:
                stream = self._network.connect_tcp(address, port, left, local_address, socket_options)
                return _Timed(stream, self.deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed or httpcore.ConnectTimeout("It took too long")

    def connect_unix_socket(self, *_args: Any, **_given: Any) -> httpcore.NetworkStream:
        raise httpcore.ConnectError("There are no sockets of files here")

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise httpcore.ConnectError("has a host that is not known") from None
        addresses = list(dict.fromkeys(str(place[0]) for *_, place in found))
        if host.lower() in self._allowed:
            return addresses
        public = [address for address in addresses if is_public(address)]
        if not public:
            raise FetchRefused(
                host, "is an address of this machine or its own networks; DATELINE_FETCH_HOSTS allows it"
            )
        return public
