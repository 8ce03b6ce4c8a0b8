"""Articles that have runs of words in common with a text, found by the places of words alone.

In each run as long as is asked for, one word is the rarest. Wherever that stands in a segment, its neighbours are
looked up as far as a run with it can reach. So none is missed, nothing is read of what most articles have, and every
article that is found has such a run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from app.effort import spend
from app.search.engine import Sharing
from app.search.whoosh.packed import Array, Ints
from app.search.whoosh.segment import FIELD_BITS, FIELD_MASK, FIELDS, Documents, Segment
from app.search.whoosh.snapshot import Snapshot
from app.search.whoosh.weights import kept_positions, stands_at


class _RarestWord(NamedTuple):
    """A word of the text that is the rarest of some runs, which begin from `first` to `last`."""

    place: int
    first: int
    last: int


def articles_sharing(snapshot: Snapshot, terms: Sequence[str], run: int, limit: int) -> Sharing:
    """Return the articles with `run` of the words one behind the other in their body: those that have most such places
    first, of these the earliest."""
    spend(len(terms) * len(snapshot.views))
    found = [
        (first + documents, counts)
        for first, view in zip(snapshot.firsts, snapshot.views, strict=False)
        for documents, counts in [_documents_sharing(view.segment, terms, run)]
    ]
    documents = np.concatenate([np.empty(0, np.int64), *(each for each, _ in found)])
    counts = np.concatenate([np.empty(0, np.int64), *(each for _, each in found)])
    if snapshot.alive is not None:
        alive = snapshot.alive[documents]
        documents, counts = documents[alive], counts[alive]
    moments, ids = snapshot.moments[documents], snapshot.column("id")[documents]
    order = np.lexsort((ids, np.where(moments > 0, moments, np.inf), -counts))[:limit]
    return Sharing(len(documents), tuple(f"{id:016x}" for id in ids[order].tolist()))


def _documents_sharing(segment: Segment, terms: Sequence[str], run: int) -> tuple[Ints, Ints]:
    """Return the documents of a segment that have such a run, and in how many places of the text one of them begins,
    about."""
    table = segment.terms("exact")
    known = {term: table.find(term.encode("utf-8", "surrogatepass")) for term in dict.fromkeys(terms)}
    numbers = [known[term] for term in terms]
    sizes = [0 if number is None else segment.size(number) for number in numbers]
    held = [np.empty(0, np.int32)]
    for within, place in dict.fromkeys(_around(numbers, word, run) for word in _rarest_words(sizes, run)):
        held.append(_owners(segment, _run_addresses(segment, within, place, run)))
    documents, counts = np.unique(np.concatenate(held), return_counts=True)
    return documents.astype(np.int64), counts


def _around(numbers: Sequence[int | None], word: _RarestWord, run: int) -> tuple[tuple[int, ...], int]:
    """Return the words of the runs that a word is looked up for, and its place among them: what is said over and over
    is looked up once. -1 is a word that stands nowhere."""
    within = numbers[word.first : word.last + run]
    return tuple(-1 if number is None else number for number in within), word.place - word.first


def _rarest_words(sizes: Sequence[int], run: int) -> Iterator[_RarestWord]:
    """Yield words, one at least in each run, runs with a word that stands nowhere left out. The same word goes on as
    long as no rarer one comes, so that there are few."""
    chosen: _RarestWord | None = None
    for start in range(len(sizes) - run + 1):
        window = sizes[start : start + run]
        rarest = min(window)
        if chosen is not None and chosen.last == start - 1 and start <= chosen.place and sizes[chosen.place] == rarest:
            chosen = chosen._replace(last=start)
            continue
        if chosen is not None:
            yield chosen
        # The last of them stays in sight for the longest.
        chosen = _RarestWord(start + run - 1 - window[::-1].index(rarest), start, start) if rarest else None
    if chosen is not None:
        yield chosen


def _run_addresses(segment: Segment, terms: Sequence[int], place: int, run: int) -> Array:
    """Return the addresses of the word at `place` around which at least `run` of the words stand; -1 is no word."""
    addresses = kept_positions(segment, terms[place])
    # Of the first document the first words have nothing before them.
    padded = addresses.astype(np.int64)
    before, after = (np.zeros(len(addresses), np.int64) for _ in range(2))
    for reach, step, last in ((before, -1, place), (after, 1, len(terms) - 1 - place)):
        going = np.arange(len(addresses))
        for far in range(1, min(last, run - 1) + 1):
            term = terms[place + step * far]
            going = going[padded[going] + step * far >= 0]
            if term < 0 or not len(going):
                break
            going = going[stands_at(segment, term, (padded[going] + step * far).astype(np.uint32))]
            reach[going] = far
    found: Array = addresses[before + after + 1 >= run]
    return found


def _owners(segment: Segment, addresses: Array) -> Documents:
    """Return the documents whose body has one of some ascending addresses, each once."""
    fields = segment.fields_at(addresses)
    return np.unique(fields[fields & FIELD_MASK == FIELDS.index("body")] >> FIELD_BITS)
