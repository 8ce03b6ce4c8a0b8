"""Given names of many countries: what tells `Narendra Modi` from a firm where a text says nothing else of him.

And their short forms: which names may be of one person, as `Jim Wright` and `James Wright`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from app.enrich import lexicon, vocabulary
from app.ids import is_person, name_of

_NAMES = lexicon.terms("given-names")
_MORE = lexicon.terms("first-names")
_OF_WOMEN, _OF_MEN = lexicon.terms("womens-names"), lexicon.terms("mens-names")
_WHOLE: defaultdict[str, set[str]] = defaultdict(set)
_SHORT: dict[str, tuple[str, ...]] = {}
for _name, _shorts in lexicon.list_rows("diminutives"):
    _SHORT[_name] = _shorts
    for _short in _shorts:
        _WHOLE[_short].add(_name)


def is_given(word: str) -> bool:
    return word.lower() in _NAMES


def is_given_or_short(word: str) -> bool:
    """Return whether it is a given name, or one for short, which may also be a word: `Will`."""
    return is_given(word) or word.lower() in _SHORT or word.lower() in _WHOLE


def may_be_given(word: str) -> bool:
    """Return whether it is a given name where it stands for one: many of these are words, towns or surnames as well."""
    return is_given_or_short(word) or word.lower() in _MORE


def is_given_or_word(word: str) -> bool:
    """Return whether it is rather a given name or a word than a surname, where it stands alone: `mark`, `glass`."""
    return may_be_given(word) or vocabulary.is_ordinary_word(word.title())


def may_be_of(word: str, *, woman: bool) -> bool:
    """Return whether a woman, or else a man, may have the given name: one that no list has may be anybody's."""
    return word.lower() not in (_OF_MEN if woman else _OF_WOMEN)


def wholes(word: str) -> frozenset[str]:
    """Return the whole names that it may be short for, itself included where it is one that has short forms."""
    return frozenset(_WHOLE.get(word, ())) | ({word} if word in _SHORT else frozenset())


def variants(key: str) -> Iterator[tuple[str, str]]:
    """Yield pairs of keys, the short name and the whole, that may be of one person, this key being either."""
    given, _, rest = name_of(key).partition("-")
    if rest and is_person(key):
        yield from ((key, f"person-{whole}-{rest}") for whole in _WHOLE.get(given, ()))
        yield from ((f"person-{short}-{rest}", key) for short in _SHORT.get(given, ()))
