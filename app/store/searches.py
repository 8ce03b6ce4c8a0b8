"""Saved searches: what is new for each of them, once, and the messages that tell it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from app.errors import NotFound
from app.store.dialect import upsert
from app.store.sequence import newest
from app.store.tables import Article, Delivery, SavedSearch, SearchMatch

MOST_SEARCHES = 1_000
"""In an archive: each is asked again whenever articles arrive."""
MOST_TOLD = 50
"""Articles in one message."""
_KEPT = timedelta(days=30)
"""Of the log of messages, after their end."""
PATIENCE = timedelta(days=5)
"""For messages that do not arrive."""
DIGESTS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
OFF = "off"


def add_search(session: Session, search: SavedSearch) -> None:
    session.add(search)
    session.flush()


def count_searches(session: Session) -> int:
    return session.exec(select(func.count()).select_from(SavedSearch)).one()


def has_search(session: Session, id: str) -> bool:
    return _find_search(session, id) is not None


def load_search(session: Session, id: str) -> SavedSearch:
    """Return a saved search. Raises `NotFound`."""
    found = _find_search(session, id)
    if found is None:
        raise NotFound("saved search", id)
    return found


def _find_search(session: Session, id: str) -> SavedSearch | None:
    return session.exec(select(SavedSearch).where(SavedSearch.id == id)).first()


def list_searches(session: Session, limit: int, before: int | None = None) -> list[SavedSearch]:
    """Newest first, those with a lower number than `before`."""
    wanted = select(SavedSearch).order_by(col(SavedSearch.number).desc()).limit(limit)
    return list(session.exec(wanted if before is None else wanted.where(col(SavedSearch.number) < before)))


def delete_search(session: Session, id: str) -> None:
    """Delete a saved search with its matches and messages. Raises `NotFound`."""
    session.delete(load_search(session, id))


def switch_search(session: Session, id: str, *, is_on: bool) -> None:
    """Switch a search on, which then begins with what comes from now on, or off, with the messages that wait."""
    search = load_search(session, id)
    if is_on == (search.state != OFF):
        return
    search.state, search.error, search.failing_since = ("on" if is_on else OFF), None, None
    if is_on:
        search.since = search.reached = newest(session)
    session.flush()
    if not is_on:
        _give_up_waiting(session, search, datetime.now(UTC).isoformat(timespec="seconds"))


def searches_behind(session: Session, sequence: int) -> list[SavedSearch]:
    """Return those that were not asked up to a change yet."""
    wanted = select(SavedSearch).where(col(SavedSearch.reached) < sequence, col(SavedSearch.state) != OFF)
    return list(session.exec(wanted.order_by(col(SavedSearch.number))))


def changed_for(session: Session, search: SavedSearch, upto: int, limit: int) -> list[tuple[str, int]]:
    """Return id and sequence of articles that changed since the search was asked, in order, and that say something new
    since it was saved."""
    changed = select(Article.id, Article.sequence).where(
        col(Article.sequence) > search.reached,
        col(Article.sequence) <= upto,
        col(Article.revised) > search.since,
        col(Article.status) == "published",
    )
    return list(session.exec(changed.order_by(col(Article.sequence)).limit(limit)).all())


def put_matches(
    session: Session, number: int, ids: Sequence[str], reached: int, now: str, error: str | None = None
) -> None:
    """Note what is new for a search, with messages to its webhook, how far it was asked, and what went wrong. Inside
    `writing()`, which makes them one: an article is found and told once, wherever a process ends."""
    search = session.get(SavedSearch, number)
    if search is None or search.state == OFF:
        return
    if ids:
        rows = [{"search": number, "article_id": id, "found_at": now} for id in ids]
        session.connection().execute(upsert(session, SearchMatch).on_conflict_do_nothing(), rows)
    search.reached = max(search.reached, reached)
    if search.failing_since is None:
        search.error = error
    if search.webhook is not None:
        search.told = _put_messages(session, search, "webhook", search.told, now)
    session.flush()


def put_digests(session: Session, now: str) -> None:
    """Make messages of what the mail of those searches does not tell yet whose time has come."""
    due = select(SavedSearch).where(col(SavedSearch.mail_due) <= now, col(SavedSearch.state) != OFF)
    for search in session.exec(due).all():
        search.mailed = _put_messages(session, search, "mail", search.mailed, now)
        search.mail_due = next_digest(search.digest, now)
    session.flush()


def next_digest(digest: str | None, now: str) -> str | None:
    """Return when mail is due that goes out every hour, day or week."""
    return (datetime.fromisoformat(now) + DIGESTS[digest]).isoformat() if digest is not None else None


def _put_messages(session: Session, search: SavedSearch, kind: str, after: int, now: str) -> int:
    """Return the number of the last match that is in a message."""
    untold = select(SearchMatch.number).where(SearchMatch.search == search.number, col(SearchMatch.number) > after)
    numbers = [int(number or 0) for number in session.exec(untold.order_by(col(SearchMatch.number)))]
    for first in range(0, len(numbers), MOST_TOLD):
        upto = numbers[first : first + MOST_TOLD][-1]
        id = f"msg_{secrets.token_hex(12)}"
        message = Delivery(
            id=id, search=search.number or 0, kind=kind, after=after, upto=upto, due_at=now, created_at=now
        )
        session.add(message)
        after = upto
    return after


def next_delivery(session: Session, now: str) -> Delivery | None:
    """Return the message that has waited longest of those whose time has come."""
    due = select(Delivery).where(Delivery.state == "waiting", col(Delivery.due_at) <= now)
    return session.exec(due.order_by(col(Delivery.due_at), col(Delivery.number)).limit(1)).first()


def count_unsent(session: Session) -> int:
    """Return how many messages wait to be sent, or to be tried again."""
    return session.exec(select(func.count()).where(Delivery.state == "waiting")).one()


def next_message_at(session: Session) -> str | None:
    """Return when the next message is to be sent or made, None where none is expected."""
    sent = select(func.min(Delivery.due_at)).where(Delivery.state == "waiting")
    made = select(func.min(SavedSearch.mail_due)).where(col(SavedSearch.state) != OFF)
    times = [time for time in (session.exec(sent).one(), session.exec(made).one()) if time is not None]
    return min(times, default=None)


def told_articles(session: Session, delivery: Delivery) -> list[Article]:
    """Return the articles of a message that are still to be seen, in the order in which they were found."""
    inside = col(SearchMatch.number).between(delivery.after + 1, delivery.upto)
    wanted = select(Article).join(SearchMatch, col(SearchMatch.article_id) == col(Article.id))
    wanted = wanted.where(SearchMatch.search == delivery.search, inside, Article.status == "published")
    return list(session.exec(wanted.order_by(col(SearchMatch.number))).all())


def found_articles(
    session: Session, search: SavedSearch, limit: int, before: int | None = None
) -> list[tuple[int, Article, str]]:
    """Return match number, article and time of what was new for a search, newest first."""
    wanted = select(SearchMatch.number, Article, SearchMatch.found_at).join(
        Article, col(SearchMatch.article_id) == col(Article.id)
    )
    wanted = wanted.where(SearchMatch.search == search.number, Article.status == "published")
    if before is not None:
        wanted = wanted.where(col(SearchMatch.number) < before)
    found = session.exec(wanted.order_by(col(SearchMatch.number).desc()).limit(limit)).all()
    return [(int(number or 0), article, at) for number, article, at in found]


def count_matches(session: Session, ids: Iterable[int]) -> dict[int, int]:
    """Return how many articles were new for each of some searches, by its number."""
    counts = select(SearchMatch.search, func.count()).where(col(SearchMatch.search).in_(list(ids)))
    return dict(session.exec(counts.group_by(col(SearchMatch.search))).all())


def list_deliveries(session: Session, search: SavedSearch, limit: int, before: int | None = None) -> list[Delivery]:
    """Newest first, those with a lower number than `before`."""
    wanted = select(Delivery).where(Delivery.search == search.number).order_by(col(Delivery.number).desc())
    return list(session.exec((wanted if before is None else wanted.where(col(Delivery.number) < before)).limit(limit)))


def last_deliveries(session: Session, numbers: Iterable[int]) -> dict[int, Delivery]:
    """Return the newest message of each of some searches that have any, by the search's number."""
    newest_of = select(func.max(Delivery.number)).where(col(Delivery.search).in_(list(numbers)))
    found = session.exec(select(Delivery).where(col(Delivery.number).in_(newest_of.group_by(col(Delivery.search)))))
    return {each.search: each for each in found}


