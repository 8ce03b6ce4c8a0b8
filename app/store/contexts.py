"""Contexts: what articles name beside a person, on which rules tell who is meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from sqlmodel import Session

from app.ids import BARE_SURNAME_GLOB
from app.store.plain import chunks
from app.store.written import run_written

TELLING = 200
"""Of one who stands in thousands of articles, so many tell his company; the first by id, whenever they came."""

# Written out: building them would cost more than running them. The same for all bare surnames: an id of 16 hex digits.
_NAMED = f"""
SELECT article_id, key FROM article_entity
WHERE article_id IN ({{}}) AND NOT key GLOB '{BARE_SURNAME_GLOB}' ORDER BY article_id, key
"""
_TELLING_ARTICLES = """
SELECT DISTINCT one.article_id FROM article_entity one
LEFT JOIN identity ON identity.key = one.key AND identity.article_id = one.article_id AND identity.rule = 'namesake'
WHERE one.key IN ({}) AND coalesce(identity.entity_id, ?) = ? ORDER BY one.article_id LIMIT ?
"""


class Contexts:
    """The keys that articles name, bare surnames left out, in order. Each article is read once, however often it is
    asked for."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._connection = session.connection()
        self._known: dict[str, tuple[str, ...]] = {}

    def of(self, article_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Return the keys that each of the articles names."""
        wanted = list(article_ids)
        for chunk in chunks(article for article in wanted if article not in self._known):
            found: dict[str, dict[str, None]] = {article: {} for article in chunk}
            statement = _NAMED.format(", ".join("?" * len(chunk)))
            for article, key in run_written(self._connection, statement, tuple(chunk)):
                found[article][key] = None
            self._known |= {article: tuple(keys) for article, keys in found.items()}
        return {article: self._known[article] for article in wanted}

    def shares(self, names: Sequence[str], person: str) -> dict[str, float]:
        """Return in what share of a person's articles each other key stands. `names` are his, the first of them the one
        that he may have in common with others."""
        counted, articles = self.company(names, person)
        return {other: count / articles for other, count in counted.items()}

    def company(self, names: Sequence[str], person: str) -> tuple[dict[str, int], int]:
        """Return in how many of a person's articles each other key stands, and how many these are, `TELLING` at most;
        `names` as in `shares`."""
        statement = _TELLING_ARTICLES.format(", ".join("?" * len(names)))
        rows = run_written(self._connection, statement, (*names, names[0], person, TELLING))
        contexts = self.of(article for (article,) in rows)
        counted = Counter(other for context in contexts.values() for other in context)
        return {other: count for other, count in counted.items() if other not in names}, len(contexts)
