"""tantivy from PyPI, one indexing thread, its `en_stem` tokenizer (no stop words)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from app.search.attributes import Filters
from app.search.engine import Document
from app.search.query import And, Clause, Fuzzy, Not, Nothing, Or, Phrase, Prefix, Query, Word
from tests.bench.peers.peer import SHOWN, SNIPPET, TEXTS, Found, Page, Shown, day_number

# By name, because it is an optional extra: mypy must pass with it and without.
tantivy: Any = import_module("tantivy")

_BUILD_HEAP = 512_000_000
_COMMIT_HEAP = 64_000_000


class Tantivy:
    def __init__(self, folder: Path, stored: bool = False) -> None:
        self._folder = folder
        self._schema = _schema(stored)
        self._analyzer = (
            tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
            .filter(tantivy.Filter.remove_long(40))
            .filter(tantivy.Filter.lowercase())
            .filter(tantivy.Filter.stemmer("english"))
            .build()
        )
        self._writer: Any = None

    def build(self, documents: Iterable[Document]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        index = tantivy.Index(self._schema, path=str(self._folder))
        writer = index.writer(heap_size=_BUILD_HEAP, num_threads=1)
        for document in documents:
            writer.add_document(_stored(document))
        writer.commit()
        writer.wait_merging_threads()

    def open(self) -> None:
        self._index = tantivy.Index.open(str(self._folder))
        self._schema = self._index.schema
        self._searcher = self._index.searcher()

    def add(self, documents: Sequence[Document]) -> None:
        if self._writer is None:
            self._writer = self._index.writer(heap_size=_COMMIT_HEAP, num_threads=1)
        for document in documents:
            self._writer.add_document(_stored(document))
        self._writer.commit()
        self._index.reload()
        self._searcher = self._index.searcher()

    def search(self, query: Query) -> Found:
        assert query.clause is not None
        asked = self._filtered(self._query(query.clause), query.filters)
        order = {"order_by_field": "day"} if query.sort == "-date" else {}
        found = self._searcher.search(asked, query.limit, **order)
        return Found(found.count, [self._card(address) for _, address in found.hits], self._counts(asked, query))

    def page(self, text: str, facets: bool) -> Page:
        asked = self._index.parse_query(text, list(TEXTS), conjunction_by_default=True)
        found = self._searcher.search(asked, SHOWN)
        marker = tantivy.SnippetGenerator.create(self._searcher, asked, self._schema, "body")
        marker.set_max_num_chars(SNIPPET)
        results = []
        for _, address in found.hits:
            document = self._searcher.doc(address)
            first = document.get_first
            snippet = marker.snippet_from_doc(document).to_html()
            results.append(Shown(first("id"), first("headline"), first("date"), first("source"), snippet))
        counted = self._aggregate(asked, {name: _terms(name, 10) for name in ("source", "year")}) if facets else {}
        return Page(found.count, results, counted)

    def _card(self, address: Any) -> tuple[str, str, str | None, str | None]:
        first = self._searcher.doc(address).get_first
        return first("id"), first("headline"), first("date"), first("source")

    def _counts(self, asked: Any, query: Query) -> dict[str, list[tuple[str, int]]]:
        plan: dict[str, Any] = {name: _terms(name, query.facet_limit) for name in query.facets}
        if query.dates:
            plan["day"] = {"histogram": {"field": "day", "interval": 1, "min_doc_count": 1}}
        return self._aggregate(asked, plan) if plan else {}

    def _aggregate(self, asked: Any, plan: dict[str, Any]) -> dict[str, list[tuple[str, int]]]:
        found = self._searcher.aggregate(asked, plan)
        return {name: [(str(b["key"]), b["doc_count"]) for b in found[name]["buckets"]] for name in plan}

    def _filtered(self, asked: Any, filters: Filters) -> Any:
        if filters.date_from and filters.date_to:
            low, high = day_number(filters.date_from), day_number(filters.date_to)
            span = tantivy.Query.range_query(self._schema, "day", tantivy.FieldType.Integer, low, high)
            asked = _all(asked, tantivy.Query.const_score_query(span, 0.0))
        for entity in filters.entity:
            named = tantivy.Query.term_query(self._schema, entity.split("-")[0], entity)
            asked = _all(asked, tantivy.Query.const_score_query(named, 0.0))
        return asked

    def _query(self, clause: Clause) -> Any:
        match clause:
            case And(clauses):
                return _all(*map(self._query, clauses))
            case Or(clauses):
                return _any(*map(self._query, clauses))
            case Not() | Nothing():
                raise NotImplementedError
            case leaf:
                return _any(*(self._leaf(leaf, field) for field in TEXTS))

    def _leaf(self, leaf: Word | Phrase | Prefix | Fuzzy, field: str) -> Any:
        terms = self._analyzer.analyze(leaf.text)
        match leaf:
            case Word():
                return tantivy.Query.term_query(self._schema, field, terms[0])
            case Phrase():
                return tantivy.Query.phrase_query(self._schema, field, terms)
            case Prefix(text):
                # Of one word: a walk over the terms, twenty times as fast as a regular expression.
                return tantivy.Query.phrase_prefix_query(self._schema, field, [text])
            case Fuzzy():
                return tantivy.Query.fuzzy_term_query(self._schema, field, terms[0], 1)


def _schema(stored: bool) -> Any:
    made = tantivy.SchemaBuilder()
    made.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    made.add_text_field("headline", stored=True, tokenizer_name="en_stem")
    made.add_text_field("dateline", stored=True, tokenizer_name="en_stem")
    made.add_text_field("body", stored=stored, tokenizer_name="en_stem")
    made.add_text_field("date", stored=True, tokenizer_name="raw", index_option="basic")
    made.add_text_field("source", stored=True, tokenizer_name="raw", index_option="basic", fast=True)
    for kind in ("person", "organization", "place"):
        made.add_text_field(kind, tokenizer_name="raw", index_option="basic", fast=True)
    for number in ("day", "year"):
        made.add_integer_field(number, indexed=True, fast=True)
    return made.build()


def _stored(document: Document) -> Any:
    day = day_number(document.date)
    fields: dict[str, Any] = {name: [] for name in ("person", "organization", "place")}
    for entity in document.entities:
        fields[entity.split("-")[0]].append(entity)
    for name in ("id", *TEXTS, "date", "source"):
        if (value := getattr(document, name)) is not None:
            fields[name] = value
    if document.date:
        fields |= {"day": day, "year": int(document.date[:4])}
    return tantivy.Document(**fields)


def _terms(field: str, size: int) -> dict[str, Any]:
    return {"terms": {"field": field, "size": size}}


def _all(*queries: Any) -> Any:
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in queries])


def _any(*queries: Any) -> Any:
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])
