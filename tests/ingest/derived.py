"""What an archive has worked out of its articles, for a comparison with what it had before or with another's.

Apart from all tests: processes that are killed read it too, and should import no more than they do work with.
"""

from __future__ import annotations

from typing import Any

from sqlmodel import select

from app.archive import Archive
from app.search.query import Query
from app.store.stories import is_gathered
from app.store.tables import Alias, Article, ArticleEntity, Entity, Mention, MentionedDate, Quote


def state(archive: Archive) -> dict[str, Any]:
    """All that is derived, and all that the index counts."""
    found: dict[str, Any] = {}
    with archive.database.reading() as session:
        for model in (Entity, Alias, ArticleEntity, Mention, Quote, MentionedDate):
            written = (tuple(sorted(row.model_dump().items())) for row in session.exec(select(model)).all())
            found[model.__name__] = sorted(written, key=repr)
        found["copies"] = sorted(
            session.exec(select(Article.id, Article.copy_group).where(Article.status == "published")).all()
        )
        found["stories"] = sorted(
            session.exec(select(Article.id, Article.story).where(Article.status == "published")).all()
        )
        assert is_gathered(session)
    found["facets"] = facets(archive)
    return found


def facets(archive: Archive) -> dict[str, dict[str, int]]:
    names: Any = ("person", "organization", "place", "event")
    counted = archive.engine.search(Query(facets=names, facet_limit=100)).facets
    return {facet.name: {bucket.value: bucket.count for bucket in facet.buckets} for facet in counted}
