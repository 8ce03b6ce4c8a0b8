"""Surnames: the particles before them, and those by which news calls one person everywhere and always.

The list of statesmen has only surnames that nobody else of their fame has: no Bush, Clinton, Kennedy, Carter or Blair.
Its other names are ways to write the surname, or the whole name.
"""

from __future__ import annotations

import re

from app.enrich import lexicon
from app.text import fold

PARTICLE = (
    r"(?:[Dd]e|[Dd]es?|[Dd]el|[Dd]ella|[Dd]ello|[Dd]i|[Dd]a|[Dd]as|[Dd]os?|[Dd]u|[Ll]a|[Ll]as|[Ll]e|[Ll]os|[Vv]an|[Vv]on"
    r"|[Dd]en|[Dd]er|[Tt]en|[Tt]er|[Zz]u|[Zz]um|[Zz]ur|[Aa]f|[Aa]v|[Bb]in|[Bb]int|[Ii]bn)"
)
SUFFIXES = frozenset(("jr", "sr", "ii", "iii", "iv"))
"""What may follow a surname, folded and without a stop."""
NUMERALS = frozenset(("ii", "iii", "iv"))
"""Those that tell nobody from his father where only one of them is in the news, as `Jr.` does."""
_LAST = re.compile(rf"(?:(?:^|(?<= )){PARTICLE} ){{0,3}}\S+$")
_STATESMEN = {
    fold(name): full for full, others in lexicon.list_rows("statesmen") for name in (full.rsplit(" ", 1)[-1], *others)
}
_BY_INITIALS = {initials: full for full, others in lexicon.list_rows("statesmen-by-initials") for initials in others}
_STATESMEN |= {fold(initials): full for initials, full in _BY_INITIALS.items()}


def last_name(name: str) -> str:
    """Return the last word of a person's name with the particles before it: `de la Cruz` of `Maria Ana de la Cruz`."""
    match = _LAST.search(name)
    return match[0] if match else ""


def without_suffix(name: str) -> str:
    """Return `John Downer` of `John Downer Jr.`"""
    rest, _, last = name.rpartition(" ")
    return rest.rstrip(",") if last.rstrip(".").lower() in SUFFIXES else name


def statesman(name: str) -> str | None:
    """Return who is meant where an article has no fuller name: `Ronald Reagan` by `Reagan`; None for anybody else."""
    return _STATESMEN.get(fold(name))


def is_by_initials(name: str) -> bool:
    """Return whether news calls somebody so: `FDR`."""
    return name in _BY_INITIALS
