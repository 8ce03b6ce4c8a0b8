"""Who is meant, over all articles: writes what `entities.py` reads.

Two steps. `replace_names` writes what one batch of articles says and follows what that changes elsewhere: a new
acronym pair joins the mentions of other articles. It leaves the sums alone and marks the entities it touched as
stale. `settle` sums those up again from the rows. Nothing here depends on the order in which articles came: every
value is a function of the rows.

The rules themselves (which long form a short one means, which of several names to show) are handed in. What editors
decided (`decisions.py`) is applied after them; `follow` applies one decision to what is there already.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Table, and_, bindparam, case, delete, func, update
from sqlmodel import Session, SQLModel, col, select

from app.store import diminutives, namesakes, surnames
from app.store.articles import chunks, touch
from app.store.decisions import Rulings, Spot, keys_of, keys_with, rulings, stem
from app.store.sequence import next_sequence
from app.store.tables import (
    Acronym,
    Alias,
    Article,
    ArticleEntity,
    Decision,
    Diminutive,
    Entity,
    Mention,
    Namesake,
    UnsettledName,
    UnsettledSurname,
)  # fmt: skip
from app.text import fold

Link = Callable[[str, set[str]], str]
"""From a key and all long forms that articles give for it to the entity meant."""
DisplayName = Callable[[Mapping[str, int]], str]
"""From the full forms of a name and how many articles have each to the one to show."""

# Others would be counted over and over. In 4,900 press releases they are 212 of 32,000, with 45 of 100 mentions.
_FEW = 100
_STALE = select(col(Entity.id)).where(col(Entity.stale).is_(True))


@dataclass(frozen=True, slots=True)
class Rules:
    """What `settle` goes by."""

    link: Link
    display_name: DisplayName
    owner: surnames.Owner
    may_differ: namesakes.MayDiffer
    apart: namesakes.Apart
    variants: diminutives.Variants
    agree: diminutives.Agree


@dataclass(frozen=True, slots=True)
class Names:
    """The rows of a batch of articles, as dicts of the columns of their tables without `entity_id`."""

    entities: list[dict[str, Any]]
    mentions: list[dict[str, Any]]
    acronyms: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Bases:
    """Which entity a key means, by what all articles say: `of_key`, but for the articles that mean a namesake."""

    of_key: dict[str, str]
    of_namesakes: Mapping[str, Mapping[str, str]]
    """Key to article to person."""

    def at(self, key: str, article_id: str) -> str:
        return self.of_namesakes.get(key, {}).get(article_id) or self.of_key[key]

    def all(self, key: str) -> set[str]:
        return {self.of_key[key], *self.of_namesakes.get(key, {}).values()}


def replace_names(session: Session, article_ids: Collection[str], names: Names, link: Link) -> None:
    """Inside `writing()`, after the article rows. Other articles whose entities change get a new sequence number."""
    decided = rulings(session)
    shorts = _explained(session, article_ids) | {row["short"] for row in names.acronyms}
    meant = _bases(session, shorts, link).of_key
    stale, before = _named(session, article_ids)
    reached = surnames.leaving(session, before)
    _forget(session, article_ids, had_names=bool(before))
    _insert(session, Acronym, names.acronyms)
    bases = _bases(session, {row["key"] for row in names.entities}, link)
    mentions, entities = _placed(names, bases, decided, _articles_with_spots(session, decided))
    _add_entities(session, entities, decided)
    _insert(session, ArticleEntity, entities)
    _insert(session, Mention, mentions)
    namesakes.unsettle(session, before | reached | {row["key"] for row in names.entities})
    stale |= {row["entity_id"] for row in entities}
    other = {short for short, base in _bases(session, shorts, link).of_key.items() if base != meant[short]}
    # What a person is also called may be a bare name, scoped to each article.
    other |= {key for short in other if short.startswith("person-") for key in keys_with(session, short)}
    relinked, moved = _relink(session, _bases(session, other, link), decided)
    touch(session, relinked - set(article_ids))
    mark_stale(session, stale | moved)


def follow(session: Session, decision: Decision, link: Link) -> int:
    """Inside `writing()`, after `decisions.record`: let the rows be as decided. How many articles that changed."""
    decided = rulings(session)
    meant = decision if decision.undoes is None else session.get_one(Decision, decision.undoes)
    # A number of its own: what a name is called stands in answers too, though no article changes.
    next_sequence(session)
    ids = decided.beyond(meant)
    changed: set[str] = set()
    moved: set[str] = set()
    if meant.kind in ("merge", "retype", "split", "pin"):
        keys = _keys_at(session, ids) | (keys_of(session, meant) if meant.kind == "pin" else set())
        changed, moved = _relink(session, _bases(session, keys, link), decided, mend=True)
    elif meant.kind == "hide":
        changed = _hide(session, meant.entity_id, decided)
    touch(session, changed)
    mark_stale(session, ids | moved)
    return len(changed)


def resolve_again(session: Session, rules: Rules) -> int:
    """Inside `writing()`: from what recognition found in each article, decide anew who is who in all of them. How many
    articles that changed: none, where the rules are those by which they were resolved before."""
    keys = set(session.exec(select(ArticleEntity.key).distinct()))
    namesakes.unsettle(session, keys)
    surnames.unsettle(session, keys)
    changed, _ = _relink(session, _bases(session, keys, rules.link), rulings(session), mend=True)
    touch(session, changed)
    changed |= _settle_persons(session, rules)
    session.connection().execute(update(Entity).values(stale=True))
    settle(session, rules)
    return len(changed)


def mark_stale(session: Session, ids: Iterable[str]) -> None:
    """To be summed up by `settle`."""
    for chunk in chunks(ids):
        session.connection().execute(update(Entity).where(col(Entity.id).in_(chunk)).values(stale=True))


def settle(session: Session, rules: Rules, *, meanwhile: bool = False) -> int:
    """Tell namesakes apart, find out whose the bare surnames are, and sum up all stale entities; those that no article
    names any more go. How many were summed up.

    `meanwhile`, in the midst of a long run, only entities with few mentions are: the rest would be done over and over.
    """
    stale = _STALE
    if meanwhile:
        stale = stale.where(col(Entity.mention_count) <= _FEW)
    else:
        _settle_persons(session, rules)
    ids = list(session.exec(stale))
    if not ids:
        return 0
    decided = rulings(session)
    names = _full_names(session, ids)
    surfaces = _surfaces(session, ids)
    roles = _roles(session, ids)
    shown = {id: _name(id, names[id], surfaces[id], decided, rules.display_name) for id in ids if id in surfaces}
    sums = [row | {"role": roles.get(row["entity_id"])} for row in _sums(session, list(shown), shown)]
    connection = session.connection()
    for chunk in chunks(ids):
        connection.execute(delete(Alias).where(col(Alias.entity_id).in_(chunk)))
    forms = {id: names[id].keys() | ({shown[id]} if id in decided.names else set()) for id in shown}
    pinned = decided.pinned
    _insert(
        session, Alias, [row for id in shown for row in _aliases(id, forms[id], surfaces[id], pinned.get(id, set()))]
    )
    for chunk in chunks(id for id in ids if id not in shown):
        connection.execute(delete(Entity).where(col(Entity.id).in_(chunk)))
    if sums:
        columns = [column for column in sums[0] if column != "entity_id"]
        assigned = ", ".join(f"{column} = ?" for column in columns)
        values = list(map(itemgetter(*columns, "entity_id"), sums))
        connection.exec_driver_sql(f"UPDATE entity SET {assigned} WHERE id = ?", values)
    return len(ids)


def is_settled(session: Session) -> bool:
    """Whether nothing waits for `settle`."""
    waiting = (_STALE, select(UnsettledName.key), select(UnsettledSurname.stem))
    return not any(session.exec(each.limit(1)).first() for each in waiting)


def count_stale(session: Session) -> int:
    """How many entities wait to be summed up."""
    return session.exec(select(func.count()).select_from(_STALE.subquery())).one()


def _settle_persons(session: Session, rules: Rules) -> set[str]:
    """Full names first: whoever has one may be the one whose surname stands in an article. The articles changed."""
    touched = namesakes.unsettled(session)
    named = namesakes.settle(session, touched, rules.may_differ, rules.apart)
    named |= diminutives.settle(session, touched, rules.variants, rules.agree)
    surnames.unsettle(session, named)
    changed = named | surnames.settle(session, touched, rules.owner)
    articles, moved = _relink(session, _bases(session, changed, rules.link), rulings(session))
    touch(session, articles)
    mark_stale(session, moved)
    return articles


def _name(
    id: str,
    names: Mapping[str, int],
    surfaces: Mapping[str, tuple[int, bool]],
    decided: Rulings,
    display_name: DisplayName,
) -> str:
    """As an editor has it, else of the full forms, else (all of it was split off another) of those in the texts."""
    if id in decided.names:
        return decided.names[id]
    return display_name(names or {text: count for text, (count, _) in surfaces.items()})


def _explained(session: Session, article_ids: Collection[str]) -> set[str]:
    """The acronyms that these articles explained so far."""
    shorts: set[str] = set()
    for chunk in chunks(article_ids):
        shorts.update(session.exec(select(Acronym.short).where(col(Acronym.article_id).in_(chunk)).distinct()))
    return shorts


def _named(session: Session, article_ids: Collection[str]) -> tuple[set[str], set[str]]:
    """The entities that these articles name so far, and their keys."""
    entities: set[str] = set()
    keys: set[str] = set()
    for chunk in chunks(article_ids):
        named = select(ArticleEntity.entity_id, ArticleEntity.key).where(col(ArticleEntity.article_id).in_(chunk))
        for entity, key in session.exec(named.distinct()):
            entities.add(entity)
            keys.add(key)
    return entities, keys


def _forget(session: Session, article_ids: Collection[str], *, had_names: bool) -> None:
    """Drop what these articles said before. Most are new and had no names; an acronym may stand alone."""
    for chunk in chunks(article_ids):
        for model in (ArticleEntity, Mention, Namesake, Acronym) if had_names else (Acronym,):
            session.connection().execute(delete(model).where(_table(model).c.article_id.in_(chunk)))


def _bases(session: Session, keys: Iterable[str], link: Link) -> Bases:
    shorts = {key: stem(key) for key in keys}
    longs: defaultdict[str, set[str]] = defaultdict(set)
    for chunk in chunks(shorts.values()):
        for short, long in session.exec(select(Acronym.short, Acronym.long).where(col(Acronym.short).in_(chunk))):
            longs[short].add(long)
    bare = surnames.owners(session, shorts)
    stated = {key: link(key, longs[short]) for key, short in shorts.items() if short in longs}
    of_key = {key: stated.get(key, key) if stated.get(key, key) != key else bare.get(key, key) for key in shorts}
    wholes = diminutives.persons(session, of_key.values())
    of_key = {key: wholes.get(base, base) for key, base in of_key.items()}
    return Bases(of_key, namesakes.persons(session, (key for key, base in of_key.items() if base == key)))


def _placed(
    names: Names, bases: Bases, decided: Rulings, contents: Mapping[str, str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of mentions and of entities, each at its entity."""
    counted: defaultdict[tuple[str, str], dict[str, tuple[int, int]]] = defaultdict(dict)
    mentions = []
    for row in names.mentions:
        key, content = row["key"], contents.get(row["article_id"])
        spot = Spot(content, row["start"], row["end"]) if content is not None else None
        id = decided.entity(bases.at(key, row["article_id"]), key, row["surface"], spot)
        count, first = counted[row["article_id"], key].get(id, (0, row["start"]))
        counted[row["article_id"], key][id] = (count + 1, min(first, row["start"]))
        mentions.append(row | {"entity_id": id})
    entities = [
        row
        | {
            "entity_id": id,
            "count": count,
            "first": first,
            "split": id != decided.entity(bases.at(key, row["article_id"]), key),
        }
        | {"surname": surname}
        for row in names.entities
        for key, surname in [(row["key"], surnames.surname(row["key"]) if row["key"].startswith("person-") else None)]
        for id, (count, first) in counted[row["article_id"], key].items()
    ]
    return mentions, entities


