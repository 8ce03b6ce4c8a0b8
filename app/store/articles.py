"""Articles as the archive keeps them: reads for the API, and what ingest asks before it writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, func, update
from sqlmodel import Session, col, select

from app.effort import spend
from app.errors import NotFound, Withdrawn
from app.ids import UNRESOLVED
from app.store.bulk import select_in
from app.store.dialect import byte_length, came
from app.store.instances import load_plain, load_plain_in
from app.store.plain import chunks, placeholders, select_plain
from app.store.sequence import newest, next_sequence
from app.store.tables import Article, ArticleEntity, Copy, Entity, Mention, Withdrawal
from app.store.texts import furniture_spans, without_spans


@dataclass(frozen=True, slots=True)
class SourceCount:
    name: str
    count: int
    first_date: str | None
    last_date: str | None


@dataclass(frozen=True, slots=True)
class ArchiveStats:
    """`sequence` is the number of the last change."""

    articles: int
    entities: int
    mentions: int
    sources: int
    first_date: str | None
    last_date: str | None
    sequence: int


def load_article(session: Session, id: str) -> Article:
    found = load_plain(session, Article, "WHERE id = ?", (id,))
    if not found:
        raise NotFound("article", id)
    article = found[0]
    if article.status != "published":
        raise Withdrawn(id, withdrawn_because(session, id))
    spend(len(article.body))
    return article


def told_text(row: Article) -> str:
    """Return the body without its page furniture: what the article itself says."""
    return without_spans(row.furniture or (), row.body)


def load_told(session: Session, id: str) -> tuple[str, str]:
    """Return the headline and the `told_text` of an article that is published; nothing else of its row is read."""
    found = select_plain(session, _TOLD, (id,))
    if not found:
        article = load_article(session, id)  # which says why
        return article.headline, told_text(article)
    [(headline, body, marked)] = found
    spend(len(body))
    return headline, without_spans(furniture_spans(marked), body)


_TOLD = "SELECT headline, body, CAST(furniture AS TEXT) FROM article WHERE id = ? AND status = 'published'"


def withdrawn_because(session: Session, id: str) -> str | None:
    """Return the reason that whoever withdrew or erased it gave last."""
    wanted = select(Withdrawal.reason).where(Withdrawal.article_id == id).order_by(col(Withdrawal.number).desc())
    return session.exec(wanted.limit(1)).first()


def load_articles(session: Session, ids: Sequence[str]) -> dict[str, Article]:
    """Return those that exist, withdrawn ones too: the caller says which is which."""
    return {article.id: article for article in load_plain_in(session, Article, "id", ids)}


def withdrawn_as(session: Session) -> list[tuple[str, str | None, str | None]]:
    """Return id, address and publisher's id of the articles that were withdrawn; of erased ones nothing is kept."""
    logged = select(Withdrawal.article_id)
    wanted = select(Article.id, Article.url, Article.external_id).where(Article.status != "published")
    return list(session.exec(wanted.where(col(Article.id).in_(logged)).order_by(col(Article.id))))


def ids_of_copies(session: Session, column: str, values: Iterable[str]) -> dict[str, str]:
    """Return, for values of a column that records have whose text another article had already, the id of that one."""
    wanted = select(getattr(Copy, column), Copy.article_id)
    return dict(select_in(session, wanted, getattr(Copy, column), values))


def sizes(session: Session, ids: Sequence[str]) -> dict[str, int]:
    """About how many bytes each published article takes in an answer, told without handing out the texts."""
    mentions = select(func.count()).where(Mention.article_id == Article.id).scalar_subquery()
    # In bytes: `length` of a text counts characters. JSON has a block in twice what it has here, a mention in some 50.
    size = byte_length(col(Article.body)) + 2 * byte_length(col(Article.blocks))
    filed = (func.coalesce(byte_length(col(column)), 0) for column in (Article.subjects, Article.rights))
    published = select(Article.id, sum(filed, size) + 50 * mentions).where(Article.status == "published")
    return dict(select_in(session, published, Article.id, ids))


def article_mentions(session: Session, id: str) -> list[Mention]:
    """Return the mentions in the order of the text."""
    return load_plain(session, Mention, 'WHERE article_id = ? ORDER BY start, "end"', (id,))


class NamedEntity(NamedTuple):
    """An entity of an article: in how many articles it is, how often it is named in this one, and where first."""

    id: str
    type: str
    name: str
    article_count: int
    mentions: int
    first: int


def named_entities(session: Session, ids: Sequence[str]) -> dict[str, list[NamedEntity]]:
    """Return the entities of each article, hidden ones left out, in the order in which its text first names them."""
    spend(_NAMES * len(ids))
    found: dict[str, list[NamedEntity]] = {id: [] for id in ids}
    for chunk in chunks(ids):
        for article_id, *values in select_plain(session, _NAMED.format(placeholders(chunk)), chunk):
            found[article_id].append(NamedEntity(*values))
    return found


_NAMES = 1_000
"""What it takes to read the names of an article, in the units of `spend`."""
_NAMED = """
SELECT article_entity.article_id, entity.id, entity.type, entity.name, entity.article_count,
    sum(article_entity.count), min(article_entity.first) AS first_named
FROM article_entity JOIN entity ON entity.id = article_entity.entity_id
WHERE NOT entity.hidden AND article_entity.article_id IN ({})
GROUP BY article_entity.article_id, entity.id ORDER BY first_named, entity.id
"""


