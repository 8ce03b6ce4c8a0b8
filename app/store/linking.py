"""Rows at their entities: each mention of each article stands at the one it means, written here and moved here.

`replace_names` writes what one batch of articles says, and follows what that changes elsewhere at once: a new acronym
pair joins the mentions of other articles. What takes longer it only marks: `settle_entities` decides who is who among
people (`identity.py`) and sums entities up again (`totals.py`). Nothing depends on the order in which articles came:
every value is a function of the rows.

What editors decided (`decisions.py`) is applied after all rules; `apply_decision` applies one decision to what is there
already.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, update
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from app.ids import is_person, is_scoped, type_of
from app.store import identity, surnames, totals
from app.store.articles import touch
from app.store.bulk import insert_rows, select_in, table_of
from app.store.changes import noting_entities
from app.store.decisions import Rulings, Spot, load_rulings, pinned_keys
from app.store.identity import Change, Identities, Rule, identities
from app.store.names import Names, found_names, misplaced_names, set_aside
from app.store.plain import chunks
from app.store.sequence import next_sequence
from app.store.stated import Stated, explained_in
from app.store.tables import Acronym, Article, ArticleEntity, Decision, Entity, Mention, MentionedDate, Quote
from app.store.totals import DisplayName, mark_stale, sum_up
from app.text import fold


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of `settle_entities`: who is who, and which of several names to show."""

    identity: tuple[Rule, ...]
    display_name: DisplayName


def replace_names(session: Session, article_ids: Collection[str], names: Names) -> None:
    """Write what these articles say of names now, in place of what they said before. Other articles whose entities
    change get a new sequence number. Inside `writing()`, after the article rows and `furniture.renew`."""
    names = set_aside(session, article_ids, names)
    decided = load_rulings(session)
    shorts = explained_in(session, article_ids) | {row["short"] for row in names.acronyms}
    keys = {row["key"] for row in names.entities}
    stale, before = _entities_named_in(session, article_ids)
    identity.unsettle(session, before | surnames.leaving(session, before) | keys)
    _forget(session, article_ids, had_names=bool(before))
    insert_rows(session, Acronym, names.acronyms)
    changed = identity.update(session, [Stated()], Change(shorts))
    mentions, entities = _place_rows(names, identities(session, keys), decided, _articles_with_spots(session, decided))
    _add_entities(session, entities, decided)
    insert_rows(session, ArticleEntity, entities)
    insert_rows(session, Mention, mentions)
    insert_rows(session, Quote, names.quotes)
    insert_rows(session, MentionedDate, names.dates)
    relinked, moved = _relink(session, changed, decided)
    touch(session, relinked - set(article_ids))
    mark_stale(session, stale | {row["entity_id"] for row in entities} | moved)


def replace_furnished(session: Session, article_ids: Collection[str]) -> None:
    """Write the names of articles anew whose furniture is another than before: those of which that concerns any name,
    for few lines that a page repeats have one."""
    if concerned := misplaced_names(session, article_ids):
        replace_names(session, concerned, found_names(session, concerned))


def apply_decision(session: Session, decision: Decision) -> int:
    """Let the rows be as decided. Returns how many articles that changed. Inside `writing()`, after
    `decisions.record_decision`."""
    decided = load_rulings(session)
    meant = decision if decision.undoes is None else session.get_one(Decision, decision.undoes)
    # A number of its own: what a name is called stands in answers too, though no article changes.
    next_sequence(session)
    ids = decided.beyond(meant)
    changed: set[str] = set()
    moved: set[str] = set()
    if meant.kind in ("merge", "retype", "split", "pin") or is_scoped(meant.entity_id):
        keys = _keys_at(session, ids) | (pinned_keys(session, meant) if meant.kind == "pin" else set())
        changed, moved = _relink(session, keys, decided)
    if meant.kind == "hide":
        changed |= _apply_hidden(session, meant.entity_id, decided)
    touch(session, changed)
    mark_stale(session, ids | moved)
    return len(changed)


def settle_entities(session: Session, rules: Rules, *, meanwhile: bool = False) -> int:
    """Decide who is who where articles changed, and sum up all stale entities. Returns how many these were.

    `meanwhile`: as in `sum_up`, and nobody asks who is who. Inside `writing()`.
    """
    if not meanwhile:
        changed, moved = _relink(session, identity.update_unsettled(session, rules.identity), load_rulings(session))
        touch(session, changed)
        mark_stale(session, moved)
    return sum_up(session, rules.display_name, meanwhile=meanwhile)


