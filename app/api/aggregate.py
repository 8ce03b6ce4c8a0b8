"""Counts by two attributes at once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.http.deps import ArchiveDep
from app.http.openapi import Responses, responses
from app.http.prefix import prefix_of
from app.http.responses import check_index_tag, reply
from app.http.route import ParameterRoute
from app.read.crossing import count_both_ways, table_csv
from app.read.models import CrossTable
from app.read.params import CrossParams

router = APIRouter(tags=["Search"], route_class=ParameterRoute)


def _table_or_csv() -> Responses:
    """Return what it may answer: a model for JSON, text for CSV."""
    found = responses(503)
    found[200]["content"] = {"text/csv": {"schema": {"type": "string"}}}
    return found


@router.get(
    "/v1/aggregate",
    operation_id="aggregateArticles",
    summary="Count by two attributes at once",
    response_model=CrossTable,
    responses=_table_or_csv(),
)
def aggregate_articles(request: Request, archive: ArchiveDep, params: Annotated[CrossParams, Query()]) -> Response:
    """Count the articles of a search that have each value of one attribute and of another: sources by month, persons by
    place, kinds of names by year."""
    engine = archive.engine.still()
    with archive.database.reading() as session:
        tag = check_index_tag(request, archive, engine)
        counted = count_both_ways(archive, engine, session, params)
    table = counted.table(f"{prefix_of(request.scope)}/v1/search")
    if params.format == "json":
        return reply(request, table, tag=tag)
    headers = {
        "ETag": tag,
        "Cache-Control": "no-cache",
        "Content-Disposition": f'attachment; filename="{params.rows}-{params.columns}.csv"',
    }
    return Response(table_csv(table), headers=headers, media_type="text/csv")
