"""Where names of public bodies begin and end: `Senate Commerce, Science and Transportation Committee`, which the
recogniser parts at the comma, `Center for Health and Gender Equity`, which it ends at the `and`."""

from __future__ import annotations

import re

from app.enrich import gazetteer, grounds, lexicon, offices, organizations, titles
from app.enrich.cleaning import is_ordinary
from app.enrich.context import Context, Span

_HEADS = lexicon.terms("body-heads")
_WORD = r"[A-Z][\w-]*\w"
_RUN = rf"{_WORD}(?: {_WORD})*"
_SUBJECTS = "|".join(
    sorted({row.shown.split(" ", 1)[1].rsplit(" ", 1)[0].lower() for row in lexicon.list_rows("committees")}, key=len)[
        ::-1
    ]
)
_COMMITTEE = re.compile(
    rf"\b(?:House|Senate|Joint)(?: (?!House|Senate|Joint){_WORD}| and| &|,(?: and)?(?= (?!House|Senate){_WORD})){{1,9}}"
    rf" (?:[Ss]ub)?[Cc]ommittee\b|\b(?:House|Senate) (?:{_SUBJECTS}) (?:sub)?committee\b"
)
# What it is for, behind the head.
_PURPOSE = re.compile(rf" (?:for|on|of) (?:the )?({_RUN})")
_PURPOSE_INSIDE = re.compile(r"(.*?)([A-Z]\w+) (?:of|for|on) (?:the )?(.+)")
# `Security Service of Paramus, N.J.`: that is where it is.
_IN_STATE = re.compile(r", ([A-Z][\w.]*(?: [A-Z]\w+)?)")
_AIM = re.compile(rf" (?:to|To) (?!The\b){_WORD} (?:the )?{_RUN}")
# More of it, in a row that an `and` ends.
_MORE = re.compile(rf"((?:, {_RUN})*),? (?:and|&) ({_RUN})")
_SUPPORTERS = re.compile(rf" for (?:a |the )?({_RUN})")
_LONGEST = 120
# `Port Authority of New York and New Jersey`
_OF_PLACES = frozenset(("authority",))
_CAMPUS = re.compile(rf"(?:,| at)? ({_RUN})")
_WORDS = re.compile(_WORD)
_RUNS = re.compile(_RUN)


def committees_of_chambers(article: Context) -> None:
    """`Senate Foreign Relations committee`, `House Science, Space and Technology Committee`, whole."""
    for match in _COMMITTEE.finditer(article.text):
        if "," in match[0] and " and " not in match[0] and "&" not in match[0]:
            continue
        others = article.overlapping(*match.span())
        if article.encloses(*match.span()) and not any(other.type == "person" for other in others):
            article.put(Span(*match.span(), "organization", *grounds.BODY))


def purposes(article: Context) -> None:
    """`Washington Institute` `for Near East Policy`, `Centers for Medicare` `and Medicaid Services`."""
    for span in article.spans:
        if span.type != "organization" or span.rule not in ("model", "head-noun"):
            continue
        end = _aim_end(article, span) or _purpose_end(article, span, span.end)
        end = _list_end(article, span, end)
        if end > span.end and article.encloses(span.start, end):
            article.put(Span(span.start, end, "organization", *grounds.BODY))


def campuses(article: Context) -> None:
    """`University of California, Berkeley`: a town of the state behind the university's name is part of it."""
    for span in article.spans:
        of_state = span.name.removeprefix("University of ") if span.type == "organization" else span.name
        state = gazetteer.outer_place(of_state) if of_state != span.name else None
        town = article.after(span, _CAMPUS) if state is not None else None
        if town and state and gazetteer.find(town[1], state.name) and article.encloses(span.start, town.end(1)):
            article.put(Span(span.start, town.end(1), "organization", *grounds.BODY))


def supporters(article: Context) -> None:
    """`Americans for Prosperity`, of which the recogniser has a nationality."""
    for span in article.spans:
        if span.rule != "demonym" or not span.name.endswith("s"):
            continue
        cause = article.after(span, _SUPPORTERS)
        end = _run_end(article, *cause.span(1)) if cause else span.end
        if cause and end > cause.start(1) and article.encloses(span.start, end):
            article.put(Span(span.start, end, "organization", *grounds.BODY))


def _aim_end(article: Context, span: Span) -> int | None:
    """Return where `Campaign to Prevent Gun Violence` ends, what it is to do written with capitals."""
    aim = article.after(span, _AIM) if span.name.rpartition(" ")[2].lower() in _HEADS else None
    return aim.end() if aim is not None else None


def _purpose_end(article: Context, span: Span, end: int) -> int:
    if (head := span.name.rpartition(" ")[2].lower()) not in _HEADS or " " not in span.name:
        return end
    purpose = _PURPOSE.match(article.text, end, end + _LONGEST)
    if purpose is None:
        return end
    start, stop = purpose.start(1), _run_end(article, purpose.start(1), purpose.end(1))
    fits = head in _OF_PLACES or _is_purpose(article, start, stop)
    state = _IN_STATE.match(article.text, stop)
    is_town = state is not None and gazetteer.outer_place(state[1]) is not None
    return stop if stop > start and fits and not is_town else end


def _list_end(article: Context, span: Span, end: int) -> int:
    """Return the end of the row that goes on behind `end`, if what stands there are no names of their own."""
    inside = _PURPOSE_INSIDE.match(article.text, span.start, end)
    if inside is None or inside[2].lower() not in _HEADS or " and " in inside[3]:
        return end
    more = _MORE.match(article.text, end, end + _LONGEST)
    if more is None:
        return end
    stop = _run_end(article, more.start(2), more.end(2))
    if stop == more.start(2):
        return end
    parts = _RUNS.finditer(article.text, end, stop)
    fits = inside[2].lower() in _OF_PLACES or all(_is_purpose(article, *part.span()) for part in parts)
    return stop if fits else end


def _run_end(article: Context, start: int, end: int) -> int:
    """Return where the capitalised words end before a title or a name of its own: `Tax Reform` `President Norquist`."""
    stop = start
    for word in _WORDS.finditer(article.text, start, end):
        person = next((other for other in article.overlapping(*word.span()) if other.type == "person"), None)
        if person is not None or titles.is_title(word[0]) or titles.is_qualifier(word[0]):
            break
        stop = word.end()
    return stop


def _is_purpose(article: Context, start: int, end: int) -> bool:
    name = article.text[start:end]
    first, _, rest = name.partition(" ")
    last = name.rpartition(" ")[2].lower()
    return not (
        is_ordinary(name)
        or titles.is_title(first)
        or first in ("House", "Senate")
        or organizations.canonical(first)
        or organizations.canonical(name)
        or offices.office_named(name, "", 0)
        or organizations.is_acronym(first)
        or (rest and last in _HEADS and last not in ("service", "administration"))
        or any(_is_name_of_its_own(other) for other in article.overlapping(start, end))
    )


def _is_name_of_its_own(span: Span) -> bool:
    return (span.type in ("person", "place") and span.rule != "demonym") or span.rule == "well-known"
