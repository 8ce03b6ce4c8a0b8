"""Hits for the wire: what the engine found, with the stretch of text that shows why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Literal, cast

from sqlmodel import Session

from app.archive import Archive, ArchiveState
from app.ids import EntityType
from app.read.kinds import HitField
from app.read.models import (
    Hit,
    HitCopies,
    HitEntity,
    Snippet,
    Span,
    ordered,
)
from app.read.salience import by_salience
from app.search import highlight
from app.search.engine import ArticleHit as Found
from app.search.engine import Card
from app.search.query import Clause
from app.store.articles import NamedEntity, named_entities
from app.store.copies import CopySummary, copy_summaries
from app.store.database import Database
from app.store.story_lists import stories_beside
from app.store.texts import ShownText, texts

_ON_CARD = [name for name in Hit.__annotations__ if name in Card.__struct_fields__]
_BELOW = _ON_CARD[_ON_CARD.index("headline") + 1 :]
"""What of a card a hit has below its headline and what is marked there."""
_values_below = attrgetter(*_BELOW)
_EXTRA: frozenset[HitField] = frozenset(("entities", "body", "copies", "story"))
"""What a hit has only where that was asked for."""
_MARKS = ("headline_html", "headline_matches")
_MOST_ENTITIES = 10
_NO_TEXT = ShownText("", ())
_NO_MARKS: Mapping[str, object] = {}


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


def hit_views(
    base: str,
    archive: Archive,
    session: Session,
    hits: Sequence[Found],
    view: HitOptions,
    state: ArchiveState | None = None,
) -> list[Hit]:
    """Return hits for the wire; `base` is the address of this server, `state` that of the archive a moment ago.

    Their keys stand in the order in which `Hit` declares them: people read answers too.
    """
    ids, version = [hit.id for hit in hits], state.rows if state is not None else None
    found = texts(archive.database, ids, version) if _shows_text(view) and hits else {}
    marks, snippets = _marks_and_snippets(hits, found, view)
    views = [_hit(hit, base, shown) for hit, shown in zip(hits, marks, strict=True)]
    if view.shows("snippet"):
        for shown, snippet in zip(views, snippets, strict=True):
            shown["snippet"] = snippet
    if view.shows("entities"):
        for hit, entities in zip(views, _telling_entities(archive, session, hits), strict=True):
            hit["entities"] = entities
    if view.shows("body"):
        for hit in views:
            hit["body"] = found.get(hit["id"], _NO_TEXT).body
    _add_company(archive.database, version, views, view)
    return [ordered(Hit, hit, view.fields | view.include | {"id"}) for hit in views] if view.fields else views


def _add_company(database: Database, version: int | None, views: Sequence[Hit], view: HitOptions) -> None:
    """Say of hits what copies of them there are, and which stories they are in."""
    ids = [hit["id"] for hit in views]
    copies = copy_summaries(database, ids, version) if view.shows("copies") else {}
    stories = stories_beside(database, ids, version) if view.shows("story") else {}
    for hit in views:
        if hit["id"] in copies:
            hit["copies"] = wire_copies(copies[hit["id"]])
        if hit["id"] in stories:
            hit["story"] = {"id": stories[hit["id"]].id, "article_count": stories[hit["id"]].articles}


def _shows_text(view: HitOptions) -> bool:
    return view.shows("snippet") or view.shows("body")


def _marks_and_snippets(
    hits: Sequence[Found], texts: Mapping[str, ShownText], view: HitOptions
) -> tuple[Sequence[Mapping[str, object]], list[Snippet]]:
    """Return what shows where the query hits in each headline, if anybody wants to know, and the snippets: a page is
    looked through and marked as one."""
    bodies = [texts.get(hit.id, _NO_TEXT) for hit in hits] if view.shows("snippet") else []
    if view.highlight == "none":
        return [_NO_MARKS] * len(hits), _wire_snippets(highlight.Highlighter(None).snippets(bodies), [])
    headlines = [hit.card.headline for hit in hits] if any(map(view.shows, _MARKS)) else []
    body = highlight.Highlighter(view.clause)
    snippets, spans = body.snippets_beside(bodies, headlines if body.field is None else ())
    if body.field is not None:
        spans = highlight.Highlighter(view.clause, "headline").matches_in(headlines)
    marks: list[dict[str, object]] = [{"headline_matches": wire_spans(each)} for each in spans]
    html = list[str]()
    if view.highlight == "html":
        marked = highlight.mark_all(
            [(text, each, 0) for text, each in zip(headlines, spans, strict=True)]
            + [(each.text, each.matches, each.start) for each in snippets]
        )
        html = marked[len(headlines) :]
        marks = [{"headline_html": text, **mark} for text, mark in zip(marked, marks, strict=False)]
    return marks or [_NO_MARKS] * len(hits), _wire_snippets(snippets, html)


def _hit(hit: Found, base: str, marks: Mapping[str, object]) -> Hit:
    """Return what is on the card of a hit; its keys stand as `Hit` has them."""
    card = hit.card
    shown: dict[str, object] = {"id": hit.id}
    if card.external_id is not None:
        shown["external_id"] = card.external_id
    shown["url"] = card.url if card.url is not None else f"{base}v1/articles/{hit.id}"
    shown["headline"] = card.headline
    shown |= marks
    for name, value in zip(_BELOW, _values_below(card), strict=True):
        if value is not None and value != ():
            shown[name] = value
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


def _wire_snippets(found: Sequence[highlight.BodySnippet], html: Sequence[str]) -> list[Snippet]:
    """`html`: of each, if they are shown so."""
    if not html:
        return [
            {"text": text, "start": start, "end": end, "matches": wire_spans(matches)}
            for text, start, end, matches, _ in found
        ]
    return [
        {"text": text, "start": start, "end": end, "html": marked, "matches": wire_spans(matches)}
        for (text, start, end, matches, _), marked in zip(found, html, strict=True)
    ]


def wire_copies(found: CopySummary) -> HitCopies:
    copies: HitCopies = {"count": found.others, "sources": found.sources}
    if found.first_published is not None:
        copies["first_published"] = found.first_published
    return copies


def wire_spans(pairs: Sequence[tuple[int, int]]) -> list[Span]:
    return [{"start": start, "end": end} for start, end in pairs]
