"""Names that articles take for different things: `Stormy Daniels` is a person, also where one took her for a company.

The articles vote, those the most whose text says what the name is. What is outvoted means the other thing, but not in
articles that say otherwise themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, or_, select

from app.ids import TYPES, is_place, is_scoped, type_of
from app.store.bulk import select_in
from app.store.contexts import TELLING, Contexts
from app.store.identity import EVERYWHERE, Change, Meaning, RuleName, by_name, told_by
from app.store.tables import ArticleEntity, Mention

CLUE = 10
"""What an article counts more whose text says what the name is."""
# How many times the votes of the other there must be, where no text says that the other is right, and where one does.
_TIMES = {False: 1, True: 2}
# With so many times the votes, not even an article that has both keeps the other.
_TIMES_OF_SLIP = {False: 3, True: 10}
# A town gives its name to universities and teams, whose articles need not say so.
_TIMES_OF_TOWN = {False: 3, True: 5}
# Of a name in more articles, no more votes count.
_MOST = 1_000


@dataclass(frozen=True, slots=True)
class _Votes:
    """For one type of a name: the articles that take it for that, and those of them that say why."""

    articles: tuple[str, ...]
    clued: frozenset[str]

    @property
    def weight(self) -> int:
        return len(self.articles) + CLUE * len(self.clued)


@dataclass(frozen=True, slots=True)
class EntityTypes:
    """Tells of what type a name is, where articles differ. `clues` are the rules of recognition by which a text says so
    itself."""

    clues: Collection[str]
    name: RuleName = "type"

    def decide(self, change: Change, contexts: Contexts) -> dict[str, Meaning]:
        session = contexts.session
        touched = [key for key in {*change.touched, *change.moved} if not is_scoped(key)]
        told: dict[str, Meaning] = {key: {} for key in touched}
        for keys in by_name(session, touched).values():
            told |= {key: {} for key in keys}
            if len(keys) > 1:
                told |= self._outvoted(session, keys)
        return told

    def _outvoted(self, session: Session, keys: Collection[str]) -> dict[str, Meaning]:
        """Return what those of the keys mean that are outvoted by another of them."""
        votes = {key: self._votes(session, key) for key in keys}
        first = max(keys, key=lambda key: (votes[key].weight, -TYPES.index(type_of(key))))
        losers = [key for key in keys if key != first and _is_outvoted(key, first, votes)]
        whole = told_by(session, "diminutive", [first]).get(first, {}).get(EVERYWHERE, first)
        return {key: _outvoted_meaning(session, votes[key], votes[first], (first, whole)) for key in losers}

    def _votes(self, session: Session, key: str) -> _Votes:
        named = select(ArticleEntity.article_id).where(ArticleEntity.key == key).distinct()
        articles = tuple(session.exec(named.order_by(col(ArticleEntity.article_id)).limit(_MOST)))
        return _Votes(articles, frozenset(saying_so(session, [key], articles[:TELLING], self.clues)))


def saying_so(session: Session, keys: Collection[str], article_ids: Iterable[str], clues: Collection[str]) -> set[str]:
    """Return those of the articles whose text says itself what any of the keys is."""
    says_so = or_(col(Mention.rule).in_(clues), col(Mention.role).is_not(None))
    rows = select(Mention.article_id, Mention.key).where(says_so)
    return {id for id, key in select_in(session, rows, Mention.article_id, article_ids) if key in keys}


def _is_outvoted(key: str, first: str, votes: Mapping[str, _Votes]) -> bool:
    mine, best = votes[key], votes[first]
    towns = (pair for pair in (key, first) if is_place(pair) and votes[pair].clued)
    if any(towns) and {type_of(key), type_of(first)} == {"place", "organization"}:
        return len(best.articles) >= _TIMES_OF_TOWN[bool(mine.clued)] * len(mine.articles)
    return best.weight >= _TIMES[bool(mine.clued)] * mine.weight


def _outvoted_meaning(session: Session, mine: _Votes, best: _Votes, first: tuple[str, str]) -> Meaning:
    """Return what the outvoted name means, in the articles that do not keep their own: those keep it that say why they
    take it for that, and most that have both, unless no text says anything of either. `first` is the key that won, and
    the entity that it means."""
    key, entity = first
    both = select(ArticleEntity.article_id).where(ArticleEntity.key == key)
    is_guess = not (mine.clued or best.clued)
    is_slip = is_guess or best.weight >= _TIMES_OF_SLIP[bool(mine.clued)] * mine.weight
    shared = () if is_slip else select_in(session, both, ArticleEntity.article_id, mine.articles)
    if not (kept := {*mine.clued, *shared}):
        return {EVERYWHERE: entity}
    return {article: entity for article in mine.articles if article not in kept}
