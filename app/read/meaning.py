"""Whether this archive ranks by meaning, and how far it is with its vectors."""

from __future__ import annotations

from app.archive import Archive, why_no_meaning
from app.read.models import MeaningStats


def meaning_stats(archive: Archive) -> MeaningStats:
    """Return the state of ranking by meaning; without a model the vectors of an earlier one say nothing."""
    meaning = archive.meaning
    if meaning is None:
        reason = why_no_meaning(archive.settings) or "The archive was opened without it."
        return {"available": False, "reason": reason, "articles": 0, "waiting": 0}
    vectors = meaning.folder.now()
    made = len(vectors) if vectors.header.model == meaning.model.fingerprint else 0
    waiting = max(archive.engine.status().documents - made, 0)
    return {"available": True, "model": meaning.model.name, "articles": made, "waiting": waiting}
