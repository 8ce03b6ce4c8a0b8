"""Copies: which articles are one piece of news, printed again, cut, continued or corrected.

Each article that is shown has a sketch, by which those are found that may be copies of it; they are compared as
`relations/copying.py` says, and what is a copy of a copy is in one group. Everything happens in the transaction that
writes articles or takes them out of sight: those concerned are compared anew, and the groups worked out again that they
were in or come into. What editors decided about copies (`copy_decisions.py`) goes before what the texts say. So the
groups depend on the articles and the decisions alone, in whatever order they came, and after any crash.
"""

from __future__ import annotations

import json
from builtins import id as builtin_id
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select

from app.relations.copying import Edition, are_copies, least_shared
from app.relations.shingles import SKETCH, Shingles, estimated_containment
from app.store.bulk import chunks, delete_in, insert_rows, select_in, table_of
from app.store.copy_decisions import articles_meant, decided_copies
from app.store.database import Database
from app.store.dialect import run_written
from app.store.plain import placeholders
from app.store.remembered import Remembered
from app.store.stories_due import put_stories_due
from app.store.tables import Article, CopyPair, Decision, Sketch, SketchHash

_UNDATED = 0
_BESIDE = 8
"""Articles looked at to either side of one, of those that have a number of its sketch too, by day and id. Where no more
have it these are all; where a thousand weather reports have it, each is compared with a few, and they hang together by
those. The numbers of what is told in one of them alone lead to its copies all the same."""
_FEWEST_SHARED = 2
# Of two sketches where one has no date, and texts must be all but the same; a candidate may be estimated too low.
_FEWEST_UNDATED = SKETCH // 2
_ESTIMATED = 0.6
"""How much of what is demanded a candidate must have by its sketch, which tells no more than about how much it is."""
_EDITIONS = 200
"""Texts that are kept in memory for the next comparison."""


class CopyLine(NamedTuple):
    """A copy, as a list shows it."""

    id: str
    headline: str
    date: str | None
    source: str | None


class CopySummary(NamedTuple):
    """The copies of an article: `others` besides itself, of how many `sources` with its own, and the first date."""

    others: int
    sources: int
    first_published: str | None


def renew_copies(session: Session, ids: Collection[str]) -> set[str]:
    """Compare anew articles that were written, taken out of sight or shown again, or whose furniture is another.

    Returns the articles whose group is another than before. Inside `writing()`, after `furniture.renew`.
    """
    if not ids:
        return set()
    closer = _crowded_around(session, ids)
    concerned = set(ids) | _forget_sketches(session, ids) | _grouped_with(session, ids)
    editions = list(load_editions(session, ids))
    _keep_sketches(session, editions)
    parted = _forget_parted(session, closer | _crowded_around(session, ids))
    known = {each for pair in _pairs_with(session, closer) for each in (pair, pair[::-1])}
    pairs = _pairs_of(session, [*editions, *load_editions(session, closer)]) - known
    insert_rows(session, CopyPair, [dict(zip(_PAIR, pair, strict=True)) for pair in sorted(pairs)])
    concerned |= {id for pair in (*pairs, *parted) for id in pair}
    return _regroup(session, concerned)


def regroup_decided(session: Session, decision: Decision) -> set[str]:
    """Let articles be grouped as decided. Returns as `renew_copies` does. Inside `writing()`, after
    `copy_decisions.record_copy_decision`."""
    meant = articles_meant(session, decision)
    return _regroup(session, meant | _grouped_with(session, meant))


def compare_some(session: Session, limit: int) -> tuple[int, set[str]]:
    """Compare at most `limit` articles that nobody has compared yet. Returns how many these were, and as
    `renew_copies` does."""
    found = list(session.exec(select(Article.id).where(*_UNCOMPARED).limit(limit)))
    return len(found), renew_copies(session, found)


def is_compared(session: Session) -> bool:
    """Return whether there is no article that nobody has compared."""
    return session.exec(select(Article.id).where(*_UNCOMPARED).limit(1)).first() is None


def copy_summaries(database: Database, ids: Iterable[str], version: int | None = None) -> dict[str, CopySummary]:
    """Return what copies there are of those of the articles that have any. `version`: of the rows when the request
    began, where that is known."""
    found = _summaries_kept.find(database, ids, version)
    return {id: summary for id, summary in found.items() if summary.others}


