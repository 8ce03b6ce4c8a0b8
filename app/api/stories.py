"""Stories: articles that tell of one event."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from app.http.capacity import hold_search_slot
from app.http.deps import ArchiveDep, one_value_each
from app.http.openapi import responses
from app.http.responses import check_index_tag, next_page_link, reply
from app.http.route import ParameterRoute
from app.read.models import Story, StoryPage, ordered
from app.read.params import StoriesParams, StoryParams
from app.read.stories import find_stories, story_view

router = APIRouter(tags=["Stories"])
found = APIRouter(route_class=ParameterRoute)

StoryId = Annotated[
    str, Path(description="The id of a story, or of any article in it.", max_length=64, examples=["78184646ba153278"])
]


@found.get(
    "/v1/stories",
    operation_id="listStories",
    summary="List stories",
    response_model=StoryPage,
    responses=responses(400, 503, paged=True),
)
def list_stories(request: Request, archive: ArchiveDep, params: Annotated[StoriesParams, Query()]) -> Response:
    """Stories of several articles of which some meet the conditions, those last told of first."""
    engine = archive.engine.still()
    with archive.database.reading() as session:
        tag = check_index_tag(request, archive, engine)
        page = find_stories(archive, engine, session, params)
    shown: StoryPage = {"query": page.query, "total": page.total, "results": page.stories}
    address, headers = next_page_link(request, page.cursor)
    if address is not None:
        shown["next"] = address
    return reply(request, ordered(StoryPage, shown), tag=tag, headers=headers)


@router.get(
    "/v1/stories/{story_id}",
    operation_id="getStory",
    summary="Read a story",
    response_model=Story,
    responses=responses(404, 410, 503),
    dependencies=[Depends(one_value_each), Depends(hold_search_slot, scope="function")],
)
def get_story(
    request: Request, archive: ArchiveDep, story_id: StoryId, params: Annotated[StoryParams, Query()]
) -> Response:
    """A story with its articles, the earliest first, whom they name, its days, and stories that have to do with it.
    The id of any article in it answers; the story of one that is alone is that article."""
    with archive.database.reading() as session:
        return reply(request, story_view(session, story_id, params.limit))


router.include_router(found)
