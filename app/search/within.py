"""Whether a passage of an article is what a query asks for: the query read over these words alone.

An engine finds articles; what is said inside of one (a quote) is asked here, of its text. A word is a hit exactly where
it is marked as one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from app.search.highlight import Highlighter
from app.search.query import And, Clause, Not, Nothing, Or

_TOGETHER = 100
"""Passages that are looked through as one text: that costs less than each by itself."""


class PassageQuery:
    """A clause, ready to be asked of many passages. A word of another field than the body stands in none of them."""

    def __init__(self, clause: Clause) -> None:
        self._clause = clause
        self._leaves: dict[Clause, Highlighter] = {}

    def is_met_by(self, passage: str) -> bool:
        return bool(self.met_by([passage]))

    def met_by(self, passages: Sequence[str]) -> set[int]:
        """Return which of the passages are what the query asks for, by their numbers."""
        return self._held(self._clause, passages, range(len(passages)))

    def _held(self, clause: Clause, passages: Sequence[str], among: Collection[int]) -> set[int]:
        """Return which of the passages `among` these a clause holds of."""
        held = set[int]()
        match clause:
            case And(clauses):
                held.update(among)
                for child in clauses:
                    held = self._held(child, passages, held)
            case Or(clauses):
                for child in clauses:
                    held |= self._held(child, passages, set(among) - held)
            case Not(child):
                held = set(among) - self._held(child, passages, among)
            case Nothing():
                pass
            case leaf:
                held = self._hit(leaf, passages, among)
        return held

    def _hit(self, leaf: Clause, passages: Sequence[str], among: Iterable[int]) -> set[int]:
        if (highlighter := self._leaves.get(leaf)) is None:
            highlighter = self._leaves[leaf] = Highlighter(leaf)
        # One sign beyond ASCII makes all that is looked through with it slower.
        plain = [number for number in among if passages[number].isascii()]
        hit = {number for number in set(among).difference(plain) if highlighter.matches(passages[number])}
        for start in range(0, len(plain), _TOGETHER):
            some = plain[start : start + _TOGETHER]
            found = highlighter.matches_in([passages[number] for number in some])
            hit.update(number for number, spans in zip(some, found, strict=True) if spans)
        return hit


def widened(clause: Clause) -> Clause | None:
    """Return what all articles with such a passage match, None where any may: what a passage lacks, the rest of its
    article may have."""
    match clause:
        case Not():
            return None
        case And(clauses, explicit):
            wanted = tuple(each for child in clauses if (each := widened(child)) is not None)
            return (And(wanted, explicit) if len(wanted) > 1 else wanted[0]) if wanted else None
        case Or(clauses):
            read = tuple(map(widened, clauses))
            return None if None in read else Or(tuple(each for each in read if each is not None))
        case leaf:
            return leaf
