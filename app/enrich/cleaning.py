"""One finding of the recogniser made into mentions: exact ends, no titles, no possessives, no ordinary words.

Everything here looks at one name alone. What the rest of the article says of it is in `passes`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache

from app.enrich import credits, events, gazetteer, given, grounds, lexicon, organizations, titles
from app.enrich.context import Span
from app.enrich.grounds import SpanType
from app.enrich.surnames import is_by_initials

_TYPES: dict[str, SpanType] = {
    "PERSON": "person",
    "ORG": "organization",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
    "EVENT": "event",
}

_OUTSIDE_LEFT = " \n\t\"'([{<.,;:-–*+/|_=~!?&#@%$"
_OUTSIDE_RIGHT = " \n\t\"'([{<,;:-–*+/|_=~!?&#@%$>"
_POSSESSIVE = re.compile(r"\s?'s?$")
_ARTICLES = frozenset("the a an this that its his her their our all both".split())
_ARTICLE = re.compile(rf"(?:{'|'.join(_ARTICLES)})\s+", re.IGNORECASE)
# A name ends with a capitalised word: `Line of Control night`, `Thermo-Print GmbH of`.
_SMALL_END = re.compile(r"\s(?:[a-z][a-z'-]*|&)$")
# Newswire puts the company's ticker or instrument code behind its name: `Merck and Co Inc MRK`, `VOWG.F`.
_TICKER_END = re.compile(r"\s(?:[A-Z]{1,4}|[A-Z]{2,4}\.[A-Z]{1,2})$")
# `U.S. Dlrs` is money, `U.K. Government` is the United Kingdom.
_TAIL = re.compile(r"[ /](?:([Dd]lrs?|[MmBb]ln|[Pp]ct|[Cc]ents?|[Ss]tg|[Yy]en)|Government|Administration|Authorities)$")
# `AP Photo`
_PICTURE_END = re.compile(r" (?:File )?Photos?$")
_NICKNAME_GOES_ON = re.compile(r'(?: [A-Z][a-z]+)?" [A-Z][A-Za-z-]+')
# The figures of a score: `P. Simmons 108`.
_FIGURES_END = re.compile(r"\s\d[\d.-]*$")
# The result behind a side, `Bath 19-16`, or its points, `New York 3`; but `France 2` is on television.
_RESULT_END = re.compile(r" \d{1,3} ?- ?\d{1,3}$")
_POINTS_END = re.compile(r" \d{1,3}$")
_NATIONAL = re.compile(r"(U\.[SK]\.) ([A-Z][a-z]+)")
_SPACED_INITIALS = re.compile(r"(?:[A-Z]\. ){1,3}[A-Z]\.")
# `R-Tex.` behind a senator; `GECL.L`, the instrument code of a share; `V19`, a flight, but `G-7`, the seven countries.
# `SB 1070` is a law; a page's own addresses have other marks.
_CODE = re.compile(
    r"[DRI]-[A-Z]|[A-Z]{3,4}\.[A-Z]{1,2}$|[A-FH-Z]-?\d+[A-Za-z]?$|Notes? \d"
    r"|(?:H\.? ?R\.?|[AHS]\.?B\.?|[SH]\.? ?J\.? ?Res\.?|S\.) ?\d+$|.*(?:[?=]|\.(?:jpe?g|png|gif|html?|php|pdf)\b|://|pic\.twitter)"
)
# `U.S.-made`, `London-based`: an adjective, with the name in it.
_ADJECTIVE = re.compile(
    r"-(?:[Mm]ade|[Bb]ased|[Ll]ed|[Bb]acked|[Oo]wned|[Bb]uilt|[Bb]orn|[Ss]tyle|[Dd]lr"
    r"|era|like|friendly|appointed|aligned|funded|controlled|linked|leaning|sponsored|inspired|endorsed|affiliated)$"
)
_COMPOUND = re.compile(r"-[a-z]{3,}$")
# `Nobel Prize`, `Second Amendment`, `Roe v. Wade`: no entities, by the words that they end in or have between.
_PRIZE_OR_LAW = re.compile(
    r".* (?:Prizes?|Awards?|Medals?|Trophy|Scholarships?|Fellowships?)"
    r"|(?:\d+(?:st|nd|rd|th)|[A-Z][a-z]+(?:th|st|nd|rd)) Amendment|.* vs?\.? .*"
)
# The president's, where the name is no office's: `Reagan Administration`, but `Veterans Administration`.
_OF_PRESIDENT = re.compile(r"([A-Z][a-z]+[a-rt-z]) Administration")
_LOWER_PARTICLE = re.compile(r"(?:al|el|bin|bint|ibn|de|da|di|del|della|dos|du|van|von|ter|ten|la|le|sub|d)\b")
_SMALL_START = re.compile(r"[a-z][^\s-]*\s+")
_PLACE_JOINT = re.compile(r",\s+|'s\s+|\s+(?:and|on|in|near|outside)\s+(?=[A-Z])")
_ORG_JOINT = re.compile(
    r"""(?:(?<=\bReuters)\s(?!(?:Holdings|Information|Group|News|Monitor|Plc|PLC|Ltd)\b)
        |\s(?:by|until|from|with|to|when|while|after|before|but|as|that|which|who|said|says|than)\s
        |\s?'s\s+
        |(?<=[A-Z]{3})\s-+\s
        |(?<=\b(?:Inc|Ltd|Plc|PLC))(?:\.\s+|\sof\s)
        |(?<=\s(?:AB|AG|SA|NV|BV))\sof\s
        |(?<=\bCorp)(?:\.\s+|\sof\s)
        )(?=[A-Z])""",
    re.VERBOSE,
)
_KNOWN_JOINT = re.compile(r"\s(?:and|&)\s(?=[A-Z])|(?<=[a-z])-(?=[A-Z])")
_PERSON_JOINT = re.compile(r"\s+(?:and|said|says|told)\s+(?=[A-Z])|,\s+|\s+-+\s+|'s\s+(?=[A-Z])")
_SUFFIX_AFTER_COMMA = re.compile(r"(?:Jr|Sr|III|II|IV)\b")

# `landed at JFK`: airports are named for people.
_WHERE_BEFORE = re.compile(r"\b(?:at|to|from|into|near|via|through|outside) $")
_NEAR = 9

# Words that the recogniser takes for names in newswire and on the web.
_NO_NAMES = lexicon.terms("no-names") | lexicon.terms("broadcasts")


# A capital makes a name of them at the head of a sentence, the more so where a letter is missing.
_OPENERS = lexicon.terms("sentence-openers")
# Smaller towns have the names of people: `Sam's Club`.
_LARGE = 500_000
# One letter lost or swapped in a word of eight.
_LIKENESS = 0.87


def clean(text: str, start: int, end: int, label: str) -> Iterator[Span]:
    """The mentions in `text[start:end]`, which the recogniser calls `label`: none, one, or several in a list."""
    kind = _TYPES.get(label)
    if kind is None:
        return
    for part in credits.parts(text, start, end):
        if kind == "person" and credits.is_agency(text, start, *part):
            kind = "organization"
        for left, right in _name_parts(text, *part, kind):
            if span := _cleaned(text, left, right, kind):
                yield span


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without quotes, brackets, articles and the possessive."""
    if _is_trim(text[start:end]):
        return start, end
    before = (-1, -1)
    while (start, end) != before and start < end:
        before = (start, end)
        while start < end and text[start] in _OUTSIDE_LEFT:
            start += 1
        while end > start and (text[end - 1] in _OUTSIDE_RIGHT or _stray_bracket(text, start, end)):
            end -= 1
        possessive = _POSSESSIVE.search(text, start, end)
        if possessive and not organizations.is_possessive(text[start : possessive.start()]):
            end = possessive.start()
        article = _ARTICLE.match(text, start, end)
        if article and not (article[0][0] == "T" and _is_part_of_name(text, start, end)):
            start = article.end()
        small = _SMALL_END.search(text, start, end)
        if small and small[0][1:] not in organizations.SMALL_FORMS and gazetteer.find(text[start:end]) is None:
            end = small.start()
        if end > start and text[end - 1] == "." and not _keeps_stop(text, start, end):
            end -= 1
    return start, end


