"""Common nouns that say what the name beside them is: `the weekly Stern`, `Faw peninsula`, `the tanker Bridgeton`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from app.enrich import gazetteer, given, titles
from app.enrich.cleaning import Span, SpanType
from app.enrich.spans import Spans

_ORGANIZATION_BEFORE = re.compile(
    r"\b(?:weekly|daily|newspaper|magazine|journal|tabloid|agency|broadcaster|airline|carrier|brewer|retailer|carmaker"
    r"|automaker|firm|company|group|consortium|subsidiary|unit|maker|chain|conglomerate|lender|insurer|miner) $"
)
_PLACE_BEFORE = re.compile(
    r"\b(?:village|town|city|port|province|region|island|suburb|district|hamlet|resort|county|outskirts) of $"
)
_PLACE_AFTER = re.compile(
    r" (?:peninsula|province|region|river|islands?|district|prefecture|valley|mountains|desert|county|oilfield|resort"
    r"|(?:man|woman|couple|teenager|resident|native)(?! of))\b"
)
_CRAFT_BEFORE = re.compile(
    r"\b(?:tanker|supertanker|frigate|destroyer|ferry|freighter|warship|vessel|submarine|yacht|trawler|spacecraft"
    r"|rocket|missile|racehorse|colt|filly|gelding)(?: named| called)? \"?$"
)
# Ships by the letters before their names.
_NAVAL = re.compile(r"\b(?:USS|HMS|INS|HMAS|HMCS|RMS|MV) ([A-Z][a-z]+)\b")
_BAND_AFTER = re.compile(r" (?:gang|cartel|militia|clan|crime family|crime syndicate)\b")
_CRAFT_AFTER = re.compile(
    r" (?:rockets?|missiles?|satellites?|spacecraft|launcher|tanker|frigate|torpedo|helicopters?|airliner)\b"
)
_OFFICE_BEFORE = re.compile(r"\b(?:[Ss]ecretary|[Mm]inister) (?:of|for) (?:the )?$")
_OFFICER = re.compile(r" (?:Under ?)?(?:[Ss]ecretary|[Mm]inister|[Cc]ommissioner|[Cc]hancellor|[Uu]ndersecretary)\b")
# What a company has, and hardly a man.
_COMPANY_AFTER = re.compile(
    r"(?:'s)? (?:shares|stock|common|shareholders|stockholders|directors|board|subsidiary|spokesman|spokeswoman"
    r"|executives|employees|plants?|Industries|Group|Holdings)\b"
)
_NEAR = 30


def weigh(text: str, spans: Spans) -> None:
    kinds: dict[str, SpanType] = {}
    surnames = spans.last_words(text)
    named: defaultdict[str, list[Span]] = defaultdict(list)
    for span in spans.all:
        named[text[span.start : span.end]].append(span)
    for ship in _NAVAL.finditer(text):
        _sink(text, spans, named.pop(ship[1], ()))
    for span in list(spans.all):
        if span.rule != "model":
            continue
        name = text[span.start : span.end]
        before = text[max(0, span.start - _NEAR) : span.start]
        if _is_portfolio(text, span, name, before):
            spans.drop(span)
        elif _is_craft(text, span, name, before):
            _sink(text, spans, named.pop(name, ()))
        elif (beside := _kind_beside(text, span, name, before, surnames)) is not None:
            kinds[name] = beside
    for span in spans.all:
        kind = kinds.get(text[span.start : span.end])
        if kind is not None and span.rule == "model":
            span.type, span.rule, span.confidence = kind, "apposition", 0.8


def _kind_beside(text: str, span: Span, name: str, before: str, surnames: frozenset[str]) -> SpanType | None:
    if span.type != "organization" and _BAND_AFTER.match(text, span.end) and gazetteer.find(name) is None:
        return "organization"
    if name not in surnames and _is_where(text, span, name, before):
        return "place"
    if span.type in ("person", "place") and _is_firm(text, span, before) and _may_be_firm(name, surnames):
        return "organization"
    return None


def _is_portfolio(text: str, span: Span, name: str, before: str) -> bool:
    """`Transportation Secretary Elizabeth Dole`: what she is secretary of is no organisation."""
    return titles.is_portfolio(name) and bool(_OFFICER.match(text, span.end) or _OFFICE_BEFORE.search(before))


def _is_where(text: str, span: Span, name: str, before: str) -> bool:
    if name.isupper() or name.count(" ") > 1 or (span.type == "organization" and " " in name):
        return False
    return bool(_PLACE_AFTER.match(text, span.end) or _PLACE_BEFORE.search(before))


def _is_firm(text: str, span: Span, before: str) -> bool:
    """`the firm Conrac`; `Conrac shares`, of one word, for `John Smith's board` may be his."""
    if _ORGANIZATION_BEFORE.search(before):
        return True
    return " " not in text[span.start : span.end] and _COMPANY_AFTER.match(text, span.end) is not None


def _may_be_firm(name: str, surnames: frozenset[str]) -> bool:
    first = name.partition(" ")[0]
    return gazetteer.find(name) is None and name not in surnames and not given.is_given(first)


def _is_craft(text: str, span: Span, name: str, before: str) -> bool:
    if span.type == "person" and " " not in name and _CRAFT_AFTER.match(text, span.end):
        return not given.is_given(name)
    return span.type in ("person", "place") and _CRAFT_BEFORE.search(before) is not None


def _sink(text: str, spans: Spans, named: Iterable[Span]) -> None:
    """A ship or a rocket is no entity, nor where its name stands alone."""
    for span in named:
        before = text[max(0, span.start - _NEAR) : span.start]
        if (span.rule == "model" and span.type != "place") or _CRAFT_BEFORE.search(before):
            spans.drop(span)
