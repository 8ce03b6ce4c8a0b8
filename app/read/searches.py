"""Saved searches as they are shown."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlencode

from app.read.kinds import Digest
from app.read.models import MatchedArticle, SavedSearch, SearchMessage
from app.store import tables


def saved_search_view(row: tables.SavedSearch, matches: int) -> SavedSearch:
    search = urlencode(row.parameters, doseq=True)
    shown: SavedSearch = {
        "id": row.id,
        "name": row.name,
        "search": search,
        "url": f"/v1/search?{search}",
        "by": row.by,
        "created_at": row.created_at,
        "matches": matches,
        "state": "off" if row.state == "off" else "failing" if row.error is not None else "on",
    }
    if row.webhook is not None:
        shown["webhook"] = row.webhook
    if row.email is not None:
        shown["email"], shown["digest"] = row.email, cast(Digest, row.digest)
    if row.mail_due is not None:
        shown["next_digest_at"] = row.mail_due
    if row.error is not None:
        shown["error"] = row.error
    return shown


def match_view(article: tables.Article, found_at: str) -> MatchedArticle:
    shown: MatchedArticle = {"article": article.id, "found_at": found_at, "headline": article.headline}
    if article.date is not None:
        shown["date"] = article.date
    if article.source is not None:
        shown["source"] = article.source
    return shown


def delivery_view(row: tables.Delivery) -> SearchMessage:
    shown = cast(
        SearchMessage,
        {"id": row.id, "kind": row.kind, "state": row.state, "tries": row.tries, "created_at": row.created_at},
    )
    if row.ended_at is not None:
        shown["ended_at"] = row.ended_at
    else:
        shown["due_at"] = row.due_at
    if row.answer is not None:
        shown["answer"] = row.answer
    return shown
