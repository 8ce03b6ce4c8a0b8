"""The search that finds the articles of another which have a value besides: where a count leads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from app.read.conditions import filters_in_force
from app.read.params import date_bounds
from app.search.attributes import DATES, ENTITY, FACETS, Filters
from app.search.engine import AxisName
from app.search.query import Clause, render


def narrowed(filters: Filters, name: AxisName, value: str) -> Filters | None:
    """Return the filters with a value besides; None where no search asks for that: for all entities of a type, and for
    an author beside another who was asked for."""
    if name == "type":
        return None
    grouping = FACETS[name]
    if grouping.filters == DATES:
        first, last = date_bounds(value)
        return replace(
            filters, date_from=max(filters.date_from or first, first), date_to=min(filters.date_to or last, last)
        )
    if grouping.view is ENTITY:
        return replace(filters, entity=(*filters.entity, value))
    if name == "author" and filters.author:
        return None
    chosen: dict[str, Any] = {grouping.filters[0]: (value,)}
    return replace(filters, **chosen)


def search_address(path: str, clause: Clause | None, filters: Filters) -> str:
    """Return the address of a search at `path`, for exactly what `clause` matches."""
    words = [("q", render(clause)), ("match", "all")] if clause is not None else []
    pairs = [*words, *((each["name"], each["value"]) for each in filters_in_force(filters))]
    return f"{path}?{urlencode(pairs)}" if pairs else path
