"""Which record is which article: what the archive already has of the records that come in, and where they came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import starmap
from typing import Any, NamedTuple

from sqlalchemy import Table, bindparam, case, func, update
from sqlalchemy import select as core_select
from sqlmodel import Session, SQLModel, col, select

from app.store.bulk import delete_in, select_in
from app.store.database import Database
from app.store.dialect import later_of, upsert
from app.store.plain import chunks
from app.store.sequence import next_sequence
from app.store.tables import Article, Copy, InputFile, Revision, Sighting, Withdrawal
from app.text import fingerprint

_ARTICLE: Table = SQLModel.metadata.tables[str(Article.__tablename__)]
# An archive of many folders may have a file of one name in each.
_MOST_ALIKE = 50

_SIGHTING: Table = SQLModel.metadata.tables[str(Sighting.__tablename__)]


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article as far as a record must be compared with it. `file` and `ingested_at` say where its present state was
    read, `dateline` and `dateline_place` what its names depend on besides its content, and what they gave."""

    id: str
    key: str
    revision: int
    record_sha256: str
    content_sha256: str
    pipeline: str
    file: str
    ingested_at: str
    dateline: str | None = None
    dateline_place: str | None = None
    published_at: str | None = None
    status: str = "published"
    url: str | None = None


def erased_key(key: str) -> str:
    """Return the key that an erased article has: it tells its record again, and not where that came from."""
    return f"erased\t{fingerprint(key)}"


class Labelled(NamedTuple):
    """As `InputFile`."""

    label: str
    tail: str
    path: str


class Seen(NamedTuple):
    """As `Sighting`, of one article."""

    place: str
    record_sha256: str
    at: str


@dataclass(slots=True)
class KnownArticles:
    """What the archive knows of some keys, ids and contents."""

    by_key: dict[str, StoredArticle] = field(default_factory=dict)
    key_of: dict[str, str] = field(default_factory=dict)
    """Article id to key."""
    by_content: dict[str, str] = field(default_factory=dict)
    """Content hash to article id."""
    seen: dict[str, list[Seen]] = field(default_factory=dict)
    """Article id to what was read of it, where that was more than one state at one place."""
    withdrawn: set[str] = field(default_factory=set)
    """Of the article ids in `by_content`, those that were taken out of sight."""


def load_known_articles(
    session: Session, keys: Mapping[str, Sequence[str]], ids: Sequence[str], contents: Sequence[str]
) -> KnownArticles:
    """`keys` with those that each had in earlier versions, which are looked for where there is none of the first."""
    found = KnownArticles()
    _add_stored(session, keys, found)
    _add_stored(session, [each for key, former in keys.items() if key not in found.by_key for each in former], found)
    _add_erased(session, keys, found)
    found.key_of |= select_in(session, select(Article.id, Article.key), Article.id, ids)
    gone = func.max(case((col(Article.status) != "published", 1), else_=0))
    same = select(Article.content_sha256, func.min(Article.id), gone).group_by(col(Article.content_sha256))
    for content, id, is_withdrawn in select_in(session, same, Article.content_sha256, contents):
        found.by_content[content] = id
        found.withdrawn |= {id} if is_withdrawn else set()
    columns = [_SIGHTING.c[name] for name in ("article_id", *Seen._fields)]
    for chunk in chunks(standing.id for standing in found.by_key.values()):
        for id, *seen in session.connection().execute(core_select(*columns).where(_SIGHTING.c.article_id.in_(chunk))):
            found.seen.setdefault(id, []).append(Seen(*seen))
    return found


def _add_stored(session: Session, keys: Iterable[str], found: KnownArticles) -> None:
    columns = [_ARTICLE.c[name] for name in StoredArticle.__slots__]
    for chunk in chunks(keys):
        for row in session.connection().execute(core_select(*columns).where(_ARTICLE.c.key.in_(chunk))):
            found.by_key[row.key] = StoredArticle(*row)


def _add_erased(session: Session, keys: Mapping[str, Sequence[str]], found: KnownArticles) -> None:
    """Find those that were erased under the keys that their records have."""
    if session.exec(select(Withdrawal.number).where(Withdrawal.kind == "erase").limit(1)).first() is None:
        return
    had = {erased_key(each): each for key, former in keys.items() for each in (key, *former)}
    stored = KnownArticles()
    _add_stored(session, had, stored)
    found.by_key |= {had[key]: standing for key, standing in stored.by_key.items()}


