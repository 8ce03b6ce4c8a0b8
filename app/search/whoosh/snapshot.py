"""A generation of the index as searches see it: its segments end to end, as one run of documents.

Document d of segment s is number `firsts[s]` + d. What concerns documents one by one (filters, scores, ranks, days) is
computed over all of them at once; what lies in a segment's own numbers (addresses, terms) is read through `parts`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache, partial
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

from app.days import days_of
from app.search.attributes import ENTITY, MENTIONED, ValueView
from app.search.formula import stepped
from app.search.query import Collapsed
from app.search.whoosh.array_cache import ArrayCache
from app.search.whoosh.packed import Array, Ints, Mask, places_of
from app.search.whoosh.segment import FIELDS, Documents, Segment
from app.search.whoosh.values import value_numbers

_ID = re.compile("[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class SegmentView:
    """A segment as one generation sees it."""

    segment: Segment
    alive: Mask | None
    """None where every document lives."""

    def count(self, term: int) -> int:
        """Living documents that have an exact term."""
        documents = self.segment.having_term(term)
        return len(documents) if self.alive is None else int(np.count_nonzero(self.alive[documents]))

    def count_naming(self, entity: bytes) -> int:
        """Living documents that have an entity."""
        if self.alive is None:
            return self.segment.frequency(ENTITY.name, entity)
        number = self.segment.terms(ENTITY.name).find(entity)
        if number is None:
            return 0
        return int(np.count_nonzero(self.alive[self.segment.documents_with(ENTITY.name, number)]))


@dataclass(frozen=True)
class Calendar:
    """Dates that articles have, in order and as said there: a year, a month or a day; "" first where some are undated.
    `of_document` is each document's place among them."""

    days: tuple[str, ...]
    of_document: npt.NDArray[np.int32]

    @cached_property
    def months(self) -> Periods:
        return _grouped([day[:7] for day in self.days], 7)

    @cached_property
    def years(self) -> Periods:
        return _grouped([day[:4] for day in self.days], 4)


@dataclass(frozen=True, slots=True)
class Periods:
    """`labels` in order; `of_day` is the place among them of each day of the calendar. `vague` are the places of those
    that are no such period but a longer one."""

    labels: list[str]
    of_day: Ints
    vague: Ints


@dataclass(frozen=True, slots=True)
class Imprecise:
    """Documents, ascending, whose date is a month or a year, and the last day of each, as a day number."""

    documents: Ints
    last_days: Ints


