"""People whom news calls by surname alone, everywhere and always: who is meant where an article has no fuller name.

Only of surnames that nobody else of their fame has: no Bush, Clinton, Kennedy, Carter or Blair. The list's
other names are ways to write the surname, or the whole name.
"""

from __future__ import annotations

from app.enrich import lexicon
from app.text import fold

_FULL = {
    fold(name): full for full, others in lexicon.list_rows("statesmen") for name in (full.rsplit(" ", 1)[-1], *others)
}


def full_name(name: str) -> str | None:
    """`Ronald Reagan` of `Reagan`, `Muammar Gaddafi` of `Muammar Qaddafi`; None for anybody else."""
    return _FULL.get(fold(name))
