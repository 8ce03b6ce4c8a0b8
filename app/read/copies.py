"""The other editions of an article, and where the texts of two articles differ."""

from __future__ import annotations

from sqlmodel import Session

from app.read.models import ArticleCopies, CopyFound, DifferenceSpan, TextDifference, ordered
from app.relations.copying import Edition, copy_kind, overlap, relation_of
from app.relations.difference import compare_texts
from app.store.articles import load_article
from app.store.copies import edition_of, editions_beside
from app.store.tables import Article


def copies_view(session: Session, id: str, limit: int) -> ArticleCopies:
    """Return the other editions of an article, the longest first."""
    article = load_article(session, id)
    group = editions_beside(session, article, limit)
    asked = edition_of(article)
    shown: ArticleCopies = {
        "representative": group.longest,
        "total": group.others,
        "results": [_copy_found(asked, each) for each in group.articles],
    }
    if group.first_published is not None:
        shown["first_published"] = group.first_published
    return ordered(ArticleCopies, shown)


def difference_view(session: Session, id: str, other: str) -> TextDifference:
    """Return where the body of `other` differs from that of the article `id`."""
    texts = load_article(session, id).body, load_article(session, other).body
    spans: list[DifferenceSpan] = [
        {"op": op, "a": {"start": a[0], "end": a[1]}, "b": {"start": b[0], "end": b[1]}}
        for op, a, b in compare_texts(*texts)
    ]
    return {"a": id, "b": other, "spans": spans}


def _copy_found(asked: Edition, article: Article) -> CopyFound:
    edition = edition_of(article)
    found: CopyFound = {
        "id": article.id,
        "kind": copy_kind(asked, edition),
        "containment": round(overlap(asked, edition).of_shorter, 3),
        "headline": article.headline,
        "word_count": article.word_count,
    }
    if (relation := relation_of(article.headline)) is not None:
        found["relation"] = relation
    for name in ("date", "published_at", "source", "url"):
        if (value := getattr(article, name)) is not None:
            found[name] = value
    return ordered(CopyFound, found)
