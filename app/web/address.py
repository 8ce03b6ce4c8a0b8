"""Addresses: the state of a page is what its address says. A link is the present one with one thing changed."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from functools import lru_cache
from typing import get_origin
from urllib.parse import quote

from fastapi import Request

from app.read.facets import encoded_item
from app.read.params import PAGE_LOOKS, EntityParams, SearchParams
from app.search.attributes import FACETS

SHOWN_FACETS = tuple(name for name, grouping in FACETS.items() if grouping.title)
"""In the order in which readers ask: who, where; years are drawn instead."""

SHOWN = 6
"""Values of a facet: the rail is read at a glance, and goes on for whoever asks."""

COLLAPSED = {"collapse": "copies"}
"""A page shows copies under one hit, unless its address says `collapse=none`."""

_LISTS = {
    name
    for name, field in SearchParams.model_fields.items()
    if list in (field.annotation, get_origin(field.annotation))
}
FIXED = {"facet", "fields", "highlight", "include"}
"""What the page settles for itself: an address taken from the API may hold them, and shows the same."""
_PLAIN = re.compile(r"[\w.=-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Address:
    """`str` gives it ready for a link."""

    path: str
    pairs: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, request: Request) -> Address:
        """Empty fields of a form say nothing, and where a page of results begins is not part of the search."""
        given = request.query_params.multi_items()
        return cls(request.url.path, tuple(pair for pair in given if pair[1] and pair[0] not in ("cursor", "page")))

    def without(self, *names: str) -> Address:
        return Address(self.path, tuple([pair for pair in self.pairs if pair[0] not in names]))

    def dropping(self, *pairs: tuple[str, str]) -> Address:
        return Address(self.path, tuple([pair for pair in self.pairs if pair not in pairs]))

    def having(self, **values: str) -> Address:
        """Return the address with these in place of what had their names before."""
        return Address(self.path, (*[pair for pair in self.pairs if pair[0] not in values], *values.items()))

    def value(self, name: str) -> str:
        """Return the last value of that name; "" where there is none."""
        return dict(self.pairs).get(name, "")

    def asked_for(self, cursor: str | None) -> Address:
        """Return the search alone, to be put behind another path: with the `cursor` of its page, without its looks."""
        pairs = self.without(*PAGE_LOOKS, "facet_query").pairs
        return Address("", (*pairs, ("cursor", cursor)) if cursor else pairs)

    def curl(self, request: Request) -> str:
        """Return the command that asks this server for it, to be pasted into a shell."""
        whole = f"{str(request.base_url).rstrip('/')}{self.path}"
        key = ' -H "Authorization: Bearer $KEY"' if request.app.state.archive.settings.require_key else ""
        said = [f"{name}={value}" for name, value in self.pairs]
        parts = [f"-d {each}" if _PLAIN.fullmatch(each) else f"--data-urlencode {shlex.quote(each)}" for each in said]
        return " \\\n  ".join([f"curl {'-G ' if parts else ''}{whole}{key}", *parts])

    def __str__(self) -> str:
        path = _encoded_path(self.path)
        return f"{path}?{'&'.join(map(encoded_item, self.pairs))}" if self.pairs else path


_encoded_path = lru_cache(maxsize=1_000)(quote)
"""The hundred addresses of a page have most of their parts in common."""


def search_params(request: Request) -> SearchParams:
    """Return what the address asks for, in the parameters of the API; `InvalidParameter` where it cannot be served."""
    given = {name: value for name, value in filled_fields(request).items() if name not in FIXED | PAGE_LOOKS}
    return SearchParams.checked({"facet_limit": SHOWN, **COLLAPSED, **given, "facet": SHOWN_FACETS})


def entity_params(request: Request, limit: int) -> EntityParams:
    """Read as `search_params` does, for a list of names."""
    return EntityParams.checked({"limit": limit, **filled_fields(request)})


def filled_fields(request: Request) -> dict[str, str | list[str]]:
    """Empty fields of a form say nothing."""
    given: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        if value:
            given.setdefault(name, []).append(value)
    return {name: each if name in _LISTS or len(each) > 1 else each[0] for name, each in given.items()}
