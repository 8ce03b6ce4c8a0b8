"""What a search must find, count and score: the specification of matching, slow and obvious.

It reads documents one by one and knows nothing of segments, arrays or postings. Of the program it uses the analysis
(what the words of a text are) and the clause tree (what was asked); everything else is said here a second time.
"""

from __future__ import annotations

import math
import re
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise
from typing import get_args

from app.days import days_of
from app.ids import TYPES
from app.search import analysis
from app.search.attributes import FacetName, Field, Filters
from app.search.engine import Bucket, DateCounts, Document, FacetCounts
from app.search.query import And, Clause, Fuzzy, Not, Nothing, Or, Phrase, Prefix, Query, Word
from app.text import fold
from tests.search.tokens import tokens

FIELDS: tuple[Field, ...] = ("headline", "dateline", "body")

# The engine keeps a word's count in these many bits.
_MOST = {"headline": 2**8 - 1, "dateline": 2**8 - 1, "body": 2**16 - 1}


@dataclass(frozen=True)
class Reading:
    """The words of one field: at each position the terms that stand there."""

    terms: tuple[tuple[int, str], ...]
    length: int

    def positions(self, term: str) -> list[int]:
        return [position for position, found in self.terms if found == term]


def read(document: Document, field: Field) -> Reading:
    return _read({"headline": document.headline, "dateline": document.dateline or "", "body": document.body}[field])


@lru_cache(maxsize=20_000)
def _read(text: str) -> Reading:
    terms = tuple((token.position, token.term) for token in tokens(text))
    return Reading(terms, 1 + max((position for position, _ in terms), default=-1))


def matches(clause: Clause | None, document: Document) -> bool:
    match clause:
        case None:
            return True
        case And(clauses):
            return all(matches(child, document) for child in clauses)
        case Or(clauses):
            return any(matches(child, document) for child in clauses)
        case Not(child):
            return not matches(child, document)
        case Nothing():
            return False
        case leaf if leaf.field in VALUES:
            return any(_value_holds(value, leaf) for value in VALUES[leaf.field](document) if value)
        case leaf:
            return any(occurrences(part, document, field) for part in units(leaf) for field in _fields(part))


VALUES: dict[Field | None, Callable[[Document], Sequence[str | None]]] = {
    "source": lambda document: [document.source],
    "author": lambda document: document.authors,
}
"""Fields that are values and no texts."""


def _value_holds(value: str, leaf: Word | Phrase | Prefix | Fuzzy) -> bool:
    words = _words_of(leaf.text)
    slop = leaf.slop if isinstance(leaf, Phrase) else 0
    edits = (2 if len(words[-1]) >= 8 else 1) if isinstance(leaf, Fuzzy) else 0
    return value_fits(value, words, slop, edits, is_prefix=isinstance(leaf, Prefix))


def value_fits(value: str, wanted: Sequence[str], slop: int, edits: int, *, is_prefix: bool) -> bool:
    words, (*before, last) = _words_of(value), wanted
    return any(
        (word.startswith(last) if is_prefix else _edits(word, last) <= edits)
        and _stand_before(words[:place], before, slop)
        for place, word in enumerate(words)
    )


def _stand_before(words: list[str], wanted: list[str], slop: int) -> bool:
    """Whether the last words are those wanted, with at most so many others among them and behind."""
    if not wanted:
        return True
    lengths = range(len(wanted), min(len(wanted) + slop, len(words)) + 1)
    return any(_in_order(words[len(words) - length :], wanted) for length in lengths)


def _in_order(words: list[str], wanted: list[str]) -> bool:
    left = iter(words)
    return all(word in left for word in wanted)


@dataclass(frozen=True)
class Unit:
    """A leaf, or one of the two ways in which a compound is found: as a phrase of its parts, or as one word."""

    kind: str
    terms: tuple[str, ...]
    number: int
    field: Field | None


@lru_cache(maxsize=20_000)
def units(leaf: Word | Phrase | Prefix | Fuzzy) -> tuple[Unit, ...]:
    match leaf:
        case Phrase(text, slop, field):
            words = tuple(_words_of(text))
            inner = range(1, len(words) - 1) if not slop else ()
            # A word in two halves stands at both of their places.
            halved = [(*words[:at], words[at], *words[at:]) for at in inner if len(words[at]) >= 4]
            return tuple(Unit("phrase", terms, slop, field) for terms in (words, *halved))
        case Prefix(text, field):
            return (Unit("prefix", (_one_word(text),), 0, field),)
        case Fuzzy(text, field):
            word = _one_word(text)
            return (Unit("fuzzy", (word,), 2 if len(word) >= 8 else 1, field),)
        case Word(text, field):
            parts = tuple(_words_of(text))
            if len(parts) == 1:
                return (Unit("stem", parts, 0, field),)
            joined = analysis.expand(text).joined
            phrase = Unit("phrase", parts, 0, field)
            return (phrase, Unit("stem", (joined.term,), 0, field)) if joined else (phrase,)