def _is_trim(name: str) -> bool:
    """Return whether there is nothing to trim, as at most names; the same as to try it, but many times cheaper."""
    if not name or not (name[0].isalnum() and name[-1].isalnum()) or name[-2:-1] == "'":
        return False
    words = name.split()
    return len(words) == 1 or (not words[-1][0].islower() and words[-1] != "&" and words[0].lower() not in _ARTICLES)


def starts_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 3) : start].rstrip(" \"'(")
    return not before or before[-1] in ".!?:\n-"


def is_ordinary(name: str) -> bool:
    plain = name.lower().rstrip(".")
    return plain in _NO_NAMES or not any(c.isalpha() for c in name)


def _cleaned(text: str, start: int, end: int, kind: SpanType) -> Span | None:
    start, end = trim(text, start, end)
    end = _without_result(text, start, end, kind)
    if kind != "organization" or text.find(" ", start, end) < 0:
        start = credits.compound_start(text, start, end)
    ground = grounds.GUESSED[kind]
    name = text[start:end]
    if kind == "person" or titles.proves_person(name.split(" ")[0] if name else ""):
        behind = titles.name_start(name)
        if behind and not organizations.is_generic(name[behind:]):
            start, kind, ground = start + behind, "person", grounds.TITLED
    if kind == "organization":
        end, kind = _organization_end(text, start, end)
    elif kind == "place":
        end = _nation_end(text, start, end) or end
    start = _skip_small_words(text, start, end)
    start, end = trim(text, start, _without_adjective(text, start, end))
    if kind == "person":
        start, end = _person_ends(text, start, end)
    tail = _TAIL.search(text, start, end)
    if tail is not None and _is_of_place(text, start, tail):
        end, kind = tail.start(), "place"
        ground = ground._replace(rule="demonym" if gazetteer.demonym(text[start:end]) else "gazetteer")
    if kind == "event" and text.startswith("Annual ", start):
        start += len("Annual ")
    name = text[start:end]
    headed = "person" if _is_by_initials(text, start, name) else _headed(name, kind)
    if _is_no_name(name, kind) or (headed == "event" and not events.is_event(name)):
        return None
    return Span(start, end, headed, *(ground if headed == kind else ground._replace(rule="head-noun")))


