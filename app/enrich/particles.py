"""Surnames of several words, `de la Cruz`, `van den Berg`: the recogniser cuts them or takes them for organisations."""

from __future__ import annotations

import re

PARTICLE = (
    r"(?:[Dd]e|[Dd]es?|[Dd]el|[Dd]ella|[Dd]ello|[Dd]i|[Dd]a|[Dd]as|[Dd]os?|[Dd]u|[Ll]a|[Ll]as|[Ll]e|[Ll]os|[Vv]an|[Vv]on"
    r"|[Dd]en|[Dd]er|[Tt]en|[Tt]er|[Zz]u|[Zz]um|[Zz]ur|[Aa]f|[Aa]v|[Bb]in|[Bb]int|[Ii]bn)"
)
_LAST = re.compile(rf"(?:(?:^|(?<= )){PARTICLE} ){{0,3}}\S+$")


def surname(name: str) -> str:
    """The last word of a person's name with the particles before it: `de la Cruz` of `Maria Ana de la Cruz`."""
    match = _LAST.search(name)
    return match[0] if match else ""
