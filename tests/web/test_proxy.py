"""Below a path of a real nginx: no link of any page or answer leads outside of it, or nowhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from lxml import etree
from playwright.sync_api import Browser, expect

from app.settings import Settings
from app.web.site import create_app
from tests.served import serve
from tests.web.proxies import installed_nginx, nginx
from tests.web.test_pages import GEONAMES, Tags

PATH = "/news"
STARTS = [
    "/", "/?q=harbour", "/?q=harbour&sort=date", "/entities", "/entities/place-india", "/add", "/docs", "/openapi.json",
    "/v1/search?limit=3&facet=source&facet=person&facet=year", "/v1/search?q=truce", "/v1/timeline", "/v1/entities",
    "/v1/entities/place-india", "/v1/entities/place-india/related", "/v1/entities/place-india/timeline", "/v1/sources",
    "/v1/stats", "/v1/autocomplete?q=mod", "/v1/feed", "/v1/feed?q=truce&format=rss", "/v1/feed?limit=5&format=json",
    "/robots.txt", "/favicon.ico", "/sitemap.xml",
]  # fmt: skip
ELSEWHERE = {*GEONAMES, "https://news.example/truce"}
MOST = 12
"""Links followed of each kind."""


@pytest.fixture(scope="module", params=["told by the proxy", "told by the setting"])
def proxied(request: pytest.FixtureRequest, data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the site as readers know it: its path is taken off, or left on by a proxy that says nothing."""
    installed_nginx()
    settled = request.param == "told by the setting"
    folder, public = tmp_path_factory.mktemp("nginx"), "http://127.0.0.1:1"
    given: dict[str, Any] = {"public_url": f"{public}{PATH}"} if settled else {"trusted_proxies": "127.0.0.1"}
    app = create_app(Settings(data_dir=data_dir, **given))
    with serve(app) as behind, nginx(folder, PATH, behind.base_url.port or 0, bare=settled) as front:
        yield f"{front}{PATH}"


@pytest.fixture
def reader(proxied: str) -> Iterator[httpx.Client]:
    """What is said to be at the public address is asked of this nginx."""
    with httpx.Client(base_url=proxied, timeout=30) as client:
        yield client


def links(answer: httpx.Response) -> Iterator[str]:
    yield from (link["url"] for link in answer.links.values())
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    if kind == "text/html":
        tags = Tags(answer.text)
        yield from (link for link in tags.links() if not link.startswith("#"))
        for _, attributes in tags.found:
            yield from (attributes[name] for name in ("data-brush", "data-schema") if name in attributes)
    elif kind == "application/x-ndjson":
        yield from (each for line in answer.text.splitlines() for each in addresses(json.loads(line)))
    elif kind.endswith("json") and "openapi" not in answer.request.url.path:
        yield from addresses(answer.json())
    elif kind.endswith("xml"):
        yield from (value for element in etree.fromstring(answer.content).iter() for value in said(element))
    elif kind == "text/plain" and "robots" in answer.request.url.path:
        yield from re.findall(r"^Sitemap: (.+)$", answer.text, re.MULTILINE)
    elif kind == "text/css":
        yield from (urljoin(str(answer.url), link) for link in re.findall(r"url\([\"']?([^\"')]+)", answer.text))


FOR_KEYS = {f"{PATH}{page}" for page in ("/archive/work", "/copies/decisions", "/searches", "/stories/decisions")}
"""Linked for those who have a key, which the browser is asked for."""


def said(element: Any) -> Iterator[str]:
    """Addresses in an element of a feed or a sitemap; those of namespaces and vocabularies lead nowhere."""
    if element.tag.rpartition("}")[2] in ("link", "id", "loc"):
        yield from filter(re.compile(r"https?:").match, (element.get("href", ""), (element.text or "").strip()))