def entities_of(session: Session, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The entity ids of each article, hidden ones left out, in the order in which its text first names them."""
    found: dict[str, dict[str, None]] = {id: {} for id in ids}
    wanted = (
        select(ArticleEntity.article_id, ArticleEntity.entity_id)
        .join(Entity, col(Entity.id) == col(ArticleEntity.entity_id))
        .where(~col(Entity.hidden))
        .order_by(col(ArticleEntity.first), col(ArticleEntity.key))
    )
    for article_id, entity_id in select_in(session, wanted, ArticleEntity.article_id, ids):
        found[article_id][entity_id] = None
    return {id: tuple(entities) for id, entities in found.items()}


def arrivals(session: Session, ids: Sequence[str]) -> dict[str, int]:
    """Return, for each article, a number that grows as they came in."""
    return dict(select_in(session, select(Article.id, came()), Article.id, ids))


def source_counts(session: Session) -> list[SourceCount]:
    """Sources by number of articles; articles without one are left out."""
    count = func.count()
    wanted = (
        select(Article.source, count, func.min(Article.date), func.max(Article.date))
        .where(col(Article.source).is_not(None), Article.status == "published")
        .group_by(col(Article.source))
        .order_by(count.desc(), col(Article.source))
    )
    return [SourceCount(name or "", n, first, last) for name, n, first, last in session.exec(wanted)]


def archive_stats(session: Session) -> ArchiveStats:
    articles, sources, first, last = session.exec(
        select(
            func.count(), func.count(func.distinct(Article.source)), func.min(Article.date), func.max(Article.date)
        ).where(Article.status == "published")
    ).one()
    # As the list of entities counts them.
    told_apart = ~col(Entity.id).endswith(UNRESOLVED)
    entities, mentions = session.exec(
        select(func.count().filter(told_apart), func.coalesce(func.sum(Entity.mention_count), 0)).where(
            Entity.article_count > 0, ~col(Entity.hidden)
        )
    ).one()
    return ArchiveStats(articles, entities, mentions, sources, first, last, newest(session))


def changed_after(session: Session, sequence: int, limit: int) -> list[Article]:
    """Rows changed after `sequence`, oldest change first."""
    return load_plain(session, Article, "WHERE sequence > ? ORDER BY sequence LIMIT ?", (sequence, limit))


@dataclass(frozen=True, slots=True)
class TextState:
    """Which text an article has, and whether it is shown, as of its change `sequence`."""

    id: str
    published: bool
    content_sha256: str
    sequence: int


def text_states_after(session: Session, sequence: int, limit: int) -> list[TextState]:
    """Return the state of articles changed after `sequence`, oldest change first, without their texts."""
    rows = select_plain(
        session,
        "SELECT id, status, content_sha256, sequence FROM article WHERE sequence > ? ORDER BY sequence LIMIT ?",
        (sequence, limit),
    )
    return [TextState(id, status == "published", digest, number) for id, status, digest, number in rows]


def published_texts(session: Session) -> list[tuple[str, str]]:
    """Return id and content hash of every article that is shown."""
    rows = select_plain(session, "SELECT id, content_sha256 FROM article WHERE status = 'published'", ())
    return [(id, digest) for id, digest in rows]


def touch(session: Session, ids: Iterable[str]) -> None:
    """Give each a new sequence number: something about it changed that the index shows, though not its text."""
    ordered = sorted(ids)
    if not ordered:
        return
    first = next_sequence(session, len(ordered))
    numbers = [{"article": id, "sequence": number} for number, id in enumerate(ordered, first)]
    session.connection().execute(update(Article.__table__).where(col(Article.id) == bindparam("article")), numbers)  # type: ignore[attr-defined]


def count_to_read_again(session: Session, pipeline: str) -> int:
    """Published articles whose names another version than `pipeline` recognised, or none did."""
    return session.exec(select(func.count()).where(*_of_another(pipeline))).one()


def to_read_again(session: Session, pipeline: str, after: str, limit: int) -> list[Article]:
    """Return those after the id `after`, in the order of their ids."""
    wanted = select(Article).where(*_of_another(pipeline), Article.id > after)
    return list(session.exec(wanted.order_by(col(Article.id)).limit(limit)))


def _of_another(pipeline: str) -> tuple[ColumnElement[bool], ...]:
    return col(Article.pipeline) != pipeline, col(Article.status) == "published"


def unrevised(session: Session, revised: Mapping[str, int]) -> set[str]:
    """Return those of the articles whose text is as it was, when they were revised last at these numbers."""
    columns = select(Article.id, Article.revised)
    return {id for id, number in select_in(session, columns, Article.id, revised) if number == revised[id]}


def published_of(session: Session, ids: Iterable[str]) -> set[str]:
    """Return those of the articles that were not taken out of sight."""
    return set(select_in(session, select(Article.id).where(Article.status == "published"), Article.id, ids))


def published_id(session: Session, number: int) -> str | None:
    """Return the id of the published article with so many before it in the order of ids."""
    wanted = select(Article.id).where(Article.status == "published").order_by(col(Article.id))
    return session.exec(wanted.offset(number).limit(1)).first()


def published_from(session: Session, id: str, limit: int, *, beyond: bool) -> list[tuple[str, str]]:
    """Return published articles in the order of their ids, from `id` on or `beyond` it, each with when its state was
    taken in."""
    behind = Article.id > id if beyond else Article.id >= id
    wanted = select(Article.id, Article.ingested_at).where(Article.status == "published", behind)
    return list(session.exec(wanted.order_by(col(Article.id)).limit(limit)))


def set_names(session: Session, id: str, pipeline: str, dateline_place: str | None, sequence: int) -> None:
    """Note that the names of an article were recognised whose text is as it was."""
    columns = {"pipeline": pipeline, "dateline_place": dateline_place, "sequence": sequence}
    session.connection().execute(update(Article).where(col(Article.id) == id).values(**columns))
