"""Dateline's own engine, through its port. Over HTTP it is the server itself: see `traffic.py`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from app.search.engine import Document
from app.search.query import Query
from app.search.whoosh.engine import WhooshEngine
from tests.bench.peers.peer import Found, NotSupported, Page


class Ours:
    def __init__(self, folder: Path, stored: bool = False) -> None:
        self._folder = folder
        self._sequence = 0

    def build(self, documents: Iterable[Document]) -> None:
        WhooshEngine.open(self._folder).rebuild(documents, sequence=1)

    def open(self) -> None:
        self._writer = self._engine = WhooshEngine.open(self._folder)
        self._sequence = self._engine.status().sequence

    def add(self, documents: Sequence[Document]) -> None:
        """The searching engine is opened anew: other processes have to do so too."""
        self._sequence += 1
        self._writer.put(documents, sequence=self._sequence)
        self._engine = WhooshEngine.open(self._folder)

    def tidy(self) -> None:
        while self._writer.is_crowded():
            with self._writer.joining() as swap:
                if swap is not None:
                    swap()

    def search(self, query: Query) -> Found:
        found = self._engine.search(query)
        counts: dict[str, list[tuple[str, int]]] = {
            facet.name: [(b.value, b.count) for b in facet.buckets] for facet in found.facets
        }
        hits = [(hit.id, hit.card.headline, hit.card.date, hit.card.source) for hit in found.hits]
        return Found(found.total, hits, counts)

    def page(self, text: str, facets: bool) -> Page:
        raise NotSupported
