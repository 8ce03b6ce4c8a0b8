"""Connections that lead to public addresses alone.

A name is looked up here, and the connection made to what was found: were it looked up again to connect, it could be
another address by then. So names that lead into the machine's own networks are refused, in whatever way they came:
given, in a feed, or as the target of a redirect.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable
from typing import Any

import httpcore

from app.addresses import is_public
from app.errors import FetchRefused


class PublicNetwork(httpcore.NetworkBackend):
    """`allowed` are hosts, by name or address, that are connected to wherever they are."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = frozenset(host.lower() for host in allowed)
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failed: Exception | None = None
        until = time.monotonic() + (timeout or 60.0)
        for address in self._addresses(host, port):
            left = until - time.monotonic()
            if left <= 0:
                break
            try:
                return self._network.connect_tcp(address, port, left, local_address, socket_options)
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
