"""Surnames of several words, `de la Cruz`, `van den Berg`: the recogniser cuts them or takes them for organisations."""

from __future__ import annotations

import re

from app.enrich import gazetteer, given
from app.enrich.cleaning import Span
from app.enrich.spans import Spans

PARTICLE = (
    r"(?:[Dd]e|[Dd]es?|[Dd]el|[Dd]ella|[Dd]ello|[Dd]i|[Dd]a|[Dd]as|[Dd]os?|[Dd]u|[Ll]a|[Ll]as|[Ll]e|[Ll]os|[Vv]an|[Vv]on"
    r"|[Dd]en|[Dd]er|[Tt]en|[Tt]er|[Zz]u|[Zz]um|[Zz]ur|[Aa]f|[Aa]v|[Bb]in|[Bb]int|[Ii]bn)"
)
_SURNAME = re.compile(rf"(?<![\w'-])(?:{PARTICLE} ){{1,3}}[^\W\d_a-z][\w-]*(?:'[A-Z][\w-]*)?")
_LAST = re.compile(rf"(?:(?:^|(?<= )){PARTICLE} ){{0,3}}\S+$")
_BEFORE = re.compile(r"(?<![\w.])([A-Z][\w'-]+|(?:[A-Z]\.)+)(?: [A-Z]\.)* $")
_SPEAKS = re.compile(r" (?:said|says|told|added|noted|recalled|insisted|testified)\b")
_LONGEST_GIVEN = 40


def weigh(text: str, spans: Spans) -> None:
    """Make whole the full names with such a surname, and people of those who are called by it alone."""
    bearers: set[str] = set()
    others: list[re.Match[str]] = []
    for match in _SURNAME.finditer(text):
        if (start := _full_name_start(text, match, spans)) is not None:
            bearers.add(_capitalised(match[0]))
            _put(spans, Span(start, match.end(), "person", "completed", 0.85))
        else:
            others.append(match)
    for match in others:
        if _capitalised(match[0]) in bearers or _speaks(text, match, spans):
            _put(spans, Span(match.start(), match.end(), "person", "surname", 0.85))


def surname(name: str) -> str:
    """The last word of a person's name with the particles before it: `de la Cruz` of `Maria Ana de la Cruz`."""
    match = _LAST.search(name)
    return match[0] if match else ""


def _full_name_start(text: str, surname: re.Match[str], spans: Spans) -> int | None:
    """Return where the given name before it begins, if one is there: of a person, as the recogniser says or as all
    know."""
    before = _BEFORE.search(text, max(0, surname.start() - _LONGEST_GIVEN), surname.start())
    if before is None:
        return None
    found = spans.overlapping(before.start(), before.end())
    if found and (found[0].type != "person" or found[0].end > surname.end()):
        return None
    if not found and not given.is_given(before[1]):
        return None
    start = min([before.start(), *(span.start for span in found)])
    return start if gazetteer.find(text[start : surname.end()]) is None else None


def _speaks(text: str, surname: re.Match[str], spans: Spans) -> bool:
    """`de Villepin said`, `De la Rosa said`: what has such a name and speaks, and was found to be a name, is a person.
    `De Beers` and `La Scala` speak as well."""
    if surname[0][0].isupper() and surname[0].count(" ") < 2:
        return False
    found = spans.overlapping(surname.start(), surname.end())
    weak = bool(found) and all(span.rule == "model" for span in found)
    return weak and _SPEAKS.match(text, surname.end()) is not None and gazetteer.find(surname[0]) is None


def _put(spans: Spans, span: Span) -> None:
    others = spans.overlapping(span.start, span.end)
    if spans.encloses(span.start, span.end) and all(other.rule in ("model", "completed") for other in others):
        spans.replace(span)


def _capitalised(surname: str) -> str:
    """The same at the head of a sentence as within."""
    return surname[0].upper() + surname[1:]
