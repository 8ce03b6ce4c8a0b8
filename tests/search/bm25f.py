"""Whoosh's BM25F over the engine's files, set to the engine's parameters, and the engine's plans as Whoosh's queries.

Everything is read through Whoosh: which documents have a word, how often, where, and how long their fields are. Its
matchers join the words of a query and find phrases, prefixes and misspellings; its `bm25()` makes scores of counts.
What Whoosh does otherwise than the engine is turned here, and nowhere else:

- Its BM25F scores each field alone and adds the scores up. The model it is named for adds up the counts before, each
  divided by its field's length and multiplied by its field's weight: `Pseudo` is a word that has such sums for counts.
- It scores a phrase, a prefix or a fuzzy word by the words in it. Here each is one word, as often in a document as it
  is found there.
- Its idf is another one (`reference.rarity`), k1 and b are those of the whole query, and mean lengths move in steps.
- `And([a, Not(b)])` adds 1 to the score, and `AndNot(a, b)` does not look at the first match of a segment: `Except` is
  made of the matcher that leaves out deleted documents.
- `slop` of a phrase is between any two words of it, not in all.
"""

from __future__ import annotations

import copy
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from whoosh import index as whoosh_index
from whoosh import query, scoring
from whoosh.matching import FilterMatcher, ListMatcher
from whoosh.query.spans import SpanNear2
from whoosh.searching import Searcher

from app.search.attributes import Field, Filters
from app.search.engine import Document
from app.search.plan import (
    AllOf,
    AnyOf,
    ExactPhrase,
    FuzzyTerms,
    Leaf,
    Plan,
    PrefixTerms,
    StemTerm,
    ValueWords,
    Without,
    bare_words,
)
from app.search.whoosh.segment import GAP
from app.text import fold
from tests.search import reference
from tests.search.generated import AUTHORS
from tests.search.reference import BOOST, FIELDS, Curve, rarity

DERIVED_BOOST = 1.0
"""Of a headline made of the body's words, in place of `BOOST`."""

Counts = dict[int, Counter[Field]]
"""How often documents have a leaf, by document number and field; those without are left out."""


class Ranking(scoring.BM25F):  # type: ignore[misc]  # Whoosh has no types
    """Whoosh's own model and scorer, for one field of weight 1, set to each query's k1 and b."""

    def follow(self, curve: Curve) -> None:
        self.K1, self.B = curve

    def idf(self, searcher: Any, fieldname: str, text: bytes) -> float:
        parent = searcher.get_parent()
        return rarity(parent.doc_count_all(), parent.doc_frequency(fieldname, text))

    def scorer(self, searcher: Any, fieldname: str, text: bytes, qf: int = 1) -> Any:
        made = super().scorer(searcher, fieldname, text, qf)
        made.avgfl = reference.stepped(made.avgfl)
        return made


class _Summed(scoring.BM25FScorer):  # type: ignore[misc]
    """Scores counts that have been divided by lengths: with B = 0, lengths do not matter to Whoosh's formula."""

    def __init__(self, idf: float, k1: float) -> None:
        self.idf, self.avgfl, self.B, self.K1 = idf, 1.0, 0.0, k1

    def score(self, matcher: Any) -> float:
        return float(self._score(matcher.weight(), 1))


class Pseudo(query.Query):  # type: ignore[misc]
    """A leaf of a plan as one word whose postings are made of those that Whoosh's matchers find."""

    def __init__(self, leaf: Leaf, files: Files) -> None:
        self.leaf, self._files = leaf, files

    def __hash__(self) -> int:
        return hash(self.leaf)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pseudo) and self.leaf == other.leaf

    def estimate_size(self, reader: Any) -> int:
        return int(reader.doc_count())

    def matcher(self, searcher: Any, context: Any = None) -> Any:
        weights = self._files.weights(self.leaf, searcher)
        return ListMatcher(list(weights), list(weights.values()), scorer=self._files.scorer(self.leaf))


class Except(query.AndNot):  # type: ignore[misc]
    """`a` where `b` is not, scored by `a`."""

    def matcher(self, searcher: Any, context: Any = None) -> Any:
        refused = frozenset(self.b.matcher(searcher, searcher.boolean_context()).all_ids())
        return FilterMatcher(self.a.matcher(searcher, context), refused, exclude=True)


