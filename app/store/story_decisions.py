"""What editors decided about stories: the log, and what it makes of the stories that were found.

The log is only added to. Its decisions work in their order upon the stories that likeness gave: `together` makes the
stories of two articles one, `apart` parts the story of two, `detach` takes an article out of its story, `headline` says
what a story is called. One that was undone is left out. An article is meant by the hash of its content, so decisions
hold for texts that are taken in again, wherever they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Literal

from sqlmodel import Session, col, func, select

from app.entry import unfit
from app.errors import Conflict, DecisionInvalid
from app.relations.stories import Nearby
from app.store.articles import load_article
from app.store.bulk import select_in
from app.store.stories_due import put_stories_due
from app.store.tables import Article, StoryDecision

StoryDecisionKind = Literal["together", "apart", "detach", "headline", "undo"]
_NEEDED: dict[StoryDecisionKind, str | None] = {
    "together": "other", "apart": "other", "detach": None, "headline": "headline", "undo": "undoes",
}  # fmt: skip
_Head = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class StoryProposal:
    """A decision to be taken about an article and its story: `together` and `apart` need `other`, an article too,
    `headline` one, `undo` the number of a decision, and `detach` nothing. Any may have a `note`."""

    kind: StoryDecisionKind
    article: str
    other: str | None = None
    headline: str | None = None
    undoes: int | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class StoryRulings:
    """The decisions in force, in order, each with the articles that have their texts."""

    taken: list[StoryDecision] = field(default_factory=list)

    def articles(self) -> set[str]:
        """Return the articles that anything was decided about."""
        return {id for each in self.taken for id in (each.stands, each.other_stands) if id is not None}

    def joined_to(self, heads: Collection[str], head: _Head) -> set[str]:
        """Return those that stand for articles which are to be together with others that some stand for."""
        pairs = [heads_of for each in self.taken if each.kind == "together" if len(heads_of := _heads(each, head)) > 1]
        return {one for pair in pairs if not set(pair).isdisjoint(heads) for one in pair}

    def applied(self, stories: Iterable[Iterable[str]], near: Nearby, head: _Head) -> list[list[str]]:
        """Return the stories as they are with all that was decided. They and `near` are of articles that stand for
        their copies, which `head` tells of any."""
        found = [list(story) for story in stories]
        if self.taken:
            place = {id: number for number, story in enumerate(found) for id in story}
            for each in self.taken:
                if (heads := _heads(each, head)) and all(one in place for one in heads):
                    _apply_ruling(each.kind, heads, found, place, near)
        return [story for story in found if story]


def story_rulings(session: Session) -> StoryRulings:
    """Return the decisions in force, with where their texts stand now."""
    taken = _in_force(session)
    wanted = {hash for each in taken for hash in (each.content_sha256, each.other_sha256) if hash is not None}
    found = select(Article.content_sha256, Article.id).where(Article.status == "published")
    standing = dict(sorted(select_in(session, found, Article.content_sha256, wanted), reverse=True))
    return StoryRulings([_with_places(each, standing) for each in taken])


def settle_story_rulings(session: Session) -> StoryRulings:
    """Do what `story_rulings` does, and note where the texts stand: what moved has its story worked out anew."""
    rulings = story_rulings(session)
    moved = set[str | None]()
    for each in rulings.taken:
        row = session.get_one(StoryDecision, each.number)
        if (row.stands, row.other_stands) != (each.stands, each.other_stands):
            moved |= {row.stands, row.other_stands, each.stands, each.other_stands}
            row.stands, row.other_stands = each.stands, each.other_stands
    if moved:
        session.flush()
        put_stories_due(session, filter(None, moved))
    return rulings


def record_story_decision(session: Session, proposal: StoryProposal, *, by: str, at: str) -> StoryDecision:
    """Add a decision to the log; those concerned have their stories worked out anew. Raises `NotFound` for an article
    that is not there, `DecisionInvalid` for what cannot be, and `Conflict` for what was undone before."""
    _check_proposal(proposal, by)
    decision = StoryDecision(kind=proposal.kind, article_id="", content_sha256="", note=proposal.note, by=by, at=at)
    if proposal.kind == "undo":
        concerned = _undo_columns(session, decision, proposal)
    else:
        article = load_article(session, proposal.article)
        decision.article_id, decision.content_sha256 = article.id, article.content_sha256
        decision.headline, concerned = proposal.headline, {article.id}
        if proposal.other is not None:
            other = _other_article(session, article, proposal)
            decision.other_id, decision.other_sha256 = other.id, other.content_sha256
            concerned.add(other.id)
    session.add(decision)
    session.flush()
    put_stories_due(session, concerned)
    return decision


def story_decision_log(
    session: Session, *, limit: int, before: int | None = None
) -> tuple[list[StoryDecision], int, dict[int, int]]:
    """Return what was decided, newest first; how much that is in all; and which of it was undone by which."""
    total = session.exec(select(func.count()).select_from(StoryDecision)).one()
    older = [] if before is None else [col(StoryDecision.number) < before]
    found = list(
        session.exec(select(StoryDecision).where(*older).order_by(col(StoryDecision.number).desc()).limit(limit))
    )
    return found, total, _story_undone_by(session, [each.number for each in found])


def _story_undone_by(session: Session, numbers: Iterable[int | None]) -> dict[int, int]:
    wanted = select(StoryDecision.undoes, StoryDecision.number).where(col(StoryDecision.undoes).in_(list(numbers)))
    return {undone or 0: number or 0 for undone, number in session.exec(wanted)}


def _check_proposal(proposal: StoryProposal, by: str) -> None:
    needed = _NEEDED[proposal.kind]
    for name in ("other", "headline", "undoes"):
        given = getattr(proposal, name) is not None
        if given != (name == needed):
            message = "needs it" if name == needed else "has no such field"
            raise DecisionInvalid(name, f"A decision of kind {proposal.kind} {message}.")
    for name, text in (("by", by), ("headline", proposal.headline), ("note", proposal.note)):
        if (found := unfit(text or "")) is not None:
            raise DecisionInvalid(name, f"It holds a character that is not seen ({found}). Type it without.")
    if proposal.headline is not None and not proposal.headline.strip():
        raise DecisionInvalid("headline", "A headline cannot be empty.")


def _other_article(session: Session, article: Article, proposal: StoryProposal) -> Article:
    other = load_article(session, proposal.other or "")
    if other.id == article.id:
        raise DecisionInvalid("other", f"{other.id} is that article itself.")
    if proposal.kind == "apart" and other.copy_group == article.copy_group:
        raise DecisionInvalid("other", f"{other.id} and {article.id} are copies of one piece, which stay together.")
    return other


def _undo_columns(session: Session, decision: StoryDecision, proposal: StoryProposal) -> set[str]:
    """Fill in what is undone. Returns the articles that it was about."""
    undone = session.get(StoryDecision, proposal.undoes)
    if undone is None or undone.kind == "undo":
        raise DecisionInvalid("undoes", f"There is no decision {proposal.undoes} that could be undone.")
    if (number := _story_undone_by(session, [undone.number]).get(undone.number or 0)) is not None:
        raise Conflict(f"Decision {undone.number} was undone by decision {number}.")
    decision.undoes, decision.article_id, decision.content_sha256 = (
        undone.number,
        undone.article_id,
        undone.content_sha256,
    )
    return {id for id in (undone.stands, undone.other_stands) if id is not None}


def _in_force(session: Session) -> list[StoryDecision]:
    log = list(session.exec(select(StoryDecision).order_by(col(StoryDecision.number))))
    undone = {each.undoes for each in log if each.undoes is not None}
    return [each for each in log if each.kind != "undo" and each.number not in undone]


def _with_places(decision: StoryDecision, standing: dict[str, str]) -> StoryDecision:
    """Return a decision, no row of any table, with the articles that have its texts."""
    values = decision.model_dump()
    values["stands"] = standing.get(decision.content_sha256)
    values["other_stands"] = standing.get(decision.other_sha256 or "")
    return StoryDecision(**values)


def _heads(decision: StoryDecision, head: _Head) -> list[str]:
    """Return those that stand for the articles of a decision; none where one of these is not there."""
    articles = [decision.stands, *([decision.other_stands] if decision.other_sha256 is not None else [])]
    heads = [head(id) for id in articles if id is not None]
    return [one for one in heads if one is not None] if len(heads) == len(articles) and None not in heads else []


def _apply_ruling(kind: str, heads: list[str], found: list[list[str]], place: dict[str, int], near: Nearby) -> None:
    one, other = heads[0], heads[-1]
    if kind == "together" and place[one] != place[other]:
        _into_story(found[place[other]], place[one], found, place)
    elif kind == "detach" and len(found[place[one]]) > 1:
        found.append([])
        _into_story([one], len(found) - 1, found, place)
    elif kind == "apart" and one != other and place[one] == place[other]:
        likes_other = [
            id for id in found[place[one]] if id == other or (id != one and _is_nearer(near, id, other, one))
        ]  # fmt: skip
        found.append([])
        _into_story(likes_other, len(found) - 1, found, place)


def _into_story(ids: Iterable[str], target: int, found: list[list[str]], place: dict[str, int]) -> None:
    for id in list(ids):
        found[place[id]].remove(id)
        found[target].append(id)
        place[id] = target


def _is_nearer(near: Nearby, id: str, one: str, other: str) -> bool:
    """Return whether an article is more like the one than like the other."""
    likeness = {each.id: each.likeness for each in near[id]}
    return likeness.get(one, 0) > likeness.get(other, 0)
