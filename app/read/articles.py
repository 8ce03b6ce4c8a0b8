"""An article as it is shown: its text, its blocks, and who is named in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlmodel import Session

from app.ids import EntityType
from app.read.hits import wire_spans
from app.read.models import Article, Dateline, EntityMentions, Mention, NamesState, ordered
from app.store import articles as store
from app.store import entities as named
from app.store import tables
from app.store.decisions import survivor
from app.store.unnamed import is_waiting

DEMONYM = "demonym"
"""The rule of a mention that speaks of a country without naming it."""
_MADE = frozenset(("dateline", "blocks", "furniture"))
_AS_KEPT = [name for name in Article.__annotations__ if name in tables.Article.model_fields and name not in _MADE]


def article_view(session: Session, row: tables.Article, root: str = "") -> Article:
    """Return an article for the wire; `root` is what comes before each address of this server."""
    mentions = store.article_mentions(session, row.id)
    known = _known_entities(session, mentions, row.dateline_place)
    article: dict[str, object] = {
        **_as_kept(row),
        "blocks": [{"kind": cast(Any, kind), "start": int(start), "end": int(end)} for kind, start, end in row.blocks],
        "names": names_state(session, row),
        "furniture": wire_spans([(start, end) for start, end in row.furniture or ()]),
        "entities": _entity_mentions(mentions, known),
        "provenance": {
            "file": row.file,
            "record": row.record,
            "sha256": row.content_sha256,
            "ingested_at": row.ingested_at,
            "pipeline": row.pipeline,
        },
        "links": {
            "self": f"{root}/v1/articles/{row.id}",
            "text": f"{root}/v1/articles/{row.id}/text",
            "similar": f"{root}/v1/articles/{row.id}/similar",
        },
    }
    if row.dateline is not None:
        article["dateline"] = _dateline_view(row.dateline, _place_entity(session, row.dateline_place, known))
    return ordered(Article, cast(Article, article))


def names_state(session: Session, row: tables.Article) -> NamesState:
    if row.pipeline:
        return "done"
    return "pending" if is_waiting(session, row.id) else "skipped"


def _as_kept(row: tables.Article) -> dict[str, object]:
    """Return what is shown as it is kept, without what the article does not have."""
    return {name: value for name in _AS_KEPT if (value := getattr(row, name)) is not None}


def _known_entities(
    session: Session, mentions: Sequence[tables.Mention], place: str | None
) -> dict[str, tables.Entity]:
    """Return the entities of the mentions and the place of the dateline, without those that an editor hid."""
    ids = {mention.entity_id for mention in mentions} | ({place} if place is not None else set())
    return named.load_entities(session, list(ids))


def _place_entity(session: Session, id: str | None, known: Mapping[str, tables.Entity]) -> str | None:
    """Return the entity of the place of the dateline, as it is now."""
    if id in known:
        return id
    return next(iter(named.load_entities(session, [survivor(session, id)])), None) if id is not None else None


def _dateline_view(text: str, place: str | None) -> Dateline:
    return {"text": text} if place is None else {"text": text, "place_id": place}


def _entity_mentions(mentions: Sequence[tables.Mention], known: Mapping[str, tables.Entity]) -> list[EntityMentions]:
    """Return the entities that are known, in the order in which the text first speaks of them."""
    grouped: dict[str, EntityMentions] = {}
    for mention in mentions:
        if mention.entity_id not in known:
            continue
        id, entity = mention.entity_id, known[mention.entity_id]
        blank: EntityMentions = {"id": id, "name": entity.name, "type": cast(EntityType, entity.type), "mentions": []}
        place: Mention = {"start": mention.start, "end": mention.end, "text": mention.surface}
        view = grouped.setdefault(id, blank)
        (view.setdefault("demonyms", []) if mention.rule == DEMONYM else view["mentions"]).append(place)
    return list(grouped.values())
