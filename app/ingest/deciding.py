"""Editors' decisions, from the one who takes them to rows and index. One function for the command line and HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from app.archive import Archive
from app.ingest import indexing
from app.ingest.lock import ingest_lock
from app.store import decisions, linking
from app.store.articles import touch
from app.store.copies import regroup_decided
from app.store.copy_decisions import CopyProposal, record_copy_decision
from app.store.decisions import Proposal
from app.store.linking import apply_decision, settle_entities
from app.store.tables import Decision


@dataclass(frozen=True, slots=True)
class Decided:
    """`articles` whose entities or copies changed. `indexed`: searches show it; else who holds the index will see to
    it."""

    decision: Decision
    articles: int
    indexed: bool


def decide(archive: Archive, proposal: Proposal, by: str, patience: float = indexing.PATIENCE) -> Decided:
    """Take a decision. Raises as `record_decision` does, before anything is changed; waits so long for the index."""
    from app.ingest.rules import RULES  # loads the resolver, which who only reads does without

    with archive.database.writing() as session:
        decision = decisions.record_decision(
            session, proposal, by=by, at=datetime.now(UTC).isoformat(timespec="seconds")
        )
        articles = apply_decision(session, decision)
        settle_entities(session, RULES)
    return Decided(decision, articles, indexing.index_in_time(archive, patience))


def decide_copies(archive: Archive, proposal: CopyProposal, by: str, patience: float = indexing.PATIENCE) -> Decided:
    """Take a decision about copies. Raises as `record_copy_decision` does; waits so long for the index."""
    with archive.database.writing() as session:
        at = datetime.now(UTC).isoformat(timespec="seconds")
        decision = record_copy_decision(session, proposal, by=by, at=at)
        changed = regroup_decided(session, decision)
        touch(session, changed)
    return Decided(decision, len(changed), indexing.index_in_time(archive, patience))


def resolve_again(archive: Archive) -> int:
    """Decide anew who is who in the whole archive, from what recognition found in each article. Return how many
    articles changed. Raises `ArchiveBusy` where another process writes."""
    from app.ingest.rules import RULES  # loads the resolver, which who only reads does without

    with ingest_lock(archive):
        with archive.database.writing() as session:
            changed = linking.resolve_all(session, RULES)
        indexing.apply(archive)
    return changed
