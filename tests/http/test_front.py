"""The address that readers know: what the settings or a trusted proxy say is in every link, and in no cached answer of
another address; what anybody else says is nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.datastructures import Headers

from app.http.front import PublicAddress
from app.settings import Settings
from app.web.site import create_app
from tests.served import serve

PROXIED = {
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "news.example:8443",
    "X-Forwarded-Prefix": "/far/news",
}
PUBLIC = "https://news.example:8443/far/news"
ADDRESSES = ["/v1/search?limit=2&facet=source", "/v1/entities?limit=1", "/openapi.json", "/", "/docs", "/v1/nothing"]


def served(data_dir: Path, **given: Any) -> Iterator[httpx.Client]:
    with serve(create_app(Settings(data_dir=data_dir, **given))) as client:
        yield client


@pytest.fixture(scope="module")
def trusting(data_dir: Path) -> Iterator[httpx.Client]:
    yield from served(data_dir, trusted_proxies="127.0.0.0/8")


@pytest.fixture(scope="module")
def wary(data_dir: Path) -> Iterator[httpx.Client]:
    yield from served(data_dir, trusted_proxies="192.0.2.1")


@pytest.fixture(scope="module")
def settled(data_dir: Path) -> Iterator[httpx.Client]:
    yield from served(data_dir, public_url=f"{PUBLIC}/", trusted_proxies="127.0.0.1")


def holds_public_links(client: httpx.Client, headers: dict[str, str]) -> None:
    answer = client.get("/v1/search?limit=2&facet=source&sort=date", headers=headers)
    found = answer.json()
    assert found["next"].startswith(f"{PUBLIC}/v1/search?")
    assert answer.links["next"]["url"] == found["next"]
    assert found["facets"][0]["values"][0]["url"].startswith("/far/news/v1/search?")
    assert {hit["url"] for hit in found["results"]} == {f"{PUBLIC}/v1/articles/{hit['id']}" for hit in found["results"]}
    [id] = [hit["id"] for hit in found["results"]][:1]
    article = client.get(f"/v1/articles/{id}", headers=headers).json()
    assert article["links"]["text"] == f"/far/news/v1/articles/{id}/text"
    looked_up = client.post("/v1/articles/lookup", json={"ids": [id]}, headers=headers).json()
    assert looked_up["results"][0]["article"]["links"] == article["links"]
    entity = client.get("/v1/entities/place-india", headers=headers).json()
    assert entity["links"]["articles"] == "/far/news/v1/search?entity=place-india"
    problem = client.get("/v1/nothing", headers=headers).json()
    assert (problem["type"], problem["instance"]) == ("/far/news/problems/no-such-address", "/far/news/v1/nothing")
    assert client.get("/openapi.json", headers=headers).json()["servers"][0]["url"] == "/far/news"
    assert f"curl -G {PUBLIC}/v1/search" in client.get("/?q=harbour", headers=headers).text


def test_a_trusted_proxy_says_where_readers_are(trusting: httpx.Client) -> None:
    holds_public_links(trusting, PROXIED)


def test_the_setting_says_it_whatever_is_asked(settled: httpx.Client) -> None:
    holds_public_links(settled, {})
    others = {"Host": "other.example", "X-Forwarded-Host": "another.example", "X-Forwarded-Prefix": "/else"}
    holds_public_links(settled, {**others, "X-Forwarded-Proto": "http"})


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_prefix_may_be_left_on(trusting: httpx.Client, address: str) -> None:
    taken_off, left_on = (trusting.get(path, headers=PROXIED) for path in (address, f"/far/news{address}"))
    assert taken_off.status_code == left_on.status_code
    if address.startswith("/v1/search"):
        assert taken_off.json() | {"took_ms": 0} == left_on.json() | {"took_ms": 0}
    elif address != "/v1/nothing":
        assert taken_off.content == left_on.content


def test_the_prefix_alone_is_the_front_page(trusting: httpx.Client) -> None:
    alone = trusting.get("/far/news", headers=PROXIED)
    assert (alone.status_code, alone.content) == (200, trusting.get("/", headers=PROXIED).content)


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_others_say_of_themselves_is_ignored(wary: httpx.Client, address: str) -> None:
    answer = wary.get(address, headers={**PROXIED, "Forwarded": "host=news.example;proto=https"})
    assert answer.status_code == wary.get(address).status_code
    assert "news.example:8443" not in answer.text + str(answer.headers)
    assert "/far/" not in answer.text + str(answer.headers)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Forwarded-Host", "news.example/evil"),
        ("X-Forwarded-Host", 'news.example"><script>'),
        ("X-Forwarded-Host", "$(id).example"),
        ("X-Forwarded-Host", "user@news.example"),
        ("X-Forwarded-Prefix", "//evil.example"),
        ("X-Forwarded-Prefix", "news"),
        ("X-Forwarded-Prefix", "/a/../b"),
        ("X-Forwarded-Prefix", "/a?b"),
        ("X-Forwarded-Prefix", "/a b"),
        ("X-Forwarded-Proto", "javascript"),
    ],
)
def test_what_no_address_has_is_refused_of_a_proxy_and_ignored_of_others(
    trusting: httpx.Client, wary: httpx.Client, name: str, value: str
) -> None:
    for path in ("/v1/stats", "/", "/healthz"):
        assert trusting.get(path, headers={name: value}).status_code == 400
        assert wary.get(path, headers={name: value}).status_code == 200


@pytest.mark.parametrize("host", ["a b", "a/b", "a'b", "$(id)", "a&b", "<b>", "user@host", "a,b", "", "x" * 300])
def test_an_odd_host_is_refused(wary: httpx.Client, host: str) -> None:
    assert wary.get("/v1/stats", headers={"Host": host}).status_code == 400


def test_of_several_values_the_nearest_proxy_counts() -> None:
    told = Headers(raw=[(b"x-forwarded-host", b"evil.example, inner"), (b"x-forwarded-host", b"news.example")])
    assert PublicAddress.told_by(told) == PublicAddress(host="news.example")


def test_one_address_is_never_answered_for_another(trusting: httpx.Client) -> None:
    hosts = ["a.example", "b.example", "c.example"]
    prefixes = ["", "/one", "/two"]
    for _ in range(2):
        for host in hosts:
            for prefix in prefixes:
                headers = {"X-Forwarded-Host": host, "X-Forwarded-Prefix": prefix}
                found = trusting.get("/v1/search?limit=1&sort=date", headers=headers).json()
                assert found["next"].startswith(f"http://{host}{prefix}/v1/search?")
                entity = trusting.get("/v1/entities/place-india", headers=headers).json()
                assert entity["links"]["related"] == f"{prefix}/v1/entities/place-india/related"


def test_a_tag_of_one_address_is_none_of_another(trusting: httpx.Client) -> None:
    tag = trusting.get("/v1/search?limit=1", headers=PROXIED).headers["ETag"]
    known = {"If-None-Match": tag}
    assert trusting.get("/v1/search?limit=1", headers={**PROXIED, **known}).status_code == 304
    assert trusting.get("/v1/search?limit=1", headers=known).status_code == 200


def test_what_is_open_without_a_key_is_so_below_a_prefix(data_dir: Path) -> None:
    settings = Settings(data_dir=data_dir, public_url=PUBLIC, require_key=True)
    with serve(create_app(settings)) as client:
        for path in ("/healthz", "/docs", "/openapi.json", "/far/news/healthz"):
            assert client.get(path).status_code == 200
        assert client.get("/v1/stats").status_code == client.get("/far/news/v1/stats").status_code == 401


def test_a_public_address_needs_a_key_to_add(data_dir: Path) -> None:
    local = f"http://localhost:{urlsplit(PUBLIC).port}"
    with serve(create_app(Settings(data_dir=data_dir, public_url=local))) as client:
        headers = {"Host": "evil.example", "Origin": local}
        assert client.post("/add", files={"files": ("a.txt", b"x")}, headers=headers).status_code == 401
