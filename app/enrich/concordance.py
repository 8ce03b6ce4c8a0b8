"""Where in a text its words stand: a rule that asks for many names must not read the text for each of them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice

# Letters and figures apart, for so the recogniser takes them: `10km`.
_RUN = re.compile(r"[^\W\d_]+|\d+")
_WORD = re.compile(r"\w+")
_CAPITALISED = re.compile(r"[A-Z][a-z]+")
_PAIR = re.compile(r"([A-Z][a-z]+ and )(?=([A-Z][a-z]+))")
# What is longer is no name, but a line in capitals.
_MOST_RUNS = 20
# So many names are sought one by one in the time in which the text is read once.
_FEW = 40


class Concordance:
    """Of one text. Its lists are made when they are first asked for: most articles need none."""

    def __init__(self, text: str) -> None:
        self._text = text

    def places(self, names: Iterable[str]) -> dict[str, list[int]]:
        """Return where each name stands; of many names not in the midst of a word, where none is."""
        names = list(names)
        if len(names) <= _FEW:
            return {name: list(_starts_of(self._text, name)) for name in names}
        longest: defaultdict[str, int] = defaultdict(int)
        sought: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
        for name in names:
            runs = list(_RUN.finditer(name))
            if 0 < len(runs) <= _MOST_RUNS:
                longest[runs[0][0]] = max(longest[runs[0][0]], len(runs))
                sought[name[runs[0].start() : runs[-1].end()]].append((runs[0].start(), name))
        found: defaultdict[str, list[int]] = defaultdict(list)
        for run in _RUN.finditer(self._text):
            if run[0] in longest:
                for last in islice(_RUN.finditer(self._text, run.start()), longest[run[0]]):
                    for before, name in sought.get(self._text[run.start() : last.end()], ()):
                        if self._text.startswith(name, start := max(0, run.start() - before)):
                            found[name].append(start)
        return found

    def alone(self, names: Iterable[str]) -> set[str]:
        """The names that stand somewhere between two spaces."""
        possible = {name for name in names if self._between_spaces.issuperset(name.split(" "))}
        long = {name for name in possible if " " in name}
        return (possible - long) | {
            name
            for name, starts in self.places(long).items()
            if any(self._text.startswith(f" {name} ", start - 1) for start in starts if start)
        }

    def is_alone(self, word: str) -> bool:
        return word in self._between_spaces

    def count(self, beginning: str) -> int:
        """Return how often the text has what begins so: `Wagner`, also in `Wagners`; `Wagner and Brown`."""
        return _count_from(self._pairs if " " in beginning else self._capitalised, beginning)

    def begins_word(self, beginning: str) -> bool:
        if _WORD.fullmatch(beginning):
            return _count_from(self._words, beginning) > 0
        return re.search(rf"\b{re.escape(beginning)}", self._text) is not None

    @cached_property
    def _between_spaces(self) -> frozenset[str]:
        return frozenset(self._text.split(" ")[1:-1])

    @cached_property
    def _words(self) -> list[str]:
        return sorted(set(_WORD.findall(self._text)))

    @cached_property
    def _capitalised(self) -> list[str]:
        return sorted(_CAPITALISED.findall(self._text))

    @cached_property
    def _pairs(self) -> list[str]:
        return sorted(map("".join, _PAIR.findall(self._text)))


def _starts_of(text: str, name: str) -> Iterator[int]:
    start = text.find(name)
    while start >= 0:
        yield start
        start = text.find(name, start + 1)


def _count_from(ordered: Sequence[str], beginning: str) -> int:
    first = bisect_left(ordered, beginning)
    # Every string that begins so comes before the one that ends in the last character there is.
    return bisect_left(ordered, f"{beginning}\U0010ffff", first) - first
