"""What editors decided: the log, and where it lets a name belong.

The log is only added to. Its decisions work in their order and after all automatic rules: each takes what stands at one
entity, or under one name, to another. One that was undone is left out, and everything is where it would be had it never
been taken. Nothing in it refers to a derived row: an entity is meant by its id, which is made of its name, a mention by
the hash of its article and its offsets. So decisions hold for articles that are read again or come later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args

from sqlmodel import Session, col, func, select

from app.entry import unfit
from app.errors import Conflict, DecisionInvalid, NotFound
from app.ids import TYPES, entity_id, is_scoped, is_unresolved, name_of, type_of, unresolved, unscoped
from app.store.instances import load_plain_in
from app.store.tables import Alias, Article, ArticleEntity, Decision, Entity, Mention
from app.text import fold, slug

Kind = Literal["merge", "split", "rename", "retype", "hide", "pin", "undo"]
KINDS: tuple[Kind, ...] = get_args(Kind)

# A bare surname that no other article explains keeps the id of its article: person-jones-4733ca42cb406978.


class Spot(NamedTuple):
    """A mention, whichever article has that text."""

    content_sha256: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """A decision to be taken about `entity_id`. Which fields each kind needs, others being refused:

    merge: `target`. split: `alias`, or `article`, `start` and `end`; with `target` for an entity that is there, or
    `name` for a new one (else it is called as the text calls it). rename: `name`. retype: `type`. pin: `alias`.
    undo: `undoes`. Any may have a `note`.
    """

    kind: Kind
    entity_id: str
    target: str | None = None
    alias: str | None = None
    name: str | None = None
    type: str | None = None
    article: str | None = None
    start: int | None = None
    end: int | None = None
    undoes: int | None = None
    note: str | None = None


_NEEDED: dict[Kind, tuple[str, ...]] = {
    "merge": ("target",),
    "split": (),
    "rename": ("name",),
    "retype": ("type",),
    "hide": (),
    "pin": ("alias",),
    "undo": ("undoes",),
}
_ALLOWED = {kind: {*fields} for kind, fields in _NEEDED.items()} | {
    "split": {"alias", "article", "start", "end", "target", "name"}
}
_TYPED = ("alias", "name", "note")
_ABOUT_ENTITIES = col(Decision.entity_id) != ""
"""Others are about articles: `copy_decisions.py`."""
_FIELDS = ("target", "alias", "name", "type", "article", "start", "end", "undoes")


@dataclass(slots=True)
class Rulings:
    """The decisions in force, to be asked where a name belongs. Ids that nothing was decided about pass through."""

    names: dict[str, str] = field(default_factory=dict)
    """What entities are to be called."""
    hidden: set[str] = field(default_factory=set)
    pinned: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Entity to the names that mean it."""
    spots: set[str] = field(default_factory=set)
    """Content hashes of articles with a mention that was split off."""
    _moves: defaultdict[str, list[Decision]] = field(default_factory=lambda: defaultdict(list))
    _pins: defaultdict[str, list[Decision]] = field(default_factory=lambda: defaultdict(list))
    _mentions: defaultdict[str, list[Decision]] = field(default_factory=lambda: defaultdict(list))
    _kept: set[str] = field(default_factory=set)
    """Ids that an editor named, hid or chose as a target: each stays an entity of its own."""

    @classmethod
    def of(cls, decisions: Iterable[Decision]) -> Rulings:
        """`decisions` are those in force, in order."""
        made = cls()
        pins = []
        for decision in decisions:
            made._add(decision)
            pins += [decision] if decision.kind == "pin" else []
        for pin in pins:
            made.pinned[made._follow(pin)].add(pin.alias or "")
        return made

    def entity(self, base: str, key: str, surface: str | None = None, spot: Spot | None = None) -> str:
        """The entity of what the automatic rules take for `base` and its article alone for `key`. Without `surface`
        and `spot`: of the key as a whole, whatever was split off it."""
        if not self._moves and not self._pins and not self._mentions:
            return unresolved(base) if is_scoped(base) and base not in self._kept else base
        return [id for id, _ in self._path(base, unscoped(key), surface, spot)][-1]

    def divides(self, base: str, key: str) -> bool:
        """Return whether a form of the name was split off on the way from `base`, so that each mention has to be
        asked."""
        return any(
            move.alias is not None for id, _ in self._path(base, unscoped(key)) for move in self._moves.get(id, ())
        )

    def _path(
        self, base: str, stem: str, surface: str | None = None, spot: Spot | None = None, after: int = 0
    ) -> Iterator[tuple[str, int]]:
        """Yield where it stands at first and after each decision that moves it, with the number of that one.

        A bare surname that nobody explained, rule or editor, goes to those not told apart, and on from there.
        """
        id, number = base, after
        while True:
            yield id, number
            decision = self._next(id, number, stem, surface, spot)
            if decision is not None:
                id, number = decision.target or id, decision.number or 0
            elif is_scoped(id) and not is_unresolved(id) and id not in self._kept:
                id = unresolved(id)
            else:
                return

    def beyond(self, decision: Decision) -> set[str]:
        """Entities at which what `decision` is about may stand, with it or without it."""
        reached: set[str] = set()
        waiting = [decision.entity_id, decision.target or decision.entity_id]
        while waiting:
            id = waiting.pop()
            if id not in reached:
                reached.add(id)
                waiting += [move.target for move in self._moves.get(id, ()) if move.target is not None]
        return reached

    def _add(self, decision: Decision) -> None:
        self._kept.add(decision.target or decision.entity_id)
        match decision.kind:
            case "hide":
                self.hidden.add(decision.entity_id)
            case "pin":
                self._pins[_stem_of_name(decision)].append(decision)
            case "split" if decision.content_sha256 is not None:
                self._mentions[decision.content_sha256].append(decision)
                self.spots.add(decision.content_sha256)
            case "merge" | "retype" | "split":
                self._moves[decision.entity_id].append(decision)
        if decision.name is not None:
            self.names[decision.target or decision.entity_id] = decision.name
        elif decision.kind == "retype" and decision.target and decision.entity_id in self.names:
            self.names.setdefault(decision.target, self.names[decision.entity_id])

    def _follow(self, pin: Decision) -> str:
        """The entity that its target became since."""
        return [id for id, _ in self._path(pin.target or "", "", after=pin.number or 0)][-1]

    def _next(self, id: str, after: int, stem: str, surface: str | None, spot: Spot | None) -> Decision | None:
        """The first decision after number `after` that moves what stands at `id`."""
        found = [move for move in self._moves.get(id, ()) if move.alias is None or _is_same_form(surface, move.alias)]
        found += self._pins.get(stem, ())
        if spot is not None:
            found += (move for move in self._mentions.get(spot.content_sha256, ()) if _overlaps(spot, move))
        later = [move for move in found if (move.number or 0) > after]
        return min(later, key=lambda move: move.number or 0, default=None)


