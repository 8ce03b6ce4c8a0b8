"""Editors' decisions about stories, from the one who takes them to rows and index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from app.archive import Archive
from app.ingest import indexing
from app.store.story_decisions import StoryProposal, record_story_decision
from app.store.tables import StoryDecision


@dataclass(frozen=True, slots=True)
class StoryDecided:
    """`indexed`: stories and searches show it; else who holds the index will see to it."""

    decision: StoryDecision
    indexed: bool


def decide_story(
    archive: Archive, proposal: StoryProposal, by: str, patience: float = indexing.PATIENCE
) -> StoryDecided:
    """Take a decision. Raises as `record_story_decision` does, before anything is changed; waits so long for the
    index."""
    with archive.database.writing() as session:
        at = datetime.now(UTC).isoformat(timespec="seconds")
        decision = record_story_decision(session, proposal, by=by, at=at)
    return StoryDecided(decision, indexing.index_in_time(archive, patience))
