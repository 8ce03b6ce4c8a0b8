"""Addresses of the web as files: what is at one is read as if it lay in a folder, and a page knows where it stood."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from app.ingest.fields import taken
from app.ingest.readers import Opened, Record
from app.ingest.readers.record import Refused

if TYPE_CHECKING:
    # What speaks HTTP is loaded for those who fetch.
    from app.fetch import Fetched

_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_MOST_HOSTS = 10_000
_PAGES = ("text/html", "application/xhtml+xml")


def is_address(given: str) -> bool:
    return _ADDRESS.match(given) is not None


class Addresses(Protocol):
    """What is at addresses of the web, as a reading asks for it."""

    @property
    def pages(self) -> bool:
        """Return whether what was opened last is a feed, of which the pages are wanted that its entries point to."""

    def open(self, url: str) -> tuple[Opened, Path, dict[str, object] | None]:
        """Return what is at the address, by which name to read it, and of a page the fields of its article.

        Raises `FetchFailed` for what cannot be fetched, and `Refused` for a page that is none to keep.
        """

    def with_page(self, record: Record) -> Record | None:
        """Return a feed's entry with the whole text of the page that it points to; None where it is dealt with.

        Raises `FetchFailed` and `Refused` where there is none to be had.
        """


class Fetcher:
    """Asks for addresses: several threads may at once. `allowed` are hosts of the own networks that may be asked,
    `pause` the seconds from one page or feed of a host to its next: nobody is to be kept busy by us."""

    def __init__(self, allowed: Iterable[str], *, pages: bool = False, pause: float = 1.0) -> None:
        from app.fetch import Client, Robots

        self._wants_pages, self._is_feed = pages, False
        self._client = Client(allowed)
        self._robots = Robots(self._client)
        self._pause = pause
        self._free: dict[str, float] = {}
        self._turns = threading.Lock()

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.__exit__(kind, error, trace)

    @property
    def pages(self) -> bool:
        return self._wants_pages and self._is_feed

    def open(self, url: str) -> tuple[Opened, Path, dict[str, object] | None]:
        from app.ingest.channel import read_channel

        got = self._client.get(url)
        name = Path(urlsplit(got.url).path).name or "index"
        fields = self._page(got) if got.media_type in _PAGES else None
        self._is_feed = self._wants_pages and fields is None and read_channel(got.body) is not None
        return Opened(BytesIO(got.body)), Path(name), fields

    def with_page(self, record: Record) -> Record:
        from app.fetch import checked_address

        url = checked_address(str(record.fields["url"]))
        self._check_robots(url)
        page = self._page(self.ask(url))
        said = taken(record.fields)
        more = {name: value for name, value in page.items() if name not in said}
        return replace(record, fields={**more, **record.fields, "body": page["body"]})

    def ask(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Fetched:
        """Return the answer, once the host may be asked again. Raises as `Client.get`."""
        from app.fetch import checked_address

        self._wait_for(urlsplit(checked_address(url)).netloc)
        return self._client.get(url, etag=etag, last_modified=last_modified)

    def _page(self, got: Fetched) -> dict[str, object]:
        # trafilatura takes half a second to load, and is only for pages.
        from app.ingest.readers.web_page import page_fields

        self._check_robots(got.url)
        fetched = datetime.now(UTC).date().isoformat()
        fields = page_fields(got.body, address=got.url, fetched=fetched, charset=got.charset)
        return {**fields, "url": fields.get("url") or got.url}

    def _check_robots(self, url: str) -> None:
        if not self._robots.allows(url):
            raise Refused("asks programs not to read it (robots.txt): save the page and ingest the file")

    def _wait_for(self, host: str) -> None:
        with self._turns:
            if len(self._free) >= _MOST_HOSTS:
                self._free.clear()
            turn = max(time.monotonic(), self._free.get(host, 0.0))
            self._free[host] = turn + self._pause
        time.sleep(max(0.0, turn - time.monotonic()))
