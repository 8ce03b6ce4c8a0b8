"""What editors decided about copies: two articles are one piece of news, or are not, whatever their texts say.

Such decisions stand in the log of all decisions (`decisions.py`), under its numbers and with its undo; `entity_id` is
"" there. Each means two texts, by the hashes of their content, so it holds for articles that come again, later or in
another order, and says nothing of one whose text was revised. Of two articles that are to be apart, and of others that
would join them, the grouping takes no link that would bring them together (`copies.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import product
from typing import Literal, get_args

from sqlmodel import Session, col, func, select

from app.errors import Conflict, DecisionInvalid
from app.store.articles import load_article
from app.store.bulk import select_in
from app.store.decisions import check_text, undone_by
from app.store.tables import Article, Decision

CopyRuling = Literal["together", "apart", "undo"]
RULINGS: tuple[CopyRuling, ...] = get_args(CopyRuling)
_KINDS = {"together": "copies_together", "apart": "copies_apart"}
_ABOUT_COPIES = col(Decision.other_sha256).is_not(None)

Link = tuple[str, str]


@dataclass(frozen=True, slots=True)
class CopyProposal:
    """A decision to be taken about `article`. `together` and `apart` need the `other` article, `undo` the number of the
    decision that it `undoes`."""

    kind: CopyRuling
    article: str
    other: str | None = None
    undoes: int | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class DecidedCopies:
    """The decisions in force, for the articles that are shown: which are linked, and which are kept from which.

    `kept_apart` are all that were told of as such, also where the other side is not there. `is_any`: there are some.
    """

    links: list[Link] = field(default_factory=list)
    apart: dict[str, set[str]] = field(default_factory=dict)
    kept_apart: set[str] = field(default_factory=set)
    is_any: bool = False

    def links_with(self, ids: Collection[str]) -> list[Link]:
        return [link for link in self.links if link[0] in ids or link[1] in ids]

    def links_around(self, ids: Collection[str]) -> list[Link]:
        """Return the links that there may be because of these articles: those of others with a text of theirs too."""
        return self.links_with({*ids, *(id for link in self.links_with(ids) for id in link)})


def decided_copies(session: Session) -> DecidedCopies:
    """Return what is decided, of the articles that have these texts now."""
    decisions = copy_decisions_in_force(session)
    if not decisions:
        return DecidedCopies()
    hashes = {text for decision in decisions for text in _texts_meant(decision)}
    shown = select(Article.content_sha256, Article.id).where(Article.status == "published")
    having: defaultdict[str, list[str]] = defaultdict(list)
    for text, id in sorted(select_in(session, shown, Article.content_sha256, hashes)):
        having[text].append(id)
    links, apart, kept_apart = list[Link](), defaultdict[str, set[str]](set), set[str]()
    for decision in decisions:
        sides = [having.get(text, []) for text in _texts_meant(decision)]
        if decision.kind == _KINDS["apart"]:
            kept_apart.update(*sides)
            for one, other in product(*sides):
                apart[one].add(other)
                apart[other].add(one)
        elif all(sides):
            first, *others = [*sides[0], *sides[1]]
            links += [(first, other) for other in others]
    return DecidedCopies(links, dict(apart), kept_apart, is_any=True)


def record_copy_decision(session: Session, proposal: CopyProposal, *, by: str, at: str) -> Decision:
    """Add a decision to the log; `copies.regroup_decided` then moves the articles. Raises `NotFound` and `Withdrawn`
    for an article that is not there, `DecisionInvalid` for what cannot be, and `Conflict` where an earlier decision
    stands against it."""
    check_text({"note": proposal.note or "", "by": by})
    decision = _undoing(session, proposal) if proposal.kind == "undo" else _parting_or_joining(session, proposal)
    decision.note, decision.by, decision.at = proposal.note, by, at
    session.add(decision)
    session.flush()
    return decision


def copy_decisions_in_force(session: Session) -> list[Decision]:
    """Return the decisions about copies, in order, without those that were undone."""
    log = list(session.exec(select(Decision).where(_ABOUT_COPIES).order_by(col(Decision.number))))
    undone = {decision.undoes for decision in log}
    return [decision for decision in log if decision.kind != "undo" and decision.number not in undone]


def copy_decision_log(
    session: Session, *, article: str | None = None, limit: int = 20, before: int | None = None
) -> tuple[list[Decision], int, dict[int, int]]:
    """Return the newest first; how many there are in all; and of those returned, which were undone by which."""
    either = (col(Decision.article_id) == article) | (col(Decision.other_id) == article)
    about = (_ABOUT_COPIES,) if article is None else (_ABOUT_COPIES, either)
    total = session.exec(select(func.count()).select_from(Decision).where(*about)).one()
    older = [] if before is None else [col(Decision.number) < before]
    newest = select(Decision).where(*about, *older).order_by(col(Decision.number).desc()).limit(limit)
    found = list(session.exec(newest))
    return found, total, undone_by(session, found)


def articles_meant(session: Session, decision: Decision) -> set[str]:
    """Return the articles that are shown and have one of the texts that a decision means."""
    shown = select(Article.id).where(Article.status == "published")
    return set(select_in(session, shown, Article.content_sha256, _texts_meant(decision)))


def ruling_of(decision: Decision) -> CopyRuling:
    """Return what a decision about copies says, as it is told."""
    return next((kind for kind in RULINGS if _KINDS.get(kind, kind) == decision.kind), "undo")


def _texts_meant(decision: Decision) -> tuple[str, str]:
    return decision.content_sha256 or "", decision.other_sha256 or ""


def _parting_or_joining(session: Session, proposal: CopyProposal) -> Decision:
    if proposal.undoes is not None:
        raise DecisionInvalid("undoes", f"A decision of kind {proposal.kind} has no such field.")
    if proposal.other is None:
        raise DecisionInvalid("other", f"A decision of kind {proposal.kind} needs it.")
    one, other = load_article(session, proposal.article), load_article(session, proposal.other)
    if one.content_sha256 == other.content_sha256:
        raise DecisionInvalid("other", f"{other.id} has the same text as {one.id}: nothing can tell them apart.")
    made = Decision(
        kind=_KINDS[proposal.kind], entity_id="", article_id=one.id, content_sha256=one.content_sha256,
        other_id=other.id, other_sha256=other.content_sha256, by="", at="",
    )  # fmt: skip
    for earlier in _about_both(copy_decisions_in_force(session), made):
        said = f"Decision {earlier.number} says that they are {ruling_of(earlier)}"
        raise Conflict(f"{said} already." if earlier.kind == made.kind else f"{said}: undo that one first.")
    return made


def _about_both(decisions: Iterable[Decision], made: Decision) -> list[Decision]:
    return [each for each in decisions if set(_texts_meant(each)) == set(_texts_meant(made))]


def _undoing(session: Session, proposal: CopyProposal) -> Decision:
    if proposal.undoes is None or proposal.other is not None:
        raise DecisionInvalid("undoes", "Give the number of a decision, and no other article.")
    undone = session.get(Decision, proposal.undoes)
    if undone is None or undone.other_sha256 is None or undone.kind == "undo":
        raise DecisionInvalid("undoes", f"There is no decision {proposal.undoes} about copies.")
    if proposal.article not in (undone.article_id, undone.other_id):
        raise DecisionInvalid("undoes", f"Decision {undone.number} is about {undone.article_id} and {undone.other_id}.")
    if (by := undone_by(session, [undone]).get(undone.number or 0)) is not None:
        raise Conflict(f"Decision {undone.number} was undone by decision {by}.")
    return Decision(
        kind="undo", entity_id="", article_id=undone.article_id, content_sha256=undone.content_sha256,
        other_id=undone.other_id, other_sha256=undone.other_sha256, undoes=undone.number, by="", at="",
    )  # fmt: skip
