"""Feeds that are followed, as they are shown."""

from __future__ import annotations

from typing import cast

from app.read.models import FeedState, NewsFeed, WrittenCounts, ordered
from app.store.tables import FollowedFeed


def feed_view(row: FollowedFeed) -> NewsFeed:
    counts = {name: row.counts.get(name, 0) for name in WrittenCounts.__annotations__}
    view: NewsFeed = {
        "id": row.id,
        "url": row.url,
        "state": cast(FeedState, row.state),
        "failures": row.failures,
        "every": row.every,
        "fetch_pages": row.fetch_pages,
        "added_at": row.added_at,
        "articles": row.articles,
        "counts": cast(WrittenCounts, counts),
    }
    if row.title is not None:
        view["title"] = row.title
    if row.source is not None:
        view["source"] = row.source
    if row.error is not None:
        view["error"] = row.error
    if row.checked_at is not None:
        view["checked_at"] = row.checked_at
    if row.success_at is not None:
        view["success_at"] = row.success_at
    if row.next_at is not None:
        view["next_at"] = row.next_at
    return ordered(NewsFeed, view)
