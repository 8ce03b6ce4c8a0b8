"""Stories: what is told of, and one with its days, its sources and the first report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from fastapi import APIRouter, Depends, Request, Response

from app.api.stories import StoryId
from app.http.capacity import hold_search_slot
from app.http.deps import ArchiveDep, no_parameters
from app.read.models import Story, StoryArticle
from app.read.params import StoriesParams
from app.read.stories import find_stories, story_view
from app.web.address import Address, filled_fields
from app.web.pages import Way, render_page

SORTS = (("-last_date", "Last told of"), ("size", "Largest"))
_LIMIT, _ARTICLES = 20, 500

router = APIRouter(include_in_schema=False)


@router.get("/stories", dependencies=[Depends(hold_search_slot, scope="function")])
def show_stories(request: Request, archive: ArchiveDep) -> Response:
    params, here = StoriesParams.checked({"limit": _LIMIT, **filled_fields(request)}), Address.of(request)
    with archive.database.reading() as session:
        found = find_stories(archive, archive.engine.still(), session, params)
    call = Address("/v1/stories", here.pairs)
    return render_page(
        request, "stories.html",
        here=here, params=params, found=found,
        sorts=[Way(label, here.having(sort=sort), sort == params.sort) for sort, label in SORTS],
        next=found.cursor and here.having(cursor=found.cursor), call=call, curl=call.curl(request),
    )  # fmt: skip


@router.get("/stories/{story_id}", dependencies=[Depends(no_parameters), Depends(hold_search_slot, scope="function")])
def show_story(request: Request, archive: ArchiveDep, story_id: StoryId) -> Response:
    with archive.database.reading() as session:
        story = story_view(session, story_id, _ARTICLES)
    call = Address(f"/v1/stories/{story['id']}")
    return render_page(
        request, "story.html",
        story=story, days=_days(story), sources=_sources(story["articles"]), call=call, curl=call.curl(request),
    )  # fmt: skip


def _days(story: Story) -> list[tuple[str, list[StoryArticle]]]:
    """Return the articles by their dates, in order; those without one come last."""
    return [(day, list(some)) for day, some in groupby(story["articles"], key=lambda each: each.get("date", ""))]


def _sources(articles: Sequence[StoryArticle]) -> list[tuple[str, int]]:
    """Return the sources with how many articles each has, those with most first."""
    counts = Counter(source for each in articles if (source := each.get("source")) is not None)
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))
