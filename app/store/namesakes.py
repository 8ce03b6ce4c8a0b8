"""People of one full name over all articles: in which articles it is whose.

Everything here is asked of the keys and roles that articles give by themselves, never of what other articles or editors
made of them: so the outcome is one function of the articles, in whatever order they came.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from sqlalchemy import delete, insert, literal_column
from sqlalchemy.dialects.sqlite import insert as insert_or
from sqlmodel import Session, col, select

from app.store.articles import chunks
from app.store.decisions import stem
from app.store.tables import WITH_INITIAL, ArticleEntity, Mention, Namesake, UnsettledName

MayDiffer = Callable[[Collection[str], Collection[str]], bool]
"""From the forms of a full name and what is said of who has it, to whether these could be two people at all."""
Company = Callable[[Collection[str]], Mapping[str, Collection[str]]]
"""From articles to the keys of what each names."""
Apart = Callable[[Mapping[str, str], Mapping[str, Collection[str]], Company], Mapping[str, str]]
"""From the form of the name in each article, what is said there of who has it, and the company, to what tells the
person from the one most written about; articles of that one are left out."""

TELLING = 200
"""Of one who stands in thousands of articles, so many tell his company; the first by id, whenever they came."""
# Below it the surname was given to one of several full names of the article: what is said there may be said of another.
_SURE = 0.6


def unsettle(session: Session, keys: Iterable[str]) -> None:
    """Mark these keys, whose articles changed: `settle` asks who is meant by them."""
    if names := [{"key": key} for key in sorted(keys) if key.startswith("person-")]:
        session.connection().execute(insert_or(UnsettledName).on_conflict_do_nothing(), names)


def persons(session: Session, keys: Iterable[str]) -> dict[str, dict[str, str]]:
    """Of full names that several people have: by article that means none but the first of them, whom it means."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for chunk in chunks(key for key in keys if key.startswith("person-")):
        rows = select(Namesake.key, Namesake.article_id, Namesake.person).where(col(Namesake.key).in_(chunk))
        for key, article, person in session.exec(rows):
            found[key][article] = person
    return found


def unsettled(session: Session) -> list[str]:
    """The persons marked, by full names and by bare surnames."""
    return list(session.exec(select(UnsettledName.key).order_by(col(UnsettledName.key))))


def settle(session: Session, touched: Sequence[str], may_differ: MayDiffer, apart: Apart) -> set[str]:
    """Look again where articles changed. The names that are of other people now."""
    if not touched:
        return set()
    names = [key for key in touched if stem(key) == key]
    before = persons(session, names)
    contexts = Contexts(session)
    after = {key: _persons(session, key, contexts, apart) for key in _doubtful(session, names, may_differ)}
    changed = {key for key in before.keys() | after.keys() if before.get(key, {}) != after.get(key, {})}
    for chunk in chunks(changed):
        session.connection().execute(delete(Namesake).where(col(Namesake.key).in_(chunk)))
    if kept := [row for key in sorted(changed) for row in _rows(key, after.get(key, {}))]:
        session.connection().execute(insert(Namesake), kept)
    session.connection().execute(delete(UnsettledName))
    return changed


class Contexts:
    """What articles name, bare surnames left out, in order. Each is read once, however often it is asked for."""

    def __init__(self, session: Session) -> None:
        self._connection = session.connection()
        self._known: dict[str, tuple[str, ...]] = {}

    def of(self, article_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        wanted = list(article_ids)
        for chunk in chunks(article for article in wanted if article not in self._known):
            found: dict[str, dict[str, None]] = {article: {} for article in chunk}
            statement = _NAMED.format(", ".join("?" * len(chunk)))
            for article, key in self._connection.exec_driver_sql(statement, tuple(chunk)):
                found[article][key] = None
            self._known |= {article: tuple(keys) for article, keys in found.items()}
        return {article: self._known[article] for article in wanted}

    def shares(self, names: Sequence[str], person: str) -> dict[str, float]:
        """In what share of a person's articles each other key stands. `names` are his, the first of them the one that
        he may have in common with others."""
        statement = _TELLING_ARTICLES.format(", ".join("?" * len(names)))
        rows = self._connection.exec_driver_sql(statement, (*names, names[0], person, TELLING))
        contexts = self.of(article for (article,) in rows)
        counted = Counter(other for context in contexts.values() for other in context)
        return {other: count / len(contexts) for other, count in counted.items() if other not in names}


# Written out: building them would cost more than running them. The same for all bare surnames: an id of 16 hex digits.
_NAMED = f"""
SELECT article_id, key FROM article_entity
WHERE article_id IN ({{}}) AND key NOT GLOB 'person-*-{"[0-9a-f]" * 16}' ORDER BY article_id, key
"""
_TELLING_ARTICLES = """
SELECT DISTINCT one.article_id FROM article_entity one
LEFT JOIN namesake ON namesake.article_id = one.article_id AND namesake.key = one.key
WHERE one.key IN ({}) AND coalesce(namesake.person, ?) = ? ORDER BY one.article_id LIMIT ?
"""


def _doubtful(session: Session, keys: Collection[str], may_differ: MayDiffer) -> Iterator[str]:
    """Names that could be of two. Asked of two small indexes: nearly all names stop here."""
    for chunk in chunks(keys):
        names: defaultdict[str, set[str]] = defaultdict(set)
        roles: defaultdict[str, set[str]] = defaultdict(set)
        with_initial = select(ArticleEntity.key, ArticleEntity.name).where(col(ArticleEntity.key).in_(chunk))
        for key, name in session.exec(with_initial.where(literal_column(WITH_INITIAL)).distinct()):
            names[key].add(name)
        said = select(Mention.key, Mention.role).where(col(Mention.key).in_(chunk), col(Mention.role).is_not(None))
        for key, role in session.exec(said.distinct()):
            roles[key].add(role or "")
        for key in names.keys() | roles.keys():
            if len(names[key]) + len(roles[key]) > 1 and may_differ(names[key], roles[key]):
                yield key


def _persons(session: Session, key: str, contexts: Contexts, apart: Apart) -> dict[str, str]:
    names = dict(
        iter(session.exec(select(ArticleEntity.article_id, ArticleEntity.name).where(ArticleEntity.key == key)))
    )
    roles: defaultdict[str, set[str]] = defaultdict(set)
    said = select(Mention.article_id, Mention.role).where(Mention.key == key, col(Mention.role).is_not(None))
    for article, role in session.exec(said.where(col(Mention.confidence) > _SURE)):
        roles[article].add(role or "")

    def company(articles: Collection[str]) -> dict[str, list[str]]:
        return {article: [other for other in named if other != key] for article, named in contexts.of(articles).items()}

    return {article: f"{key}-{suffix}" for article, suffix in apart(names, roles, company).items()}


def _rows(key: str, persons: Mapping[str, str]) -> Iterator[dict[str, str]]:
    for article, person in sorted(persons.items()):
        yield {"article_id": article, "key": key, "person": person}
