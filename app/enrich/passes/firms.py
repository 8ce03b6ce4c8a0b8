"""Firms that read like people, towns or several names: `brokers James Capel`, `Lewis of Phillips and Drew`, `Piedmont`
of `Piedmont Aviation Inc`, `Banco do Brasil`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from app.enrich import gazetteer, given, grounds, organizations, titles
from app.enrich.concordance import Concordance
from app.enrich.context import Context, Span
from app.enrich.grounds import SpanType
from app.enrich.surnames import statesman

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


def brokers(article: Context) -> None:
    """Firms by who works there and by the trade named before them."""
    surnames = article.surnames()
    people = {span.end for span in article.people()}
    companies = {span.end for span in article.spans if span.type == "organization"}
    firms = set()
    for span in article.guesses("person", "organization"):
        pair = _PAIR.match(article.text, span.start)
        if pair and _may_be_partners(pair, surnames) and _is_one_firm(article, pair, people, companies):
            firms.add(pair[0])
        elif span.type == "person" and " " in span.name and _is_employer(article.text, span.start, people):
            firms.add(span.name)
    places = article.words.places(firms)
    for name in sorted(firms):
        for start in places.get(name, ()):
            end = start + len(name)
            if article.encloses(start, end) and not article.text[end : end + 1].isalnum():
                end = organizations.legal_end(article.text, end)
                article.put(Span(start, end, "organization", *grounds.EMPLOYER))


def romance_firms(article: Context) -> None:
    """`Banco do Brasil`, of which the recogniser has a part; also `Home Savings and Loan Association`."""
    for shape in (_ROMANCE, _SAVINGS) if "Savings" in article.text else (_ROMANCE,):
        for match in shape.finditer(article.text):
            if article.encloses(*match.span()) and article.overlapping(*match.span()):
                article.put(Span(*match.span(), "organization", *grounds.ROMANCE_FIRM))


def firms_of_towns(article: Context) -> None:
    """`Piedmont said`, in an article that has `Piedmont Aviation Inc` and never speaks of anything in Piedmont."""
    begun = _first_of_firms(article)
    towns: defaultdict[str, list[Span]] = defaultdict(list)
    for span in article.spans:
        if span.type == "place" and span.rule != "demonym":
            towns[span.name].append(span)
    for name, places in towns.items():
        if (name in begun or _is_small(name)) and _are_company(article, places, sure=name not in begun):
            for span in places:
                article.retype(span, "organization", grounds.TOWNS_FIRM)


def firms_of_founders(article: Context) -> None:
    """`Taft common stock`, `Taft said it`: the firm, in an article that has `Taft Broadcasting Co` and Dudley Taft."""
    begun = _first_of_firms(article)
    bare: defaultdict[str, list[Span]] = defaultdict(list)
    for span in article.people():
        if span.name in begun and not _is_mans(article, span):
            bare[span.name].append(span)
    for mentions in bare.values():
        if any(_is_firms(article, span) for span in mentions):
            for span in mentions:
                article.retype(span, "organization", grounds.FOUNDERS_FIRM)


def _first_of_firms(article: Context) -> set[str]:
    names = (span.name.partition(" ") for span in article.spans if span.type == "organization")
    return {first for first, _, rest in names if rest}


def _is_firms(article: Context, span: Span) -> bool:
    return bool(article.after(span, _FIRMS_AFTER) or article.before(span.start, _FIRMS_BEFORE))


def _is_mans(article: Context, span: Span) -> bool:
    return bool(article.after(span, _MANS_AFTER) or article.before(span.start, _MANS_BEFORE))


def _is_small(name: str) -> bool:
    place = gazetteer.find(name)
    return place is not None and (place.kind == "region" or (place.kind == "city" and place.population < _LARGE))


def _are_company(article: Context, places: list[Span], *, sure: bool) -> bool:
    if gazetteer.is_nation(places[0].name) or any(_is_town(article, span) for span in places):
        return False
    if sure:
        return any(article.after(span, _SURELY_COMPANY_AFTER) for span in places)
    return any(
        article.after(span, _AS_COMPANY_AFTER) or article.before(span.start, _AS_COMPANY_BEFORE) for span in places
    )


def _is_town(article: Context, span: Span) -> bool:
    outer = article.text[span.end : span.end + 3]
    return (outer.startswith(", ") and outer[2:].isupper()) or bool(article.before(span.start, _AS_PLACE_BEFORE))


def _may_be_partners(pair: re.Match[str], surnames: frozenset[str]) -> bool:
    return not any(
        word in surnames or statesman(word) or given.is_given(word) or gazetteer.find(word) or gazetteer.demonym(word)
        for word in pair.groups()
    )


def _is_one_firm(article: Context, pair: re.Match[str], people: set[int], companies: set[int]) -> bool:
    """One who works there, works for one: `Phillips and Drew analyst Stephen Lewis`."""
    text = article.text
    office = _OFFICE_AFTER.match(text, pair.end())
    if (office is not None and titles.is_title(office[1])) or _is_employer(text, pair.start(), people):
        return True
    kinds = {span.type for span in article.overlapping(*pair.span())}
    partners = _are_never_apart(article.words, pair, kinds)
    return partners or (kinds == {"person"} and _owns(text, pair.start(), companies))


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
        start - len(of[0]) in people for of in _links_before(before)
    )


def _links_before(before: str) -> Iterator[re.Match[str]]:
    return (of for of in _OF.finditer(before) if of.end() == len(before))