def _add_entities(session: Session, rows: Sequence[dict[str, Any]], decided: Rulings) -> None:
    """Rows to refer to, with a name to show until they are summed up."""
    names = {row["entity_id"]: row["name"] for row in rows}
    names |= {row["key"]: row["name"] for row in rows if row["entity_id"] == row["key"]}
    _insert(session, Entity, [_entity(id, name, decided) for id, name in names.items()], "ON CONFLICT DO NOTHING")


def _entity(id: str, name: str, decided: Rulings) -> dict[str, Any]:
    return {
        "id": id,
        "type": id.partition("-")[0],
        "name": name,
        "folded": fold(name),
        "article_count": 0,
        "mention_count": 0,
        "stale": True,
        "hidden": id in decided.hidden,
    }


def _keys_at(session: Session, ids: Iterable[str]) -> set[str]:
    keys: set[str] = set()
    for chunk in chunks(ids):
        keys.update(session.exec(select(ArticleEntity.key).where(col(ArticleEntity.entity_id).in_(chunk)).distinct()))
    return keys


def _hide(session: Session, id: str, decided: Rulings) -> set[str]:
    """Let it be hidden or not, as decided. The articles that name it."""
    session.connection().execute(update(Entity).where(col(Entity.id) == id).values(hidden=id in decided.hidden))
    return set(session.exec(select(ArticleEntity.article_id).where(ArticleEntity.entity_id == id)))


