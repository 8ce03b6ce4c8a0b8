"""Decisions of editors as they are shown."""

from __future__ import annotations

from typing import cast

from app.read.models import Decision, DecisionKind, ordered
from app.store import tables


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
