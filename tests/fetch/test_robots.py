from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.fetch import Client, Robots
from tests.fetch.web import Web, send


@pytest.fixture
def robots() -> Iterator[Robots]:
    with Client(["127.0.0.1"]) as client:
        yield Robots(client)


def test_a_site_says_what_may_be_read_and_is_asked_once(web: Web, robots: Robots) -> None:
    web.put("/robots.txt", b"User-agent: *\nDisallow: /private\n\nUser-agent: dateline\nDisallow: /drafts\n")
    assert [robots.allows(web.url(path)) for path in ("/news", "/drafts/1", "/private/1")] == [True, False, True]
    assert len(web.asked) == 1


def test_a_site_without_rules_may_be_read(web: Web, robots: Robots) -> None:
    assert robots.allows(web.url("/news"))


def test_a_site_that_fails_may_not_for_now(web: Web, robots: Robots) -> None:
    web.pages["/robots.txt"] = lambda request: send(request, 503)
    assert not robots.allows(web.url("/news"))
