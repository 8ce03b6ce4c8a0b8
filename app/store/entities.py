"""Persons, organizations, places and events as the archive knows them: the read side.

`linking.py` and `totals.py` write what is read here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from rapidfuzz.distance import OSA
from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col, select

from app.effort import spend_unbounded
from app.errors import NotFound
from app.ids import UNRESOLVED, EntityType, is_scoped, is_unresolved, name_of, unscoped
from app.store.bulk import select_in
from app.store.dialect import instr
from app.store.instances import load_plain, load_plain_in
from app.store.plain import chunks, placeholders, select_plain
from app.store.sequence import count_changed_after
from app.store.tables import Alias, ArticleEntity, Entity
from app.store.totals import count_aliases
from app.text import fold

T = TypeVar("T")
_MISSPELT = 2
"""Letters in which a misspelling may differ."""
Sort = Literal["-count", "name"]
After = tuple[int | str, str]
"""Where a page ended: the sort value and the id of its last row."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`next` continues after the last item; None at the end."""

    items: list[T]
    total: int
    next: After | None


@dataclass(frozen=True, slots=True)
class StatedRole:
    """What articles say that a person is, in how many of them, and when first and last."""

    text: str
    count: int
    first_date: str | None
    last_date: str | None


def load_entity(session: Session, id: str) -> Entity:
    found = load_plain(session, Entity, "WHERE id = ? AND NOT hidden", (id,))
    if not found:
        raise NotFound("entity", id)
    return found[0]


def load_entities(session: Session, ids: Sequence[str]) -> dict[str, Entity]:
    """Return those that are to be shown, by id."""
    return {entity.id: entity for entity in load_plain_in(session, Entity, "id", ids, "NOT hidden")}


