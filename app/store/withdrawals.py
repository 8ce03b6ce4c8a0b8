"""Articles taken out of sight: withdrawn, which can be taken back, or erased, which cannot.

A withdrawn article keeps its row, text and all, and what it says of names waits in the log; it counts nowhere. Of an
erased one the row keeps its id and two hashes: one says which record it was, the other what it said, so that neither
comes in again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

from sqlalchemy import update
from sqlmodel import Session, col, func, select

from app.entry import unfit
from app.errors import Conflict, DecisionInvalid, NotFound
from app.store import furniture
from app.store.articles import touch
from app.store.bulk import delete_in
from app.store.copies import renew_copies
from app.store.linking import replace_furnished, replace_names
from app.store.names import Names, found_names
from app.store.provenance import erased_key
from app.store.tables import Article, Copy, Revision, Sighting, Withdrawal

Kind = Literal["withdraw", "restore", "erase"]
PUBLISHED = "published"
_WITHDRAWN, ERASED = "withdrawn", "erased"
MOST_REASON = 500


def withdraw(session: Session, id: str, reason: str | None, by: str, at: str) -> Withdrawal:
    """Take an article out of sight. Raises `Conflict` where it is so already. Inside `writing()`, as are all here."""
    article = _known_article(session, id)
    if article.status != PUBLISHED:
        raise Conflict(f"Article {id!r} was {article.status} before.")
    taken = _log(session, article, "withdraw", reason, by, at)
    taken.names = asdict(found_names(session, [id]))
    _put(session, article, _WITHDRAWN, Names([], [], []))
    taken.sequence = article.sequence
    return taken


def restore(session: Session, id: str, reason: str | None, by: str, at: str) -> Withdrawal:
    """Show a withdrawn article again, with the names that it had."""
    article = _known_article(session, id)
    if article.status != _WITHDRAWN:
        nothing = "nothing is left of it to restore" if article.status == ERASED else "it is there"
        raise Conflict(f"Article {id!r} was not withdrawn: {nothing}.")
    taken = _log(session, article, "restore", reason, by, at)
    _put(session, article, PUBLISHED, _kept_names(session, id))
    _forget_names(session, id)
    taken.sequence = article.sequence
    return taken


def erase(session: Session, id: str, reason: str | None, by: str, at: str) -> Withdrawal:
    """Remove all that rows say of an article. Index and file still hold it: see `unfinished_erasures`. One that was cut
    off is gone on with."""
    article = _known_article(session, id)
    if article.status == ERASED:
        cut_off = select(Withdrawal).where(Withdrawal.article_id == id, col(Withdrawal.unfinished))
        if (begun := session.exec(cut_off).first()) is None:
            raise Conflict(f"Article {id!r} was erased before.")
        return begun
    taken = _log(session, article, "erase", reason, by, at)
    taken.unfinished = True
    _put(session, article, ERASED, Names([], [], []))
    taken.sequence = article.sequence
    _forget_names(session, id)
    for model in (Revision, Sighting, Copy):
        delete_in(session, model, model.article_id, [id])
    session.connection().execute(update(Article).where(col(Article.id) == id).values(**_blank(article)))
    return taken


def unfinished_erasures(session: Session) -> list[int]:
    """Return the numbers of erasures after which the disk may still hold the text."""
    return [number or 0 for number in session.exec(select(Withdrawal.number).where(col(Withdrawal.unfinished)))]


def finish_erasures(session: Session, numbers: Iterable[int]) -> None:
    """Note that nothing is left of these."""
    done = update(Withdrawal).where(col(Withdrawal.number).in_(list(numbers)))
    session.connection().execute(done.values(unfinished=False))


def withdrawal_log(session: Session, *, limit: int, before: int | None = None) -> tuple[list[Withdrawal], int]:
    """Return what was taken out of sight or shown again, newest first, and how much that is in all."""
    total = session.exec(select(func.count()).select_from(Withdrawal)).one()
    older = [] if before is None else [col(Withdrawal.number) < before]
    wanted = select(Withdrawal).where(*older).order_by(col(Withdrawal.number).desc()).limit(limit)
    return list(session.exec(wanted)), total


@dataclass(frozen=True, slots=True)
class WithdrawnArticle:
    """`log` is the withdrawal that holds."""

    id: str
    headline: str
    log: Withdrawal


def withdrawn_articles(
    session: Session, *, limit: int, before: int | None = None
) -> tuple[list[WithdrawnArticle], int]:
    """Return the articles that can be restored, those withdrawn last first, and how many there are."""
    last = select(func.max(Withdrawal.number)).group_by(col(Withdrawal.article_id))
    holds = (col(Withdrawal.number).in_(last), col(Article.status) == _WITHDRAWN)
    joined = select(Article.id, Article.headline, Withdrawal).join(
        Withdrawal, col(Withdrawal.article_id) == col(Article.id)
    )
    total = session.exec(select(func.count()).select_from(joined.where(*holds).subquery())).one()
    older = [] if before is None else [col(Withdrawal.number) < before]
    wanted = joined.where(*holds, *older).order_by(col(Withdrawal.number).desc()).limit(limit)
    return [WithdrawnArticle(*row) for row in session.exec(wanted)], total


def _known_article(session: Session, id: str) -> Article:
    article = session.get(Article, id)
    if article is None:
        raise NotFound("article", id)
    return article


def _log(session: Session, article: Article, kind: Kind, reason: str | None, by: str, at: str) -> Withdrawal:
    reason = (reason or "").strip() or None
    if reason is None and kind != "restore":
        raise DecisionInvalid("reason", "Say why: whoever asks for the article is told.")
    if reason is not None and len(reason) > MOST_REASON:
        raise DecisionInvalid("reason", f"It is longer than {MOST_REASON} characters.")
    if reason is not None and (wrong := unfit(reason)):
        raise DecisionInvalid("reason", f"It holds {wrong}, which cannot be shown.")
    taken = Withdrawal(article_id=article.id, kind=kind, reason=reason, by=by, at=at)
    session.add(taken)
    session.flush()
    return taken


def _put(session: Session, article: Article, status: str, names: Names) -> None:
    """Let the article count or not, in names, in what its source repeats and among its copies."""
    is_shown = status == PUBLISHED
    former = [] if is_shown else furniture.texts_of(session, [article.id])
    article.status, article.furniture = status, [] if is_shown else None
    session.flush()
    marked = furniture.renew(session, [article.model_dump()] if is_shown else [], former)
    replace_names(session, [article.id], names)
    replace_furnished(session, marked - {article.id})
    touch(session, marked | renew_copies(session, marked | {article.id}) | {article.id})
    session.expire(article)


def _kept_names(session: Session, id: str) -> Names:
    wanted = select(Withdrawal).where(Withdrawal.article_id == id, Withdrawal.kind == "withdraw")
    last = session.exec(wanted.order_by(col(Withdrawal.number).desc()).limit(1)).first()
    return Names(**last.names) if last is not None and last.names else Names([], [], [])


def _forget_names(session: Session, id: str) -> None:
    session.connection().execute(update(Withdrawal).where(col(Withdrawal.article_id) == id).values(names=None))


def _blank(article: Article) -> dict[str, object]:
    """Return the columns of an erased article; what is not here is its id, its numbers and the hash of its content."""
    return {
        "key": erased_key(article.key),
        "external_id": None,
        "headline": "",
        "headline_derived": False,
        "date": None,
        "published_at": None,
        "dateline": None,
        "place": None,
        "dateline_place": None,
        "source": None,
        "url": None,
        "authors": [],
        "rights": None,
        "urgency": None,
        "subjects": None,
        "word_count": 0,
        "record_sha256": "",
        "pipeline": "",
        "file": "",
        "record": 0,
        "furniture": None,
        "story": None,
        "blocks": [],
        "body": "",
    }