def occurrences(unit: Unit, document: Document, field: Field) -> int:
    reading = read(document, field)
    first = unit.terms[0]
    match unit.kind:
        case "stem":
            found = sum(analysis.stem(term) == analysis.stem(first) for _, term in reading.terms)
            return min(found, _MOST[field])
        case "prefix":
            return sum(term.startswith(first) for _, term in reading.terms)
        case "fuzzy":
            return sum(_edits(term, first) <= unit.number for _, term in reading.terms)
        case _:
            return sum(_phrase_at(reading, unit, start) for start in reading.positions(first))


def _phrase_at(reading: Reading, unit: Unit, start: int) -> bool:
    """Whether the words follow one another from `start` on with at most `number` others between them in all."""
    last = start
    for term in unit.terms[1:]:
        behind = [position for position in reading.positions(term) if position > last]
        if not behind:
            return False
        last = min(behind)
    return last - start - (len(unit.terms) - 1) <= unit.number


def _words_of(text: str) -> list[str]:
    return [form.term for raw in analysis.raw_matches(text) for form in analysis.expand(raw[0]).parts]


def _one_word(text: str) -> str:
    expansion = analysis.expand(text)
    return (expansion.joined or expansion.parts[0]).term


def _fields(unit: Unit) -> tuple[Field, ...]:
    return (unit.field,) if unit.field else FIELDS


@lru_cache(maxsize=200_000)
def _edits(left: str, right: str) -> int:
    """Insertions, deletions, changes and swaps of neighbours, by the table of the textbook."""
    if abs(len(left) - len(right)) > 2:
        return 3
    rows = [list(range(len(right) + 1))]
    for i, a in enumerate(left, 1):
        row = [i]
        for j, b in enumerate(right, 1):
            row.append(min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (a != b)))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                row[j] = min(row[j], rows[i - 2][j - 2] + 1)
        rows.append(row)
    return rows[-1][-1]


def passes(filters: Filters, document: Document, without: str | None = None) -> bool:
    """`without` names one filter that is not looked at."""
    place = place_key(document.place) if document.place else None
    first, last = span(document.date) if document.date else ("", "9999-99")
    said = {
        "date": (not filters.date_from or first >= filters.date_from)
        and (not filters.date_to or last <= filters.date_to),
        "mentions": not (filters.mentions_from or filters.mentions_to)
        or any(
            (filters.mentions_from or "") <= days_of(each)[0] and days_of(each)[1] <= (filters.mentions_to or "9999")
            for each in document.mentioned
        ),
        "entity": set(filters.entity) <= set(document.entities),
        "entity_any": not filters.entity_any or bool(set(filters.entity_any) & set(document.entities)),
        "not_entity": not set(filters.not_entity) & set(document.entities),
        "source": not filters.source or document.source in filters.source,
        "not_source": document.source not in filters.not_source,
        "author": not filters.author or bool(_folded(filters.author) & _folded(document.authors)),
        "not_author": not _folded(filters.not_author) & _folded(document.authors),
        "dateline": not filters.dateline or place in [place_key(name) for name in filters.dateline],
        "language": not filters.language or document.language in filters.language,
        "story": not filters.story or filters.story == (document.story or document.id),
    }
    return all(holds for name, holds in said.items() if name != without)


def span(day: str) -> tuple[str, str]:
    """First and last day that a date may mean."""
    last = day if len(day) > 4 else f"{day}-12"
    if len(last) == 7:
        last = f"{last}-{monthrange(*map(int, last.split('-')))[1]}"
    return (f"{day}-01-01"[:10], last) if len(day) < 10 else (day, day)


def _is_wanted(query: Query, name: FacetName, value: str) -> bool:
    """Whether the words that facets are narrowed to begin at a word of the value."""
    if query.facet_words is None:
        return True
    if name in TYPES:
        return value in query.facet_words.entities
    wanted = query.facet_words.beginning.split()
    words = re.split("[^a-z0-9]+", fold(value))
    starts = range(len(words) - len(wanted) + 1)
    return any(
        words[i : i + len(wanted) - 1] == wanted[:-1] and words[i + len(wanted) - 1].startswith(wanted[-1])
        for i in starts
    )


def _folded(names: Iterable[str]) -> set[str]:
    return {fold(name) for name in names}


