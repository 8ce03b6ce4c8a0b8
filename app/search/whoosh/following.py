"""What follows some words in the archive, counted where words stand: no table of phrases has to be kept in step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from app.effort import spend
from app.search.whoosh.packed import Ints
from app.search.whoosh.segment import Segment
from app.search.whoosh.snapshot import SegmentView, Snapshot
from app.search.whoosh.weights import phrase_addresses, stands_at

_CONTINUING = 60
"""Words with a beginning that are looked for, the most frequent ones: the others are hardly what somebody types."""
_PLACES = 20_000
"""Places that are looked at in a segment, evenly spread where there are more: enough to tell what is frequent."""


def words_following(snapshot: Snapshot, before: Sequence[str], beginning: str) -> Counter[str]:
    """Return in about how many articles each word that begins so stands right behind `before`, exact terms."""
    found: Counter[str] = Counter()
    for view in snapshot.views:
        for term, articles in _following_in(view, before, beginning.encode()):
            found[term.decode("utf-8", "surrogatepass")] += articles
    return found


def _following_in(view: SegmentView, before: Sequence[str], beginning: bytes) -> Iterator[tuple[bytes, int]]:
    segment = view.segment
    known = [number for term in before if (number := segment.terms("exact").find(term.encode())) is not None]
    spend(min(map(segment.size, known), default=0))
    addresses = phrase_addresses(segment, before, 0)
    step = -(-len(addresses) // _PLACES) or 1
    behind = addresses[::step] + np.uint32(len(before))
    owner = segment.owners(behind)
    if view.alive is not None:
        lives = view.alive[owner]
        behind, owner = behind[lives], owner[lives]
    if not len(behind):
        return
    continuing = _most_frequent(segment, beginning)
    spend(len(behind) * len(continuing))
    for number in continuing:
        articles = owner[stands_at(segment, number, behind)]
        if len(articles):
            yield segment.terms("exact")[number], step * int(np.count_nonzero(np.diff(articles, prepend=-1)))


def _most_frequent(segment: Segment, beginning: bytes) -> list[int]:
    run = segment.terms("exact").starting(beginning)
    order: Ints = np.argsort(-segment.sizes(run), kind="stable")[:_CONTINUING]
    return [run[place] for place in order.tolist()]
