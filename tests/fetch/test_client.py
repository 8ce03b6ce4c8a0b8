"""What is fetched from other servers, and what is refused."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from http.server import BaseHTTPRequestHandler

import pytest

from app.errors import FetchFailed, FetchRefused
from app.fetch import Client, Limits
from tests.fetch.web import Web, send

HERE = ["127.0.0.1"]


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(HERE) as made:
        yield made


def test_an_answer_has_its_text_its_kind_and_its_tags(web: Web, client: Client) -> None:
    web.put(
        "/a", b"<p>News</p>", "text/html; charset=ISO-8859-1", ETag='"1"', Last_Modified="Sun, 29 Nov 2026 01:00:00 GMT"
    )
    got = client.get(web.url("/a#top"))
    assert (got.body, got.media_type, got.charset, got.status) == (b"<p>News</p>", "text/html", "ISO-8859-1", 200)
    assert (got.etag, got.last_modified) == ('"1"', "Sun, 29 Nov 2026 01:00:00 GMT")
    [(path, headers)] = web.asked
    assert path == "/a"
    assert headers["User-Agent"].startswith("Dateline/")


def test_what_has_not_changed_is_not_sent_again(web: Web, client: Client) -> None:
    web.put("/a", b"News", ETag='"1"')
    again = client.get(web.url("/a"), etag=client.get(web.url("/a")).etag)
    assert (again.unchanged, again.body) == (True, b"")


def test_packed_answers_are_unpacked_within_bounds(web: Web) -> None:
    web.put("/a", gzip.compress(b"News" * 1000), Content_Encoding="gzip")
    web.put("/bomb", gzip.compress(bytes(50_000_000)), Content_Encoding="gzip")
    web.put("/broken", b"no gzip", Content_Encoding="gzip")
    with Client(HERE, Limits(size=100_000)) as client:
        assert client.get(web.url("/a")).body == b"News" * 1000
        with pytest.raises(FetchFailed, match="is over 100,000 bytes"):
            client.get(web.url("/bomb"))
        with pytest.raises(FetchFailed, match="damaged gzip"):
            client.get(web.url("/broken"))


def test_redirects_are_followed_and_those_for_good_are_told(web: Web, client: Client) -> None:
    web.put("/new", b"News")
    web.redirect("/old", "/new", 301)
    web.redirect("/now", "/new", 302)
    web.redirect("/round", "/round")
    got = client.get(web.url("/old"))
    assert (got.url, got.moved, got.body) == (web.url("/new"), web.url("/new"), b"News")
    assert client.get(web.url("/now")).moved is None
    assert client.get(web.url("/new")).moved is None
    web.redirect("/older", "/old", 308)
    assert client.get(web.url("/older")).moved == web.url("/new")
    web.redirect("/secure", "/now", 301)
    got = client.get(web.url("/secure"))
    assert (got.url, got.moved) == (web.url("/new"), web.url("/now")), "what is only so for now is not remembered"
    with pytest.raises(FetchFailed, match="redirects more than 5 times"):
        client.get(web.url("/round"))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "127.1", "2130706433", "0x7f.1"])
def test_this_machine_is_not_asked_by_whatever_name(web: Web, host: str) -> None:
    with pytest.raises(FetchFailed):
        Client().get(web.url("/a", host))
    assert web.asked == []


@pytest.mark.parametrize(
    "address",
    ["10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "[fe80::1]", "[::ffff:10.0.0.1]",
     "[64:ff9b::a00:1]", "[2002:a00:1::]", "[fd00::1]"],
)  # fmt: skip
def test_private_networks_are_refused(address: str) -> None:
    with pytest.raises(FetchRefused, match="DATELINE_FETCH_HOSTS"):
        Client().get(f"http://{address}/")


def test_a_redirect_into_the_own_network_is_refused(web: Web, client: Client) -> None:
    """The host that was asked is allowed; the one that it names is not."""
    web.redirect("/a", web.url("/secret", "localhost"))
    web.redirect("/b", "http://169.254.169.254/latest/meta-data")
    web.redirect("/c", "file:///etc/passwd")
    web.redirect("/d", "http://[broken")
    for path in ("/a", "/b", "/c", "/d"):
        with pytest.raises(FetchRefused, match=f"{web.url(path)} "):
            client.get(web.url(path))
    assert "/secret" not in [path for path, _ in web.asked]


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://example.org/", "news.example", "http://", "http://u:p@h.example/", "http://[::1",
     "http://a.example:99999/", "x" * 5000, "javascript:alert(1)"],
)  # fmt: skip
def test_what_is_no_address_of_the_web_is_refused(url: str) -> None:
    with pytest.raises(FetchRefused, match="no address of the web"):
        Client().get(url)


def test_how_long_an_answer_holds_and_when_to_ask_again_are_told(web: Web, client: Client) -> None:
    web.put("/a", b"News", Cache_Control="public, max-age=1800")
    web.put("/b", b"News", Cache_Control="no-cache, s-maxage=5")
    assert client.get(web.url("/a")).max_age == 1800
    assert client.get(web.url("/b")).max_age is None
    later = format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)
    asked = {"120": 120, later: 7200, "soon": None, "Sun, 06 Nov 1994 08:49:37 GMT": 0}
    for said, seconds in asked.items():
        web.pages["/later"] = partial(send, status=429, headers={"Retry-After": said})
        with pytest.raises(FetchFailed) as caught:
            client.get(web.url("/later"))
        assert caught.value.status == 429
        assert caught.value.retry_after == (None if seconds is None else pytest.approx(seconds, abs=60))


def rude(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"what?\r\n\r\n")


def test_failures_say_what_happened(web: Web, client: Client) -> None:
    web.pages["/gone"] = lambda request: send(request, 410)
    web.pages["/later"] = lambda request: send(request, 503, b"", {"Retry-After": "120"})
    web.pages["/rude"] = rude
    told = {"/none": "answered 404", "/gone": "answered 410", "/later": "asks to wait 120 seconds", "/rude": "no HTTP"}
    for path, words in told.items():
        with pytest.raises(FetchFailed, match=words) as caught:
            client.get(web.url(path))
        assert str(caught.value).startswith(web.url(path))
    with pytest.raises(FetchFailed, match="not known"):
        client.get("http://no-such-host.invalid/")
    with pytest.raises(FetchFailed, match="cannot be connected to"):
        client.get("http://127.0.0.1:9/")


def test_a_server_that_says_nothing_is_left(web: Web) -> None:
    over = threading.Event()

    def silent(_request: BaseHTTPRequestHandler) -> None:
        over.wait(30)

    web.pages["/silent"] = silent
    with Client(HERE, Limits(silence=0.2)) as client, pytest.raises(FetchFailed, match="no answer for"):
        client.get(web.url("/silent"))
    over.set()


def test_a_server_that_never_ends_is_left(web: Web) -> None:
    over = threading.Event()

    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        while not over.wait(0.01):
            request.wfile.write(b"more ")

    web.pages["/endless"] = endless
    with Client(HERE, Limits(seconds=0.3)) as client, pytest.raises(FetchFailed, match=r"took over 0.3 seconds"):
        client.get(web.url("/endless"))
    over.set()


def test_a_server_that_drips_its_head_is_left(web: Web) -> None:
    """It is never silent for long, and would take a year."""
    over = threading.Event()

    def dripping(request: BaseHTTPRequestHandler) -> None:
        while not over.wait(0.05):
            request.wfile.write(b"H")

    web.pages["/dripping"] = dripping
    with Client(HERE, Limits(seconds=0.5)) as client, pytest.raises(FetchFailed, match=r"took over 0.5 seconds"):
        client.get(web.url("/dripping"))
    over.set()