def _relink(session: Session, bases: Bases, decided: Rulings, *, mend: bool = False) -> tuple[set[str], set[str]]:
    """Let each key mean in every article what it should. Returns the articles changed, and the entities lost and won.

    Most keys mean one thing everywhere and are moved as a whole. Where editors split, each mention is asked; with
    `mend` also where they did before.
    """
    spots = _articles_with_spots(session, decided)
    each = {
        key: _to_ask_each(
            session, key, spots, all_of_it=any(decided.divides(base, key) for base in bases.all(key)), mend=mend
        )
        for key in bases.of_key
    }
    whole = [row for row in _elsewhere(session, bases, decided) if row.article not in each[row.key]]
    _move(session, whole, decided)
    articles = {row.article for row in whole}
    moved = {id for row in whole for id in (row.entity, row.target)}
    for key, chunk in ((key, chunk) for key, asked in each.items() for chunk in chunks(asked)):
        found, ids = _relink_each(session, key, bases, decided, chunk)
        articles |= found
        moved |= ids
    return articles, moved


class Move(NamedTuple):
    """A key of an article, from the entity it stands at to its target."""

    article: str
    key: str
    entity: str
    name: str
    target: str


def _elsewhere(session: Session, bases: Bases, decided: Rulings) -> Iterator[Move]:
    """Where a key means another than it should."""
    columns = select(ArticleEntity.article_id, ArticleEntity.key, ArticleEntity.entity_id, ArticleEntity.name)
    for chunk in chunks(bases.of_key):
        for row in session.exec(columns.where(col(ArticleEntity.key).in_(chunk))):
            target = decided.entity(bases.at(row[1], row[0]), row[1])
            if row[2] != target:
                yield Move(*row, target)


