"""Feeds that are followed: which are due, and what became of the last look at each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import delete, func, insert, or_, update
from sqlmodel import Session, col, select

from app.errors import FeedKnown, NotFound
from app.store.tables import FeedEntry, FollowedFeed
from app.text import fingerprint

STATES = ("new", "ok", "unchanged", "failing", "gone", "paused")
_AT_REST = ("gone", "paused")


def feed_id(url: str) -> str:
    return fingerprint("feed", url)[:12]


def add_feed(session: Session, feed: FollowedFeed) -> None:
    """Raises `FeedKnown` where it is followed already."""
    same = or_(col(FollowedFeed.id) == feed.id, col(FollowedFeed.url) == feed.url)
    known = session.exec(select(FollowedFeed).where(same)).first()
    if known is not None:
        moved = f", which has moved to {known.url}" if known.url != feed.url else ""
        raise FeedKnown(f"{feed.given} is followed already: it is feed {known.id}{moved}.")
    session.add(feed)
    session.flush()


def named_feed(session: Session, named: str) -> FollowedFeed | None:
    """Return the one of that id or address, now or when it was added."""
    same = (col(FollowedFeed.id) == named, col(FollowedFeed.url) == named, col(FollowedFeed.given) == named)
    return session.exec(select(FollowedFeed).where(or_(*same))).first()


def load_feed(session: Session, named: str) -> FollowedFeed:
    """Return as `named_feed` does. Raises `NotFound`."""
    found = named_feed(session, named)
    if found is None:
        raise NotFound("feed", named)
    return found


def newest_feeds(session: Session, limit: int | None = None, before: int | None = None) -> list[FollowedFeed]:
    """Newest first, those with a lower number than `before`."""
    wanted = select(FollowedFeed).order_by(col(FollowedFeed.number).desc()).limit(limit)
    return list(session.exec(wanted if before is None else wanted.where(col(FollowedFeed.number) < before)))


def drop_feed(session: Session, id: str) -> None:
    """Follow it no longer. Its articles stay."""
    session.connection().execute(delete(FollowedFeed).where(col(FollowedFeed.id) == id))


def due_feeds(session: Session, now: str, limit: int, busy: Collection[str] = ()) -> list[FollowedFeed]:
    """Return those to be looked at by now, but for the `busy`: the longest overdue first."""
    due = select(FollowedFeed).where(col(FollowedFeed.next_at) <= now, col(FollowedFeed.id).not_in(busy))
    return list(session.exec(due.order_by(col(FollowedFeed.next_at), col(FollowedFeed.number)).limit(limit)))


def count_due(session: Session, now: str) -> int:
    """Return how many are to be looked at by now."""
    return session.exec(select(func.count()).where(col(FollowedFeed.next_at) <= now)).one()


def next_due(session: Session, busy: Collection[str] = ()) -> str | None:
    """Return when the next one, but for the `busy`, is to be looked at."""
    return session.exec(select(func.min(FollowedFeed.next_at)).where(col(FollowedFeed.id).not_in(busy))).one()


def note_feed(session: Session, id: str, **columns: object) -> None:
    """Set columns of a feed, if it is followed still."""
    session.connection().execute(update(FollowedFeed).where(col(FollowedFeed.id) == id).values(**columns))


def note_read(session: Session, id: str, counts: Mapping[str, int], created: int) -> None:
    """Note what became of entries, in the transaction that makes it so."""
    articles = col(FollowedFeed.articles) + created
    note_feed(session, id, counts=dict(counts), articles=articles)


def is_followed(session: Session, url: str) -> bool:
    return session.exec(select(FollowedFeed.id).where(FollowedFeed.url == url)).first() is not None


def count_feeds(session: Session) -> dict[str, int]:
    """Return how many there are of each state."""
    found = session.exec(select(FollowedFeed.state, func.count()).group_by(col(FollowedFeed.state)))
    return dict.fromkeys(STATES, 0) | dict(found.all())


def success_age(session: Session, now: datetime) -> float:
    """Return how many seconds ago that feed was read, or added, which was not for longest; 0 where none is followed."""
    last = func.coalesce(FollowedFeed.success_at, FollowedFeed.added_at)
    oldest = session.exec(select(func.min(last)).where(col(FollowedFeed.state).not_in(_AT_REST))).one()
    return (now - datetime.fromisoformat(oldest)).total_seconds() if oldest else 0.0


def known_entries(session: Session, id: str) -> dict[str, str]:
    found = session.exec(select(FeedEntry.entry, FeedEntry.sha256).where(FeedEntry.feed_id == id))
    return dict(found.all())


def keep_entries(session: Session, id: str, entries: Mapping[str, str]) -> None:
    """Know these entries of a feed, and no others any more."""
    session.connection().execute(delete(FeedEntry).where(col(FeedEntry.feed_id) == id))
    rows = [{"feed_id": id, "entry": entry, "sha256": sha256} for entry, sha256 in entries.items()]
    if rows:
        session.connection().execute(insert(FeedEntry), rows)
