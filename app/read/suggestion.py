"""Suggestions: what may have been meant by a parameter that is not known here."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz.distance import OSA

_MEANT = {
    "limit": ("count", "hits", "max", "max_results", "num", "page_size", "per_page", "results", "rows", "size", "top"),
    "cursor": ("after", "cursor_mark", "from_index", "offset", "page", "page_token", "scroll_id", "skip", "start"),
    "q": ("keyword", "keywords", "phrase", "query", "search", "search_query", "term", "terms", "text", "words"),
    "entity": ("event", "org", "organisation", "organization", "person", "place", "tag", "tags", "topic"),
    "entity_name": ("entities", "location", "people", "who"),
    "date_from": (
        "after_date", "begin", "begin_date", "date_after", "date_gte", "from", "from_date", "published_after", "since",
        "start_date",
    ),
    "date_to": (
        "before", "before_date", "date_before", "date_lte", "end", "end_date", "published_before", "to", "to_date",
        "until",
    ),
    "date": ("day", "month", "published", "pub_date", "year"),
    "source": ("newspaper", "publication", "publisher", "site", "sources"),
    "not_source": ("exclude_source", "exclude_sources"),
    "language": ("lang", "languages", "locale"),
    "sort": ("order", "order_by", "orderby", "sort_by", "sortby"),
    "facet": ("agg", "aggregate", "aggs", "facets", "group_by"),
    "facet_limit": ("facet_size",),
    "fields": ("columns", "fl", "select", "show_fields"),
    "include": ("embed", "expand", "extra", "with"),
    "highlight": ("hl", "snippet"),
    "match": ("mode", "op", "operator"),
    "interval": ("bucket", "gap", "granularity", "resolution"),
    "name": ("q", "query", "search", "title"),
    "type": ("category", "kind"),
    "kind": ("type", "types"),
}  # fmt: skip
"""For each of our parameters what other APIs call it."""


_BOUND = (0, 0, 0, 1, 1, 1, 1, 1, 2)
"""Letters that may be wrong in a name of so many."""


def meant(given: str, known: Iterable[str]) -> str | None:
    """Return the one of `known` that others call so, else the one that `given` is a misspelling of; None where it is
    neither: a guess would only mislead."""
    names = list(known)
    plain = given.strip().lower().replace("-", "_")
    if plain in names:
        return plain
    by_habit = (name for name in names if plain in _MEANT.get(name, ()))
    return next(by_habit, None) or misspelt(plain, names)


def misspelt(given: str, known: Iterable[str]) -> str | None:
    """Return the one of `known` that differs from `given` in one letter, of eight or more in two."""
    near = [(OSA.distance(given, name), name) for name in known]
    return next((name for edits, name in sorted(near) if 0 < edits <= _BOUND[min(len(name), 8)]), None)
