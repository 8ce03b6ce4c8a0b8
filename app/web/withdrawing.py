"""Taking an article out of sight, and showing it again, on the page.

The key is typed into the form, which no page elsewhere could do: what a browser sends by itself never writes.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from app.errors import NotFound
from app.http.deps import ArchiveDep, ArticleId, KeysDep, no_parameters
from app.http.prefix import prefix_of
from app.ingest.withdrawing import change_status
from app.store.articles import load_article, load_articles
from app.store.withdrawals import MOST_REASON
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


def _to_article(request: Request, id: str) -> Response:
    return RedirectResponse(f"{prefix_of(request.scope)}/articles/{id}", 303)