class Snapshot:
    """One generation. Immutable, but for what it keeps of earlier searches."""

    def __init__(
        self, views: tuple[SegmentView, ...], generation: int, sequence: int, fingerprint: str, token: str = ""
    ) -> None:
        self.views = views
        self.generation = generation
        self.sequence = sequence
        self.fingerprint = fingerprint
        self.token = token
        self.firsts = [0]
        for view in views:
            self.firsts.append(self.firsts[-1] + view.segment.documents)
        self._columns: dict[str, Array] = {}
        self._asked: dict[Hashable, int] = {}
        self._numbers: dict[str, dict[str, tuple[int, ...]]] = {"exact": {}, "stem": {}}
        self._naming: dict[str, int] = {}
        self.kept = ArrayCache()

    @property
    def held(self) -> int:
        """Documents, the deleted ones that still take part in term statistics included."""
        return self.firsts[-1]

    @cached_property
    def documents(self) -> int:
        return self.held if self.alive is None else int(np.count_nonzero(self.alive))

    @cached_property
    def mean_lengths(self) -> tuple[float, ...]:
        """Words of a document on average, for each field, in steps of a tenth: what is cached by them lives longer."""
        totals = (sum(int(v.segment[f"length.{f}"].sum(dtype=np.int64)) for v in self.views) for f in FIELDS)
        return tuple(stepped(total / max(self.held, 1)) for total in totals)

    @cached_property
    def alive(self) -> Mask | None:
        """Return None where every document lives."""
        if all(view.alive is None for view in self.views):
            return None
        return np.concatenate(
            [np.ones(v.segment.documents, bool) if v.alive is None else v.alive for v in self.views]
        )  # fmt: skip

    def column(self, name: str) -> Array:
        """One of the segments' arrays with a value for each document (`id`, `date`, `added`)."""
        found = self._columns.get(name)
        if found is None:
            pieces = [view.segment[name] for view in self.views]
            found = pieces[0] if len(pieces) == 1 else np.concatenate(pieces or [np.empty(0, np.int32)])
            self._columns[name] = found
        return found

    @cached_property
    def moments(self) -> npt.NDArray[np.float64]:
        """Return when each document was published: its day number, and its time as a part of one.

        They order as both do; a day without a time comes before all times of it. 0 is undated.
        """
        moments: npt.NDArray[np.float64] = self.column("date") + self.column("time") * _TIME_STEP
        return moments

    @cached_property
    def moments_back(self) -> npt.NDArray[np.float64]:
        """`moments` below zero, so that the earliest is the greatest; undated documents are the least here too."""
        return np.where(self.moments > 0, -self.moments, -np.inf)

    @cached_property
    def arrivals(self) -> npt.NDArray[np.float64]:
        """Return what grows from each document to those that came into the archive after it."""
        return self.column("added").astype(np.float64)

    def groups(self, by: Collapsed) -> Ints:
        """Return a number for each document, the same for copies of one piece or for articles of one story: 0 for what
        is alone, deleted ones counted."""
        return self.kept.get(("groups", by), partial(self._groups, "copy_group" if by == "copies" else "story"))

    def _groups(self, column: str) -> Ints:
        groups = self.column(column)
        _, place, counts = np.unique(groups, return_inverse=True, return_counts=True)
        has_others = (counts > 1)[place] & (groups != 0)
        numbers = np.zeros(len(groups), np.int64)
        numbers[has_others] = np.unique(groups[has_others], return_inverse=True)[1] + 1
        return numbers

    def parts(self, documents: Documents | Ints) -> Iterator[tuple[int, Documents | Ints, slice]]:
        """Split ascending document numbers by segment: (segment, their numbers there, where they stand among
        `documents`)."""
        if len(self.views) == 1 and len(documents):
            yield 0, documents, slice(0, len(documents))
            return
        bounds = documents.searchsorted(np.array(self.firsts, documents.dtype)).tolist()
        for number, (low, high) in enumerate(pairwise(bounds)):
            if low < high:
                yield number, documents[low:high] - self.firsts[number], slice(low, high)

    def is_seldom_asked(self, key: Hashable) -> bool:
        """Return whether this was not asked more than `_SELDOM` times for `key`: what comes again is worth keeping."""
        times = self._asked[key] = self._asked.get(key, 0) + 1
        return times <= _SELDOM

    def card(self, document: int) -> memoryview:
        """Return what a hit shows, encoded."""
        number = bisect_right(self.firsts, document) - 1
        return self.views[number].segment.card(document - self.firsts[number])

    def cards(self, documents: Sequence[int]) -> list[memoryview]:
        """Return the same of several documents."""
        if len(self.views) == 1:
            return self.views[0].segment.cards(documents)
        return [self.card(document) for document in documents]

    def find(self, article_id: str) -> int | None:
        """The document of a living article."""
        if not _ID.fullmatch(article_id):
            return None
        wanted = np.array([int(article_id, 16)], np.uint64)
        for first, view in zip(self.firsts, self.views, strict=False):
            for document in view.segment.having_ids(wanted).tolist():
                if view.alive is None or view.alive[document]:
                    return first + int(document)
        return None

    def numbers(self, view: Literal["exact", "stem"], terms: Sequence[str]) -> list[tuple[int, ...]]:
        """Return the number of each term in every segment, -1 where it is not. Kept: articles have most of their words
        in common."""
        known = self._numbers[view]
        return [known.get(term) or self._looked_up(view, term) for term in terms]

    def _looked_up(self, view: str, term: str) -> tuple[int, ...]:
        encoded, known = term.encode(), self._numbers[view]
        found = [one.segment.terms(view).find(encoded) for one in self.views]
        numbers = tuple([-1 if number is None else number for number in found])
        if len(known) < _MOST_NUMBERS:
            known[term] = numbers
        return numbers

    def frequency(self, stem: str) -> int:
        """Return how many documents have a stem."""
        return self.frequencies((stem,))[0]

    def frequencies(self, stems: Sequence[str]) -> list[int]:
        """Return how many documents have each of some stems."""
        # One number at a time is read from a view of the memory in a quarter of the time that NumPy takes for it.
        found, bounds = self.numbers("stem", stems), self._stem_bounds
        if len(bounds) == 1:
            [ends] = bounds
            return [ends[number + 1] - ends[number] if number >= 0 else 0 for (number,) in found]
        return [
            sum([ends[number + 1] - ends[number] for ends, number in zip(bounds, numbers, strict=True) if number >= 0])
            for numbers in found
        ]

    def is_marked(self, stem: str) -> bool:
        """Return whether any segment has marked the documents of a stem."""
        [numbers] = self.numbers("stem", (stem,))
        return any(number in view.segment.marked for view, number in zip(self.views, numbers, strict=True))

    def count_naming(self, entity: str) -> int:
        """Return how many living documents have an entity. Kept: who is named beside one is named beside many."""
        found = self._naming.get(entity)
        if found is None:
            found = sum(view.count_naming(entity.encode()) for view in self.views)
            if len(self._naming) < _MOST_NAMED:
                self._naming[entity] = found
        return found

    @cached_property
    def _stem_bounds(self) -> list[memoryview]:
        return [view.segment.lists("stem.docs").bounds.data for view in self.views]

    def count_having(self, view: ValueView, value: str) -> int:
        """Return how many documents have a value, however that is spelt: one with two spellings counts twice."""
        key, name = view.key(value), f"{view.name}.docs"
        return sum(
            one.segment.lists(name).count(number)
            for one in self.views
            for number in value_numbers(one.segment, view, key)
        )

    def documents_having(self, view: ValueView, value: str) -> Documents:
        """Return the documents that have a value, however that is spelt, ascending."""
        key = view.key(value)

        def made() -> Documents:
            found = [
                one.segment.documents_with(view.name, number) + np.int32(first)
                for first, one in zip(self.firsts, self.views, strict=False)
                for number in value_numbers(one.segment, view, key)
            ]
            every = np.concatenate([np.empty(0, np.int32), *found])
            return np.unique(every) if view.spelt else every

        return self.kept.get(("listed", view.name, key), made)

    def having(self, view: ValueView, value: str) -> Mask:
        """Return, for each document, whether it has a value, however that is spelt."""
        key = view.key(value)

        def made() -> Mask:
            mask = np.zeros(self.held, bool)
            for first, one in zip(self.firsts, self.views, strict=False):
                for number in value_numbers(one.segment, view, key):
                    mask[one.segment.documents_with(view.name, number) + first] = True
            return mask

        return self.kept.get((view.name, key), made)

    def speaking_of(self, first: str, last: str) -> Mask:
        """Return, for each document, whether all of a date that it mentions lies between two days."""

        def made() -> Mask:
            mask = np.zeros(self.held, bool)
            for begin, one in zip(self.firsts, self.views, strict=False):
                for number, term in enumerate(one.segment.terms(MENTIONED.name).all()):
                    days = days_of(term.decode())
                    if first <= days[0] and days[1] <= last:
                        mask[one.segment.documents_with(MENTIONED.name, number) + begin] = True
            return mask

        return self.kept.get(("speaking of", first, last), made)

    @cached_property
    def calendar(self) -> Calendar:
        days, day = _numbered(self.column("date"))
        # A year stands before its first month, and that before its first day.
        dates, of_document = _numbered(day * _PRECISIONS + self.column("precision"))
        labels = (_written_date(int(days[date // _PRECISIONS]), date % _PRECISIONS) for date in dates.tolist())
        return Calendar(tuple(labels), of_document)

    @cached_property
    def imprecise(self) -> Imprecise:
        precision = self.column("precision")
        documents = places_of((precision == _YEAR) | (precision == _MONTH))
        days = self.column("date")[documents].astype("timedelta64[D]") + _DAY_ZERO
        months = days.astype("datetime64[M]") + 1
        years = (days.astype("datetime64[Y]") + 1).astype("datetime64[M]")
        after = np.where(precision[documents] == _YEAR, years, months).astype("datetime64[D]")
        return Imprecise(documents, (after - _DAY_ZERO).astype(np.int64) - 1)


_MOST_NUMBERS, _MOST_NAMED = 20_000, 10_000
"""Terms of a view whose numbers are kept, in four megabytes, and entities whose counts are, in one and a half."""
_SELDOM = 2
"""To make what is kept takes twice as long as what is wanted of it, and memory."""
_TIME_STEP = 2.0**-28
"""More of these are in a whole than a time is ever, and a double tells them apart beside any day number."""
_YEAR, _MONTH = 1, 2
_PRECISIONS = 4
_DAY_ZERO = np.datetime64("0000-12-31")
"""The day before the first of the calendar, whose number is 1."""
_LENGTHS = (0, 4, 7, 10)
"""Characters of a date, by its precision."""


def _numbered(values: Array) -> tuple[Ints, npt.NDArray[np.int32]]:
    """The different values, ascending, and the place of each value among them."""
    held = places_of(np.bincount(values)) if len(values) else np.empty(0, np.int64)
    place = np.zeros(int(held[-1]) + 1 if len(held) else 1, np.int32)
    place[held] = np.arange(len(held))
    return held, place[values]


@lru_cache(10_000)
def _written_date(day: int, precision: int) -> str:
    return date.fromordinal(day).isoformat()[: _LENGTHS[precision]] if day else ""


def _grouped(labels: list[str], length: int) -> Periods:
    """`length`: characters of the label of a period."""
    distinct = sorted(set(labels))
    place = {label: i for i, label in enumerate(distinct)}
    vague = [place[label] for label in distinct if 0 < len(label) < length]
    return Periods(distinct, np.array([place[label] for label in labels], np.int64), np.array(vague, np.int64))
