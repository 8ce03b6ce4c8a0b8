"""What an article says that letters stand for: `The Resistance Front (TRF)`."""

from __future__ import annotations

import re

from app.enrich import gazetteer, grounds, organizations
from app.enrich.cleaning import trim
from app.enrich.context import Context, Span
from app.enrich.grounds import SpanType

_STATED = re.compile(r"(?<=\S) \( ?([A-Z][A-Za-z&.-]{1,9}) ?\)")


def stated_acronyms(article: Context) -> None:
    """The words before the bracket whose initials agree are an organisation, and so are the letters."""
    for match in _STATED.finditer(article.text):
        start = _long_form_start(article.text, match.start(), match[1])
        if start is None:
            _foreign_acronym(article, match)
            continue
        end = trim(article.text, start, match.start())[1]
        name = article.text[start:end]
        if organizations.is_thing(name):
            for other in article.overlapping(start, match.end(1)):
                article.drop(other, grounds.ACRONYM)
        else:
            _put_stated(article, start, end, match, "place" if gazetteer.is_certain(name) else "organization")


def _put_stated(article: Context, start: int, end: int, letters: re.Match[str], kind: SpanType) -> None:
    longer = next((other for other in article.overlapping(start, end) if other.start < start), None)
    if longer is None:
        article.put(Span(start, end, kind, *grounds.ACRONYM))
    elif longer.end != end:
        return
    elif longer.type != kind:
        article.retype(longer, kind, grounds.ACRONYM)
    article.put(Span(*letters.span(1), kind, *grounds.ACRONYM))


def _foreign_acronym(article: Context, match: re.Match[str]) -> None:
    """`Brazilian Steel Institute (IBS)`: the letters of the name in another language's order."""
    long = article.ending(match.start())
    if long and long.type == "organization" and organizations.abbreviates(match[1], long.name):
        article.put(Span(*match.span(1), "organization", *grounds.FOREIGN_ACRONYM))


def _long_form_start(text: str, end: int, short: str) -> int | None:
    """Return where the words before `end` begin that `short` abbreviates."""
    letters = short.replace(".", "").replace("-", "").upper()
    start = end
    found = None
    for _ in range(len(letters) + 4):
        start = text.rfind(" ", max(0, start - 30), max(0, start - 1)) + 1 or (0 if start < 30 else -1)
        if start < 0 or "\n" in text[start:end] or text[start - 2 : start - 1] in (".", ";", "\n"):
            begins_text = start >= 0 and text[start : start + 1].isupper() and "\n" not in text[start:end]
            if begins_text and letters in organizations.initials(text[start:end]):
                found = start
            break
        if text[start].isupper() and letters in organizations.initials(text[start:end]):
            found = start
            break
    return found
