"""Entered text: which characters of what people type may not be kept and shown.

Two rules, each for every way in. Nothing that is typed may hold `CONTROLS`. What is kept and shown to others, a name or
a note, may hold nothing invisible either but what scripts need: a terminal obeys some of it, and some lets text read
otherwise than it is.
"""

from __future__ import annotations

import re
import unicodedata

CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Controls but tab and line end, and the halves of surrogates that stand for foreign bytes."""

_NEEDED = "\t\n\u200c\u200d\u200e\u200f\u061c"
"""Joiners of Arabic and Indic scripts, and the marks of direction, which turn nothing around but themselves."""
_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def unfit(text: str) -> str | None:
    """Return the first character that may not stand in what is kept and shown, as a number: U+202E."""
    found = next((c for c in text if (unicodedata.category(c) in _INVISIBLE and c not in _NEEDED) or _is_none(c)), None)
    return None if found is None else f"U+{ord(found):04X}"


def _is_none(character: str) -> bool:
    """Return whether this is one of the code points that never are a character."""
    return ord(character) & 0xFFFE == 0xFFFE or "\ufdd0" <= character <= "\ufdef"
