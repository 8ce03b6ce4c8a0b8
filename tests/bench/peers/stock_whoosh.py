"""Whoosh 2.7.4 as it comes: its own codec, its stemming analyser (without the stop list: no other peer has one)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from whoosh import analysis, fields, highlight, index, qparser, sorting
from whoosh import query as whoosh_query

from app.search.attributes import Filters
from app.search.engine import Document
from app.search.query import And, Clause, Fuzzy, Not, Nothing, Or, Phrase, Prefix, Query, Word
from tests.bench.peers.peer import SHOWN, SNIPPET, TEXTS, Found, NotSupported, Page, Shown, day_number

_KINDS = ("person", "organization", "place")
_MEMORY_MB = 512


class StockWhoosh:
    def __init__(self, folder: Path, stored: bool = False) -> None:
        self._folder = folder
        self._analyzer = analysis.StemmingAnalyzer(stoplist=None, cachesize=-1)
        self._stored = stored

    def build(self, documents: Iterable[Document]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._index = index.create_in(str(self._folder), self._schema())
        self._write(documents)

    def open(self) -> None:
        self._index = index.open_dir(str(self._folder))
        self._searcher = self._index.searcher()
        self._parser = qparser.MultifieldParser(list(TEXTS), self._index.schema)

    def add(self, documents: Sequence[Document]) -> None:
        self._write(documents)
        self._searcher = self._index.searcher()

    def search(self, query: Query) -> Found:
        assert query.clause is not None
        order = sorting.FieldFacet("day", reverse=True) if query.sort == "-date" else None
        names = [*query.facets, *(["day"] if query.dates else [])]
        groups = {name: _grouped(name) for name in names}
        found = self._searcher.search(
            self._query(query.clause), limit=query.limit, filter=_filter(query.filters), sortedby=order,
            groupedby=groups or None,
        )  # fmt: skip
        hits = [(hit["id"], hit["headline"], hit.get("date"), hit.get("source")) for hit in found]
        counts = {name: _most(found.groups(name), None if name == "day" else query.facet_limit) for name in names}
        return Found(len(found), hits, counts)

    def page(self, text: str, facets: bool) -> Page:
        names = ("source", "year") if facets else ()
        found = self._searcher.search(
            self._parser.parse(text), limit=SHOWN, groupedby={name: _grouped(name) for name in names} or None
        )
        found.fragmenter = highlight.ContextFragmenter(maxchars=SNIPPET)
        results = [
            Shown(hit["id"], hit["headline"], hit.get("date"), hit.get("source"), hit.highlights("body", top=1))
            for hit in found
        ]
        return Page(len(found), results, {name: _most(found.groups(name), 10) for name in names})

    def _schema(self) -> Any:
        text = {"analyzer": self._analyzer}
        return fields.Schema(
            id=fields.ID(stored=True, unique=True),
            headline=fields.TEXT(stored=True, **text),
            dateline=fields.TEXT(stored=True, **text),
            body=fields.TEXT(stored=self._stored, **text),
            date=fields.STORED(),
            source=fields.ID(stored=True, sortable=True),
            day=fields.NUMERIC(int, sortable=True),
            year=fields.NUMERIC(int, sortable=True),
            **{kind: fields.KEYWORD(stored=True) for kind in _KINDS},
        )

    def _write(self, documents: Iterable[Document]) -> None:
        writer = self._index.writer(limitmb=_MEMORY_MB)
        for document in documents:
            named = {
                kind: " ".join(entity for entity in document.entities if entity.startswith(f"{kind}-"))
                for kind in _KINDS
            }
            dated = {"day": day_number(document.date), "year": int(document.date[:4])} if document.date else {}
            writer.add_document(
                id=document.id, headline=document.headline, dateline=document.dateline, body=document.body,
                date=document.date, source=document.source, **named, **dated,
            )  # fmt: skip
        writer.commit()

    def _query(self, clause: Clause) -> Any:
        match clause:
            case And(clauses):
                return whoosh_query.And([self._query(child) for child in clauses])
            case Or(clauses):
                return whoosh_query.Or([self._query(child) for child in clauses])
            case Not() | Nothing():
                raise NotSupported
            case leaf:
                return whoosh_query.Or([self._leaf(leaf, field) for field in TEXTS])

    def _leaf(self, leaf: Word | Phrase | Prefix | Fuzzy, field: str) -> Any:
        terms = [token.text for token in self._analyzer(leaf.text)]
        match leaf:
            case Word():
                return whoosh_query.Term(field, terms[0])
            case Phrase():
                return whoosh_query.Phrase(field, terms)
            case Prefix(text):
                return whoosh_query.Prefix(field, text)
            case Fuzzy():
                return whoosh_query.FuzzyTerm(field, terms[0], maxdist=1, prefixlength=0)


def _filter(filters: Filters) -> Any:
    conditions = [whoosh_query.Term(entity.split("-")[0], entity) for entity in filters.entity]
    if filters.date_from and filters.date_to:
        span = day_number(filters.date_from), day_number(filters.date_to)
        conditions.append(whoosh_query.NumericRange("day", *span))
    return whoosh_query.And(conditions) if conditions else None


def _grouped(name: str) -> Any:
    if name in _KINDS:
        return sorting.StoredFieldFacet(name, allow_overlap=True, maptype=sorting.Count)
    return sorting.FieldFacet(name, maptype=sorting.Count)


def _most(groups: dict[Any, int], limit: int | None) -> list[tuple[str, int]]:
    return [(str(value), count) for value, count in Counter(groups).most_common(limit)]
