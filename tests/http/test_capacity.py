"""Slots for searches, around applications that take as long as the test says."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from app.http.capacity import Capacity, SearchSlots
from app.http.metrics import Metrics
from app.http.problems import render_json
from app.read.models import MeaningStats
from app.store.relation_counts import RelationCounts

_NO_VECTORS: MeaningStats = {"available": False, "articles": 0, "waiting": 0}
_NO_RELATIONS = RelationCounts(0, 0, 0, 0, 0)


class Asked:
    """Requests of `paths`, all at once, to an application that works until it is told to end."""

    def __init__(self, searches: int, wait: float) -> None:
        self.metrics = Metrics()
        self.capacity = Capacity(self.work, slots=SearchSlots(searches, wait), metrics=self.metrics)
        self.most = self.now = 0
        self.end = asyncio.Event()
        self.state = SimpleNamespace(
            metrics=self.metrics, keeper=SimpleNamespace(check=lambda: None), render_problem=render_json
        )

    async def work(self, scope: Any, _receive: Any, send: Any) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        await self.end.wait()
        self.now -= 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        if scope["path"] == "/v1/search/fails":
            raise RuntimeError
        await send({"type": "http.response.body", "body": b""})

    async def ask(self, path: str) -> int:
        status = 0

        async def send(message: Any) -> None:
            nonlocal status
            status = message.get("status", status)

        application = SimpleNamespace(state=self.state)
        scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b"", "app": application}
        scope["state"] = {"request_id": "x"}
        await self.capacity(scope, asyncio.Queue().get, send)
        return status


def test_no_more_than_so_many_at_once_and_the_others_wait_their_turn() -> None:
    async def run() -> tuple[list[int], int]:
        asked = Asked(2, 30)
        waiting = asyncio.gather(*(asked.ask("/v1/search") for _ in range(6)))
        await asyncio.sleep(0)
        asked.end.set()
        return await waiting, asked.most

    assert asyncio.run(run()) == ([200] * 6, 2)


def test_who_waits_too_long_is_told_to_come_again_and_articles_are_read_meanwhile() -> None:
    async def run() -> None:
        asked = Asked(1, 0.02)
        first = asyncio.create_task(asked.ask("/v1/search"))
        await asyncio.sleep(0)
        assert await asked.ask("/v1/timeline") == 503
        article = asyncio.create_task(asked.ask("/v1/articles/0"))
        asked.end.set()
        assert (await first, await article) == (200, 200)
        assert await asked.ask("/v1/timeline") == 200
        text = asked.metrics.text(
            articles=0, lag=0, unnamed=0, jobs={}, feeds={}, feed_age=0, vectors=_NO_VECTORS, related=_NO_RELATIONS
        ).decode()
        assert 'dateline_refusals_total{problem="overloaded"} 1.0' in text
        assert "dateline_search_seconds_count 2.0" in text

    asyncio.run(run())
