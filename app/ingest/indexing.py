"""From rows to the index: the only bridge between store and search.

The rows are the truth and number their changes; the index says up to which number it has come. So there is one way to
bring it up to date, after a batch as after a crash: take the changes above that number, in order.
"""

from __future__ import annotations

import contextlib
import math
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from functools import partial
from time import monotonic, perf_counter, sleep
from typing import Protocol

from sqlmodel import Session

from app.archive import Archive
from app.errors import ArchiveBusy, DatelineError, IndexChanged, IndexUnavailable
from app.ingest.lock import index_lock, ingest_lock
from app.ingest.standing import is_ours, is_ours_at, lag
from app.search.engine import Document, IndexStatus, Swap
from app.store import furniture, receipts, withdrawals
from app.store.articles import (
    arrivals,
    changed_after,
    entities_of,
    published_texts,
    touch,
)
from app.store.copies import compare_some, is_compared, renew_copies
from app.store.linking import is_settled, replace_furnished, settle_entities
from app.store.mentioned import values_of
from app.store.quotes import quote_spans
from app.store.sequence import newest
from app.store.stories import gather_some, is_gathered
from app.store.tables import Article

# An index commit has a fixed cost; so many articles at a time make it small. The characters bound the memory.
_ARTICLES = 2_000
_CHARACTERS = 25_000_000
_FEW = 2_000
"""What a run brings that leaves few pieces."""
_STEP = 200
_GATHERED = 1_000
"""Articles whose stories are worked out at once, for about a second: those around a batch are cut anew with each."""
_COLUMNS = [each.name for each in fields(Document) if each.name in Article.model_fields and each.name != "added"]
"""What a document has as its row has it. Of `added` the row knows the change; a document, the order of arrival."""
_PACE_SECONDS, _PACE_SECONDS_WITHOUT_NAMES = 5.0, 60.0
_PACE_SHARE = 10


PATIENCE = 5.0
"""Seconds. Those who change little take turns; an ingest holds the index longer, and brings it up to date itself."""


class Pace:
    """When a run that writes for long brings the index up to date: after so many seconds, and never for more than a
    tenth of the time. Without names so many articles come in the same time that it is worth more to write the index in
    few large pieces, or at the end alone."""

    def __init__(self, *, names: bool = True) -> None:
        self._seconds = _PACE_SECONDS if names else _PACE_SECONDS_WITHOUT_NAMES
        self._brought = self._waiting = 0
        self._at = perf_counter()
        self._took = 0.0

    def add(self, articles: int) -> None:
        self._brought += articles
        self._waiting += articles

    def is_due(self) -> bool:
        return bool(self._waiting) and perf_counter() - self._at >= max(self._seconds, _PACE_SHARE * self._took)

    def apply(self, archive: Archive) -> None:
        """Bring the index up to date in the midst of the run."""
        started = perf_counter()
        apply(archive, meanwhile=True)
        self._at = perf_counter()
        self._took = self._at - started
        self._waiting = 0

    def finish(self, archive: Archive) -> None:
        """Bring the index up to date at the end of the run. Each commit of a long one has left a piece of the index,
        and every search pays for every piece; a short one leaves few, which commits merge anyway."""
        apply(archive)
        if self._brought > _FEW:
            compact(archive, self._brought)


Stopped = Callable[[], bool]


class Interrupted(DatelineError):
    """Asked to stop before the index was whole: nothing is lost, and the next one goes on from there."""


def never() -> bool:
    return False


def catch_up(archive: Archive, stopped: Stopped = never) -> int:
    """Apply what the index lacks, all of it where the index is not this archive's. How many articles that were.

    Raises `ArchiveBusy` where an ingest runs, which will do the same, and `Interrupted` once `stopped` says so. Where
    there is nothing to do it keeps nobody else from writing.
    """
    applied = follow(archive, stopped) if archive.has_own_index else 0
    if _is_current(archive):
        return applied
    with ingest_lock(archive):
        return applied + apply(archive, stopped)


def follow(archive: Archive, stopped: Stopped = never) -> int:
    """Bring an index that is this machine's alone to the rows as they stand. Return how many articles that were.

    Whoever writes, here or elsewhere, settles what else there is to do. Raises as `catch_up`, but nobody of another
    machine is waited for.
    """
    if is_ours(archive) and lag(archive) == 0:
        return 0
    with index_lock(archive):
        return _go_on(archive, stopped)


def index_in_time(archive: Archive, patience: float) -> bool:
    """Wait so many seconds until the index has all changes, by this process or another. Return whether it has."""
    until = monotonic() + patience
    while True:
        try:
            catch_up(archive)
        except ArchiveBusy:
            if monotonic() > until:
                return False
            sleep(0.05)
        else:
            return True


def _is_current(archive: Archive) -> bool:
    with archive.database.scanning() as session:
        settled = is_settled(session) and furniture.is_looked_through(session) and is_compared(session)
        settled = settled and is_gathered(session)
        # A shared database is written anew by others: `erasing`.
        settled = settled and (archive.database.is_shared or not withdrawals.unfinished_erasures(session))
    return settled and _is_sound(archive, archive.engine.status()) and lag(archive) == 0


