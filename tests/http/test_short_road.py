"""The short road and the ordinary one differ in nothing that can be seen from outside, and nobody waits behind a dear
read."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.concurrency import run_in_threadpool

from app.api.app import create_api
from app.effort import MOST_AT_ONCE, TooDear, bounded_effort, spend
from app.http import route
from app.search.query import Query, parse
from app.settings import Settings
from tests.api.test_fuzz import PAIRS
from tests.served import AS_ADMIN, Api, serve

_PATHS = (
    "search", "autocomplete", "timeline", "articles/{article}", "articles/{article}/similar", "articles/{article}/text",
    "articles/{article}/citation", "articles/lookup", "articles/0", "articles/" + "a" * 65, "articles/a%2Fb",
    "entities", "entities/{entity}", "entities/{entity}/related", "entities/{entity}/timeline",
    "entities/{entity}/similar_names", "entities/nobody", "entities/" + "x" * 201, "search/", "nothing",
)  # fmt: skip
_HEADERS: tuple[dict[str, str], ...] = (
    {}, {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "zstd"}, {"If-None-Match": "*"}, {"X-Request-ID": "mine"},
    {"Authorization": "Bearer nobody"}, AS_ADMIN, {**AS_ADMIN, "If-None-Match": "*"},
)  # fmt: skip
_OF_EACH_REQUEST = {"x-request-id", "date", "content-length", "last-modified"}


@pytest.fixture(scope="module")
def roads(data_dir: Path) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    alike = Settings(data_dir=data_dir, rate_limit="100000/hour", public_url="https://archive.example/news")
    ordinary, short = create_api(alike), create_api(alike)
    ordinary.state.roads.close()
    with serve(short) as one, serve(ordinary) as other:
        yield one, other


@pytest.fixture(scope="module")
def article(api: Api) -> str:
    return str(api.get("/v1/search", q="truce")["results"][0]["id"])


def _seen(answer: httpx.Response) -> tuple[int, dict[str, str], str]:
    headers = {name: value for name, value in answer.headers.items() if name not in _OF_EACH_REQUEST}
    # Requests count; what is left until the hour is over is told in seconds.
    headers.pop("ratelimit-reset", None)
    body = re.sub(r'"(took_ms|request_id)":\s*("[^"]*"|[0-9.]+)', "", answer.text)
    return answer.status_code, headers, body


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    path=st.sampled_from(_PATHS), params=PAIRS, headers=st.sampled_from(_HEADERS),
    method=st.sampled_from(["GET", "GET", "HEAD", "OPTIONS", "DELETE"]), knows=st.booleans(),
)  # fmt: skip
def test_both_roads_answer_alike(
    roads: tuple[httpx.Client, httpx.Client], article: str, path: str, params: Any, headers: dict[str, str],
    method: str, knows: bool,
) -> None:  # fmt: skip
    address = "/v1/" + path.format(article=article, entity="person-narendra-modi")
    told = dict(headers)
    for _ in range(2):
        answers = [client.request(method, address, params=params, headers=told) for client in roads]
        one, other = map(_seen, answers)
        assert one == other
        if not knows or "etag" not in answers[0].headers:
            break
        told["If-None-Match"] = answers[0].headers["etag"]


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> list[threading.Event]:
    """Has one more for each handler that is sent to a thread, which waits there until it is set."""
    held: list[threading.Event] = []

    async def holding(work: Callable[[], Any]) -> Any:
        held.append(threading.Event())
        return await run_in_threadpool(lambda: held[-1].wait(30) and work())

    monkeypatch.setattr(route, "run_in_threadpool", holding)
    return held


def _reads(article: str) -> list[str]:
    entity = "/v1/entities/person-narendra-modi"
    return [
        "/v1/search?q=harbour&facet=person&include=entities", "/v1/timeline?q=harbour", f"/v1/articles/{article}",
        f"/v1/articles/{article}/similar", entity, f"{entity}/related", f"{entity}/timeline",
    ]  # fmt: skip


def test_reads_that_are_asked_all_the_time_take_no_thread(
    api: Api, article: str, threads: list[threading.Event]
) -> None:
    for path in _reads(article):
        packed = api.http.get(path, headers={"Accept-Encoding": "gzip"})
        keyed = api.http.get(path, headers=AS_ADMIN)
        known = api.http.get(path, headers={**AS_ADMIN, "If-None-Match": packed.headers["etag"]})
        assert [packed.status_code, keyed.status_code, known.status_code] == [200, 200, 304]
    assert threads == []


@pytest.mark.parametrize(
    "path",
    [
        "/v1/entities?limit=1", "/v1/entities?name=modi", "/v1/entities/person-narendra-modi/similar_names",
        "/v1/search?entity_name=Nobody+at+all",
    ],
)  # fmt: skip
def test_what_reads_much_takes_a_thread(api: Api, threads: list[threading.Event], path: str) -> None:
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(api.http.get, path, headers=AS_ADMIN)
        while not answer.done():
            for each in threads:
                each.set()
            time.sleep(0.01)
        assert answer.result().status_code in (200, 422)
    assert threads


def test_nobody_waits_behind_a_dear_read(
    api: Api, article: str, threads: list[threading.Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what is dear has the same answer. With a key, for else an earlier answer would be sent again."""
    cheap = [_seen(api.http.get(path, headers=AS_ADMIN)) for path in _reads(article)]
    monkeypatch.setattr(route.PromptRoute, "most_at_once", 0)
    with ThreadPoolExecutor(1) as pool:
        for path, expected in zip(_reads(article), cheap, strict=True):
            before = len(threads)
            dear = pool.submit(api.http.get, path, headers=AS_ADMIN)
            while len(threads) == before:
                time.sleep(0.01)
            assert httpx.get(api.http.base_url.join("/healthz")).status_code == 200
            assert not dear.done()
            threads[-1].set()
            assert _seen(dear.result()) == expected


def test_a_search_is_as_dear_as_its_words_are_frequent(api: Api) -> None:
    def is_dear(most: int, **asked: Any) -> bool:
        archive = api.archive
        try:
            with bounded_effort(most):
                archive.engine.still().search(Query(**asked))
        except TooDear:
            return True
        return False

    frequent, rare = parse("harbour").clause, parse("lighthouses").clause
    assert is_dear(50, clause=frequent)
    assert not is_dear(50, clause=rare)
    assert not is_dear(1_000, clause=frequent)
    assert is_dear(50, clause=None)


def test_effort_is_bounded_where_others_wait_and_nowhere_else() -> None:
    spend(10 * MOST_AT_ONCE)
    with bounded_effort(10):
        spend(10)
        with pytest.raises(TooDear):
            spend(1)
    spend(1)
