"""Stories of what a search found: how many of the articles of each it found, and how many there are."""

from __future__ import annotations

import numpy as np

from app.effort import spend
from app.search.engine import StoryFound, StoryOrder
from app.search.whoosh.segment import Documents
from app.search.whoosh.snapshot import Snapshot


def stories_found(snapshot: Snapshot, documents: Documents, order: StoryOrder) -> list[StoryFound]:
    """Return the stories of several articles of which some documents are, in order."""
    spend(snapshot.held)
    numbers = snapshot.groups("stories")
    alive = np.ones(snapshot.held, bool) if snapshot.alive is None else snapshot.alive
    sizes = np.bincount(numbers[alive])
    matches = np.bincount(numbers[documents], minlength=len(sizes))
    last = np.zeros(len(sizes), np.int64)
    np.maximum.at(last, numbers[alive], snapshot.column("date")[alive])
    names = np.zeros(len(sizes), np.uint64)
    names[numbers[alive]] = snapshot.column("story")[alive].view(np.uint64)
    chosen = np.flatnonzero((matches > 0) & (sizes > 1))
    chosen = chosen[chosen > 0]
    keys = (last if order == "-last_date" else sizes)[chosen]
    chosen, keys = (each[np.lexsort((names[chosen], -keys))] for each in (chosen, keys))
    columns = (names[chosen], matches[chosen], sizes[chosen], keys)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [StoryFound(f"{name:016x}", *counts) for name, *counts in rows]