def labels(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """Return what to call each of these that an index holds. It may be behind the rows, and know one by the id that it
    had before articles read since joined it to another: then as the articles that give it this id call it."""
    known: dict[str, str] = {}
    for chunk in chunks(ids):
        shown = select_plain(session, _SHOWN_NAMES.format(placeholders(chunk)), chunk)
        known |= {id: _label(id, name) for id, name in shown}
    joined = {id: _label(id, _called_in_articles(session, id) or _spelt_out(id)) for id in ids if id not in known}
    return known | joined


_SHOWN_NAMES = "SELECT id, name FROM entity WHERE NOT hidden AND id IN ({})"


def _label(id: str, name: str) -> str:
    return f"{name} (not told apart)" if is_unresolved(id) else name


def _called_in_articles(session: Session, id: str) -> str | None:
    usual = select(ArticleEntity.name).where(ArticleEntity.key == id).group_by(col(ArticleEntity.name))
    return session.exec(usual.order_by(func.count().desc(), col(ArticleEntity.name)).limit(1)).first()


def _spelt_out(id: str) -> str:
    """The name that an id was made of, as far as it shows."""
    return name_of(unscoped(id)).replace("-", " ").title()


def aliases_of(session: Session, entity: Entity, upto: int | None = None) -> list[Alias]:
    """Return the forms of its name, the most usual first.

    Counted anew while it waits to be summed up, and where articles have changed since `upto`: then in the others.
    """
    if entity.stale or (upto is not None and count_changed_after(session, upto)):
        spend_unbounded()
        return sorted(count_aliases(session, entity, upto), key=lambda alias: (-alias.count, alias.text))
    return load_plain(session, Alias, "WHERE entity_id = ? ORDER BY count DESC, text", (entity.id,))


def roles_of(session: Session, id: str, limit: int = 20, upto: int | None = None) -> list[StatedRole]:
    """Return what articles say that a person is, the most usual first: all articles, or those unchanged since `upto`.

    Spellings that differ in case and accents alone are one, as most articles have it.
    """
    newest = _NEWEST if upto is None else upto
    spelt: defaultdict[str, Counter[str]] = defaultdict(Counter)
    dated: defaultdict[str, dict[str, str | None]] = defaultdict(dict)
    for role, article, date in select_plain(session, _ROLES, (id, newest)):
        key = fold(role)
        spelt[key][role] += 1
        dated[key][article] = date
    found = [_joined_spellings(spelt[key], dated[key]) for key in spelt]
    return sorted(found, key=lambda role: (-role.count, role.text))[:limit]


_NEWEST = 2**63 - 1
_ROLES = """
SELECT mention.role, article.id, article.date FROM mention JOIN article ON article.id = mention.article_id
WHERE mention.entity_id = ? AND mention.role IS NOT NULL AND article.status = 'published' AND article.sequence <= ?
"""


def _joined_spellings(spelt: Counter[str], dated: Mapping[str, str | None]) -> StatedRole:
    dates = [date for date in dated.values() if date is not None]
    text = max(spelt, key=lambda form: (spelt[form], form))
    return StatedRole(text, len(dated), min(dates, default=None), max(dates, default=None))


def find_entities(
    session: Session,
    *,
    name: str | None = None,
    type: str | None = None,
    sort: Sort = "-count",
    limit: int = 20,
    after: After | None = None,
) -> Page[Entity]:
    """Return a page of entities; surnames whose bearers are not told apart only where a name is asked for.

    `name` is the beginning of any word of any of its aliases, however spelled in case and accents; where nobody is
    called so, those with a word that is spelled nearly so."""
    spend_unbounded()
    wanted: list[ColumnElement[bool]] = [col(Entity.article_count) > 0, ~col(Entity.hidden)]
    if type is not None:
        wanted.append(col(Entity.type) == type)
    if name is None:
        wanted.append(~col(Entity.id).endswith(UNRESOLVED))
    else:
        wanted.append(_is_named(session, fold(name)))
    total = session.exec(select(func.count()).select_from(Entity).where(*wanted)).one()
    order: list[Any]
    if sort == "name":
        order = [col(Entity.folded), col(Entity.id)]
        beyond = _after_cursor(col(Entity.folded), col(Entity.id), after)
    else:
        order = [col(Entity.article_count).desc(), col(Entity.id)]
        beyond = _after_cursor(col(Entity.article_count), col(Entity.id), after, descending=True)
    rows = list(session.exec(select(Entity).where(*wanted, *beyond).order_by(*order).limit(limit + 1)))
    items = rows[:limit]
    if len(rows) <= limit or not items:
        return Page(items, total, None)
    last = items[-1]
    return Page(items, total, (last.folded if sort == "name" else last.article_count, last.id))


def resolve_name(session: Session, name: str) -> list[Entity]:
    """Return those that articles call so, most written about first; where an editor pinned the name, the one it means.
    A surname that articles left unexplained only counts where nobody else has the name: else hardly a surname would be
    without a second meaning."""
    called = dict(iter(session.exec(select(Alias.entity_id, Alias.kind).where(Alias.folded == fold(name)))))
    pinned = [id for id, kind in called.items() if kind == "pinned"]
    wanted = select(Entity).where(col(Entity.id).in_(pinned or called), ~col(Entity.hidden))
    found = list(session.exec(wanted.order_by(col(Entity.article_count).desc(), col(Entity.id))))
    return [entity for entity in found if not is_scoped(entity.id)] or found


def ids_with_word(session: Session, types: Iterable[EntityType], beginning: str) -> frozenset[str]:
    """Return the entities of some types with a name that has a word which begins so, however spelled in case and
    accents."""
    spend_unbounded()
    folded = fold(beginning)
    called = select(Alias.entity_id).where(_has_word(folded))
    # One after the other: SQLite would look up each alias of several ranges by itself.
    of_types = [called.where(col(Alias.entity_id).between(f"{type}-", f"{type}.")) for type in types]
    # Whose aliases are not counted yet has a name to show.
    waiting = select(Entity.id).where(col(Entity.stale).is_(True), _has_word(folded, col(Entity.folded)))
    return frozenset(id for found in (*of_types, waiting) for id in session.exec(found))


def names_with_word(session: Session, ids: Sequence[str], beginning: str) -> dict[str, str]:
    """Return, by id, the most usual of the names of some entities that have a word which begins so."""
    return _usual_names(session, ids, _has_word(fold(beginning)))


def _usual_names(session: Session, ids: Sequence[str], begins: ColumnElement[bool]) -> dict[str, str]:
    wanted = select(Alias.entity_id, Alias.text).where(begins).order_by(col(Alias.count), col(Alias.text).desc())
    return dict(select_in(session, wanted, Alias.entity_id, ids))


def _is_named(session: Session, folded: str) -> ColumnElement[bool]:
    found = select(Alias.entity_id).where(_has_word(folded))
    if session.exec(found.limit(1)).first() is None:
        return col(Entity.id).in_(_nearly_named(session, folded))
    return col(Entity.id).in_(found)


def _nearly_named(session: Session, folded: str) -> set[str]:
    """Return those with a word in an alias that is nearly this, or with an alias that is; the first letter is seldom
    wrong."""
    edits = min(len(folded) // 3, _MISSPELT)
    if edits == 0:
        return set()
    alike = select(Alias.entity_id, Alias.folded).where(_has_word(folded[0]))
    return {
        id
        for id, alias in session.exec(alike)
        if any(
            OSA.distance(folded, each, score_cutoff=edits) <= edits for each in {alias, *_split_hyphens(alias).split()}
        )
    }


def _split_hyphens(folded: str) -> str:
    return folded.replace("-", " ")


def _has_word(folded: str, name: Any = Alias.folded) -> ColumnElement[bool]:
    """Return whether a word of a name begins so. It reads every alias, which takes milliseconds for a hundred thousand:
    most are passed over for not holding the letters at all, before they are parted into words."""
    words = _split_hyphens(folded)
    holds_letters = instr(name, words.partition(" ")[0]) > 0
    return and_(holds_letters, instr(" " + func.replace(name, "-", " "), f" {words}") > 0)


def _after_cursor(value: Any, id: Any, after: After | None, *, descending: bool = False) -> list[ColumnElement[bool]]:
    if after is None:
        return []
    beyond = value < after[0] if descending else value > after[0]
    return [or_(beyond, and_(value == after[0], id > after[1]))]
