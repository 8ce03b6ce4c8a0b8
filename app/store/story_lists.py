"""Stories as they are shown: what they are called, what is in them, and what has to do with them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlmodel import Session, col, select

from app.relations.stories import RELATED, Placed, mean_bond
from app.store.articles import load_article
from app.store.bulk import select_in
from app.store.database import Database
from app.store.plain import placeholders
from app.store.remembered import Remembered
from app.store.stories import StoredNearby, vectors_of
from app.store.story_decisions import story_rulings
from app.store.tables import Article, ArticleEntity, Entity
from app.store.written import run_written

_MOST_RELATED, _COMPARED = 10, 40
"""Related stories that are shown, and articles of each that are compared."""


class StoryBeside(NamedTuple):
    """A story, and how many articles are in it."""

    id: str
    articles: int


class StoryLine(NamedTuple):
    """An article of a story, as a list shows it."""

    id: str
    story: str
    headline: str
    date: str | None
    published_at: str | None
    source: str | None
    url: str | None
    word_count: int


class StoryOutline(NamedTuple):
    """A story in short."""

    id: str
    headline: str
    first_date: str | None
    last_date: str | None
    articles: int
    sources: int


class NamedInStory(NamedTuple):
    """An entity, and how many articles of a story name it."""

    entity: Entity
    articles: int


def story_of_article(session: Session, id: str) -> str | None:
    """Return the story that an article in sight is in; None where there is none."""
    found = session.exec(select(Article.id, Article.story).where(Article.id == id, Article.status == "published"))
    row = found.first()
    return None if row is None else row[1] or row[0]


def load_story_id(session: Session, id: str) -> str:
    """Return the story that an article is in. Raises `NotFound`, or `Gone` where the article was taken out of sight."""
    return load_article(session, id).story or id


def stories_beside(database: Database, ids: Iterable[str], version: int | None = None) -> dict[str, StoryBeside]:
    """Return the story of each of the articles that share theirs with others. `version`: of the rows when the request
    began, where that is known."""
    found = _beside_kept.find(database, ids, version)
    return {id: story for id, story in found.items() if story.articles}


def story_lines(session: Session, stories: Iterable[str]) -> dict[str, list[StoryLine]]:
    """Return the articles of each story, the earliest first."""
    found: defaultdict[str, list[StoryLine]] = defaultdict(list)
    rows = run_written(session.connection(), _LINES, (list(stories),))
    for line in map(StoryLine._make, rows):
        found[line.story].append(line)
    return dict(found)


def outlined(session: Session, lines: dict[str, list[StoryLine]]) -> dict[str, StoryOutline]:
    """Return stories in short. One is called as its article that is most like the others, or as editors say."""
    decided = {each.stands: each.headline for each in story_rulings(session).taken if each.kind == "headline"}
    near = StoredNearby(session)
    near.fetch(line.id for some in lines.values() for line in some)
    outlines = {}
    for story, some in lines.items():
        headlines = [headline for line in some if (headline := decided.get(line.id)) is not None]
        dates = [line.date for line in some if line.date is not None]
        outlines[story] = StoryOutline(
            story, headlines[-1] if headlines else _central(some, near).headline, dates[0] if dates else None,
            max(dates, default=None), len(some), len({line.source for line in some} - {None}),
        )  # fmt: skip
    return outlines


def named_in_story(session: Session, lines: Sequence[StoryLine], limit: int) -> list[NamedInStory]:
    """Return the entities that most articles of a story name."""
    named = select(ArticleEntity.article_id, ArticleEntity.entity_id)
    pairs = set(select_in(session, named, ArticleEntity.article_id, [line.id for line in lines]))
    counts = Counter(entity for _, entity in pairs)
    shown = select(Entity).where(col(Entity.hidden).is_(False))
    entities = {each.id: each for each in select_in(session, shown, Entity.id, counts)}
    ranked = sorted((id for id in counts if id in entities), key=lambda id: (-counts[id], id))
    return [NamedInStory(entities[id], counts[id]) for id in ranked[:limit]]


def related_stories(session: Session, lines: Sequence[StoryLine]) -> list[str]:
    """Return the stories that have to do with one, the likest first: articles of both are neighbours, and all of them
    are alike on average, though less than those of one story."""
    own = {line.id for line in lines}
    near = StoredNearby(session)
    near.fetch(own)
    beside = {other.id for id in own for other in near[id]} - own
    others = dict(select_in(session, select(Article.id, Article.story), Article.id, beside))
    members: defaultdict[str, list[str]] = defaultdict(list)
    for story, some in story_lines(session, {story for story in others.values() if story is not None}).items():
        members[story] = [line.id for line in some]
    compared = [id for ids in (sorted(own), *members.values()) for id in ids[:_COMPARED]]
    near.fetch(compared)
    vectors: dict[str, Placed] = {each.id: each for each in vectors_of(session, compared)}
    mine = [vectors[id] for id in sorted(own)[:_COMPARED] if id in vectors]
    alike = {}
    for story, ids in members.items():
        theirs = [vectors[id] for id in ids[:_COMPARED] if id in vectors]
        if len(ids) > 1 and mine and theirs and (bond := mean_bond(near, mine, theirs)) >= RELATED:
            alike[story] = bond
    return sorted(alike, key=lambda story: (-alike[story], story))[:_MOST_RELATED]


def _central(lines: Sequence[StoryLine], near: StoredNearby) -> StoryLine:
    """Return the article that is most like the others, of these the earliest."""
    own = {line.id for line in lines}
    return max(lines, key=lambda line: sum(other.likeness for other in near[line.id] if other.id in own))


_BESIDE = """
SELECT own.id, own.story, count(*) FROM article AS own JOIN article AS other ON other.story = own.story
WHERE own.id IN ({}) GROUP BY own.id HAVING count(*) > 1
"""
"""What is out of sight has no story, so the index by stories tells it all."""
_LINES = """
SELECT id, story, headline, date, published_at, source, url, word_count FROM article
WHERE story IN (SELECT value FROM json_each(?)) AND status = 'published'
ORDER BY date IS NULL, date, published_at IS NULL, published_at, id
"""


def _read_beside(database: Database, ids: Sequence[str]) -> dict[str, StoryBeside]:
    rows = database.rows(_BESIDE.format(placeholders(ids)), ids)
    return dict.fromkeys(ids, _NO_STORY) | {id: StoryBeside(*story) for id, *story in rows}


_NO_STORY = StoryBeside("", 0)
_beside_kept = Remembered(_read_beside, lambda _: 250, 4 * 1024 * 1024)