def _is_by_initials(text: str, start: int, name: str) -> bool:
    return is_by_initials(name) and not _WHERE_BEFORE.search(text, max(0, start - _NEAR), start)


def _without_result(text: str, start: int, end: int, kind: SpanType) -> int:
    result = _RESULT_END.search(text, start, end)
    if result is None and kind == "place" and (points := _POINTS_END.search(text, start, end)):
        result = points if gazetteer.find(text[start : points.start()]) else None
    return result.start() if result else end


def _person_ends(text: str, start: int, end: int) -> tuple[int, int]:
    start, end = _without_opener(text, start, end), _with_nickname(text, start, end)
    figures = _FIGURES_END.search(text, start, end)
    return trim(text, start, figures.start()) if figures else (start, end)


def _without_opener(text: str, start: int, end: int) -> int:
    """Return what stands behind a word that opens sentences or a title, misprinted: `Athough Reagan`, `Minsiter
    Yasuhiro Nakasone`."""
    first, _, rest = text[start:end].partition(" ")
    if not rest or given.is_given(first):
        return start
    opens = starts_sentence(text, start) and _is_opener(first.lower())
    titled = " " in rest and (titles.is_portfolio(first) or titles.is_misprinted(first.lower()))
    return start + len(first) + 1 if opens or titled else start


def _with_nickname(text: str, start: int, end: int) -> int:
    """`Anthony "Tony Ducks" Corallo`, where the recogniser stops in the middle of the nickname."""
    rest = _NICKNAME_GOES_ON.match(text, end) if text.count('"', start, end) == 1 else None
    return rest.end() if rest else end


@lru_cache(maxsize=10_000)
def _is_opener(word: str) -> bool:
    return word in _OPENERS or bool(get_close_matches(word, _OPENERS, n=1, cutoff=_LIKENESS))


def _without_adjective(text: str, start: int, end: int) -> int:
    """`U.S.-bound` has a place in it, of whatever that is an adjective."""
    adjective = _ADJECTIVE.search(text, start, end)
    if adjective is None and (compound := _COMPOUND.search(text, start, end)):
        return compound.start() if gazetteer.is_certain(text[start : compound.start()]) else end
    return adjective.start() if adjective else end


