"""A stretch of network that can be cut: it takes connections for a node, and hands on what both sides say."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

_PIECE = 65536


class Relay:
    """Stands before one node. While it is cut nothing gets through, and nobody is told so: connections stay, new ones
    are taken, and what was said meanwhile arrives once it is mended."""

    def __init__(self, node: str) -> None:
        self._node = (urlsplit(node).hostname, urlsplit(node).port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._whole, self._ended = threading.Event(), False
        self._ends: set[socket.socket] = set()
        self._whole.set()
        threading.Thread(target=self._take, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def cut(self) -> None:
        self._whole.clear()

    def mend(self) -> None:
        self._whole.set()

    def close(self) -> None:
        self._ended = True
        self._whole.set()
        # Only this wakes whoever waits there.
        for end in (self._listening, *self._ends.copy()):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _take(self) -> None:
        while not self._ended:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        self._whole.wait()
        try:
            far = socket.create_connection(self._node)
        except OSError:
            near.close()
            return
        self._ends |= {near, far}
        back = threading.Thread(target=self._hand_on, args=(far, near), daemon=True)
        back.start()
        self._hand_on(near, far)
        back.join()
        self._ends -= {near, far}
        near.close()
        far.close()

    def _hand_on(self, said: socket.socket, heard: socket.socket) -> None:
        with suppress(OSError):
            while piece := said.recv(_PIECE):
                self._whole.wait()
                heard.sendall(piece)
        self._whole.wait()
        with suppress(OSError):
            heard.shutdown(socket.SHUT_WR)


@contextmanager
def relaying(nodes: list[str]) -> Iterator[list[Relay]]:
    """Give a relay for each node."""
    relays = [Relay(node) for node in nodes]
    try:
        yield relays
    finally:
        for relay in relays:
            relay.close()
