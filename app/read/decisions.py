"""Decisions of editors as they are shown."""

from __future__ import annotations

from typing import cast

from app.read.kinds import DecisionKind
from app.read.models import CopyDecision, Decision, StoryDecision, ordered
from app.store import tables
from app.store.copy_decisions import ruling_of


def copy_decision_view(row: tables.Decision, undone: dict[int, int] | None = None) -> CopyDecision:
    number = row.number or 0
    shown: CopyDecision = {
        "number": number,
        "kind": ruling_of(row),
        "article": row.article_id or "",
        "other": row.other_id or "",
        "by": row.by,
        "at": row.at,
    }
    optional = {"undoes": row.undoes, "undone_by": (undone or {}).get(number), "note": row.note}
    given = {name: value for name, value in optional.items() if value is not None}
    return ordered(CopyDecision, cast(CopyDecision, {**shown, **given}))


def story_decision_view(row: tables.StoryDecision, undone: dict[int, int] | None = None) -> StoryDecision:
    number = row.number or 0
    given = {
        "number": number,
        "kind": row.kind,
        "article": row.article_id,
        "other": row.other_id,
        "headline": row.headline,
        "undoes": row.undoes,
        "undone_by": (undone or {}).get(number),
        "note": row.note,
        "by": row.by,
        "at": row.at,
    }
    return cast(StoryDecision, {name: value for name, value in given.items() if value is not None})


def decision_view(row: tables.Decision, undone: dict[int, int] | None = None) -> Decision:
    number = row.number or 0
    shown: Decision = {
        "number": number,
        "kind": cast(DecisionKind, row.kind),
        "entity": row.entity_id,
        "by": row.by,
        "at": row.at,
    }
    optional = {
        "target": row.target,
        "alias": row.alias,
        "name": row.name,
        "article": row.article_id,
        "start": row.start,
        "end": row.end,
        "undoes": row.undoes,
        "undone_by": (undone or {}).get(number),
        "note": row.note,
    }
    given = {name: value for name, value in optional.items() if value is not None}
    return ordered(Decision, cast(Decision, {**shown, **given}))
