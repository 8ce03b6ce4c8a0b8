"""What the rest of an article says of a name: legal forms, titles, known places, type by vote, surnames, repeats.

Each rule is a pass over one article. `PHASES`, at the end of this file, is the order in which they run: the bounds of
names, names that are certain, what stands beside a name, what the whole article says, and repeats.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from app.enrich import (
    appositions,
    events,
    firms,
    gazetteer,
    given,
    lists,
    nations,
    organizations,
    particles,
    sport,
    statesmen,
    titles,
)
from app.enrich.cleaning import Rule, Span, SpanType, is_ordinary, starts_sentence, trim
from app.enrich.concordance import Concordance
from app.enrich.layout import Block, block_at
from app.enrich.scores import Scores
from app.enrich.spans import Spans
from app.text import fold

_WORD_START = re.compile(r"(?<![\w'.])[^\W\d_]")
_STATED_ACRONYM = re.compile(r"(?<=\S) \( ?([A-Z][A-Za-z&.-]{1,9}) ?\)")
_NAME_AFTER_TITLE = re.compile(
    r"[A-Z][\w-]*\w(?: (?:[A-Z]\.|[A-Z][\w-]*[a-z]|al-[A-Z]\w+|bin|van|von|de|der|den)(?= |\b))*"
)
_WORD_BEFORE = re.compile(r"([\w.'-]+),? $")
_SURNAME_AFTER = re.compile(r" ([A-Z][a-z'\w-]*[a-z])(?!\w)")
_OFFICE_AFTER = re.compile(r" ([a-z]+(?: [a-z]+){0,2}|C[EF]O) (?=[A-Z])")
# `named Arie Guldemond as chairman and ...`
_LINKS = frozenset(("as", "and", "or", "to", "was", "succeeding", "with"))
_NICKNAMED = re.compile(r' "[A-Z][\w ]{1,20}" [A-Z][A-Za-z-]+')
_COUPLE = re.compile(r"([A-Z][a-z]+) (?:and|&) ([A-Z][a-z]+ [A-Z][\w'-]+)")
_SPEAKS = re.compile(r" (?:said|says|told|added|noted|recalled|insisted|testified)\b")
_MEETS = re.compile(
    r"\b(?:(?:met|meet|meets|meeting|spoke|speak|speaks|spoken|talked|talks|telephoned|phoned|called|thanked"
    r"|congratulated|married|beat|defeated|succeeded|replaced|named|appointed|elected)(?: with| to| by)?) $"
)
_ACTS = re.compile(
    r" (?:said|says|told|who|was born|died|won|beat|scored|resigned|wrote|testified)\b|, (?:\d\d,|who\b)"
)
_AGE_AFTER = re.compile(r" ?, [1-9]\d ?,(?! ?\d)")
_INITIAL = re.compile(r"[A-Z]\. (?=[A-Z])")
# A stake, an interest or shares in something do not place it.
_PREPOSITION = re.compile(
    r"(?<!stake )(?<!interest )(?<!shares )(?<!holding )\b(?:in|In|at|At|near|Near|outside|across|around) $"
)
_SITE = re.compile(r"\b(?:crossing|post|base|camp|airport|village|town|city|suburb|hamlet) (?:at|of|in) $")
_WORD_AFTER = re.compile(r" ([^\W\d_][\w.-]*)")
_FIRST_WORD = re.compile(r"[^\s,;:()\"]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_DEMONYM = re.compile(r"[^\W\d_]+(?:[ -][A-Z][a-z]+)?")
_STATE_AFTER = re.compile(
    r" ?, ?((?:[A-Z]\.){2}|[A-Z][A-Za-z]{1,4}\.|[A-Z]{2}\b|W\.Va\.|(?:Mich|Calif|Conn|Penn|Ariz|Tenn)\b)"
)
_HOUSE = re.compile(r"\b[Tt]he (House)\b(?! (?:of )?[A-Z])")
_LEGISLATURE = re.compile(r"\b(?:Senate|Congress|Rep\.|Representatives)(?=\W)")
_SHORT_NOUN = re.compile(
    r"\b(?:[Tt]he|[Ii]ts|executive) (Commission|Ministry|Federation|Council|Agency|Association|Committee|Institute"
    r"|Authority|Department|Bureau|Board|Union|League|Party|Bank|Court|Exchange|Assembly|Organization|Organisation)"
    r"\b(?! (?:of |for )?[A-Z])"
)
_NAME_GOES_ON_WITH = re.compile(r"'s?[ ]|,? (?:[A-Z0-9&]|of |and |e-)|[-.&']")
_NAME_GOES_ON = re.compile(r" [A-Z][a-z]")
_OUTER_AFTER = re.compile(r", ([A-Z]\w+)")
# `U.S. OPEN`, in a headline.
_IN_EVENT = re.compile(r" (?:OPEN|Open|Masters|MASTERS)\b")
_LONGEST_NAME = 5
# In characters. A word of more is none: in a text without spaces it would go on to the end, from each capital again.
_LONGEST_WORD = 100
_LONGEST_PERSON = 200
# How much one finding counts in the vote on the type of a name.
_WEIGHTS = {"legal-form": 6, "well-known": 6, "gazetteer": 5, "title": 3, "acronym": 3, "list": 2, "apposition": 2}


class Context(NamedTuple):
    """What a pass may look at: the text, where names may begin in it, its blocks, its sports tables; and the spans."""

    text: str
    starts: Sequence[int]
    blocks: Sequence[Block]
    spans: Spans
    results: Scores


class Phase(NamedTuple):
    """Passes that run one after the other and ask one kind of question."""

    name: str
    passes: tuple[Callable[[Context], None], ...]


def weigh(text: str, blocks: Sequence[Block], spans: Spans, results: Scores) -> None:
    """Correct and complete the spans found by the recogniser, in place. `results` are the article's sports tables."""
    starts = [
        m.start() for m in _WORD_START.finditer(text) if m[0].isupper() and not text.startswith("The ", m.start())
    ]
    article = Context(text, starts, blocks, spans, results)
    for phase in PHASES:
        for run in phase.passes:
            run(article)


