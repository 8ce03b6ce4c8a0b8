"""Hits for the wire: what the engine found, with the stretch of text that shows why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from app.read.models import Hit, HitField, Snippet, Span, ordered
from app.search import highlight
from app.search.engine import ArticleHit as Found
from app.search.engine import Card
from app.search.query import Clause
from app.store.articles import texts
from app.store.database import Database

_ON_CARD = [name for name in Hit.__annotations__ if name in Card.__struct_fields__]


@dataclass(frozen=True, slots=True)
class HitOptions:
    """How hits are shown. `fields` empty: all of them."""

    clause: Clause | None = None
    highlight: Literal["html", "offsets", "none"] = "none"
    fields: frozenset[HitField] = frozenset()

    def shows(self, field: HitField) -> bool:
        return not self.fields or field in self.fields


def hit_views(base: str, database: Database, hits: Sequence[Found], view: HitOptions) -> list[Hit]:
    """Return hits for the wire; `base` is the address of this server.

    Their keys stand in the order in which `Hit` declares them: people read answers too.
    """
    found = texts(database, [hit.id for hit in hits]) if view.shows("snippet") and hits else {}
    highlighter = highlight.Highlighter(None if view.highlight == "none" else view.clause)
    views = [_hit(hit, f"{base}v1/articles/{hit.id}") for hit in hits]
    if view.shows("snippet"):
        for hit in views:
            hit["snippet"] = _wire_snippet(highlighter.snippet(*found.get(hit["id"], ("",))), view)
    return [ordered(Hit, hit, view.fields | {"id"}) for hit in views] if view.fields else views


def _hit(hit: Found, address: str) -> Hit:
    shown: dict[str, object] = {"id": hit.id}
    for name in _ON_CARD:
        value = getattr(hit.card, name)
        if value is not None and value != ():
            shown[name] = value
        elif name == "url":
            shown[name] = address
    if hit.score is not None:
        shown["score"] = round(hit.score, 4)
    return cast(Hit, shown)


def _wire_snippet(found: highlight.BodySnippet, view: HitOptions) -> Snippet:
    matches = wire_spans(found.matches)
    if view.highlight != "html":
        return {"text": found.text, "start": found.start, "end": found.end, "matches": matches}
    marked = highlight.mark(found.text, found.matches, shift=found.start)
    return {"text": found.text, "start": found.start, "end": found.end, "html": marked, "matches": matches}


def wire_spans(pairs: Sequence[tuple[int, int]]) -> list[Span]:
    return [{"start": start, "end": end} for start, end in pairs]
