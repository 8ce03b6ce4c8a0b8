"""One request to another server: its redirects, its conditions, and its bounds."""

from __future__ import annotations

import re
import ssl
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from types import TracebackType
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import httpcore

from app.errors import FetchFailed, FetchRefused
from app.fetch.network import PublicNetwork
from app.text import printable

AGENT = "Dateline/1 (archive of news articles)"
_REDIRECTS = (301, 302, 303, 307, 308)
_FOR_GOOD = (301, 308)
LONGEST_URL = 4_000
_Headers = list[tuple[bytes | str, bytes | str]]
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one answer, its redirects included. `size` is in bytes as unpacked, `seconds` in all, `silence` between two
    pieces."""

    size: int = 20_000_000
    seconds: float = 60.0
    silence: float = 20.0
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer. `url` is where redirects led, `moved` the address to ask from now on, where the first of them were for
    good. `unchanged`: as at the time of the tag or date that was sent, and without a body. `max_age`: seconds for which
    the server says that it holds."""

    url: str
    status: int
    body: bytes = b""
    media_type: str = ""
    charset: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    moved: str | None = None
    max_age: float | None = None

    @property
    def unchanged(self) -> bool:
        return self.status == 304


class Client:
    """Connections that are kept open from one request to the next. `allowed` as in `PublicNetwork`."""

    def __init__(self, allowed: Iterable[str] = (), limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._network = PublicNetwork(allowed)

    @cached_property
    def _pool(self) -> httpcore.ConnectionPool:
        """Made for the first request: to read whom the system trusts takes longer than to ingest a small file, and most
        have nothing to fetch."""
        return httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=20,
            keepalive_expiry=30.0,
            network_backend=self._network,
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if "_pool" in self.__dict__:
            self._pool.close()

    def get(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Fetched:
        """Raises `FetchFailed` where there is no answer, or it is over a limit, and for an answer that is none of 2xx
        and 304; `FetchRefused` where the address is not to be asked."""
        until = self._network.deadline.at = time.monotonic() + self._limits.seconds
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        asked = home = checked_address(url)
        for_good = True
        for _ in range(self._limits.redirects + 1):
            try:
                answer = self._once(asked, conditions, until)
            except FetchFailed as error:
                raise type(error)(url, error.reason, status=error.status, retry_after=error.retry_after) from None
            if not isinstance(answer, _Redirect):
                return replace(answer, moved=home if home != checked_address(url) else None)
            asked = checked_address(joined_address(asked, answer.target), told_by=url)
            for_good = for_good and answer.for_good
            home = asked if for_good else home
        raise FetchFailed(url, f"redirects more than {self._limits.redirects} times")

    def _once(self, url: str, conditions: Mapping[str, str | None], until: float) -> Fetched | _Redirect:
        headers: _Headers = [
            ("Host", urlsplit(url).netloc), ("User-Agent", AGENT), ("Accept", "*/*"), ("Accept-Encoding", "gzip"),
            *((name, value) for name, value in conditions.items() if value and value.isascii()),
        ]  # fmt: skip
        with self._asked("GET", url, headers, until) as answer:
            return self._read(url, answer, until)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Send a message, and return the status that it was answered with. Raises as `get` does; a redirect is none of
        2xx, and what was signed for one address goes to no other."""
        until = self._network.deadline.at = time.monotonic() + self._limits.seconds
        asked = checked_address(url)
        fixed = {"Host": urlsplit(asked).netloc, "User-Agent": AGENT, "Content-Length": str(len(body))}
        with self._asked("POST", asked, [*fixed.items(), *headers.items()], until, body) as answer:
            if not 200 <= answer.status < 300:
                raise FetchFailed(url, f"answered {answer.status}")
            return answer.status

    @contextmanager
    def _asked(
        self, method: str, url: str, headers: _Headers, until: float, body: bytes | None = None
    ) -> Iterator[httpcore.Response]:
        silence = self._limits.silence
        patience = dict.fromkeys(("connect", "read", "write", "pool"), silence)
        try:
            with self._pool.stream(
                method, url, headers=headers, content=body, extensions={"timeout": patience}
            ) as answer:
                yield answer
        except httpcore.TimeoutException:
            raise FetchFailed(url, self._too_late(until) or f"gave no answer for {silence:g} seconds") from None
        except httpcore.UnsupportedProtocol:
            raise FetchRefused(url, "is no address of the web") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError) as error:
            raise FetchFailed(url, _explained(error)) from None

    def _read(self, url: str, answer: httpcore.Response, until: float) -> Fetched | _Redirect:
        told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
        if answer.status in _REDIRECTS and "location" in told:
            return _Redirect(told["location"], answer.status in _FOR_GOOD)
        if answer.status != 304 and not 200 <= answer.status < 300:
            wait = _seconds(told.get("retry-after"))
            asks = f" and asks to wait {wait:g} seconds" if wait else ""
            raise FetchFailed(url, f"answered {answer.status}{asks}", status=answer.status, retry_after=wait)
        packed = told.get("content-encoding", "").strip().lower() in ("gzip", "x-gzip")
        media_type, charset = _kind(told.get("content-type", ""))
        body = b"" if answer.status == 304 else self._body(url, answer.iter_stream(), until, packed=packed)
        return Fetched(
            url, answer.status, body, media_type, charset, told.get("etag"), told.get("last-modified"),
            max_age=_max_age(told.get("cache-control", "")),
        )  # fmt: skip

    def _body(self, url: str, pieces: Iterable[bytes], until: float, *, packed: bool) -> bytes:
        read, most = bytearray(), self._limits.size
        for piece in _unpacked(url, pieces, most) if packed else pieces:
            read += piece
            if len(read) > most:
                raise FetchFailed(url, f"is over {most:,} bytes", status=200)
            if late := self._too_late(until):
                raise FetchFailed(url, late)
        return bytes(read)

    def _too_late(self, until: float) -> str:
        return f"took over {self._limits.seconds:g} seconds" if time.monotonic() > until else ""


@dataclass(frozen=True, slots=True)
class _Redirect:
    target: str
    for_good: bool


def checked_address(url: str, told_by: str | None = None) -> str:
    """Return an address of the web as it is asked for: without a fragment, its letters as ASCII. Raises `FetchRefused`
    for any other; `told_by` is who named it."""
    asked = told_by or url
    refused = FetchRefused(printable(asked[:200]), "is no address of the web, such as https://news.example/feed")
    if len(url) > LONGEST_URL:
        raise refused
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
        host = host if host.isascii() else host.encode("idna").decode()
    except (ValueError, UnicodeError):
        raise refused from None
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise refused
    place = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    path, query = (quote(part, safe="/%:@!$&'()*+,;=~-._?") for part in (parts.path or "/", parts.query))
    return urlunsplit((parts.scheme, place, path, query, ""))


def joined_address(base: str, target: str) -> str:
    """Return where a link leads that stands at an address; one that leads nowhere as it is, to be refused."""
    try:
        return urljoin(base, target)
    except ValueError:
        return target


def _unpacked(url: str, pieces: Iterable[bytes], most: int) -> Iterator[bytes]:
    """Unpack gzip, never more than a limit and one piece at a time."""
    stream = zlib.decompressobj(wbits=31)
    for packed in pieces:
        left = packed
        while left:
            try:
                yield stream.decompress(left, most + 1)
            except zlib.error:
                raise FetchFailed(url, "sent damaged gzip data", status=200) from None
            left = stream.unconsumed_tail


def _kind(content_type: str) -> tuple[str, str | None]:
    media_type, _, parameters = content_type.partition(";")
    named = dict(part.strip().partition("=")[::2] for part in parameters.split(";"))
    charset = {name.lower(): value for name, value in named.items()}.get("charset", "").strip("\"' ")
    return media_type.strip().lower(), charset or None


def _seconds(told: str | None) -> float | None:
    """Return how long `Retry-After` asks to wait: it has seconds, or a moment."""
    if told is None:
        return None
    if told.strip().isdecimal():
        return float(told[:9])
    try:
        moment = parsedate_to_datetime(told)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _max_age(cache_control: str) -> float | None:
    found = _MAX_AGE.search(cache_control)
    return float(found[1]) if found else None


def _explained(error: Exception) -> str:
    if isinstance(error, httpcore.ConnectError) and "not known" in str(error):
        return "has a host that is not known"
    if "CERTIFICATE" in str(error).upper():
        return "has a certificate that cannot be trusted"
    if isinstance(error, httpcore.ConnectError):
        return "cannot be connected to"
    return "broke off or sent no HTTP"
