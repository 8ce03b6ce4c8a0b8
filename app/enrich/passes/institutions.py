"""Institutions of a state, with whose they are before them: `GOP Senate`, `Obama Justice Department` are two names."""

from __future__ import annotations

import re

from app.enrich import gazetteer, given, grounds, offices, organizations, titles
from app.enrich.cleaning import is_ordinary
from app.enrich.context import Context, Span
from app.enrich.surnames import statesman

_CHAMBERS = ("White House", "House", "Senate", "Congress", "Legislature", "Assembly", "Cabinet", "Supreme Court")
# A `Freedom House` is none of a person.
_NOT_HOUSES = frozenset(_CHAMBERS) - {"House", "Assembly", "Legislature"}
_PARTIES = sorted(organizations.PARTY_WORDS, key=len, reverse=True)
# Begins with the parties, so that the search skips most letters; what may not stand before it is asked after.
_PARTY_AND_CHAMBER = re.compile(
    rf"({'|'.join(map(re.escape, _PARTIES))})(?:[- ](?:controlled|led|run|held|dominated|majority))?"
    rf" ({'|'.join(_CHAMBERS)})\b"
)
_PART_OF_WORD = re.compile(r"[\w.-]")
_GOES_ON = re.compile(r"[ -][A-Z]")
# `House Republicans`, and no `White House Democrats`
_CHAMBER_AND_PARTY = re.compile(r"(?<!White )\b(House|Senate) (?:Republicans?|Democrats?|Democratic|GOP)\b")
# What one man is said to have: `Nixon White House`. A court or a congress that has another name before it may be any.
_HIS = frozenset(("White House", "Cabinet"))
_POSSESSIVE = re.compile(r"'s?$")


def parties_and_chambers(article: Context) -> None:
    """`GOP Senate`: the party and the chamber. `Republican House`, `Democratic House Intelligence Committee`: the
    chamber or committee alone, for an adjective is no name."""
    for match in _PARTY_AND_CHAMBER.finditer(article.text):
        if _PART_OF_WORD.match(article.text, match.start() - 1) and match.start():
            continue
        party, chamber = (Span(*match.span(group), "organization", *grounds.CHAMBER) for group in (1, 2))
        parties = [] if organizations.is_party_adjective(match[1]) else [party]
        longer = next((span for span in article.overlapping(*match.span()) if span.end > match.end()), None)
        if longer is not None:
            if longer.start == match.start():
                article.put(*parties, Span(chamber.start, longer.end, "organization", *grounds.CHAMBER))
        elif article.overlapping(*match.span()) or not _GOES_ON.match(article.text, match.end()):
            for span in (*parties, chamber):
                article.put(span)
    for chamber_of in _CHAMBER_AND_PARTY.finditer(article.text):
        article.add(Span(*chamber_of.span(1), "organization", *grounds.CHAMBER))


def institutions_of_people(article: Context) -> None:
    """`Obama Justice Department`, `George W. Bush White House`: the person and the institution."""
    for span in article.guesses("organization", "person"):
        words = span.name.split(" ")
        for count in range(1, len(words)):
            if _is_institution(" ".join(words[count:])):
                _part(article, span, " ".join(words[:count]))
                break


def _part(article: Context, span: Span, before: str) -> None:
    institution = Span(span.start + len(before) + 1, span.end, "organization", *grounds.CHAMBER)
    whose = _POSSESSIVE.sub("", before)
    if _is_somebody(article, whose, institution):
        person = Span(span.start, span.start + len(whose), "person", *grounds.SURNAME)
        article.put(person, institution)
    elif before != whose or ((titles.is_qualifier(before) or is_ordinary(before)) and not gazetteer.find(before)):
        article.put(institution)


def _is_institution(name: str) -> bool:
    is_department = name == "State Department" or (name.endswith("Department") and offices.is_office(name))
    return name in _NOT_HOUSES or is_department


def _is_somebody(article: Context, name: str, institution: Span) -> bool:
    """Return whether it is somebody's name: one that all know or the article has, or a word that is nothing else before
    what presidents have."""
    words = name.split(" ")
    if gazetteer.find(name) or gazetteer.demonym(name) or organizations.canonical(name):
        return False
    if statesman(name) or name in article.surnames() or (len(words) > 1 and given.is_given(words[0])):
        return True
    has = article.text[institution.start : institution.end]
    is_word = len(words) == 1 and name.isalpha() and name.istitle()
    return is_word and (has in _HIS or has.endswith("Department")) and not _is_common(name)


def _is_common(word: str) -> bool:
    known = titles.is_qualifier(word) or titles.is_title(word) or is_ordinary(word)
    return known or organizations.is_generic(word) or organizations.is_shared_first(word) or titles.is_portfolio(word)