def _organization_end(text: str, start: int, end: int) -> tuple[int, SpanType]:
    """Return the end without the ticker or the office behind it: `MEA Spokesperson`."""
    end = _without_ticker(text, start, end)
    if (picture := _PICTURE_END.search(text, start, end)) and organizations.has_one_meaning(
        text[start : picture.start()]
    ):
        end = picture.start()
    name = text[start:end]
    end = start + titles.office_end(name) if not titles.is_only_titles(name) else start
    president = _OF_PRESIDENT.fullmatch(text, start, end)
    if president and not titles.is_portfolio(president[1]) and not organizations.is_shared_first(president[1]):
        return president.end(1), "person"
    nation = _nation_end(text, start, end)
    return (nation, "place") if nation else (end, "organization")


def _nation_end(text: str, start: int, end: int) -> int | None:
    """Newswire of the eighties wrote a capital after `U.S.`: `U.S. Farmers`."""
    national = _NATIONAL.fullmatch(text, start, end)
    return national.end(1) if national and not _names_office(national[2]) else None


@lru_cache(maxsize=1 << 14)
def _is_no_name(name: str, kind: SpanType) -> bool:
    money = _TAIL.search(name)
    return (
        len(name) < 2
        or not _has_capital(name)
        or "]" in name
        or (kind == "person" and any(c.isdigit() for c in name))
        or (kind in ("organization", "person") and _is_program(name, kind))
        or (kind == "event" and not (" " in name and _is_capitalised(name)))
        or (money is not None and money[1] is not None)
        or _CODE.match(name) is not None
        or organizations.is_rate(name)
        or (kind != "event" and _PRIZE_OR_LAW.fullmatch(name) is not None)
        or is_ordinary(name)
        or titles.is_only_titles(name)
    )


def _is_program(name: str, kind: SpanType) -> bool:
    """`Brady Bill`, which is no Bill; but `Tony Bill` is."""
    return organizations.is_program(name) and not (kind == "person" and given.is_given(name.partition(" ")[0]))


def _is_of_place(text: str, start: int, tail: re.Match[str]) -> bool:
    name = text[start : tail.start()]
    return gazetteer.is_certain(name) or gazetteer.demonym(name) is not None


@lru_cache(maxsize=1 << 14)
def _headed(name: str, kind: SpanType) -> SpanType:
    """The type that a name's own words give it: `Central Fire Department`, `AC Milan`, `Hudson River`."""
    if kind != "organization" and organizations.is_headed_organization(name) and gazetteer.find(name) is None:
        return "organization"
    if kind in ("person", "place") and organizations.is_club(name):
        return "organization"
    if kind == "person" and organizations.is_surely_headed_place(name):
        return "place"
    if kind != "event" and events.is_storm(name):
        return "event"
    if kind != "organization" and organizations.is_known_acronym(name):
        return "organization"
    if kind == "place" and _is_acronym_with_stops(name):
        return "organization"
    if (kind in ("person", "place") and _is_unknown_acronym(name)) or (kind == "place" and organizations.is_team(name)):
        return "organization"
    return "place" if kind == "organization" and organizations.is_headed_place(name) else kind


def _is_unknown_acronym(name: str) -> bool:
    """`NAWG`: no surname is written so, nor a place that the gazetteer does not have."""
    return len(name) > 2 and name.isalpha() and name.isupper() and gazetteer.find(name) is None


def _is_acronym_with_stops(name: str) -> bool:
    """`U.C.L.A.`, taken for a place."""
    plain = organizations.without_stops(name)
    return plain != name and _is_unknown_acronym(plain) and gazetteer.find(name) is None


def _names_office(word: str) -> bool:
    if organizations.is_any_company(word):
        return False
    return organizations.is_generic(word) or organizations.canonical(word) is not None


def _without_ticker(text: str, start: int, end: int) -> int:
    match = _TICKER_END.search(text, start, end)
    return match.start() if match and organizations.has_form(text[start : match.start()]) else end


