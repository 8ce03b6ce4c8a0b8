"""One article as the passes see it: its text, its layout, and the names that are found in it so far."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count

from app.enrich.concordance import Concordance
from app.enrich.grounds import Ground, Rule, SpanType
from app.enrich.layout import TextBlock
from app.enrich.scores import Scores
from app.enrich.surnames import without_suffix

# Characters to a stretch of the text: few names begin in one, and few reach over several.
_STRETCH = 64
_WORD_START = re.compile(r"(?<![\w'.])[^\W\d_]")
_WORD_BEFORE = re.compile(r"([\w.'-]+) $")


@dataclass(slots=True, eq=False)
class Span:
    """A name in the making; offsets in the prepared text. It stays the same one whatever becomes of it.

    A context gives it its `name`, and all changes.
    """

    start: int
    end: int
    type: SpanType
    rule: Rule
    confidence: float
    name: str = ""


class Context:
    """The spans of one article, none of which overlaps another, and what there is to look at.

    Every change goes through here and gives its ground. A span that rests on a surer one stays as it is, and the change
    is refused, unless the pass that runs may override such (`over`). Guesses of the recogniser yield to any ground.

    `_taken` has a byte for each character, `_near` the spans that touch each stretch of the text, and some that are
    there no more. So no question, and no change, costs more in a long article than in a short one.
    """

    def __init__(self, text: str, blocks: Sequence[TextBlock] = (), results: Scores | None = None) -> None:
        self.text = text
        self.blocks = blocks
        self.results = results or Scores()
        self.over: Collection[Rule] = ()
        self._taken = bytearray(len(text))
        self._turns: dict[Span, int] = {}
        self._near: defaultdict[int, list[Span]] = defaultdict(list)
        self._next_turn = count()
        self._surnames: frozenset[str] | None = None

    @property
    def spans(self) -> list[Span]:
        """Return all spans in the order in which they came."""
        return list(self._turns)

    def guesses(self, *types: SpanType) -> Iterator[Span]:
        """Yield the spans, of these types or of any, that still are what the recogniser made of them."""
        for span in list(self._turns):
            if span.rule == "model" and (not types or span.type in types):
                yield span

    def people(self) -> Iterator[Span]:
        return (span for span in self._turns if span.type == "person")

    def surnames(self) -> frozenset[str]:
        """Return the last words of the people whose full name the article has; found anew after a change alone."""
        if self._surnames is None:
            lasts = (without_suffix(span.name).rpartition(" ") for span in self.people() if " " in span.name)
            self._surnames = frozenset(last for first, _, last in lasts if first and len(last) > 2)
        return self._surnames

    @cached_property
    def words(self) -> Concordance:
        return Concordance(self.text)

    @cached_property
    def starts(self) -> list[int]:
        """Return where names may begin: at capitals, but not those of an article."""
        text = self.text
        return [
            m.start() for m in _WORD_START.finditer(text) if m[0].isupper() and not text.startswith("The ", m.start())
        ]

    def before(self, start: int, pattern: re.Pattern[str], reach: int = 30) -> re.Match[str] | None:
        """Search the `reach` characters that end at `start`."""
        return pattern.search(self.text, max(0, start - reach), start)

    def after(self, span: Span, pattern: re.Pattern[str]) -> re.Match[str] | None:
        return pattern.match(self.text, span.end)

    def word_before(self, start: int, reach: int = 24) -> re.Match[str] | None:
        """Return the word that ends before `start`, in group 1; None where a comma or a quote lies between."""
        return self.before(start, _WORD_BEFORE, reach)

    def add(self, span: Span) -> bool:
        """Add a span where none is."""
        if span.start >= span.end or not self.is_free(span.start, span.end):
            return False
        self._turns[span] = next(self._next_turn)
        self._take(span)
        return True

    def put(self, *spans: Span) -> bool:
        """Put `spans` in the place of those that they overlap, if none of them is surer than what comes."""
        others = [other for span in spans for other in self.overlapping(span.start, span.end)]
        surest = max(span.confidence for span in spans)
        if any(self._stands(other, surest) for other in others):
            return False
        for other in dict.fromkeys(others):
            del self._turns[other]
            self._surnames = None
            self._taken[other.start : other.end] = bytes(other.end - other.start)
        for span in spans:
            self.add(span)
        return True

    def retype(self, span: Span, type: SpanType, ground: Ground) -> bool:
        if self._stands(span, ground.confidence):
            return False
        span.type, span.rule, span.confidence = type, *ground
        self._surnames = None
        return True

    def widen(self, span: Span, start: int, end: int, ground: Ground) -> bool:
        """Widen a span to what is free beside it."""
        if self._stands(span, ground.confidence):
            return False
        span.start, span.end = start, end
        span.rule, span.confidence = ground
        self._take(span)
        return True

    def cut(self, span: Span, start: int, end: int, type: SpanType, ground: Ground) -> bool:
        """Leave a part of a span, which becomes no surer by that."""
        if self._stands(span, ground.confidence):
            return False
        self._taken[span.start : span.end] = bytes(span.end - span.start)
        span.start, span.end = start, end
        span.type, span.rule, span.confidence = type, *ground.at_most(span.confidence)
        self._take(span)
        return True

    def drop(self, span: Span, ground: Ground) -> bool:
        """Take away what is no name; nothing else becomes one there."""
        if span not in self._turns or self._stands(span, ground.confidence):
            return False
        del self._turns[span]
        self._surnames = None
        return True

    def clear(self, start: int, end: int, ground: Ground) -> bool:
        """Take away the names there, and let nothing be one."""
        nothing = Span(start, end, "place", *ground)
        return self.put(nothing) and self.drop(nothing, ground)

    def overlapping(self, start: int, end: int) -> list[Span]:
        """Return those that overlap it in the order in which they came."""
        found = [] if self.is_free(start, end) else self._spans_near(start, end)
        return sorted(found, key=self._turns.__getitem__) if len(found) > 1 else found

    def _spans_near(self, start: int, end: int) -> list[Span]:
        found: list[Span] = []
        for stretch in _stretch_numbers(start, end):
            for span in self._near.get(stretch, ()):
                if span.start < end and start < span.end and span in self._turns and span not in found:
                    found.append(span)
        return found

    def starting(self, at: int) -> Span | None:
        return next((span for span in self.overlapping(at, at + 1) if span.start == at), None)

    def ending(self, at: int) -> Span | None:
        return next((span for span in self.overlapping(at - 1, at) if span.end == at), None)

    def encloses(self, start: int, end: int) -> bool:
        """Return whether what overlaps it lies inside it, so that it can be put in its place."""
        others = self.overlapping(start, end)
        return bool(others or self.is_free(start, end)) and all(
            start <= other.start and other.end <= end for other in others
        )

    def block(self, start: int, end: int) -> None:
        """Let nothing be a name there."""
        self._taken[start:end] = b"\1" * (end - start)

    def unblock(self, start: int, end: int) -> None:
        """Let something be a name there, though the recogniser took it for a law or a work; names keep their places."""
        self._taken[start:end] = bytes(end - start)
        for span in self._spans_near(start, end):
            self._taken[span.start : span.end] = b"\1" * (span.end - span.start)

    def is_free(self, start: int, end: int) -> bool:
        return self._taken.find(1, start, end) < 0

    def _stands(self, span: Span, confidence: float) -> bool:
        return span.confidence > confidence and span.rule != "model" and span.rule not in self.over

    def _take(self, span: Span) -> None:
        span.name = self.text[span.start : span.end]
        self._surnames = None
        self.block(span.start, span.end)
        for stretch in _stretch_numbers(span.start, span.end):
            self._near[stretch].append(span)


def _stretch_numbers(start: int, end: int) -> range:
    return range(start // _STRETCH, (end - 1) // _STRETCH + 1)
