"""The part of a search engine that is measured. A hit is what a result list shows: id, headline, date and source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Protocol, runtime_checkable

from app.search.engine import Document
from app.search.query import Query

TEXTS = ("headline", "dateline", "body")
"""The fields that are searched, in every peer."""
SHOWN = 20
"""Hits of a page over HTTP."""
SNIPPET = 240
"""Characters of a snippet, where a peer lets us choose."""


class NotSupported(Exception):
    """The peer has no such query."""


@dataclass(slots=True)
class Found:
    total: int
    hits: list[tuple[str, str, str | None, str | None]]
    counts: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    """By facet; the timeline is the facet `day`."""


@dataclass(slots=True)
class Shown:
    id: str
    headline: str
    date: str | None
    source: str | None
    snippet: str


@dataclass(slots=True)
class Page:
    total: int
    results: list[Shown]
    facets: dict[str, list[tuple[str, int]]] = field(default_factory=dict)


class Peer(Protocol):
    """Lives in a folder. `stored`: keeps the bodies as well, for snippets; otherwise the index alone."""

    def __init__(self, folder: Path, stored: bool = False) -> None: ...

    def build(self, documents: Iterable[Document]) -> None: ...

    def open(self) -> None:
        """For searching, as a new process would."""
        ...

    def add(self, documents: Sequence[Document]) -> None:
        """Committed, and seen by the next search."""
        ...

    def search(self, query: Query) -> Found: ...

    def page(self, text: str, facets: bool) -> Page:
        """Twenty hits with marked snippets for a text as typed, all words required; the facets are source and year."""
        ...


@runtime_checkable
class Tidied(Protocol):
    """A peer that leaves to another process what need not be done in a commit."""

    def tidy(self) -> None: ...


PEERS = {
    "ours": ("tests.bench.peers.ours", "Ours"),
    "tantivy": ("tests.bench.peers.rust_tantivy", "Tantivy"),
    "fts5": ("tests.bench.peers.sqlite_fts5", "Fts5"),
    "whoosh": ("tests.bench.peers.stock_whoosh", "StockWhoosh"),
    "groonga": ("tests.bench.peers.c_groonga", "Groonga"),
}
SERVERS_ALONE = {"groonga"}
"""Peers that are servers themselves: they are measured over HTTP and not as engines."""


def make(name: str, folder: Path, stored: bool = False) -> Peer:
    """`ModuleNotFoundError` where it is not installed. Each is imported alone: memory is measured."""
    module, kind = PEERS[name]
    peer: Peer = getattr(import_module(module), kind)(folder, stored)
    return peer


def day_number(text: str | None) -> int:
    """0 where there is none; a year or month counts from its first day."""
    return date.fromisoformat((text + "-01-01")[:10]).toordinal() if text else 0