def _complete_names(text: str, spans: Spans) -> None:
    """`Narendra` + `Modi`: the recogniser often leaves out a surname that it has never seen; `Gary` + `Ross`, whose
    first name is a town."""
    for span in spans.all:
        after = _SURNAME_AFTER.match(text, span.end)
        if span.type != "person" or " " in text[span.start : span.end]:
            continue
        before = _WORD_BEFORE.search(text, max(0, span.start - 24), span.start)
        first = before[1] if before and "," not in before[0] and spans.is_free(before.start(), span.start) else ""
        if before and first.istitle() and given.is_given(first):
            spans.widen(span, before.start(1), span.end)
            span.rule, span.confidence = "completed", 0.8
            continue
        if after is None or statesmen.full_name(text[span.start : span.end]):
            continue
        surname = after[1].removesuffix("'s")
        if (
            spans.is_free(after.start(1), after.end(1))
            and len(surname) > 1
            and not _is_no_person(surname)
            and not organizations.is_generic(surname)
            and not gazetteer.find(surname)
        ):
            spans.widen(span, span.start, after.start(1) + len(surname))
            span.rule, span.confidence = "completed", 0.8


def _rejoin_people(text: str, spans: Spans) -> None:
    """`Anthony Phillip` `LaSalle`, whose surname is a town as well; `Salvatore "Sammy the Bull" Gravano`."""
    for span in list(spans.all):
        if span.type != "person" or span.rule != "model" or not given.is_given(_up_to_space(text, span.start)):
            continue
        after = _NICKNAMED.match(text, span.end) if " " not in text[span.start : span.end] else None
        if after and spans.encloses(span.start, after.end()):
            spans.replace(Span(span.start, after.end(), "person", "completed", 0.8))
        elif (town := spans.starting(span.end + 1)) and text[span.end] == " " and _may_be_surname(text, town):
            spans.replace(Span(span.start, town.end, "person", "completed", 0.8))


def _part_couples(text: str, spans: Spans) -> None:
    """`Keith & Anna Marlow`, taken for a firm: two people, by their given names."""
    for span in list(spans.all):
        couple = _COUPLE.fullmatch(text, span.start, span.end) if span.rule == "model" else None
        if couple and given.is_given(couple[1]) and given.is_given(couple[2].partition(" ")[0]):
            spans.replace(*(Span(*couple.span(part), "person", "given-name", 0.8) for part in (1, 2)))


def _up_to_space(text: str, start: int) -> str:
    return text[start : start + _LONGEST_WORD].split(" ", 1)[0]


def _may_be_surname(text: str, town: Span) -> bool:
    name = text[town.start : town.end]
    return (
        town.type == "place"
        and town.rule == "model"
        and " " not in name
        and name[-1].islower()
        and not gazetteer.is_certain(name)
        and gazetteer.demonym(name) is None
    )


def _legal_forms(text: str, spans: Spans) -> None:
    for span in list(spans.all):
        end = organizations.legal_end(text, span.end)
        if end > span.end and span.type != "event" and not _is_of_nation(text, span.start, span.end, end):
            spans.replace(Span(span.start, end, "organization", "legal-form", 0.95))
        elif organizations.has_form(text[span.start : span.end]):
            span.type, span.rule, span.confidence = "organization", "legal-form", 0.95
    for start, end in organizations.companies(text):
        others = spans.overlapping(start, end)
        if _is_of_nation(text, start, text.rfind(" ", start, end), end):
            continue
        if all(start <= other.start and other.end <= end for other in others) and _is_one_company(
            text, start, end, others
        ):
            spans.replace(Span(start, end, "organization", "legal-form", 0.9))
    _companies_of(text, spans)


