"""Copies: which articles are one piece of news, printed again, cut, continued or corrected.

Each article that is shown has a sketch, by which those are found that may be copies of it; they are compared as
`relations/copying.py` says, and what is a copy of a copy is in one group. Everything happens in the transaction that
writes articles or takes them out of sight: those concerned are compared anew, and the groups worked out again that they
were in or come into. What editors decided about copies (`copy_decisions.py`) goes before what the texts say. So the
groups depend on the articles and the decisions alone, in whatever order they came, and after any crash.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import chain
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
from sqlmodel import Session, col, select

from app.relations.copying import Edition, are_copies, least_shared
from app.relations.shingles import SKETCH, Shingles, estimated_containment
from app.store.bulk import delete_in, insert_rows, select_in
from app.store.copy_decisions import Link, articles_meant
from app.store.copy_groups import least_of_groups, links_of, pairs_with, regroup, regroup_whole
from app.store.database import Database
from app.store.dialect import came
from app.store.plain import chunks, placeholders, select_plain
from app.store.remembered import Remembered
from app.store.tables import Article, CopyPair, Decision, Sketch
from app.store.written import run_written

_UNDATED = 0
_BESIDE = 4
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
    editions = {each.id: each for each in load_editions(session, ids)}
    moved = _moved_sketches(session, ids, editions)
    closer = _parted_by(_all_beside(session, moved)).difference(ids)
    former = links_of(session, ids)
    _forget_sketches(session, ids)
    _keep_sketches(session, editions.values())
    beside = _all_beside(session, moved)
    gone = former | _forget_parted(session, closer | _parted_by(beside))
    known = {each for pair in pairs_with(session, closer) for each in (pair, pair[::-1])}
    pairs = _pairs_of(session, [*editions.values(), *load_editions(session, closer)], beside) - known
    insert_rows(session, CopyPair, [dict(zip(_PAIR, pair, strict=True)) for pair in sorted(pairs)])
    links = links_of(session, ids) | pairs
    return regroup(session, ids, gone - links, links)


def regroup_decided(session: Session, decision: Decision) -> set[str]:
    """Let articles be grouped as decided. Returns as `renew_copies` does. Inside `writing()`, after
    `copy_decisions.record_copy_decision`."""
    return regroup_whole(session, articles_meant(session, decision))


def compare_some(session: Session, limit: int) -> tuple[int, set[str]]:
    """Compare at most `limit` articles that nobody has compared yet, in the order of their arrival: what is near to
    several groups is in that which it was compared with first. Returns how many these were, and as `renew_copies` does.
    """
    found = list(session.exec(select(Article.id).where(*_UNCOMPARED).order_by(came()).limit(limit)))
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
    for beside, *line in select_plain(session, _LISTED, (list(ids), most)):
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
    noted = set(pairs_with(session, ids))
    pairs = {(one, other) for one, other in _pairs_of(session, editions, {}) if one in groups}
    wrong |= {one for one, _ in pairs ^ noted if one in groups}
    least = least_of_groups(session, [each.id for each in editions])
    yield from sorted(wrong | {id for id, group in groups.items() if group != least.get(id)})


def edition_order(article: Any) -> tuple[Any, ...]:
    """Return the order of a group: the longest first, of these the earliest, of these the least id."""
    return article.word_count.desc(), article.date.nulls_last(), article.published_at.nulls_last(), article.id


_PAIR = ("article_id", "other_id")
_EDITION_ORDER = edition_order(Article)
_UNCOMPARED = (col(Article.copy_group).is_(None), col(Article.status) == "published")

_EARLIER_ONE, _LATER_ONE = (
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
_SHARED_NUMBERS = """
SELECT numbers.value FROM json_each(?) AS numbers
WHERE EXISTS (SELECT 1 FROM sketch_hash WHERE hash = numbers.value LIMIT 1 OFFSET 1)
"""
_TEXTS = """
SELECT id, headline, date, body, CAST(furniture AS TEXT) FROM article
WHERE id IN (SELECT value FROM json_each(?)) AND status = 'published'
"""
_KEEP_HASH = "INSERT INTO sketch_hash (hash, day, article_id) VALUES (?, ?, ?)"
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
        for id, headline, day, body, furniture in select_plain(session, _TEXTS, (chunk,)):
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


def _moved_sketches(session: Session, ids: Collection[str], editions: Mapping[str, Edition]) -> list[str]:
    """Return the articles that stand elsewhere among the sketches than before."""
    kept = select(Sketch.article_id, Sketch.day, Sketch.smallest)
    former = {id: (day, smallest) for id, day, smallest in select_in(session, kept, Sketch.article_id, ids)}
    new = {id: (each.day, _packed(each.sketch)) for id, each in editions.items() if each.is_comparable}
    return [id for id in ids if former.get(id) != new.get(id)]


def _forget_sketches(session: Session, ids: Collection[str]) -> None:
    """Remove what is kept of the articles."""
    kept = select(Sketch.article_id, Sketch.day, Sketch.smallest)
    former = list(select_in(session, kept, Sketch.article_id, ids))
    execute = partial(run_written, session.connection())
    if rows := [(number, day, id) for id, day, smallest in former for number in _numbers(smallest)]:
        execute(_FORGET_HASH, rows)
    if pairs := pairs_with(session, ids):
        execute(_FORGET_PAIR, [*pairs, *(pair[::-1] for pair in pairs)])
    delete_in(session, Sketch, Sketch.article_id, ids)


def _keep_sketches(session: Session, editions: Iterable[Edition]) -> None:
    comparable = [each for each in editions if each.is_comparable]
    insert_rows(session, Sketch, [_sketch_row(each) for each in comparable])
    places = [(number, each.day, each.id) for each in comparable for number in _numbers(_packed(each.sketch))]
    if places:
        # In order: what stands together is written together.
        run_written(session.connection(), _KEEP_HASH, sorted(places))


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


def _pairs_of(session: Session, editions: Iterable[Edition], beside: dict[str, _Beside]) -> set[Link]:
    """Return the pairs of copies with one of the articles, in both directions, but for texts that are the same.
    `beside`: what stands beside them, as far as that was looked up."""
    # In the order in which they stand: what is beside one is beside the next, and need not be read again.
    ordered = sorted((each for each in editions if each.is_comparable), key=attrgetter("day", "id"))
    known, compared, pairs = _Editions(session, ordered), set[Link](), set[Link]()
    for one in ordered:
        around = beside.get(one.id) or _Beside(session, one.id, one.day, _numbers(_packed(one.sketch)))
        # Both may be among those asked for; once is enough.
        possible = [id for id in _possible_copies(session, one, around.likely) if (id, one.id) not in compared]
        compared.update((one.id, id) for id in possible)
        known.fetch(possible)
        copies = [id for id in possible if are_copies(one, known[id])]
        pairs |= {pair for id in copies for pair in ((one.id, id), (id, one.id))}
    return pairs


def _possible_copies(session: Session, one: Edition, likely: list[str]) -> list[str]:
    """Return those of the likely articles whose sketches tell that they may be copies."""
    if not likely:
        return []
    sketches = select_plain(session, _SKETCHES, (likely,))
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
    `numbers` are those of its sketch, without what nobody else has where that is known. `likely` are those that may
    share enough and are near enough in time, `parted` those that stand less near to each other with this article
    between them, or may do so.
    """

    def __init__(self, session: Session, id: str, day: int, numbers: Sequence[int]) -> None:
        # As many numbers make the same statement, which is prepared once: so each is looked up where it stands.
        statement = " UNION ALL ".join([_EARLIER_ONE, _LATER_ONE] * len(numbers))
        given = [each for number in numbers for each in (number, day, id) * 2]
        sides = [defaultdict[int, list[str]](list) for _ in range(2)]
        days: dict[str, int] = {}
        for number, other_day, other in select_plain(session, statement, given) if numbers else ():
            sides[(other_day, other) > (day, id)][number].append(other)
            days[other] = other_day
        # A number that more articles have than are looked at may be shared unseen.
        full = {number for side in sides for number, found in side.items() if len(found) == _BESIDE}
        seen = Counter(id for side in sides for found in side.values() for id in found)
        self.likely = sorted(
            id
            for id, count in seen.items()
            if least_shared(day, days[id]) <= 1 and count + len(full) >= _fewest_shared(day, days[id])
        )
        before, after = sides
        crowded = (before[each] + after[each] for each in before.keys() & after.keys())
        self.parted = {id for found in crowded if len(found) > _BESIDE for id in found}


