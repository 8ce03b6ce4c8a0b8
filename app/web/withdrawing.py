"""Taking an article out of sight, for a time or for ever, and showing it again, on the page.

The key is typed into the form, which no page elsewhere could do: what a browser sends by itself never writes.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from app.errors import InvalidParameter, NotFound
from app.http.deps import ArchiveDep, ArticleId, KeysDep, no_parameters
from app.http.prefix import prefix_of
from app.ingest.withdrawing import change_status
from app.store.articles import load_article, load_articles, named_entities
from app.store.withdrawals import ERASED, MOST_REASON, PUBLISHED
from app.web.pages import render_page, unkept

router = APIRouter(include_in_schema=False, dependencies=[Depends(no_parameters)])

KeyField = Annotated[str, Form(max_length=200)]
ReasonField = Annotated[str, Form(max_length=MOST_REASON)]


@router.get("/articles/{article_id}/withdraw")
def ask_why(request: Request, archive: ArchiveDep, article_id: ArticleId) -> Response:
    with archive.database.reading() as session:
        article = load_article(session, article_id)
    return unkept(render_page(request, "withdraw.html", article=article, most=MOST_REASON))


@router.post("/articles/{article_id}/withdraw")
def withdraw_article(
    request: Request,
    archive: ArchiveDep,
    keys: KeysDep,
    article_id: ArticleId,
    key: KeyField = "",
    reason: ReasonField = "",
) -> Response:
    by = keys.admit(request, key.strip(), "admin").name
    change_status(archive, "withdraw", [article_id], reason, by)
    return _to_article(request, article_id)


@router.get("/articles/{article_id}/restore")
def ask_whether(request: Request, archive: ArchiveDep, article_id: ArticleId) -> Response:
    """Say nothing of the article but its id: who may not restore it may not read it."""
    with archive.database.reading() as session:
        if article_id not in load_articles(session, [article_id]):
            raise NotFound("article", article_id)
    return unkept(render_page(request, "restore.html", id=article_id))


@router.post("/articles/{article_id}/restore")
def restore_article(
    request: Request, archive: ArchiveDep, keys: KeysDep, article_id: ArticleId, key: KeyField = ""
) -> Response:
    by = keys.admit(request, key.strip(), "admin").name
    change_status(archive, "restore", [article_id], None, by)
    return _to_article(request, article_id)


@router.get("/articles/{article_id}/erase")
def ask_whether_for_ever(request: Request, archive: ArchiveDep, article_id: ArticleId) -> Response:
    """Say what would be lost; of an article that is out of sight nothing but its id."""
    with archive.database.reading() as session:
        article = load_articles(session, [article_id]).get(article_id)
        if article is None:
            raise NotFound("article", article_id)
        names = len(named_entities(session, [article_id])[article_id])
    in_sight = article if article.status == PUBLISHED else None
    page = render_page(
        request,
        "erase.html",
        id=article_id,
        article=in_sight,
        names=names,
        is_gone=article.status == ERASED,
        most=MOST_REASON,
    )
    return unkept(page)


@router.post("/articles/{article_id}/erase")
def erase_article(
    request: Request,
    archive: ArchiveDep,
    keys: KeysDep,
    article_id: ArticleId,
    key: KeyField = "",
    reason: ReasonField = "",
    sure: Annotated[Literal["", "yes"], Form()] = "",
) -> Response:
    by = keys.admit(request, key.strip(), "admin").name
    if not sure:
        raise InvalidParameter("sure", "Nothing brings an erased article back: say in the form that it is meant.")
    change_status(archive, "erase", [article_id], reason, by)
    return _to_article(request, article_id)


def _to_article(request: Request, id: str) -> Response:
    return RedirectResponse(f"{prefix_of(request.scope)}/articles/{id}", 303)
