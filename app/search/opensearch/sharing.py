"""Articles that have runs of words in common with a text: each run is a phrase, asked of the bodies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from app.search.engine import Sharing
from app.search.opensearch.commits import Moment
from app.search.opensearch.mapping import BAR
from app.search.opensearch.vocabulary import in_batches

_RUNS = 400
"""Phrases in one request; OpenSearch takes 1,024 clauses."""
_AT_ONCE = 5_000


def articles_with_runs(moment: Moment, terms: Sequence[str], run: int, limit: int) -> Sharing:
    """Return the articles with `run` of the words one behind the other in their body: those with most such runs first,
    of these the earliest."""
    runs = list(dict.fromkeys(BAR.join(terms[at : at + run]) for at in range(len(terms) - run + 1)))
    counts: Counter[str] = Counter()
    moments: dict[str, float] = {}
    for some in in_batches(runs, _RUNS):
        for hit in _with_runs(moment, some):
            id = hit["fields"]["id"][0]
            counts[id] += round(hit["sort"][0])
            moments[id] = hit["fields"]["moment"][0] or float("inf")
    best = sorted(counts, key=lambda id: (-counts[id], moments[id], id))
    return Sharing(len(counts), tuple(best[:limit]))


def _with_runs(moment: Moment, runs: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield the articles that have any of some runs, scored by how many."""
    phrases = [{"constant_score": {"filter": {"match_phrase": {"xb": {"query": each}}}}} for each in runs]
    body: dict[str, Any] = {
        "size": _AT_ONCE, "track_total_hits": False, "_source": False, "stored_fields": "_none_",
        "docvalue_fields": ["id", "moment"], "query": {"bool": {"should": phrases}}, "track_scores": True,
        "sort": [{"_score": "desc"}, {"id": "asc"}],
    }  # fmt: skip
    while True:
        hits = moment.search(body)["hits"]["hits"]
        yield from hits
        if len(hits) < _AT_ONCE:
            return
        body["search_after"] = hits[-1]["sort"]