def _short_names(text: str, spans: Spans) -> None:
    """`Thermwood`, `Mark IV`, `Weatherford` in an article that has the company with its legal form."""
    shorts = {
        organizations.without_form(text[span.start : span.end]) for span in spans.all if span.rule == "legal-form"
    }
    shorts |= {short for group in shorts if gazetteer.find(short := group.removesuffix(" Group")) is None}
    _rejoin(text, shorts, spans)
    people = spans.last_words(text)
    parts = {word for short in shorts for word in short.split(" ") if len(word) > 4 and word.istitle()} - people
    beginnings = {" ".join(short.split(" ")[:2]) for short in shorts if short.count(" ") > 1}
    for span in spans.all:
        name = text[span.start : span.end]
        if span.rule not in ("model", "head-noun"):
            continue
        if (
            name in shorts
            or (name in beginnings and span.type == "person")
            or (name in parts and _may_be_company(text, span))
        ):
            span.type, span.rule, span.confidence = "organization", "legal-form", 0.9


def _may_be_company(text: str, span: Span) -> bool:
    """`Weatherford`; but a place of the gazetteer is more likely the place, and so is `Teberebie, Ghana`."""
    if span.type == "place":
        outer = _OUTER_AFTER.match(text, span.end)
        return gazetteer.find(text[span.start : span.end]) is None and not (outer and gazetteer.is_certain(outer[1]))
    return span.type == "person"


def _companies_of(text: str, spans: Spans) -> None:
    """`Anglo American Corp of` `South Africa Ltd`: a place has no legal form, the company before it has."""
    ends = {span.end: span for span in spans.all if span.type == "organization"}
    for span in list(spans.all):
        whole = ends.get(span.start - len(" of ")) if span.rule == "legal-form" else None
        if whole and text.endswith(" of ", 0, span.start):
            place = organizations.without_form(text[span.start : span.end])
            if gazetteer.is_certain(place):
                spans.replace(Span(whole.start, span.end, "organization", "legal-form", 0.9))


def _is_of_nation(text: str, start: int, end: int, form_end: int) -> bool:
    return organizations.is_any_company(text[end:form_end].strip()) and gazetteer.is_certain(text[start:end])


def _rejoin(text: str, shorts: set[str], spans: Spans) -> None:
    """`Thomas and Betts`, which the recogniser takes for two, where the article has `Thomas and Betts Corp`."""
    joined = sorted(short for short in shorts if " and " in short or " & " in short)
    places = Concordance(text).places(joined)
    for short in joined:
        for start in places.get(short, ()):
            span = Span(start, start + len(short), "organization", "legal-form", 0.85)
            if len(spans.overlapping(span.start, span.end)) > 1 and spans.encloses(span.start, span.end):
                spans.replace(span)


def _people_of_firms(text: str, spans: Spans) -> None:
    """`Bootle of Lloyds`, where the article has a `Roger Bootle`."""
    surnames = spans.last_words(text)
    for span in list(spans.all):
        name, of, firm = text[span.start : span.end].partition(" of ")
        if of and name in surnames:
            spans.replace(
                Span(span.start, span.start + len(name), "person", "surname", 0.85),
                Span(span.end - len(firm), span.end, "organization", "model", 0.7),
            )


def _is_one_company(text: str, start: int, end: int, others: Sequence[Span]) -> bool:
    """Return whether it is one company: where the recogniser has it already, only names of its own finding and an `and`
    may come before it."""
    whole = [other for other in others if other.end == end]
    if not whole:
        return True
    gaps = text[start : whole[0].start]
    for other in others:
        if other is not whole[0]:
            if other.type == "place" or other.rule == "legal-form":
                return False
            gaps = gaps.replace(text[other.start : other.end], "", 1)
    return whole[0].start > start and gaps.strip(" ,&") in ("", "and")


def _listed_names(text: str, starts: Sequence[int], spans: Spans) -> None:
    """Well known organisations, and places of several words that the recogniser cuts: `Jammu and Kashmir`."""
    for start in starts:
        first = _first_word(text, start)
        if not (
            organizations.begins_well_known(first)
            or gazetteer.begins_long_name(first)
            or events.begins_well_known(first)
        ):
            continue
        if not _NAME_GOES_ON_WITH.match(text, start + len(first)) and not _is_listed(first):
            continue
        for end in _runs(text, start):
            name = text[start:end]
            if organizations.canonical(name) is not None:
                span = Span(start, organizations.legal_end(text, end), "organization", "well-known", 0.95)
            elif " " in name and gazetteer.is_certain(name):
                span = Span(start, end, "place", "gazetteer", 0.95)
            elif events.is_well_known(name) and not _NAME_GOES_ON.match(text, end):
                span = Span(start, end, "event", "well-known", 0.9)
            else:
                continue
            if spans.encloses(span.start, span.end):
                spans.replace(span)
                break


def _is_listed(word: str) -> bool:
    return organizations.canonical(word) is not None or events.is_well_known(word)


def _first_word(text: str, start: int) -> str:
    """Return the first word without what may cling to it; `U.S.` keeps its stops."""
    match = _FIRST_WORD.match(text, start, start + _LONGEST_WORD)
    word = match[0].removesuffix("'s").rstrip("'!?") if match else ""
    return word.rstrip(".") if word.count(".") == 1 else word


