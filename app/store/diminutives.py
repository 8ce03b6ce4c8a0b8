"""People under a short form of their given name: `Jim Wright` is who has the whole one, `James Wright`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from sqlmodel import Session, col, select

from app.ids import is_person, is_place
from app.store.bulk import select_in
from app.store.contexts import Contexts
from app.store.identity import EVERYWHERE, Change, Meaning, RuleName, told_by
from app.store.tables import ArticleEntity, Identity

# What articles of both must name besides: so much, and so often that it comes to one thing in all of them.
_AGREED, _TOGETHER = 2, 1.0
_TIMES_MORE = 3


@dataclass(frozen=True, slots=True)
class Diminutives:
    """Tells whose a short name is, where that can be one person only. Namesakes have been told apart before."""

    variants: Callable[[str], Iterable[tuple[str, str]]]
    """From a full name to the pairs of a short and a whole one that may be of one person."""
    name: RuleName = "diminutive"

    def decide(self, change: Change, contexts: Contexts) -> dict[str, Meaning]:
        shorts = sorted({short for key in filter(is_person, change.touched) for short, _ in self.variants(key)})
        pairs = [pair for short in shorts for pair in self.variants(short)]
        there = _present_keys(contexts.session, {key for pair in pairs for key in pair})
        company = cache(lambda key: contexts.shares((key,), key))
        wholes: defaultdict[str, list[str]] = defaultdict(list)
        for short, whole in pairs:
            if {short, whole} <= there and are_one_person(company(short), company(whole)):
                wholes[short].append(whole)
        meant = ((short, _far_more(contexts, wholes[short])) for short in shorts)
        return {short: {EVERYWHERE: whole} if whole else {} for short, whole in meant}


def _far_more(contexts: Contexts, wholes: Collection[str]) -> str | None:
    """Return the one of some whole names, or that in far more articles than any other: `Steve Lund` is the Stephen Lund
    of all, whom somebody misspelt `Steven`."""
    counts = sorted(((contexts.company((whole,), whole)[1], whole) for whole in wholes), reverse=True)
    if len(counts) > 1 and counts[0][0] < _TIMES_MORE * counts[1][0]:
        return None
    return counts[0][1] if counts else None


def are_one_person(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    """Return whether two are one, by the shares of their articles in which each other key stands. Places are in all
    articles."""
    shared = [min(share, other[key]) for key, share in one.items() if key in other and not is_place(key)]
    return len(shared) >= _AGREED and round(sum(shared), 6) >= _TOGETHER


def wholes_of(session: Session, keys: Iterable[str]) -> dict[str, str]:
    """Return whose each short or variant name among the keys is."""
    people = [key for key in keys if is_person(key)]
    variants = told_by(session, "variant", people)
    return told_wholes(session, people) | {key: told[EVERYWHERE] for key, told in variants.items()}


def shorts_of(session: Session, people: Iterable[str]) -> dict[str, list[str]]:
    """Return the short and variant names of each of the people that has any."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    rules: tuple[RuleName, ...] = ("diminutive", "variant")
    rows = select(Identity.entity_id, Identity.key).where(col(Identity.rule).in_(rules))
    told = set(select_in(session, rows, Identity.entity_id, people))
    meant = wholes_of(session, {key for _, key in told})
    for person, key in sorted(told):
        if meant.get(key) == person:
            found[person].append(key)
    return found


def told_wholes(session: Session, keys: Iterable[str]) -> dict[str, str]:
    """Return whose each short name among the keys is by this rule alone, whatever a later one makes of it."""
    people = (key for key in keys if is_person(key))
    return {key: told[EVERYWHERE] for key, told in told_by(session, "diminutive", people).items()}


def told_shorts(session: Session, people: Iterable[str]) -> dict[str, list[str]]:
    """Return the short names of each of the people that has any, by this rule alone."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    rows = select(Identity.entity_id, Identity.key).where(Identity.rule == "diminutive").order_by(col(Identity.key))
    for person, key in select_in(session, rows, Identity.entity_id, people):
        found[person].append(key)
    return found


def _present_keys(session: Session, keys: Collection[str]) -> set[str]:
    return set(select_in(session, select(ArticleEntity.key).distinct(), ArticleEntity.key, keys))
