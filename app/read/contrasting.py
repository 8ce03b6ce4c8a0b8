"""Two searches side by side: words, names and sources that are more frequent in one, with counts in both."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from sqlmodel import Session

from app.archive import Archive
from app.errors import InvalidParameter
from app.ids import TYPES
from app.read.conditions import Asked, query_read, read_conditions
from app.read.kinds import ContrastKind
from app.read.models import ComparedSide, ContrastValue, ContrastValues, SearchContrast
from app.read.narrowing import narrowed, search_address
from app.read.params import SIDES, Conditions, ContrastParams
from app.relations.contrast import TELLING, Scores, contrast_scores
from app.search.analysis import phrase_terms, stem
from app.search.answer import Answer, answer
from app.search.engine import SearchEngine, Tally
from app.search.query import And, Clause, Query, Word, clause_leaves
from app.store import entities as store

Side = Literal["a", "b"]
KINDS: tuple[ContrastKind, ...] = get_args(ContrastKind)
FEWEST_ARTICLES = 3
"""Articles of both sides together that have what is told."""
_SHORTEST = 3
"""Letters of a word that is told."""
_NAMES_OF_DAYS = (*calendar.month_name, *calendar.month_abbr, "Sept", *calendar.day_name)
_WHEN = frozenset(stem(name.lower()) for name in _NAMES_OF_DAYS if name)
"""Words that say when an article was written, and not what of."""


@dataclass(frozen=True, slots=True)
class ComparedSearch:
    """One side. `clause` is what its articles match, after words were made loose where none has them all."""

    params: Conditions
    asked: Asked
    found: Answer

    @property
    def query(self) -> Query:
        return Query(self.found.clause, self.asked.filters)


def compare_searches(
    archive: Archive, engine: SearchEngine, session: Session, params: ContrastParams, path: str
) -> SearchContrast:
    """Compare two searches; `path` is where the addresses of what is told lead. `engine` stands still."""
    sides = {letter: _read_side(archive, engine, session, params, letter) for letter in SIDES}
    contrast = _Contrast(engine, session, sides, params.limit, path)
    return {
        "a": _side_read(sides["a"]),
        "b": _side_read(sides["b"]),
        "results": [contrast.of(kind) for kind in dict.fromkeys(params.kind or KINDS)],
    }


def _read_side(
    archive: Archive, engine: SearchEngine, session: Session, params: ContrastParams, letter: Side
) -> ComparedSearch:
    with _named_for(params, letter):
        side = params.side(letter)
        asked = read_conditions(archive.database, session, side)
        query = Query(asked.parsed.clause, asked.filters, "-date", limit=1)
        return ComparedSearch(side, asked, answer(engine, query, side.match))


@contextmanager
def _named_for(params: ContrastParams, letter: Side) -> Iterator[None]:
    """Name a parameter as it was given, where the conditions of one side are wrong."""
    try:
        yield
    except InvalidParameter as error:
        if (own := f"{letter}_{error.parameter}") in params.model_fields_set:
            error.parameter = own
        raise


def _side_read(side: ComparedSearch) -> ComparedSide:
    return {"query": query_read(side.params, side.asked, side.found), "total": side.found.hits.total}


class _Contrast:
    """What tells two sides apart, one kind after the other."""

    def __init__(
        self, engine: SearchEngine, session: Session, sides: dict[Side, ComparedSearch], limit: int, path: str
    ) -> None:
        self._engine, self._session, self._sides, self._limit, self._path = engine, session, sides, limit, path

    def of(self, kind: ContrastKind) -> ContrastValues:
        counted = self._engine.tally([self._sides[letter].query for letter in SIDES], kind, FEWEST_ARTICLES)
        scores = contrast_scores(counted.counts[0], counted.counts[1], (counted.totals[0], counted.totals[1]))
        asked_for = self._asked_for(kind)
        chosen = {
            letter: self._most_telling(counted, sign * scores, kind, asked_for)
            for letter, sign in zip(SIDES, (1, -1), strict=True)
        }
        labels = self._labels(kind, [counted.values[number] for numbers in chosen.values() for number in numbers])
        rows = {
            letter: [
                self._row(kind, letter, counted, number, float(scores[number]), labels[counted.values[number]])
                for number in chosen[letter]
                if counted.values[number] in labels
            ]
            for letter in SIDES
        }
        return {"kind": kind, "a": rows["a"], "b": rows["b"]}

    def _asked_for(self, kind: ContrastKind) -> set[str]:
        """Return the values by which a side was chosen: that it has more of them says nothing."""
        if kind == "word":
            clauses = [side.found.clause for side in self._sides.values() if side.found.clause is not None]
            leaves = [leaf for clause in clauses for leaf in clause_leaves(clause)]
            return {stem(term) for leaf in leaves for term in phrase_terms(leaf.text)}
        names = ("source", "not_source") if kind == "source" else ("entity", "entity_any", "not_entity")
        return {value for side in self._sides.values() for name in names for value in side.asked.filters.of(name)}

    def _most_telling(self, counted: Tally, scores: Scores, kind: ContrastKind, but: set[str]) -> list[int]:
        """Return the numbers of the values with the highest scores, of equal ones the first by name."""
        telling = np.flatnonzero(scores >= TELLING).tolist()
        ordered = sorted(telling, key=lambda number: (-scores[number], counted.values[number]))
        is_told: Callable[[str], bool] = _tells_what if kind == "word" else lambda _: True
        values = (number for number in ordered if counted.values[number] not in but and is_told(counted.values[number]))
        return [number for number, _ in zip(values, range(self._limit), strict=False)]

    def _labels(self, kind: ContrastKind, values: list[str]) -> dict[str, str]:
        if kind == "word":
            return self._engine.usual_words(values)
        return store.labels(self._session, values) if kind in TYPES else {value: value for value in values}

    def _row(
        self, kind: ContrastKind, letter: Side, counted: Tally, number: int, score: float, label: str
    ) -> ContrastValue:
        value = label if kind == "word" else counted.values[number]
        a, b = counted.counts[:, number].tolist()
        url = self._address(self._sides[letter], kind, value)
        return {"value": value, "label": label, "a": a, "b": b, "score": round(score, 2), "url": url}

    def _address(self, side: ComparedSearch, kind: ContrastKind, value: str) -> str:
        """Return the search for the articles of a side which have a value."""
        clause, filters = side.found.clause, side.asked.filters
        if kind == "word":
            return search_address(self._path, _with_word(clause, value), filters)
        return search_address(self._path, clause, narrowed(filters, kind, value) or filters)


def _tells_what(word: str) -> bool:
    return len(word) >= _SHORTEST and not any(letter.isdigit() for letter in word) and word not in _WHEN


def _with_word(clause: Clause | None, word: str) -> Clause:
    return Word(word) if clause is None else And((clause, Word(word)), explicit=True)
