"""Articles by what their cards say besides: their address, and the id that their publisher gave them.

No postings hold these, and few ask for them. So the cards of a segment are read once, when somebody does, for a number
of each value; the card of an article with that number then says whether it is the one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import msgspec
import numpy as np
import numpy.typing as npt

from app.search.engine import Card, Identifier
from app.search.whoosh.packed import Ints
from app.search.whoosh.segment import Segment
from app.search.whoosh.snapshot import Snapshot
from app.urls import url_key

_decode_card = msgspec.msgpack.Decoder(Card).decode
_KEYS: dict[Identifier, Callable[[Card], str | None]] = {
    "url": lambda card: card.url and url_key(card.url),
    "external_id": lambda card: card.external_id,
}


def articles_known_by(snapshot: Snapshot, by: Identifier, value: str) -> list[str]:
    """Return the ids of the living articles that are known so, ascending."""
    key = url_key(value) if by == "url" else value
    if not key:
        return []
    found = (
        int(view.segment["id"][document])
        for view in snapshot.views
        for document in _documents(view.segment, by, key)
        if view.alive is None or view.alive[document]
    )
    return [f"{id:016x}" for id in sorted(found)]


@dataclass(frozen=True, eq=False)
class _HashedKeys:
    """Hashes of the keys of a segment's documents, ascending, each beside its document. Python gives them another salt
    in every process, so they are never written down."""

    hashes: Ints
    documents: npt.NDArray[np.int32]

    @property
    def nbytes(self) -> int:
        return self.hashes.nbytes + self.documents.nbytes


def _documents(segment: Segment, by: Identifier, key: str) -> Iterator[int]:
    table: _HashedKeys = segment.kept.get(("identifiers", by), partial(_hash_keys, segment, by))
    start, stop = (np.searchsorted(table.hashes, hash(key), side) for side in ("left", "right"))
    for document in table.documents[start:stop].tolist():
        if _KEYS[by](_decode_card(segment.card(document))) == key:
            yield document


def _hash_keys(segment: Segment, by: Identifier) -> _HashedKeys:
    keys = (_KEYS[by](_decode_card(segment.card(document))) for document in range(segment.documents))
    held = [(hash(key), document) for document, key in enumerate(keys) if key]
    hashes, documents = np.array([each[0] for each in held], np.int64), np.array([each[1] for each in held], np.int32)
    order = np.argsort(hashes, kind="stable")
    return _HashedKeys(hashes[order], documents[order])
