from __future__ import annotations

import pytest

from tests.served import Api


def test_a_request_id_is_echoed(api: Api) -> None:
    answer = api.http.get("/healthz", headers={"X-Request-ID": "req-1.a:b"})
    assert answer.headers.get_list("X-Request-ID") == ["req-1.a:b"]


@pytest.mark.parametrize("given", ["", "a b", "<script>", "x" * 129, '"'])
def test_one_that_could_do_harm_is_replaced(api: Api, given: str) -> None:
    made = api.http.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"]
    assert made != given
    assert len(made) == 32


def test_each_request_has_its_own(api: Api) -> None:
    assert len({api.http.get("/healthz").headers["X-Request-ID"] for _ in range(3)}) == 3


@pytest.mark.parametrize("path", ["/healthz", "/v1/search", "/v1/nowhere", "/docs", "/v1/search?limit=0"])
def test_browsers_are_told_not_to_guess(api: Api, path: str) -> None:
    answer = api.http.get(path)
    assert answer.headers.get_list("X-Content-Type-Options") == ["nosniff"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_head_is_a_get_without_a_body(api: Api) -> None:
    answer = api.http.head("/v1/stats")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["ETag"] == api.http.get("/v1/stats").headers["ETag"]


def test_answers_are_compressed_for_who_asks(api: Api) -> None:
    answer = api.http.get("/v1/search", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.json()["total"] == 66
    assert "Content-Encoding" not in api.http.get("/v1/search", headers={"Accept-Encoding": "identity"}).headers