class Files:
    """An index folder as Whoosh's searcher sees it, and once more with the deleted documents, which go on counting in
    the frequency of a word until they are merged away.

    `documents` are the living ones: of them come the days, which are no field of Whoosh's, and which headlines are
    derived.
    """

    def __init__(self, folder: Path, documents: Iterable[Document]) -> None:
        opened = whoosh_index.open_dir(str(folder))
        self._ranking = Ranking()
        self.searcher: Any = opened.searcher(weighting=self._ranking)
        self._with_deleted: Any = _reader_of_all(opened)
        self._documents = {document.id: document for document in documents}
        self._means = {field: reference.stepped(self.searcher.avg_field_length(field)) for field in FIELDS}
        self._counted: dict[Leaf, dict[str, Counts]] = {}

    def search(self, plan: Plan | None, filters: Filters) -> dict[str, float]:
        """Ids and scores of all living documents that match."""
        asked = self._query(plan) if plan else _EVERYTHING
        self._ranking.follow(reference.curve_of(len(set(bare_words(plan))) if plan else 0))
        found = self.searcher.search(asked, limit=None, filter=_query_of(filters), mask=self._outside(filters))
        return {self._id(self.searcher, docnum): score for docnum, score in found.items()}

    def scorer(self, leaf: Leaf) -> _Summed:
        frequency = sum(len(counts) for counts in self._counts(leaf).values())
        return _Summed(rarity(self.searcher.doc_count_all(), frequency), self._ranking.K1)

    def weights(self, leaf: Leaf, searcher: Any) -> dict[int, float]:
        """What the occurrences of a leaf weigh in each living document of a segment, by ascending number."""
        reader = searcher.reader()
        if isinstance(leaf, ValueWords):
            having = self._counts(leaf)[reader.segment().segment_id()]
            return {docnum: 1.0 for docnum in sorted(having) if not reader.is_deleted(docnum)}
        return {
            docnum: sum(self._weight(searcher, docnum, field, count) for field, count in counts.items())
            for docnum, counts in sorted(self._counts(leaf)[reader.segment().segment_id()].items())
            if not reader.is_deleted(docnum)
        }

    def _counts(self, leaf: Leaf) -> dict[str, Counts]:
        """By segment, deleted documents included."""
        if isinstance(leaf, ValueWords):
            readers = (reader for reader, _ in self._with_deleted.leaf_readers())
            return {reader.segment().segment_id(): _valued(leaf, Searcher(reader)) for reader in readers}
        if leaf not in self._counted:
            found = self._counted.setdefault(msgspec.structs.replace(leaf, field=None), {})
            for reader, _ in () if found else self._with_deleted.leaf_readers():
                found[reader.segment().segment_id()] = _occurrences(leaf, Searcher(reader))
            self._counted[leaf] = {segment: _of_field(counts, leaf.field) for segment, counts in found.items()}
        return self._counted[leaf]

    def _weight(self, searcher: Any, docnum: int, field: Field, count: int) -> float:
        derived = field == "headline" and self._documents[self._id(searcher, docnum)].headline_derived
        length: int = searcher.doc_field_length(docnum, field)
        b: float = self._ranking.B
        return (DERIVED_BOOST if derived else BOOST[field]) * count / (1 - b + b * length / self._means[field])

    def _query(self, plan: Plan) -> Any:
        match plan:
            case AllOf(plans):
                wanted = [self._query(child) for child in plans if not isinstance(child, Without)]
                refused = [self._query(child.plan) for child in plans if isinstance(child, Without)]
                found = query.And(wanted) if wanted else _EVERYTHING
                return Except(found, query.Or(refused)) if refused else found
            case AnyOf(plans):
                return query.Or([self._query(child) for child in plans])
            case Without(child):
                return Except(_EVERYTHING, self._query(child))
            case StemTerm(stem, _, ("dateline" | "body") as field):
                return query.Term(field, stem.encode())
            case leaf:
                return Pseudo(leaf, self)

    def _outside(self, filters: Filters) -> set[int] | None:
        unindexed = Filters(
            date_from=filters.date_from, date_to=filters.date_to,
            mentions_from=filters.mentions_from, mentions_to=filters.mentions_to, story=filters.story,
        )  # fmt: skip
        if unindexed == Filters():
            return None
        living = self.searcher.reader().all_doc_ids()
        return {n for n in living if not reference.passes(unindexed, self._documents[self._id(self.searcher, n)])}

    def _id(self, searcher: Any, docnum: int) -> str:
        return str(searcher.stored_fields(docnum)["id"])


# Nothing less than this: Whoosh takes a constant score of 0 for none, and then for 1.
_EVERYTHING = query.ConstantScoreQuery(query.Every(), 1e-12)


def _reader_of_all(opened: Any) -> Any:
    segments = [copy.copy(segment) for segment in opened._segments()]
    for segment in segments:
        segment._deleted = None
    return whoosh_index.FileIndex._reader(opened.storage, opened.schema, segments, 0)


