"""Addresses are put together as Starlette does."""

from __future__ import annotations

from itertools import product

import pytest
from fastapi import Request

from app.http.prefix import base_address, whole_address

_HOSTS: tuple[list[tuple[bytes, bytes]], ...] = (
    [(b"host", b"archive.example")],
    [(b"accept", b"*/*"), (b"host", b"[::1]:8000")],
    [(b"host", b"a b")],
    [],
)


@pytest.mark.parametrize(("prefix", "headers"), list(product(("", "/news"), _HOSTS)))
@pytest.mark.parametrize(
    ("path", "query"), [("/v1/search", b"q=a%20b&q=%C3%A9"), ("/", b""), ("/articles/a?b#c\\d", b""), ("//x", b"a")]
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_addresses_are_those_of_the_request(
    scheme: str, path: str, query: bytes, prefix: str, headers: list[tuple[bytes, bytes]]
) -> None:
    scope = {
        "type": "http", "scheme": scheme, "server": ("127.0.0.1", 8000), "headers": headers, "root_path": prefix,
        "path": prefix + path, "query_string": query,
    }  # fmt: skip
    assert base_address(scope) == str(Request(scope).base_url)
    assert whole_address(scope) == str(Request(scope).url)


def test_a_server_may_be_named_by_a_list() -> None:
    scope = {"type": "http", "scheme": "http", "headers": [], "server": ["archive.example", 8000], "path": "/"}
    assert base_address(scope) == "http://archive.example:8000/"
