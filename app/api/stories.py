"""Stories: articles that tell of one event."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from app.http.capacity import hold_search_slot
from app.http.deps import AdminDep, ArchiveDep, json_body, no_parameters, one_value_each
from app.http.openapi import NEEDS_KEY, responses
from app.http.responses import check_index_tag, next_page_link, reply
from app.http.route import ParameterRoute
from app.ingest.story_deciding import decide_story
from app.read import cursors
from app.read.decisions import story_decision_view
from app.read.models import Story, StoryDecisionPage, StoryDecisionTaken, StoryPage, ordered
from app.read.params import StoriesParams, StoryDecisionBody, StoryDecisionParams, StoryParams
from app.read.stories import find_stories, story_view
from app.store.story_decisions import StoryProposal, story_decision_log

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


@router.post(
    "/v1/stories/{story_id}/decisions",
    operation_id="createStoryDecision",
    summary="Decide about a story",
    status_code=201,
    response_model=StoryDecisionTaken,
    responses=responses(400, 401, 403, 404, 409, 410, 413, 415, tagged=False, success=201),
    openapi_extra=NEEDS_KEY,
    dependencies=[Depends(json_body), Depends(no_parameters)],
)
def create_story_decision(
    request: Request, archive: ArchiveDep, key: AdminDep, story_id: StoryId, body: StoryDecisionBody
) -> Response:
    """Put the article with this id together with another, apart from one, or by itself; say what its story is called;
    or undo. It holds for whatever comes later."""
    done = decide_story(archive, StoryProposal(article=story_id, **body.model_dump()), key.name)
    taken: StoryDecisionTaken = {"decision": story_decision_view(done.decision), "indexed": done.indexed}
    return reply(request, taken, status=201)


@router.get(
    "/v1/decisions/stories",
    operation_id="listStoryDecisions",
    summary="List decisions about stories",
    response_model=StoryDecisionPage,
    responses=responses(400, 401, 403, paged=True),
    openapi_extra=NEEDS_KEY,
    dependencies=[Depends(one_value_each)],
)
def list_story_decisions(
    request: Request, archive: ArchiveDep, _key: AdminDep, params: Annotated[StoryDecisionParams, Query()]
) -> Response:
    """List who decided what about stories and when, newest first. Nothing is ever taken out of this log."""
    after = cursors.decode_page_end(params.cursor, int, "story decisions")
    with archive.database.reading() as session:
        log, total, undone = story_decision_log(
            session, limit=params.limit + 1, before=int(after[0]) if after is not None else None
        )
    shown = log[: params.limit]
    page: StoryDecisionPage = {"results": [story_decision_view(each, undone) for each in shown], "total": total}
    last = (shown[-1].number or 0, "") if len(log) > params.limit else None
    address, headers = next_page_link(request, cursors.encode_page_end(last, "story decisions") if last else None)
    if address is not None:
        page["next"] = address
    return reply(request, page, headers=headers)


router.include_router(found)
