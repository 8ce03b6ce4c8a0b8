"""Names of one word that their article does not explain: `Pence` is no firm, where the archive has Mike Pence all over,
and `Twitter` is nobody's surname.

A bare surname is a key of one article alone and so has no vote on types (`entity_types.py`). Here the people who have
the word for a surname stand against what else is called so.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from app.ids import TYPES, article_of, is_person, is_scoped, name_of, scoped, type_of, unscoped
from app.store.bulk import select_in
from app.store.contexts import TELLING, Contexts
from app.store.diminutives import shorts_of, wholes_of
from app.store.entity_types import CLUE, saying_so
from app.store.identity import EVERYWHERE, Change, Meaning, RuleName, told_by
from app.store.surnames import agrees, bare_keys, surname_of, told_bare
from app.store.tables import ArticleEntity, Identity

# A surname is known of so many articles that have it with a given name, one person in half of them: `Penn` is many.
_KNOWN, _SHARE_OF_ONE = 5, 0.5
# How many times the weight of the firm they must be: where its article tells who is meant, and where it does not.
_TIMES, _TIMES_UNTOLD = 3, 10
# What takes a word from people must weigh half as much as their articles. Where texts have anybody of that name with a
# given name or a title, it must be in so many articles, and weigh so many times what people do.
_SHARE_UNKNOWN, _LEAST, _TIMES_PEOPLE = 0.5, 3, 2


@dataclass(frozen=True, slots=True)
class LoneNames:
    """Tells whether one word is a surname. `clues` are the rules of recognition by which a text says so itself; what
    `is_given` takes for a given name may always be a person."""

    clues: Collection[str]
    is_given: Callable[[str], bool]
    name: RuleName = "lone"

    def decide(self, change: Change, contexts: Contexts) -> dict[str, Meaning]:
        session = contexts.session
        words = {word for key in {*change.touched, *change.moved} if (word := _word_of(key))}
        told: dict[str, Meaning] = {key: {} for key in _told_before(session, words)}
        for word, others in _others_called(session, words).items():
            told |= self._no_surnames(session, word, others) | self._no_firms(contexts, word, others)
        return told

    def _no_firms(self, contexts: Contexts, word: str, others: Collection[str]) -> dict[str, Meaning]:
        """Return what the firm of that name means in articles that do not say why they take it for one: who has the
        surname more than all others, or where that is beyond doubt one of those not told apart."""
        firm, session = f"organization-{word}", contexts.session
        if firm not in others or told_by(session, "type", [firm]):
            return {}
        known = _known_people(session, word)
        person, count = max(sorted(known.items()), key=lambda pair: pair[1], default=("", 0))
        if count < max(_KNOWN, _SHARE_OF_ONE * known.total()):
            return {}
        articles = _articles_of(session, firm)
        clued = saying_so(session, [firm], articles, self.clues)
        times = known.total() / _weight(articles, clued)
        unexplained = [article for article in articles if article not in clued]
        told = {article: scoped(f"person-{word}", article) for article in unexplained if times >= _TIMES_UNTOLD}
        if times >= _TIMES:
            shares = contexts.shares((person, *shorts_of(session, [person])[person]), person)
            company = contexts.of(unexplained)
            told |= {article: person for article in unexplained if agrees(set(company[article]) - {firm}, shares)}
        return {firm: told}

    def _no_surnames(self, session: Session, word: str, others: Collection[str]) -> dict[str, Meaning]:
        """Return what bare surnames mean that are none, in articles that do not say why they take them for such."""
        bare = set[str]() if self.is_given(word) else bare_keys(session, f"person-{word}")
        if not bare:
            return {}
        clued = saying_so(session, bare, map(article_of, bare), self.clues)
        weights = {key: self._weight_of(session, key) for key in others}
        first = max(others, key=lambda key: (weights[key], -TYPES.index(type_of(key))))
        known = _known_people(session, word).total() + CLUE * len(clued)
        is_rare = known and len(_articles_of(session, first)) < _LEAST
        if is_rare or weights[first] < (_TIMES_PEOPLE * (len(bare) + known) if known else _SHARE_UNKNOWN * len(bare)):
            return {}
        meant = told_by(session, "type", [first]).get(first, {}).get(EVERYWHERE, first)
        return {key: {EVERYWHERE: meant} for key in bare if article_of(key) not in clued}

    def _weight_of(self, session: Session, key: str) -> int:
        articles = _articles_of(session, key)
        return _weight(articles, saying_so(session, [key], articles[:TELLING], self.clues))


def _weight(articles: Collection[str], clued: Collection[str]) -> int:
    return len(articles) + CLUE * len(clued)


def _word_of(key: str) -> str | None:
    """Return the surname of a person, and the whole name of anything else of one word."""
    word = (surname_of(key) if is_person(key) and not is_scoped(key) else name_of(unscoped(key))) or ""
    return word if word and "-" not in word else None


def _told_before(session: Session, words: Collection[str]) -> set[str]:
    """Return the keys of these words about which the rule told anything."""
    wanted = select(Identity.key).where(Identity.rule == "lone")
    firms = select_in(session, wanted, Identity.key, (f"organization-{word}" for word in words))
    return {*firms, *(key for word in words for key in told_bare(session, f"person-{word}", "lone"))}


def _others_called(session: Session, words: Iterable[str]) -> dict[str, set[str]]:
    """Return, for each word by which anything but people is called, the keys of that."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    keys = {f"{type}-{word}" for word in words for type in TYPES if type != "person"}
    for key in select_in(session, select(ArticleEntity.key).distinct(), ArticleEntity.key, keys):
        found[name_of(key)].add(key)
    return found


def _known_people(session: Session, surname: str) -> Counter[str]:
    """Return in how many articles each person of that surname has a given name."""
    rows = (
        select(ArticleEntity.key, func.count()).where(ArticleEntity.surname == surname).group_by(col(ArticleEntity.key))
    )
    counted = dict(session.exec(rows).all())
    wholes = wholes_of(session, counted)
    known = Counter[str]()
    for key, count in counted.items():
        known[wholes.get(key, key)] += count
    return known


def _articles_of(session: Session, key: str) -> list[str]:
    named = select(ArticleEntity.article_id).where(ArticleEntity.key == key).distinct()
    return list(session.exec(named.order_by(col(ArticleEntity.article_id))))
