"""The recogniser's own decisions, for all words of a batch at once: the same names in half the time.

The model reads a text from left to right. Outside a name, what it does at a word (nothing, a name of this one word, the
beginning of a name) depends on that word's vector alone; inside a name, on the vectors of the word, of the one before
and of the name's first. So one matrix product decides all words as if outside, a few small ones lead every beginning
to its end, and a walk over the text leaves out what lies inside a name. The library asks its model word by word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

_FEATURES = 3
# Words of a name beyond which it is followed alone; hardly any has as many.
_FAR = 20
_STRETCH = 200
_OUTSIDE = "O"


class Decoder:
    """Of a pipeline that `fits`. Equal scores apart, which rounding tells, it finds what the pipeline would."""

    def __init__(self, nlp: Language) -> None:
        ner: Any = nlp.get_pipe("ner")
        self._tok2vec, self._lower, self._upper = (ner.model.get_ref(part) for part in ("tok2vec", "lower", "upper"))
        self._bias = self._lower.get_param("b")
        moves = [ner.moves.get_class_name(number) for number in range(ner.moves.n_moves)]
        # `U-` without a label is a word that the caller forbids, which we never do.
        self._outside = [n for n, move in enumerate(moves) if move == _OUTSIDE or (move[0] in "BU" and len(move) > 2)]
        self._moves = [moves[number] for number in self._outside]
        self._begins = numpy.array([move[0] == "B" for move in self._moves])
        self._names = numpy.array([move != _OUTSIDE for move in self._moves])
        index = {move: number for number, move in enumerate(moves)}
        self._inside = numpy.array([index.get(f"I{move[1:]}", 0) for move in self._moves])
        self._last = numpy.array([index.get(f"L{move[1:]}", 0) for move in self._moves])

    def read(self, docs: Sequence[Doc]) -> list[list[tuple[int, int, str]]]:
        """The names of each text: first word, the word behind the last one, label."""
        ends = list(accumulate(len(doc) for doc in docs))
        if not ends or not ends[-1]:
            return [[] for _ in docs]
        features = self._lower.predict(self._tok2vec.predict(docs))
        final = numpy.zeros(ends[-1], dtype=bool)
        final[[end - 1 for end, doc in zip(ends, docs, strict=True) if len(doc)]] = True
        space = numpy.concatenate([doc.to_array("IS_SPACE") for doc in docs]).astype(bool)
        moves = self._as_if_outside(features, final, space)
        stops = self._stops(features, final, moves)
        starts = numpy.flatnonzero(self._names[moves])
        found = self._walk(starts, moves, stops, lambda start: self._far_stop(features, final, start, moves[start]))
        return _by_text(found, [0, *ends])

    def _as_if_outside(self, features: Any, final: Any, space: Any) -> Any:
        """Return, by word, the best move where no name is open, as an index of `_moves`."""
        hidden = self._hidden(features[1:, 0] + features[0, 1] + features[0, 2])
        scores = self._upper.predict(hidden)[:, self._outside]
        scores[numpy.ix_(final, self._begins)] = -numpy.inf
        scores[numpy.ix_(space, self._names)] = -numpy.inf
        return scores.argmax(axis=1)

    def _stops(self, features: Any, final: Any, moves: Any) -> Any:
        """Return, by word, where the name ends that begins there; 0 where that is far off."""
        stops = numpy.arange(1, len(moves) + 1)
        starts = numpy.flatnonzero(self._begins[moves])
        at = starts + 1
        for _ in range(_FAR):
            # Row 0 of the features is for no word.
            sums = features[at + 1, 0] + features[starts + 1, 1] + features[at, 2]
            scores = self._upper.predict(self._hidden(sums))
            rows, move = numpy.arange(len(starts)), moves[starts]
            stop = final[at] | (scores[rows, self._last[move]] > scores[rows, self._inside[move]])
            stops[starts[stop]] = at[stop] + 1
            starts, at = starts[~stop], at[~stop] + 1
        stops[starts] = 0
        return stops

    def _far_stop(self, features: Any, final: Any, start: int, move: int) -> int:
        """Return where that name ends, by itself: in lines of capitals each word begins a name of a thousand, and we
        come to the first of them alone."""
        at = start + 1 + _FAR
        while True:
            ahead = numpy.arange(at, min(at + _STRETCH, len(final)))
            sums = features[ahead + 1, 0] + features[start + 1, 1] + features[ahead, 2]
            scores = self._upper.predict(self._hidden(sums))
            stop = numpy.flatnonzero(final[ahead] | (scores[:, self._last[move]] > scores[:, self._inside[move]]))
            if len(stop):
                return int(ahead[stop[0]]) + 1
            at += _STRETCH

    def _hidden(self, sums: Any) -> Any:
        return (sums + self._bias).max(axis=-1)

    def _walk(
        self, starts: Any, moves: Any, stops: Any, far_stop: Callable[[int], int]
    ) -> Iterator[tuple[int, int, str]]:
        behind = 0
        for start, stop, move in zip(starts.tolist(), stops[starts].tolist(), moves[starts].tolist(), strict=True):
            if start >= behind:
                behind = stop or far_stop(start)
                yield start, behind, self._moves[move][2:]


def fits(nlp: Language) -> bool:
    """Return whether the pipeline is a recogniser alone, greedy, with the three features and layers that this reckons
    with."""
    if nlp.pipe_names != ["ner"]:
        return False
    ner: Any = nlp.get_pipe("ner")
    if ner.model.name != "parser_model" or not ner.model.attrs["has_upper"] or ner.model.attrs["unseen_classes"]:
        return False
    lower = ner.model.get_ref("lower")
    return bool(ner.cfg["beam_width"] == 1 and lower.get_dim("nF") == _FEATURES and lower.get_dim("nP") > 1)


def _by_text(found: Iterator[tuple[int, int, str]], bounds: list[int]) -> list[list[tuple[int, int, str]]]:
    names: list[list[tuple[int, int, str]]] = [[] for _ in bounds[1:]]
    number = 0
    for start, stop, label in found:
        while start >= bounds[number + 1]:
            number += 1
        names[number].append((start - bounds[number], stop - bounds[number], label))
    return names
