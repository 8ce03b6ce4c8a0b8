"""Names so alike that two entities may be one: what an editor is asked about, where the articles do not tell.

What is compared are ids. Each reason has a score by how seldom two people have such a pair of names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from rapidfuzz.distance import OSA

from app.enrich import given, spellings
from app.enrich.spellings import FullName, full_name
from app.ids import is_scoped, name_of, type_of

LikenessReason = Literal["spelling", "middle_name", "short_name", "suffix", "misspelling", "initials", "sound", "words"]


class Likeness(NamedTuple):
    reason: LikenessReason
    score: float


_BY_DIFFERENCE: dict[str, Likeness] = {
    "article": Likeness("spelling", 0.95),
    "spelling": Likeness("spelling", 0.9),
    "middle": Likeness("middle_name", 0.85),
    "numeral": Likeness("suffix", 0.8),
    "suffix": Likeness("suffix", 0.75),
}
_SHORT_NAME = Likeness("short_name", 0.8)
_WORDS = Likeness("words", 0.8)
_MISSPELLING = Likeness("misspelling", 0.7)
_INITIALS = Likeness("initials", 0.65)
_SOUND = Likeness("sound", 0.6)

# In a name of so many letters one may be wrong; twice as many, and two may.
_LETTERS = 8
# Shorter names differ in a letter as often as not: `Lund`, `Lind`.
_SHORTEST_WORD = 5
_LIKE_ENOUGH = 0.7
_VOWELS = re.compile(r"[^aeiouy]")
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("ph", "f"), ("(?:kh|gh|ck|q|g|c(?=[aou]|[^aeiouyh]|$))", "k"), ("dh", "d"), ("th", "t"), ("tch", "ch"),
        ("(?:sch|sh|zh|z)", "s"), ("x", "ks"), ("w", "v"), ("(?<=.)[aeiouyh]", ""), ("^[aeiouy]", "a"),
        (r"(.)\1+", r"\1"),
    )
)  # fmt: skip
_SMALL_WORDS = frozenset(("the", "of", "and", "for", "in", "on"))
_FIGURE = re.compile(r"\d")


def likeness(one: str, other: str) -> Likeness | None:
    """Return why two ids of one type may be of one thing; None where hardly anything says so."""
    if one == other or type_of(one) != type_of(other) or is_scoped(one) or is_scoped(other):
        return None
    names = full_name(one), full_name(other)
    if names[0] is not None and names[1] is not None:
        return _alike_people(one, other, names[0], names[1])
    return None if type_of(one) == "person" else _alike_things(name_of(one), name_of(other))


def common_parts(id: str) -> Iterator[tuple[str, ...]]:
    """Yield what ids have in common that can be alike: no others need be compared."""
    name = full_name(id)
    if name is None:
        yield from _common_parts_of_thing(id)
        return
    last = spellings.spellings(name.last)[0]
    yield "variant", spellings.spellings(name.first)[0], last
    yield "sound", sound(name.first), sound(name.last)
    yield "misspelt", name.first, name.last[:2]
    yield "misspelt first", name.first[:2], name.last
    for whole in given.wholes(name.first):
        yield "given", whole, name.last
    yield ("initial" if _is_initials(name.first) else "whole"), name.first[0], name.last


def _common_parts_of_thing(id: str) -> Iterator[tuple[str, ...]]:
    if type_of(id) != "person" and not is_scoped(id):
        name = name_of(id)
        yield type_of(id), "words", " ".join(sorted(set(name.split("-")) - _SMALL_WORDS))
        # Where one letter is wrong, one half of the name is right.
        for length in {(len(name) - 1) // 2, len(name) // 2, (len(name) + 1) // 2}:
            yield type_of(id), "begins", name[:length]
            yield type_of(id), "ends", name[-length:]


def _alike_people(one: str, other: str, first: FullName, second: FullName) -> Likeness | None:
    if spellings.is_variant(one, other):
        return None if spellings.are_two_names(one, other) else _BY_DIFFERENCE[spellings.difference(one, other)]
    if first.suffix != second.suffix or first.particles != second.particles:
        return None
    if first.last == second.last:
        if not given.wholes(first.first).isdisjoint(given.wholes(second.first)):
            return _SHORT_NAME
        if _stand_for(first, second) or _stand_for(second, first):
            return _INITIALS
    if _are_two_given(first.first, second.first) or first.last[0] != second.last[0]:
        return None
    differing = max(map(len, set(name_of(one).split("-")) ^ set(name_of(other).split("-"))), default=0)
    if differing >= _SHORTEST_WORD and _is_misspelt(name_of(one), name_of(other)):
        return _MISSPELLING
    return _SOUND if _sound_alike(first, second) else None


def _alike_things(one: str, other: str) -> Likeness | None:
    words = [set(name.split("-")) - _SMALL_WORDS for name in (one, other)]
    if words[0] == words[1] and len(words[0]) > 1:
        return _WORDS
    return _MISSPELLING if one[0] == other[0] and _is_misspelt(one, other) else None


def _is_misspelt(one: str, other: str) -> bool:
    edits = min(len(one), len(other)) // _LETTERS
    figures = [_FIGURE.findall(name) for name in (one, other)]
    return figures[0] == figures[1] and OSA.distance(one, other, score_cutoff=min(edits, 2)) <= min(edits, 2)


def _is_initials(first: str) -> bool:
    return len(first) == 1 or (len(first) == 2 and not given.may_be_given(first) and not _is_vowelled(first))


def _is_vowelled(word: str) -> bool:
    return _VOWELS.sub("", word) != ""


def _stand_for(short: FullName, whole: FullName) -> bool:
    """Return whether the one has the other's initials: `J. Lund`, `J.P. Lund` of `John Paul Lund`."""
    if not _is_initials(short.first) or _is_initials(whole.first):
        return False
    letters = whole.first[0] + "".join(word[0] for word in whole.middles)
    return letters.startswith(short.first) and (not short.middles or short.middles == whole.middles)


def _are_two_given(one: str, other: str) -> bool:
    """Return whether both are given names that differ in a vowel or in the sex: `Jean`, `Joan`; `Mario`, `Maria`."""
    if one == other:
        return False
    if one.endswith("a") != other.endswith("a") or sound(one)[0] != sound(other)[0]:
        return True
    known = given.may_be_given(one) and given.may_be_given(other)
    return known and (_VOWELS.sub("", one) != _VOWELS.sub("", other) or sound(one) != sound(other))


def _sound_alike(one: FullName, other: FullName) -> bool:
    pairs = ((one.first, other.first), (one.last, other.last))
    if one.middles != other.middles or any(sound(a) != sound(b) for a, b in pairs):
        return False
    return min(len(one.last), len(other.last)) >= _SHORTEST_WORD and all(
        OSA.normalized_similarity(a, b) >= _LIKE_ENOUGH for a, b in pairs
    )


@lru_cache(maxsize=1 << 16)
def sound(word: str) -> str:
    """Return what stays of a word in any spelling: `kdf` of `gaddafi` and `khadafy`."""
    for pattern, letters in _SOUNDS:
        word = pattern.sub(letters, word)
    return word
