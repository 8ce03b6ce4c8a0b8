"""Whether rows and index agree, and both are as they were written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

from sqlmodel import Session, select

from app.archive import Archive
from app.errors import IndexUnavailable, StorageFailed
from app.ingest import indexing, standing
from app.ingest.embedding import text_number
from app.search.engine import Audit
from app.search.meaning.vectors import as_ids
from app.store import check
from app.store.tables import Article

Store = Literal["rows", "index", "vectors"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong. Index and vectors are made again from the rows; rows come back from a backup."""

    store: Store
    message: str


def verify(archive: Archive, *, deep: bool = False) -> list[Finding]:
    """Compare rows and index without a lock: what others change meanwhile is left out of the comparison.

    `deep` builds a second index in a temporary folder and compares the two word by word, and hashes every text again.
    """
    found = _looked(archive, "rows", partial(check.check_file, deep=deep))
    if deep:
        found += _looked(archive, "rows", check.check_texts)
        found += _looked(archive, "rows", check.check_furniture)
        found += _looked(archive, "rows", check.check_copies)
        found += _looked(archive, "rows", check.check_stories)
    found += _looked(archive, "index", partial(_index, archive, deep))
    return found + _looked(archive, "vectors", partial(_vector_findings, archive))


def _looked(archive: Archive, store: Store, part: Callable[[Session], Iterator[str]]) -> list[Finding]:
    """Return what a part finds, and what made it break off: in damaged rows anything may fail."""
    found: list[Finding] = []
    try:
        with archive.database.reading() as session:
            found.extend(Finding(store, message) for message in part(session))
    except StorageFailed as error:
        found.append(Finding("rows", str(error)))
    except Exception as error:  # noqa: BLE001  # whatever it is, it is what was looked for
        found.append(Finding(store, f"It could not be looked through: {error!r}"))
    return found


def _index(archive: Archive, deep: bool, session: Session) -> Iterator[str]:
    try:
        audit = archive.engine.audit(deep=deep)
    except IndexUnavailable as error:
        yield str(error)
        return
    if audit.damaged:
        yield from (f"{name} is not what was written" for name in audit.damaged)
        return
    if not standing.is_ours(archive):
        yield "It was made from other rows, or by another version."
        return
    yield from _differences(session, audit)
    if deep:
        yield from _rewritten(archive, session, audit)


def _vector_findings(archive: Archive, session: Session) -> Iterator[str]:
    """Article by article, as far as vectors were made; without any there is nothing to compare."""
    seen = archive.vectors.look()
    yield from (f"The vector of article {id} is not what was written." for id in archive.vectors.damaged())
    left = {f"{id:016x}" for id in seen.ids.tolist()}
    rows = session.exec(select(Article.id, Article.status, Article.content_sha256, Article.sequence)).all()
    texts = seen.texts(as_ids(row[0] for row in rows)).tolist()
    for (id, status, digest, sequence), text in zip(rows, texts, strict=True):
        left.discard(id)
        if sequence > seen.header.reached:
            continue
        if status != "published" and text:
            yield f"Article {id} was withdrawn and has a vector."
        elif status == "published" and text != text_number(digest):
            yield f"Article {id} has {'a vector of another text' if text else 'no vector'}."
    yield from (f"Article {id} has a vector and no row." for id in sorted(left))


def _differences(session: Session, audit: Audit) -> Iterator[str]:
    """Article by article. What changed after the index's last commit is not expected in it."""
    missing = dict(audit.revised)
    for id, status, revised, sequence in session.exec(
        select(Article.id, Article.status, Article.revised, Article.sequence)
    ):
        held = missing.pop(id, None)
        if sequence > audit.sequence:
            continue
        if status != "published" and held is not None:
            yield f"Article {id} was withdrawn and is found."
        elif status == "published" and held is None:
            yield f"Article {id} is not found."
        elif status == "published" and held != revised:
            yield f"Article {id} is found as it was before its last revision."
    yield from (f"Article {id} is found and has no row." for id in missing)


def _rewritten(archive: Archive, session: Session, audit: Audit) -> Iterator[str]:
    later = set(session.exec(select(Article.id).where(Article.sequence > audit.sequence)))
    with archive.scratch_engine() as engine:
        engine.rebuild(indexing.published(session), sequence=audit.sequence)
        expected = engine.audit(deep=True).digests
    for id, digest in expected.items():
        if id not in later and audit.digests.get(id) != digest:
            yield f"Article {id} is found by other words, names or dates than it has."
