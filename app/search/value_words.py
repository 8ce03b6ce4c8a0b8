"""Whether the words of a value are those that a query asks for: `author:"jane doe"`."""

from __future__ import annotations

from collections.abc import Iterator

from rapidfuzz.distance import OSA

from app.search.plan import ValueWords


def holds(words: tuple[str, ...], leaf: ValueWords) -> bool:
    """Return whether the words of a value have those of `leaf` one behind the other."""
    places = [
        list(_word_places(words, word, leaf, is_last=word_is_last))
        for word, word_is_last in _with_last_marked(leaf.words)
    ]
    return any(_reaches(start, places[1:], leaf.slop) for start in places[0]) if places else False


def _with_last_marked(words: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    return ((word, number == len(words)) for number, word in enumerate(words, 1))


def _word_places(words: tuple[str, ...], wanted: str, leaf: ValueWords, *, is_last: bool) -> Iterator[int]:
    for place, word in enumerate(words):
        if word == wanted or (is_last and _is_near(word, wanted, leaf)):
            yield place


def _is_near(word: str, wanted: str, leaf: ValueWords) -> bool:
    if leaf.is_prefix:
        return word.startswith(wanted)
    return bool(leaf.edits) and OSA.distance(word, wanted, score_cutoff=leaf.edits) <= leaf.edits


def _reaches(start: int, places: list[list[int]], slop: int) -> bool:
    """Return whether each of `places` follows the one before, the nearest taken, with `slop` words between in all."""
    last = start
    for each in places:
        behind = [place for place in each if place > last]
        if not behind:
            return False
        last = behind[0]
    return last - start - len(places) <= slop