def _runs(text: str, start: int) -> Iterator[int]:
    """Ends of the runs of one to five words from `start`, the longest first."""
    line = text[start : start + 60].split("\n", 1)[0]
    words = line.split(" ")[:_LONGEST_NAME]
    ends = []
    position = start
    for word in words:
        end = position + len(word)
        ends.append(trim(text, start, end)[1])
        if word[-1:] in ",;:)?!":
            break
        position = end + 1
    return reversed(ends)


def _named_events(text: str, spans: Spans) -> None:
    """`Berne Agreement`, `Davis Cup`: what the recogniser has of it, often the place alone, is a part of its name."""
    for start, end in events.named(text):
        others = spans.overlapping(start, end)
        if spans.encloses(start, end) and any(other.rule == "model" for other in others):
            spans.replace(Span(start, end, "event", "head-noun", 0.7))


def _chambers(text: str, spans: Spans) -> None:
    """`The House voted`, in an article that has a Senate or a Congress."""
    if _LEGISLATURE.search(text):
        for match in _HOUSE.finditer(text):
            spans.add(Span(match.start(1), match.end(1), "organization", "well-known", 0.85))


def _states(text: str, spans: Spans) -> None:
    for span in list(spans.all):
        match = _STATE_AFTER.match(text, span.end)
        if match is None or gazetteer.state_abbreviation(match[1]) is None:
            continue
        if span.type == "place" or (span.rule == "model" and gazetteer.find(text[span.start : span.end])):
            span.type, span.rule, span.confidence = "place", "gazetteer", 0.9
            spans.replace(Span(*trim(text, *match.span(1)), "place", "gazetteer", 0.95))


def _titles(text: str, starts: Sequence[int], spans: Spans) -> None:
    for span in spans.all:
        if span.type not in ("person", "event") and span.rule == "model" and _follows_title(text, span.start):
            span.type, span.rule, span.confidence = "person", "title", 0.9
        elif span.type == "organization" and span.rule == "model" and _follows_office(text, span):
            span.type, span.rule, span.confidence = "person", "title", 0.8
    for start in starts:
        if not spans.is_free(start, start + 1) or not _follows_title(text, start):
            continue
        match = _NAME_AFTER_TITLE.match(text, start, start + _LONGEST_PERSON)
        if match and spans.is_free(start, match.end()) and not _is_no_person(match[0]):
            spans.add(Span(start, match.end(), "person", "title", 0.85))


def _employers(text: str, spans: Spans) -> None:
    """`Jardine Fleming analyst Peter Smith`: a name, an office, a person; the first is who employs the second."""
    people = {span.start for span in spans.all if span.type == "person"}
    surnames = spans.last_words(text)
    for span in spans.all:
        match = _OFFICE_AFTER.match(text, span.end)
        if span.type not in ("person", "place") or span.rule != "model" or match is None or match.end() not in people:
            continue
        name = text[span.start : span.end]
        if span.type == "place" and (match[1] not in ("CEO", "CFO") or gazetteer.find(name)):
            continue
        if name in surnames or statesmen.full_name(name):
            # `Palin spokesman Bill McAllister` works for her.
            continue
        words = match[1].split(" ")
        if any(titles.is_title(word) for word in words) and not _LINKS.intersection(words):
            span.type, span.rule, span.confidence = "organization", "employer", 0.8


def _speakers(text: str, spans: Spans) -> None:
    """`Armen said`: what speaks, and is no place of the gazetteer, is not a place."""
    for span in spans.all:
        name = text[span.start : span.end]
        speaks = span.rule == "model" and _SPEAKS.match(text, span.end)
        if span.type == "place" and speaks and name.istitle() and name.isalpha() and gazetteer.find(name) is None:
            span.type, span.rule, span.confidence = "person", "speaker", 0.75


def _given_names(text: str, spans: Spans) -> None:
    """`spoke with Narendra Modi`, taken for an organisation; `Arthur Andersen` may well be one."""
    for span in spans.all:
        words = text[span.start : span.end].split(" ")
        if (
            span.type in ("organization", "place")
            and span.rule == "model"
            and 2 <= len(words) <= 3
            and given.is_given(words[0])
            and all(word.isalpha() and word.istitle() for word in words)
            and not organizations.is_generic(words[-1])
            and gazetteer.find(text[span.start : span.end]) is None
            and (_MEETS.search(text, max(0, span.start - 30), span.start) or _ACTS.match(text, span.end))
        ):
            span.type, span.rule, span.confidence = "person", "given-name", 0.8


def _aged(text: str, spans: Spans) -> None:
    """`Subryan, 23, was charged`: only people are given their age so."""
    for span in spans.all:
        if span.type in ("organization", "place") and span.rule == "model" and _AGE_AFTER.match(text, span.end):
            name = text[span.start : span.end]
            if all(word.isalpha() and word[-1].islower() for word in name.split(" ")) and not gazetteer.is_certain(
                name
            ):
                span.type, span.rule, span.confidence = "person", "age", 0.85


