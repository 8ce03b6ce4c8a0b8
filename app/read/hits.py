"""Hits for the wire: what the engine found, with the stretch of text that shows why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Literal, cast

from sqlmodel import Session

from app.archive import Archive
from app.ids import EntityType
from app.read.models import Hit, HitCopies, HitEntity, HitField, Snippet, Span, ordered
from app.read.salience import by_salience
from app.search import highlight
from app.search.engine import ArticleHit as Found
from app.search.engine import Card
from app.search.query import Clause
from app.store.articles import NamedEntity, ShownText, named_entities, texts
from app.store.copies import CopySummary, copy_summaries
from app.store.story_lists import stories_beside

_ON_CARD = [name for name in Hit.__annotations__ if name in Card.__struct_fields__]
_card_values = attrgetter(*_ON_CARD)
_EXTRA: frozenset[HitField] = frozenset(("entities", "body", "copies", "story"))
"""What a hit has only where that was asked for."""
_MARKS = ("headline_html", "headline_matches")
_MOST_ENTITIES = 10
_NO_TEXT = ShownText("", ())

_Marker = Callable[[str], dict[str, object]]


@dataclass(frozen=True, slots=True)
class HitOptions:
    """How hits are shown. `fields` empty: all of them but `_EXTRA`; `include` are shown besides."""

    clause: Clause | None = None
    highlight: Literal["html", "offsets", "none"] = "none"
    fields: frozenset[HitField] = frozenset()
    include: frozenset[HitField] = frozenset()

    def shows(self, field: HitField) -> bool:
        asked = field in self.fields or field in self.include
        return asked or (not self.fields and field not in _EXTRA)


def hit_views(base: str, archive: Archive, session: Session, hits: Sequence[Found], view: HitOptions) -> list[Hit]:
    """Return hits for the wire; `base` is the address of this server.

    Their keys stand in the order in which `Hit` declares them: people read answers too.
    """
    ids = [hit.id for hit in hits]
    found = texts(archive.database, ids) if hits and (view.shows("snippet") or view.shows("body")) else {}
    mark_headline = _headline_marker(view)
    views = [_hit(hit, base, mark_headline) for hit in hits]
    if view.shows("snippet"):
        highlighter = highlight.Highlighter(None if view.highlight == "none" else view.clause)
        for hit in views:
            hit["snippet"] = _wire_snippet(highlighter.snippet(*found.get(hit["id"], _NO_TEXT)), view)
    if view.shows("entities"):
        for hit, entities in zip(views, _telling_entities(archive, session, hits), strict=True):
            hit["entities"] = entities
    if view.shows("body"):
        for hit in views:
            hit["body"] = found.get(hit["id"], _NO_TEXT).body
    _add_company(session, views, view)
    return [ordered(Hit, hit, view.fields | view.include | {"id"}) for hit in views] if view.fields else views


def _add_company(session: Session, views: Sequence[Hit], view: HitOptions) -> None:
    """Say of hits what copies of them there are, and which stories they are in."""
    ids = [hit["id"] for hit in views]
    copies = copy_summaries(session, ids) if view.shows("copies") else {}
    stories = stories_beside(session, ids) if view.shows("story") else {}
    for hit in views:
        if hit["id"] in copies:
            hit["copies"] = wire_copies(copies[hit["id"]])
        if hit["id"] in stories:
            hit["story"] = {"id": stories[hit["id"]].id, "article_count": stories[hit["id"]].articles}


def _headline_marker(view: HitOptions) -> _Marker | None:
    """Return what shows where the query hits in a headline; None where nobody wants to know."""
    marks = [name for name in _MARKS if view.shows(name)]
    if view.highlight == "none" or not marks:
        return None
    find = highlight.Highlighter(view.clause, "headline").matches
    as_html = view.highlight == "html"

    def marked(headline: str) -> dict[str, object]:
        spans = find(headline)
        if not as_html:
            return {"headline_matches": wire_spans(spans)}
        return {"headline_html": highlight.mark(headline, spans), "headline_matches": wire_spans(spans)}

    return marked


def _hit(hit: Found, base: str, mark_headline: _Marker | None) -> Hit:
    """Return what is on the card of a hit; its keys stand as `Hit` has them."""
    shown: dict[str, object] = {"id": hit.id}
    for name, value in zip(_ON_CARD, _card_values(hit.card), strict=True):
        if name == "headline":
            shown[name] = value
            if mark_headline is not None:
                shown.update(mark_headline(value))
        elif value is not None and value != ():
            shown[name] = value
        elif name == "url":
            shown[name] = f"{base}v1/articles/{hit.id}"
    if hit.score is not None:
        shown["score"] = round(hit.score, 4)
    return cast(Hit, shown)


def _telling_entities(archive: Archive, session: Session, hits: Sequence[Found]) -> list[list[HitEntity]]:
    named = named_entities(session, [hit.id for hit in hits])
    articles = archive.engine.status().documents
    telling = (by_salience(named[hit.id], hit.card.headline, articles)[:_MOST_ENTITIES] for hit in hits)
    return [[_wire_entity(entity) for entity in each] for each in telling]


def _wire_entity(entity: NamedEntity) -> HitEntity:
    return {
        "id": entity.id,
        "type": cast(EntityType, entity.type),
        "label": entity.name,
        "mentions": entity.mentions,
    }


def _wire_snippet(found: highlight.BodySnippet, view: HitOptions) -> Snippet:
    matches = wire_spans(found.matches)
    if view.highlight != "html":
        return {"text": found.text, "start": found.start, "end": found.end, "matches": matches}
    marked = highlight.mark(found.text, found.matches, shift=found.start)
    return {"text": found.text, "start": found.start, "end": found.end, "html": marked, "matches": matches}


def wire_copies(found: CopySummary) -> HitCopies:
    copies: HitCopies = {"count": found.others, "sources": found.sources}
    if found.first_published is not None:
        copies["first_published"] = found.first_published
    return copies


def wire_spans(pairs: Sequence[tuple[int, int]]) -> list[Span]:
    return [{"start": start, "end": end} for start, end in pairs]
