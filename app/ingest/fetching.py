"""Addresses of the web as files: what is at one is read as if it lay in a folder, and a page knows where it stood."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from app.fetch import Client, Robots
from app.ingest.readers import Opened
from app.ingest.readers.record import Refused

_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_PAGES = ("text/html", "application/xhtml+xml")
_PAUSE = 1.0
"""Seconds from one page of a host to the next: nobody is to be kept busy by us."""


def is_address(given: str) -> bool:
    return _ADDRESS.match(given) is not None


class Fetcher:
    """Asks for addresses, one after the other. `allowed` are hosts of the own networks that may be asked."""

    def __init__(self, allowed: Iterable[str], *, pages: bool = False) -> None:
        self.pages = pages
        """Whether the pages that feeds point to are fetched too."""
        self._client = Client(allowed)
        self._robots = Robots(self._client)
        self._asked: dict[str, float] = {}

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.__exit__(kind, error, trace)

    def open(self, url: str) -> tuple[Opened, Path, dict[str, object] | None]:
        """Return what is at the address, by which name to read it, and of a page the fields of its article.

        Raises `FetchFailed` for what cannot be fetched, and `Refused` for a page that is none to keep.
        """
        got = self._client.get(url)
        name = Path(urlsplit(got.url).path).name or "index"
        fields = self._page(got.url, got.body, got.charset) if got.media_type in _PAGES else None
        return Opened(BytesIO(got.body)), Path(name), fields

    def with_page(self, fields: Mapping[str, object]) -> dict[str, object]:
        """Return the fields of a feed's entry with the whole text of the page that it points to.

        Raises `FetchFailed` and `Refused` where there is none to be had.
        """
        url = str(fields["url"])
        self._wait_for(urlsplit(url).netloc)
        got = self._client.get(url)
        page = self._page(got.url, got.body, got.charset)
        return {**page, **fields, "body": page["body"]}

    def _page(self, url: str, body: bytes, charset: str | None) -> dict[str, object]:
        # trafilatura takes half a second to load, and is only for pages.
        from app.ingest.readers.web_page import page_fields

        if not self._robots.allows(url):
            raise Refused("asks programs not to read it (robots.txt): save the page and ingest the file")
        fetched = datetime.now(UTC).date().isoformat()
        fields = page_fields(body, address=url, fetched=fetched, charset=charset)
        return {**fields, "url": fields.get("url") or url}

    def _wait_for(self, host: str) -> None:
        time.sleep(max(0.0, self._asked.get(host, 0.0) + _PAUSE - time.monotonic()))
        self._asked[host] = time.monotonic()
