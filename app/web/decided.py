"""Lists of what editors decided about articles, and undoing it: what those about copies and about stories share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Form
from sqlmodel import Session

from app.errors import InvalidParameter
from app.read.models import CopyDecision, StoryDecision
from app.store.articles import load_articles
from app.store.withdrawals import PUBLISHED

MANY = 50
"""Decisions on a page."""
UndoneField = Annotated[str, Form(max_length=20)]


@dataclass(frozen=True, slots=True)
class DecidedRow:
    """A decision as it is listed; headlines by id of the articles it is about, of those that are in sight."""

    decision: CopyDecision | StoryDecision
    headlines: dict[str, str]


def with_headlines(session: Session, decisions: Sequence[CopyDecision | StoryDecision]) -> list[DecidedRow]:
    ids = {id for each in decisions for id in (each["article"], each.get("other")) if id}
    found = load_articles(session, sorted(ids))
    shown = {id: row.headline for id, row in found.items() if row.status == PUBLISHED}
    return [DecidedRow(each, shown) for each in decisions]


def number_undone(undoes: str) -> int:
    """Return the number that a form names. Raises `InvalidParameter` where it is none."""
    if not undoes.isascii() or not undoes.isdecimal():
        raise InvalidParameter("undoes", "Say which decision is undone, by its number.")
    return int(undoes)
