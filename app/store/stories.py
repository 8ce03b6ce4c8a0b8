"""Stories: which articles tell of one event.

Copies are one piece of news, so of each group of them the longest article stands for all. It has a vector and its
likest neighbours (see `relations/stories.py`), kept so that an article that comes, changes or goes has no more worked
out anew than its surroundings: its neighbours, and the parts that they were in or come into. What comes out is what a
whole new beginning would give, in whatever order the articles came; then come the decisions of editors.

What changes an article notes it as due (`stories_due.py`), in its transaction; the stories follow a batch at a time,
days in order, before the index is brought up to date.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from itertools import chain
from typing import NamedTuple

import numpy as np
from sqlalchemy import bindparam, update
from sqlmodel import Session

from app.relations.stories import DAYS, NEIGHBOURS, Nearby, Neighbour, Parts, Placed, Surroundings, likest, stories_in
from app.relations.vectors import Vector, vector_of
from app.store.bulk import delete_in, insert_rows, table_of
from app.store.copies import load_editions
from app.store.plain import chunks, select_plain
from app.store.stories_due import drop_stories_due, has_stories_due, take_stories_due
from app.store.story_decisions import StoryRulings, settle_story_rulings, story_rulings
from app.store.tables import Article, StoryNeighbours, StoryVector
from app.store.written import run_written


def gather_some(session: Session, limit: int) -> tuple[int, set[str]]:
    """Work out the stories of at most `limit` articles that wait for it. Returns how many these were, and the articles
    of which the index has another story. Inside `writing()`."""
    rulings = settle_story_rulings(session)
    due = take_stories_due(session, limit)
    return len(due), _renew_stories(session, due, rulings) if due else set()


def is_gathered(session: Session) -> bool:
    """Return whether every article is in the story that it belongs to."""
    return not has_stories_due(session)


def wrong_stories(session: Session) -> Iterator[str]:
    """Yield the articles whose vector, neighbours or story are not what all texts make them, worked out from the
    beginning. Nobody is told of while any article waits for its story."""
    if has_stories_due(session):
        return
    groups = _Groups(session)
    groups.load_all()
    expected = _vectors_made(session, groups.longest())
    near = _neighbours_of_all(expected)
    stored = StoredNearby(session)
    stored.fetch_all()
    kept = {each.id: each for each in _vectors(session, _ALL_VECTORS)}
    wrong = {id for id in kept.keys() | expected.keys() if not _is_same(kept.get(id), expected.get(id))}
    wrong |= {id for id in stored.keys() | near.keys() if stored.get(id) != near.get(id)}
    parts = Parts(near)
    cut = {tuple(parts.part_of(id)) for id in expected}
    found = [story for part in sorted(cut) for story in stories_in(near, [expected[id] for id in part])]
    groups.head_of |= {groups.group_of[id]: id for id in expected}
    found += [[group] for group in groups.members if group not in groups.head_of]
    stories = groups.named(story_rulings(session).applied(found, near, groups.head))
    yield from sorted(wrong | {id for id, story in groups.stories().items() if stories.get(id) != story})


class _CopyMember(NamedTuple):
    """A published article among its copies."""

    id: str
    group: str
    date: str | None
    published_at: str | None
    words: int
    story: str | None

    @property
    def day(self) -> int | None:
        """Return the number of its day; None where a month or less is known."""
        given = self.date or ""
        return date.fromisoformat(given).toordinal() if len(given) == len("2025-05-05") else None

    def earliness(self) -> tuple[str, str, str]:
        return self.date or "~", self.published_at or "~", self.id

    def length(self) -> tuple[int, str, str, str]:
        return -self.words, *self.earliness()


class _Groups:
    """Copies by their groups, as far as they were loaded. `head_of` says by which article a group is told: the one that
    has a vector."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.members: dict[str, list[_CopyMember]] = {}
        self.group_of: dict[str, str] = {}
        self.head_of: dict[str, str] = {}

    def load_all(self) -> None:
        self._add(run_written(self._session.connection(), f"{_MEMBERS} AND copy_group IS NOT NULL"))

    def load(self, ids: Iterable[str]) -> set[str]:
        """Load the groups of some articles. Returns all articles in them."""
        wanted = set(ids)
        if missing := wanted - self.group_of.keys():
            self._add(run_written(self._session.connection(), _MEMBERS_WITH, (sorted(missing),)))
        groups = {self.group_of[id] for id in wanted if id in self.group_of}
        return {each.id for group in groups for each in self.members[group]}

    def _add(self, rows: Iterable[Sequence[object]]) -> None:
        found: defaultdict[str, list[_CopyMember]] = defaultdict(list)
        for row in rows:
            member = _CopyMember._make(row)
            found[member.group].append(member)
            self.group_of[member.id] = member.group
        self.members |= found

    def places(self, ids: Collection[str]) -> list[tuple[str | None, str]]:
        """Return where articles wait for their stories: by date and id."""
        return [(each.date, each.id) for members in self.members.values() for each in members if each.id in ids]

    def longest(self) -> list[_CopyMember]:
        """Return of each group the longest article that has a day, by which it is told if it says enough."""
        dated = ([each for each in members if each.day is not None] for members in self.members.values())
        return [min(some, key=_CopyMember.length) for some in dated if some]

    def find_heads(self) -> None:
        """Look up by which articles the groups are told."""
        execute = partial(run_written, self._session.connection())
        for chunk in chunks(self.group_of):
            for (id,) in execute(_WITH_VECTOR, (chunk,)):
                self.head_of[self.group_of[id]] = id

    def head(self, id: str) -> str | None:
        """Return by which article the group of an article is told; None where that is not in sight. One without a
        vector is told by its least."""
        group = self.group_of.get(id)
        return None if group is None else self.head_of.get(group, group)

    def named(self, found: Iterable[Iterable[str]]) -> dict[str, str]:
        """Return the story of each article in stories of heads: the id of the earliest article of all."""
        named: dict[str, str] = {}
        for heads in found:
            # What was taken out of sight is among the neighbours of others until its own turn comes.
            groups = (self.group_of[head] for head in heads if head in self.group_of)
            members = [each for group in groups for each in self.members[group]]
            first = min(members, key=_CopyMember.earliness, default=None)
            named.update((each.id, first.id) for each in members if first is not None)
        return named

    def stories(self) -> dict[str, str | None]:
        """Return the stories that the articles are in now."""
        return {each.id: each.story for members in self.members.values() for each in members}


