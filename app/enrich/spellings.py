"""Ways to write one person's full name: with a middle name or without, `Jr.`, `al-`, and as other letters are spelt.

What is compared are keys (`person-bashar-al-assad`). That two could be one name does not say that they are one person:
who decides also asks what the articles say (`store/variants.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from app.enrich import lexicon
from app.enrich.surnames import NUMERALS, SUFFIXES
from app.ids import is_person, is_scoped, name_of

# A part of the surname, and one that is as often left out.
_PARTICLES = frozenset(
    "de des del della dello di da das do dos du la las le los van von den der ten ter bin ibn".split()
)
_ARTICLES = frozenset(("al", "el", "ul"))
# Ends that every paper spells in its own way: `Zelensky`, `Zelenskiy`; `Sergei`, `Sergey`; `Morsi`, `Morsy`.
_ENDINGS = (("sky", "ski", "skiy", "skyy", "skii"), ("ei", "ey"), ("i", "y"))
_SHORTEST = 4
_INITIALS = re.compile(r"\b([A-Z])\.")
# `George H.W. Bush`; a middle name is longer.
_MOST_INITIALS = 2
_ROWS = {name: row.names for row in lexicon.list_rows("spellings") for name in row.names}


@dataclass(frozen=True, slots=True)
class FullName:
    """The words of a key: `particles` stand before the last name; `suffix` is `jr` or empty; `has_article` an `al-`."""

    first: str
    middles: tuple[str, ...]
    particles: tuple[str, ...]
    last: str
    suffix: str
    has_article: bool


@lru_cache(maxsize=1 << 14)
def full_name(key: str) -> FullName | None:
    """Return the parts of a full name; None where the key is none."""
    if not is_person(key) or is_scoped(key):
        return None
    words = name_of(key).split("-")
    suffix = words.pop() if words[-1] in SUFFIXES else ""
    has_article = any(word in _ARTICLES for word in words[1:])
    words = [*words[:1], *(word for word in words[1:] if word not in _ARTICLES)]
    if len(words) < 2:
        return None
    at = len(words) - 1
    while at > 1 and words[at - 1] in _PARTICLES:
        at -= 1
    return FullName(words[0], tuple(words[1:at]), tuple(words[at:-1]), words[-1], suffix, has_article)


@lru_cache(maxsize=1 << 14)
def spellings(word: str) -> tuple[str, ...]:
    """Return how the word may be spelt, itself among them, sorted."""
    return tuple(sorted({each for known in _ROWS.get(word, (word,)) for each in _with_endings(known)} | {word}))


def _with_endings(word: str) -> Iterator[str]:
    yield word
    for endings in _ENDINGS if len(word) >= _SHORTEST else ():
        ending = next((each for each in sorted(endings, key=len, reverse=True) if word.endswith(each)), None)
        if ending is not None:
            yield from (word.removesuffix(ending) + other for other in endings)
            return


@lru_cache(maxsize=1 << 14)
def _usual(word: str) -> str:
    return _ROWS[word][0] if word in _ROWS else spellings(word)[0]


@lru_cache(maxsize=1 << 14)
def usual_spelling(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the folded words of a name as most papers would write them: without `al-`, each as it is listed first."""
    parts = [part for word in words for part in word.split("-")]
    return tuple(map(_usual, [parts[0], *(part for part in parts[1:] if part not in _ARTICLES)]))


def lookups(key: str) -> list[tuple[str, str]]:
    """Return the surnames, and the beginnings of keys that have them, under which variants of a name stand."""
    name = full_name(key)
    if name is None:
        return []
    return [(last, f"person-{first}") for last in spellings(name.last) for first in spellings(name.first)]


def is_variant(one: str, other: str) -> bool:
    """Return whether both keys could be one name."""
    first, second = full_name(one), full_name(other)
    if first is None or second is None or first.particles != second.particles:
        return False
    words = ((first.first, second.first), (first.last, second.last))
    return not any(set(spellings(word)).isdisjoint(spellings(like)) for word, like in words)


def are_two_names(one: str, other: str, forms: Iterable[str] = (), other_forms: Iterable[str] = ()) -> bool:
    """Return whether middle names or what follows the name make two of them: `John Paul`, `John Henry`; `Jr.`, `Sr.`

    `forms` are the names with initials under which articles have each.
    """
    names = _parsed(one), _parsed(other)
    if names[0].suffix and names[1].suffix and names[0].suffix != names[1].suffix:
        return True
    middles = [
        {name.middles, *map(middle_initials, written)} - {()}
        for name, written in zip(names, (forms, other_forms), strict=True)
    ]
    return all(middles) and not any(do_middles_agree(a, b) for a in middles[0] for b in middles[1])


def middle_initials(name: str) -> tuple[str, ...]:
    """`w` of `George W. Bush`, `hw` of `George H.W. Bush`; not the first name's own."""
    letters = _INITIALS.findall(name.partition(" ")[2])
    return ("".join(letters).lower(),) if letters else ()


def do_middles_agree(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """`hw` agrees with `herbert walker`, and `rodham` with `diane rodham`."""
    fewer, more = sorted((one, other), key=len)
    return set(fewer) <= set(more) or _initials_of(fewer) == _initials_of(more)


def _initials_of(middles: tuple[str, ...]) -> str:
    return "".join(word if len(word) <= _MOST_INITIALS else word[0] for word in middles)


def difference(one: str, other: str) -> Literal["article", "spelling", "middle", "numeral", "suffix"]:
    """Return the gravest difference of two variants: `al-` alone, how they are spelt, a middle name, `III`, `Jr.`"""
    names = _parsed(one), _parsed(other)
    if names[0].suffix != names[1].suffix:
        return "numeral" if {names[0].suffix, names[1].suffix} <= NUMERALS | {""} else "suffix"
    if names[0].middles != names[1].middles:
        return "middle"
    return "spelling" if (names[0].first, names[0].last) != (names[1].first, names[1].last) else "article"


def plainness(key: str) -> tuple[int, int, int, str]:
    """Return what sorts the plainest first: no suffix, few middle names, no article, the usual spelling."""
    name = _parsed(key)
    spelt = sum(_ROWS.get(word, (word,))[0] != word for word in (name.first, name.last))
    return bool(name.suffix) + len(name.middles), name.has_article, spelt, key


def _parsed(key: str) -> FullName:
    name = full_name(key)
    if name is None:
        raise ValueError(f"{key} is no full name")
    return name
