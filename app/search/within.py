"""Whether a passage of an article is what a query asks for: the query read over these words alone.

An engine finds articles; what is said inside of one (a quote) is asked here, of its text. A word is a hit exactly where
it is marked as one.
"""

from __future__ import annotations

from app.search.highlight import Highlighter
from app.search.query import And, Clause, Not, Nothing, Or


class PassageQuery:
    """A clause, ready to be asked of many passages. A word of another field than the body stands in none of them."""

    def __init__(self, clause: Clause) -> None:
        self._clause = clause
        self._leaves: dict[Clause, Highlighter] = {}

    def is_met_by(self, passage: str) -> bool:
        return self._holds(self._clause, passage)

    def _holds(self, clause: Clause, passage: str) -> bool:
        match clause:
            case And(clauses):
                return all(self._holds(child, passage) for child in clauses)
            case Or(clauses):
                return any(self._holds(child, passage) for child in clauses)
            case Not(child):
                return not self._holds(child, passage)
            case Nothing():
                return False
            case leaf:
                if (highlighter := self._leaves.get(leaf)) is None:
                    highlighter = self._leaves[leaf] = Highlighter(leaf)
                return bool(highlighter.matches(passage))


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