def _follows_title(text: str, start: int) -> bool:
    before = _WORD_BEFORE.search(text, max(0, start - 24), start)
    return before is not None and "," not in before[0] and titles.proves_person(before[1])


def _follows_office(text: str, span: Span) -> bool:
    """`spokesman Jerzy Urban`: an office in small letters, then two or three words that could be a person's."""
    words = text[span.start : span.end].split(" ")
    before = _WORD_BEFORE.search(text, max(0, span.start - 24), span.start)
    return (
        before is not None
        and "," not in before[0]
        and titles.proves_person_in_small(before[1])
        and 2 <= len(words) <= 3
        and all(word.isalpha() and word.istitle() for word in words)
    )


def _is_no_person(name: str) -> bool:
    first = name.partition(" ")[0]
    return titles.is_title(first) or is_ordinary(first) or gazetteer.demonym(first) is not None or name.isupper()


def _stated_acronyms(text: str, spans: Spans) -> None:
    """`The Resistance Front (TRF)`: the words before the bracket whose initials agree are an organisation."""
    for match in _STATED_ACRONYM.finditer(text):
        short = match[1]
        start = _long_form_start(text, match.start(), short)
        if start is None:
            _foreign_acronym(text, match, spans)
            continue
        end = trim(text, start, match.start())[1]
        if organizations.is_thing(text[start:end]):
            for other in spans.overlapping(start, match.end(1)):
                spans.drop(other)
            continue
        kind: SpanType = "place" if gazetteer.is_certain(text[start:end]) else "organization"
        long = Span(start, end, kind, "acronym", 0.95)
        before = spans.overlapping(long.start, long.end)
        if any(other.start < long.start for other in before):
            long = next(other for other in before if other.start < long.start)
            if long.end != end:
                continue
            long.type = kind
        else:
            spans.replace(long)
        spans.replace(Span(match.start(1), match.end(1), kind, "acronym", 0.95))


def _foreign_acronym(text: str, match: re.Match[str], spans: Spans) -> None:
    """`Brazilian Steel Institute (IBS)`: the letters of the name in another language's order."""
    long = spans.ending(match.start())
    if long is None or long.type != "organization":
        return
    if organizations.abbreviates(match[1], text[long.start : long.end]):
        spans.replace(Span(match.start(1), match.end(1), "organization", "acronym", 0.9))


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


def _nationalities(text: str, spans: Spans) -> None:
    for span in spans.all:
        if span.rule in ("model", "title") and gazetteer.demonym(text[span.start : span.end]):
            span.type, span.rule, span.confidence = "place", "demonym", 0.9


def _places(text: str, spans: Spans) -> None:
    surnames = spans.last_words(text)
    placed = {text[span.start : span.end] for span in spans.all if span.type == "place"}
    for span in spans.all:
        name = text[span.start : span.end]
        if (
            span.rule == "model"
            and name not in surnames
            and (gazetteer.is_certain(name) or (name in placed and gazetteer.is_nation(name)))
        ):
            confidence = 0.97 if span.type == "place" else 0.85
            span.type, span.rule, span.confidence = "place", "gazetteer", confidence
        elif span.rule == "model" and _is_large_city(name, span.type):
            span.type, span.rule, span.confidence = "place", "gazetteer", 0.8
        elif (
            span.rule == "model"
            and span.type in ("person", "organization")
            and name not in surnames
            and _is_where(text, span)
        ):
            span.type, span.rule, span.confidence = "place", "preposition", 0.8


def _is_large_city(name: str, kind: SpanType) -> bool:
    """`Corpus Christi`, `Baton Rouge`; `Benito Juarez` is a town as well. Of organisations a team may be `Kansas City`,
    but nothing `Rio de Janeiro`."""
    first, _, rest = name.partition(" ")
    if kind != "person" and not (kind == "organization" and any(word.islower() for word in rest.split(" "))):
        return False
    place = gazetteer.find(name) if rest and not given.is_given(first) else None
    return place is not None and place.population > 200_000


def _is_where(text: str, span: Span) -> bool:
    """Return whether it says where: `in Calcutta`, `at Attari`: one word after a preposition of place that the
    gazetteer knows."""
    name = text[span.start : span.end]
    if span.type == "organization" and name.istitle() and _SITE.search(text, max(0, span.start - 20), span.start):
        return " " not in name
    return (
        (" " not in name or not organizations.is_generic(name.rsplit(" ", 1)[-1]))
        and _PREPOSITION.search(text, max(0, span.start - 20), span.start) is not None
        and gazetteer.find(name) is not None
    )


