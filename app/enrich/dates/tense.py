"""Whether a sentence speaks of what is to come, at an expression that may be either: `on Friday`, `in March`."""

from __future__ import annotations

import re
from typing import Literal

Outlook = Literal["ahead", "behind"]

_AHEAD = re.compile(
    r"\b(?:will|shall|won['’]t|is to|are to|upcoming|coming|until|due|scheduled|slated|planned|plans? to|set (?:to|for)"
    r"|expect(?:s|ed)? (?:to|in|on|by)|would|begins?|starts?|opens?|closes|ends|meets|effective|hopes? to|wants? to"
    r"|intends? to|going to|likely to|ahead of|planning|ending|expires?|takes? effect|(?:could|may|might|can) be)\b"
    r"|\w['’]ll\b|\bto (?:be|have|meet|visit|vote|hold|take|make|begin|start|open|leave|return|end|go|discuss|attend"
    r"|appear|testify|speak|decide|announce|release|publish|report)\b",
    re.IGNORECASE,
)
# In `will be closed` and `to have closed` nothing is over.
_BEHIND = re.compile(
    r"(?<!\bbe\s)(?<!\bto\s)(?<!\bwill\s)\b(?:said|was|were|had|did|told|met|been|has|have|began|took|came|went|made"
    r"|fell|rose|won|lost|got|gave|left|held|sent|shot|spoke|wrote|saw|found|became|brought|hit|since|after|according"
    r"|\w{2,}ed)\b",
    re.IGNORECASE,
)
_LATER = re.compile(
    r"\b(?:will|shall|would|(?:is|are) (?:expected|scheduled|set|due|to be))\b|\w['’]ll\b", re.IGNORECASE
)
_SURELY_AHEAD = re.compile(
    r"\b(?:will|shall|won['’]t|(?:is|are|due|scheduled|expected|slated|set|plans?|going) to|(?:is|are) (?:due|scheduled"
    r"|set|slated|planned)|(?:has|have) until|ahead of)\b|\w['’]ll\b",
    re.IGNORECASE,
)
_COMES = re.compile(r"\s*(?:will|would|is expected|are expected)\b")
_ENDS = re.compile(r"(?<![ .][A-Z])[.!?][\"”’']*\s+(?=[A-Z\"“]|$)|\n\s*\n")
_BEFORE, _AFTER = 110, 60
"""Characters that are looked at on either side."""
_NEAR = 45


def sentence_before(text: str, at: int, far: int = _BEFORE) -> str:
    """Return what stands before, in the same sentence and not far off."""
    return _ENDS.split(text[max(0, at - far) : at])[-1]


def outlook(text: str, start: int, end: int) -> Outlook | None:
    """Return which way the nearest cue of the sentence looks, those before the expression first; None without any."""
    before = sentence_before(text, start)
    ahead, behind = _last_cue(_AHEAD, before), _last_cue(_BEHIND, before)
    after = _ENDS.split(text[end : end + _AFTER])[0]
    if behind > ahead:
        return "ahead" if _COMES.match(after) else "behind"
    later, past = _first_cue(_LATER, after), _first_cue(_BEHIND, after)
    return "ahead" if ahead >= 0 or later < min(past, _NEAR) else None


def is_surely_ahead(text: str, start: int) -> bool:
    """Return whether what is to come is told as such: `will meet on Friday`, and not `refused to meet on Friday`."""
    before = sentence_before(text, start)
    return _last_cue(_SURELY_AHEAD, before) > _last_cue(_BEHIND, before)


def _last_cue(cue: re.Pattern[str], text: str) -> int:
    return max((found.start() for found in cue.finditer(text)), default=-1)


def _first_cue(cue: re.Pattern[str], text: str) -> int:
    found = cue.search(text)
    return found.start() if found is not None else _AFTER
