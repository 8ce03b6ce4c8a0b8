"""Whether a sentence speaks of what is to come, at an expression that may be either: `on Friday`, `in March`."""

from __future__ import annotations

import re

_AHEAD = re.compile(
    r"\b(?:will|shall|won['’]t|is to|are to|upcoming|coming|until|due|scheduled|slated|planned|plans? to|set (?:to|for)"
    r"|expect(?:s|ed)? (?:to|in|on|by)|would|begins?|starts?|opens?|closes|ends|meets|effective|hopes? to|wants? to"
    r"|intends? to|going to|ending|expires?|takes? effect)\b|\w['’]ll\b|\bto (?:be|have|meet|visit|vote|hold|take|make"
    r"|begin|start|open|leave|return|end|go|discuss|attend|appear|testify|speak|decide|announce|release|publish|report)\b",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"\b(?:said|was|were|had|did|told|met|been|has|have|began|took|came|went|made|fell|rose|won|lost|got|gave|left|held"
    r"|sent|shot|spoke|wrote|saw|found|became|brought|hit|since|after|according|\w{2,}ed)\b",
    re.IGNORECASE,
)
_LATER = re.compile(
    r"\b(?:will|shall|would|(?:is|are) (?:expected|scheduled|set|due|to be))\b|\w['’]ll\b", re.IGNORECASE
)
_ENDS = re.compile(r"[.!?][\"”’']*\s+(?=[A-Z\"“])|\n\s*\n")
_BEFORE, _AFTER = 110, 60
"""Characters that are looked at on either side."""
_NEAR = 45


def sentence_before(text: str, at: int) -> str:
    """Return what stands before, in the same sentence and not far off."""
    return _ENDS.split(text[max(0, at - _BEFORE) : at])[-1]


def is_ahead(text: str, start: int, end: int) -> bool:
    """Return whether the nearest cue of the sentence speaks of the future: those before the expression first."""
    before = sentence_before(text, start)
    ahead, behind = _last_cue(_AHEAD, before), _last_cue(_BEHIND, before)
    after = _ENDS.split(text[end : end + _AFTER])[0]
    later, past = _first_cue(_LATER, after), _first_cue(_BEHIND, after)
    if behind > ahead:
        return re.match(r"\s*(?:will|would|is expected|are expected)\b", after) is not None
    return ahead >= 0 or later < min(past, _NEAR)


def _last_cue(cue: re.Pattern[str], text: str) -> int:
    return max((found.start() for found in cue.finditer(text)), default=-1)


def _first_cue(cue: re.Pattern[str], text: str) -> int:
    found = cue.search(text)
    return found.start() if found is not None else _AFTER
