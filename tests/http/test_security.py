"""Keys, scopes, rates, and what browsers are told, against the real server."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import Depends, FastAPI

from app.api.app import create_api
from app.archive import open_archive
from app.http.security import require_scope
from app.settings import Settings
from app.store import keys
from app.web.pages import ASSETS
from app.web.site import create_app as create_site
from tests.served import Api, routes, serve

Served = Callable[..., AbstractContextManager[httpx.Client]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    open_archive(Settings(data_dir=tmp_path)).close()
    return tmp_path


@pytest.fixture
def served(folder: Path) -> Served:
    @contextmanager
    def opened(**given: Any) -> Iterator[httpx.Client]:
        app = create_api(Settings(data_dir=folder, **given))
        for scope in keys.SCOPES:
            wanting = [Depends(require_scope(scope))]
            app.add_api_route(
                f"/for/{scope}", lambda: "in", methods=["POST"], dependencies=wanting, include_in_schema=False
            )
        with serve(app) as client:
            yield client

    return opened


def make(folder: Path, *scopes: keys.Scope) -> str:
    with open_archive(Settings(data_dir=folder)) as archive, archive.database.writing() as session:
        return keys.create_key(session, "test", scopes, "2026-01-01")


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_reading_is_open_and_writing_is_not(served: Served) -> None:
    with served() as client:
        assert client.get("/v1/stats").status_code == 200
        answer = client.post("/for/admin")
        assert answer.status_code == 401
        assert answer.json()["type"] == "/problems/key-required"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("scopes", "open_to"),
    [
        (("read",), ["read"]),
        (("ingest",), ["ingest"]),
        (("read", "ingest"), ["read", "ingest"]),
        (("admin",), ["read", "ingest", "alerts", "admin"]),
    ],
)
def test_a_key_is_for_its_scopes(
    served: Served, folder: Path, scopes: tuple[keys.Scope, ...], open_to: list[str]
) -> None:
    sent = bearer(make(folder, *scopes))
    with served() as client:
        codes = {scope: client.post(f"/for/{scope}", headers=sent).status_code for scope in keys.SCOPES}
    assert codes == {scope: 200 if scope in open_to else 403 for scope in keys.SCOPES}


def test_where_reading_needs_a_key_everything_but_health_and_the_contract_does(served: Served, folder: Path) -> None:
    key = make(folder, "read")
    with served(require_key=True) as client:
        for path in ("/healthz", "/readyz", "/docs", "/openapi.json", "/problems/key-required"):
            assert client.get(path).status_code == 200, path
        for path in ("/v1/stats", "/v1/search", "/metrics", "/v1/nowhere", "/"):
            assert client.get(path).status_code == 401, path
            assert client.get(path, headers=bearer(key)).status_code != 401, path


@pytest.mark.parametrize("wrong", ["x", "_", "00000000_x", "Bearer", "é_é"])
def test_a_key_that_is_wrong_is_refused_even_where_none_is_needed(served: Served, wrong: str) -> None:
    with served() as client:
        sent = [(b"Authorization", f"Bearer {wrong}".encode("latin-1"))]
        assert client.get("/v1/stats", headers=sent).status_code == 401


def test_a_wrong_secret_behind_a_right_prefix_is_refused(served: Served, folder: Path) -> None:
    key = make(folder, "read")
    with served() as client:
        assert client.get("/v1/stats", headers=bearer(key)).status_code == 200
        assert client.get("/v1/stats", headers=bearer(key[:-1])).status_code == 401
        assert client.get("/v1/stats", headers={"Authorization": f"Token {key}"}).status_code == 401


def test_a_revoked_key_ends_at_once(served: Served, folder: Path) -> None:
    key = make(folder, "admin")
    with served() as client:
        assert client.post("/for/admin", headers=bearer(key)).status_code == 200
        with open_archive(Settings(data_dir=folder)) as archive, archive.database.writing() as session:
            keys.revoke_key(session, key.partition("_")[0])
        assert client.post("/for/admin", headers=bearer(key)).status_code == 401


def test_a_browser_may_send_it_as_a_password_and_only_read_with_it(served: Served, folder: Path) -> None:
    key = make(folder, "admin")
    with served(require_key=True) as client:
        assert client.get("/v1/stats", auth=("anyone", key)).status_code == 200
        assert client.post("/for/admin", auth=("anyone", key)).status_code == 401
        assert client.get("/v1/stats", headers={"Authorization": "Basic %%%"}).status_code == 401


def test_the_archive_holds_no_secret(folder: Path) -> None:
    key = make(folder, "read")
    secret = key.partition("_")[2].encode()
    assert not [path for path in folder.rglob("*") if path.is_file() and secret in path.read_bytes()]


# Reads that are no GET; whatever else is added must ask for a key.
READ_BY_POST = {"/v1/articles/lookup", "/v1/match", "/match"}
OPEN = {
    "/healthz",
    "/readyz",
    "/openapi.json",
    "/docs",
    "/docs/start.js",
    "/docs/start.css",
    "/problems/{slug}",
    "/robots.txt",
    "/favicon.ico",
}


@pytest.fixture
def site(folder: Path) -> FastAPI:
    """All that `dateline serve` serves, pages among it, where reading needs a key."""
    return create_site(Settings(data_dir=folder, require_key=True))


def address(path: str) -> str:
    return re.sub(r"{\w+}", "x", path)


def test_the_routes_walked_over_are_all_there_are(site: FastAPI) -> None:
    published = {(method.upper(), path) for path, each in site.openapi()["paths"].items() for method in each}
    found = set(routes(site.routes))
    assert len(published) > 15
    assert published < found
    assert {"/", "/metrics", "/articles/{article_id}"} <= {path for _, path in found}


def test_every_operation_that_writes_needs_a_key_that_may(folder: Path) -> None:
    site = create_site(Settings(data_dir=folder))
    reader, admin = bearer(make(folder, "read")), make(folder, "admin")
    writing = [each for each in routes(site.routes) if each[0] != "GET" and each[1] not in READ_BY_POST]
    assert writing
    with serve(site) as client:
        for method, path in writing:
            assert client.request(method, address(path), json={}).status_code == 401, path
            assert client.request(method, address(path), json={}, headers=reader).status_code == 403, path
            # What a browser sends by itself, whoever made it ask.
            assert client.request(method, address(path), json={}, auth=("anyone", admin)).status_code == 401, path


def test_every_operation_that_reads_needs_a_key_but_those_named(site: FastAPI, folder: Path) -> None:
    admin = bearer(make(folder, "admin"))
    reading = {path: method for method, path in routes(site.routes) if method == "GET" or path in READ_BY_POST}
    with serve(site) as client:
        unkeyed = {path: client.request(method, address(path)).status_code for path, method in reading.items()}
        keyed = {client.request(method, address(path), headers=admin).status_code for path, method in reading.items()}
    assert {path for path, status in unkeyed.items() if status != 401} == OPEN
    assert not keyed & {401, 403, 500}


def test_rates_are_per_caller_and_told(served: Served, folder: Path) -> None:
    key = make(folder, "read")
    with served(rate_limit="3/hour") as client:
        answers = [client.get("/v1/stats") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
        assert answers[3].json()["type"] == "/problems/rate-exceeded"
        assert 0 < int(answers[3].headers["Retry-After"]) <= 3600
        assert client.get("/v1/stats", headers=bearer(key)).status_code == 200
        metrics = client.get("/metrics", headers=bearer(key)).text
        assert 'dateline_refusals_total{problem="rate-exceeded"} 1.0' in metrics


def test_guesses_of_a_key_count(served: Served) -> None:
    with served(rate_limit="2/hour") as client:
        codes = [client.get("/v1/stats", headers=bearer(f"0000000{n}_x")).status_code for n in range(4)]
    assert codes == [401, 401, 429, 429]


def test_two_keys_are_none(served: Served, folder: Path) -> None:
    key = make(folder, "admin")
    with served() as client:
        for other in (key, "0000000_x"):
            both = [("Authorization", f"Bearer {each}") for each in (key, other)]
            assert client.post("/for/admin", headers=both).status_code == 401


def test_a_window_ends(served: Served) -> None:
    with served(rate_limit="1/second") as client:
        assert client.get("/docs").status_code == 200
        while (answer := client.get("/docs")).status_code == 429:
            time.sleep(0.05)
        assert answer.status_code == 200


def test_whether_a_process_answers_may_be_asked_at_any_rate(served: Served) -> None:
    with served(rate_limit="1/hour") as client:
        answers = [client.get(path) for path in ("/docs", "/docs", "/healthz", "/healthz")]
    assert [answer.status_code for answer in answers] == [200, 429, 200, 200]
    assert "RateLimit-Limit" not in answers[3].headers


def test_without_a_rate_nothing_is_said_of_one(served: Served) -> None:
    with served() as client:
        assert not [name for name in client.get("/v1/stats").headers if name.startswith("ratelimit")]


ORIGIN = "https://news.example"
NAMED = {"Origin": ORIGIN, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
STRANGER = NAMED | {"Origin": "https://evil.example"}
JSON = {"Content-Type": "application/json"}

ANSWERS: list[tuple[int, str, str, dict[str, Any]]] = [
    (200, "GET", "/v1/stats", {}),
    (200, "HEAD", "/v1/stats", {}),
    (200, "GET", "/", {}),
    (200, "GET", "/docs", {}),
    (200, "GET", "/docs/start.js", {}),
    (200, "GET", "/docs/start.css", {}),
    (200, "GET", "/docs/assets/swagger-ui.css", {}),
    (200, "GET", f"{ASSETS}/site.css", {}),
    (200, "GET", "/openapi.json", {}),
    (200, "GET", "/metrics", {}),
    (200, "GET", "/problems/not-found", {}),
    (200, "OPTIONS", "/v1/stats", {"headers": NAMED}),
    (304, "GET", "/v1/stats", {"headers": {"If-None-Match": "*"}}),
    (401, "GET", "/v1/decisions", {}),
    (401, "GET", "/v1/stats", {"headers": {"Authorization": "Bearer x"}}),
    (404, "GET", "/v1/nowhere", {}),
    (404, "GET", "/articles/nowhere", {}),
    (404, "GET", "/docs/assets/nowhere", {}),
    (405, "DELETE", "/v1/stats", {}),
    (405, "OPTIONS", "/v1/stats", {"headers": STRANGER}),
    (413, "POST", "/v1/articles/lookup", {"content": b" " * 70_000, "headers": JSON}),
    (415, "POST", "/v1/articles/lookup", {"content": b"{}"}),
    (422, "GET", "/v1/search?limit=0", {}),
    (422, "GET", "/v1/search?" + "&" * 600, {}),
]


def policy(answer: httpx.Response) -> dict[str, str]:
    [policy] = answer.headers.get_list("Content-Security-Policy")
    return dict(rule.strip().split(" ", 1) for rule in policy.split(";"))


def assert_guarded(answer: httpx.Response) -> None:
    """Whatever it says, a browser is told not to guess, what a page may do, and that nobody may frame it."""
    rules = policy(answer)
    assert rules["default-src"] == "'self'"
    assert rules["frame-ancestors"] == rules["object-src"] == rules["base-uri"] == "'none'"
    assert "script-src" not in rules
    assert answer.headers.get_list("X-Content-Type-Options") == ["nosniff"]
    assert answer.headers.get_list("Referrer-Policy") == ["no-referrer"]
    assert len(answer.headers.get_list("X-Request-ID")) == 1


def test_browsers_are_told_what_a_page_may_do_with_every_answer(folder: Path) -> None:
    with serve(create_site(Settings(data_dir=folder, cors_origins=ORIGIN))) as client:
        for status, method, path, sent in ANSWERS:
            answer = client.request(method, path, **sent)
            assert answer.status_code == status, (method, path)
            assert_guarded(answer)
            assert ("style-src" in policy(answer)) == (path == "/docs")


def test_also_with_a_refusal_for_the_rate(served: Served) -> None:
    with served(rate_limit="1/hour", cors_origins=ORIGIN) as client:
        client.get("/v1/stats")
        for answer in (client.get("/v1/stats"), client.get("/docs"), client.options("/v1/stats", headers=STRANGER)):
            assert answer.status_code == 429
            assert_guarded(answer)


def test_no_script_stands_in_a_page(api: Api) -> None:
    page = api.http.get("/docs").text
    assert "<script>" not in page
    assert "onclick" not in page
    assert api.http.get("/docs/start.js").headers["Content-Type"].startswith("text/javascript")


def test_pages_elsewhere_may_not_ask(api: Api) -> None:
    answer = api.http.get("/v1/stats", headers={"Origin": ORIGIN})
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_unless_they_are_named(served: Served) -> None:
    with served(cors_origins=f"{ORIGIN} https://other.example:8443", require_key=True) as client:
        asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "GET"}
        before = client.options("/v1/stats", headers=asked | {"Access-Control-Request-Headers": "authorization"})
        assert before.status_code == 200
        assert before.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert client.get("/v1/stats", headers={"Origin": ORIGIN}).headers["Access-Control-Allow-Origin"] == ORIGIN
        stranger = client.get("/v1/stats", headers={"Origin": "https://evil.example"})
        assert "Access-Control-Allow-Origin" not in stranger.headers


def test_the_guide_for_clients_names_the_headers_that_pages_elsewhere_may_use(served: Served) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "clients.md").read_text(encoding="utf-8")
    allowed, shown = re.findall(r"allowed the headers (.+?), and shown (.+?)\.", guide, re.S)[0]
    assert "DATELINE_CORS_ORIGINS" in guide
    with served(cors_origins=ORIGIN) as client:
        answer = client.get("/v1/stats", headers={"Origin": ORIGIN})
        before = client.options("/v1/stats", headers=NAMED)
    assert set(re.findall("`(.+?)`", shown)) == set(answer.headers["Access-Control-Expose-Headers"].split(", "))
    # What any page may send of itself stands there too.
    assert set(re.findall("`(.+?)`", allowed)) <= set(before.headers["Access-Control-Allow-Headers"].split(", "))


@pytest.mark.parametrize(
    "asked",
    [
        {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"},
        {"Origin": ORIGIN, "Access-Control-Request-Method": "TRACE"},
        {"Origin": ORIGIN, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "x-other"},
    ],
)
def test_a_page_that_may_not_ask_is_refused_like_anybody(served: Served, asked: dict[str, str]) -> None:
    with served(cors_origins=ORIGIN, rate_limit="2/hour") as client:
        answers = [client.options("/v1/stats", headers=asked) for _ in range(3)]
        refusals = [(answer.status_code, answer.json()["type"]) for answer in answers]
        assert refusals == [(405, "/problems/method-not-allowed")] * 2 + [(429, "/problems/rate-exceeded")]
        assert {answer.headers["Content-Type"] for answer in answers} == {"application/problem+json"}
        assert "Access-Control-Allow-Methods" not in answers[0].headers
        assert client.options("/v1/stats", headers=asked | NAMED).status_code == 200, "whoever may is no caller yet"


def test_a_page_that_may_not_ask_is_counted_and_logged(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    with served(cors_origins=ORIGIN) as client:
        client.options("/v1/stats", headers=STRANGER)
        assert 'dateline_refusals_total{problem="method-not-allowed"} 1.0' in client.get("/metrics").text
    assert "problem=method-not-allowed" in capsys.readouterr().err