def rebuild(archive: Archive, stopped: Stopped = never) -> int:
    """Build the index from the rows; the old one serves until the new one is there."""
    if archive.has_own_index:
        with index_lock(archive):
            return _rebuild(archive, stopped)
    with ingest_lock(archive):
        settle_rows(archive)
        return _rebuild(archive, stopped)


def compact(archive: Archive, articles: int) -> None:
    """Join the pieces of the index that a run left which brought so many articles. The caller must hold the lock."""
    archive.engine.look()
    status = archive.engine.status()
    with contextlib.suppress(IndexUnavailable):
        if _is_sound(archive, status):
            join = partial(archive.engine.compact, articles, after=status.commit)
            _commit(archive, status, status.sequence, join)
            return
    apply(archive)


def join_pieces(archive: Archive) -> bool:
    """Join some of the pieces of the index that commits have left, while others write. Return whether there were any.
    The caller must not hold the lock: it is taken for the moment in which what was joined takes their place."""
    if archive.database.read_only or not archive.engine.is_crowded():
        return False
    try:
        with archive.engine.joining() as swap:
            if swap is None:
                return False
            with index_lock(archive, math.inf) if archive.has_own_index else ingest_lock(archive, math.inf):
                return _put_in_place(archive, swap)
    except IndexUnavailable:
        # Emptied, replaced or put back meanwhile.
        with ingest_lock(archive, math.inf):
            apply(archive)
        return False


def _put_in_place(archive: Archive, joined: Swap) -> bool:
    archive.engine.look()
    status = archive.engine.status()
    if not _is_sound(archive, status):
        return False
    _commit(archive, status, status.sequence, partial(joined, after=status.commit))
    return True


def apply(archive: Archive, stopped: Stopped = never, *, meanwhile: bool = False) -> int:
    """Do what `catch_up` does. The caller must hold the lock. `meanwhile`: as in `settle_entities`."""
    if not meanwhile:
        _mark_earlier(archive)
    with archive.database.writing() as session:
        _settle(session, meanwhile=meanwhile)
    applied = _go_on(archive, stopped)
    if not meanwhile:
        _complete_erasures(archive)
    return applied


def _complete_erasures(archive: Archive) -> None:
    """Leave nothing of erased articles on disk: not in the index, not in vectors, and not in the pages of the file that
    are free. Those of a shared database are left to `erasing`."""
    with archive.database.reading() as session:
        numbers = withdrawals.unfinished_erasures(session)
    if not numbers:
        return
    _expunge(archive, archive.engine.status())
    if archive.database.is_shared:
        return
    archive.database.wipe()
    with archive.database.writing() as session:
        withdrawals.finish_erasures(session, numbers)


def _expunge(archive: Archive, status: IndexStatus) -> IndexStatus:
    """Leave nothing of erased articles in vectors and index."""
    with archive.database.reading() as session:
        shown = [id for id, _ in published_texts(session)]
    archive.vectors.keep_only(shown, anew=True)
    return _commit(archive, status, status.sequence, partial(archive.engine.expunge, after=status.commit))


def _mark_earlier(archive: Archive) -> None:
    """Mark the furniture of articles that were there before anybody looked for it, compare those that nobody has
    compared, and gather stories, some in a transaction: where it is stopped, the next one goes on."""
    count = _STEP
    while count == _STEP:
        with archive.database.writing() as session:
            count, changed = furniture.look_through(session, _STEP)
            replace_furnished(session, changed)
            touch(session, changed | renew_copies(session, changed))
    count = _STEP
    while count == _STEP:
        with archive.database.writing() as session:
            count, changed = compare_some(session, _STEP)
            touch(session, changed)
    count = _GATHERED
    while count == _GATHERED:
        with archive.database.writing() as session:
            count, changed = gather_some(session, _GATHERED)
            touch(session, changed)


def settle_rows(archive: Archive) -> None:
    """Do what is to be done with the rows before an index is built of them. The caller must hold the lock."""
    _mark_earlier(archive)
    with archive.database.writing() as session:
        _settle(session)


def _settle(session: Session, *, meanwhile: bool = False) -> None:
    if is_settled(session):
        return
    from app.ingest.rules import RULES  # loads the resolver, which those who only ask the index do without

    settle_entities(session, RULES, meanwhile=meanwhile)


def _go_on(archive: Archive, stopped: Stopped) -> int:
    """Apply to the index what it lacks of the rows as they stand."""
    try:
        return _apply_all(archive, stopped)
    except IndexUnavailable:
        # Emptied, replaced or put back since it was looked at: what it holds now is not what was to be added to.
        return _rebuild(archive, stopped)


def _apply_all(archive: Archive, stopped: Stopped) -> int:
    # Another process may have committed a moment ago: its commit is to be gone on from, and not taken for damage.
    archive.engine.look()
    status = archive.engine.status()
    if not _is_sound(archive, status):
        return _rebuild(archive, stopped)
    applied = 0
    while True:
        count, status = _apply_some(archive, status)
        if not count:
            return applied
        applied += count
        if stopped():
            raise Interrupted("Stopped while the index was brought up to date.")


