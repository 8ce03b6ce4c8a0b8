"""Exports: all that a search finds, in a format of other programs."""

from __future__ import annotations

from typing import Annotated, get_args

from fastapi import APIRouter, Query, Request, Response

from app.http.deps import ArchiveDep
from app.http.openapi import file_of, responses
from app.http.responses import check_index_tag
from app.http.route import ParameterRoute
from app.http.streams import StreamedAnswer
from app.read.export import begin_export, export_name
from app.read.params import ExportFormat, ExportParams
from app.read.records import MEDIA_TYPES, content_type

router = APIRouter(tags=["Search"], route_class=ParameterRoute)

_TOLD = {"Export-Cursor": "With the id of the last article that came whole, as `after`, it goes on from there."}


@router.get(
    "/v1/export",
    operation_id="exportArticles",
    summary="Export all articles of a search",
    response_class=Response,
    responses=file_of(responses(400, 503), [MEDIA_TYPES[each] for each in get_args(ExportFormat)], _TOLD),
)
def export_articles(request: Request, archive: ArchiveDep, params: Annotated[ExportParams, Query()]) -> Response:
    """Every article that a search with these parameters finds, whole, in one answer as of one moment."""
    engine = archive.engine.still()
    tag = check_index_tag(request, archive, engine)
    export = begin_export(archive, engine, params, str(request.base_url))
    headers = {
        "Cache-Control": "no-cache",
        "ETag": tag,
        "Content-Disposition": f'attachment; filename="{export_name(params)}"',
        "Export-Cursor": export.cursor,
        "Export-Total": str(export.total),
        "Export-Sequence": str(export.sequence),
    }
    return StreamedAnswer(export.pieces, content_type(params.format), headers)
