"""What else than narrowing a value of a facet can do: be left out, or be one of several."""

from __future__ import annotations

from app.read.conditions import Asked
from app.search.attributes import ENTITY, FACETS, FILTERS, FacetName
from app.web.address import Address

_REFUSING = {each.view.name: each.name for each in FILTERS.values() if each.how == "none"}


def leaving_out(here: Address, facet: FacetName, value: str) -> Address | None:
    """Return the search without the articles that have the value; None where no condition says so."""
    view = FACETS[facet].view
    name = _REFUSING.get(view.name) if view else None
    return Address(here.path, (*here.pairs, (name, value))) if name else None


def either_of(here: Address, asked: Asked, facet: FacetName, value: str) -> Address | None:
    """Return the search for articles that name this entity or one of those already asked for, of its type.

    None where none is. Other values join those asked for by themselves, and so do entities once they are several.
    """
    grouping = FACETS[facet]
    chosen = {id for id in asked.filters.entity if id.startswith(grouping.prefix)}
    if grouping.view is not ENTITY or not chosen:
        return None
    if not all(id.startswith(grouping.prefix) for id in asked.filters.entity_any):
        return None
    pairs = [pair for pair in here.pairs if _entity_of(pair, asked) not in chosen]
    return Address(here.path, (*pairs, *(("entity_any", id) for id in (*sorted(chosen), value))))


def _entity_of(pair: tuple[str, str], asked: Asked) -> str | None:
    """Return the entity that a parameter asks to be named, as it is now; None where it asks something else."""
    name, value = pair
    return {"entity": asked.merged.get(value, value), "entity_name": asked.named.get(value)}.get(name)
