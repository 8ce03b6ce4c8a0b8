"""Copies: other editions of an article, and what differs between two."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from app.http.capacity import hold_search_slot
from app.http.deps import ArchiveDep, ArticleId, no_parameters, one_value_each
from app.http.openapi import responses
from app.http.responses import reply
from app.read.copies import copies_view, difference_view
from app.read.models import ArticleCopies, TextDifference
from app.read.params import CopiesParams

router = APIRouter(tags=["Articles"], dependencies=[Depends(one_value_each)])

OtherId = Annotated[str, Path(description="The other article's id.", max_length=64, examples=["fe05d35f8dc52340"])]


@router.get(
    "/v1/articles/{article_id}/copies",
    operation_id="listCopies",
    summary="List the other editions of an article",
    response_model=ArticleCopies,
    responses=responses(404, 410, 503),
    dependencies=[Depends(hold_search_slot, scope="function")],
)
def list_copies(
    request: Request, archive: ArchiveDep, article_id: ArticleId, params: Annotated[CopiesParams, Query()]
) -> Response:
    """Articles that are the same piece of news: printed again, cut, continued or corrected. The longest first."""
    with archive.database.reading() as session:
        return reply(request, copies_view(session, article_id, params.limit))


@router.get(
    "/v1/articles/{article_id}/diff/{other_id}",
    operation_id="compareArticles",
    summary="Compare the texts of two articles",
    response_model=TextDifference,
    responses=responses(404, 410, 503),
    dependencies=[Depends(no_parameters), Depends(hold_search_slot, scope="function")],
)
def compare_articles(request: Request, archive: ArchiveDep, article_id: ArticleId, other_id: OtherId) -> Response:
    """Cut both bodies into what they share and what only one of them says: by words, very long texts by lines."""
    with archive.database.reading() as session:
        return reply(request, difference_view(session, article_id, other_id))
