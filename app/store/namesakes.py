"""People of one full name over all articles: in which articles it is whose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.ids import is_person, is_scoped
from app.store.contexts import Contexts
from app.store.dialect import has_initial
from app.store.identity import Change, Meaning, RuleName
from app.store.plain import chunks
from app.store.tables import ArticleEntity, Mention

# Below it the surname was given to one of several full names of the article: what is said there may be said of another.
_SURE = 0.6

Company = Callable[[Collection[str]], Mapping[str, Collection[str]]]
"""From articles to the keys of what each names."""


@dataclass(frozen=True, slots=True)
class Namesakes:
    """Tells in which articles a full name is anyone's but the most written about of those who have it."""

    may_differ: Callable[[Collection[str], Collection[str]], bool]
    """From the forms of a full name and what is said of who has it, to whether these could be two people at all."""
    apart: Callable[[Mapping[str, str], Mapping[str, Collection[str]], Company], Mapping[str, str]]
    """From the form of the name in each article, what is said there of who has it, and the company, to what tells the
    person from the one most written about; articles of that one are left out."""
    name: RuleName = "namesake"

    def decide(self, change: Change, contexts: Contexts) -> dict[str, Meaning]:
        names = [key for key in change.touched if is_person(key) and not is_scoped(key)]
        told: dict[str, Meaning] = {name: {} for name in names}
        return told | {key: self._people(contexts, key) for key in self._doubtful(contexts.session, names)}

    def _doubtful(self, session: Session, keys: Collection[str]) -> Iterator[str]:
        """Yield names that could be of two. Asked of two small indexes: nearly all names stop here."""
        for chunk in chunks(keys):
            names: defaultdict[str, set[str]] = defaultdict(set)
            roles: defaultdict[str, set[str]] = defaultdict(set)
            with_initial = select(ArticleEntity.key, ArticleEntity.name).where(col(ArticleEntity.key).in_(chunk))
            for key, name in session.exec(with_initial.where(has_initial()).distinct()):
                names[key].add(name)
            said = select(Mention.key, Mention.role).where(col(Mention.key).in_(chunk), col(Mention.role).is_not(None))
            for key, role in session.exec(said.distinct()):
                roles[key].add(role or "")
            for key in names.keys() | roles.keys():
                if len(names[key]) + len(roles[key]) > 1 and self.may_differ(names[key], roles[key]):
                    yield key

    def _people(self, contexts: Contexts, key: str) -> Meaning:
        def company(articles: Collection[str]) -> dict[str, list[str]]:
            found = contexts.of(articles)
            return {article: [other for other in named if other != key] for article, named in found.items()}

        names, roles = _fullest_forms(contexts.session, key), _roles_by_article(contexts.session, key)
        return {article: f"{key}-{suffix}" for article, suffix in self.apart(names, roles, company).items()}


def _fullest_forms(session: Session, key: str) -> dict[str, str]:
    """Return the fullest form of the name, by article."""
    return dict(
        iter(session.exec(select(ArticleEntity.article_id, ArticleEntity.name).where(ArticleEntity.key == key)))
    )


def _roles_by_article(session: Session, key: str) -> dict[str, set[str]]:
    """Return what is said of who has the name, by article."""
    roles: defaultdict[str, set[str]] = defaultdict(set)
    said = select(Mention.article_id, Mention.role).where(Mention.key == key, col(Mention.role).is_not(None))
    for article, role in session.exec(said.where(col(Mention.confidence) > _SURE)):
        roles[article].add(role or "")
    return roles