class StoredNearby(Nearby):
    """Neighbours as rows have them, with the part that each article is in."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.part: dict[str, str] = {}
        self.changed = set[str]()

    def __missing__(self, id: str) -> Sequence[Neighbour]:
        self.fetch([id])
        return self.get(id, ())

    def fetch(self, ids: Iterable[str]) -> None:
        if missing := [id for id in ids if id not in self]:
            self._add(_NEIGHBOURS_OF, (missing,))

    def fetch_all(self) -> None:
        self._add("SELECT article_id, part, near FROM story_neighbours", ())

    def _add(self, statement: str, parameters: tuple[list[str], ...]) -> None:
        for id, part, near in select_plain(self._session, statement, parameters):
            self[id], self.part[id] = _unpacked_neighbours(near), part

    def replace(self, id: str, neighbours: list[Neighbour]) -> None:
        self[id] = neighbours
        self.changed.add(id)

    def drop(self, ids: Iterable[str]) -> None:
        """Forget articles that have no vector any more."""
        gone = list(ids)
        delete_in(self._session, StoryNeighbours, StoryNeighbours.article_id, gone)
        for id in gone:
            self.pop(id, None)
            self.part.pop(id, None)

    def in_parts(self, parts: Iterable[str]) -> set[str]:
        """Return the articles that rows have in some parts."""
        rows = run_written(self._session.connection(), _IN_PARTS, (sorted(parts),))
        return {id for (id,) in rows}

    def write(self, part: dict[str, str]) -> None:
        """Write what changed, with the parts that articles are in now."""
        moved = {id for id in part if self.part.get(id) != part[id]}
        rows = [
            {"article_id": id, "part": part.get(id) or self.part[id], "near": _packed_neighbours(self[id])}
            for id in sorted(moved | self.changed)
        ]
        insert_rows(self._session, StoryNeighbours, rows, _REPLACED)


def _renew_stories(session: Session, due: list[str], rulings: StoryRulings) -> set[str]:
    groups, near = _Groups(session), StoredNearby(session)
    members = groups.load(due)
    # A group is worked out whole: a huge one that came at once is so once.
    drop_stories_due(session, groups.places(members.difference(due)))
    former = near.in_parts(_parts_of(session, {*due, *members}))
    gone, new = _exchange_vectors(session, groups, {*due, *members})
    near.drop(each.id for each in gone)
    looked_at = (former | _renew_neighbours(session, near, gone, new)) - {each.id for each in gone}
    looked_at |= {each.id for each in new}
    near.fetch(looked_at)
    looked_at |= near.in_parts({near.part[id] for id in looked_at if id in near.part})
    groups.find_heads()
    looked_at |= {groups.head_of.get(group, group) for group in groups.members}
    found, part = _cut_anew(session, near, groups, looked_at, rulings)
    near.write(part)
    return _put_stories(session, groups, groups.named(found))


def _exchange_vectors(session: Session, groups: _Groups, ids: Iterable[str]) -> tuple[list[Placed], list[Placed]]:
    """Write the vectors that articles have now. Returns those that are gone and those that are new."""
    wanted = _vectors_made(session, groups.longest())
    kept = {each.id: each for each in vectors_of(session, ids)}
    gone = [kept[id] for id in sorted(kept) if not _is_same(kept[id], wanted.get(id))]
    new = [wanted[id] for id in sorted(wanted) if not _is_same(wanted[id], kept.get(id))]
    delete_in(session, StoryVector, StoryVector.article_id, [each.id for each in gone])
    rows = [{"day": each.day, "article_id": each.id, "vector": each.vector.packed()} for each in new]
    insert_rows(session, StoryVector, rows)
    return gone, new


def _renew_neighbours(session: Session, near: StoredNearby, gone: Sequence[Placed], new: Sequence[Placed]) -> set[str]:
    """Renew the neighbours of what is new, and of what has it or had what is gone for one. Returns the articles whose
    neighbours are others than before, with the neighbours that they had."""
    around = Surroundings(_vectors_near(session, {each.day for each in chain(gone, new)}))
    own = {each.id for each in new}
    lost, found = [[(each.id, around.neighbours(each)) for each in some] for some in (gone, new)]
    near.fetch({other.id for _, others in chain(lost, found) for other in others} - own)
    former: dict[str, Sequence[Neighbour]] = {}
    for id, others in lost:
        for other in others:
            if other.id not in own and any(each.id == id for each in near[other.id]):
                former.setdefault(other.id, near[other.id])
                near.replace(other.id, [each for each in near[other.id] if each.id != id])
    lacking = {id for id in former if len(former[id]) == NEIGHBOURS}
    for id, others in found:
        near.replace(id, likest(others))
        for other in others:
            # Of a flood each would be looked up for each: what is new has all of its own already.
            if other.id in own:
                continue
            kept = near[other.id]
            if len(kept) == NEIGHBOURS and (-other.likeness, id) > (-kept[-1].likeness, kept[-1].id):
                continue
            if (renewed := likest([*kept, Neighbour(id, other.likeness)])) != kept:
                former.setdefault(other.id, kept)
                near.replace(other.id, renewed)
    _fill_up(session, near, lacking)
    return former.keys() | {each.id for neighbours in former.values() for each in neighbours}


def _fill_up(session: Session, near: StoredNearby, ids: set[str]) -> None:
    """Look again for all neighbours of articles that had as many as are kept, and lost one."""
    lacking = list(vectors_of(session, ids))
    around = Surroundings(_vectors_near(session, {each.day for each in lacking}))
    for each in lacking:
        near.replace(each.id, likest(around.neighbours(each)))


def _cut_anew(
    session: Session, near: Nearby, groups: _Groups, looked_at: set[str], rulings: StoryRulings
) -> tuple[list[list[str]], dict[str, str]]:
    """Return the stories of some articles, with whatever is in them, and the part of each."""
    parts, cut = Parts(near), dict[str, list[str]]()
    groups.load(rulings.articles())
    groups.find_heads()
    waiting = looked_at
    while waiting:
        parts.prepare(waiting)
        reached = set(chain.from_iterable(map(parts.part_of, waiting)))
        cut.update((id, parts.part_of(id)) for id in reached)
        groups.load(reached)
        waiting = rulings.joined_to(cut.keys(), groups.head) - cut.keys()
    groups.find_heads()
    vectors = {each.id: each for each in vectors_of(session, cut)}
    found = []
    for id, part in cut.items():
        if id == part[0]:
            found += stories_in(near, [vectors[one] for one in part]) if len(part) > 1 else [part]
    part_of = {id: part[0] for id, part in cut.items() if id in vectors}
    return rulings.applied(found, near, groups.head), part_of


def _put_stories(session: Session, groups: _Groups, stories: dict[str, str]) -> set[str]:
    """Write which story each article is in. Returns those of which the index has another: it takes one that never was
    in any to be a story by itself."""
    former = groups.stories()
    changed = [{"article": id, "story": story} for id, story in stories.items() if former[id] != story]
    if changed:
        marking = update(_ARTICLE).where(_ARTICLE.c.id == bindparam("article")).values(story=bindparam("story"))
        session.connection().execute(marking, changed)
    return {id for id, story in stories.items() if (former[id] or id) != story}


_ARTICLE = table_of(Article)

_MEMBERS = "SELECT id, copy_group, date, published_at, word_count, story FROM article WHERE status = 'published'"
_MEMBERS_WITH = f"""
{_MEMBERS} AND copy_group IN (
    SELECT copy_group FROM article WHERE id IN (SELECT value FROM json_each(?)) AND status = 'published'
)
"""
_WITH_VECTOR = "SELECT article_id FROM story_vector WHERE article_id IN (SELECT value FROM json_each(?))"
_ALL_VECTORS = "SELECT article_id, day, vector FROM story_vector"
_VECTORS_OF = f"{_ALL_VECTORS} WHERE article_id IN (SELECT value FROM json_each(?))"
_VECTORS_ON = f"{_ALL_VECTORS} WHERE day IN (SELECT value FROM json_each(?))"
_NEIGHBOURS_OF = """
SELECT article_id, part, near FROM story_neighbours WHERE article_id IN (SELECT value FROM json_each(?))
"""
_PARTS_OF = "SELECT part FROM story_neighbours WHERE article_id IN (SELECT value FROM json_each(?))"
_IN_PARTS = "SELECT article_id FROM story_neighbours WHERE part IN (SELECT value FROM json_each(?))"
_REPLACED = "ON CONFLICT (article_id) DO UPDATE SET part = excluded.part, near = excluded.near"
_NEAR = np.dtype([("id", "<u8"), ("likeness", "<u4")])


def _vectors(session: Session, statement: str, *parameters: list[str] | list[int]) -> Iterator[Placed]:
    for id, day, vector in select_plain(session, statement, parameters):
        yield Placed(id, day, Vector.unpacked(vector))


def vectors_of(session: Session, ids: Iterable[str]) -> Iterator[Placed]:
    return _vectors(session, _VECTORS_OF, sorted(ids))


def _vectors_near(session: Session, days: set[int]) -> Iterator[Placed]:
    """Yield the articles that may be neighbours of those of some days."""
    return _vectors(session, _VECTORS_ON, sorted({other for day in days for other in _days_around(day)}))


def _days_around(day: int) -> range:
    return range(day - DAYS, day + DAYS + 1)


def _parts_of(session: Session, ids: Iterable[str]) -> set[str]:
    rows = run_written(session.connection(), _PARTS_OF, (sorted(ids),))
    return {part for (part,) in rows}


def _vectors_made(session: Session, articles: Iterable[_CopyMember]) -> dict[str, Placed]:
    """Return the vectors that the texts of articles make, of those that say enough."""
    days = {each.id: each.day for each in articles}
    made = {}
    for edition in load_editions(session, days):
        vector, day = vector_of(edition.headline, edition.text), days[edition.id]
        if vector is not None and day is not None:
            made[edition.id] = Placed(edition.id, day, vector)
    return made


def _neighbours_of_all(articles: dict[str, Placed]) -> Nearby:
    by_day: defaultdict[int, list[Placed]] = defaultdict(list)
    for each in articles.values():
        by_day[each.day].append(each)
    near = Nearby()
    for day, some in by_day.items():
        around = Surroundings(each for other in _days_around(day) for each in by_day.get(other, ()))
        near.update((each.id, likest(around.neighbours(each))) for each in some)
    return near


def _is_same(one: Placed | None, other: Placed | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.day == other.day and one.vector.packed() == other.vector.packed()


def _packed_neighbours(neighbours: Sequence[Neighbour]) -> bytes:
    return np.array([(int(id, 16), likeness) for id, likeness in neighbours], _NEAR).tobytes()


def _unpacked_neighbours(packed: bytes) -> list[Neighbour]:
    return [Neighbour(f"{id:016x}", likeness) for id, likeness in np.frombuffer(packed, _NEAR).tolist()]
