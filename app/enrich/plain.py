"""Names without what print adds to them: invisible characters, special hyphens and apostrophes, runs of white space."""

from __future__ import annotations

import re
from functools import lru_cache

INVISIBLE = "\\u00ad\\u061c\\u0640\\u180e\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2064\\u2066-\\u2069\\ufeff"
"""Inside of a character class: soft hyphens, joiners, direction marks, and tatweel, which draws a word out."""

_INVISIBLE = re.compile(f"[{INVISIBLE}]+")
_SPACES = re.compile(r"\s+")
_PLAIN = str.maketrans({"’": "'", "‐": "-", "‑": "-"})


@lru_cache(maxsize=1 << 14)
def plain(name: str) -> str:
    return _SPACES.sub(" ", _INVISIBLE.sub("", name)).translate(_PLAIN)