def put_sightings(session: Session, seen: Iterable[tuple[str, Seen]]) -> None:
    """`seen` has article ids."""
    rows = [{"article_id": id, **each._asdict()} for id, each in seen]
    if rows:
        statement = upsert(session, Sighting)
        later = later_of(statement.excluded.at, _SIGHTING.c.at)
        keys = [column.name for column in _SIGHTING.primary_key]
        session.connection().execute(statement.on_conflict_do_update(index_elements=keys, set_={"at": later}), rows)


def put_keys(session: Session, keys: Sequence[tuple[str, str]]) -> None:
    """New keys for articles, by id."""
    if keys:
        statement = update(_ARTICLE).where(_ARTICLE.c.id == bindparam("article")).values(key=bindparam("new"))
        session.connection().execute(statement, [{"article": id, "new": key} for id, key in keys])


def put_completions(session: Session, completed: Sequence[dict[str, Any]]) -> None:
    """Note what articles that are unchanged otherwise did not say yet: columns of each, its `id` among them.

    A page that is asked for later must know that they moved within their day, so they count as revised."""
    first = next_sequence(session, len(completed)) if completed else 0
    for sequence, columns in enumerate(completed, first):
        changed = update(_ARTICLE).where(_ARTICLE.c.id == columns["id"])
        session.connection().execute(changed.values(**columns, sequence=sequence, revised=sequence))


def input_files(database: Database, path: str, labels: Sequence[str], tail: str) -> list[Labelled]:
    """The file read at this path before, those with one of these labels, and some of which the label ends so.

    Asked for each file that is read, so it comes without a session."""
    columns, marks = "SELECT label, tail, path FROM input_file", ", ".join("?" * len(labels))
    found = database.rows(
        f"{columns} WHERE path = ? UNION {columns} WHERE label IN ({marks}) "
        f"UNION SELECT * FROM ({columns} WHERE tail = ? ORDER BY label LIMIT {_MOST_ALIKE}) AS alike",
        [path, *labels, tail],
    )
    return list(starmap(Labelled, found))


def put_input_files(session: Session, files: Sequence[Labelled]) -> None:
    """Add, or move to another path."""
    if files:
        statement = upsert(session, InputFile)
        moved = statement.on_conflict_do_update(index_elements=["label"], set_={"path": statement.excluded.path})
        session.connection().execute(moved, [file._asdict() for file in files])


def put_articles(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Add or replace by id. Derived rows are not touched: a replaced article keeps them until they are replaced too."""
    if not rows:
        return
    statement = upsert(session, Article)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in ("id", "added")}
    session.connection().execute(statement.on_conflict_do_update(index_elements=["id"], set_=changed), list(rows))


def keep_revisions(session: Session, ids: Sequence[str]) -> None:
    """Note the present state of each as a former one: call it before the article is replaced."""
    for chunk in chunks(ids):
        kept = ["record_sha256", "revision", "file", "record", "ingested_at"]
        present = core_select(*[_ARTICLE.c[name] for name in ["id", *kept]]).where(_ARTICLE.c.id.in_(chunk))
        statement = upsert(session, Revision).from_select(["article_id", *kept], present)
        session.connection().execute(statement.on_conflict_do_nothing())


def put_copies(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    statement = upsert(session, Copy)
    changed = {name: statement.excluded[name] for name in rows[0] if name != "key"}
    session.connection().execute(statement.on_conflict_do_update(index_elements=["key"], set_=changed), list(rows))


def drop_former_copies(session: Session, files: Mapping[str, str]) -> None:
    """Drop those that were noted under a key of earlier versions, each of the file that is given for it."""
    noted = select_in(session, select(Copy.key, Copy.file), Copy.key, files)
    drop_copies(session, [key for key, file in noted if files[key] == file])


def drop_copies(session: Session, keys: Sequence[str]) -> None:
    """These records turned out to be articles of their own."""
    delete_in(session, Copy, Copy.key, keys)
