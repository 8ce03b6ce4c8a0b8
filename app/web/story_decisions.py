"""Editors' decisions about stories, on the page: forms that correct one, and the list of what was decided.

The key is typed into the form, which no page elsewhere could do: what a browser sends by itself never writes.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from app.api.stories import StoryId
from app.errors import InvalidParameter
from app.http.deps import ArchiveDep, KeysDep, no_parameters
from app.http.here import check_may_see
from app.http.prefix import prefix_of
from app.ingest.story_deciding import decide_story
from app.read.decisions import story_decision_view
from app.store.story_decisions import StoryProposal, story_decision_log
from app.store.story_lists import load_story_id, story_lines
from app.web.decided import MANY, UndoneField, number_undone, with_headlines
from app.web.pages import OlderParams, older_link, render_page, unkept
from app.web.withdrawing import KeyField

_MOST_TEXT = 1000
_ARTICLE_ID = re.compile("[0-9a-f]{16}")
_LIST = "/stories/decisions"

router = APIRouter(include_in_schema=False)


class StoryForm(BaseModel):
    """What a form says of a story: `article` is one of its own, `other` the id or address of an article or story."""

    key: str = Field("", max_length=200)
    kind: Literal["", "together", "apart", "detach", "headline"] = ""
    article: str = Field("", max_length=_MOST_TEXT)
    other: str = Field("", max_length=_MOST_TEXT)
    headline: str = Field("", max_length=_MOST_TEXT)
    note: str = Field("", max_length=_MOST_TEXT)


@router.get(_LIST)
def list_story_decisions_page(
    request: Request, archive: ArchiveDep, params: OlderParams = Query()  # noqa: B008
) -> Response:  # fmt: skip
    check_may_see(request, archive, "admin")
    with archive.database.reading() as session:
        log, total, undone = story_decision_log(session, limit=MANY + 1, before=params.before)
        rows = with_headlines(session, [story_decision_view(each, undone) for each in log[:MANY]])
    older = older_link(_LIST, log[MANY - 1].number) if len(log) > MANY else None
    return unkept(render_page(request, "story_decisions.html", rows=rows, total=total, older=older))


@router.post(_LIST, dependencies=[Depends(no_parameters)])
def undo_story_decision(
    request: Request, archive: ArchiveDep, keys: KeysDep, key: KeyField = "", undoes: UndoneField = ""
) -> Response:
    by = keys.admit(request, key.strip(), "admin").name
    decide_story(archive, StoryProposal("undo", "", undoes=number_undone(undoes)), by)
    return RedirectResponse(f"{prefix_of(request.scope)}{_LIST}", 303)


@router.post("/stories/{story_id}", dependencies=[Depends(no_parameters)])
def correct_story(
    request: Request, archive: ArchiveDep, keys: KeysDep, story_id: StoryId, form: Annotated[StoryForm, Form()]
) -> Response:
    by = keys.admit(request, form.key.strip(), "admin").name
    with archive.database.reading() as session:
        story = load_story_id(session, story_id)
        members = [line.id for line in story_lines(session, [story]).get(story, [])]
    decide_story(archive, _proposal(form, story), by)
    left = form.article.strip() if form.kind in ("detach", "apart") else ""
    stays = next((id for id in members if id != left), story)
    return RedirectResponse(f"{prefix_of(request.scope)}/stories/{stays}", 303)


def _proposal(form: StoryForm, story: str) -> StoryProposal:
    article, note = form.article.strip(), form.note.strip() or None
    if form.kind == "together":
        return StoryProposal("together", story, other=_meant(form.other), note=note)
    if form.kind == "headline":
        return StoryProposal("headline", story, headline=form.headline.strip(), note=note)
    if not form.kind:
        raise InvalidParameter("kind", "Say what to do: together, apart, detach or headline.")
    if not _ARTICLE_ID.fullmatch(article):
        raise InvalidParameter("article", "Choose an article of the story.")
    if form.kind == "detach":
        return StoryProposal("detach", article, note=note)
    return StoryProposal("apart", story, other=article, note=note)


def _meant(text: str) -> str:
    """Return the id in what was typed or pasted: an id, or the address of an article or a story."""
    if not (ids := _ARTICLE_ID.findall(text)):
        raise InvalidParameter("other", "Give the address of the other article or story, or its id.")
    return str(ids[-1])