def _move(session: Session, moves: Sequence[Move], decided: Rulings) -> None:
    if not moves:
        return
    _add_entities(session, [{"entity_id": move.target, "key": move.key, "name": move.name} for move in moves], decided)
    placed = [{"article": move.article, "named": move.key, "entity": move.target} for move in moves]
    for model in (ArticleEntity, Mention):
        table = _table(model)
        here = update(table).where(table.c.article_id == bindparam("article"), table.c.key == bindparam("named"))
        session.connection().execute(here.values(entity_id=bindparam("entity")), placed)


def _to_ask_each(session: Session, key: str, spots: Collection[str], *, all_of_it: bool, mend: bool) -> set[str]:
    """Articles in which mentions of the key may not all mean one entity."""
    if not (all_of_it or mend or spots):
        return set()
    with_key = select(ArticleEntity.article_id).where(ArticleEntity.key == key)
    if all_of_it:
        return set(session.exec(with_key))
    each = set(session.exec(with_key.where(col(ArticleEntity.split)))) if mend else set()
    for chunk in chunks(spots):
        each.update(session.exec(with_key.where(col(ArticleEntity.article_id).in_(chunk))))
    return each


def _articles_with_spots(session: Session, decided: Rulings) -> dict[str, str]:
    """Those of which an editor split a mention off, with their content hash."""
    found: dict[str, str] = {}
    for chunk in chunks(decided.spots):
        with_it = select(Article.id, Article.content_sha256).where(col(Article.content_sha256).in_(chunk))
        found.update(iter(session.exec(with_it)))
    return found


