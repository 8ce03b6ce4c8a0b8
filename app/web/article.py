"""An article to read: its text as laid out, the names in it, what is like it, and where it came from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.errors import InvalidParameter
from app.http.deps import ArchiveDep, ArticleId
from app.http.responses import known_state
from app.read.articles import article_view
from app.read.hits import wire_spans
from app.read.models import Article
from app.read.quotes import quotes_of
from app.read.salience import by_salience
from app.search import highlight
from app.search.attributes import ENTITY, FACETS
from app.search.engine import ArticleHit, SearchEngine
from app.search.query import parse
from app.store import articles as store
from app.store.copies import copies_listed
from app.store.story_lists import stories_beside
from app.store.tables import Article as Row
from app.urls import host_of
from app.web.address import Address
from app.web.linked_data import news_article
from app.web.pages import civil, render_page
from app.web.passages import passages
from app.web.results import is_own_line, results
from app.web.trail import trail_of

SIMILAR = 5
EDITIONS = 100
MOST_MARKS = 5_000
"""Hits marked: nobody steps through more, and a browser takes seconds to lay out hundreds of thousands."""

router = APIRouter(include_in_schema=False)


@router.get("/articles/{article_id}")
def show_article(
    request: Request,
    archive: ArchiveDep,
    article_id: ArticleId,
    q: str = "",
    mark: Annotated[list[str] | None, Query()] = None,
) -> Response:
    """`mark`: stretches of the body, `START-END`, that are marked in place of what the search hits."""
    clause, engine, state = parse(q).clause, archive.engine.still(), known_state(request)
    with archive.database.reading() as session:
        row = store.load_article(session, article_id)
        article = article_view(session, row)
        article["quotes"] = quotes_of(session, article_id)
        like_it = engine.similar(row.id, row.headline, store.told_text(row), SIMILAR)
        similar = results(archive, session, like_it.hits, state)
        related = results(archive, session, _reading_on(engine, row, like_it.hits), state)
        named = store.named_entities(session, [article_id])[article_id]
        editions = copies_listed(session, [article_id], EDITIONS).get(article_id, [])
        beside = stories_beside(archive.database, [article_id], state.rows if state is not None else None)
        trail = None if mark else trail_of(request, archive, engine, session, article_id)
    hits = _stretches(mark) if mark else highlight.matches(clause, article["body"])
    article["matches"] = wire_spans(hits[:MOST_MARKS])
    # An address comes from outside: only those of the web are links, never one that runs a script.
    web = article.get("url", "").startswith(("http://", "https://"))
    call = Address(f"/v1/articles/{article_id}", (("q", q),) if q else ())
    site = str(request.base_url)
    address = f"{site}articles/{article_id}"
    return render_page(
        request, "article.html",
        made=row.headline_derived and not is_own_line(row.headline, article["body"]),
        q=q, article=article, trail=trail, web=web, original=host_of(article["url"]) if web else "",
        passages=passages(article), similar=similar, related=related, editions=editions, call=call,
        story=beside.get(article_id), hits=len(hits),
        named=_by_kind(by_salience(named, row.headline, engine.status().documents)),
        address=address, curl=call.curl(request), opening=_opening(article),
        origin=", ".join(filter(None, (article.get("source"), civil(article.get("date"))))),
        linked=news_article(article, address, article["url"] if web else None, site),
    )  # fmt: skip


def _stretches(marks: Sequence[str]) -> list[tuple[int, int]]:
    """Return stretches as an address has them, ascending and disjoint: of those that overlap the first counts."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(_parsed_mark(each) for each in marks):
        if not found or start >= found[-1][1]:
            found.append((start, end))
    return found


def _parsed_mark(mark: str) -> tuple[int, int]:
    if not (match := re.fullmatch("([0-9]{1,9})-([0-9]{1,9})", mark)) or int(match[1]) >= int(match[2]):
        raise InvalidParameter("mark", "A stretch of the body is START-END, as in 120-340.")
    return int(match[1]), int(match[2])


def _reading_on(engine: SearchEngine, row: Row, shown: Sequence[ArticleHit]) -> list[ArticleHit]:
    """Return what is near in meaning and not shown already; nothing where the archive cannot tell."""
    if not engine.status().vectors:
        return []
    near = engine.similar(row.id, row.headline, store.told_text(row), SIMILAR + len(shown), "meaning")
    known = {hit.id for hit in shown}
    return [hit for hit in near.hits if hit.id not in known][:SIMILAR] if near.ranked_by == "meaning" else []


def _opening(article: Article) -> str:
    """Return how the text begins, in some lines, without page furniture."""
    furniture = [(span["start"], span["end"]) for span in article["furniture"]]
    return " ".join(highlight.Highlighter(None).snippet(article["body"], furniture).text.split())


def _by_kind(named: Sequence[store.NamedEntity]) -> list[tuple[str, list[store.NamedEntity]]]:
    """Group names under the titles that facets have, in the same order."""
    titles = {kind: grouping.title for kind, grouping in FACETS.items() if grouping.view is ENTITY}
    groups = [(title, [each for each in named if each.type == kind]) for kind, title in titles.items()]
    return [(title, some) for title, some in groups if some]
