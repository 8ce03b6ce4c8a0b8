"""Queries by the thousand, in the words of a corpus: by the grammar, by mutation of those, and of raw Unicode.

Made to be dear: they join as many of the most frequent words as the limits allow as readily as they ask for a rare one.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.search.query import MAX_CHARACTERS, MAX_LEAVES
from tests.bench.queries import COMMON, Statistics

Params = list[tuple[str, str]]

_FIELDS = ["headline:", "body:", "dateline:", "Headline:", "title:", "date:"]
_MARKS = ['"', "(", ")", "-", "+", "*", "~", "~2", "~99", "^", ":", "/", "\\", " OR ", " AND ", " NOT ", "“", "„", "'",
          "&", "--", "[a TO b]", "\x00", "\u0301", "\u202e", "\ufeff", "\u200d", "\n", "<b>", "%00"]  # fmt: skip
_FACETS = ["person", "organization", "place", "event", "source", "dateline", "language", "year", "month"]
_DEPTH = 5


@dataclass(frozen=True)
class Question:
    """What to ask: a path below the server's address and its parameters. `kind` says how its text was made."""

    kind: str
    path: str
    params: Params


class Questions:
    """As many as are wanted; the same ones for the same seed and corpus."""

    def __init__(self, known: Statistics, sources: Sequence[str], seed: int) -> None:
        self._draw = random.Random(seed)
        self._common = known.words(COMMON, 1.0)
        self._middling = known.words(0.01, COMMON)
        self._rare = known.words(2 / known.articles, 0.0005)
        self._vocabulary = sorted(known.vocabulary)
        self._pairs = [" ".join(pair) for pair, _ in known.pairs.most_common(500)]
        self._entities = [id for id, _ in known.entities.most_common(500)]
        self._years = sorted(known.years)
        self._sources = sources

    def one(self) -> Question:
        kind, text = self.text()
        chance = self._draw.random()
        if chance < 0.05:
            return Question(kind, "/v1/autocomplete", [("q", text[:200])])
        conditions = [("q", text), ("match", self._draw.choice(["auto", "auto", "all", "any"])), *self._filters()]
        if chance < 0.20:
            interval = self._draw.choice(["auto", "day", "week", "month", "year", "decade", "century"])
            return Question(kind, "/v1/timeline", [*conditions, ("interval", interval)])
        if chance < 0.25:
            return Question(kind, "/", [("q", text)])
        return Question(kind, "/v1/search", [*conditions, *self._view()])

    def text(self) -> tuple[str, str]:
        chance = self._draw.random()
        if chance < 0.10:
            return "unicode", self._unicode()
        if chance < 0.35:
            return "mutated", self._mutated(self._grammar())
        if chance < 0.50:
            return "many", self._many()
        return "grammar", self._grammar()

    def _grammar(self) -> str:
        return self._clause(self._draw.randint(0, _DEPTH))[:MAX_CHARACTERS]

    def _clause(self, depth: int) -> str:
        draw = self._draw
        if depth == 0:
            return self._leaf()
        parts = [self._clause(draw.randint(0, depth - 1)) for _ in range(draw.choice([1, 2, 2, 3, 4]))]
        text = draw.choice([" ", " ", " OR ", " AND ", " -"]).join(parts)
        return draw.choice(["{}", "{}", "({})", "-({})", "NOT {}", "headline:({})", "body:({})"]).format(text)

    def _leaf(self) -> str:
        draw = self._draw
        leaves: list[Callable[[], str]] = [
            self.word, self.word, self.word, self._phrase, self._near, self._prefix, self._fuzzy,
            lambda: draw.choice(_FIELDS) + self.word(), lambda: f"{self.word()}-{self.word()}",
            lambda: f"{self.word()[0]}.{self.word()[0]}.", lambda: str(draw.randint(0, 3_000)),
        ]  # fmt: skip
        return draw.choice(leaves)()

    def word(self) -> str:
        return self._draw.choice(self._draw.choice([self._common, self._common, self._middling, self._rare]))

    def _phrase(self) -> str:
        words = [self.word() for _ in range(self._draw.randint(1, 6))]
        return f'"{self._draw.choice([self._draw.choice(self._pairs), " ".join(words), self._commons(4)])}"'

    def _near(self) -> str:
        return f'"{self._commons(self._draw.randint(2, 8))}"~{self._draw.randint(0, 20)}'

    def _commons(self, number: int) -> str:
        return " ".join(self._draw.choices(self._common, k=number))

    def _prefix(self) -> str:
        return f"{self._draw.choice(self._vocabulary)[: self._draw.randint(3, 6)]}*"

    def _fuzzy(self) -> str:
        letters = list(self.word())
        letters[self._draw.randrange(len(letters))] = self._draw.choice("aeiounrst")
        return f"{''.join(letters)}~"

    def _many(self) -> str:
        """As much of one kind as the limits allow, or a little more."""
        draw = self._draw
        joined = draw.choice([" ", " OR ", " AND ", " -"])
        leaves: list[Callable[[], str]] = [
            self.word, self._prefix, self._near, self._phrase, lambda: draw.choice(self._common),
        ]  # fmt: skip
        leaf = draw.choice(leaves)
        text = joined.join(leaf() for _ in range(draw.choice([8, 20, MAX_LEAVES, MAX_LEAVES + 1])))
        return text if draw.random() < 0.2 else _cut(text)

    def _mutated(self, text: str) -> str:
        letters = list(text)
        for _ in range(self._draw.randint(1, 8)):
            at = self._draw.randint(0, len(letters))
            match self._draw.randrange(4):
                case 0:
                    letters[at:at] = self._draw.choice(_MARKS)
                case 1:
                    del letters[at : at + self._draw.randint(1, 5)]
                case 2:
                    letters[at:at] = letters[self._draw.randint(0, at) : at]
                case _:
                    letters[at : at + 1] = self._character()
        return "".join(letters)[: MAX_CHARACTERS + 5]

    def _unicode(self) -> str:
        spaced = [self._character() if self._draw.random() < 0.8 else " " for _ in range(self._draw.randint(1, 200))]
        return "".join(spaced)

    def _character(self) -> str:
        """Of any plane; half of them of the first. Surrogates alone cannot be sent."""
        while True:
            letter = chr(self._draw.randrange(self._draw.choice([0x250, 0x3000, 0x110000])))
            if unicodedata.category(letter) != "Cs":
                return letter

    def _filters(self) -> Params:
        draw = self._draw
        found: Params = []
        if draw.random() < 0.3:
            years = sorted(draw.choices(self._years, k=2))
            found += [("date_from", str(years[0])), ("date_to", f"{years[1]}-{draw.randint(1, 12):02}")]
        for name in ("entity", "entity_any", "not_entity"):
            if draw.random() < 0.1:
                found += [(name, id) for id in self._some(self._entities)]
        for name in ("source", "not_source"):
            if draw.random() < 0.1:
                found += [(name, source) for source in self._some(self._sources)]
        return found

    def _some(self, values: Sequence[str]) -> list[str]:
        return self._draw.choices(values, k=self._draw.choice([1, 1, 2, 50]))

    def _view(self) -> Params:
        draw = self._draw
        found: Params = [("limit", draw.choice(["1", "20", "20", "100"]))]
        found += [("facet", facet) for facet in draw.sample(_FACETS, draw.choice([0, 0, 2, 9]))]
        if draw.random() < 0.4:
            found.append(("sort", draw.choice(["relevance", "-date", "date"])))
        if draw.random() < 0.3:
            found += [("facet_limit", "100"), ("highlight", draw.choice(["offsets", "none"]))]
        return found


def _cut(text: str) -> str:
    return text if len(text) <= MAX_CHARACTERS else text[:MAX_CHARACTERS].rpartition(" ")[0]