def _relink_each(
    session: Session, key: str, bases: Bases, decided: Rulings, article_ids: Sequence[str]
) -> tuple[set[str], set[str]]:
    """As `_relink`, mention by mention."""
    whole = (col(ArticleEntity.key) == key, col(ArticleEntity.article_id).in_(article_ids))
    here = (col(Mention.key) == key, col(Mention.article_id).in_(article_ids))
    connection = session.connection()
    before = [dict(row) for row in connection.execute(_table(ArticleEntity).select().where(*whole)).mappings()]
    mentions = [dict(row) for row in connection.execute(_table(Mention).select().where(*here)).mappings()]
    once = list({row["article_id"]: row for row in before}.values())
    after, entities = _placed(Names(once, mentions, []), bases, decided, _articles_with_spots(session, decided))
    was = {(row["article_id"], row["entity_id"], row["count"], row["split"]) for row in before}
    now = {(row["article_id"], row["entity_id"], row["count"], row["split"]) for row in entities}
    if was == now:
        return set(), set()
    _add_entities(session, entities, decided)
    table = _table(Mention)
    placed = [{"article": row["article_id"], "at": row["start"], "entity": row["entity_id"]} for row in after]
    mine = (table.c.article_id == bindparam("article"), table.c.start == bindparam("at"), table.c.key == key)
    connection.execute(update(table).where(*mine).values(entity_id=bindparam("entity")), placed)
    connection.execute(delete(ArticleEntity).where(*whole))
    _insert(session, ArticleEntity, entities)
    return {article for article, *_ in was ^ now}, {id for _, id, *_ in was ^ now}


