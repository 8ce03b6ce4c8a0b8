"""Suggestions: what may have been meant by a parameter that is not known here."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rapidfuzz.distance import OSA

_MEANT = {
    "limit": (
        "count", "hits", "max", "max_results", "n", "num", "num_results", "page_size", "per_page", "results", "rows",
        "size", "top",
    ),
    "page": ("from_index", "offset", "p", "page_no", "page_num", "page_number", "skip", "start"),
    "cursor": (
        "after", "continue", "cursor_mark", "from_index", "next_token", "offset", "p", "page", "page_no", "page_num",
        "page_number", "page_token", "scroll_id", "skip", "start",
    ),
    "q": ("keyword", "keywords", "phrase", "query", "search", "search_query", "term", "terms", "text", "words"),
    "entity": ("event", "org", "organisation", "organization", "person", "place", "subject", "tag", "tags", "topic"),
    "entity_name": ("entities", "location", "people", "who"),
    "date_from": (
        "after_date", "begin", "begin_date", "date_after", "date_gte", "date_start", "from", "from_date", "gte",
        "min_date", "published_after", "published_from", "since", "start_date",
    ),
    "date_to": (
        "before", "before_date", "date_before", "date_end", "date_lte", "end", "end_date", "lte", "max_date",
        "published_before", "published_to", "to", "to_date", "until",
    ),
    "date": ("day", "month", "published", "pub_date", "year"),
    "source": ("newspaper", "publication", "publisher", "site", "sources"),
    "author": ("authors", "by", "byline", "creator", "reporter", "writer"),
    "not_source": ("exclude_source", "exclude_sources"),
    "language": ("lang", "languages", "locale"),
    "sort": ("order", "order_by", "orderby", "sort_by", "sortby"),
    "facet": ("agg", "aggregate", "aggs", "facets", "group_by"),
    "facet_limit": ("facet_size",),
    "facet_query": ("facet_contains", "facet_filter", "facet_prefix", "facet_search", "facet_text"),
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


_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BOUND = (0, 0, 0, 1, 1, 1, 1, 1, 2)
"""Letters that may be wrong in a name of so many."""


def meant(given: str, known: Iterable[str]) -> str | None:
    """Return the one of `known` that others call so, else the one that `given` is a misspelling of; None where it is
    neither: a guess would only mislead."""
    names = list(known)
    plain = _CAMEL.sub("_", given.strip()).lower().replace("-", "_").replace(".", "_")
    if plain in names:
        return plain
    bare = plain.replace("_", "")
    by_habit = (ours for ours, theirs in _MEANT.items() if ours in names and bare in map(_without_lines, theirs))
    return next(by_habit, None) or misspelt(plain, names)


def _without_lines(name: str) -> str:
    return name.replace("_", "")


def misspelt(given: str, known: Iterable[str]) -> str | None:
    """Return the one of `known` that differs from `given` in one letter, of eight or more in two."""
    near = [(OSA.distance(given, name), name) for name in known]
    return next((name for edits, name in sorted(near) if 0 < edits <= _BOUND[min(len(name), 8)]), None)