def _occurrences(leaf: StemTerm | ExactPhrase | PrefixTerms | FuzzyTerms, searcher: Any) -> Counts:
    """How often the documents of one segment have a leaf in any field."""
    counts: Counts = defaultdict(Counter)
    for docnum, field in _stems(leaf, searcher) if isinstance(leaf, StemTerm) else _located(leaf, searcher):
        counts[docnum][field] += 1
    return counts


def _valued(leaf: ValueWords, searcher: Any) -> Counts:
    """The documents of one segment that have a value with the words of a leaf, as if each stood in its body."""
    counts: Counts = defaultdict(Counter)
    for value in searcher.reader().lexicon(leaf.view):
        if reference.value_fits(
            value.decode("utf-8", "surrogatepass"), leaf.words, leaf.slop, leaf.edits, is_prefix=leaf.is_prefix
        ):
            matcher = query.Term(leaf.view, value).matcher(searcher)
            while matcher.is_active():
                counts[matcher.id()]["body"] = 1
                matcher.next()
    return counts


def _of_field(counts: Counts, field: Field | None) -> Counts:
    if field is None:
        return counts
    return {docnum: Counter({field: found[field]}) for docnum, found in counts.items() if found[field]}


def _stems(leaf: StemTerm, searcher: Any) -> Iterator[tuple[int, Field]]:
    for field in FIELDS:
        matcher = query.Term(field, leaf.stem.encode()).matcher(searcher)
        while matcher.is_active():
            yield from [(matcher.id(), field)] * int(matcher.weight())
            matcher.next()


def _located(leaf: ExactPhrase | PrefixTerms | FuzzyTerms, searcher: Any) -> Iterator[tuple[int, Field]]:
    longest = leaf.slop + len(leaf.terms) - 1 if isinstance(leaf, ExactPhrase) else 0
    for part in _parts(leaf, searcher.reader()):
        matcher = part.matcher(searcher)
        while matcher.is_active():
            # A phrase that may be read in two ways from one word on is there once.
            for start in {span.start for span in matcher.spans() if span.end - span.start <= longest}:
                yield matcher.id(), _field_at(searcher, matcher.id(), start)
            matcher.next()


def _parts(leaf: ExactPhrase | PrefixTerms | FuzzyTerms, reader: Any) -> list[Any]:
    """What Whoosh makes of a leaf, over the exact words."""
    match leaf:
        case ExactPhrase((term,)):
            return [query.Term("exact", term)]
        case ExactPhrase(terms, 0):
            return [query.Phrase("exact", list(terms))]
        case ExactPhrase(terms, slop):
            present = all(("exact", term.encode()) in reader for term in terms)
            return [SpanNear2([query.Term("exact", term) for term in terms], slop=slop + 1)] if present else []
        case PrefixTerms(prefix):
            expanded = query.Prefix("exact", prefix)
        case FuzzyTerms(term, edits):
            expanded = query.FuzzyTerm("exact", term, maxdist=edits, prefixlength=0)
    return [query.Term("exact", term) for term in expanded._btexts(reader)]


def _field_at(searcher: Any, docnum: int, position: int) -> Field:
    for field in FIELDS:
        length: int = searcher.doc_field_length(docnum, field)
        if position < length:
            return field
        position -= length + GAP
    raise AssertionError(f"document {docnum} has no word at {position}")


def _query_of(filters: Filters) -> Any:
    """All filters but the days; None where there are none."""
    wanted = [query.Term("entity", id.encode()) for id in filters.entity]
    for field, values in (
        ("entity", filters.entity_any),
        ("source", filters.source),
        ("author", _spellings(filters.author)),
        ("place", tuple(map(reference.place_key, filters.dateline))),
        ("language", filters.language),
    ):
        wanted += [_any_of(field, values)] if values else []
    found = query.And(wanted) if wanted else None
    refused = [_any_of("entity", filters.not_entity)] if filters.not_entity else []
    refused += [_any_of("source", filters.not_source)] if filters.not_source else []
    refused += [_any_of("author", _spellings(filters.not_author))] if filters.not_author else []
    return Except(found or _EVERYTHING, query.Or(refused)) if refused else found


def _spellings(names: Iterable[str]) -> tuple[str, ...]:
    wanted = {fold(name) for name in names}
    return tuple(name for name in AUTHORS if fold(name) in wanted)


def _any_of(field: str, values: Iterable[str]) -> Any:
    return query.Or([query.Term(field, value.encode()) for value in values])