def document(
    article: Article,
    entities: tuple[str, ...],
    added: int,
    mentioned: tuple[str, ...] = (),
    quotes: Sequence[tuple[int, int]] = (),
) -> Document:
    """Return the article as an engine holds it: the columns that a document has a field for, the entities, when it came
    in, the dates that it speaks of, and what is said in it."""
    columns = {name: getattr(article, name) for name in _COLUMNS}
    return Document(entities=entities, added=added, mentioned=mentioned, quotes=quotes, **columns)


def _apply_some(archive: Archive, status: IndexStatus) -> tuple[int, IndexStatus]:
    """Bring some of the changes that the index of `status` lacks: how many, and its status then."""
    with archive.database.reading() as session:
        changed = _changed(session, status.sequence)
        present = [article for article in changed if article.status == "published"]
        documents = _documents(session, present)
    if not changed:
        return 0, status
    last = changed[-1].sequence
    gone = [article.id for article in changed if article.status != "published"]
    erased = archive.has_own_index and any(article.status == withdrawals.ERASED for article in changed)
    if gone:
        # First, and under the old number where something follows: a crash in between does it again.
        reached = status.sequence if documents or erased else last
        archive.vectors.drop(gone)
        delete = partial(archive.engine.delete, gone, sequence=reached, after=status.commit)
        status = _commit(archive, status, reached, delete)
    if erased:
        # Whoever erased it saw to the rows and to an index of another machine.
        status = _expunge(archive, status)
        if not documents:
            delete = partial(archive.engine.delete, gone, sequence=last, after=status.commit)
            status = _commit(archive, status, last, delete)
    if documents:
        put = partial(archive.engine.put, documents, sequence=last, after=status.commit)
        status = _commit(archive, status, last, put)
    return len(changed), status


def _changed(session: Session, sequence: int) -> list[Article]:
    changed: list[Article] = []
    size = 0
    while len(changed) < _ARTICLES and size < _CHARACTERS:
        step = changed_after(session, changed[-1].sequence if changed else sequence, _STEP)
        if not step:
            break
        changed += step
        size += sum(len(article.body) for article in step)
    return changed


def _documents(session: Session, articles: list[Article]) -> list[Document]:
    ids = [article.id for article in articles]
    entities, added, mentioned = entities_of(session, ids), arrivals(session, ids), values_of(session, ids)
    quotes = quote_spans(session, ids)
    return [
        document(each, entities[each.id], added[each.id], mentioned[each.id], quotes.get(each.id, ()))
        for each in articles
    ]


def published(session: Session) -> Iterator[Document]:
    """All that an index holds that has every change; in the order of their changes."""
    sequence = 0
    while step := changed_after(session, sequence, _STEP):
        sequence = step[-1].sequence
        yield from _documents(session, [article for article in step if article.status == "published"])


def _rebuild(archive: Archive, stopped: Stopped) -> int:
    count = 0

    def counted(session: Session) -> Iterator[Document]:
        nonlocal count
        for found in published(session):
            count += 1
            if stopped():
                raise Interrupted("Stopped while the index was built.")
            yield found

    with archive.database.reading() as session:
        reached = newest(session)
        status = archive.engine.status()
        build = partial(archive.engine.rebuild, counted(session), sequence=reached, after=status.commit)
        _commit(archive, status, reached, build)
    return count


class _Write(Protocol):
    def __call__(self, *, token: str) -> None: ...


def _commit(archive: Archive, before: IndexStatus, sequence: int, write: _Write) -> IndexStatus:
    """Receipt first, then the index, both under a token that no other commit has: what is on disk decides which receipt
    counts. The status of what was made; raises `IndexChanged` where that is not what is there."""
    token = _new_token(archive, before)
    expected = before.generation + 1
    _write_receipt(archive, token, expected, sequence)
    write(token=token)
    made = archive.engine.status()
    if made.unreadable or made.token not in (token, before.token):
        raise IndexChanged("The index was replaced while it was written to. Run: dateline reindex")
    if made.token == token and made.generation != expected:
        _write_receipt(archive, token, made.generation, sequence)
    return made


def _new_token(archive: Archive, before: IndexStatus) -> str:
    """Return what no other commit has. It begins as that of the commit before, so that the index of one machine is told
    from those that others make of the same rows; one that goes on from no commit of ours begins anew."""
    first = before.token[: receipts.OF_ONE_INDEX] if archive.has_own_index and is_ours_at(archive, before) else ""
    return first + secrets.token_hex(16)[len(first) :]


def _write_receipt(archive: Archive, token: str, generation: int, sequence: int) -> None:
    with archive.database.writing() as session:
        receipts.add_receipt(session, token, generation, sequence, of_one_index=archive.has_own_index)


def _is_sound(archive: Archive, status: IndexStatus) -> bool:
    return not status.unreadable and is_ours_at(archive, status)