def addresses(value: Any) -> Iterator[str]:
    """Every string of an answer that is an address."""
    if isinstance(value, dict):
        for each in value.values():
            yield from addresses(each)
    elif isinstance(value, list):
        for each in value:
            yield from addresses(each)
    elif isinstance(value, str) and re.match(r"/[^/\s]|https?://(?!jsonfeed\.org/)\S+$", value):
        yield value


def test_every_link_stays_below_the_path_and_leads_somewhere(reader: httpx.Client) -> None:
    seen, coming = set[str](), [f"{PATH}{start}" for start in STARTS]
    followed: dict[str, int] = {}
    hosts = {reader.base_url.netloc.decode(), "127.0.0.1:1"}
    while coming:
        address = coming.pop()
        if address in ELSEWHERE or address.startswith("data:"):
            continue
        parts = urlsplit(address)
        assert parts.netloc in {"", *hosts}, address
        assert parts.path.startswith(f"{PATH}/"), address
        asked = f"{parts.path}?{parts.query}" if parts.query else parts.path
        kind = re.sub(r"[0-9a-f]{16}|(person|place|organization|event)-[\w-]+", "*", parts.path)
        if asked in seen or followed.get(kind, 0) >= MOST:
            continue
        seen.add(asked)
        followed[kind] = followed.get(kind, 0) + 1
        answer = reader.get(f"http://{reader.base_url.netloc.decode()}{asked}")
        assert answer.status_code == (401 if parts.path in FOR_KEYS else 200), f"{asked}: {answer.text[:300]}"
        coming += links(answer)
    assert followed[f"{PATH}/v1/articles/*"] > 5
    assert followed[f"{PATH}/articles/*"] == MOST
    assert any(kind.endswith(".js") for kind in followed)
    assert followed[f"{PATH}/v1/feed"] > 5
    assert f"{PATH}/sitemap-1.xml" in followed


def test_redirects_and_problems_stay_below_the_path(reader: httpx.Client) -> None:
    problem = reader.get("v1/search?qq=truce").json()
    assert problem["instance"] == f"{PATH}/v1/search"
    explained = reader.get(f"http://{reader.base_url.netloc.decode()}{problem['type']}")
    assert explained.status_code == 200
    page = reader.get("?qq=truce")
    assert page.status_code == 422
    assert {link for link in Tags(page.text).links() if not link.startswith((PATH, "#"))} == set()
    bare = reader.get(str(reader.base_url).rstrip("/"))
    assert bare.status_code in (200, 301)
    assert bare.headers.get("Location", f"{PATH}/").endswith(f"{PATH}/")


def test_the_api_call_of_a_page_can_be_pasted(reader: httpx.Client) -> None:
    shown = re.search(r"curl (?:-G )?(\S+)", reader.get("?q=harbour").text)
    assert shown is not None
    assert urlsplit(shown[1]).path == f"{PATH}/v1/search"


def test_a_reader_goes_through_the_site_in_a_browser(proxied: str, browser: Browser) -> None:
    context = browser.new_context()
    context.set_default_timeout(20_000)
    page, complaints, asked = context.new_page(), list[str](), list[str]()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{proxied}/")
    page.locator("#q").press_sequentially("trucd")
    page.locator("#q").fill("")
    page.locator("#q").press_sequentially("vladimir")
    page.get_by_role("option").filter(has_text="Vladimir Putin").first.click()
    expect(page.locator(".filters")).to_contain_text("Vladimir Putin")
    page.evaluate("window.kept = true")
    page.locator(".result .headline a").first.click()
    expect(page.locator("article h1")).to_be_visible()
    assert page.evaluate("window.kept"), "the page was loaded whole"
    page.locator("article a.person").first.click()
    expect(page.locator(".about h1")).to_be_visible()
    page.go_back()
    expect(page.locator("article h1")).to_be_visible()
    page.goto(f"{proxied}/docs")
    expect(page.locator("#swagger-ui .opblock").first).to_be_visible()
    context.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith((f"{proxied}/", "data:"))] == []
