"""Segments for Whoosh's own searcher, which tools and tests open the index with; the archive never does.

Its matchers answer any of its queries over the views `exact` (with positions) and `stem`, over the stems of one field
(`headline`, `dateline`, `body`, each with its own counts and lengths) and over the keys.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from whoosh.codec import base
from whoosh.matching import LeafMatcher, ReadTooFar
from whoosh.reading import TermInfo, TermNotFound

from app.search.whoosh.codec import ArraySegment
from app.search.whoosh.segment import COUNTED, FIELDS, GAP, VIEWS, Segment, TermTable

_NAMES = (*VIEWS, *FIELDS)
"""What Whoosh calls fields."""


class Terms(base.TermsReader):  # type: ignore[misc]
    def __init__(self, segment: Segment) -> None:
        self._segment = segment

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return self._number(*term) is not None

    def _number(self, view: str, term: bytes) -> int | None:
        number = self._segment.terms(_view_of(view)).find(term) if view in _NAMES else None
        # A field has some of the stems alone.
        return None if number is None or (view in FIELDS and not self._segment.counts(view, number).any()) else number

    def _found(self, view: str, term: bytes) -> int:
        number = self._number(view, term)
        if number is None:
            raise TermNotFound(f"No term {view}:{term!r}")
        return number

    def indexed_field_names(self) -> list[str]:
        return list(_NAMES)

    def cursor(self, fieldname: str, fieldobj: Any) -> _TermCursor:
        if fieldname in FIELDS:
            return _TermCursor([term for _, term in self.terms_from(fieldname, b"")], fieldobj)
        return _TermCursor(self._segment.terms(fieldname), fieldobj)

    def terms(self) -> Iterator[tuple[str, bytes]]:
        for view in sorted(_NAMES):
            yield from self.terms_from(view, b"")

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        table = self._segment.terms(_view_of(fieldname))
        terms = ((fieldname, table[i]) for i in range(table.at(prefix), len(table)))
        return (term for term in terms if term in self) if fieldname in FIELDS else terms

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return ((term, self.term_info(*term)) for term in self.terms())

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return ((term, self.term_info(*term)) for term in self.terms_from(fieldname, prefix))

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        documents, counts = _postings(self._segment, fieldname, self._found(fieldname, text))
        lengths = _word_counts(self._segment, fieldname, documents)
        return TermInfo(
            weight=float(counts.sum()), df=len(documents), minlength=int(lengths.min()), maxlength=int(lengths.max()),
            maxweight=float(counts.max()), minid=int(documents[0]), maxid=int(documents[-1]),
        )  # fmt: skip

    def frequency(self, fieldname: str, text: bytes) -> float:
        return float(self.term_info(fieldname, text).weight()) if (fieldname, text) in self else 0.0

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        number = self._number(fieldname, text)
        return len(_postings(self._segment, fieldname, number)[0]) if number is not None else 0

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: Any = None) -> _Matcher:
        return _Matcher(self._segment, (fieldname, text), self._found(fieldname, text), format_, scorer)


class _TermCursor(base.FieldCursor):  # type: ignore[misc]
    def __init__(self, terms: Sequence[bytes] | TermTable, field: Any) -> None:
        self._terms, self._field, self._at = terms, field, 0

    def text(self) -> Any:
        return self._field.from_bytes(self._terms[self._at]) if self.is_valid() else None

    def first(self) -> Any:
        self._at = 0
        return self.text()

    def find(self, string: Any) -> Any:
        wanted = string if isinstance(string, bytes) else self._field.to_bytes(string)
        self._at = bisect_left(self._terms, wanted)
        return self.text()

    def next(self) -> Any:
        self._at += 1
        return self.text()

    def is_valid(self) -> bool:
        return self._at < len(self._terms)


class _Matcher(LeafMatcher):  # type: ignore[misc]
    """One term's postings. Whoosh's block-quality shortcuts are declined: they lose hits, and totals must be exact."""

    def __init__(self, segment: Segment, term: tuple[str, bytes], number: int, format_: Any, scorer: Any) -> None:
        documents, counts = _postings(segment, term[0], number)
        self._segment, self._number, self._term, self.format, self.scorer = segment, number, term, format_, scorer
        self._ids: list[int] = documents.tolist()
        self._counts: list[int] = counts.tolist()
        self._at = 0

    def is_active(self) -> bool:
        return self._at < len(self._ids)

    def id(self) -> int:
        return self._ids[self._at]

    def weight(self) -> float:
        return float(self._counts[self._at])

    def next(self) -> bool:
        if not self.is_active():
            raise ReadTooFar
        self._at += 1
        return False

    def reset(self) -> None:
        self._at = 0

    def all_ids(self) -> Iterator[int]:
        return iter(self._ids)

    def skip_to(self, target: int) -> None:
        if not self.is_active():
            raise ReadTooFar
        self._at = bisect_left(self._ids, target, self._at)

    def supports_block_quality(self) -> bool:
        return False

    def supports(self, astype: str) -> bool:
        return astype in ("frequency", "weight") or (astype == "positions" and self._term[0] == "exact")

    def value_as(self, astype: str) -> Any:
        if astype != "positions":
            return self._counts[self._at]
        start = int(self._segment["start"][self.id()])
        end = start + sum(int(self._segment[f"length.{f}"][self.id()]) + GAP for f in FIELDS)
        positions = self._segment.positions(self._number)
        return (positions[slice(*np.searchsorted(positions, (start, end)))].astype(np.int64) - start).tolist()

    def value(self) -> bytes:
        return bytes(self.format.encode(self.value_as("positions"))) if self.supports("positions") else b""


class Documents(base.PerDocumentReader):  # type: ignore[misc]
    def __init__(self, segment: Segment, listed: ArraySegment) -> None:
        self._segment, self._listed = segment, listed

    def doc_count_all(self) -> int:
        return self._segment.documents

    def doc_count(self) -> int:
        return self._segment.documents - int(self._listed.deleted_count())

    def has_deletions(self) -> bool:
        return bool(self._listed.has_deletions())

    def is_deleted(self, docnum: int) -> bool:
        return bool(self._listed.is_deleted(docnum))

    def deleted_docs(self) -> Any:
        return self._listed.deleted_docs()

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        return int(_word_counts(self._segment, fieldname, np.array([docnum]))[0]) or default

    def field_length(self, fieldname: str) -> int:
        return int(_word_counts(self._segment, fieldname, slice(None)).sum())

    def min_field_length(self, fieldname: str) -> int:
        return int(_word_counts(self._segment, fieldname, slice(None)).min(initial=0))

    def max_field_length(self, fieldname: str) -> int:
        return int(_word_counts(self._segment, fieldname, slice(None)).max(initial=0))

    def stored_fields(self, docnum: int) -> dict[str, str]:
        return {"id": f"{int(self._segment['id'][docnum]):016x}"}


def _view_of(name: str) -> str:
    """Return where the terms of a field are."""
    return "stem" if name in FIELDS else name


def _postings(segment: Segment, name: str, number: int) -> tuple[Any, Any]:
    """The documents of a term and how often each has it."""
    if name == "exact":
        return segment.occurrences(number)
    documents = segment.documents_with(_view_of(name), number)
    if name == "stem":
        return documents, sum(segment.counts(each, number).astype(np.int64) for each in COUNTED)
    if name in FIELDS:
        counts = segment.counts(name, number).astype(np.int64)
        return documents[counts > 0], counts[counts > 0]
    return documents, np.ones(len(documents), np.int64)


def _word_counts(segment: Segment, name: str, documents: Any) -> Any:
    """Words of one field, or of a whole document."""
    names = (name,) if name in FIELDS else FIELDS
    return sum(segment[f"length.{field}"][documents].astype(np.int64) for field in names)