def is_settled(session: Session) -> bool:
    """Return whether nothing waits for `settle_entities`."""
    return not identity.has_unsettled(session) and totals.are_summed_up(session)


def resolve_all(session: Session, rules: Rules) -> int:
    """Decide anew who is who in all articles, from what recognition found in each. Returns how many articles that
    changed: none, where the rules are those by which they were resolved before. Inside `writing()`."""
    changed, _ = _relink(session, identity.update_all(session, rules.identity), load_rulings(session))
    touch(session, changed)
    totals.mark_all_stale(session)
    sum_up(session, rules.display_name)
    return len(changed)


def _entities_named_in(session: Session, article_ids: Collection[str]) -> tuple[set[str], set[str]]:
    """Return the entities that these articles name so far, and their keys."""
    wanted = select(ArticleEntity.entity_id, ArticleEntity.key).distinct()
    named = set(select_in(session, wanted, ArticleEntity.article_id, article_ids))
    return {entity for entity, _ in named}, {key for _, key in named}


def _forget(session: Session, article_ids: Collection[str], *, had_names: bool) -> None:
    """Drop what these articles said before. Most are new and had no names; acronyms, quotes and dates may
    stand alone."""
    for chunk in chunks(article_ids):
        for model in (*((ArticleEntity, Mention) if had_names else ()), Acronym, Quote, MentionedDate):
            session.connection().execute(delete(model).where(table_of(model).c.article_id.in_(chunk)))