class EditionGroup(NamedTuple):
    """What an article is one piece of news with: `longest` is the id of the longest of all, of these of the earliest,
    `first_published` the first date; `articles` are some of the `others`."""

    longest: str
    others: int
    first_published: str | None
    articles: list[Article]


def editions_beside(session: Session, article: Article, limit: int) -> EditionGroup:
    """Return the group of an article, with at most `limit` of the others: the longest first, of these the earliest."""
    wanted = select(Article.id, Article.date).where(
        Article.copy_group == article.copy_group, col(Article.copy_group).is_not(None)
    )
    dates = dict(session.exec(wanted.order_by(*_EDITION_ORDER)).all()) or {article.id: article.date}
    others = [id for id in dates if id != article.id]
    found = {each.id: each for each in select_in(session, select(Article), Article.id, others[:limit])}
    first = min((day for day in dates.values() if day is not None), default=None)
    return EditionGroup(next(iter(dates)), len(others), first, [found[id] for id in others[:limit]])


def copies_listed(session: Session, ids: Iterable[str], most: int) -> dict[str, list[CopyLine]]:
    """Return at most `most` of the copies of each of the articles that have any, as a list shows them."""
    found: defaultdict[str, list[CopyLine]] = defaultdict(list)
    for beside, *line in run_written(session.connection(), _LISTED, (list(ids), most)):
        found[beside].append(CopyLine(*line))
    return dict(found)


