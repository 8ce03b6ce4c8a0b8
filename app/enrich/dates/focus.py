"""Finds what a text speaks of where it says *the quarter* or *a year earlier*: the month or quarter named before."""

from __future__ import annotations

import re

from app.enrich.dates.tense import sentence_before
from app.enrich.dates.words import MONTH, ORDINAL, ORDINALS, number_of_month

NAMED_BEFORE = {
    "year": re.compile(r"\b((?:19|20|1[678])\d\d|(?:last|this)\s+year)\b(?!\s*(?:pct|mln|dlrs))", re.IGNORECASE),
    "quarter": re.compile(r"\b(first|second|third|fourth|1st|2nd|3rd|4th)(?:-|\s+)(?:quarter|qtr)\b", re.IGNORECASE),
    "month": re.compile(
        r"\b(January|February|March|April|May|June|July|August|September|October|November|December)\b(?!\s+\d)"
    ),
}
_OPENING = 5_000
"""Characters at the head of a text in which it says what quarter it is about."""
FOCUS = 500
"""Characters from a quarter that is named to what is told of the same one a year earlier."""
_COMPARED = re.compile(r"\s*(?:This|That|It|The figures?|These)\s+(?:figures?\s+)?compare", re.IGNORECASE)
_SET_BESIDE = re.compile(r"\b(?:from|against|than|versus|vs|with)\s+(?:[^.;,]|\.(?=\d))*$", re.IGNORECASE)
_NAMED_QUARTER = re.compile(rf"\b{ORDINAL}(?:-|\s+)(?:fiscal[ -])?(?:quarter|qtr)", re.IGNORECASE)
_MONTH_BEFORE = re.compile(rf"\b{MONTH}(?![\w'’]|\s+\d)")
_BESIDE = 48
"""Characters before a quarter in which stands what sets another beside it."""


def month_in_focus(text: str, at: int) -> int | None:
    """Return the month that the sentence names first; one that sets what the last one told beside a year before
    (`This compared with ...`) speaks of the same month."""
    sentence = sentence_before(text, at, FOCUS)
    if _COMPARED.match(sentence):
        at = len(text[: at - len(sentence)].rstrip()) - 1
        sentence = sentence_before(text, at, FOCUS)
    named = list(_MONTH_BEFORE.finditer(text, at - len(sentence), at))
    return number_of_month(named[0]["month"]) if named else None


def quarter_in_focus(text: str, at: int) -> int | None:
    """Return the quarter named last before, or where there is none, first. One that another is set beside (`from 3 mln
    in the third quarter`) is not what the text speaks of."""
    before = list(_NAMED_QUARTER.finditer(text, max(0, at - FOCUS), at))
    spoken_of = [each for each in before if not _SET_BESIDE.search(text, max(0, each.start() - _BESIDE), each.start())]
    found = (spoken_of or before)[-1] if before else _NAMED_QUARTER.search(text, 0, _OPENING)
    return ORDINALS[found["ordinal"].lower()] if found is not None else None
