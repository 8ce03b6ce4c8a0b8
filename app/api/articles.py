"""Articles: one, its text, many by id, and what is like one."""

from __future__ import annotations

from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import PlainTextResponse
from sqlmodel import Session
from starlette.exceptions import HTTPException

from app.api.capacity import turn
from app.api.deps import ArchiveDep, ArticleId, json_body, no_parameters, one_value_each
from app.api.hits import View, hit_views, spans
from app.api.models import Article, EntityMentions, EntityType, LookedUp, Lookup, Mention, SimilarArticles, ordered
from app.api.openapi import responses
from app.api.params import ArticleParams, LookupBody, SimilarParams
from app.api.reply import indexed, reply
from app.errors import AnswerTooLarge
from app.search import highlight
from app.search.query import parse
from app.store import articles as store
from app.store import entities as named
from app.store import tables
from app.store.decisions import survivor

DEMONYM = "demonym"
"""The rule of a mention that speaks of a country without naming it."""

MOST_BYTES = 20_000_000
"""Of one look-up: any one article that ingest takes, or 200 of twenty times the usual length."""

router = APIRouter(tags=["Articles"], dependencies=[Depends(one_value_each)])


@router.post(
    "/v1/articles/lookup",
    operation_id="lookupArticles",
    summary="Read many articles",
    response_model=Lookup,
    responses=responses(400, 413, 415, 503, tagged=False),
    dependencies=[Depends(json_body), Depends(no_parameters), Depends(turn, scope="function")],
)
def lookup_articles(request: Request, archive: ArchiveDep, body: LookupBody) -> Response:
    """Up to 200 articles by id, and 20 MB. The answer has one result for each id, in the order asked."""
    with archive.database.reading() as session:
        sizes = store.sizes(session, body.ids)
        if (size := sum(sizes.get(id, 0) for id in body.ids)) > MOST_BYTES:
            raise AnswerTooLarge("ids", size, MOST_BYTES)
        found = store.lookup(session, body.ids)
        views = {id: _looked_up(session, article) for id, article in found.items()}
    results: list[LookedUp] = [views.get(id, {"id": id, "status": "missing"}) for id in body.ids]
    answer: Lookup = {"results": results}
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
        article = article_view(session, store.get_article(session, article_id))
    if clause is not None:
        article["matches"] = spans(highlight.matches(clause, article["body"]))
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
        return reply(request, store.get_article(session, article_id).body)


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
    """Articles about the same, by the words they share."""
    engine = archive.engine.still()
    with archive.database.reading() as session:
        tag = indexed(request, archive, engine)
        article = store.get_article(session, article_id)
        found = engine.similar(article_id, article.headline, article.body, params.limit)
        results = hit_views(request, archive.database, found.hits, View())
    answer: SimilarArticles = {"results": results, "total": found.total}
    return reply(request, answer, tag=tag)


def _looked_up(session: Session, article: tables.Article) -> LookedUp:
    if article.status == "withdrawn":
        return {"id": article.id, "status": "withdrawn"}
    return {"id": article.id, "status": "found", "article": article_view(session, article)}


def article_view(session: Session, row: tables.Article) -> Article:
    article: Article = {
        "id": row.id,
        "revision": row.revision,
        "status": "published",
        "headline": row.headline,
        "headline_derived": row.headline_derived,
        "authors": row.authors,
        "language": row.language,
        "word_count": row.word_count,
        "body": row.body,
        "blocks": [{"kind": cast(Any, kind), "start": int(start), "end": int(end)} for kind, start, end in row.blocks],
        "entities": _entities(session, row.id),
        "provenance": {
            "file": row.file,
            "record": row.record,
            "sha256": row.content_sha256,
            "ingested_at": row.ingested_at,
            "pipeline": row.pipeline,
        },
        "links": {
            "self": f"/v1/articles/{row.id}",
            "text": f"/v1/articles/{row.id}/text",
            "similar": f"/v1/articles/{row.id}/similar",
        },
    }
    _add_optional(article, row, _place(session, row.dateline_place))
    return ordered(Article, article)


def _place(session: Session, id: str | None) -> str | None:
    """The entity of the place of the dateline, as it is now."""
    return next(iter(named.names(session, [survivor(session, id)])), None) if id is not None else None


def _add_optional(article: Article, row: tables.Article, place: str | None) -> None:
    if row.external_id is not None:
        article["external_id"] = row.external_id
    if row.date is not None:
        article["date"] = row.date
    if row.dateline is not None:
        article["dateline"] = {"text": row.dateline}
        if place is not None:
            article["dateline"]["place_id"] = place
    if row.source is not None:
        article["source"] = row.source
    if row.url is not None:
        article["url"] = row.url


def _entities(session: Session, article_id: str) -> list[EntityMentions]:
    """In the order in which the text first speaks of them, without those that an editor hid."""
    grouped: dict[str, EntityMentions] = {}
    mentions = store.article_mentions(session, article_id)
    known = named.names(session, list({mention.entity_id for mention in mentions}))
    for mention in mentions:
        if mention.entity_id not in known:
            continue
        id, entity = mention.entity_id, known[mention.entity_id]
        blank: EntityMentions = {"id": id, "name": entity.name, "type": cast(EntityType, entity.type), "mentions": []}
        place: Mention = {"start": mention.start, "end": mention.end, "text": mention.surface}
        view = grouped.setdefault(id, blank)
        (view.setdefault("demonyms", []) if mention.rule == DEMONYM else view["mentions"]).append(place)
    return list(grouped.values())
