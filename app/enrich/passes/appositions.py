"""Common nouns that say what the name beside them is: `the weekly Stern`, `Faw peninsula`, `the tanker Bridgeton`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from app.enrich import gazetteer, given, grounds, organizations, titles
from app.enrich.context import Context, Span
from app.enrich.grounds import SpanType

_ORGANIZATION_BEFORE = re.compile(
    r"\b(?:weekly|daily|newspaper|magazine|journal|tabloid|agency|broadcaster|airline|carrier|brewer|retailer|carmaker"
    r"|automaker|firm|company|group|consortium|subsidiary|unit|maker|chain|conglomerate|lender|insurer|miner) $"
)
# What also stands before other names, but says enough where the recogniser agrees.
_CONFIRMS_BEFORE = re.compile(r"\b(?:party|bank|broker|publisher|charity|union|think tank|startup|website|network) $")
_PLACE_BEFORE = re.compile(
    r"\b(?:village|town|city|port|province|region|island|suburb|district|hamlet|resort|county|outskirts) of $"
)
_PLACE_AFTER = re.compile(
    r" (?:peninsula|province|region|river|islands?|district|prefecture|valley|mountains|desert|county|oilfield|resort"
    r"|(?:man|woman|couple|teenager|resident|native)(?! of))\b"
)
_CRAFT_BEFORE = re.compile(
    r"\b(?:tanker|supertanker|frigate|destroyer|ferry|freighter|warship|vessel|submarine|yacht|trawler|spacecraft"
    r"|(?:cruise|container|cargo|supply|merchant|rescue|research|fishing) (?:ship|boat|vessel)|(?:cruise|ocean) liner"
    r"|(?:aircraft|bulk) carrier|battleship|cruiser|icebreaker|minesweeper|gunboat|schooner"
    r"|rocket|missile|racehorse|colt|filly|gelding)(?: named| called)? \"?$"
)
# Ships by the letters before their names.
_NAVAL = re.compile(
    r"\b(?:USS|USNS|HMS|INS|HMAS|HMCS|RMS|MV|M/V) ((?:(?:[A-Z]\.|[A-Z][A-Za-z]*[a-z]) ){0,3}[A-Z][A-Za-z]*[a-z])\b"
)
_BAND_AFTER = re.compile(r" (?:gang|cartel|militia|clan|crime family|crime syndicate)\b")
_CRAFT_AFTER = re.compile(
    r" (?:rockets?|missiles?|satellites?|spacecraft|launcher|tanker|frigate|torpedo|helicopters?|airliner"
    r"|(?:anti-?missile|(?:air|missile)[- ]defen[cs]e) (?:system|shield)|batter(?:y|ies)|interceptors?|drones?)\b"
)
_OFFICE_BEFORE = re.compile(r"\b(?:[Ss]ecretary|[Mm]inister) (?:of|for) (?:the )?$")
_OFFICER = re.compile(r" (?:Under ?)?(?:[Ss]ecretary|[Mm]inister|[Cc]ommissioner|[Cc]hancellor|[Uu]ndersecretary)\b")
# What a company has, and hardly a man.
_COMPANY_AFTER = re.compile(
    r"(?:'s)? (?:shares|stock|common|shareholders|stockholders|directors|board|subsidiary|spokesman|spokeswoman"
    r"|executives|employees|plants?|Industries|Group|Holdings)\b"
)
_NEAR = 30


def appositions(article: Context) -> None:
    kinds: dict[str, SpanType] = {}
    surnames = article.surnames()
    named: defaultdict[str, list[Span]] = defaultdict(list)
    for span in article.spans:
        named[span.name].append(span)
    for ship in _NAVAL.finditer(article.text):
        _sink(article, named.pop(ship[1], ()))
    for span in article.guesses():
        before = article.text[max(0, span.start - _NEAR) : span.start]
        if _is_ministers(article, span, before):
            article.drop(span, grounds.APPOSITION)
        elif _is_craft(article, span, before):
            _sink(article, named.pop(span.name, ()))
        elif (beside := _kind_beside(article, span, before, surnames)) is not None:
            kinds[span.name] = beside
    for span in article.guesses() if kinds else ():
        if (kind := kinds.get(span.name)) is not None:
            article.retype(span, kind, grounds.APPOSITION)


def confirmed(article: Context) -> None:
    """Tell of the guesses that nobody corrected those with which the text agrees: other articles may need to know."""
    for span in article.guesses("organization"):
        before = article.text[max(0, span.start - _NEAR) : span.start]
        if organizations.is_headed_organization(span.name) or organizations.is_public_body(span.name):
            article.retype(span, "organization", grounds.HEADED)
        elif _ORGANIZATION_BEFORE.search(before) or _CONFIRMS_BEFORE.search(before):
            article.retype(span, "organization", grounds.CONFIRMED)
    for span in article.guesses("person"):
        title = article.word_before(span.start)
        if title and titles.proves_person(title[1]):
            article.retype(span, "person", grounds.TITLE)


def _kind_beside(article: Context, span: Span, before: str, surnames: frozenset[str]) -> SpanType | None:
    if span.type != "organization" and article.after(span, _BAND_AFTER) and gazetteer.find(span.name) is None:
        return "organization"
    if span.name not in surnames and _is_site(article, span, before):
        return "place"
    if span.type in ("person", "place") and _is_firm(article, span, before) and _may_be_firm(span.name, surnames):
        return "organization"
    return None


def _is_ministers(article: Context, span: Span, before: str) -> bool:
    """`Transportation Secretary Elizabeth Dole`: what she is secretary of is no organisation."""
    return titles.is_portfolio(span.name) and bool(article.after(span, _OFFICER) or _OFFICE_BEFORE.search(before))


def _is_site(article: Context, span: Span, before: str) -> bool:
    if span.name.isupper() or span.name.count(" ") > 1 or (span.type == "organization" and " " in span.name):
        return False
    return bool(article.after(span, _PLACE_AFTER) or _PLACE_BEFORE.search(before))


def _is_firm(article: Context, span: Span, before: str) -> bool:
    """`the firm Conrac`; `Conrac shares`, of one word, for `John Smith's board` may be his."""
    if _ORGANIZATION_BEFORE.search(before):
        return True
    return " " not in span.name and article.after(span, _COMPANY_AFTER) is not None


def _may_be_firm(name: str, surnames: frozenset[str]) -> bool:
    first = name.partition(" ")[0]
    return gazetteer.find(name) is None and name not in surnames and not given.is_given(first)


def _is_craft(article: Context, span: Span, before: str) -> bool:
    if span.type == "person" and span.name.count(" ") < 2 and article.after(span, _CRAFT_AFTER):
        return not given.may_be_given(span.name.partition(" ")[0])
    return (span.type != "organization" or span.name.count(" ") == 1) and _CRAFT_BEFORE.search(before) is not None


def _sink(article: Context, named: Iterable[Span]) -> None:
    """A ship or a rocket is no entity, nor where its name stands alone."""
    for span in named:
        if (span.rule == "model" and span.type != "place") or article.before(span.start, _CRAFT_BEFORE, _NEAR):
            article.drop(span, grounds.APPOSITION)
