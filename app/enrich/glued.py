"""Related articles that a site puts behind a name, glued to it: `Ann Lund Ann Marie LundSenate passes a bill MORE`.

The name comes again in full, a headline begins without a space, and `MORE` ends the last one. None of it belongs to
what the article says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_END = " MORE"
_BEGIN = re.compile(r"\b([A-Z][\w'’-]+)( (?:\(?[A-Z][\w.'’-]*\)? ){1,5})\1(?=[A-Z])")
# Characters; three headlines are no longer.
_LONGEST = 600


def glued_stretches(text: str) -> Iterator[tuple[int, int]]:
    """Yield where such stretches lie, behind the name."""
    if _END not in text:
        return
    for begin in _BEGIN.finditer(text):
        end = text.find(_END, begin.end(), begin.end() + _LONGEST)
        if end >= 0 and "\n" not in text[begin.start() : end]:
            yield begin.end(1), end + len(_END)
