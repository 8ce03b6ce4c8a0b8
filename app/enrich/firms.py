"""Firms that read like people, towns or several names: `brokers James Capel`, `Lewis of Phillips and Drew`, `Piedmont`
of `Piedmont Aviation Inc`, `Banco do Brasil`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from app.enrich import gazetteer, given, organizations, statesmen, titles
from app.enrich.cleaning import Span, SpanType
from app.enrich.concordance import Concordance
from app.enrich.spans import Spans

# In the plural a trade is a firm's: `brokers James Capel`, but `broker James Smith` is a man.
_TRADE_BEFORE = re.compile(
    r"\b(?:brokers|stockbrokers|dealers|accountants|auditors|underwriters|auctioneers|consultants|brokerage|(?:brokerage"
    r"|securities|trade|trading|auction|publishing) (?:house|firm)|(?:merchant|investment) bank(?:ers)?|law firm) $"
)
_EMPLOYED_BEFORE = re.compile(r"\b(?:analyst|economist|dealer|trader|broker|strategist) (?:at|with) $")
_OWNS_BEFORE = re.compile(r"\b(?:(?:owned|controlled|held) by|investors|privately.held|partnership (?:of|with)) $")
_OF = re.compile(r",? (?:of|at) ((?:stock)?brokers |the firm )?")
_PAIR = re.compile(r"([A-Z][a-z]+) and ([A-Z][a-z]+)(?![\w-])(?! (?:and )?[A-Z])")
_OFFICE_AFTER = re.compile(r" ([a-z]+)(?: [a-z]+)? (?=[A-Z][a-z]+ [A-Z])")
# Names of Romance languages, which the recogniser cuts at the particle.
_ROMANCE = re.compile(
    r"\b(?:Banco|Banca|Banque|Caisse|Cassa|Compagnie|Companhia|Confederacion|Credit|Crédit|Electricite|Empresa|Gaz"
    r"|Instituto|Partido|Parti|Petroleos|Petróleos|Societe|Société|Universidad|Universidade|Université)"
    r"(?: [A-Z][a-z]+)? (?:(?:de|do|da|del|della|di|des|du|la|los|las|el) )+[A-Z][\w-]+"
    r"(?: (?:de|do|da|del|di) [A-Z]\w+)*"
)
_SAVINGS = re.compile(r"(?:[A-Z][\w.]{1,50} ){1,4}Savings (?:and|&) Loan(?: Association\b)?(?: of [A-Z]\w+)?")
_AS_COMPANY_AFTER = re.compile(
    r"(?:'s)? (?:said|says|shares?|stock|common|shareholders|stockholders|board|directors|management|spokesman"
    r"|employees|flights|pilots|acquisition|takeover|merger|suitor)\b"
)
# What no town has, unlike the shares of Tokyo.
_SURELY_COMPANY_AFTER = re.compile(r"(?:'s)? (?:common (?:shares|stock)|shareholders|stockholders|board)\b")
_AS_COMPANY_BEFORE = re.compile(
    r"\b(?:acquir\w+|buy|bought|bid for|(?:acquisition|takeover|purchase|control|shares) of|stake in|offer for"
    r"|merger? with|merged? with) $"
)
_AS_PLACE_BEFORE = re.compile(
    r"(?<!stake )(?<!shares )(?<!interest )(?<!holding )"
    r"\b(?:in|In|near|outside|around|north|south|east|west|downtown) $"
)
# What is a firm's that has its founder's name, and what is the man's.
_FIRMS_AFTER = re.compile(
    r" (?:common|stock|shares|(?:stock|share)holders?|board|employees)\b|'s (?:(?:stock|share)holders|board|chairman)\b"
    r"|(?:,[^,.]{1,80},)? (?:said|says|reported)(?: that)?(?: [A-Z][a-z]+day)? its?\b"
)
_FIRMS_BEFORE = re.compile(
    r"\b(?:acquir\w+|bid for|(?:acquisition|takeover|purchase|shares|pct) of|stake in|offer for|evaluating"
    r"|merger? with) $"
)
_MANS_AFTER = re.compile(
    r", (?:[1-9]\d,|the company's |its )| (?:himself|herself|family|families)\b"
    r"| (?:said|told|says|added|noted)\b[^.]{0,60}? s?he\b"
)
_MANS_BEFORE = re.compile(r"\bM(?:r|rs|s)\.? $")
_NEAR = 30
_LARGE = 500_000


def weigh(text: str, spans: Spans) -> None:
    """Firms by who works there and by the trade named before them."""
    surnames = spans.last_words(text)
    people = {span.end for span in spans.all if span.type == "person"}
    companies = {span.end for span in spans.all if span.type == "organization"}
    words = Concordance(text)
    firms = set()
    for span in spans.all:
        if span.type not in ("person", "organization") or span.rule != "model":
            continue
        pair = _PAIR.match(text, span.start)
        if pair and _may_be_partners(pair, surnames) and _is_one_firm(text, pair, people, companies, words, spans):
            firms.add(pair[0])
        elif span.type == "person" and " " in text[span.start : span.end] and _is_employer(text, span.start, people):
            firms.add(text[span.start : span.end])
    _rename(text, firms, words, spans)
    for shape in (_ROMANCE, _SAVINGS) if "Savings" in text else (_ROMANCE,):
        for match in shape.finditer(text):
            if spans.encloses(*match.span()) and spans.overlapping(*match.span()):
                spans.replace(Span(*match.span(), "organization", "head-noun", 0.8))


def towns(text: str, spans: Spans) -> None:
    """`Piedmont said`, in an article that has `Piedmont Aviation Inc` and never speaks of anything in Piedmont."""
    names = (text[span.start : span.end].partition(" ") for span in spans.all if span.type == "organization")
    begun = {first for first, _, rest in names if rest}
    towns: defaultdict[str, list[Span]] = defaultdict(list)
    for span in spans.all:
        if span.type == "place" and span.rule != "demonym":
            towns[text[span.start : span.end]].append(span)
    for name, places in towns.items():
        if (name in begun or _is_small(name)) and _are_company(text, places, sure=name not in begun):
            for span in places:
                span.type, span.rule, span.confidence = "organization", "legal-form", 0.8


def families(text: str, spans: Spans) -> None:
    """`Taft common stock`, `Taft said it`: the firm, in an article that has `Taft Broadcasting Co` and Dudley Taft."""
    names = (text[span.start : span.end].partition(" ") for span in spans.all if span.type == "organization")
    begun = {first for first, _, rest in names if rest}
    bare: defaultdict[str, list[Span]] = defaultdict(list)
    for span in spans.all:
        if span.type == "person" and text[span.start : span.end] in begun and not _is_mans(text, span):
            bare[text[span.start : span.end]].append(span)
    for mentions in bare.values():
        if any(_is_firms(text, span) for span in mentions):
            for span in mentions:
                span.type, span.rule, span.confidence = "organization", "legal-form", 0.75


def _is_firms(text: str, span: Span) -> bool:
    return bool(
        _FIRMS_AFTER.match(text, span.end) or _FIRMS_BEFORE.search(text, max(0, span.start - _NEAR), span.start)
    )


def _is_mans(text: str, span: Span) -> bool:
    return bool(_MANS_AFTER.match(text, span.end) or _MANS_BEFORE.search(text, max(0, span.start - _NEAR), span.start))


def _is_small(name: str) -> bool:
    place = gazetteer.find(name)
    return place is not None and (place.kind == "region" or (place.kind == "city" and place.population < _LARGE))


def _are_company(text: str, places: list[Span], *, sure: bool) -> bool:
    if gazetteer.is_nation(text[places[0].start : places[0].end]) or any(_is_placed(text, span) for span in places):
        return False
    if sure:
        return any(_SURELY_COMPANY_AFTER.match(text, span.end) for span in places)
    return any(
        _AS_COMPANY_AFTER.match(text, span.end)
        or _AS_COMPANY_BEFORE.search(text, max(0, span.start - _NEAR), span.start)
        for span in places
    )


def _is_placed(text: str, span: Span) -> bool:
    after = text[span.end : span.end + 2]
    return (after == ", " and text[span.end + 2 : span.end + 3].isupper()) or bool(
        _AS_PLACE_BEFORE.search(text, max(0, span.start - _NEAR), span.start)
    )


def _may_be_partners(pair: re.Match[str], surnames: frozenset[str]) -> bool:
    return not any(
        word in surnames
        or statesmen.full_name(word)
        or given.is_given(word)
        or gazetteer.find(word)
        or gazetteer.demonym(word)
        for word in pair.groups()
    )


def _is_one_firm(
    text: str, pair: re.Match[str], people: set[int], companies: set[int], words: Concordance, spans: Spans
) -> bool:
    """One who works there, works for one: `Phillips and Drew analyst Stephen Lewis`."""
    office = _OFFICE_AFTER.match(text, pair.end())
    if (office is not None and titles.is_title(office[1])) or _is_employer(text, pair.start(), people):
        return True
    kinds = {span.type for span in spans.overlapping(*pair.span())}
    return _are_never_apart(words, pair, kinds) or (kinds == {"person"} and _owns(text, pair.start(), companies))


def _are_never_apart(words: Concordance, pair: re.Match[str], kinds: set[SpanType]) -> bool:
    """`Wagner and Brown`, twice or more, and neither without the other; two companies would be two organisations."""
    times = words.count(pair[0])
    return times > 1 and kinds != {"organization"} and all(words.count(name) == times for name in pair.groups())


def _owns(text: str, start: int, companies: set[int]) -> bool:
    """`AFG and Wagner and Brown`, `controlled by Wagner and Brown`: two men would have been named in full."""
    before = text[max(0, start - _NEAR) : start]
    after_company = before.endswith(" and ") and start - len(" and ") in companies
    return after_company or _OWNS_BEFORE.search(before) is not None


def _is_employer(text: str, start: int, people: set[int]) -> bool:
    before = text[max(0, start - _NEAR) : start]
    return bool(_TRADE_BEFORE.search(before) or _EMPLOYED_BEFORE.search(before)) or any(
        start - len(of[0]) in people for of in _endings(before)
    )


def _endings(before: str) -> Iterator[re.Match[str]]:
    return (of for of in _OF.finditer(before) if of.end() == len(before))


def _rename(text: str, firms: set[str], words: Concordance, spans: Spans) -> None:
    places = words.places(firms)
    for name in sorted(firms):
        for start in places.get(name, ()):
            end = start + len(name)
            if spans.encloses(start, end) and not text[end : end + 1].isalnum():
                spans.replace(Span(start, organizations.legal_end(text, end), "organization", "employer", 0.8))