def _vote(text: str, spans: Spans, listed: Mapping[str, SpanType]) -> None:
    votes: defaultdict[str, Counter[SpanType]] = defaultdict(Counter)
    for name, kind in listed.items():
        votes[fold(name)][kind] += 3
    for span in spans.all:
        votes[fold(text[span.start : span.end])][span.type] += _WEIGHTS.get(span.rule, 1)
    for span in spans.all:
        vote = votes[fold(text[span.start : span.end])]
        winner, count = max(vote.items(), key=lambda pair: (pair[1], pair[0] == span.type))
        if count > vote[span.type] and span.rule not in ("demonym", "dateline"):
            span.type, span.rule, span.confidence = winner, "vote", 0.75


def _surnames(text: str, spans: Spans) -> None:
    surnames = spans.last_words(text)
    alone = {text[span.start : span.end] for span in spans.all if span.type == "person"}
    for span in list(spans.all):
        if _is_family(text, span, surnames):
            spans.drop(span)
            continue
        if span.type in ("organization", "place") and span.rule in ("model", "vote"):
            name = text[span.start : span.end]
            if name in surnames or _ends_with_person(name, alone):
                span.type, span.rule, span.confidence = "person", "surname", 0.85


def _is_family(text: str, span: Span, surnames: frozenset[str]) -> bool:
    """`the Downers`, `the Joneses`: several people, none of whom the name says."""
    name = text[span.start : span.end]
    if not name.endswith("s") or name in surnames or span.rule not in ("model", "vote"):
        return False
    plural_of = {name[:-1], name.removesuffix("es")}
    return not surnames.isdisjoint(plural_of) and _follows_the(text, span.start)


def _whole_names(text: str, spans: Spans) -> None:
    """`Kathina` `Thomas`, found as a town and a surname, in an article that has the person `Kathina Thomas`."""
    names = {text[span.start : span.end] for span in spans.all if span.type == "person"}
    whole = sorted(name for name in names if " " in name)
    places = Concordance(text).places(whole)
    for name in whole:
        for start in places.get(name, ()):
            span = Span(start, start + len(name), "person", "repeat", 0.8)
            parts = spans.overlapping(span.start, span.end)
            inside = all(span.start <= part.start and part.end <= span.end for part in parts)
            if (
                parts
                and inside
                and parts[0].end - parts[0].start < len(name)
                and not text[span.end : span.end + 1].isalnum()
            ):
                spans.replace(span)
    first_names = {name.split(" ")[0] for name in whole}
    for span in spans.all:
        weak = span.rule == "model" and span.type in ("organization", "place")
        if weak and _is_first_name(text[span.start : span.end], first_names):
            span.type, span.rule, span.confidence = "person", "surname", 0.8


def _is_first_name(name: str, first_names: set[str]) -> bool:
    """`Kathina`, taken for a town; but the `Ford` of an article that has a `Ford Madox` may be the company."""
    return name in first_names and gazetteer.find(name) is None and not organizations.canonical(name)


def _ends_with_person(name: str, people: set[str]) -> bool:
    """`Costas Karamanlis`, taken for a town, where the article goes on to speak of a person `Karamanlis`."""
    words = name.split(" ")
    return (
        2 <= len(words) <= 3
        and words[-1] in people
        and all(word.isalpha() and word.istitle() for word in words)
        and gazetteer.find(name) is None
        and gazetteer.find(words[0]) is None
        and gazetteer.demonym(words[0]) is None
    )


def _wrong_initials(text: str, spans: Spans) -> None:
    """Cut wrong initials off, as in `on the network X. Putin wrote`: one that the only bearer of the surname does
    not have."""
    people = {text[span.start : span.end] for span in spans.all if span.type == "person"}
    bearers = _first_letters(name for name in people if not _INITIAL.match(name))
    for span in spans.all:
        initial = _INITIAL.match(text, span.start, span.end)
        if span.type != "person" or initial is None:
            continue
        letters = bearers.get(text[initial.end() : span.end])
        if letters and initial[0][0] not in letters:
            span.start, span.rule = initial.end(), "surname"


def _first_letters(names: Iterable[str]) -> dict[str, set[str]]:
    """Return, by what a name ends with, one word of it or several: what the names begin with that end so."""
    letters: defaultdict[str, set[str]] = defaultdict(set)
    for name in names:
        words = name.split(" ")
        for number in range(max(1, len(words) - _LONGEST_NAME), len(words)):
            letters[" ".join(words[number:])].add(name[0])
    return letters


def _lost_apostrophes(text: str, spans: Spans) -> None:
    """`Texacos pact`, in a text that has lost its apostrophes and has a `Texaco` elsewhere; `Japans`."""
    names = {text[span.start : span.end]: span.type for span in spans.all}
    words = Concordance(text)
    for span in spans.all:
        name = text[span.start : span.end]
        if not name.endswith("s") or span.rule not in ("model", "vote", "surname") or _follows_the(text, span.start):
            continue
        kind = "place" if gazetteer.is_certain(name[:-1]) else names.get(name[:-1])
        if kind is not None and not _may_be_plural(words, name):
            spans.cut(span, span.end - 1)
            span.type, span.rule = kind, "repeat"


