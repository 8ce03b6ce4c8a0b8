"""A large archive in half a minute: the rows that an ingest of generated articles would leave, written at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import insert, text
from sqlmodel import Session

from app.archive import Archive
from app.ingest import indexing
from app.search.engine import Document
from app.store.provenance import put_articles
from app.store.sequence import next_sequence
from app.store.tables import Alias, ArticleEntity, Entity
from app.text import fingerprint, fold
from tests.bench import corpus

_LOT = 2_000
_LATER = 8
"""Lots that come in after the index was built: it then has several segments, as that of any archive that grows."""
_SUM_UP = """
UPDATE entity SET article_count = sums.articles, mention_count = sums.articles, first_date = first, last_date = last
FROM (SELECT entity_id, count(*) AS articles, min(date) AS first, max(date) AS last
      FROM article_entity JOIN article ON article.id = article_id GROUP BY entity_id) AS sums
WHERE sums.entity_id = entity.id
"""


def fill(archive: Archive, number: int) -> None:
    """With entities, without mentions: what searches, facets and filters read."""
    documents = corpus.generate(number)
    lots = list(range(0, number, _LOT))
    known: set[str] = set()
    for lot in lots:
        with archive.database.writing() as session:
            _write(session, list(islice(documents, _LOT)), known)
            if lot == lots[-1]:
                session.connection().execute(text(_SUM_UP))
        if lot == lots[-1 - min(_LATER, len(lots) - 1)]:
            indexing.rebuild(archive)
        elif known and lot > lots[-1 - min(_LATER, len(lots) - 1)]:
            indexing.catch_up(archive)


def _write(session: Session, documents: Sequence[Document], known: set[str]) -> None:
    first = next_sequence(session, len(documents))
    put_articles(session, [_article(document, sequence) for sequence, document in enumerate(documents, first)])
    new = list(dict.fromkeys(id for document in documents for id in document.entities if id not in known))
    known.update(new)
    for model, rows in ((Entity, map(_entity, new)), (Alias, map(_alias, new))):
        session.connection().execute(insert(model), list(rows))
    session.connection().execute(insert(ArticleEntity), [row for document in documents for row in _named(document)])


def _article(document: Document, sequence: int) -> dict[str, Any]:
    return {
        "id": document.id,
        "key": document.id,
        "external_id": None,
        "revision": 1,
        "headline": document.headline,
        "headline_derived": False,
        "date": document.date,
        "dateline": document.dateline,
        "place": document.place,
        "source": document.source,
        "url": None,
        "authors": [],
        "language": "en",
        "word_count": document.word_count,
        "content_sha256": fingerprint(document.id),
        "record_sha256": fingerprint(document.body),
        "pipeline": "",
        "file": "generated",
        "record": sequence,
        "ingested_at": "2026-01-01T00:00:00+00:00",
        "sequence": sequence,
        "revised": sequence,
        "blocks": [["paragraph", 0, len(document.body)]],
        "body": document.body,
    }


def _name(id: str) -> str:
    return id.replace("-", " ").title()


def _entity(id: str) -> dict[str, Any]:
    name = _name(id)
    return {"id": id, "type": id.partition("-")[0], "name": name, "folded": fold(name), "stale": False}


def _alias(id: str) -> dict[str, Any]:
    name = _name(id)
    return {"entity_id": id, "text": name, "folded": fold(name), "kind": "name", "count": 1}


def _named(document: Document) -> Iterator[dict[str, Any]]:
    for place, id in enumerate(document.entities):
        yield {
            "article_id": document.id, "key": id, "entity_id": id, "name": _name(id), "count": 1, "first": place,
            "split": False,
        }  # fmt: skip
