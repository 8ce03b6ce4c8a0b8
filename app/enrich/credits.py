"""What clings to names on web pages: the words of buttons and players, and credits of pictures, `Ann Lund/AFP/Getty
Images`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.enrich import gazetteer, given, lexicon, organizations

_PHRASES = "|".join(sorted(lexicon.terms("page-phrases"), key=len, reverse=True))
_BUTTON = "|".join(sorted(lexicon.terms("share-buttons")))
_OF_PAGE = re.compile(
    rf"\b(?:(?i:{_PHRASES})|(?:{_BUTTON})(?:,? (?:{_BUTTON}))+)\b[ .:…]*|\bCLOSE (?=[A-Z])| \d{{1,2}}:\d\d\b"
)
# A guess may end in the midst of one: `Lund Replay`, before `More Videos`.
_LONGEST_PHRASE = 30
_FIRST_OF_PHRASES = frozenset(phrase.partition(" ")[0] for phrase in lexicon.terms("page-phrases"))
_SLASH = re.compile(r" ?/ ?(?=[A-Z])")
_SIGNED = re.compile(r"[A-Z][a-z]+(?: [A-Z][A-Za-z-]+){1,3}/[A-Z]{2,5}")
_PREFIX = re.compile(r"(?:pro|anti|non|ex|pre|post|neo)-(?=[A-Z])")


def parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the names in a guess of the recogniser, without what the page says about itself, each of a credit by
    itself: `JUST WATCHED Lund` is Lund."""
    for piece_start, piece_end in _outside(start, end, _phrases_of_page(text, start, end)):
        slashes = list(_SLASH.finditer(text, piece_start, piece_end))
        names = list(_outside(piece_start, piece_end, slashes))
        yield from names if slashes and _are_names(text, names) else [(piece_start, piece_end)]


def _phrases_of_page(text: str, start: int, end: int) -> list[re.Match[str]]:
    """Return those that begin in the guess; none is of one word."""
    last = max(start, text.rfind(" ", start, end) + 1)
    goes_on = text[last:end].lower() in _FIRST_OF_PHRASES
    if last == start and not goes_on:
        return []
    reach = end + _LONGEST_PHRASE if goes_on else end
    return [found for found in _OF_PAGE.finditer(text, start, reach) if found.start() < end]


def is_agency(text: str, first: int, start: int, end: int) -> bool:
    """Return whether it is who publishes the picture: one word behind a slash, not where the credit begins."""
    return start > first and "/" in text[start - 2 : start] and " " not in text[start:end]


def compound_start(text: str, start: int, end: int) -> int:
    """Return where the name in a compound begins: `Lund` in `pro-Lund`. Behind `non` anything may stand, so there it
    must be known: `non-U.S.`"""
    prefix = _PREFIX.match(text, start, end)
    if prefix is None:
        return start
    name = text[prefix.end() : end]
    is_known = gazetteer.is_certain(name) or organizations.has_one_meaning(name)
    return prefix.end() if is_known or prefix[0] != "non-" else start


def _outside(start: int, end: int, gaps: list[re.Match[str]]) -> Iterator[tuple[int, int]]:
    for gap in gaps:
        if start < gap.start():
            yield start, gap.start()
        start = gap.end()
    if start < end:
        yield start, end


def _are_names(text: str, places: list[tuple[int, int]]) -> bool:
    """`Reuters/Ipsos`, `Ann Lund/AP`, `Zabala Lund/EPA`; but `HIV/AIDS` is one thing."""
    names = [text[start:end].strip() for start, end in places]
    end = places[-1][1]
    is_whole = not text[end : end + 2].strip().isupper()
    is_signed = is_whole and _SIGNED.fullmatch(f"{names[0]}/{names[-1]}") is not None
    return all(len(name) > 1 for name in names) and (
        is_signed
        or any(
            organizations.has_one_meaning(name) or (" " in name and given.is_given_or_short(name.partition(" ")[0]))
            for name in names
        )
    )
