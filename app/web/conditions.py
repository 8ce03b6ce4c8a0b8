"""The conditions of a search in words, each with the way back out of it."""

from __future__ import annotations

from sqlmodel import Session

from app.archive import Archive
from app.read.conditions import Asked, filters_in_force, read_conditions
from app.read.params import Conditions, date_bounds
from app.search.attributes import DATES, FILTERS, MENTIONED_DATES
from app.web.address import Address
from app.web.pages import Way, civil


def in_words(archive: Archive, session: Session, params: Conditions) -> list[str]:
    """Return what a search asks for: its words, and each condition besides."""
    asked = read_conditions(archive.database, session, params)
    words = [f"any word of {params.q}" if params.match == "any" else params.q] if params.q.strip() else []
    return words + [way.label for way in condition_links(Address("/"), asked)]


def condition_links(here: Address, asked: Asked) -> list[Way]:
    """Return each condition besides the words, with the way back out of it."""
    ways = []
    first, last = asked.filters.date_from, asked.filters.date_to
    if first or last:
        ways.append(Way(_date_label(first, last), here.without(*DATES)))
    first, last = asked.filters.mentions_from, asked.filters.mentions_to
    if first or last:
        ways.append(Way(f"speaking of {_date_label(first, last)}", here.without(*MENTIONED_DATES)))
    if asked.filters.story:
        ways.append(Way("of one story", here.without("story")))
    for condition in filters_in_force(asked.filters):
        name, value = condition["name"], condition["value"]
        if name not in (*DATES, *MENTIONED_DATES, "story"):
            by_name = [("entity_name", given) for given, id in asked.named.items() if id == value and name == "entity"]
            entity = asked.entities.get(value)
            label = FILTERS[name].verb + (entity.name if entity else value)
            ways.append(Way(label, here.dropping((name, value), *by_name)))
    return ways


def _date_label(first: str | None, last: str | None) -> str:
    if first and last:
        for precision in (len("YYYY"), len("YYYY-MM")):
            if date_bounds(first[:precision]) == (first, last):
                return civil(first[:precision])
        return civil(first) if first == last else f"{civil(first)} to {civil(last)}"
    return f"from {civil(first)}" if first else f"until {civil(last)}"
