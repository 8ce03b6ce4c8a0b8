"""Stories for the wire: all that a search finds, and one with what is in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import cast

from sqlmodel import Session

from app.archive import Archive
from app.ids import EntityType
from app.read import cursors
from app.read.conditions import Asked, query_read, read_conditions
from app.read.models import FoundStory, QueryRead, Story, StoryArticle, StorySummary, ordered
from app.read.params import StoriesParams
from app.search.answer import answer
from app.search.engine import SearchEngine
from app.search.query import Query
from app.store.story_lists import (
    StoryLine,
    StoryOutline,
    load_story_id,
    named_in_story,
    outlined,
    related_stories,
    story_lines,
)

_ENTITIES = 20


@dataclass(frozen=True, slots=True)
class StoriesFound:
    """A page of stories; `total` counts all of them."""

    asked: Asked
    query: QueryRead
    total: int
    stories: list[FoundStory]
    cursor: str | None


def find_stories(archive: Archive, engine: SearchEngine, session: Session, params: StoriesParams) -> StoriesFound:
    """Return the stories of several articles of which some meet the conditions. `engine` stands still."""
    asked = read_conditions(archive.database, session, params)
    query = Query(asked.parsed.clause, asked.filters, "-date", limit=1)
    found = answer(engine, query, params.match)
    bound = ("stories", params.sort, repr(found.clause), repr(asked.filters))
    after = cursors.decode_page_end(params.cursor, int, *bound)
    stories = engine.stories(Query(found.clause, asked.filters, "-date", limit=1), params.sort)
    behind = (each for each in stories if after is None or (-each.key, each.id) > (-int(after[0]), after[1]))
    page = list(islice(behind, params.limit + 1))
    outlines = outlined(session, story_lines(session, [each.id for each in page[: params.limit]]))
    shown = [
        cast(FoundStory, {**summary_view(outlines[each.id]), "matching": each.matches})
        for each in page[: params.limit]
        if each.id in outlines
    ]
    last = page[params.limit - 1] if len(page) > params.limit else None
    cursor = cursors.encode_page_end((last.key, last.id), *bound) if last is not None else None
    return StoriesFound(asked, query_read(params, asked, found), len(stories), shown, cursor)


def story_view(session: Session, id: str, limit: int) -> Story:
    """Return the story that an article is in, with at most `limit` of its articles."""
    story = load_story_id(session, id)
    lines = story_lines(session, [story]).get(story, [])
    related = related_stories(session, lines)
    outlines = outlined(session, {story: lines, **story_lines(session, related)})
    shown = {
        **summary_view(outlines[story]),
        "entities": [
            {
                "id": each.entity.id,
                "type": cast(EntityType, each.entity.type),
                "label": each.entity.name,
                "articles": each.articles,
            }
            for each in named_in_story(session, lines, _ENTITIES)
        ],
        "articles": [_line_view(line) for line in lines[:limit]],
        "timeline": [
            {"date": day, "count": count}
            for day, count in sorted(Counter(line.date for line in lines if line.date).items())
        ],
        "related": [summary_view(outlines[each]) for each in related],
    }
    if story != id:
        shown["moved_from"] = id
    return ordered(Story, cast(Story, shown))


def summary_view(outline: StoryOutline) -> StorySummary:
    shown: StorySummary = {
        "id": outline.id,
        "headline": outline.headline,
        "article_count": outline.articles,
        "source_count": outline.sources,
    }
    if outline.first_date is not None and outline.last_date is not None:
        shown["first_date"], shown["last_date"] = outline.first_date, outline.last_date
    return ordered(StorySummary, shown)


def _line_view(line: StoryLine) -> StoryArticle:
    given = {name: value for name, value in line._asdict().items() if name != "story" and value is not None}
    return cast(StoryArticle, given)
