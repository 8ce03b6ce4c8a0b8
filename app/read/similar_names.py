"""Entities that may be one, by their names: those beside one of them, and all pairs of the archive.

Nothing is joined here. What articles say has been asked before (`store/variants.py`); who knows more merges them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, product
from typing import cast

from sqlmodel import Session, col, select

from app.effort import spend_unbounded
from app.enrich import spellings
from app.enrich.likeness import Likeness, common_parts, likeness
from app.ids import EntityType, name_of, type_of
from app.read.entities import entity_summary
from app.read.models import SimilarName, ordered
from app.store.decisions import parted_pairs
from app.store.entities import load_entities
from app.store.plain import placeholders, select_plain
from app.store.tables import Entity
from app.store.written import run_written

# Of one block more are no question to an editor: `J. Smith` may be any of them.
_MOST_OF_BLOCK = 200
_NAMED_TOGETHER, _ONE_OFFICE = 0.3, 0.1


@dataclass(frozen=True, slots=True)
class Pair:
    """Two entities that may be one; `together` counts the articles that name both."""

    one: Entity
    other: Entity
    why: Likeness
    together: int

    @property
    def merge(self) -> str:
        """Return the command that joins them: who is in fewer articles becomes part of the other."""
        return f"dateline entities merge {self.one.id} {self.other.id}"


def similar_names(session: Session, entity: Entity, limit: int) -> tuple[list[Pair], int]:
    """Return the pairs of `entity`, first in each, and of those that may be the same, the likest first, and how many
    there are."""
    spend_unbounded()
    found = {other: why for other in _near(session, entity.id) if (why := likeness(entity.id, other)) is not None}
    apart = parted_pairs(session) if found else set()
    known = load_entities(session, [other for other in found if frozenset((entity.id, other)) not in apart])
    pairs = [
        Pair(entity, other, found[other.id], _together(session, entity, other))
        for other in known.values()
        if other.article_count
    ]
    return sorted(pairs, key=_rank)[:limit], len(pairs)


def duplicates(session: Session, type: EntityType | None, limit: int) -> tuple[list[Pair], int]:
    """Return the pairs that may be one, the likest first and of these those in most articles, and how many there are.
    First in each is who is in fewer articles."""
    counted = select(Entity.id).where(col(Entity.article_count) > 0, ~col(Entity.hidden))
    ids = session.exec(counted if type is None else counted.where(Entity.type == type))
    found = {pair: why for pair in set(_comparable(ids)) if (why := likeness(*pair)) is not None}
    apart = parted_pairs(session)
    known = load_entities(session, sorted({id for pair in found for id in pair}))
    pairs = [
        _fewer_first(session, known[one], known[other], why)
        for (one, other), why in found.items()
        if frozenset((one, other)) not in apart
    ]
    return sorted(pairs, key=_rank)[:limit], len(pairs)


def _fewer_first(session: Session, one: Entity, other: Entity, why: Likeness) -> Pair:
    fewer, more = sorted((one, other), key=lambda entity: (entity.article_count, entity.mention_count, entity.id))
    return Pair(fewer, more, why, _together(session, fewer, more))


def _rank(pair: Pair) -> tuple[float, int, int, str, str]:
    """Sort the likest first, then those in most articles. Whom one article names under two names is mostly two, but for
    a slip of the pen; one office says that they are one."""
    score = pair.why.score
    if pair.together and pair.why.reason not in ("spelling", "misspelling", "words"):
        score -= _NAMED_TOGETHER
    if pair.one.role is not None and pair.one.role == pair.other.role:
        score += _ONE_OFFICE
    counts = sorted((pair.one.article_count, pair.other.article_count))
    return -round(score, 3), -counts[0], -counts[1], pair.one.id, pair.other.id


def similar_name_view(pair: Pair) -> SimilarName:
    """Return the second of a pair as answers show it."""
    shown = {**entity_summary(pair.other), "reason": pair.why.reason, "together": pair.together}
    return ordered(SimilarName, cast(SimilarName, shown))


def _near(session: Session, id: str) -> set[str]:
    """Return the entities whose names begin with the same letters or end in the same word: no others are alike. Two
    ranges of indexes, so the rest of the archive costs nothing."""
    name = spellings.full_name(id)
    letters = name_of(id)[: 1 if name is not None else 2]
    start = f"{type_of(id)}-{letters}"
    rows = select_plain(session, "SELECT id FROM entity WHERE id BETWEEN ? AND ?", (start, f"{start}\x7f"))
    if name is not None:
        written = spellings.spellings(name.last)
        rows += select_plain(session, _OF_SURNAMES.format(placeholders(written)), written)
    return {near for (near,) in rows} - {id}


_OF_SURNAMES = "SELECT DISTINCT entity_id FROM article_entity WHERE surname IN ({})"


def _comparable(ids: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each pair that has something in common, in the order of their ids, some of them twice."""
    members: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for id in sorted(ids):
        for block in common_parts(id):
            members[block].append(id)
    for block, of_block in members.items():
        if block[0] == "initial":
            wholes = members.get(("whole", *block[1:]), [])
            if len(of_block) * len(wholes) <= _MOST_OF_BLOCK:
                yield from (_by_id(*pair) for pair in product(of_block, wholes))
        elif block[0] != "whole" and len(of_block) <= _MOST_OF_BLOCK:
            yield from combinations(of_block, 2)


def _by_id(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)


_TOGETHER = """
SELECT count(DISTINCT one.article_id) FROM article_entity one CROSS JOIN article_entity other
WHERE other.entity_id = ? AND other.article_id = one.article_id AND one.entity_id = ?
"""


def _together(session: Session, one: Entity, other: Entity) -> int:
    fewer, more = sorted((one, other), key=lambda entity: entity.article_count)
    return int(run_written(session.connection(), _TOGETHER, (more.id, fewer.id)).scalar_one())