def place_key(text: str) -> str:
    return fold(text).upper()


class Expected:
    """The whole answer to a query over some documents."""

    def __init__(self, query: Query, documents: Iterable[Document]) -> None:
        self._query = query
        self._documents = list(documents)
        self._matching = [document for document in self._documents if matches(query.clause, document)]

    @property
    def hits(self) -> list[Document]:
        return self._passing(self._matching)

    @property
    def ids(self) -> set[str]:
        return {document.id for document in self.hits}

    def facet(self, name: FacetName) -> FacetCounts:
        """Counted as if the filter that chooses among this facet's own values were not there."""
        found = self._passing(self._matching, _own(self._query.filters, name))
        counts = Counter(value for document in found for value in _values(document, name))
        if name == "author":
            counts = _as_usually_spelt(counts)
        counts = Counter({value: count for value, count in counts.items() if _is_wanted(self._query, name, value)})
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        listed = ranked[: self._query.facet_limit]
        return FacetCounts(
            name=name,
            distinct=len(ranked),
            missing=sum(not _values(document, name) and not _is_vague(document, name) for document in found),
            other=sum(counts.values()) - sum(count for _, count in listed),
            buckets=tuple(Bucket(value, count) for value, count in listed),
            imprecise=sum(_is_vague(document, name) for document in found),
        )

    def dates(self) -> DateCounts:
        totals = Counter(document.date for document in self._passing(self._documents) if document.date)
        counts = Counter(document.date for document in self.hits if document.date)
        days = tuple(sorted(totals))
        undated = sum(not document.date for document in self.hits)
        return DateCounts(days, tuple(counts[day] for day in days), tuple(totals[day] for day in days), undated)

    def in_order(self) -> list[str]:
        """The order of a sort by date or arrival: ties by time and id, a day without a time before its times, undated
        last in both directions."""
        found = sorted(self.hits, key=lambda document: document.id)
        if self._query.sort in ("added", "-added"):
            found.sort(key=lambda document: document.added, reverse=self._query.sort == "-added")
            return [document.id for document in found]
        newest_first = self._query.sort != "date"
        dated = sorted((d for d in found if d.date), key=_moment, reverse=newest_first)
        return [document.id for document in [*dated, *(d for d in found if not d.date)]]

    def _passing(self, documents: Iterable[Document], without: str | None = None) -> list[Document]:
        return [document for document in documents if passes(self._query.filters, document, without)]


def _moment(document: Document) -> tuple[str, bool, datetime]:
    day = span(document.date or "")[0]
    at = datetime.fromisoformat(document.published_at or day)
    return day, document.published_at is not None, at if at.tzinfo else at.replace(tzinfo=UTC)


def _as_usually_spelt(counts: Counter[str]) -> Counter[str]:
    """Join what differs in case and accents alone."""
    joined: dict[str, list[str]] = {}
    for name in sorted(counts, key=lambda name: (-counts[name], name)):
        joined.setdefault(fold(name), []).append(name)
    return Counter({names[0]: sum(counts[name] for name in names) for names in joined.values()})


def _own(filters: Filters, name: FacetName) -> str | None:
    if name in ("year", "month"):
        return "date"
    if name in ("person", "organization", "place", "event"):
        return "entity_any" if any(id.startswith(f"{name}-") for id in filters.entity_any) else None
    return name


def _is_vague(document: Document, name: FacetName) -> bool:
    return name == "month" and len(document.date or "") == 4


def _values(document: Document, name: FacetName) -> set[str]:
    match name:
        case "year" | "month":
            return (
                {document.date[: 4 if name == "year" else 7]}
                if document.date and not _is_vague(document, name)
                else set()
            )
        case "source":
            return {document.source} if document.source else set()
        case "author":
            return set({fold(name): name for name in reversed(document.authors)}.values())
        case "dateline":
            return {place_key(document.place)} if document.place else set()
        case "language":
            return {document.language} if document.language else set()
        case kind:
            return {id for id in document.entities if id.startswith(f"{kind}-") and not id.endswith("-unresolved")}


Curve = tuple[float, float]
"""k1 and b."""
BRIEF, USUAL, LONG = (0.9, 0.5), (1.3, 0.6), (2.2, 0.8)
BOOST: Mapping[Field, float] = {"headline": 3.0, "dateline": 1.0, "body": 1.0}
WINDOW, EXACT_BONUS, NEARNESS_BONUS, NEAR = 200, 0.2, 0.15, 32


