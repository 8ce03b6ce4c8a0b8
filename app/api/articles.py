"""Articles: one, its text, many by id, and what is like one."""

from __future__ import annotations

from typing import Annotated, get_args

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import PlainTextResponse
from starlette.exceptions import HTTPException

from app.errors import AnswerTooLarge
from app.http.capacity import hold_search_slot
from app.http.deps import ArchiveDep, ArticleId, json_body, no_parameters, one_value_each
from app.http.openapi import file_of, responses
from app.http.prefix import base_address, prefix_of
from app.http.responses import check_index_tag, known_state, reply
from app.http.route import PromptRoute
from app.read.articles import article_view
from app.read.hits import HitOptions, hit_views, wire_spans
from app.read.lookups import find_sought, ids_sought, lookup_results
from app.read.mentioned import article_dates
from app.read.models import Article, Lookup, SimilarArticles, ordered
from app.read.params import ArticleParams, CitationFormat, CitationParams, LookupBody, SimilarParams
from app.read.quotes import quotes_of
from app.read.records import MEDIA_TYPES, content_type
from app.read.references import written_reference
from app.search import highlight
from app.search.query import parse
from app.store import articles as store

MOST_BYTES = 20_000_000
"""Of one look-up: any one article that ingest takes, or 200 of twenty times the usual length."""

router = APIRouter(tags=["Articles"], dependencies=[Depends(one_value_each)], route_class=PromptRoute)


@router.post(
    "/v1/articles/lookup",
    operation_id="lookupArticles",
    summary="Read many articles",
    response_model=Lookup,
    responses=responses(400, 413, 415, 503, tagged=False),
    dependencies=[Depends(json_body), Depends(no_parameters), Depends(hold_search_slot, scope="function")],
)
def lookup_articles(request: Request, archive: ArchiveDep, body: LookupBody) -> Response:
    """Articles by their ids, their addresses and the ids of their publishers, up to 200 of each and 20 MB in all. The
    answer has a result for each, in the order asked; what is not found is said."""
    # The index first: then the rows are never behind it, and know whatever it finds.
    engine = archive.engine.still()
    with archive.database.reading() as session:
        sought = find_sought(engine, session, body)
        ids = ids_sought(sought)
        sizes = store.sizes(session, ids)
        if (size := sum(sizes.get(id, 0) for id in ids)) > MOST_BYTES:
            raise AnswerTooLarge(next(name for name, asked in body if asked), size, MOST_BYTES)
        answer: Lookup = {"results": lookup_results(session, sought, prefix_of(request.scope))}
    return reply(request, answer)


@router.get("/v1/articles/lookup", include_in_schema=False)
async def refuse_to_look_up() -> Response:
    """Else it would be read as the id of an article."""
    raise HTTPException(405, headers={"Allow": "POST"})


@router.get(
    "/v1/articles/{article_id}",
    operation_id="getArticle",
    summary="Read an article",
    response_model=Article,
    responses=responses(404, 410),
)
def get_article(
    request: Request, archive: ArchiveDep, article_id: ArticleId, params: Annotated[ArticleParams, Query()]
) -> Response:
    """The article with its blocks and entities, as offsets into its body; with `q`, also where that hits."""
    clause = parse(params.q).clause
    with archive.database.reading() as session:
        article = article_view(session, store.load_article(session, article_id), prefix_of(request.scope))
        if "quotes" in params.include:
            article["quotes"] = quotes_of(session, article_id)
        if "dates" in params.include:
            article["dates"] = article_dates(session, article_id)
    if clause is not None:
        article["matches"] = wire_spans(highlight.matches(clause, article["body"]))
    return reply(request, ordered(Article, article))


@router.get(
    "/v1/articles/{article_id}/text",
    operation_id="getArticleText",
    summary="Read the text of an article",
    response_class=PlainTextResponse,
    dependencies=[Depends(no_parameters)],
    responses=responses(404, 410),
)
def get_article_text(request: Request, archive: ArchiveDep, article_id: ArticleId) -> Response:
    """The body alone, as plain text in UTF-8."""
    with archive.database.reading() as session:
        return reply(request, store.load_article(session, article_id).body)


@router.get(
    "/v1/articles/{article_id}/citation",
    operation_id="citeArticle",
    summary="Cite an article",
    response_class=Response,
    responses=file_of(responses(404, 410), [MEDIA_TYPES[each] for each in get_args(CitationFormat)], {}),
)
def cite_article(
    request: Request, archive: ArchiveDep, article_id: ArticleId, params: Annotated[CitationParams, Query()]
) -> Response:
    """The reference to an article, as people or programs read it; `Content-Type` says which."""
    with archive.database.reading() as session:
        row = store.load_article(session, article_id)
    written = written_reference(row, params.format, str(request.base_url))
    answer = reply(request, f"[{written}]" if params.format == "csl-json" else written)
    answer.headers["Content-Type"] = content_type(params.format)
    return answer


@router.get(
    "/v1/articles/{article_id}/similar",
    operation_id="listSimilarArticles",
    summary="List similar articles",
    response_model=SimilarArticles,
    responses=responses(404, 410, 503),
)
def list_similar_articles(
    request: Request, archive: ArchiveDep, article_id: ArticleId, params: Annotated[SimilarParams, Query()]
) -> Response:
    """Articles about the same, by the words they share or by what they mean."""
    engine = archive.engine.still()
    with archive.database.reading() as session:
        tag = check_index_tag(request, archive, engine)
        found = engine.similar(article_id, *store.load_told(session, article_id), params.limit, params.by)
        base, state = base_address(request.scope), known_state(request)
        results = hit_views(base, archive, session, found.hits, HitOptions(), state)
    answer: SimilarArticles = {"results": results, "total": found.total, "ranking": found.ranked_by or "words"}
    return reply(request, answer, tag=tag)
