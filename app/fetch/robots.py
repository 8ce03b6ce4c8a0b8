"""What sites ask of programs that read them: robots.txt (RFC 9309)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from urllib.parse import urljoin
from urllib.robotparser import RobotFileParser

from app.errors import FetchFailed
from app.fetch.client import AGENT, Client

_KEPT_SECONDS = 3600.0
_MOST_SITES = 1_000
_LONGEST = 500_000


@dataclass(frozen=True, slots=True)
class _Rules:
    until: float
    parser: RobotFileParser | None
    """None: nothing may be read, as the site could not be asked."""


class Robots:
    """Asks each site once an hour."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._sites: dict[str, _Rules] = {}

    def allows(self, url: str) -> bool:
        """Return whether the site lets this program read the address. One without rules does; one that fails while it
        is asked for them does not, for now."""
        place = urljoin(url, "/robots.txt")
        rules = self._sites.get(place)
        if rules is None or rules.until < time.monotonic():
            if len(self._sites) >= _MOST_SITES:
                self._sites.clear()
            rules = self._sites[place] = _Rules(time.monotonic() + _KEPT_SECONDS, self._ask(place))
        return rules.parser is not None and rules.parser.can_fetch(AGENT, url)

    def _ask(self, place: str) -> RobotFileParser | None:
        parser = RobotFileParser()
        try:
            body = self._client.get(place).body[:_LONGEST]
        except FetchFailed as error:
            if error.status is None or not 400 <= error.status < 500:
                return None
            body = b""
        parser.parse(body.decode("utf-8", "replace").splitlines())
        return parser