def _full_names(session: Session, ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """The full forms of each entity's name and how many articles have them, short given names among them; what another
    article joined to it (an acronym) only where there is nothing else, and what was split off another not at all."""
    own: dict[str, dict[str, int]] = defaultdict(dict)
    joined: dict[str, dict[str, int]] = defaultdict(dict)
    own_ids = (col(ArticleEntity.key), col(Namesake.person), col(Diminutive.person))
    is_own = case((col(ArticleEntity.entity_id).in_(own_ids), 1), else_=0)
    namesake = and_(
        col(Namesake.article_id) == col(ArticleEntity.article_id), col(Namesake.key) == col(ArticleEntity.key)
    )
    for chunk in chunks(ids):
        wanted = (
            select(ArticleEntity.entity_id, is_own, ArticleEntity.name, func.count())
            .join(Namesake, namesake, isouter=True)
            .join(Diminutive, col(Diminutive.key) == col(ArticleEntity.key), isouter=True)
            .where(col(ArticleEntity.entity_id).in_(chunk), ~col(ArticleEntity.split))
            .group_by(col(ArticleEntity.entity_id), is_own, col(ArticleEntity.name))
        )
        for id, mine, name, count in session.exec(wanted):
            (own if mine else joined)[id][name] = count
    return defaultdict(dict, {**joined, **own})


def _sums(session: Session, ids: Sequence[str], names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for chunk in chunks(ids):
        wanted = (
            select(
                ArticleEntity.entity_id,
                func.count(func.distinct(ArticleEntity.article_id)),
                func.sum(ArticleEntity.count),
                func.max(case((~col(ArticleEntity.split), col(ArticleEntity.country)))),
            )
            .where(col(ArticleEntity.entity_id).in_(chunk))
            .group_by(col(ArticleEntity.entity_id))
        )
        spans = _months(session, chunk)
        for id, articles, mentions, country in session.exec(wanted):
            name = names[id]
            yield {
                "entity_id": id,
                "name": name,
                "folded": fold(name),
                "country": country,
                "article_count": articles,
                "mention_count": mentions,
                "first_date": min((first for first, _, _ in spans[id]), default=None),
                "last_date": max((last for _, last, _ in spans[id]), default=None),
                "prominence": prominence((last, count) for _, last, count in spans[id]),
                "stale": False,
            }


def prominence(months: Iterable[tuple[str, int]]) -> float | None:
    """How much an entity is in the news, lately and in all: the logarithm of the number of its articles, one of which
    counts half of one that is a year younger. On that scale time moves all entities alike, so that what is stored
    today still compares next year. None without a dated article. `months` are dates and how many articles have them.
    """
    terms = [(int(date[:4]) + int(date[5:7] or 1) / 12, count) for date, count in months]
    if not terms:
        return None
    newest = max(year for year, _ in terms)
    return round(newest + math.log2(sum(count * 2 ** (year - newest) for year, count in terms)), 4)


def _months(session: Session, ids: Sequence[str]) -> dict[str, list[tuple[str, str, int]]]:
    """First date, last date and number of articles, by entity and month; a date that no calendar has counts as none."""
    found: defaultdict[str, list[tuple[str, str, int]]] = defaultdict(list)
    month = func.substr(Article.date, 1, 7)
    day = func.substr(col(Article.date).concat("-01-01"), 1, 10)
    counted = (
        select(
            ArticleEntity.entity_id,
            func.min(Article.date),
            func.max(Article.date),
            func.count(func.distinct(Article.id)),
        )
        .join(Article, col(Article.id) == col(ArticleEntity.article_id))
        .where(col(ArticleEntity.entity_id).in_(ids), day >= "0001", func.date(day) == day)
        .group_by(col(ArticleEntity.entity_id), month)
    )
    for id, first, last, count in session.exec(counted):
        found[id].append((first or "", last or "", count))
    return found


def _roles(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """What each person is most often said to be."""
    best: dict[str, tuple[int, str]] = {}
    persons = [id for id in ids if id.startswith("person-")]
    for chunk in chunks(persons):
        counted = (
            select(Mention.entity_id, Mention.role, func.count(func.distinct(Mention.article_id)))
            .where(col(Mention.entity_id).in_(chunk), col(Mention.role).is_not(None))
            .group_by(col(Mention.entity_id), col(Mention.role))
        )
        for id, role, count in session.exec(counted):
            best[id] = max(best.get(id, (0, "")), (count, role or ""))
    return {id: role for id, (_, role) in best.items()}


def _surfaces(session: Session, ids: Sequence[str]) -> dict[str, dict[str, tuple[int, bool]]]:
    """How each entity is written, line breaks as spaces: count, and whether it is a demonym there."""
    found: dict[str, dict[str, tuple[int, bool]]] = defaultdict(dict)
    demonym = func.max(case((col(Mention.rule) == "demonym", 1), else_=0))
    for chunk in chunks(ids):
        wanted = (
            select(Mention.entity_id, Mention.surface, func.count(), demonym)
            .where(col(Mention.entity_id).in_(chunk))
            .group_by(col(Mention.entity_id), col(Mention.surface))
        )
        for id, surface, count, is_demonym in session.exec(wanted):
            text = " ".join(surface.split())
            before, was_demonym = found[id].get(text, (0, False))
            found[id][text] = (before + count, was_demonym or bool(is_demonym))
    return found


def _aliases(
    id: str, names: Collection[str], surfaces: Mapping[str, tuple[int, bool]], pinned: Collection[str]
) -> Iterator[dict[str, Any]]:
    """The forms in the texts, and the full forms that stand in none (India, where only Indians are spoken of)."""
    meant = {fold(text) for text in pinned}
    for text in sorted({*names, *surfaces, *pinned}):
        count, demonym = surfaces.get(text, (0, False))
        kind = "pinned" if fold(text) in meant else "demonym" if demonym else "name" if text in names else "short"
        yield {"entity_id": id, "text": text, "folded": fold(text), "kind": kind, "count": count}


def _insert(session: Session, model: type[SQLModel], rows: Sequence[Mapping[str, Any]], conflict: str = "") -> None:
    """All rows with the same columns. The statement is written out: these are most of what an ingest writes, and to
    have each row's values bound by name would cost half as much again."""
    if rows:
        columns = list(rows[0])
        listed = ", ".join(f'"{column}"' for column in columns)
        marks = ", ".join("?" * len(columns))
        statement = f'INSERT INTO "{model.__tablename__!s}" ({listed}) VALUES ({marks}) {conflict}'
        session.connection().exec_driver_sql(statement, list(map(itemgetter(*columns), rows)))


def _table(model: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]
