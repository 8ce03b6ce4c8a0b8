"""The words of the archive: what prefixes and misspelt words stand for, how often each is there, what follows them.

An index of its own has every exact term that ever came. How often it came says which are worth counting; how many
articles have one now is asked of the articles.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from app.errors import QueryTooComplex
from app.search import analysis
from app.search.highlight import common_start
from app.search.opensearch.commits import Moment
from app.search.opensearch.mapping import BAR, SHORT, value_field
from app.search.plan import FuzzyTerms, PrefixTerms, ValueWords
from app.search.query import MAX_EXPANSION
from app.search.value_words import holds

Query = dict[str, Any]
T = TypeVar("T")
EVERY_VALUE = 1_000_000
"""Values of a field at once: all of them, for counts that are exact."""
_AT_ONCE, _FEW = 500, 16
_CONTINUING = 60
"""Words with a beginning that are looked for behind others, the most frequent ones."""
_MOST_NEAR = 10_000


def any_of(queries: Sequence[Query]) -> Query:
    return queries[0] if len(queries) == 1 else {"bool": {"should": list(queries), "minimum_should_match": 1}}


def in_texts(find: Any) -> Query:
    """Return what finds in any text what `find` finds in a field of exact terms."""
    return any_of([find(f"x{each}") for each in SHORT.values()])


def expanded(moment: Moment, leaf: PrefixTerms | FuzzyTerms) -> tuple[str, ...]:
    """Return the exact terms that a leaf stands for. Raises `QueryTooComplex` where they are too many."""

    def made() -> tuple[str, ...]:
        if isinstance(leaf, PrefixTerms):
            query, shown = {"prefix": {"term": {"value": leaf.prefix}}}, f"{leaf.prefix}*"
        else:
            query, shown = _near_query(leaf.term, leaf.edits), f"{leaf.term}~"
        reply = moment.words({"size": MAX_EXPANSION, "track_total_hits": True, "_source": ["term"], "query": query})
        count = reply["hits"]["total"]["value"]
        if count > MAX_EXPANSION:
            message = f"{shown} stands for {count} words; {MAX_EXPANSION} is the limit. Add letters."
            raise QueryTooComplex("expansion_too_large", message)
        return tuple(sorted(_told_terms(reply)))

    return moment.keep(leaf, made)


def with_stem(moment: Moment, stem: str) -> tuple[str, ...]:
    """Return the exact terms that have a stem."""

    def read() -> tuple[str, ...]:
        query = {"bool": {"filter": [{"term": {"stem": stem}}]}}
        reply = moment.words({"size": _MOST_NEAR, "_source": ["term"], "query": query})
        return tuple(sorted(_told_terms(reply)))

    return moment.keep(("stem", stem), read)


def values_with(moment: Moment, leaf: ValueWords) -> list[str]:
    """Return the values of a view that have such words."""

    def read() -> list[tuple[str, tuple[str, ...]]]:
        values = {"terms": {"field": value_field(leaf.view), "size": EVERY_VALUE}}
        reply = moment.search({"size": 0, "aggs": {"values": values}})
        found = (bucket["key"] for bucket in reply["aggregations"]["values"]["buckets"])
        return [(value, analysis.phrase_terms(value)) for value in found]

    return [value for value, words in moment.keep(("values", leaf.view), read, is_large=True) if holds(words, leaf)]


def near_words(moment: Moment, term: str, edits: int) -> list[str]:
    """Return the terms at most `edits` edits away."""
    reply = moment.words({"size": _MOST_NEAR, "_source": ["term"], "query": _near_query(term, edits)})
    return list(_told_terms(reply))


def starting(moment: Moment, beginning: str, most: int) -> list[str]:
    """Return the words that begin so, those that came most often."""
    query = {"prefix": {"term": {"value": beginning}}}
    order = [{"count": "desc"}, {"term": "asc"}]
    return list(_told_terms(moment.words({"size": most, "_source": ["term"], "query": query, "sort": order})))


def count_articles(moment: Moment, queries: Sequence[Query]) -> list[int]:
    """Return how many articles each query finds. A few are asked each by itself: an aggregation of any goes through all
    articles."""
    if 0 < len(queries) <= _FEW and (known := moment.counts(queries)) is not None:
        return known
    counts: list[int] = []
    for some in in_batches(queries, _AT_ONCE):
        filters = {str(number): query for number, query in enumerate(some)}
        reply = moment.search({"size": 0, "track_total_hits": False, "aggs": {"n": {"filters": {"filters": filters}}}})
        buckets = reply["aggregations"]["n"]["buckets"]
        counts += [buckets[str(number)]["doc_count"] for number in range(len(some))]
    return counts


def count_having(moment: Moment, terms: Sequence[str]) -> Counter[str]:
    """Return how many articles have each exact term, those that none has left out."""
    queries = [in_texts(lambda field, term=term: {"term": {field: {"value": term}}}) for term in terms]
    return +Counter(dict(zip(terms, count_articles(moment, queries), strict=True)))


def lost_words(moment: Moment) -> Iterator[str]:
    """Yield the words of the vocabulary that no article has any more."""
    body: Query = {"size": _AT_ONCE, "_source": ["term"], "sort": [{"term": "asc"}]}
    while terms := list(_told_terms(reply := moment.words(body))):
        having = count_having(moment, terms)
        yield from (term for term in terms if term not in having)
        body["search_after"] = reply["hits"]["hits"][-1]["sort"]


def following_words(moment: Moment, before: Sequence[str], beginning: str) -> Counter[str]:
    """Return in how many articles each word that begins so stands right behind `before`, exact terms."""
    continuing = starting(moment, beginning, _CONTINUING)
    queries = [
        in_texts(lambda field, term=term: {"match_phrase": {field: {"query": BAR.join((*before, term))}}})
        for term in continuing
    ]
    return +Counter(dict(zip(continuing, count_articles(moment, queries), strict=True)))


def most_used_words(moment: Moment, stems: Iterable[str]) -> dict[str, str]:
    """Return the word with each stem that came most often."""
    found: dict[str, str] = {}
    for some in in_batches(stems, _AT_ONCE):
        reply = moment.words({
            "size": len(some), "_source": ["term", "stem"], "collapse": {"field": "stem"},
            "query": {"bool": {"filter": [{"terms": {"stem": some}}, {"term": {"plain": True}}]}},
            "sort": [{"count": "desc"}, {"term": "asc"}],
        })  # fmt: skip
        for hit in reply["hits"]["hits"]:
            told = hit["_source"]
            if told["term"].startswith(common_start(told["stem"])):
                found[told["stem"]] = told["term"]
    return found


def _near_query(term: str, edits: int) -> Query:
    return {"fuzzy": {"term": {"value": term, "fuzziness": edits, "rewrite": "constant_score"}}}


def _told_terms(reply: dict[str, Any]) -> Iterator[str]:
    return (hit["_source"]["term"] for hit in reply["hits"]["hits"])


def in_batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    each = iter(items)
    while some := list(islice(each, size)):
        yield some
