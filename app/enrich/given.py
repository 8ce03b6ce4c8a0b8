"""Given names of many countries: what tells `Narendra Modi` from a firm where a text says nothing else of him."""

from __future__ import annotations

from app.enrich import lexicon

_NAMES = lexicon.terms("given-names")


def is_given(word: str) -> bool:
    return word.lower() in _NAMES