def _may_be_plural(words: Concordance, name: str) -> bool:
    """`Budget Committees`, `Sigma Mines`; and `Reuters` beside `Reuter`."""
    last = name.rsplit(" ", 1)[-1][:-1].lower()
    return (
        organizations.canonical(name) is not None
        or gazetteer.find(name) is not None
        or organizations.is_generic(last)
        or words.begins_word(last)
    )


def _follows_the(text: str, start: int) -> bool:
    return text[max(0, start - 4) : start].lower() == "the "


def _join_places(text: str, spans: Spans) -> None:
    """`Nakhon` `Ratchasima`, found as two, where the gazetteer has them as one."""
    for left, right in pairwise(sorted(spans.all, key=lambda span: span.start)):
        adjacent = left.end + 1 == right.start and left.type == right.type == "place"
        if adjacent and gazetteer.find(text[left.start : right.end]) is not None:
            spans.replace(Span(left.start, right.end, "place", "gazetteer", 0.9))


def _repeats(text: str, starts: Sequence[int], blocks: Sequence[Block], spans: Spans) -> None:
    """Find again, where the recogniser missed them, the names that the article has elsewhere; also known places."""
    known = _Known(text, spans)
    subheads = [block for block in blocks if block.kind == "subhead"]
    for start in starts:
        if not spans.is_free(start, start + 1):
            continue
        in_subhead = bool(subheads) and block_at(subheads, start) is not None
        span = (
            known.here(start)
            or _certain_place_here(text, start)
            or (None if in_subhead else _nationality_here(text, start))
        )
        if span is None or not spans.is_free(span.start, span.end):
            continue
        alone = in_subhead or span.rule == "demonym" or not _in_capitalised_run(text, span, spans)
        if alone or " " in text[span.start : span.end]:
            spans.add(span)


def _short_nouns(text: str, spans: Spans) -> None:
    """`the Commission`, of `European Commission`: written with a capital, a common noun is a name."""
    organized = [text[span.start : span.end] for span in spans.all if span.type == "organization"]
    words = {word for name in organized for word in name.split(" ")}
    for match in _SHORT_NOUN.finditer(text) if words else ():
        if match[1] in words:
            spans.add(Span(match.start(1), match.end(1), "organization", "short-form", 0.7))


class _Known:
    """The names that may be found again."""

    def __init__(self, text: str, spans: Spans) -> None:
        self._text = text
        self._names = _known_names(text, spans)
        # By first word, the longest first.
        self._lengths: dict[str, list[int]] = {}
        for name in sorted(self._names, key=len, reverse=True):
            lengths = self._lengths.setdefault(name.split(" ")[0], [])
            if lengths[-1:] != [len(name)]:
                lengths.append(len(name))

    def here(self, start: int) -> Span | None:
        match = _FIRST_WORD.match(self._text, start, start + _LONGEST_WORD)
        if match is None:
            return None
        word = match[0]
        # In this order, and each once: the longest form of the word first.
        for key in dict.fromkeys(
            (word, word.rstrip("."), word.removesuffix("'s").removesuffix("'"), word.split("-")[0].rstrip(".,'"))
        ):
            for length in self._lengths.get(key, ()):
                name, end = self._text[start : start + length], start + length
                if name in self._names and not self._text[end : end + 1].isalnum() and self._is_name_at(start, name):
                    kind, rule = self._names[name]
                    return Span(start, end, kind, rule, 0.7 if rule == "repeat" else 0.8)
        return None

    def _is_name_at(self, start: int, name: str) -> bool:
        """Return whether it is a name. At the head of a sentence every word has a capital: `Union` is no name there if
        `union` is a word here."""
        return not starts_sentence(self._text, start) or name.lower() not in self._words

    @cached_property
    def _words(self) -> set[str]:
        """Return what stands in the text in small letters, of the names."""
        return Concordance(self._text).alone({name.lower() for name in self._names})


def _known_names(text: str, spans: Spans) -> dict[str, tuple[SpanType, Rule]]:
    names: dict[str, tuple[SpanType, Rule]] = {}
    words = Concordance(text)
    for span in spans.all:
        name = text[span.start : span.end]
        if span.rule == "demonym" or len(name) < 3 or (span.type == "event" and " " not in name):
            continue
        if span.type == "person":
            last = name.rsplit(" ", 1)[-1].removeprefix("al-").removeprefix("el-")
            if len(last) > 2 and last[0].isupper():
                names.setdefault(last, ("person", "surname"))
        names[name] = (span.type, "repeat")
        nickname = team_nickname(name) if span.type == "organization" else None
        if nickname:
            names.setdefault(nickname, ("organization", "repeat"))
        short = organizations.without_form(name)
        if span.rule == "legal-form" and len(short) > 2:
            names.setdefault(short, (span.type, "repeat"))
            first = short.partition(" ")[0]
            if first != short and _stands_for_company(words, first):
                names.setdefault(first, (span.type, "repeat"))
    return names