def _place_rows(
    names: Names, meant: Identities, decided: Rulings, contents: Mapping[str, str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the rows of mentions and of entities, each at its entity. `contents` are the content hashes of articles of
    which an editor split a mention off."""
    counted: defaultdict[tuple[str, str], dict[str, tuple[int, int]]] = defaultdict(dict)
    mentions = []
    for row in names.mentions:
        article_id, key = row["article_id"], row["key"]
        spot = Spot(contents[article_id], row["start"], row["end"]) if article_id in contents else None
        id = decided.entity(meant.entity_of(key, article_id), key, row["surface"], spot)
        count, first = counted[article_id, key].get(id, (0, row["start"]))
        counted[article_id, key][id] = (count + 1, min(first, row["start"]))
        mentions.append(row | {"entity_id": id})
    entities = []
    for row in names.entities:
        article_id, key = row["article_id"], row["key"]
        whole = decided.entity(meant.entity_of(key, article_id), key)
        surname = surnames.surname_of(key) if is_person(key) else None
        for id, (count, first) in counted[article_id, key].items():
            placed = {"entity_id": id, "count": count, "first": first, "split": id != whole, "surname": surname}
            entities.append(row | placed)
    return mentions, entities


def _add_entities(session: Session, rows: Sequence[dict[str, Any]], decided: Rulings) -> None:
    """Insert entities to refer to where they are missing, with a name to show until they are summed up."""
    names = {row["entity_id"]: row["name"] for row in rows}
    names |= {row["key"]: row["name"] for row in rows if row["entity_id"] == row["key"]}
    insert_rows(
        session, Entity, [_entity_row(id, name, decided) for id, name in names.items()], "ON CONFLICT DO NOTHING"
    )


def _entity_row(id: str, name: str, decided: Rulings) -> dict[str, Any]:
    return {
        "id": id,
        "type": type_of(id),
        "name": name,
        "folded": fold(name),
        "article_count": 0,
        "mention_count": 0,
        "stale": True,
        "hidden": id in decided.hidden,
    }


def _keys_at(session: Session, ids: Iterable[str]) -> set[str]:
    return set(select_in(session, select(ArticleEntity.key).distinct(), ArticleEntity.entity_id, ids))


def _apply_hidden(session: Session, id: str, decided: Rulings) -> set[str]:
    """Let the entity be hidden or not, as decided. Returns the articles that name it."""
    with noting_entities(session, [id]):
        session.connection().execute(update(Entity).where(col(Entity.id) == id).values(hidden=id in decided.hidden))
    return set(session.exec(select(ArticleEntity.article_id).where(ArticleEntity.entity_id == id)))


def _relink(session: Session, keys: Iterable[str], decided: Rulings) -> tuple[set[str], set[str]]:
    """Let each key mean in every article what it should. Returns the articles changed, and the entities lost and won.

    Most keys mean one thing in an article and are moved as a whole. Where editors split or did before, each mention is
    asked.
    """
    meant = identities(session, keys)
    moves, asked = _misplaced(session, meant, decided)
    _move(session, moves, decided)
    articles = {row.article_id for row, _ in moves}
    moved = {id for row, target in moves for id in (row.entity_id, target)}
    for key, chunk in ((key, chunk) for key, ids in asked.items() for chunk in chunks(ids)):
        found, ids = _relink_each(session, key, meant, decided, chunk)
        articles |= found
        moved |= ids
    return articles, moved


class _Placement(NamedTuple):
    """A row of `ArticleEntity`: a key of an article at an entity."""

    article_id: str
    key: str
    entity_id: str
    name: str
    split: bool


_Moves = list[tuple[_Placement, str]]
"""Rows, and the entity at which each should stand."""


def _misplaced(session: Session, meant: Identities, decided: Rulings) -> tuple[_Moves, dict[str, set[str]]]:
    """Find the rows to move as a whole, and by key the articles of which each mention has to be asked."""
    spots = _articles_with_spots(session, decided)
    divided = {key for key in meant.keys if any(decided.divides(id, key) for id in meant.entities_of(key))}
    moves: _Moves = []
    asked: defaultdict[str, set[str]] = defaultdict(set)
    for row in _placements(session, meant.keys):
        target = decided.entity(meant.entity_of(row.key, row.article_id), row.key)
        if row.split or row.key in divided or row.article_id in spots:
            asked[row.key].add(row.article_id)
        elif row.entity_id != target:
            moves.append((row, target))
    return [(row, target) for row, target in moves if row.article_id not in asked.get(row.key, ())], asked


def _placements(session: Session, keys: Iterable[str]) -> Iterator[_Placement]:
    """Read all rows of these keys."""
    columns = [table_of(ArticleEntity).c[name] for name in _Placement._fields]
    for chunk in chunks(keys):
        rows = session.connection().execute(core_select(*columns).where(col(ArticleEntity.key).in_(chunk)))
        yield from (_Placement(*row) for row in rows)


def _move(session: Session, moves: _Moves, decided: Rulings) -> None:
    """Let each stand at the entity beside it."""
    if not moves:
        return
    _add_entities(session, [{"entity_id": target, "key": row.key, "name": row.name} for row, target in moves], decided)
    placed = [{"article": row.article_id, "named": row.key, "entity": target} for row, target in moves]
    for table in (table_of(ArticleEntity), table_of(Mention)):
        here = update(table).where(table.c.article_id == bindparam("article"), table.c.key == bindparam("named"))
        session.connection().execute(here.values(entity_id=bindparam("entity")), placed)


def _articles_with_spots(session: Session, decided: Rulings) -> dict[str, str]:
    """Return the articles of which an editor split a mention off, with their content hash."""
    wanted = select(Article.id, Article.content_sha256)
    return dict(select_in(session, wanted, Article.content_sha256, decided.spots))


def _relink_each(
    session: Session, key: str, meant: Identities, decided: Rulings, article_ids: Sequence[str]
) -> tuple[set[str], set[str]]:
    """Do as `_relink` does, for one key and mention by mention."""
    whole = (col(ArticleEntity.key) == key, col(ArticleEntity.article_id).in_(article_ids))
    here = (col(Mention.key) == key, col(Mention.article_id).in_(article_ids))
    connection = session.connection()
    before = [dict(row) for row in connection.execute(table_of(ArticleEntity).select().where(*whole)).mappings()]
    mentions = [dict(row) for row in connection.execute(table_of(Mention).select().where(*here)).mappings()]
    once = list({row["article_id"]: row for row in before}.values())
    after, entities = _place_rows(Names(once, mentions, []), meant, decided, _articles_with_spots(session, decided))
    was = {(row["article_id"], row["entity_id"], row["count"], row["split"]) for row in before}
    now = {(row["article_id"], row["entity_id"], row["count"], row["split"]) for row in entities}
    if was == now:
        return set(), set()
    _add_entities(session, entities, decided)
    table = table_of(Mention)
    placed = [{"article": row["article_id"], "at": row["start"], "entity": row["entity_id"]} for row in after]
    mine = (table.c.article_id == bindparam("article"), table.c.start == bindparam("at"), table.c.key == key)
    connection.execute(update(table).where(*mine).values(entity_id=bindparam("entity")), placed)
    connection.execute(delete(ArticleEntity).where(*whole))
    insert_rows(session, ArticleEntity, entities)
    return {article for article, *_ in was ^ now}, {id for _, id, *_ in was ^ now}