def copies_before(session: Session, ids: Iterable[str]) -> dict[str, list[str]]:
    """Return the copies of each of the articles that came into the archive before it, of those that have any."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for id, earlier in run_written(session.connection(), _EARLIER, (list(ids),)):
        found[id].append(earlier)
    return dict(found)


def edition_of(article: Article) -> Edition:
    """Return an article as it is compared."""
    return _stripped_edition(article.id, article.headline, article.date, article.body, article.furniture)


def wrongly_grouped(session: Session, ids: Sequence[str]) -> Iterator[str]:
    """Yield those of the articles whose sketch, pairs or group are not what their texts make them. One that nobody has
    compared yet has none."""
    compared = select(Article.id, Article.copy_group).where(col(Article.copy_group).is_not(None))
    groups = dict(select_in(session, compared, Article.id, ids))
    editions = [each for each in load_editions(session, ids) if each.id in groups]
    kept = {row.article_id: row.model_dump() for row in select_in(session, select(Sketch), Sketch.article_id, ids)}
    expected = {each.id: _sketch_row(each) for each in editions if each.is_comparable}
    wrong = {id for id in kept.keys() | expected.keys() if kept.get(id) != expected.get(id)}
    noted = set(_pairs_with(session, ids))
    pairs = {(one, other) for one, other in _pairs_of(session, editions) if one in groups}
    wrong |= {one for one, _ in pairs ^ noted if one in groups}
    least = _least_of_groups(session, [each.id for each in editions])
    yield from sorted(wrong | {id for id, group in groups.items() if group != least.get(id)})


def edition_order(article: Any) -> tuple[Any, ...]:
    """Return the order of a group: the longest first, of these the earliest, of these the least id."""
    return article.word_count.desc(), article.date.nulls_last(), article.published_at.nulls_last(), article.id


_ARTICLE = table_of(Article)
_PAIR = ("article_id", "other_id")
_EDITION_ORDER = edition_order(Article)
_UNCOMPARED = (col(Article.copy_group).is_(None), col(Article.status) == "published")

_BESIDE_ONE = " UNION ALL ".join(
    f"""SELECT * FROM (
    SELECT hash, day, article_id FROM sketch_hash WHERE hash = ? AND (day, article_id) {than} (?, ?)
    ORDER BY hash {order}, day {order}, article_id {order} LIMIT {_BESIDE}
) AS {side}"""
    for side, than, order in (("earlier", "<", "DESC"), ("later", ">", "ASC"))
)
_SUMMARIES = """
SELECT own.id, count(*) - 1, count(DISTINCT other.source), min(other.date) FROM article AS own
JOIN article AS other ON other.copy_group = own.copy_group
WHERE own.id IN ({}) GROUP BY own.id HAVING count(*) > 1
"""
_LISTED = """
SELECT beside, id, headline, date, source FROM (
    SELECT own.id AS beside, other.id, other.headline, other.date, other.source, row_number() OVER (
        PARTITION BY own.id
        ORDER BY other.word_count DESC, other.date NULLS LAST, other.published_at NULLS LAST, other.id
    ) AS place
    FROM article AS own JOIN article AS other ON other.copy_group = own.copy_group AND other.id != own.id
    WHERE own.id IN (SELECT value FROM json_each(?))
) AS listed WHERE place <= ? ORDER BY place
"""
_EARLIER = """
SELECT own.id, other.id FROM article AS own JOIN article AS other ON other.copy_group = own.copy_group
WHERE own.id IN (SELECT value FROM json_each(?))
AND (coalesce(other.added, 0), other.id) < (coalesce(own.added, 0), own.id)
"""
_SKETCHES = """
SELECT article_id, digest, day, size, smallest FROM sketch WHERE article_id IN (SELECT value FROM json_each(?))
"""
_TEXTS = """
SELECT id, headline, date, body, CAST(furniture AS TEXT) FROM article
WHERE id IN (SELECT value FROM json_each(?)) AND status = 'published'
"""
_OF_DIGESTS = "SELECT digest, article_id FROM sketch WHERE digest IN (SELECT value FROM json_each(?)) ORDER BY 1, 2"
_FORGET_HASH = "DELETE FROM sketch_hash WHERE hash = ? AND day = ? AND article_id = ?"
_FORGET_PAIR = "DELETE FROM copy_pair WHERE article_id = ? AND other_id = ?"


def _read_summaries(database: Database, ids: Sequence[str]) -> dict[str, CopySummary]:
    rows = database.rows(_SUMMARIES.format(placeholders(ids)), ids)
    return dict.fromkeys(ids, _NO_COPIES) | {id: CopySummary(*summary) for id, *summary in rows}


_NO_COPIES = CopySummary(0, 1, None)
_summaries_kept = Remembered(_read_summaries, lambda _: 250, 4 * 1024 * 1024)


def load_editions(session: Session, ids: Iterable[str]) -> Iterator[Edition]:
    # Without the ORM, which would take as long as the comparison.
    for chunk in chunks(ids):
        rows = run_written(session.connection(), _TEXTS, (chunk,))
        for id, headline, day, body, furniture in rows:
            yield _stripped_edition(id, headline, day, body, json.loads(furniture or "[]"))


def _stripped_edition(
    id: str, headline: str, day: str | None, body: str, furniture: Sequence[Sequence[int]] | None
) -> Edition:
    pieces, at = [], 0
    for start, end in furniture or ():
        pieces.append(body[at:start])
        at = end
    return Edition(id, headline, _civil_ordinal(day), "\n".join((*pieces, body[at:])))


def _civil_ordinal(day: str | None) -> int:
    """Return the number of a day, of a month or a year that of its first, and 0 without one."""
    if not day:
        return _UNDATED
    year, month, dom = (*map(int, day.split("-")), 1, 1)[:3]
    return date(year, month, dom).toordinal()


def _forget_sketches(session: Session, ids: Collection[str]) -> set[str]:
    """Remove what is kept of the articles. Returns the articles whose group may have depended on it."""
    kept = select(Sketch.article_id, Sketch.day, Sketch.smallest)
    former = list(select_in(session, kept, Sketch.article_id, ids))
    pairs, same = _pairs_with(session, ids), _with_same_text(session, ids)
    execute = partial(run_written, session.connection())
    if rows := [(number, day, id) for id, day, smallest in former for number in _numbers(smallest)]:
        execute(_FORGET_HASH, rows)
    if pairs:
        execute(_FORGET_PAIR, [*pairs, *(pair[::-1] for pair in pairs)])
    delete_in(session, Sketch, Sketch.article_id, ids)
    return {id for pair in (*pairs, *same) for id in pair}


def _keep_sketches(session: Session, editions: Iterable[Edition]) -> None:
    comparable = [each for each in editions if each.is_comparable]
    insert_rows(session, Sketch, [_sketch_row(each) for each in comparable])
    hashes = [
        {"hash": number, "day": each.day, "article_id": each.id}
        for each in comparable
        for number in _numbers(_packed(each.sketch))
    ]
    insert_rows(session, SketchHash, hashes)


def _sketch_row(edition: Edition) -> dict[str, Any]:
    return {
        "article_id": edition.id,
        "digest": edition.digest,
        "day": edition.day,
        "size": len(edition.shingles),
        "smallest": _packed(edition.sketch),
    }


def _packed(sketch: Shingles) -> bytes:
    return sketch.astype("<u8").tobytes()


def _sketch_from(smallest: bytes) -> Shingles:
    return np.frombuffer(smallest, "<u8").astype(np.uint64)


def _numbers(smallest: bytes) -> list[int]:
    """Return the shingles of a sketch as SQLite keeps them: with a sign."""
    numbers: list[int] = np.frombuffer(smallest, "<i8").tolist()
    return numbers


def _pairs_of(session: Session, editions: Sequence[Edition]) -> set[tuple[str, str]]:
    """Return the pairs of copies with one of the articles, in both directions, but for texts that are the same."""
    known, pairs = _Editions(session, editions), set[tuple[str, str]]()
    for one in editions:
        if not one.is_comparable:
            continue
        for id in _possible_copies(session, one):
            # Both may be among those asked for; once is enough.
            if (one.id, id) not in pairs and are_copies(one, known[id]):
                pairs |= {(one.id, id), (id, one.id)}
    return pairs


def _possible_copies(session: Session, one: Edition) -> list[str]:
    """Return the articles whose sketches tell that they may be copies."""
    sketches = run_written(session.connection(), _SKETCHES, (_Beside(session, one.id, one.day, one.sketch).likely(),))
    own = set(_numbers(_packed(one.sketch)))
    return [
        id
        for id, digest, day, size, smallest in sketches
        if digest != one.digest
        and len(own.intersection(_numbers(smallest))) >= _fewest_shared(one.day, day)
        and estimated_containment(one.sketch, _sketch_from(smallest), (len(one.shingles), size))
        >= _ESTIMATED * least_shared(one.day, day)
    ]


def _fewest_shared(one: int, other: int) -> int:
    """Return how much two sketches must share, by the days of their articles."""
    return _FEWEST_SHARED if one != _UNDATED != other else _FEWEST_UNDATED


class _Beside:
    """What stands beside an article among those that share a number of its sketch: `_BESIDE` of them to either side.

    Either of two articles stands beside the other or neither does, and who does so depends on the sketches alone.
    """

    def __init__(self, session: Session, id: str, day: int, sketch: Shingles) -> None:
        numbers = _numbers(_packed(sketch))
        # As many numbers make the same statement, which is prepared once: so each is looked up where it stands.
        statement = " UNION ALL ".join([_BESIDE_ONE] * len(numbers))
        given = tuple(each for number in numbers for each in (number, day, id) * 2)
        self._day = day
        self._sides = [defaultdict[int, list[str]](list) for _ in range(2)]
        self._days: dict[str, int] = {}
        for number, other_day, other in run_written(session.connection(), statement, given):
            self._sides[(other_day, other) > (day, id)][number].append(other)
            self._days[other] = other_day

    def likely(self) -> list[str]:
        """Return those that may share enough and are near enough in time. A number that more articles have than are
        looked at may be shared unseen."""
        full = {number for side in self._sides for number, found in side.items() if len(found) == _BESIDE}
        seen = Counter(id for side in self._sides for found in side.values() for id in found)
        return sorted(
            id
            for id, count in seen.items()
            if least_shared(self._day, self._days[id]) <= 1
            and count + len(full) >= _fewest_shared(self._day, self._days[id])
        )

    def parted(self) -> set[str]:
        """Return those that stand less near to each other with this article between them, or may do so."""
        before, after = self._sides
        crowded = (before[each] + after[each] for each in before.keys() & after.keys())
        return {id for found in crowded if len(found) > _BESIDE for id in found}


def _crowded_around(session: Session, ids: Collection[str]) -> set[str]:
    """Return the other articles that stand nearer to each other without these than with them, or may do so."""
    sketches = run_written(session.connection(), _SKETCHES, (sorted(ids),)).all()
    beside = (_Beside(session, id, day, _sketch_from(smallest)) for id, _, day, _, smallest in sketches)
    return {id for each in beside for id in each.parted()}.difference(ids)


def _forget_parted(session: Session, ids: Collection[str]) -> set[tuple[str, str]]:
    """Remove the pairs of articles that do not stand beside each other any more. Returns them."""
    pairs = defaultdict[str, set[str]](set)
    for one, other in _pairs_with(session, ids):
        if one < other and other in ids:
            pairs[one].add(other)
    parted = set[tuple[str, str]]()
    for id, _, day, _, smallest in run_written(session.connection(), _SKETCHES, (sorted(pairs),)).all():
        gone = pairs[id].difference(_Beside(session, id, day, _sketch_from(smallest)).likely())
        parted |= {pair for other in gone for pair in ((id, other), (other, id))}
    if parted:
        run_written(session.connection(), _FORGET_PAIR, sorted(parted))
    return parted


class _Editions:
    """The texts that are compared: those given, and a few of those that were asked for last."""

    def __init__(self, session: Session, given: Iterable[Edition]) -> None:
        self._session = session
        self._given = {each.id: each for each in given}
        self._read: dict[str, Edition] = {}

    def __getitem__(self, id: str) -> Edition:
        if (given := self._given.get(id)) is not None:
            return given
        if id not in self._read:
            if len(self._read) >= _EDITIONS:
                del self._read[next(iter(self._read))]
            [self._read[id]] = load_editions(self._session, [id])
        return self._read[id]


def _pairs_with(session: Session, ids: Iterable[str]) -> list[tuple[str, str]]:
    """Return the pairs of which an article is one of these, that one first."""
    wanted = select(CopyPair.article_id, CopyPair.other_id)
    return [(one, other) for one, other in select_in(session, wanted, CopyPair.article_id, ids)]


def _with_same_text(session: Session, ids: Iterable[str]) -> list[tuple[str, str]]:
    """Return pairs that join all articles whose text is that of one of these."""
    digests = set(select_in(session, select(Sketch.digest), Sketch.article_id, ids))
    found: defaultdict[int, list[str]] = defaultdict(list)
    for digest, id in run_written(session.connection(), _OF_DIGESTS, (sorted(digests),)):
        found[digest].append(id)
    return [(members[0], other) for members in found.values() for other in members[1:]]


def _least_of_groups(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """Return the least id of its group for each of the articles, and for each that is in a group with one."""
    decided = decided_copies(session)
    links: dict[tuple[str, str], bool] = {}
    near, new = set[str](), set(ids)
    while new:
        near |= new
        by_editors = decided.links_with(new)
        found = [*by_editors, *_pairs_with(session, new), *_with_same_text(session, new)]
        links |= {(min(link), max(link)): False for link in found}
        links |= {(min(link), max(link)): True for link in by_editors}
        new = {id for link in found for id in link} - near
    # What editors joined comes first: if some are to be apart, the texts decide with which of them others go.
    ordered = sorted(links, key=lambda link: (not links[link], link))
    return _groups_joined(near, ordered, decided.apart)


def _groups_joined(
    ids: Iterable[str], links: Iterable[tuple[str, str]], apart: Mapping[str, set[str]]
) -> dict[str, str]:
    """Return the least id of its group for each: what is linked is in one, unless that would join what is apart."""
    groups = {id: {id} for id in ids}
    for one, other in links:
        first, second = groups[one], groups[other]
        if first is second or any(apart.get(id, frozenset()) & second for id in first):
            continue
        smaller, larger = sorted((first, second), key=len)
        larger |= smaller
        groups |= dict.fromkeys(smaller, larger)
    least: dict[int, str] = {}
    for id in sorted(groups):
        least.setdefault(builtin_id(groups[id]), id)
    return {id: least[builtin_id(group)] for id, group in groups.items()}


def _grouped_with(session: Session, ids: Collection[str]) -> set[str]:
    """Return the articles that are in one group with any of these, as it stands in the rows."""
    groups = {group for group in select_in(session, select(Article.copy_group), Article.id, ids) if group is not None}
    return set(select_in(session, select(Article.id), Article.copy_group, groups))


def _regroup(session: Session, ids: Iterable[str]) -> set[str]:
    """Work out the groups of these articles. Returns those that are in another than before."""
    shown = set(select_in(session, select(Article.id).where(Article.status == "published"), Article.id, ids))
    least = _least_of_groups(session, shown)
    concerned = least.keys() | set(ids)
    groups = dict(select_in(session, select(Article.id, Article.copy_group), Article.id, concerned))
    changed = {id for id, group in groups.items() if group != least.get(id)}
    # One of a group stands for all of it: a huge one is not told anew of each that comes.
    put_stories_due(session, changed | (concerned - shown) | set(least.values()))
    if changed:
        rows = [{"article": id, "group": least.get(id)} for id in changed]
        marking = update(_ARTICLE).where(_ARTICLE.c.id == bindparam("article")).values(copy_group=bindparam("group"))
        session.connection().execute(marking, rows)
    # In the index an article that was never compared is a group by itself.
    return {id for id in changed if (groups[id] or id) != least.get(id, id)}
