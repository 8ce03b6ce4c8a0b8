"""What a search can be had as besides its page: its address, a feed, files, citations, a call of the API."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from app.http.prefix import prefix_of
from app.http.syndication import FEED_TYPES
from app.read.params import PAGE_LOOKS, Conditions
from app.read.records import writes_parquet
from app.web.address import COLLAPSED, FIXED, SHOWN_FACETS, Address

_FILES = (("CSV", "csv"), ("JSON Lines", "jsonl"), *([("Parquet", "parquet")] if writes_parquet() else []))
_CITATIONS = (("BibTeX", "bibtex"), ("RIS", "ris"), ("CSL-JSON", "csl-json"))

Named = list[tuple[str, Address]]
"""Addresses by what people call what is there."""


@dataclass(frozen=True, slots=True)
class WaysOut:
    """`save` is None where there is nothing to save; `feeds` are by media type."""

    link: Address
    save: Address | None
    feed: Address
    feeds: Named
    files: Named
    citations: Named
    call: Address
    curl: str


def ways_out(request: Request, search: Address, call: Address) -> WaysOut:
    """Return all of them for a search. `call` asks the API for what the page shows, from the path of the site on."""
    root = prefix_of(request.scope)
    conditions = tuple(pair for pair in search.pairs if pair[0] in Conditions.model_fields)
    feed = Address(f"{root}/v1/feed", conditions)
    return WaysOut(
        link=search,
        # All articles are no news to anybody.
        save=Address(f"{root}/searches/new", conditions) if set(dict(conditions)) - {"match"} else None,
        feed=feed,
        feeds=[(type, feed.having(format=format)) for format, type in FEED_TYPES.items()],
        files=_exports(root, search, _FILES),
        citations=_exports(root, search, _CITATIONS),
        call=Address(root + call.path, call.pairs),
        curl=call.curl(request),
    )


def api_call(page: Address, path: str) -> Address:
    """The same question to the API, facets included."""
    given = page.without(*FIXED, *PAGE_LOOKS).pairs
    collapsed = () if page.value("collapse") else COLLAPSED.items()
    return Address(path, (*given, *collapsed, *(("facet", name) for name in SHOWN_FACETS)))


def _exports(root: str, search: Address, kinds: tuple[tuple[str, str], ...]) -> Named:
    same = [pair for pair in search.pairs if pair[0] in Conditions.model_fields or pair[0] == "sort"]
    return [(label, Address(f"{root}/v1/export", (*same, ("format", format)))) for label, format in kinds]
