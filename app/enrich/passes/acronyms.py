"""What an article says that letters stand for: `The Resistance Front (TRF)`."""

from __future__ import annotations

import re
from typing import NamedTuple

from app.enrich import events, gazetteer, grounds, organizations
from app.enrich.cleaning import trim
from app.enrich.context import Context, Span
from app.enrich.grounds import SpanType
from app.enrich.surnames import statesman

_STATED = re.compile(
    r"(?<=\S)(?: \( ?(?:(?:the|or) )?\"?([A-Z][A-Za-z&.-]{1,9})\"? ?\)"
    r"|,? (?:or|known as|abbreviated) (?:the )?([A-Z]{3,7})(?=[,.;]))"
)


def stated_acronyms(article: Context) -> None:
    """The words before the bracket whose initials agree are an organisation, and so are the letters."""
    for match in _STATED.finditer(article.text):
        letters = Stretch(*match.span(match.lastindex or 0))
        short = article.text[letters.start : letters.end]
        start = _long_form_start(article.text, match.start(), short)
        if start is None:
            if match.lastindex == 1:
                _loose_acronym(article, match.start(), letters, short)
            continue
        end = trim(article.text, start, match.start())[1]
        name = article.text[start:end]
        if name.rpartition(" ")[2][:1].islower():
            continue  # `The investor-state dispute settlement, or ISDS`
        if events.is_well_known(short) or events.is_well_known(name):
            continue
        if organizations.is_thing(name):
            _drop_thing(article, Stretch(start, letters.end), short)
        else:
            _put_stated(
                article, Stretch(start, end), letters, "place" if gazetteer.is_certain(name) else "organization"
            )


class Stretch(NamedTuple):
    """Offsets in the text."""

    start: int
    end: int


def _drop_thing(article: Context, stated: Stretch, short: str) -> None:
    """Neither what is stated nor its letters, here or elsewhere, are names: `Clean Power Plan (CPP)`."""
    here = article.overlapping(*stated)
    for span in [*here, *(span for span in article.spans if span.name == short)]:
        article.drop(span, grounds.ACRONYM)


def _put_stated(article: Context, long: Stretch, letters: Stretch, kind: SpanType) -> None:
    longer = next((other for other in article.overlapping(*long) if other.start < long.start), None)
    if longer is None:
        if organizations.is_headed_organization(article.text[long.start : long.end]):
            article.unblock(*long)  # `Immigration Reform Law Institute`, taken for a law
        article.put(Span(*long, kind, *grounds.ACRONYM))
    elif longer.end != long.end:
        return
    elif (before := article.text[longer.start : long.start].rstrip()) and _ends_with_person_of(article, before):
        person = Span(longer.start, longer.start + len(before), "person", *grounds.SURNAME)
        article.put(person, Span(*long, kind, *grounds.ACRONYM))
    elif before.endswith("'s"):
        article.put(Span(*long, kind, *grounds.ACRONYM))
    elif longer.type != kind:
        article.retype(longer, kind, grounds.ACRONYM)
    article.put(Span(*letters, kind, *grounds.ACRONYM))


def _ends_with_person_of(article: Context, before: str) -> bool:
    """`Obama Trade Promotion Authority (TPA)`: the name before what the letters stand for is another's."""
    return statesman(before) is not None or before in article.surnames()


def _loose_acronym(article: Context, end: int, letters: Stretch, short: str) -> None:
    """`Brazilian Steel Institute (IBS)`, `Hawar News Agency (ANHA)`: letters of another order or another language."""
    long = article.ending(end)
    if long is None or long.type != "organization" or organizations.is_thing(long.name):
        return
    if organizations.abbreviates(short, long.name) or organizations.may_stand_for(short, long.name):
        article.put(Span(*letters, "organization", *grounds.FOREIGN_ACRONYM))


def _long_form_start(text: str, end: int, short: str) -> int | None:
    """Return where the words before `end` begin that `short` abbreviates."""
    letters = organizations.letters_of(short)
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
