"""People of one full name over all articles: in which articles it is whose.

Everything here is asked of the keys and roles that articles give by themselves, never of what other articles or editors
made of them: so the outcome is one function of the articles, in whatever order they came.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from sqlalchemy import delete, insert, literal_column
from sqlalchemy.dialects.sqlite import insert as insert_or
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

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

# Of one who stands in thousands of articles, so many tell his company; the first by id, whenever they came.
_TELLING = 200
# Below it the surname was given to one of several full names of the article: what is said there may be said of another.
_SURE = 0.6


def unsettle(session: Session, keys: Iterable[str]) -> None:
    """The articles with these keys changed: ask when next settled whether each full name is of several people."""
    if names := [{"key": key} for key in sorted(keys) if key.startswith("person-") and stem(key) == key]:
        session.connection().execute(insert_or(UnsettledName).on_conflict_do_nothing(), names)


def persons(session: Session, keys: Iterable[str]) -> dict[str, dict[str, str]]:
    """Of full names that several people have: by article that means none but the first of them, whom it means."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for chunk in chunks(key for key in keys if key.startswith("person-")):
        rows = select(Namesake.key, Namesake.article_id, Namesake.person).where(col(Namesake.key).in_(chunk))
        for key, article, person in session.exec(rows):
            found[key][article] = person
    return found


def forget(session: Session, article_ids: Iterable[str]) -> None:
    for chunk in chunks(article_ids):
        session.connection().execute(delete(Namesake).where(col(Namesake.article_id).in_(chunk)))


def settle(session: Session, may_differ: MayDiffer, apart: Apart) -> set[str]:
    """Look again where articles changed. The names that are of other people now."""
    touched = list(session.exec(select(UnsettledName.key).order_by(col(UnsettledName.key))))
    if not touched:
        return set()
    before = persons(session, touched)
    after = {key: _persons(session, key, apart) for key in _doubtful(session, touched, may_differ)}
    changed = {key for key in before.keys() | after.keys() if before.get(key, {}) != after.get(key, {})}
    for chunk in chunks(changed):
        session.connection().execute(delete(Namesake).where(col(Namesake.key).in_(chunk)))
    if kept := [row for key in sorted(changed) for row in _rows(key, after.get(key, {}))]:
        session.connection().execute(insert(Namesake), kept)
    session.connection().execute(delete(UnsettledName))
    return changed


def company(session: Session, articles: Iterable[str]) -> dict[str, set[str]]:
    """What each article names, bare surnames left out."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for chunk in chunks(articles):
        among = select(ArticleEntity.article_id, ArticleEntity.key).where(col(ArticleEntity.article_id).in_(chunk))
        for article, key in session.exec(among):
            if stem(key) == key:
                found[article].add(key)
    return found


def shares(session: Session, names: Collection[str], articles: SelectOfScalar[str]) -> dict[str, float]:
    """In what share of the articles, which are of one person of these names, each other key stands."""
    telling = list(session.exec(articles.distinct().order_by(literal_column("article_id")).limit(_TELLING)))
    counted = Counter(other for named in company(session, telling).values() for other in named if other not in names)
    return {other: count / len(telling) for other, count in counted.items()}


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


def _persons(session: Session, key: str, apart: Apart) -> dict[str, str]:
    names = dict(
        iter(session.exec(select(ArticleEntity.article_id, ArticleEntity.name).where(ArticleEntity.key == key)))
    )
    roles: defaultdict[str, set[str]] = defaultdict(set)
    said = select(Mention.article_id, Mention.role).where(Mention.key == key, col(Mention.role).is_not(None))
    for article, role in session.exec(said.where(col(Mention.confidence) > _SURE)):
        roles[article].add(role or "")

    def beside(articles: Collection[str]) -> dict[str, set[str]]:
        return {article: named - {key} for article, named in company(session, articles).items()}

    return {article: f"{key}-{suffix}" for article, suffix in apart(names, roles, beside).items()}


def _rows(key: str, persons: Mapping[str, str]) -> Iterator[dict[str, str]]:
    for article, person in sorted(persons.items()):
        yield {"article_id": article, "key": key, "person": person}
