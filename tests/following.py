"""A mirror of an archive that is made of `/v1/changes` alone, and what the archive says that it should be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlmodel import Session, col, select

from app.archive import Archive
from app.read.articles import article_view
from app.read.changes import changes_since
from app.read.entities import entity_summary
from app.store.tables import Article, Entity

Rows = dict[str, dict[str, Any]]


@dataclass
class Mirror:
    since: int = 0
    archive: str | None = None
    articles: Rows = field(default_factory=dict)
    entities: Rows = field(default_factory=dict)
    met: list[dict[str, Any]] = field(default_factory=list)
    """All changes that it was told of."""

    def read_on(self, get: Callable[..., Any], *, limit: int = 100, answers: int | None = None) -> None:
        """Take so many answers, or all there are; `get` is handed the parameters of each."""
        while answers is None or answers > 0:
            known = {} if self.archive is None else {"archive": self.archive}
            answer = get(since=self.since, limit=limit, **known)
            for change in answer["results"]:
                self.take(change)
            self.since, self.archive = answer["next_since"], answer["archive"]
            answers = None if answers is None else answers - 1
            if "next" not in answer:
                assert self.since == answer["latest"]
                return

    def take(self, change: dict[str, Any]) -> None:
        assert not self.met or change["sequence"] > self.met[-1]["sequence"], "a change comes too late"
        self.met.append(change)
        rows = self.articles if change["type"] == "article" else self.entities
        if shown := change.get(change["type"]):
            rows[change["id"]] = shown
        elif "id" in change:
            rows.pop(change["id"], None)
        else:
            gone = [id for id in rows if sha256(id.encode()).hexdigest() == change["id_sha256"]]
            for id in gone:
                del rows[id]

    def contents(self) -> tuple[Rows, Rows]:
        """Return articles, their entities called as those are called now, and entities."""
        return {id: called(article, self.entities) for id, article in self.articles.items()}, self.entities


def called(article: dict[str, Any], entities: Rows) -> dict[str, Any]:
    named = [each | {"name": entities[each["id"]]["name"]} for each in article["entities"]]
    return article | {"entities": named}


def settled(held: tuple[Rows, Rows]) -> tuple[Rows, Rows]:
    """Leave out whether names are waited for: that articles were put in the queue is no change of them."""
    articles, entities = held
    return {id: each | {"names": each["names"] == "done"} for id, each in articles.items()}, entities


def contents(session: Session) -> tuple[Rows, Rows]:
    """Return what a mirror should hold."""
    shown = select(Entity).where(~col(Entity.hidden), col(Entity.article_count) > 0)
    published = select(Article).where(Article.status == "published")
    entities: Rows = {each.id: dict(entity_summary(each)) for each in session.exec(shown)}
    return {each.id: dict(article_view(session, each)) for each in session.exec(published)}, entities


def reader(archive: Archive) -> Callable[..., Any]:
    """Return what gives the answers of `/v1/changes` without a server."""

    def get(since: int, limit: int, **given: str) -> Any:
        with archive.database.reading() as session:
            found = changes_since(session, since, limit=limit, history=given.get("archive"))
        answer = {
            "results": found.rows,
            "next_since": found.next_since,
            "latest": found.latest,
            "archive": found.history,
        }
        return answer | ({"next": ""} if found.more else {})

    return get
