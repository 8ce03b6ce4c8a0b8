"""What an index holds, article by article, whatever segments it lies in: to compare with the rows, or another index.

A document's digest is a sum over all it has, so it does not depend on the order of terms or on a segment's numbers;
each summand mixes the term with where it stands.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from app.search.engine import Audit
from app.search.whoosh.packed import Array
from app.search.whoosh.segment import KEY_VIEWS, QUOTE_WIDTH, Segment
from app.search.whoosh.snapshot import SegmentView, Snapshot

Hashes = npt.NDArray[np.uint64]

# Odd, so that multiplying by them loses nothing; far from any power of two, so that neighbours end far apart.
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xD6E8FEB86659FD93)


def damaged_arrays(snapshot: Snapshot) -> tuple[str, ...]:
    """Return the arrays whose bytes are not those that were written."""
    damaged = [f"{view.segment.path.name}: {name}" for view in snapshot.views for name in view.segment.damaged()]
    _release(snapshot)
    return tuple(damaged)


def _release(snapshot: Snapshot) -> None:
    for view in snapshot.views:
        view.segment.release()


def audit(snapshot: Snapshot, *, deep: bool) -> Audit:
    damaged = damaged_arrays(snapshot)
    revised: dict[str, int] = {}
    digests: dict[str, int] = {}
    for view in snapshot.views if not damaged else ():
        ids = [f"{id:016x}" for id in _living(view, view.segment["id"])]
        revised.update(zip(ids, _living(view, view.segment["revised"]), strict=True))
        if deep:
            digests.update(zip(ids, _living(view, _digests(view.segment)), strict=True))
    _release(snapshot)
    return Audit(snapshot.sequence, damaged, revised, digests)


def _living(view: SegmentView, values: Array) -> list[int]:
    living: list[int] = (values if view.alive is None else values[view.alive]).tolist()
    return living


def _digests(segment: Segment) -> Hashes:
    digests = np.array([zlib.crc32(segment.card(n)) for n in range(segment.documents)], np.uint64)
    digests += segment["date"].astype(np.uint64) * _SPREAD
    digests += segment["copy_group"].view(np.uint64) * _MIX
    digests += segment["story"].view(np.uint64) * (_MIX ^ _SPREAD)
    bounds = segment["quotes.offsets"].astype(np.int64)
    np.add.at(digests, np.repeat(np.arange(segment.documents), bounds[1:] - bounds[:-1]), _quote_hashes(segment))
    for documents, hashes in _summands(segment):
        np.add.at(digests, documents, hashes)
    return digests


def _quote_hashes(segment: Segment) -> Hashes:
    """Return a hash of each number in `quotes`, which of the three of a quote it is considered."""
    numbers = segment["quotes"]
    return _mixed(np.arange(len(numbers)).astype(np.uint64) % np.uint64(QUOTE_WIDTH), numbers)


def _summands(segment: Segment) -> Iterator[tuple[Array, Hashes]]:
    """Yield, for each view and some terms at a time, the documents and what each adds to its digest."""
    starts = segment["start"].astype(np.int64)
    for run, positions in segment.lists("exact.positions").chunks():
        owners = np.searchsorted(starts, positions, side="right") - 1
        yield owners, _mixed(_term_hashes(segment, "exact.positions", run), positions - starts[owners])
    for run, documents in segment.lists("stem.docs").chunks():
        yield documents, _mixed(_term_hashes(segment, "stem.docs", run), segment.packed_counts(run))
    for number, view in enumerate(KEY_VIEWS):
        for run, documents in segment.lists(f"{view}.docs").chunks():
            yield documents, _mixed(_term_hashes(segment, f"{view}.docs", run), np.full(len(documents), number))


def _term_hashes(segment: Segment, lists: str, run: range) -> Hashes:
    """A hash of the term of each posting of a run of terms."""
    table = segment.terms(lists.partition(".")[0])
    hashes = np.array([zlib.crc32(table[number]) for number in run], np.uint64)
    return np.repeat(hashes, segment.lists(lists).counts(run))


def _mixed(terms: Hashes, places: Array) -> Hashes:
    mixed: Hashes = (terms * _SPREAD) ^ ((places.astype(np.uint64) + np.uint64(1)) * _MIX)
    return mixed * _SPREAD
