"""The meters, in Prometheus' text form. One registry for each application, so that two in a process do not mix.

Several server processes count together in files of one folder, if the environment names it before the client library
is loaded; whichever process is asked then answers for all of them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

if TYPE_CHECKING:
    # Whoever starts the processes that count needs the folder's name alone.
    from app.read.models import MeaningStats
    from app.store.relation_counts import RelationCounts

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The client library's own name for it."""

# From an answer out of a cache to one that a person waits for.
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class Metrics:
    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "dateline_requests", "Requests answered.", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "dateline_request_seconds", "Time to answer.", ("route",), buckets=_SECONDS, registry=self._registry
        )
        self._of_requests: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._searches = Histogram(
            "dateline_search_seconds", "Time at work on searches.", buckets=_SECONDS, registry=self._registry
        )
        self._refused = Counter(
            "dateline_refusals", "Requests refused or failed.", ("problem",), registry=self._registry
        )
        self._cached = Counter("dateline_cache_hits", "Requests answered from the cache.", registry=self._registry)
        self._articles = self._gauge("dateline_articles", "Articles in the index.")
        self._lag = self._gauge("dateline_index_lag", "Changes that the index is behind.")
        self._jobs = Gauge(
            "dateline_jobs", "Files handed in, by the state of their job.", ("state",), registry=self._registry,
            multiprocess_mode="mostrecent",
        )  # fmt: skip
        self._feeds = Gauge(
            "dateline_feeds", "Feeds that are followed, by state.", ("state",), registry=self._registry,
            multiprocess_mode="mostrecent",
        )  # fmt: skip
        self._feed_age = self._gauge(
            "dateline_feed_success_age_seconds", "Since that feed was read which was not for longest."
        )
        self._vectors = self._gauge("dateline_vectors", "Articles that have a vector, for ranking by meaning.")
        self._unmeant = self._gauge("dateline_vectors_waiting", "Articles that are to get a vector.")
        self._related = {
            "copies": self._gauge("dateline_copies", "Articles that are copies of others."),
            "stories": self._gauge("dateline_stories", "Stories of several articles."),
            "quotes": self._gauge("dateline_quotes", "Quotes of which the speaker is known."),
            "dates": self._gauge("dateline_dates", "Places of texts that speak of a date."),
            "waiting": self._gauge("dateline_stories_waiting", "Articles whose story is to be worked out."),
        }
        self._unnamed = self._gauge("dateline_names_waiting", "Articles whose names are to be recognised.")

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """`route` is a template, never an address: what clients make up must not become a label."""
        known = method if method in _METHODS else "other"
        asked = known, route, status
        if (meters := self._of_requests.get(asked)) is None:
            meters = self._requests.labels(known, route, str(status)), self._seconds.labels(route)
            self._of_requests[asked] = meters
        meters[0].inc()
        meters[1].observe(seconds)

    def searched(self, seconds: float) -> None:
        self._searches.observe(seconds)

    def refused(self, problem: str) -> None:
        """`problem` is the last part of its `type`."""
        self._refused.labels(problem).inc()

    def answered_from_cache(self) -> None:
        self._cached.inc()

    def text(
        self,
        *,
        articles: int,
        lag: int,
        unnamed: int,
        jobs: Mapping[str, int],
        feeds: Mapping[str, int],
        feed_age: float,
        vectors: MeaningStats,
        related: RelationCounts,
    ) -> bytes:
        """`jobs` and `feeds`: how many there are of each state. `feed_age` is in seconds."""
        for state, count in jobs.items():
            self._jobs.labels(state).set(count)
        for state, count in feeds.items():
            self._feeds.labels(state).set(count)
        self._feed_age.set(feed_age)
        self._articles.set(articles)
        for name, count in related._asdict().items():
            self._related[name].set(count)
        self._unnamed.set(unnamed)
        self._lag.set(lag)
        self._vectors.set(vectors["articles"])
        self._unmeant.set(vectors["waiting"])
        return generate_latest(_shared_registry() if SHARED_FOLDER in os.environ else self._registry)

    def _gauge(self, name: str, told: str) -> Gauge:
        return Gauge(name, told, registry=self._registry, multiprocess_mode="mostrecent")


def _shared_registry() -> CollectorRegistry:
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry
