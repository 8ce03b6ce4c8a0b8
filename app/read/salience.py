"""How much the names of an article matter to it: whom it is about comes before whom it mentions."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache

from app.ids import is_unresolved
from app.store.articles import NamedEntity
from app.text import fold

_WORD = re.compile(r"\w+")
_IN_HEADLINE, _IN_LEAD = 3, 1
"""As many mentions more a name is worth that stands there."""
_LEAD = 300
"""Characters of a body that are its lead."""


def by_salience(named: Sequence[NamedEntity], headline: str, articles: int) -> list[NamedEntity]:
    """Return the names with those first that matter most: often named, in the headline or the lead, and rare among the
    so many articles of the archive. Surnames whose bearers are not told apart come last."""
    words = set(_WORD.findall(fold(headline)))

    def weight(entity: NamedEntity) -> float:
        in_headline = _last_word(entity.name) in words
        mentions = entity.mentions + _IN_HEADLINE * in_headline + _IN_LEAD * (entity.first < _LEAD)
        return mentions * math.log2(1 + max(articles, 1) / max(entity.article_count, 1))

    return sorted(named, key=lambda entity: (is_unresolved(entity.id), -weight(entity)))


@lru_cache(maxsize=10_000)
def _last_word(name: str) -> str | None:
    """Return the last word of a name, folded; None where it has no letter."""
    return next(iter(_WORD.findall(fold(name))[-1:]), None)
