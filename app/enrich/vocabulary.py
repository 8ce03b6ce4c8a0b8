"""Ordinary words: what tells `Believe` in `Believe Ann Lund` from a given name."""

from __future__ import annotations

from functools import cache

from app.enrich import lexicon


def is_ordinary_word(name: str) -> bool:
    """Return whether `name`, with a capital, is a word that hardly anybody is called by."""
    return name[:1].isupper() and name[1:].islower() and name.lower() in _listed_words()


@cache
def _listed_words() -> frozenset[str]:
    # When the first name is asked about: most servers are asked about none, and would hold it for nothing.
    return lexicon.terms("ordinary-words")