def _stands_for_company(words: Concordance, first: str) -> bool:
    """`AFG` of `AFG Industries Inc`, but not `United` or `Boston`, nor a word that the text has in small letters."""
    return (
        len(first) > 2
        and first.isalpha()
        and not (is_ordinary(first) or organizations.is_generic(first) or organizations.is_shared_first(first))
        and not (given.is_given(first) or gazetteer.demonym(first) or gazetteer.find(first))
        and not words.is_alone(first.lower())
    )


def team_nickname(name: str) -> str | None:
    """`Colts` of `Indianapolis Colts`."""
    place, _, nickname = name.rpartition(" ")
    known = nickname.endswith("s") and nickname.istitle() and not organizations.is_generic(nickname)
    return nickname if known and place and gazetteer.find(place) else None


def _certain_place_here(text: str, start: int) -> Span | None:
    word = _first_word(text, start)
    if _IN_EVENT.match(text, start + len(word)):
        return None
    if gazetteer.begins_long_name(word):
        for end in _runs(text, start):
            if gazetteer.is_certain(text[start:end]):
                return Span(start, end, "place", "gazetteer", 0.85)
    elif gazetteer.is_certain(word):
        return Span(start, start + len(word), "place", "gazetteer", 0.85)
    match = _LETTERS.match(text, start)
    if (
        match
        and text[match.end() : match.end() + 1] == "-"
        and not text[match.end() + 1 : match.end() + 2].isdigit()
        and gazetteer.is_certain(match[0])
    ):
        return Span(start, match.end(), "place", "gazetteer", 0.8)
    return None


def _nationality_here(text: str, start: int) -> Span | None:
    match = _DEMONYM.match(text, start)
    if match is None:
        return None
    for name in (match[0], match[0].split(" ")[0].split("-")[0]):
        end = start + len(name)
        if gazetteer.demonym(name) and not gazetteer.is_doubtful_demonym(name) and not text[end : end + 1].isalnum():
            after = _WORD_AFTER.match(text, end)
            if after and after[1][0].isupper() and not titles.is_title(after[1]) and not _leads_to_title(text, end):
                return None
            return Span(start, end, "place", "demonym", 0.85)
    return None


def _leads_to_title(text: str, end: int) -> bool:
    """`Indian Prime Minister`, `Pakistani Defence Minister`."""
    return any(titles.is_title(word) for word in text[end : end + 50].split(" ")[1:4])


def _in_capitalised_run(text: str, span: Span, spans: Spans) -> bool:
    """`Union` inside `Credit Union League`: part of a longer name that nobody recognised."""
    after = _WORD_AFTER.match(text, span.end)
    if after and after[1][0].isupper() and spans.is_free(after.start(1), after.end(1)) and len(after[1]) > 1:
        return True
    before = _WORD_BEFORE.search(text, max(0, span.start - 30), span.start)
    return (
        before is not None
        and "," not in before[0]
        and before[1][0].isupper()
        and not before[1].endswith(("'s", "."))
        and spans.is_free(before.start(1), before.end(1))
        and not starts_sentence(text, before.start(1))
        and not titles.is_title(before[1])
    )


def _on_spans(rule: Callable[[str, Spans], None]) -> Callable[[Context], None]:
    """Return a pass of a rule that needs the text and the spans alone."""
    return lambda article: rule(article.text, article.spans)


def _sport(article: Context) -> None:
    if article.results.of_sport:
        sport.weigh(article.text, article.spans)


# Every rule that looks at more than one name, in the order in which they run. A new rule is a line here.
PHASES = (
    Phase(
        "bounds",
        (
            _on_spans(_complete_names),
            _on_spans(_rejoin_people),
            _on_spans(particles.weigh),
            _on_spans(_part_couples),
            _on_spans(nations.part),
            _on_spans(_people_of_firms),
            _on_spans(_legal_forms),
            _on_spans(_short_names),
        ),
    ),
    Phase(
        "certain names",
        (
            lambda article: _listed_names(article.text, article.starts, article.spans),
            _on_spans(_named_events),
            _on_spans(_chambers),
            _on_spans(_states),
        ),
    ),
    Phase(
        "context",
        (
            lambda article: _titles(article.text, article.starts, article.spans),
            _on_spans(firms.weigh),
            _on_spans(_employers),
            _on_spans(_speakers),
            _on_spans(_given_names),
            _on_spans(_aged),
            _on_spans(appositions.weigh),
            _sport,
            _on_spans(_stated_acronyms),
            _on_spans(_nationalities),
            _on_spans(_join_places),
            _on_spans(_places),
            _on_spans(lists.agree),
        ),
    ),
    Phase(
        "whole article",
        (
            lambda article: _vote(article.text, article.spans, article.results.types),
            _on_spans(_surnames),
            _on_spans(sport.sides),
            _on_spans(firms.towns),
            _on_spans(firms.families),
            _on_spans(_whole_names),
            _on_spans(_wrong_initials),
            _on_spans(_lost_apostrophes),
        ),
    ),
    Phase(
        "repeats",
        (
            lambda article: _repeats(article.text, article.starts, article.blocks, article.spans),
            _on_spans(_short_nouns),
        ),
    ),
)