def _all_beside(session: Session, ids: Iterable[str]) -> dict[str, _Beside]:
    """Return what stands beside each of the articles that has a sketch."""
    sketches = select_plain(session, _SKETCHES, (sorted(ids),))
    numbers = {id: _numbers(smallest) for id, _, _, _, smallest in sketches}
    # Most numbers are in one text alone: whoever asks for all at once need not look for what stands around those.
    asked = list(dict.fromkeys(chain.from_iterable(numbers.values())))
    shared = {number for (number,) in select_plain(session, _SHARED_NUMBERS, (asked,))}
    return {id: _Beside(session, id, day, [n for n in numbers[id] if n in shared]) for id, _, day, _, _ in sketches}


def _parted_by(beside: Mapping[str, _Beside]) -> set[str]:
    """Return the other articles that stand nearer to each other without these than with them, or may do so."""
    return {id for each in beside.values() for id in each.parted}.difference(beside)


def _forget_parted(session: Session, ids: Collection[str]) -> set[Link]:
    """Remove the pairs of articles that do not stand beside each other any more. Returns them."""
    rows = select_plain(session, _SKETCHES, (sorted(ids),))
    places = {id: (day, id) for id, _, day, _, _ in rows}
    later = defaultdict[str, set[str]](set)
    for one, other in pairs_with(session, ids):
        if other in places and places[one] < places[other]:
            later[one].add(other)
    parted = set[Link]()
    for id, _, day, _, smallest in rows:
        if id in later:
            gone = later[id].difference(_beside_later(session, id, day, _numbers(smallest)))
            parted |= {pair for other in gone for pair in ((id, other), (other, id))}
    if parted:
        run_written(session.connection(), _FORGET_PAIR, sorted(parted))
    return parted


def _beside_later(session: Session, id: str, day: int, numbers: list[int]) -> set[str]:
    """Return which of the later articles stand beside one that has these numbers."""
    statement = f"SELECT DISTINCT article_id FROM ({' UNION ALL '.join([_LATER_ONE] * len(numbers))}) AS beside"
    given = [each for number in numbers for each in (number, day, id)]
    return {other for (other,) in select_plain(session, statement, given)}


class _Editions:
    """The texts that are compared: those given, and a few of those that were asked for last."""

    def __init__(self, session: Session, given: Iterable[Edition]) -> None:
        self._session = session
        self._given = {each.id: each for each in given}
        self._read: dict[str, Edition] = {}

    def fetch(self, ids: Collection[str]) -> None:
        """Read the texts of some articles, and forget those that were read first where these are many."""
        missing = [id for id in ids if id not in self._given and id not in self._read]
        self._read |= {each.id: each for each in load_editions(self._session, missing)}
        for id in list(self._read)[: max(0, len(self._read) - _EDITIONS)]:
            if id not in ids:
                del self._read[id]

    def __getitem__(self, id: str) -> Edition:
        return self._given.get(id) or self._read[id]
