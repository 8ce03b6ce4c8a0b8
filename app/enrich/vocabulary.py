"""Ordinary words: what tells `Believe` in `Believe Ann Lund` from a given name."""

from __future__ import annotations

from app.enrich import lexicon

_WORDS = lexicon.terms("ordinary-words")


def is_ordinary_word(name: str) -> bool:
    """Return whether `name`, with a capital, is a word that hardly anybody is called by."""
    return name[:1].isupper() and name[1:].islower() and name.lower() in _WORDS