def load_rulings(session: Session) -> Rulings:
    return Rulings.of(decisions_in_force(session))


def decisions_in_force(session: Session) -> list[Decision]:
    """Return the decisions about entities in order. Undone ones and what undid them are left out."""
    log = list(session.exec(select(Decision).where(_ABOUT_ENTITIES).order_by(col(Decision.number))))
    undone = {decision.undoes for decision in log if decision.undoes is not None}
    return [decision for decision in log if decision.kind != "undo" and decision.number not in undone]


def parted_pairs(session: Session) -> set[frozenset[str]]:
    """Return the pairs of entities that editors keep apart: what was split off and from which, and two whose merge was
    taken back. Of those that became part of another, that one counts."""
    log = list(session.exec(select(Decision).where(col(Decision.target).is_not(None))))
    in_force = {decision.number for decision in decisions_in_force(session)}
    rulings = load_rulings(session)
    return {
        frozenset(rulings.entity(id, id) for id in (decision.entity_id, decision.target or ""))
        for decision in log
        if decision.kind == ("split" if decision.number in in_force else "merge")
    }


def survivor(session: Session, id: str) -> str:
    """The id that took `id` in, where no entity has it any more; else `id` itself."""
    return survivors(session, [id])[id]


def survivors(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """Return the survivor of each of the ids."""
    known = {entity.id for entity in load_plain_in(session, Entity, "id", ids)}
    gone = {id: id for id in ids if id not in known}
    rulings = load_rulings(session) if gone else Rulings()
    for id in gone:
        taken = rulings.entity(id, id)
        if taken in (id, unresolved(id)):
            # No editor, but what other articles say may have joined it to another.
            meant = select(ArticleEntity.entity_id).where(ArticleEntity.key == id).distinct().limit(2)
            joined = list(session.exec(meant))
            taken = joined[0] if len(joined) == 1 else taken
        gone[id] = taken if session.get(Entity, taken) is not None else id
    return {id: gone.get(id, id) for id in ids}


def pinned_keys(session: Session, decision: Decision) -> set[str]:
    """The keys that a pinned name stands for."""
    return keys_with_stem(session, _stem_of_name(decision))


def keys_with_stem(session: Session, start: str) -> set[str]:
    """The keys of which `start` is the stem."""
    like = select(ArticleEntity.key).where(col(ArticleEntity.key).between(start, f"{start}-g")).distinct()
    return {key for key in session.exec(like) if unscoped(key) == start}


def decision_log(
    session: Session, *, entity_id: str | None = None, limit: int = 20, before: int | None = None
) -> tuple[list[Decision], int, dict[int, int]]:
    """Newest first; how many there are in all; and of those shown, which were undone by which."""
    either = (col(Decision.entity_id) == entity_id) | (col(Decision.target) == entity_id)
    about = (_ABOUT_ENTITIES,) if entity_id is None else (_ABOUT_ENTITIES, either)
    total = session.exec(select(func.count()).select_from(Decision).where(*about)).one()
    older = [] if before is None else [col(Decision.number) < before]
    wanted = select(Decision).where(*about, *older).order_by(col(Decision.number).desc()).limit(limit)
    found = list(session.exec(wanted))
    return found, total, undone_by(session, found)


def subject_of(session: Session, number: int) -> str:
    """The id of the entity that a decision is about."""
    decision = session.get(Decision, number)
    if decision is None or not decision.entity_id:
        raise NotFound("decision", str(number))
    return decision.entity_id


def undone_by(session: Session, decisions: Iterable[Decision]) -> dict[int, int]:
    numbers = [decision.number for decision in decisions]
    undoing = select(Decision.undoes, Decision.number).where(col(Decision.undoes).in_(numbers))
    return {undone or 0: number or 0 for undone, number in session.exec(undoing)}


def record_decision(session: Session, proposal: Proposal, *, by: str, at: str) -> Decision:
    """Add a decision to the log; `linking.apply_decision` then moves the rows. Raises `NotFound` for an entity that is
    not there, `DecisionInvalid` for what cannot be, and `Conflict` where an earlier decision stands against it."""
    _check_fields(proposal)
    check_text({"by": by, **{name: getattr(proposal, name) or "" for name in _TYPED}})
    decision = Decision(kind=proposal.kind, entity_id=proposal.entity_id, note=proposal.note, by=by, at=at)
    if proposal.kind == "undo":
        decision.undoes = _to_undo(session, proposal)
    else:
        entity = _visible_entity(session, proposal.entity_id)
        for name, value in _DECIDE[proposal.kind](session, proposal, entity):
            setattr(decision, name, value)
    session.add(decision)
    session.flush()
    return decision


Columns = Iterator[tuple[str, str | int]]


def _merge_columns(session: Session, proposal: Proposal, entity: Entity) -> Columns:
    target = _target_entity(session, proposal, entity)
    if target.type != entity.type:
        raise DecisionInvalid(
            "target",
            f"{entity.id} is {_a(entity.type)} and {target.id} {_a(target.type)}: retype one of them first.",
        )
    yield "target", target.id


def _split_columns(session: Session, proposal: Proposal, entity: Entity) -> Columns:
    by_place = [proposal.article, proposal.start, proposal.end]
    if (proposal.alias is None) == any(value is None for value in by_place) or (
        proposal.alias is not None and any(value is not None for value in by_place)
    ):
        raise DecisionInvalid("alias", "Give either alias, or all of article, start and end.")
    if proposal.target is not None and proposal.name is not None:
        raise DecisionInvalid("name", "Give either target, an entity that is there, or name, of a new one.")
    if proposal.alias is not None:
        form = _alias_of(session, entity, proposal.alias)
        yield "alias", form
    else:
        mention, content = _mention_of(session, entity, proposal)
        form = " ".join(mention.surface.split())
        yield from (("article_id", mention.article_id), ("content_sha256", content))
        yield from (("start", mention.start), ("end", mention.end))
    if proposal.target is not None:
        yield "target", _target_entity(session, proposal, entity).id
        return
    name = form if proposal.name is None else _clean_name(proposal.name)
    yield "name", name
    yield "target", _new_id(session, entity, name)


def _rename_columns(_session: Session, proposal: Proposal, entity: Entity) -> Columns:
    name = _clean_name(proposal.name)
    if name == entity.name:
        raise DecisionInvalid("name", f"{entity.id} is called so already.")
    yield "name", name


def _retype_columns(session: Session, proposal: Proposal, entity: Entity) -> Columns:
    if proposal.type not in TYPES:
        raise DecisionInvalid("type", f"A type is one of {', '.join(TYPES)}.")
    if proposal.type == entity.type:
        raise DecisionInvalid("type", f"{entity.id} is {_a(entity.type)} already.")
    target = f"{proposal.type}-{name_of(unscoped(entity.id))}"
    if load_rulings(session).entity(target, target) != target:
        raise Conflict(f"{target} was merged into another entity. Undo that decision first.")
    yield "target", target


def _hide_columns(_session: Session, _proposal: Proposal, entity: Entity) -> Columns:
    if entity.hidden:
        raise Conflict(f"{entity.id} is hidden already.")
    yield from ()


def _pin_columns(session: Session, proposal: Proposal, entity: Entity) -> Columns:
    alias = _clean_name(proposal.alias, "alias")
    for earlier in decisions_in_force(session):
        if earlier.kind == "pin" and fold(earlier.alias or "") == fold(alias):
            raise Conflict(
                f"{alias!r} is pinned to {earlier.entity_id} by decision {earlier.number}: undo that one first."
            )
    yield from (("alias", alias), ("target", entity.id))


_DECIDE = {
    "merge": _merge_columns,
    "split": _split_columns,
    "rename": _rename_columns,
    "retype": _retype_columns,
    "hide": _hide_columns,
    "pin": _pin_columns,
}


def _check_fields(proposal: Proposal) -> None:
    for name in _FIELDS:
        given = getattr(proposal, name) is not None
        if not given and name in _NEEDED[proposal.kind]:
            raise DecisionInvalid(name, f"A decision of kind {proposal.kind} needs it.")
        if given and name not in _ALLOWED[proposal.kind]:
            raise DecisionInvalid(name, f"A decision of kind {proposal.kind} has no such field.")


def check_text(typed: Mapping[str, str]) -> None:
    """Raise `DecisionInvalid` for a field that holds what nobody sees."""
    for name, text in typed.items():
        if (found := unfit(text)) is not None:
            raise DecisionInvalid(name, f"It holds a character that is not seen ({found}). Type it without.")


def _to_undo(session: Session, proposal: Proposal) -> int:
    undone = session.get(Decision, proposal.undoes)
    if undone is None or undone.number is None or not undone.entity_id:
        raise DecisionInvalid("undoes", f"There is no decision {proposal.undoes} about an entity.")
    if undone.kind == "undo":
        raise DecisionInvalid(
            "undoes", f"Decision {undone.number} is an undo itself: take decision {undone.undoes} again."
        )
    if proposal.entity_id not in (undone.entity_id, undone.target):
        raise DecisionInvalid("undoes", f"Decision {undone.number} is about {undone.entity_id}.")
    if (by := undone_by(session, [undone]).get(undone.number)) is not None:
        raise Conflict(f"Decision {undone.number} was undone by decision {by}.")
    return undone.number


def _visible_entity(session: Session, id: str) -> Entity:
    entity = session.get(Entity, id)
    if entity is not None:
        return entity
    taken = survivor(session, id)
    if taken == id:
        raise NotFound("entity", id)
    raise Conflict(f"{id} is part of {taken} now. Decide about that one, or undo what joined them.")


def _target_entity(session: Session, proposal: Proposal, entity: Entity) -> Entity:
    id = proposal.target or ""
    target = session.get(Entity, id)
    if target is None and (taken := survivor(session, id)) != id:
        raise DecisionInvalid("target", f"{id} is part of {taken} now.", suggestion=taken)
    if target is None:
        raise DecisionInvalid("target", f"There is no entity {id!r}.")
    if target.id == entity.id:
        raise DecisionInvalid("target", f"{id} is that entity itself.")
    return target


def _alias_of(session: Session, entity: Entity, alias: str) -> str:
    """The form as most texts have it."""
    forms = select(Alias.text, Alias.folded).where(Alias.entity_id == entity.id, Alias.count > 0)
    known = list(session.exec(forms.order_by(col(Alias.count).desc(), col(Alias.text))))
    same = [text for text, folded in known if folded == fold(alias)]
    if not same:
        named = ", ".join(text for text, _ in known[:5])
        raise DecisionInvalid("alias", f"No article calls {entity.id} {alias!r}; they call it {named}.")
    if len(same) == len(known):
        raise DecisionInvalid("alias", f"All articles call {entity.id} so: rename or merge it.")
    return same[0]


def _mention_of(session: Session, entity: Entity, proposal: Proposal) -> tuple[Mention, str]:
    content = session.exec(select(Article.content_sha256).where(Article.id == proposal.article)).first()
    if content is None:
        raise DecisionInvalid("article", f"There is no article {proposal.article!r}.")
    mention = session.get(Mention, (proposal.article, proposal.start, proposal.end))
    if mention is None or mention.entity_id != entity.id:
        raise DecisionInvalid("start", f"Article {proposal.article} has no mention of {entity.id} there.")
    if entity.mention_count == 1:
        raise DecisionInvalid("start", f"It is the only mention of {entity.id}: rename or merge it.")
    return mention, content


def _new_id(session: Session, entity: Entity, name: str) -> str:
    """An id that nothing has and nothing had; where that would be another's, the editor has to say which is meant."""
    first = id = f"{entity.type}-{slug(name)}"
    if id != entity.id and session.get(Entity, id) is not None:
        raise DecisionInvalid("target", f"There is an entity {id} already: give it as target, or another name.")
    number = 1
    while _is_taken(session, id):
        number += 1
        id = f"{first}-{number}"
    return id


def _is_taken(session: Session, id: str) -> bool:
    decided = select(Decision.number).where((col(Decision.target) == id) | (col(Decision.entity_id) == id))
    named = select(ArticleEntity.key).where(ArticleEntity.key == id)
    return (
        session.get(Entity, id) is not None
        or session.exec(decided.limit(1)).first() is not None
        or session.exec(named.limit(1)).first() is not None
    )


def _clean_name(name: str | None, parameter: str = "name") -> str:
    plain = " ".join((name or "").split())
    if not fold(plain):
        raise DecisionInvalid(parameter, "A name cannot be empty.")
    return plain


def _stem_of_name(decision: Decision) -> str:
    """The key of an entity that stands alone under the pinned name."""
    name = fold(decision.alias or "").removeprefix("the ")
    return entity_id(type_of(decision.entity_id), name)


def _is_same_form(surface: str | None, alias: str) -> bool:
    return surface is not None and fold(surface) == fold(alias)


def _overlaps(spot: Spot, decision: Decision) -> bool:
    """Overlapping is enough: another version of the pipeline may draw the ends of a mention otherwise."""
    return spot.start < (decision.end or 0) and (decision.start or 0) < spot.end


def _a(type: str) -> str:
    return f"an {type}" if type[0] in "aeo" else f"a {type}"