def note_delivered(session: Session, id: str, answer: str, now: str) -> None:
    """Note that a message arrived, and forget those that did long ago. Whatever it was that failed is over."""
    delivery = _delivery(session, id)
    if delivery is None:
        return
    delivery.state, delivery.answer, delivery.ended_at, delivery.tries = "done", answer, now, delivery.tries + 1
    search = session.get_one(SavedSearch, delivery.search)
    search.error, search.failing_since = None, None
    until = (datetime.fromisoformat(now) - _KEPT).isoformat()
    session.connection().execute(delete(Delivery).where(col(Delivery.ended_at) < until))
    session.flush()


def note_undelivered(session: Session, id: str, answer: str, now: str, again: str) -> None:
    """Note that a message did not arrive, and when it is tried again. A search whose messages have not arrived for days
    is switched off, with what waits for it."""
    delivery = _delivery(session, id)
    if delivery is None:
        return
    search = session.get_one(SavedSearch, delivery.search)
    delivery.answer, delivery.tries, delivery.due_at = answer, delivery.tries + 1, again
    search.error, search.failing_since = answer, search.failing_since or now
    is_over = datetime.fromisoformat(now) - datetime.fromisoformat(search.failing_since) > PATIENCE
    search.state = OFF if is_over else search.state
    session.flush()
    if is_over:
        _give_up_waiting(session, search, now)


def _give_up_waiting(session: Session, search: SavedSearch, now: str) -> None:
    waiting = update(Delivery).where(col(Delivery.search) == search.number, col(Delivery.state) == "waiting")
    session.connection().execute(waiting.values(state="failed", ended_at=now))


def _delivery(session: Session, id: str) -> Delivery | None:
    """Return a message; None where its search was deleted while it was sent."""
    return session.exec(select(Delivery).where(Delivery.id == id)).first()
