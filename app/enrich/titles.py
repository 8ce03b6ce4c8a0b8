"""Titles and offices before a name: they are not part of it, but say that a person follows."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache

from app.enrich import lexicon

# What ministers and secretaries are named for. The Treasury and the State Department are named so themselves.
_PORTFOLIOS = lexicon.terms("portfolios")

# Only ever said to a person: what follows is one, whatever the recogniser thinks.
_HONORIFIC_WORDS = lexicon.terms("honorifics")
_TITLE_WORDS = _HONORIFIC_WORDS | lexicon.terms("titles")
# Before a title: `former Prime Minister`, `Deputy Foreign Minister`.
_QUALIFIER_WORDS = lexicon.terms("title-qualifiers")

# Offices that also begin names of things: General Motors, King County, Prince Edward Island, Major League.
_ALSO_OTHERWISE = lexicon.terms("titles-otherwise")

_LONG_TITLES = sorted(word for word in _TITLE_WORDS if len(word) > 6)
# One letter lost or swapped in a word of eight.
_LIKENESS = 0.87

_WORD = re.compile(r"[^\s,]+")


def is_title(word: str) -> bool:
    return _bare_word(word) in _TITLE_WORDS


def is_post(word: str) -> bool:
    """A title that says what somebody is, and not only how to speak of them."""
    return _bare_word(word) in _TITLE_WORDS - _HONORIFIC_WORDS


def is_honorific(word: str) -> bool:
    return _bare_word(word) in _HONORIFIC_WORDS


def is_qualifier(word: str) -> bool:
    return _bare_word(word) in _QUALIFIER_WORDS


def proves_person(word: str) -> bool:
    """`President`, `Mr.`, `PM`: the capitalised name that follows is a person's."""
    return word[:1].isupper() and (plain := _bare_word(word)) in _TITLE_WORDS and plain not in _ALSO_OTHERWISE


@lru_cache(maxsize=10_000)
def is_misprinted(word: str) -> bool:
    """`minsiter`, `prersident`."""
    return (
        len(word) > 6
        and word not in _TITLE_WORDS
        and bool(get_close_matches(word, _LONG_TITLES, n=1, cutoff=_LIKENESS))
    )


def proves_person_in_small(word: str) -> bool:
    """`spokesman`, `president`; but a lead `manager` may be a bank."""
    return word.islower() and _bare_word(word) in _TITLE_WORDS - _ALSO_OTHERWISE


def is_portfolio(name: str) -> bool:
    """`Transportation`, `Trade and Industry`."""
    return all(word in _PORTFOLIOS or word == "and" for word in name.lower().replace(",", "").split(" "))


def is_only_titles(name: str) -> bool:
    words = [_bare_word(word) for word in _WORD.findall(name)]
    return all(word in _TITLE_WORDS or word in _QUALIFIER_WORDS for word in words) and any(
        word in _TITLE_WORDS for word in words
    )


def name_start(name: str) -> int:
    """Return where the name begins behind its titles: 10 for `President Vladimir Putin`, 0 where there are none."""
    start = 0
    words = list(_WORD.finditer(name))
    for number, match in enumerate(words[:-1]):
        word = _bare_word(match[0])
        if word in _TITLE_WORDS:
            start = words[number + 1].start()
        elif word not in _QUALIFIER_WORDS:
            break
    return start


def office_end(name: str) -> int:
    """Return where a name ends before an office that follows it: 3 for `MEA Spokesperson`."""
    words = list(_WORD.finditer(name))
    while len(words) > 1 and _bare_word(words[-1][0]) in _TITLE_WORDS - _ALSO_OTHERWISE:
        words.pop()
    return words[-1].end() if words else 0


def _bare_word(word: str) -> str:
    return word.rstrip(".,:").lower()
