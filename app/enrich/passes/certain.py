"""Names that mean one thing wherever they stand: well known organisations, places of several words, treaties."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.enrich import events, gazetteer, grounds, organizations
from app.enrich.cleaning import trim
from app.enrich.context import Context, Span

_FIRST_WORD = re.compile(r"[^\s,;:()\"]+")
_NAME_GOES_ON_WITH = re.compile(r"'s?[ ]|,? (?:[A-Z0-9&]|of |and |for |e-)|[-.&']")
_NAME_GOES_ON = re.compile(r" [A-Z][a-z]")
_HOUSE = re.compile(r"\b[Tt]he (House)\b(?! (?:of )?[A-Z])")
_LEGISLATURE = re.compile(r"\b(?:Senate|Congress|Rep\.|Representatives)(?=\W)")
_MOST_WORDS = 7
_JOINING = "of and the for on in to at de la le del della do da di des du et al el y e upon with without von van"
_MIDST = frozenset((*_JOINING.split(), "building"))
# In characters. A word of more is none: in a text without spaces it would go on to the end, from each capital again.
_LONGEST_WORD = 100


def listed_names(article: Context) -> None:
    """Well known organisations, and places of several words that the recogniser cuts: `Jammu and Kashmir`."""
    text = article.text
    for start in article.starts:
        first = first_word(text, start)
        if not (
            organizations.begins_well_known(first) or gazetteer.begins_long_name(first) or events.begins_event(first)
        ):
            continue
        if not _NAME_GOES_ON_WITH.match(text, start + len(first)) and not _is_listed(first):
            continue
        for end in run_ends(text, start):
            span = _listed_name(text, start, end)
            if span is not None and article.encloses(span.start, span.end):
                article.put(span)
                break


def _listed_name(text: str, start: int, end: int) -> Span | None:
    name = text[start:end]
    if organizations.canonical(name) is not None:
        return Span(start, organizations.legal_end(text, end), "organization", *grounds.WELL_KNOWN)
    if " " in name and gazetteer.is_certain(name):
        return Span(start, end, "place", *grounds.LISTED_PLACE)
    if events.is_well_known(name) and not _NAME_GOES_ON.match(text, end):
        return Span(start, end, "event", *grounds.WELL_KNOWN_EVENT)
    return None


def _is_listed(word: str) -> bool:
    return organizations.canonical(word) is not None or events.is_well_known(word)


def word_at(text: str, start: int) -> str:
    """Return what stands there up to a space or a mark; empty where a mark does."""
    match = _FIRST_WORD.match(text, start, start + _LONGEST_WORD)
    return match[0] if match else ""


def first_word(text: str, start: int) -> str:
    """Return the first word without what may cling to it; `U.S.` keeps its stops."""
    word = word_at(text, start).removesuffix("'s").rstrip("'!?")
    return word.rstrip(".") if word.count(".") == 1 else word


def run_ends(text: str, start: int) -> Iterator[int]:
    """Yield the ends of the runs of one to seven words from `start`, the longest first; none goes on behind a word in
    small letters that no name has in its midst."""
    line = text[start : start + 80].split("\n", 1)[0]
    ends = []
    position = start
    for word in line.split(" ", _MOST_WORDS)[:_MOST_WORDS]:
        if word.islower() and word.isalpha() and word not in _MIDST:
            break
        end = position + len(word)
        ends.append(end)
        if word[-1:] in ",;:)?!":
            break
        position = end + 1
    return (trim(text, start, end)[1] for end in reversed(ends))


def named_events(article: Context) -> None:
    """`Berne Agreement`, `Davis Cup`: what the recogniser has of it, often the place alone, is a part of its name."""
    for start, end in events.headed_names(article.text):
        others = article.overlapping(start, end)
        if article.encloses(start, end) and any(other.rule == "model" for other in others):
            article.put(Span(start, end, "event", *grounds.NAMED_EVENT))


def chambers(article: Context) -> None:
    """`The House voted`, in an article that has a Senate or a Congress."""
    if _LEGISLATURE.search(article.text):
        for match in _HOUSE.finditer(article.text):
            article.add(Span(*match.span(1), "organization", *grounds.CHAMBER))