class Bm25f:
    """Scores over a collection without deleted documents, which would go on counting until they are merged away."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents = documents
        self.means = {f: stepped(sum(read(d, f).length for d in documents) / max(len(documents), 1)) for f in FIELDS}
        self._frequencies: dict[Unit, int] = {}

    def plain(self, clause: Clause, document: Document, curve: Curve) -> float:
        """What the words an article has are worth together; a refused word is worth nothing."""
        if not matches(clause, document):
            return 0.0
        match clause:
            case And(clauses) | Or(clauses):
                return sum(self.plain(child, document, curve) for child in clauses)
            case Not():
                return 0.0
            case Nothing():
                return 0.0
            case leaf if leaf.field in VALUES:
                return self._rarity(sum(matches(leaf, each) for each in self.documents))
            case leaf:
                return sum(self._unit(unit, document, curve) for unit in units(leaf))

    def final(self, clause: Clause) -> dict[str, float]:
        """Scores of all matches, the best `WINDOW` of them with what the words' forms and nearness add."""
        found = [document for document in self.documents if matches(clause, document)]
        words = list(dict.fromkeys(_bare(clause)))
        curve = curve_of(len(words))
        plain = {document.id: self.plain(clause, document, curve) for document in found}
        window = sorted(found, key=lambda document: (-plain[document.id], document.id))[:WINDOW]
        if len(words) > 1:
            for document in window:
                plain[document.id] += self._bonus(words, document, curve)
        return plain

    def _unit(self, unit: Unit, document: Document, curve: Curve) -> float:
        weight = sum(self._weight(f, occurrences(unit, document, f), document, curve) for f in _fields(unit))
        return self._idf(unit) * _saturated(weight, curve)

    def _weight(self, field: Field, count: int, document: Document, curve: Curve) -> float:
        return BOOST[field] * count / self._norm(field, document, curve) if count else 0.0

    def _norm(self, field: Field, document: Document, curve: Curve) -> float:
        _, b = curve
        return 1 - b + b * read(document, field).length / self.means[field]

    def _idf(self, unit: Unit) -> float:
        if unit not in self._frequencies:
            has = (any(occurrences(unit, d, f) for f in _fields(unit)) for d in self.documents)
            self._frequencies[unit] = sum(has)
        return self._rarity(self._frequencies[unit])

    def _rarity(self, frequency: int) -> float:
        return rarity(len(self.documents), frequency)

    def _bonus(self, words: Sequence[Unit], document: Document, curve: Curve) -> float:
        bonus = 0.0
        for word in words:
            typed = {f: len(read(document, f).positions(word.terms[0])) for f in FIELDS}
            weight = sum(self._weight(f, count, document, curve) for f, count in typed.items())
            bonus += EXACT_BONUS * self._idf(word) * _saturated(weight, curve)
        norm = self._norm("body", document, curve) if self.means["body"] else 1.0
        for left, right in pairwise(words):
            near = sum(_nearness(read(document, f), left.terms[0], right.terms[0]) for f in FIELDS)
            bonus += NEARNESS_BONUS * min(self._idf(left), self._idf(right)) * _saturated(near / norm, curve)
        return bonus


def stepped(mean: float) -> float:
    """The nearest power of 1.1: a mean length that moves in steps lets an engine keep what it has computed."""
    return float(1.1 ** round(math.log(mean, 1.1))) if mean else 0.0


def curve_of(words: int) -> Curve:
    """k1 and b by how many different words are asked for: the more there are, the less it tells to have each."""
    return BRIEF if words <= 6 else USUAL if words <= 11 else LONG


def rarity(documents: int, frequency: int) -> float:
    """What a word is worth that so many of the documents have."""
    odds = (documents - frequency + 0.5) / (frequency + 0.5)
    return max(0.05, math.log(math.hypot(1, odds)))


def _saturated(weight: float, curve: Curve) -> float:
    k1, _ = curve
    return (k1 + 1) * weight / (weight + k1)


def _bare(clause: Clause) -> Iterable[Unit]:
    """The bare words an article is wanted for, in reading order."""
    match clause:
        case And(clauses) | Or(clauses):
            for child in clauses:
                yield from _bare(child)
        case Word() if clause.field not in VALUES:
            yield from (unit for unit in units(clause) if unit.kind == "stem")


def _nearness(reading: Reading, left: str, right: str) -> float:
    """1/distance² to the nearest `right` behind and before each `left`; one at the same place counts for neither."""
    there, near = reading.positions(right), 0.0
    for at in reading.positions(left):
        distances = (
            min((position - at for position in there if position > at), default=NEAR),
            min((at - position for position in there if position <= at), default=NEAR),
        )
        near += sum(1 / distance**2 for distance in distances if 0 < distance < NEAR)
    return near


FACETS: tuple[FacetName, ...] = get_args(FacetName)
