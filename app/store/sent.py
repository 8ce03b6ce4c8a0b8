"""Requests that write, under the key that says they are the same: kept for a day with what became of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, tuple_, update
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from app.store.tables import SentPart, SentRequest

KEPT = timedelta(hours=24)
"""Whoever repeats a request does so within minutes, or by a job that runs once a day."""


def find_sent(session: Session, caller: str, key: str, now: str) -> SentRequest | None:
    """Return what was noted under the key, and not too long before `now`."""
    found = session.get(SentRequest, (caller, key))
    return found if found is not None and found.begun_at >= _oldest(now) else None


def note_sent(session: Session, request: SentRequest) -> None:
    """Note that it was begun, and forget those that were long ago."""
    until = _oldest(request.begun_at)
    old = core_select(col(SentRequest.caller), col(SentRequest.key)).where(col(SentRequest.begun_at) < until)
    session.connection().execute(delete(SentPart).where(tuple_(col(SentPart.caller), col(SentPart.key)).in_(old)))
    session.connection().execute(delete(SentRequest).where(col(SentRequest.begun_at) < until))
    session.add(request)
    session.flush()


def finish_sent(session: Session, caller: str, key: str, notes: Sequence[str]) -> None:
    named = update(SentRequest).where(col(SentRequest.caller) == caller, col(SentRequest.key) == key)
    session.connection().execute(named.values(finished=True, notes=list(notes)))


def add_sent_part(session: Session, caller: str, key: str, last: int, results: str) -> None:
    count = select(func.count()).where(SentPart.caller == caller, SentPart.key == key)
    number = session.exec(count).one()
    session.add(SentPart(caller=caller, key=key, number=number, last=last, results=results))


def sent_parts(session: Session, caller: str, key: str) -> Iterator[tuple[int, str]]:
    """Yield `last` and `results` of each part, in order."""
    wanted = select(SentPart.last, SentPart.results)
    named = wanted.where(SentPart.caller == caller, SentPart.key == key)
    yield from session.exec(named.order_by(col(SentPart.number)))


def newest_sent(session: Session, limit: int, now: str) -> list[SentRequest]:
    """Return those that were begun last and are still known, newest first."""
    wanted = select(SentRequest).where(SentRequest.begun_at >= _oldest(now))
    return list(session.exec(wanted.order_by(col(SentRequest.begun_at).desc()).limit(limit)))


def _oldest(now: str) -> str:
    return (datetime.fromisoformat(now) - KEPT).isoformat()
