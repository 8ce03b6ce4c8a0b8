"""A client's connection: bounds on what it may send before the application sees it, and on the time it may take.

Uvicorn's own protocol takes heads of any length for as long as they take, and answers what it cannot read by itself.
Here such a request goes through the application like any other, as one that is refused: with the same shape, headers,
line in the log and meter.
"""

from __future__ import annotations

import asyncio
import resource
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from app.addresses import unmap_ipv4
from app.http.envelope import REFUSED
from app.http.framing import Unanswerable, target_of
from app.http.waiting import WAITING

_SLICE = 32 * 1024


def _connection_limit(connections: int) -> int:
    """Half of the files that the process may have: a search opens some too."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return connections if files == resource.RLIM_INFINITY else min(connections, files // 2)


class Connection(HttpToolsProtocol):
    most_head_bytes = 64 * 1024
    """Of the address and the headers of a request; up to two `_SLICE`s more may pass."""
    request_seconds = 20.0
    """For the head of a request and its body together, and again while enough of a body comes."""
    body_bytes = 1_000_000
    """Of a body: where as many came within the time, it goes on. Few bodies may be as long."""
    most_connections = _connection_limit(4_000)
    """Of one process: each takes a file, and its head may take memory."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head: int | None = 0
        """Bytes of a request's head that have come; None while its body comes."""
        self._body = 0
        """Bytes of its body that have come within the time."""
        self._deadline: asyncio.TimerHandle | None = None
        self._running: RequestResponseCycle | None = None
        """What is being answered, or was last: `cycle` is the newest that was asked, and may wait behind it."""
        self._fault = 400
        """The status of what the parser gives up."""
        self._refused = False
        self.ws_protocol_class = None  # whoever asks to speak something else is answered in HTTP

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self.client is not None:
            # A socket for both takes IPv4 as IPv6, which no list of trusted proxies would know again.
            self.client = unmap_ipv4(self.client[0]), self.client[1]
        self._expect_request()
        if len(self.connections) > self.most_connections:
            self._refuse(503)

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect_nothing()
        self._give_up()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Whoever waits for something to happen is answered now."""
        if WAITING in self.app_state:
            self.app_state[WAITING].close()
        super().shutdown()

    def data_received(self, data: bytes) -> None:
        if self._deadline is None and self._head is not None:
            self._expect_request()
        for start in range(0, len(data), _SLICE):
            if self._refused or self.transport.is_closing():
                return
            part = data[start : start + _SLICE]
            super().data_received(part)
            if self._head is None:
                self._body += len(part)
            else:
                self._head += len(part)
                if self._head > self.most_head_bytes:
                    self._refuse(431)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head = 0
        self._expect_request()

    def on_headers_complete(self) -> None:
        try:
            self.url = target_of(self.parser.get_http_version(), self.url, self.headers)
        except Unanswerable as fault:
            self._fault = fault.status
            raise  # to the parser, which stops there
        super().on_headers_complete()
        self._head = None

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._head = 0
        self._expect_nothing()

    def send_400_response(self, _message: str) -> None:
        self._refuse(self._fault)

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: the RFC has it passed over, and `curl --http2` asks each time."""

    def _expect_request(self) -> None:
        self._expect_nothing()
        self._body = 0
        self._deadline = self.loop.call_later(self.request_seconds, self._late)

    def _expect_nothing(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _late(self) -> None:
        self._deadline = None
        if self._answering and (self._head is not None or self._running is not self.cycle):
            self._expect_request()  # it waits behind one that is being answered, and nothing more of it is read
        elif self._head is None and self._answering and self._body >= self.body_bytes:
            self._expect_request()
        elif self._head == 0 and not self._answering:
            self.transport.close()  # nothing was asked
        else:
            self._refuse(408)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        if cycle.scope["method"] != "HEAD":
            cycle.transport = _AnswerWriter(cycle.transport)  # type: ignore[assignment]
        super()._start_asgi_task(cycle, app)

    @property
    def _answering(self) -> bool:
        return self._running is not None and not self._running.response_complete

    def _give_up(self) -> None:
        """Nobody reads what is being answered any more, and what waits behind it is never begun. Uvicorn marks the
        newest request alone, and would write the answer of an earlier one to a closed line."""
        self.pipeline.clear()
        if self._running is not None and not self._running.response_complete:
            self._running.disconnected = True
            self._running.message_event.set()

    def _hang_up(self) -> None:
        self._give_up()
        self.transport.close()

    def _refuse(self, status: int) -> None:
        """Answer so and hang up. What was asked earlier and is being answered still can only be broken off."""
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        if self._answering:
            waits_for_body = self._running is self.cycle and self._head is None and not self.cycle.response_started
            if not waits_for_body:
                self._hang_up()
                return
            self._give_up()
        self._answer_refused(status)

    def _answer_refused(self, status: int) -> None:
        scope: Any = {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "-",
            "scheme": self.scheme,
            "server": self.server,
            "client": self.client,
            "root_path": self.root_path,
            "path": "",
            "raw_path": b"",
            "query_string": b"",
            "headers": [],
            "state": {**self.app_state, REFUSED: status},
        }
        self.cycle = RequestResponseCycle(
            scope=scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=False,
            on_response=self.on_response_complete,
        )
        self._start_asgi_task(self.cycle, self.app)


class _AnswerWriter:
    """Sends the head of an answer with the body that follows at once, in one piece: uvicorn writes each by itself, and
    for a short answer that costs half as much again as to send it."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._head = b""
        self._begun = False

    def write(self, data: bytes) -> None:
        if self._head:
            self._transport.writelines((self._head, data))
            self._head = b""
        elif not self._begun and _HAS_LENGTH in data:
            self._head = data
        else:
            self._transport.write(data)
        self._begun = True

    def close(self) -> None:
        if self._head:
            self._transport.write(self._head)
            self._head = b""
        self._transport.close()

    def is_closing(self) -> bool:
        return self._transport.is_closing()


_HAS_LENGTH = b"\r\ncontent-length: "