def _name_parts(text: str, start: int, end: int, kind: SpanType) -> Iterator[tuple[int, int]]:
    """`Pahalgam, Jammu and Kashmir` is two places; `India's Ministry of External Affairs` a place and an office."""
    if kind == "place":
        known = gazetteer.find(text[start:end])
        joints = [] if known else list(_PLACE_JOINT.finditer(text, start, end))
        joints = [
            joint
            for joint in joints
            if not (" and " in joint[0] and _is_one_place(text, start, end, joint)) and _parts_owner(text, start, joint)
        ]
    elif kind == "person":
        joints = [j for j in _PERSON_JOINT.finditer(text, start, end) if not _SUFFIX_AFTER_COMMA.match(text, j.end())]
    elif kind == "organization":
        joints = [joint for joint in _ORG_JOINT.finditer(text, start, end) if _parts_owner(text, start, joint)]
        joints = joints or [j for j in _KNOWN_JOINT.finditer(text, start, end) if _parts_known(text, start, j, end)]
    else:
        joints = []
    for joint in joints:
        yield start, joint.start()
        start = joint.end()
    yield start, end


def _parts_known(text: str, start: int, joint: re.Match[str], end: int) -> bool:
    """`World Bank and International Monetary Fund`, `non-OPEC`, `Japan-European Community`."""
    if organizations.canonical(text[joint.end() : end]) is None or organizations.canonical(text[start:end]):
        return False
    left = _bare(text[start : joint.start()])
    return organizations.canonical(left) is not None or left.lower() == "non" or gazetteer.is_certain(left)


def _parts_owner(text: str, start: int, joint: re.Match[str]) -> bool:
    """`India's Ministry`, `Iran's Kharg`; `Sam's Club` is one name."""
    owner = _bare(text[start : joint.start()].rstrip())
    if "'" not in joint[0] or gazetteer.is_certain(owner):
        return True
    place = gazetteer.find(owner)
    return place is not None and place.population > _LARGE


def _is_one_place(text: str, start: int, end: int, joint: re.Match[str]) -> bool:
    """`Jammu and Kashmir`, `Bosnia and Herzegovina` are listed; anything else with an `and` is two."""
    left = text.rfind(", ", start, joint.start())
    right = text.find(", ", joint.end(), end)
    piece = text[left + 2 if left >= 0 else start : right if right >= 0 else end]
    return gazetteer.find(_bare(piece)) is not None


def _bare(name: str) -> str:
    return _ARTICLE.sub("", name, count=1) if _ARTICLE.match(name) else name


def _is_part_of_name(text: str, start: int, end: int) -> bool:
    """A capital `The` inside a sentence: `carried out by The Resistance Front`; always in `The Hague`."""
    name = text[start:end]
    if name.startswith("The ") and name.count(" ") > 1 and not starts_sentence(text, start):
        return not gazetteer.is_certain(name)
    return name == "The Hague"


def _keeps_stop(text: str, start: int, end: int) -> bool:
    """`U.S.`, `Paxar Inc.`, `Calif.`; the stop of a legal form at the end of a sentence closes the sentence."""
    name = text[start:end]
    last = name.rsplit(" ", 1)[-1]
    if last.count(".") > 1:
        return True
    if organizations.has_form(name):
        return not organizations.ends_sentence(text, end)
    return last in ("Jr.", "Sr.") or _is_state(last) or _SPACED_INITIALS.fullmatch(name) is not None


def _is_state(word: str) -> bool:
    """`Calif.`; but the stop behind `Ohio` is that of the sentence."""
    state = gazetteer.state_abbreviation(word) if word.endswith(".") else None
    return state is not None and word != f"{state.name}."


def _stray_bracket(text: str, start: int, end: int) -> bool:
    return text[end - 1] in ")]}" and "(" not in text[start:end] and "[" not in text[start:end]


def _skip_small_words(text: str, start: int, end: int) -> int:
    while match := _SMALL_START.match(text, start, end):
        if _LOWER_PARTICLE.match(text, start, end):
            return start
        start = match.end()
    return start


def _is_capitalised(name: str) -> bool:
    """`Ukraine war` is no name of an event, `Victory Day` is."""
    return all(word[0].isupper() or word[0].isdigit() or len(word) < 4 for word in name.split())


def _has_capital(name: str) -> bool:
    return any(c.isupper() for c in name)
